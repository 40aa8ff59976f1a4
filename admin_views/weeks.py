"""ISO weeks as addresses say them: ``2026-W48``."""

import re
from datetime import date, timedelta

from flask_babel import gettext

from admin_views.dashboard_args import BadPeriodError
from models.types import YEARS
from services.statistics import Period
from services.statistics.period import monday_of

_WEEK = re.compile(r"([0-9]{4})-W([0-9]{2})")


def read_week(text: str, today: date) -> date:
    """Return the monday of the week that an address names; of this week if it names none.

    :raises BadPeriodError: if it cannot be read
    """
    value = text.strip()
    if not value:
        return monday_of(today)
    found = _WEEK.fullmatch(value)
    try:
        monday = date.fromisocalendar(int(found[1]), int(found[2]), 1) if found else None
    except ValueError:
        monday = None
    if monday is None or monday.year not in YEARS:
        raise BadPeriodError(gettext("“%(value)s” is no week that can be read, such as 2026-W48.", value=value[:40]))
    return monday


def week_name(monday: date) -> str:
    """Return how an address says a week."""
    year, number, _ = monday.isocalendar()
    return f"{year:04}-W{number:02}"


def days_of_week(monday: date) -> Period:
    """Return the days of a week."""
    return Period(monday, monday + timedelta(days=6))
