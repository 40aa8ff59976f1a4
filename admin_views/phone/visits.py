"""The person's visits, and the page of one: planned, under way or done, or of a customer that was lost since."""

from typing import Any

from flask import render_template, request
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from admin_views import openings
from admin_views.customer_deeds import deeds_of
from admin_views.phone.blueprint import actor, blueprint, db, page_number, paged, view_of
from admin_views.phone.picks import offers_of
from admin_views.row_ids import parse_row_id
from auth.errors import HiddenRowError, PermissionDeniedError
from auth.visibility import raise_for_missing, require_full
from models import Customer, Visit
from services import visits
from services.company_days import day_of
from services.customers import Deed
from services.photos import MAX_PHOTOS
from services.visits.flow import allowed_error_m

#: What the visitor tells of a visit, and where it began.
TOLD_FIELDS = ("summary", "progress_after")
PLACE_FIELDS = ("check_in_address",)
PLAN_FIELDS = ("planned_at",)


@blueprint.get("/visits/")
def my_visits() -> str:
    """Show the person's visits, also those whose customer they have lost (DOMAIN 8)."""
    page = page_number(request.args.get("page", ""))
    rows, has_more = paged(
        lambda limit, offset: visits.own_visits(db.session, limit=limit, offset=offset, is_own_only=True), page
    )
    return render_template("phone/visits.html", rows=rows, statuses=statuses_of(rows), has_more=has_more, page=page)


@blueprint.get("/visit/")
def visit_page() -> Any:
    """Show a visit."""
    return show_visit(request.args.get("id", ""))


@blueprint.get("/visit/new/")
def new_visit() -> Any:
    """Ask how a visit to a customer is to be: begun now, or planned."""
    return show_new_visit(request.args.get("customer", ""))


def show_visit(
    raw_id: str, *, told: Any = None, place: Any = None, fault: str = "", open_id: int | None = None, unsaved: str = ""
) -> Any:
    """Return the page of a visit; with status 422 where something was refused.

    :param told: the form with what was typed of it, else with what is stored
    :param place: likewise where it begins
    :param open_id: the visit that stands in the way
    :param unsaved: what was told of it and could not be kept
    :raises HiddenRowError, PrivateCustomerError: if the person may not see it
    """
    row = find_visit(raw_id)
    if row is None:
        own = visits.own_visit(db.session, parse_row_id(raw_id) or 0)
        status = statuses_of([own])[own.id]  # type: ignore[union-attr]
        return render_template("phone/lost_visit.html", row=own, status=status, unsaved=unsaved)
    view, deeds = view_of(Visit), deeds_of(row.customer)
    is_mine = row.user_id == actor().id
    told = told or (bound_told(row, None) if is_mine and Deed.EDIT in deeds else None)
    page = render_template(
        "phone/visit.html",
        row=row,
        status=statuses_of([row])[row.id],
        is_mine=is_mine,
        may_begin=is_mine and row.check_in_at is None and visits.follows(db.session, row.customer_id),
        told=told if row.check_in_at is not None else None,
        offers=offers_of(view, told) if told is not None else {},
        place=place or view.bound(row, None, only=PLACE_FIELDS),
        fault=fault,
        open_id=open_id,
        unsaved=unsaved,
        allowed_error_m=allowed_error_m(db.session),
        max_photos=MAX_PHOTOS,
    )
    return page, 422 if fault else 200


def bound_told(row: Visit, sent: Any) -> Any:
    """Return the form of what is told of a visit; it says which version of the visit it shows."""
    return view_of(Visit).bound(row, sent, only=TOLD_FIELDS, is_versioned=True)


def show_new_visit(
    raw_id: str, *, place: Any = None, plan: Any = None, fault: str = "", open_id: int | None = None
) -> Any:
    """Return the page on which a visit is begun or planned; with status 422 where something was refused.

    :raises HiddenRowError, PrivateCustomerError, PermissionDeniedError: if the person may not visit the customer
    """
    customer = followed_customer(raw_id)
    view = view_of(Visit)
    page = render_template(
        "phone/new_visit.html",
        customer=customer,
        place=place or view.bound(None, None, only=PLACE_FIELDS),
        plan=plan or view.bound(None, None, only=PLAN_FIELDS),
        fault=fault,
        open_id=open_id,
        allowed_error_m=allowed_error_m(db.session),
    )
    return page, 422 if fault else 200


def followed_customer(raw_id: str) -> Customer:
    """Return a customer whom the person may visit.

    :raises HiddenRowError, PrivateCustomerError: if the person does not see it
    :raises PermissionDeniedError: if the person sees it, but does not follow it, or it is not active
    """
    customer_id = parse_row_id(raw_id)
    if customer_id is None:
        raise HiddenRowError(f"customer {raw_id[:20]!r}")
    followed = visits.followed_customers_statement(actor()).where(Customer.id == customer_id)
    customer: Customer | None = db.session.scalar(followed)
    if customer is None:
        require_full(db.session, customer_id)
        raise PermissionDeniedError(f"customer {customer_id} is not followed")
    openings.note(customer)
    return customer


def find_visit(raw_id: str) -> Visit | None:
    """Return a visit with what its page shows; None for one's own whose customer one has lost.

    :raises HiddenRowError, PrivateCustomerError: for any other that the person may not see
    """
    visit_id = parse_row_id(raw_id)
    if visit_id is None:
        raise HiddenRowError(f"visit {raw_id[:20]!r}")
    query = (
        select(Visit)
        .where(Visit.id == visit_id)
        .options(
            joinedload(Visit.customer),
            joinedload(Visit.user),
            joinedload(Visit.progress_after),
            selectinload(Visit.photos),
        )
    )
    row = db.session.scalar(query.execution_options(populate_existing=True))
    if row is not None:
        openings.note(row)
    elif visits.own_visit(db.session, visit_id) is None:
        raise_for_missing(db.session, Visit, visit_id)
    return row


def statuses_of(rows: Any) -> dict[int, str]:
    """Return visit id -> the status that people see today."""
    today = day_of(db.session).start
    return {row.id: visits.shown_status(row.status, row.planned_at, today) for row in rows}
