"""What people have and did in a week. Each figure counts the rows of a list, as the actor sees it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select, true

from auth.actor import AnySession
from auth.visibility import among, dialect_of
from models import Customer, Employee, FollowUp, Visit
from services.company_days import company_time_zone, day_of
from services.promises import awaits_follow_up
from services.statistics import Period
from services.visit_status import OVERDUE, status_is
from services.visits.own import lost_visit_counts


@dataclass(frozen=True, slots=True)
class Figures:
    """What one person has, and did in a period."""

    #: Customers owned, and how many of them are active.
    customers: int = 0
    active_customers: int = 0
    #: Owned customers whose next follow-up should have been before today.
    overdue_follow_ups: int = 0
    #: Follow-ups written in the period, visits that began in it.
    follow_ups: int = 0
    visits: int = 0
    #: More visits that began in it, to customers that the actor no longer sees.
    lost_visits: int = 0
    #: Visits that were planned for a day that is over.
    overdue_visits: int = 0
    #: When the person last began a visit or wrote a follow-up.
    last_activity_at: datetime | None = None


_NOTHING = Figures()


def figures_of(session: AnySession, employee_ids: Iterable[int], period: Period) -> dict[int, Figures]:
    """Return employee id -> figures, for each of the employees. Six statements, and one for the company's time zone.

    :param period: the company's days in which follow-ups and visits count
    """
    ids, zone = list(employee_ids), company_time_zone(session)
    today = day_of(session).start
    found: dict[int, dict[str, Any]] = {id_: {} for id_ in ids}
    owned = {
        "customers": func.count(),
        "active_customers": func.count().filter(Customer.is_active),
        "overdue_follow_ups": func.count().filter(awaits_follow_up(today)),
    }
    begun, is_overdue = and_(true(), *period.within(Visit.check_in_at, zone)), status_is(OVERDUE, today)
    visits = {
        "visits": func.count().filter(begun),
        "overdue_visits": func.count().filter(is_overdue),
    }
    written = {"follow_ups": func.count()}
    in_period = period.within(FollowUp.created_at, zone)
    for column, figures, criteria in (
        (Customer.owner_id, owned, []),
        (Visit.user_id, visits, [or_(begun, is_overdue)]),
        (FollowUp.author_id, written, in_period),
    ):
        for id_, counts in _counted(session, column, figures, criteria, ids):
            found[id_] |= counts
    for id_, count in lost_visit_counts(session, ids, begun).items():
        found[id_]["lost_visits"] = count
    for id_, moment in _last_activities(session, ids):
        found[id_]["last_activity_at"] = moment
    return {id_: Figures(**figures) if figures else _NOTHING for id_, figures in found.items()}


def _counted(
    session: AnySession, person: Any, figures: Mapping[str, Any], criteria: Iterable[Any], ids: list[int]
) -> Iterable[tuple[int, dict[str, int]]]:
    """Yield (employee id, name -> count). One statement.

    :param person: the column that says whose row it is
    """
    columns = (figure.label(name) for name, figure in figures.items())
    query = select(person.label("employee_id"), *columns).where(among(person, ids, dialect_of(session)), *criteria)
    for row in session.execute(query.group_by(person)).mappings():
        yield row["employee_id"], {name: row[name] for name in figures}


def _last_activities(session: AnySession, ids: list[int]) -> Iterable[tuple[int, datetime]]:
    """Yield (employee id, moment) of those who did anything. One statement, which takes the newest from an index."""
    visit = select(Visit.check_in_at).where(Visit.user_id == Employee.id, Visit.check_in_at.is_not(None))
    follow_up = select(FollowUp.created_at).where(FollowUp.author_id == Employee.id)
    columns = (
        visit.order_by(Visit.check_in_at.desc()).limit(1).scalar_subquery(),
        follow_up.order_by(FollowUp.created_at.desc()).limit(1).scalar_subquery(),
    )
    query = select(Employee.id, *columns).where(among(Employee.id, ids, dialect_of(session)))
    for id_, *moments in session.execute(query):
        known = [moment for moment in moments if moment is not None]
        if known:
            yield id_, max(known)
