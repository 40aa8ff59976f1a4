"""A visit on its way: planned, begun where the customer is, ended with what was said. The visitor's own alone."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from auth.actor import AnySession, company_setting, get_actor
from auth.errors import HiddenRowError, PermissionDeniedError
from auth.visibility import Outcome, outcome_of
from models import Customer, Visit
from models.scope import UnfilteredReason, unfiltered
from models.types import utc_now
from services.customers.contacts import editable_customer
from services.customers.editing import update_customer
from services.customers.rights import Deed, may
from services.positions import Position, distance_m
from services.visit_status import OVERDUE, TO_VISIT
from services.visits.errors import VisitStateError
from services.visits.states import DONE, VISITING
from services.visits.writing import create_visit, followed_customers_statement, write_visit

#: Metres, until there are settings.
DEFAULT_ERROR_M = 500
#: What a visitor tells when a visit ends; a customer that may no longer be written to gets none of it.
_TOLD = ("summary", "progress_after_id")


def follows(session: AnySession, customer_id: int) -> bool:
    """Tell whether the actor may visit a customer: follows it, and it is active."""
    actor = get_actor(session)
    if actor is None:
        return False
    query = followed_customers_statement(actor).where(Customer.id == customer_id).with_only_columns(Customer.id)
    return session.scalar(query) is not None


def require_follows(session: AnySession, customer_id: int) -> None:
    """Let pass who may visit a customer.

    :raises PermissionDeniedError: if the actor does not follow it, or it is not active
    """
    if not follows(session, customer_id):
        raise PermissionDeniedError(f"customer {customer_id} is not followed")


def require_visitor(session: AnySession, visit: Visit) -> None:
    """Let pass whose visit it is.

    :raises PermissionDeniedError: if it is somebody else's
    """
    actor = get_actor(session)
    if actor is None or visit.user_id != actor.id:
        raise PermissionDeniedError(f"visit {visit.id} is somebody else's")


def plan_visit(session: AnySession, customer_id: int, planned_at: datetime | None) -> Visit:
    """Plan a visit of the actor for today or later. Flushes.

    :raises PlannedTimeError, HiddenRowError, PrivateCustomerError, PermissionDeniedError: as :func:`create_visit`
    """
    return create_visit(session, customer_id, {"type": "planned", "status": TO_VISIT, "planned_at": planned_at})


def start_visit(
    session: AnySession,
    customer_id: int,
    position: Position | None = None,
    *,
    address: str | None = None,
    fills_position: bool = False,
) -> Visit:
    """Begin a visit of the actor that was not planned. Flushes.

    :raises HiddenRowError, PrivateCustomerError, PermissionDeniedError, OpenVisitError: as :func:`create_visit`
    """
    visit = create_visit(session, customer_id, {"type": "ad_hoc", "status": VISITING, "check_in_address": address})
    _place(session, visit, position, fills_position=fills_position)
    return visit


def check_in(
    session: AnySession,
    visit: Visit,
    position: Position | None = None,
    *,
    address: str | None = None,
    fills_position: bool = False,
) -> Visit:
    """Begin a planned visit of the actor. Flushes.

    :param position: where the visitor stands; the visit keeps how far that is from the customer
    :param fills_position: write it to a customer that has none
    :raises PermissionDeniedError: if the visit is somebody else's, or the customer is not followed, or not active
    :raises VisitStateError: if it has begun already
    :raises OpenVisitError: if another visit of the actor is open
    """
    require_visitor(session, visit)
    if visit.status not in (TO_VISIT, OVERDUE):
        raise VisitStateError(f"visit {visit.id} is {visit.status}")
    require_follows(session, visit.customer_id)
    begun = {"status": VISITING, "check_in_at": utc_now(), "check_in_address": address}
    write_visit(session, visit, editable_customer(session, visit.customer_id), begun)
    _place(session, visit, position, fills_position=fills_position)
    return visit


def check_out(
    session: AnySession, visit_id: int, position: Position | None = None, told: Mapping[str, Any] | None = None
) -> bool:
    """End the actor's open visit. Flushes.

    Who has lost the customer meanwhile, or may no longer write to it, still ends the visit; what is told is then left
    out, since it would be a record of the customer.

    :param told: ``summary`` and ``progress_after_id``
    :returns: whether what is told was kept
    :raises HiddenRowError: if the actor has no such visit
    :raises VisitStateError: if it is not open
    """
    actor = get_actor(session)
    own = select(Visit.status, Visit.customer_id, Visit.check_in_at)
    with unfiltered(session, UnfilteredReason.OWN_VISITS) as every:
        row = every.execute(own.where(Visit.id == visit_id, Visit.user_id == (actor.id if actor else 0))).one_or_none()
    if row is None:
        raise HiddenRowError(f"visit {visit_id}")
    if row.status != VISITING:
        raise VisitStateError(f"visit {visit_id} is {row.status}")
    ended: dict[str, Any] = {"status": DONE, "check_out_at": max(utc_now(), row.check_in_at)}
    if position is not None:
        ended |= {"check_out_lat": position.lat, "check_out_lng": position.lng}
    visit = session.get(Visit, visit_id) if outcome_of(session, row.customer_id) is Outcome.FULL else None
    customer = session.get_one(Customer, row.customer_id) if visit is not None else None
    if visit is not None and customer is not None and may(session, Deed.EDIT, customer):
        kept = {name: value for name, value in (told or {}).items() if name in _TOLD}
        write_visit(session, visit, customer, ended | kept)
        return True
    ended["duration_s"] = int((ended["check_out_at"] - row.check_in_at).total_seconds())
    with unfiltered(session, UnfilteredReason.OWN_VISITS) as every:
        every.execute(update(Visit).where(Visit.id == visit_id).values(**ended, version=Visit.version + 1))
    return False


def allowed_error_m(session: AnySession) -> int:
    """Return from how many metres on a check-in is marked as far from the customer."""
    setting = company_setting(session)
    return setting.visit_error_m if setting is not None else DEFAULT_ERROR_M


def _place(session: AnySession, visit: Visit, position: Position | None, *, fills_position: bool) -> None:
    """Note where a visit began, and how far from the customer that is."""
    if position is None:
        return
    customer = session.get_one(Customer, visit.customer_id)
    if customer.lat is not None and customer.lng is not None:
        visit.distance_m = distance_m(position, Position(customer.lat, customer.lng))
    elif fills_position:
        found = {"lat": position.lat, "lng": position.lng, "geocoded_at": utc_now()}
        update_customer(session, customer, found)
        visit.distance_m = 0
    visit.check_in_lat, visit.check_in_lng = position.lat, position.lng
    session.flush()
