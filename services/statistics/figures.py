"""The figures of the dashboard: a handful of grouped statements, whatever the number of customers.

Every count is a SELECT on mapped classes, so the session's listener adds what the actor may see; a customer that is
hidden from the actor is in no figure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, or_, select

from auth.actor import Actor, AnySession, get_actor
from auth.errors import PermissionDeniedError
from models import Customer, Employee, FollowUp, Industry, Region, Visit
from models.types import utc_now
from services.company_days import company_time_zone
from services.listing import FilterTerm, filter_criteria
from services.statistics.counting import Counts, counted_by, span_number
from services.statistics.lines import LISTS, Branch, Line, branch, list_lines
from services.statistics.period import Period, midnight

#: People in the ranking of a whole company.
RANKED_PEOPLE = 10
_NO_PERIOD = Period()


@dataclass(frozen=True, slots=True)
class Week:
    """One ISO week, as far as it lies in the period."""

    monday: date
    days: Period
    customers: int
    visits: int


@dataclass(frozen=True, slots=True)
class Member:
    """What one person of the team has: customers owned, visits made, follow-ups written."""

    id: int
    name: str
    customers: int
    visits: int
    follow_ups: int


@dataclass(frozen=True, slots=True)
class Statistics:
    """All figures of a period, from what the actor sees."""

    customers: int
    pool: int
    visits: int
    follow_ups: int
    #: Attribute of a customer -> its lines: progress, status, grade, source, channel_type.
    lists: Mapping[str, tuple[Line, ...]]
    industries: Branch
    regions: Branch
    weeks: tuple[Week, ...]
    team: tuple[Member, ...]

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing at all was counted."""
        return not (self.customers or self.visits or self.follow_ups)


def statistics(
    session: AnySession,
    period: Period = _NO_PERIOD,
    *,
    region_id: int | None = None,
    filters: Sequence[FilterTerm] = (),
) -> Statistics:
    """Count what was made in a period. At most seven statements, and one for the company's time zone.

    Customers and follow-ups count by when they were made, visits by when they began.

    :param period: days of the company; an open one counts everything
    :param region_id: the region whose parts are counted; without one, the topmost regions
    :param filters: what the list of customers is narrowed by; visits and follow-ups count with their customers
    :raises PermissionDeniedError: if nobody acts in the session
    :raises UnknownRowError: if there is no such region
    :raises BadFilterError: if a filter's value cannot be read
    """
    actor = get_actor(session)
    if actor is None:
        raise PermissionDeniedError("figures are counted for somebody")
    zone = company_time_zone(session)
    mondays = period.mondays(utc_now().astimezone(zone).date())
    bounds = [midnight(day, zone) for day in (*mondays, mondays[-1] + timedelta(weeks=1))]

    chosen = filter_criteria(session, Customer, filters)
    trees = {"industry": Customer.industry_id, "region": Customer.region_id}
    keys = {name: getattr(Customer, f"{name}_id") for name in LISTS} | trees
    customers = _counted(
        session,
        {**keys, "owner": Customer.owner_id, "week": span_number(Customer.created_at, bounds)},
        [*chosen, *period.within(Customer.created_at, zone)],
    )
    visits = _counted(
        session,
        {"user": Visit.user_id, "week": span_number(Visit.check_in_at, bounds)},
        [Visit.check_in_at.is_not(None), *_of(Visit, chosen), *period.within(Visit.check_in_at, zone)],
    )
    follow_ups = _counted(
        session,
        {"author": FollowUp.author_id},
        [*_of(FollowUp, chosen), *period.within(FollowUp.created_at, zone)],
    )
    return Statistics(
        customers=sum(customers["owner"].values()),
        pool=customers["owner"].get(None, 0),
        visits=sum(visits["user"].values()),
        follow_ups=sum(follow_ups["author"].values()),
        lists=list_lines(session, customers),
        industries=branch(session, Industry, customers["industry"]),
        regions=branch(session, Region, customers["region"], region_id),
        weeks=_weeks(mondays, period, customers["week"], visits["week"]),
        team=_team(session, actor, (customers["owner"], visits["user"], follow_ups["author"])),
    )


def _counted(
    session: AnySession, keys: Mapping[str, Any], criteria: Sequence[ColumnElement[bool]]
) -> dict[str, Counts]:
    return counted_by(session, select(*(key.label(name) for name, key in keys.items())).where(*criteria))


def _of(model: Any, chosen: Sequence[ColumnElement[bool]]) -> list[ColumnElement[bool]]:
    """Return the criterion for rows of the chosen customers; none where all are."""
    return [model.customer_id.in_(select(Customer.id).where(*chosen))] if chosen else []


def _weeks(mondays: Sequence[date], period: Period, customers: Counts, visits: Counts) -> tuple[Week, ...]:
    return tuple(
        Week(
            monday,
            Period(monday, monday + timedelta(days=6)).overlap(period),
            customers.get(number, 0),
            visits.get(number, 0),
        )
        for number, monday in enumerate(mondays)
    )


def _team(session: AnySession, actor: Actor, figures: tuple[Counts, Counts, Counts]) -> tuple[Member, ...]:
    """Return the actor and who reports to the actor; for the company admin those of all who have most customers."""
    criterion: ColumnElement[bool]
    if actor.is_company_admin:
        people = sorted({id_ for counts in figures for id_ in counts if id_ is not None}, key=_most(figures))
        criterion = Employee.id.in_(people[:RANKED_PEOPLE])
    else:
        criterion = or_(Employee.id == actor.id, Employee.supervisor_id == actor.id)
    rows = session.execute(select(Employee.id, Employee.name, Employee.is_active).where(criterion))
    members = [
        Member(row.id, row.name, *(counts.get(row.id, 0) for counts in figures))
        for row in rows.all()
        if row.is_active or any(counts.get(row.id) for counts in figures)
    ]
    return tuple(sorted(members, key=lambda one: (*_most(figures)(one.id)[:-1], one.name, one.id)))


def _most(figures: tuple[Counts, Counts, Counts]) -> Any:
    """Return the key that puts those with most customers first, then with most visits, then with most follow-ups."""
    return lambda id_: (*(-counts.get(id_, 0) for counts in figures), id_)
