"""Files that go with rows: a stored file is removed once the row's removal is committed, or its writing is undone.

A process that ends between the two leaves a file that no row names; :func:`stray_files` finds those.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from auth.actor import AnySession
from models import FollowUpAttachment, VisitPhoto
from models.scope import UnfilteredReason, unfiltered
from services import storage

#: Prefixes of keys.
PHOTO, ATTACHMENT = "photo", "attachment"
#: Prefix of keys -> the columns that name such files.
_NAMED_BY: Mapping[str, tuple[Any, ...]] = {
    PHOTO: (VisitPhoto.storage_key, VisitPhoto.thumbnail_key),
    ATTACHMENT: (FollowUpAttachment.storage_key,),
}
#: Files that are looked up by one statement.
_BATCH = 500

#: Keys in ``Session.info``: files of deleted rows, gone with the commit; files of new rows, gone with a rollback.
_GONE, _NEW = "files of deleted rows", "files of new rows"


def delete_with_rows(session: AnySession, keys: Iterable[str]) -> None:
    """Remove files once the transaction is committed, not before: a rollback needs them."""
    session.info.setdefault(_GONE, []).extend(keys)


def keep_with_row(session: AnySession, key: str) -> None:
    """Keep a new file only if the transaction is committed."""
    session.info.setdefault(_NEW, []).append(key)


def stray_files(session: AnySession, before: float) -> Iterator[str]:
    """Yield the keys of files that no row names, hidden rows included. A statement for each 500 files and column.

    :param before: moment in Unix seconds; a file written later may belong to a row that is not committed yet
    """
    for prefix, columns in _NAMED_BY.items():
        keys = storage.keys_before(before, prefix=prefix)
        while batch := list(islice(keys, _BATCH)):
            with unfiltered(session, UnfilteredReason.STRAY_FILES) as every:
                named = {key for column in columns for key in every.scalars(select(column).where(column.in_(batch)))}
            yield from (key for key in batch if key not in named)


@event.listens_for(Session, "after_commit")
def _after_commit(session: Session) -> None:
    if session.in_nested_transaction():
        return
    session.info.pop(_NEW, None)
    for key in session.info.pop(_GONE, ()):
        storage.delete(key)


@event.listens_for(Session, "after_rollback")
def _after_rollback(session: Session) -> None:
    if session.in_nested_transaction():  # a savepoint: what it is part of decides
        return
    session.info.pop(_GONE, None)
    for key in session.info.pop(_NEW, ()):
        storage.delete(key)
