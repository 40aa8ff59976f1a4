"""Spans of the company's days, and the ISO weeks in them."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement

#: Weeks that are shown where no first day is chosen, and the most that are shown at all.
USUAL_WEEKS = 12
MAX_WEEKS = 53
_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Period:
    """Days of the company from the first to the last, both with it; None is open."""

    start: date | None = None
    end: date | None = None

    @property
    def day_after(self) -> date | None:
        """Return the first day behind the period; None where it is open."""
        return None if self.end is None else self.end + timedelta(days=1)

    def within(self, column: Any, zone: ZoneInfo) -> list[ColumnElement[bool]]:
        """Return the criteria for moments in the period."""
        criteria = []
        if self.start is not None:
            criteria.append(column >= midnight(self.start, zone))
        if self.day_after is not None:
            criteria.append(column < midnight(self.day_after, zone))
        return criteria

    def overlap(self, other: "Period") -> "Period":
        """Return the days that lie in both."""
        starts = [one for one in (self.start, other.start) if one is not None]
        ends = [one for one in (self.end, other.end) if one is not None]
        return Period(max(starts, default=None), min(ends, default=None))

    def mondays(self, today: date) -> list[date]:
        """Return the first days of the weeks to show, the last of them being the newest."""
        last = monday_of(self.end or max(today, self.start or today))
        usual = last - (USUAL_WEEKS - 1) * _WEEK
        first = monday_of(self.start) if self.start is not None else usual
        first = max(first, last - (MAX_WEEKS - 1) * _WEEK)
        return [first + number * _WEEK for number in range((last - first) // _WEEK + 1)]


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """Return the moment, in UTC, at which a day of the company begins."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def monday_of(day: date) -> date:
    """Return the first day of the ISO week of a day."""
    return day - timedelta(days=day.weekday())
