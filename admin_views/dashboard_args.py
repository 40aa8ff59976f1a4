"""What the address of the dashboard says: ``from`` and ``to``, days of the company; ``region``, an id; and filters.

Filters are named as in the address of the list of customers.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask_babel import gettext, lazy_gettext
from werkzeug.datastructures import MultiDict

from admin_views.listing_args import known_args, read_filters
from admin_views.row_ids import parse_row_id
from models import Customer
from models.types import YEARS
from services.errors import ServiceError
from services.listing import FilterTerm
from services.statistics import Period
from services.statistics.period import monday_of

#: Name of a ready-made period -> its words.
PRESETS = {
    "week": lazy_gettext("This week"),
    "month": lazy_gettext("This month"),
    "quarter": lazy_gettext("This quarter"),
}


#: Filters of the list of customers that the period takes the place of.
OF_PERIOD = frozenset({"created_at"})


class BadPeriodError(ServiceError):
    """The address cannot be read; its text is the sentence for the person."""


@dataclass(frozen=True, slots=True)
class DashboardArgs:
    """What is asked for."""

    period: Period = field(default_factory=Period)
    region_id: int | None = None
    #: What the customers are narrowed by.
    filters: tuple[FilterTerm, ...] = ()

    def as_query(self) -> dict[str, Any]:
        """Return the arguments as the address has them; open ones are left out."""
        found = {"from": self.period.start, "to": self.period.end, "region": self.region_id}
        return {name: str(value) for name, value in found.items() if value is not None} | filter_query(self.filters)


def filter_query(terms: Iterable[FilterTerm], *, prefix: str = "", **narrower: str) -> dict[str, list[str]]:
    """Return filters as an address has them; one that is asked for twice keeps both values.

    :param prefix: what the names begin with
    :param narrower: more parameters
    """
    found: dict[str, list[str]] = {}
    named = [(f"{prefix}{term.field}__{term.operation}", term.value) for term in terms]
    for name, value in (*named, *narrower.items()):
        values = found.setdefault(name, [])
        if value not in values:
            values.append(value)
    return found


def read_args(args: MultiDict[str, str]) -> DashboardArgs:
    """Read the address.

    :raises BadPeriodError: if a day or the region cannot be read, the last day stands before the first, or there is no
        such filter
    """
    period = Period(_day(args.get("from", "")), _day(args.get("to", "")))
    if period.start and period.end and period.end < period.start:
        raise BadPeriodError(gettext("The last day stands before the first."))
    region = args.get("region", "").strip()
    region_id = parse_row_id(region) if region else None
    if region and region_id is None:
        raise BadPeriodError(no_region())
    known = known_args(Customer)
    unknown = next((name for name, value in args.items() if "__" in name and name not in known and value.strip()), None)
    if unknown is not None:
        raise BadPeriodError(gettext("There is no filter “%(name)s”.", name=unknown[:40]))
    filters = read_filters(Customer, args)
    return DashboardArgs(period, region_id, tuple(term for term in filters if term.field not in OF_PERIOD))


def no_region() -> str:
    """Return the sentence about a region that is not there."""
    return gettext("There is no such region.")


def preset(name: str, today: date) -> Period:
    """Return a ready-made period up to today."""
    starts = {
        "week": monday_of(today),
        "month": today.replace(day=1),
        "quarter": today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1),
    }
    return Period(starts[name], today)


def _day(value: str) -> date | None:
    text = value.strip()
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.year not in YEARS:
        raise BadPeriodError(gettext("“%(value)s” is no day that can be read, such as 2026-03-31.", value=text[:40]))
    return day
