"""Visits: planned, begun, ended. Only who follows a customer visits it (DOMAIN 5)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, case, select
from sqlalchemy.exc import IntegrityError

from auth.actor import Actor, AnySession, get_actor
from auth.errors import PermissionDeniedError
from auth.visibility import among, dialect_of, full_customers, require_full
from models import Customer, CustomerFollower, Employee, Visit
from models.scope import UnfilteredReason, unfiltered
from models.types import utc_now
from services.customers.contacts import editable_customer
from services.customers.touching import touch_customer
from services.errors import ServiceError

#: What may be written of a visit; the rest is derived or fixed.
EDITABLE = frozenset(
    {
        "type",
        "status",
        "planned_at",
        "summary",
        "progress_after_id",
        "check_in_at",
        "check_in_lat",
        "check_in_lng",
        "check_in_address",
        "distance_m",
        "check_out_at",
        "check_out_lat",
        "check_out_lng",
    }
)
VISITING = "visiting"
DONE = "done"


class OpenVisitError(ServiceError):
    """The employee is on another visit, which must end first."""


class VisitTimesError(ServiceError):
    """A visit would end before it began, or end without having begun."""


def followed_customers_statement(actor: Actor) -> Select[Any]:
    """Return the SELECT of the active customers that the actor follows: the pick list of visits."""
    followed = select(CustomerFollower.customer_id).where(CustomerFollower.employee_id == actor.id)
    return select(Customer).where(Customer.is_active, (Customer.owner_id == actor.id) | Customer.id.in_(followed))


def create_visit(session: AnySession, customer_id: int, values: Mapping[str, Any]) -> Visit:
    """Plan a visit of the actor, or begin one (status ``visiting``). Flushes.

    :param values: column attribute -> value; what may not be written is ignored
    :raises HiddenRowError, PrivateCustomerError: if the customer is not FULL for the actor
    :raises PermissionDeniedError: if the actor does not follow it, or it is not active
    :raises OpenVisitError: if it would begin while another visit of the actor is open
    :raises VisitTimesError: if it would end before it began
    """
    actor = get_actor(session)
    if actor is None:
        raise PermissionDeniedError("nobody visits")
    require_full(session, customer_id)
    customer = session.scalar(followed_customers_statement(actor).where(Customer.id == customer_id))
    if customer is None:
        raise PermissionDeniedError(f"customer {customer_id} is not followed")
    visit = Visit(customer_id=customer.id, user_id=actor.id)
    _write(session, visit, customer, values)
    return visit


def update_visit(session: AnySession, visit: Visit, values: Mapping[str, Any]) -> Visit:
    """Write a visit: begin it, end it, tell of it. Flushes.

    :raises PermissionDeniedError: if the actor may only read the customer
    :raises OpenVisitError, VisitTimesError: as :func:`create_visit`
    """
    _write(session, visit, editable_customer(session, visit.customer_id), values)
    return visit


def own_visits(session: AnySession, *, limit: int = 50, offset: int = 0, is_own_only: bool = False) -> list[Row[Any]]:
    """Return visits of the actor and the actor's team, also those whose customer they no longer see (DOMAIN 8).

    :param is_own_only: leave out the team's
    :returns: rows of (id, user_id, user_name, type, status, planned_at, check_in_at, check_in_address, check_out_at,
        duration_s, is_full, customer_id, customer_name), newest first; customer_id is None unless the customer is FULL,
        customer_name is None (say 私密客户) unless it is FULL or the visit is the actor's own
    """
    actor, dialect = get_actor(session), dialect_of(session)
    if actor is None:
        return []
    is_full = full_customers(actor, dialect, Customer)
    authors = [actor.id] if is_own_only else actor.team
    query = (
        select(*_own_columns(actor, is_full))
        .join(Customer, Customer.id == Visit.customer_id)
        .join(Employee, Employee.id == Visit.user_id)
        .where(among(Visit.user_id, authors, dialect))
        .order_by(Visit.created_at.desc(), Visit.id.desc())
        .limit(limit)
        .offset(offset)
    )
    with unfiltered(session, UnfilteredReason.OWN_VISITS) as every:
        return list(every.execute(query))


def _own_columns(actor: Actor, is_full: Any) -> tuple[Any, ...]:
    return (
        Visit.id,
        Visit.user_id,
        Employee.name.label("user_name"),
        Visit.type,
        Visit.status,
        Visit.planned_at,
        Visit.check_in_at,
        Visit.check_in_address,
        Visit.check_out_at,
        Visit.duration_s,
        is_full.label("is_full"),
        case((is_full, Customer.id)).label("customer_id"),
        case((is_full | (Visit.user_id == actor.id), Customer.name)).label("customer_name"),
    )


def _write(session: AnySession, visit: Visit, customer: Customer, values: Mapping[str, Any]) -> None:
    was_progress, was_check_in = visit.progress_after_id, visit.check_in_at
    if values.get("status", visit.status) == VISITING:
        _check_no_other_open(session, visit)
    for name in EDITABLE & values.keys():
        setattr(visit, name, values[name])
    _complete_times(visit)
    try:
        with session.begin_nested():
            session.add(visit)
            session.flush()
    except IntegrityError as error:
        if "uq_visit_open" in str(error.orig) or "visit.user_id" in str(error.orig):
            raise OpenVisitError(f"employee {visit.user_id} is on another visit") from error
        raise
    moments = {"last_visited_at": visit.check_in_at} if visit.check_in_at and visit.check_in_at != was_check_in else {}
    is_moved = visit.progress_after_id != was_progress
    touch_customer(session, customer, progress_id=visit.progress_after_id if is_moved else None, at=moments)


def _complete_times(visit: Visit) -> None:
    """Fill in the moments that a status implies, and the duration in seconds.

    :raises VisitTimesError: if the visit would end before it began
    """
    now: datetime = utc_now()
    if visit.status == VISITING and visit.check_in_at is None:
        visit.check_in_at = now
    if visit.status == DONE and visit.check_in_at is not None and visit.check_out_at is None:
        visit.check_out_at = now
    if visit.check_out_at is None:
        return
    if visit.check_in_at is None or visit.check_out_at < visit.check_in_at:
        raise VisitTimesError(f"from {visit.check_in_at} to {visit.check_out_at}")
    visit.duration_s = int((visit.check_out_at - visit.check_in_at).total_seconds())


def _check_no_other_open(session: AnySession, visit: Visit) -> None:
    query = select(Visit.id).where(
        Visit.user_id == visit.user_id, Visit.status == VISITING, Visit.id != (visit.id or 0)
    )
    with unfiltered(session, UnfilteredReason.OWN_VISITS) as every:  # it may be with a customer hidden by now
        if every.scalar(query) is not None:
            raise OpenVisitError(f"employee {visit.user_id} is on another visit")
