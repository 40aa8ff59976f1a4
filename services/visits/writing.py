"""Visits: planned, begun, ended. Only who follows a customer visits it (DOMAIN 5)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError

from auth.actor import Actor, AnySession, get_actor
from auth.errors import PermissionDeniedError
from auth.visibility import require_full
from models import Customer, CustomerFollower, Visit, VisitPhoto
from models.scope import UnfilteredReason, unfiltered
from models.types import utc_now
from services.company_days import day_of
from services.customers.records import correctable_customer, kept_of, note_deletion, note_edit
from services.customers.touching import keep_progress_before, touch_customer
from services.errors import ServiceError
from services.stored_files import delete_with_rows
from services.visit_status import OVERDUE, TO_VISIT
from services.visits.errors import (
    ImpossibleVisitError,
    OpenVisitError,
    PlannedTimeError,
    VisitStateError,
    VisitTimesError,
)
from services.visits.states import DONE, STEPS, VISITING, VisitState, duration_of, fault_of

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
#: Code of what is impossible about a visit -> how it is refused; others are :class:`ImpossibleVisitError`.
_ERRORS: Mapping[str, type[ServiceError]] = {
    "times": VisitTimesError,
    "in_future": VisitTimesError,
    "too_far_ahead": PlannedTimeError,
    "visit_needs_plan": PlannedTimeError,
}


def followed_customers_statement(actor: Actor) -> Select[Any]:
    """Return the SELECT of the active customers that the actor follows: the pick list of visits."""
    followed = select(CustomerFollower.customer_id).where(CustomerFollower.employee_id == actor.id)
    return select(Customer).where(Customer.is_active, (Customer.owner_id == actor.id) | Customer.id.in_(followed))


def create_visit(session: AnySession, customer_id: int, values: Mapping[str, Any]) -> Visit:
    """Plan a visit of the actor for today or later, or begin one (status ``visiting``). Flushes.

    :param values: column attribute -> value; what may not be written is ignored
    :raises HiddenRowError, PrivateCustomerError: if the customer is not FULL for the actor
    :raises PermissionDeniedError: if the actor does not follow it, or it is not active
    :raises OpenVisitError: if it would begin while another visit of the actor is open
    :raises VisitTimesError: if it would end before it began, or begin or end in the future
    :raises PlannedTimeError: if it would be planned for no day, for a day that is over, or for years from now
    :raises ImpossibleVisitError: if its status and its moments do not fit together
    """
    actor = get_actor(session)
    if actor is None:
        raise PermissionDeniedError("nobody visits")
    require_full(session, customer_id)
    customer = session.scalar(followed_customers_statement(actor).where(Customer.id == customer_id))
    if customer is None:
        raise PermissionDeniedError(f"customer {customer_id} is not followed")
    visit = Visit(customer_id=customer.id, user_id=actor.id, status=TO_VISIT)
    write_visit(session, visit, customer, values)
    return visit


def update_visit(session: AnySession, visit: Visit, values: Mapping[str, Any]) -> Visit:
    """Correct a visit, move one that is planned. Flushes.

    The audit log keeps old and new; not of what visitors tell of the visit that they are on.

    :raises HiddenRowError, PrivateCustomerError, PermissionDeniedError: as :func:`correctable_customer`
    :raises VisitStateError: if it would go back on its way
    :raises OpenVisitError, VisitTimesError, PlannedTimeError, ImpossibleVisitError: as :func:`create_visit`
    """
    customer, actor = correctable_customer(session, visit), get_actor(session)
    is_draft = visit.status == VISITING and actor is not None and visit.user_id == actor.id
    before = kept_of(session, visit)
    write_visit(session, visit, customer, values)
    if not is_draft:
        note_edit(session, visit, customer, before)
        session.flush()
    return visit


def delete_visit(session: AnySession, visit: Visit) -> None:
    """Delete a visit with its photos, whose files go with the commit. Flushes.

    The audit log keeps what it said.

    :raises HiddenRowError, PrivateCustomerError, PermissionDeniedError: as :func:`correctable_customer`
    """
    note_deletion(session, visit, correctable_customer(session, visit))
    photos = session.execute(
        select(VisitPhoto.storage_key, VisitPhoto.thumbnail_key).where(VisitPhoto.visit_id == visit.id)
    )
    delete_with_rows(session, (key for keys in photos for key in keys if key is not None))
    session.delete(visit)
    session.flush()


def write_visit(session: AnySession, visit: Visit, customer: Customer, values: Mapping[str, Any]) -> None:
    """Write a visit of a customer that the caller has found to be writable: a step on its way, or a correction.

    :raises VisitStateError, OpenVisitError, VisitTimesError, PlannedTimeError, ImpossibleVisitError: as the others
    """
    user_id, was_progress, was_check_in = visit.user_id, visit.progress_after_id, visit.check_in_at
    was_status, was_planned = visit.status, visit.planned_at if visit.id is not None else None
    if values.get("status", visit.status) == VISITING:
        _check_no_other_open(session, visit)
    with session.no_autoflush:
        for name in EDITABLE & values.keys():
            setattr(visit, name, values[name])
        if STEPS[visit.status] < STEPS[was_status]:
            raise VisitStateError(f"visit {visit.id} is {was_status}")
        _complete(session, visit, is_ending=was_status != DONE, is_moved=visit.planned_at != was_planned)
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


def _complete(session: AnySession, visit: Visit, *, is_ending: bool, is_moved: bool) -> None:
    """Fill in the moments that a status implies, and the duration in seconds; let only possible visits pass.

    :param is_ending: whether the visit was not done before
    :param is_moved: whether the visit was planned for another moment before
    :raises VisitTimesError, PlannedTimeError, ImpossibleVisitError: as :func:`create_visit`
    """
    now: datetime = utc_now()
    if visit.status == VISITING and visit.check_in_at is None:
        visit.check_in_at = now
    if visit.status == DONE and is_ending and visit.check_in_at is not None and visit.check_out_at is None:
        visit.check_out_at = now
    if visit.status == OVERDUE and visit.planned_at is not None:
        visit.status = TO_VISIT  # its day says that it is late
    fault = fault_of(VisitState(visit.status, visit.planned_at, visit.check_in_at, visit.check_out_at), now)
    if fault is not None:
        raise _ERRORS.get(fault.code, ImpossibleVisitError)(f"visit {visit.id}: {fault.field} {fault.code}")
    is_over = visit.planned_at is not None and visit.planned_at < day_of(session).start
    if visit.status == TO_VISIT and is_moved and is_over:
        raise PlannedTimeError(f"planned for {visit.planned_at}")
    visit.duration_s = duration_of(visit.check_in_at, visit.check_out_at) if visit.check_out_at else visit.duration_s


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
