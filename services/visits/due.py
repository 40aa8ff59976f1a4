"""What is due today: the visit under way, visits planned for today or missed, follow-ups that were promised."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, or_, select

from auth.actor import AnySession, get_actor
from auth.visibility import dialect_of, indexed_followed_by
from models import Customer, FollowUp, Visit
from models.scope import UnfilteredReason, unfiltered
from services.company_days import day_of
from services.promises import is_newest_follow_up
from services.visit_status import OVERDUE, TO_VISIT, shown_status
from services.visits.own import kept_visits
from services.visits.states import VISITING

#: As many as one can do in a day, and more.
DUE_LIMIT = 50


@dataclass(frozen=True, slots=True)
class DueVisit:
    """A visit of the actor that waits for something."""

    id: int
    #: The status as people see it: ``visiting``, ``to_visit`` or ``overdue``.
    status: str
    planned_at: datetime | None
    check_in_at: datetime | None
    customer_name: str
    #: None where the customer is not FULL any more; such a visit can only be ended.
    customer_id: int | None


def due_visits(session: AnySession, *, now: datetime | None = None) -> list[DueVisit]:
    """Return the actor's open visit, then those planned up to the end of the company's day, the oldest first.

    A planned visit to a customer that the actor no longer sees is left out. One statement.
    """
    actor = get_actor(session)
    if actor is None:
        return []
    today = day_of(session, now)
    is_waiting = and_(Visit.status.in_((TO_VISIT, OVERDUE)), Visit.planned_at < today.end)
    query = kept_visits(session, actor, is_own_only=True).where(or_(Visit.status == VISITING, is_waiting))
    query = query.order_by(Visit.status != VISITING, Visit.planned_at, Visit.id).limit(DUE_LIMIT)
    with unfiltered(session, UnfilteredReason.OWN_VISITS) as every:
        rows = every.execute(query).all()
    return [
        DueVisit(
            id=row.id,
            status=shown_status(row.status, row.planned_at, today.start),
            planned_at=row.planned_at,
            check_in_at=row.check_in_at,
            customer_name=row.customer_name,
            customer_id=row.customer_id,
        )
        for row in rows
        if row.is_full or row.status == VISITING
    ]


def due_follow_ups(session: AnySession, *, now: datetime | None = None) -> list[Row[Any]]:
    """Return what was promised to the active customers whom the actor follows, up to the end of the company's day.

    A customer's newest follow-up alone counts: whoever has followed up since has kept the promise. One statement.

    :returns: rows of (id, next_follow_at, content, customer_id, customer_name), the oldest first
    """
    actor = get_actor(session)
    if actor is None:
        return []
    query = (
        select(
            FollowUp.id,
            FollowUp.next_follow_at,
            FollowUp.content,
            Customer.id.label("customer_id"),
            Customer.name.label("customer_name"),
        )
        .join(Customer, Customer.id == FollowUp.customer_id)
        .where(
            indexed_followed_by([actor.id], dialect_of(session), Customer),
            Customer.is_active,
            FollowUp.next_follow_at < day_of(session, now).end,
            is_newest_follow_up(),
        )
        .order_by(FollowUp.next_follow_at, FollowUp.id)
        .limit(DUE_LIMIT)
    )
    return list(session.execute(query))
