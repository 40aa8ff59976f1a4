"""The session of a command: somebody acts in it, errors become one line."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
from sqlalchemy.exc import SQLAlchemyError

from auth.actor import load_actor, set_actor
from auth.errors import AuthError
from auth.passwords import find_login
from models import db
from models.base import reading_only
from services.errors import ServiceError


@contextmanager
def working(login: str | None, *, reads_only: bool = False) -> Iterator[Any]:
    """Yield the session, the named person acting in it; commit at the end, or turn an error into one line."""
    token = reading_only.set(reads_only)
    try:
        if login is not None:
            employee = find_login(db.session, login)
            actor = load_actor(db.session, employee.id) if employee is not None else None
            if actor is None:
                raise click.ClickException(f"there is no active log-in “{login}”")
            set_actor(db.session, actor)
        yield db.session
        db.session.commit()
    except (ServiceError, AuthError) as error:
        raise click.ClickException(str(error)) from error
    except SQLAlchemyError as error:
        first_line = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
        raise click.ClickException(f"database: {first_line}") from error
    finally:
        db.session.rollback()
        db.session.remove()
        reading_only.reset(token)
