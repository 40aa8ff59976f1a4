"""Files that go with rows: a stored file is removed once the row's removal is committed, or its writing is undone.

A process that ends between the two leaves a file that no row names; :func:`find_strays` finds those.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from typing import Any

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from auth.actor import AnySession
from models import Customer, FollowUpAttachment, VisitPhoto
from models.scope import UnfilteredReason, unfiltered
from services import storage
from services.pictures import Picture

#: Prefixes of keys.
PHOTO, ATTACHMENT, STOREFRONT = "photo", "attachment", "storefront"
#: Prefix of keys -> the columns that name such files.
_NAMED_BY: Mapping[str, tuple[Any, ...]] = {
    PHOTO: (VisitPhoto.storage_key, VisitPhoto.thumbnail_key),
    ATTACHMENT: (FollowUpAttachment.storage_key,),
    STOREFRONT: (Customer.storefront_photo, Customer.storefront_thumbnail),
}
#: Files that are looked up by one statement.
_BATCH = 500
#: More files than this, and a larger share of all than that, do not stray by crashes.
MANY_STRAYS, LARGEST_SHARE = 20, 0.1

#: Keys in ``Session.info``: files of deleted rows, gone with the commit; files of new rows, gone with a rollback.
_GONE, _NEW = "files of deleted rows", "files of new rows"


def delete_with_rows(session: AnySession, keys: Iterable[str]) -> None:
    """Remove files once the transaction is committed, not before: a rollback needs them."""
    session.info.setdefault(_GONE, []).extend(keys)


def keep_with_row(session: AnySession, key: str) -> None:
    """Keep a new file only if the transaction is committed."""
    session.info.setdefault(_NEW, []).append(key)


def put_picture(session: AnySession, picture: Picture, *, prefix: str) -> tuple[str, str]:
    """Store a picture and its small copy; return their keys. Both are gone again unless the caller commits."""
    keys = []
    for content in (picture.full, picture.small):
        keys.append(storage.put(BytesIO(content), prefix=prefix))
        keep_with_row(session, keys[-1])
    return keys[0], keys[1]


def storefront_keys(customer: Customer) -> list[str]:
    """Return the keys of a customer's storefront photo and its small copy; none where it has no photo."""
    return [key for key in (customer.storefront_photo, customer.storefront_thumbnail) if key is not None]


@dataclass(frozen=True, slots=True)
class Strays:
    """Files that no row names, and among how many they were found."""

    keys: tuple[str, ...]
    looked_at: int

    @property
    def are_too_many(self) -> bool:
        """Tell whether rather rows are missing than files left over: the database is another, or an older one."""
        return len(self.keys) > max(MANY_STRAYS, self.looked_at * LARGEST_SHARE)


def find_strays(session: AnySession, before: float) -> Strays:
    """Return the files that no row names, hidden rows included. A statement for each 500 files and column.

    :param before: moment in Unix seconds; a file written later may belong to a row that is not committed yet
    """
    found: list[str] = []
    looked_at = 0
    for prefix, columns in _NAMED_BY.items():
        keys = storage.keys_before(before, prefix=prefix)
        while batch := list(islice(keys, _BATCH)):
            with unfiltered(session, UnfilteredReason.STRAY_FILES) as every:
                named = {key for column in columns for key in every.scalars(select(column).where(column.in_(batch)))}
            found.extend(key for key in batch if key not in named)
            looked_at += len(batch)
    return Strays(tuple(found), looked_at)


@event.listens_for(Session, "after_commit")
def _after_commit(session: Session) -> None:
    if session.in_nested_transaction():
        return
    session.info.pop(_NEW, None)
    _delete(session.info.pop(_GONE, ()))


@event.listens_for(Session, "after_rollback")
def _after_rollback(session: Session) -> None:
    if session.in_nested_transaction():  # a savepoint: what it is part of decides
        return
    session.info.pop(_GONE, None)
    _delete(session.info.pop(_NEW, ()))


def _delete(keys: Iterable[str]) -> None:
    for key in keys:
        with suppress(storage.MissingFileError):  # no key of ours: what is committed stands all the same
            storage.delete(key)
