"""Sessions beside the request's own; short writes within a reading request, long reads within a writing one."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from auth.actor import Actor, AnySession, set_actor
from models import db
from models.base import reading_only


def own_session(actor: Actor) -> Session:
    """Return a session of the actor that lives as long as the export, which outlives the request's."""
    session: Session = db.session.session_factory()
    set_actor(session, actor)
    return session


@contextmanager
def reading(session: AnySession = db.session) -> Iterator[None]:
    """End the writing transaction and read without its locks, however long; nothing is kept."""
    session.rollback()
    token = reading_only.set(True)
    try:
        yield
    finally:
        session.rollback()
        reading_only.reset(token)


@contextmanager
def writing(session: AnySession = db.session) -> Iterator[None]:
    """End the reading transaction, then write and commit."""
    session.rollback()
    token = reading_only.set(False)
    try:
        yield
        session.commit()
    finally:
        reading_only.reset(token)
