"""Deeds on everything that a list matches: the rows are found anew, as the actor sees them, and not without limit."""

from typing import Any

from sqlalchemy import Select

from auth.actor import AnySession
from services.errors import ServiceError

#: How many rows one deed may be about.
MAX_BULK_ROWS = 1_000


class TooManyRowsError(ServiceError):
    """More rows match than one deed may be about."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        super().__init__(f"more than {limit} rows")


class NothingMatchesError(ServiceError):
    """No row matches, or none does any more."""


def matching_rows(session: AnySession, statement: Select[Any], *, limit: int = MAX_BULK_ROWS) -> list[Any]:
    """Return the rows of a list's SELECT, which the session's listener narrows to what the actor sees.

    :raises TooManyRowsError: if there are more than the limit
    :raises NothingMatchesError: if there are none
    """
    rows = list(session.scalars(statement.limit(limit + 1)))
    if len(rows) > limit:
        raise TooManyRowsError(limit)
    if not rows:
        raise NothingMatchesError("no row matches")
    return rows
