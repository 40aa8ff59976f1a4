"""Visits: planned, begun, ended. Only who follows a customer visits it (DOMAIN 5)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError

from auth.actor import Actor, AnySession, get_actor
from auth.errors import PermissionDeniedError
from auth.visibility import require_full
from models import Customer, CustomerFollower, Visit, VisitPhoto
from models.scope import UnfilteredReason, unfiltered
from models.types import utc_now
from services.customers.contacts import editable_customer
from services.customers.touching import keep_progress_before, touch_customer
from services.stored_files import delete_with_rows
from services.visits.errors import OpenVisitError, PlannedTimeError, VisitTimesError

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
#: How far clocks may differ.
_CLOCKS = timedelta(minutes=5)
#: How far ahead a visit may be planned.
PLANNED_AHEAD = timedelta(days=2 * 366)


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
    :raises VisitTimesError: if it would end before it began, or begin or end in the future
    :raises PlannedTimeError: if it would be planned for years from now
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
    :raises OpenVisitError, VisitTimesError, PlannedTimeError: as :func:`create_visit`
    """
    _write(session, visit, editable_customer(session, visit.customer_id), values)
    return visit


def delete_visit(session: AnySession, visit: Visit) -> None:
    """Delete a visit with its photos, whose files go with the commit. Flushes.

    :raises PermissionDeniedError: if the actor may only read the customer
    """
    editable_customer(session, visit.customer_id)
    photos = session.execute(
        select(VisitPhoto.storage_key, VisitPhoto.thumbnail_key).where(VisitPhoto.visit_id == visit.id)
    )
    delete_with_rows(session, (key for keys in photos for key in keys if key is not None))
    session.delete(visit)
    session.flush()


def _write(session: AnySession, visit: Visit, customer: Customer, values: Mapping[str, Any]) -> None:
    user_id, was_progress, was_check_in = visit.user_id, visit.progress_after_id, visit.check_in_at
    if values.get("status", visit.status) == VISITING:
        _check_no_other_open(session, visit)
    for name in EDITABLE & values.keys():
        setattr(visit, name, values[name])
    _complete_times(visit)
    keep_progress_before(visit, customer, was_after_id=was_progress)
    try:
        with session.begin_nested():
            session.add(visit)
            session.flush()
    except IntegrityError as error:
        if "uq_visit_open" in str(error.orig) or "visit.user_id" in str(error.orig):
            raise OpenVisitError(user_id, None) from error  # in this very moment
        raise
    moments = {"last_visited_at": visit.check_in_at} if visit.check_in_at and visit.check_in_at != was_check_in else {}
    is_moved = visit.progress_after_id != was_progress
    touch_customer(session, customer, progress_id=visit.progress_after_id if is_moved else None, at=moments)


def _complete_times(visit: Visit) -> None:
    """Fill in the moments that a status implies, and the duration in seconds.

    :raises VisitTimesError: if the visit would end before it began, or begin or end in the future
    :raises PlannedTimeError: if it would be planned for years from now
    """
    now: datetime = utc_now()
    if visit.status == VISITING and visit.check_in_at is None:
        visit.check_in_at = now
    if visit.status == DONE and visit.check_in_at is not None and visit.check_out_at is None:
        visit.check_out_at = now
    if visit.planned_at is not None and visit.planned_at > now + PLANNED_AHEAD:
        raise PlannedTimeError(f"planned for {visit.planned_at}")
    for moment in (visit.check_in_at, visit.check_out_at):
        if moment is not None and moment > now + _CLOCKS:
            raise VisitTimesError(f"{moment} is still to come")
    if visit.check_out_at is None:
        return
    if visit.check_in_at is None or visit.check_out_at < visit.check_in_at:
        raise VisitTimesError(f"from {visit.check_in_at} to {visit.check_out_at}")
    visit.duration_s = int((visit.check_out_at - visit.check_in_at).total_seconds())


def _check_no_other_open(session: AnySession, visit: Visit) -> None:
    other_id = _open_visit_id(session, visit)
    if other_id is not None:
        raise OpenVisitError(visit.user_id, other_id)


def _open_visit_id(session: AnySession, visit: Visit) -> int | None:
    """Return the visit that the visitor is on beside this one; it may be with a customer hidden by now."""
    query = select(Visit.id).where(
        Visit.user_id == visit.user_id, Visit.status == VISITING, Visit.id != (visit.id or 0)
    )
    with unfiltered(session, UnfilteredReason.OWN_VISITS) as every:
        return every.scalar(query)
