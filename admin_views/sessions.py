"""Database sessions beside the request's own, and short writes within a reading request."""

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
def writing(session: AnySession = db.session) -> Iterator[None]:
    """End the reading transaction, then write and commit."""
    session.rollback()
    token = reading_only.set(False)
    try:
        yield
        session.commit()
    finally:
        reading_only.reset(token)
