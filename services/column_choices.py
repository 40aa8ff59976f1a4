"""The columns that the acting person sees of each list, kept from one visit to the next."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, delete, select

from auth.actor import AnySession, get_actor
from auth.errors import PermissionDeniedError
from models import ColumnChoice
from services.errors import ServiceError


class NoColumnError(ServiceError):
    """A list is to have no column, or one that it does not have."""


def chosen_columns(session: AnySession, endpoint: str) -> tuple[str, ...] | None:
    """Return the columns that the actor has chosen for a list; None for those of its page."""
    actor = get_actor(session)
    if actor is None:
        return None
    found = session.scalar(_chosen_statement(), {"employee_id": actor.id, "endpoint": endpoint})
    return tuple(found) if found else None


@cache
def _chosen_statement() -> Select[Any]:
    """Return the SELECT of a person's columns of a list; each list runs it, so it is built once."""
    own = (ColumnChoice.employee_id == bindparam("employee_id"), ColumnChoice.endpoint == bindparam("endpoint"))
    return select(ColumnChoice.columns).where(*own)


def choose_columns(session: AnySession, endpoint: str, columns: Sequence[str], *, offered: Sequence[str]) -> None:
    """Keep the actor's columns for a list. Flushes.

    :param columns: attribute names in order
    :param offered: the names that may be chosen
    :raises NoColumnError: if there are none, or one that is not offered
    :raises PermissionDeniedError: if nobody acts
    """
    wanted = list(dict.fromkeys(columns))
    if not wanted or not set(wanted) <= set(offered):
        raise NoColumnError(f"{endpoint}: {wanted}")
    actor_id = forget_columns(session, endpoint)
    session.add(ColumnChoice(employee_id=actor_id, endpoint=endpoint, columns=wanted))
    session.flush()


def forget_columns(session: AnySession, endpoint: str) -> int:
    """Let the actor see the columns of a list's page again. Flushes. Return the actor's id.

    :raises PermissionDeniedError: if nobody acts
    """
    actor = get_actor(session)
    if actor is None:
        raise PermissionDeniedError("nobody chooses columns")
    own = (ColumnChoice.employee_id == actor.id, ColumnChoice.endpoint == endpoint)
    session.execute(delete(ColumnChoice).where(*own))
    return actor.id
