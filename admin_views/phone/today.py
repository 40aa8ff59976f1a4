"""What is due today, and the person's own page."""

from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from admin_views.phone.blueprint import actor, blueprint, db, local_now
from auth import devices
from services import visits


@blueprint.get("/")
def today() -> str:
    """Show the visit under way, planned and missed visits, and follow-ups that were promised. Two statements."""
    due, follow_ups = visits.due_visits(db.session), visits.due_follow_ups(db.session)
    return render_template(
        "phone/today.html",
        open_visit=next((visit for visit in due if visit.status == visits.VISITING), None),
        visits=[visit for visit in due if visit.status != visits.VISITING],
        follow_ups=follow_ups,
        today=local_now(),
    )


@blueprint.get("/me/")
def me() -> str:
    """Show language, light or dark, password, and the ways out."""
    return render_template("phone/me.html", person=actor())


@blueprint.post("/pages/")
def choose_pages() -> Response:
    """Keep on this device whether the person wants the phone pages or the desk's, and go there."""
    wanted = request.form.get("pages", "")
    is_phone = wanted != devices.DESK
    response: Any = redirect(url_for("phone.today") if is_phone else url_for("admin.index"))
    response.set_cookie(
        devices.COOKIE,
        devices.PHONE if is_phone else devices.DESK,
        max_age=devices.COOKIE_AGE_S,
        samesite="Lax",
        httponly=True,
        secure=request.is_secure,
    )
    return response
