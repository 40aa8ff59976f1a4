"""The steps of a visit: plan, begin, photos, tell, end. What is refused comes back with all that was typed."""

from collections.abc import Callable
from typing import Any, BinaryIO, cast

from flask import flash, jsonify, redirect, request, url_for
from flask_babel import gettext

from admin_views.customer_deeds import deeds_of
from admin_views.fields import value_of
from admin_views.file_pages import asked_row
from admin_views.messages import TOLD_ERRORS, message_of
from admin_views.phone.blueprint import blueprint, db, view_of
from admin_views.phone.visits import (
    PLACE_FIELDS,
    PLAN_FIELDS,
    bound_told,
    find_visit,
    followed_customer,
    show_new_visit,
    show_visit,
)
from admin_views.phone.words import distance_words
from auth.errors import HiddenRowError
from auth.redirects import is_from_script
from models import Visit, VisitPhoto
from services import photos, visits
from services.customers import Deed
from services.positions import Position, read_position
from services.visits import OpenVisitError
from services.visits.flow import allowed_error_m

#: Called with what a page shows of a refusal.
Refused = Callable[..., Any]


@blueprint.post("/visit/plan/")
def plan_visit() -> Any:
    """Plan a visit to a customer."""
    raw_id = request.form.get("customer", "")
    customer_id = followed_customer(raw_id).id
    plan = view_of(Visit).bound(None, request.form, only=PLAN_FIELDS)

    def write() -> Visit:
        return visits.plan_visit(db.session, customer_id, value_of(plan["planned_at"]))

    def refused(**shown: Any) -> Any:
        return show_new_visit(raw_id, plan=plan, **shown)

    return _step(plan, write, refused, gettext("The visit was planned."))


@blueprint.post("/visit/start/")
def start_visit() -> Any:
    """Begin a visit to a customer that was not planned."""
    raw_id = request.form.get("customer", "")
    customer_id = followed_customer(raw_id).id
    place = view_of(Visit).bound(None, request.form, only=PLACE_FIELDS)

    def write() -> Visit:
        return visits.start_visit(db.session, customer_id, _position(), **_placed(place))

    return _step(place, write, lambda **shown: show_new_visit(raw_id, place=place, **shown), _begun_words())


@blueprint.post("/visit/check_in/")
def check_in() -> Any:
    """Begin a planned visit."""
    raw_id = request.form.get("id", "")
    row = _seen_visit(raw_id)
    place = view_of(Visit).bound(row, request.form, only=PLACE_FIELDS)

    def write() -> Visit:
        return visits.check_in(db.session, row, _position(), **_placed(place))

    return _step(place, write, lambda **shown: show_visit(raw_id, place=place, **shown), _begun_words())


@blueprint.post("/visit/tell/")
def tell() -> Any:
    """Keep what is told of a visit, without ending it."""
    raw_id = request.form.get("id", "")
    row = find_visit(raw_id)
    if row is None or not _may_tell(row):
        return show_visit(raw_id, unsaved=_typed())
    told = bound_told(row, request.form)

    def write() -> Visit:
        return visits.update_visit(db.session, row, _told(told))

    done = gettext("The visit was saved.")
    return _step(told, write, lambda **shown: show_visit(raw_id, told=told, **shown), done, row=row)


@blueprint.post("/visit/check_out/")
def check_out() -> Any:
    """End the person's open visit; also one whose customer they have lost since."""
    raw_id = request.form.get("id", "")
    row = find_visit(raw_id)
    told = bound_told(row, request.form) if row is not None and _may_tell(row) else None
    kept = True

    def write() -> int:
        nonlocal kept
        visit_id = int(raw_id)
        kept = visits.check_out(db.session, visit_id, _position(), None if told is None else _told(told))
        return visit_id

    done = gettext("The visit has ended.")
    answer = _step(told, write, lambda **shown: show_visit(raw_id, told=told, **shown), done, row=row)
    return answer if kept or not _typed() else show_visit(raw_id, unsaved=_typed())


@blueprint.post("/visit/photo/")
def add_photo() -> Any:
    """Add a photo to a visit; a script gets its addresses, and a refusal, as JSON."""
    row = _seen_visit(request.form.get("id", ""))
    upload = request.files.get("photo")
    try:
        if upload is None or not upload.filename:
            flash(gettext("Choose a photo first."), "warning")
        else:
            photo = photos.add_photo(db.session, row, cast("BinaryIO", upload.stream))
            db.session.commit()
            if is_from_script():
                return jsonify(
                    id=photo.id,
                    url=url_for("files.photo", id=photo.id),
                    small_url=url_for("files.photo", id=photo.id, size="small"),
                )
    except TOLD_ERRORS as error:
        if is_from_script():
            raise
        db.session.rollback()
        flash(message_of(error), "danger")
    return redirect(url_for("phone.visit_page", id=row.id))


@blueprint.post("/visit/photo/delete/")
def delete_photo() -> Any:
    """Remove a photo from a visit."""
    row = asked_row(VisitPhoto, request.form.get("id", ""))
    visit_id = row.visit_id
    photos.remove_photo(db.session, row)
    db.session.commit()
    flash(gettext("The photo was removed."), "success")
    return redirect(url_for("phone.visit_page", id=visit_id))


def _step(
    form: Any,
    write: Callable[[], Any],
    refused: Refused,
    done: str | Callable[[Visit], None],
    *,
    row: Visit | None = None,
) -> Any:
    """Take a step and show the visit, or show what was refused and why.

    :param row: the visit of which a version is in the form
    """
    if form is not None and not form.validate():
        faults = [str(message) for field in form for message in field.errors]
        return refused(fault=" ".join(faults))
    if form is not None and row is not None and not view_of(Visit).is_fresh(form, row):
        return refused(fault=" ".join(form.form_errors))
    try:
        made = write()
        db.session.commit()
    except OpenVisitError as error:
        db.session.rollback()
        return refused(fault=message_of(error), open_id=error.visit_id)
    except TOLD_ERRORS as error:
        db.session.rollback()
        return refused(fault=message_of(error))
    if callable(done):
        done(made)
    else:
        flash(done, "success")
    return redirect(url_for("phone.visit_page", id=made if isinstance(made, int) else made.id))


def _begun_words() -> Callable[[Visit], None]:
    """Return what tells that a visit has begun, and warns if that was far from the customer."""

    def tell_begun(visit: Visit) -> None:
        flash(gettext("You have checked in."), "success")
        allowed = allowed_error_m(db.session)
        if visit.distance_m is not None and visit.distance_m > allowed:
            sentence = gettext(
                "You are %(distance)s away from the customer; %(allowed)s are allowed. The visit notes it.",
                distance=distance_words(visit.distance_m),
                allowed=distance_words(allowed),
            )
            flash(sentence, "warning")

    return tell_begun


def _seen_visit(raw_id: str) -> Visit:
    """Return the visit that a form names.

    :raises HiddenRowError, PrivateCustomerError: if the person may not see its customer
    """
    row = find_visit(raw_id)
    if row is None:
        raise HiddenRowError(f"visit {raw_id[:20]!r} of a lost customer")
    return row


def _may_tell(row: Visit) -> bool:
    """Tell whether the person may still write to the customer of a visit of their own.

    :raises PermissionDeniedError: if it is somebody else's
    """
    visits.require_visitor(db.session, row)
    return Deed.EDIT in deeds_of(row.customer)


def _typed() -> str:
    """Return what was told of a visit, as it was sent."""
    return request.form.get("summary", "").strip()


def _position() -> Position | None:
    """Return where the phone says to be.

    :raises PositionError: if that is nowhere
    """
    return read_position(request.form.get("lat", ""), request.form.get("lng", ""))


def _placed(place: Any) -> dict[str, Any]:
    return {
        "address": value_of(place["check_in_address"]),
        "fills_position": request.form.get("fills_position") == "1",
    }


def _told(told: Any) -> dict[str, Any]:
    return {"summary": value_of(told["summary"]), "progress_after_id": value_of(told["progress_after"])}
