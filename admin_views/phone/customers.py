"""The customers that the person follows: found by typing, by nearness; and one customer in its sections."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import abort, flash, render_template, request
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from admin_views.customer_deeds import deeds_of
from admin_views.messages import message_of
from admin_views.phone.blueprint import PAGE_SIZE, blueprint, db, page_number, paged, view_of
from admin_views.phone.facts import facts_of
from models import Contact, Customer, FollowUp, Visit
from services import visits
from services.company_days import day_of
from services.customers import Deed, PositionError, correctable_ids
from services.customers.followed import followed_customers
from services.listing import SEARCH_LENGTH
from services.positions import Position, distance_m, read_position
from services.progress import progress_history
from services.visits.flow import allowed_error_m


@blueprint.get("/customers/")
def customer_list() -> str:
    """Show the customers whom the person follows. One statement."""
    return _show_list("phone/customers.html", is_active_only=False)


@blueprint.get("/visit/pick/")
def pick_customer() -> str:
    """Show whom the person may visit: those followed, active ones only. One statement."""
    return _show_list("phone/pick.html", is_active_only=True)


def _show_list(template: str, *, is_active_only: bool) -> str:
    search, near = request.args.get("search", "")[:SEARCH_LENGTH], _near()
    page = page_number(request.args.get("page", ""))
    rows, has_more = paged(
        lambda limit, offset: followed_customers(
            db.session, search=search, near=near, is_active_only=is_active_only, limit=limit, offset=offset
        ),
        page,
    )
    return render_template(
        template,
        rows=rows,
        distances={row.id: distance_m(near, Position(row.lat, row.lng)) for row in rows} if near else {},
        has_more=has_more,
        page=page,
        search=search,
        near=request.args.get("near", "") if near else "",
        may_create=view_of(Customer).can_create,
    )


def _near() -> Position | None:
    """Return where the person says to be; one that cannot be read is told, and the list is in its usual order."""
    lat, _, lng = request.args.get("near", "")[:64].partition(",")
    try:
        return read_position(lat, lng)
    except PositionError as error:
        flash(message_of(error), "warning")
        return None


@blueprint.get("/customer/")
def customer_page() -> str:
    """Show one section of a customer."""
    row = view_of(Customer).get_one(request.args.get("id", ""))
    tab = request.args.get("tab", "info")
    if tab not in TABS:
        abort(404)
    deeds = deeds_of(row)
    return render_template(
        "phone/customer.html",
        row=row,
        tab=tab,
        may_edit=Deed.EDIT in deeds,
        may_visit=visits.follows(db.session, row.id),
        **TABS[tab](row),
    )


def _info(row: Customer) -> dict[str, Any]:
    return {"parts": facts_of(view_of(Customer), row)}


def _contacts(row: Customer) -> dict[str, Any]:
    query = select(Contact).where(Contact.customer_id == row.id)
    return {"contacts": db.session.scalars(query.order_by(Contact.is_primary.desc(), Contact.name_sort)).all()}


def _follow_ups(row: Customer) -> dict[str, Any]:
    query = (
        select(FollowUp)
        .where(FollowUp.customer_id == row.id)
        .order_by(FollowUp.created_at.desc(), FollowUp.id.desc())
        .options(
            joinedload(FollowUp.author),
            joinedload(FollowUp.contact),
            joinedload(FollowUp.progress_after),
            selectinload(FollowUp.attachments),
        )
    )
    found = _page_of(query, "follow_ups")
    ids = [follow_up.id for follow_up in found["follow_ups"]]
    return found | {"correctable": correctable_ids(db.session, FollowUp, ids)}


def _visits(row: Customer) -> dict[str, Any]:
    query = (
        select(Visit)
        .where(Visit.customer_id == row.id)
        .order_by(Visit.created_at.desc(), Visit.id.desc())
        .options(joinedload(Visit.user), joinedload(Visit.progress_after), selectinload(Visit.photos))
    )
    found = _page_of(query, "visits")
    today = day_of(db.session).start
    statuses = {visit.id: visits.shown_status(visit.status, visit.planned_at, today) for visit in found["visits"]}
    return found | {"statuses": statuses, "allowed_error_m": allowed_error_m(db.session)}


def _page_of(query: Any, name: str) -> dict[str, Any]:
    page = page_number(request.args.get("page", ""))
    rows, has_more = paged(lambda limit, offset: db.session.scalars(query.limit(limit).offset(offset)), page)
    return {name: rows, "has_more": has_more, "page": page}


def _progress(row: Customer) -> dict[str, Any]:
    return {"moves": progress_history(db.session, row.id)}


#: Section in the address -> what its template needs.
TABS: Mapping[str, Callable[[Customer], dict[str, Any]]] = {
    "info": _info,
    "contacts": _contacts,
    "follow_ups": _follow_ups,
    "visits": _visits,
    "progress": _progress,
}


def tab_words() -> dict[str, str]:
    """Return the words of the sections, in their order."""
    return {
        "info": gettext("Profile"),
        "contacts": gettext("Key contacts"),
        "follow_ups": gettext("Follow-ups"),
        "visits": gettext("Visits"),
        "progress": gettext("Progress"),
    }


__all__ = ["PAGE_SIZE", "TABS", "tab_words"]
