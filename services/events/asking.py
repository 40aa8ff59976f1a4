"""What is asked of the stream: kinds of events, whose, of when, and from where on."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Self

from services.errors import ServiceError
from services.filter_values import MAX_INTEGER

#: Longest text of a cursor: a moment and two numbers.
_CURSOR_LENGTH = 80
_PARTS = 3


class Kind(StrEnum):
    """What an event is about."""

    FOLLOW_UP = "follow_up"
    VISIT = "visit"
    #: As a filter also the follow-ups and visits that moved the progress.
    PROGRESS = "progress"
    OWNER = "owner"
    CO_FOLLOWERS = "co_followers"
    VISIBILITY = "visibility"
    EDIT = "edit"
    CREATED = "created"


ALL_KINDS: frozenset[Kind] = frozenset(Kind)


class BadCursorError(ServiceError):
    """A text is no place in the stream."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in the stream: that of an event."""

    at: datetime
    #: Of the table that the event is read from.
    rank: int
    id: int

    def __str__(self) -> str:
        """Return the place as addresses hold it."""
        return f"{self.at.astimezone(UTC).replace(tzinfo=None).isoformat()}~{self.rank}~{self.id}"

    @classmethod
    def read(cls, text: str) -> Self:
        """Return the place that a text from an address means.

        :raises BadCursorError: if it means none
        """
        parts = text[:_CURSOR_LENGTH].split("~")
        if len(parts) != _PARTS or not all(part.isascii() and part.isdigit() for part in parts[1:]):
            raise BadCursorError(text[:_CURSOR_LENGTH])
        rank, row_id = int(parts[1]), int(parts[2])
        if rank > MAX_INTEGER or row_id > MAX_INTEGER:
            raise BadCursorError(text[:_CURSOR_LENGTH])
        try:
            return cls(datetime.fromisoformat(parts[0]).replace(tzinfo=UTC), rank, row_id)
        except ValueError as error:
            raise BadCursorError(text[:_CURSOR_LENGTH]) from error


@dataclass(frozen=True, slots=True)
class EventQuery:
    """Which events are wanted."""

    #: Of one customer; None for all that the actor sees, and for visits of the own team to customers lost by now.
    customer_id: int | None = None
    #: Done by one of these; None for whoever did it.
    employee_ids: Collection[int] | None = None
    kinds: frozenset[Kind] = ALL_KINDS
    #: Leave out visits that have not begun.
    is_begun_only: bool = False
    #: From this moment on, and before that one, in UTC.
    since: datetime | None = None
    until: datetime | None = None
    #: Only what stands behind this place.
    before: Cursor | None = None
    limit: int = 30
