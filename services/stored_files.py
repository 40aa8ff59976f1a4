"""Files that go with rows: a stored file is removed once the row's removal is committed, or its writing is undone."""

from collections.abc import Iterable

from sqlalchemy import event
from sqlalchemy.orm import Session

from auth.actor import AnySession
from services import storage

#: Keys in ``Session.info``: files of deleted rows, gone with the commit; files of new rows, gone with a rollback.
_GONE, _NEW = "files of deleted rows", "files of new rows"


def delete_with_rows(session: AnySession, keys: Iterable[str]) -> None:
    """Remove files once the transaction is committed, not before: a rollback needs them."""
    session.info.setdefault(_GONE, []).extend(keys)


def keep_with_row(session: AnySession, key: str) -> None:
    """Keep a new file only if the transaction is committed."""
    session.info.setdefault(_NEW, []).append(key)


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
