"""What a person sees when something was refused. Faults become pages here and nowhere else."""

from http import HTTPStatus
from typing import Any

from flask import Flask, current_app, flash, g, jsonify, redirect, render_template, request
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, SecurityError

from admin_views.messages import TOLD_ERRORS, refusal_of, stale_message
from auth.devices import start_url
from auth.errors import HiddenRowError, PermissionDeniedError, PrivateCustomerError
from auth.redirects import came_from, is_from_script
from models import db

Answer = Any


def init_app(app: Flask) -> None:
    """Register the handlers."""
    app.register_error_handler(HTTPException, show_http_error)
    app.register_error_handler(SecurityError, show_foreign_host)
    app.register_error_handler(CSRFError, show_csrf_error)
    app.register_error_handler(DataError, show_data_error)
    app.register_error_handler(StaleDataError, lambda _: _page(409, "stale", stale_message()))
    app.register_error_handler(OperationalError, show_busy)
    app.register_error_handler(
        HiddenRowError, lambda _: _page(404, "not_found", gettext("There is no such page or record."))
    )
    app.register_error_handler(
        PermissionDeniedError, lambda _: _page(403, "forbidden", gettext("You do not have the right to do this."))
    )
    app.register_error_handler(PrivateCustomerError, show_prompt)
    for error in TOLD_ERRORS:
        app.register_error_handler(error, show_refusal)


def show_http_error(error: HTTPException) -> Answer:
    """Show a plain sentence for each refusal."""
    sentences = {
        400: gettext("The request was not understood."),
        401: gettext("You are logged out. Log in again; nothing was saved."),
        403: gettext("You do not have the right to do this."),
        404: gettext("There is no such page or record."),
        405: gettext("This address does not take that kind of request."),
        413: gettext("The file is too large: at most %(size)d MB are accepted.", size=_accepted_mb()),
        429: gettext("Too many attempts. Wait a minute, then try again."),
        500: gettext("Something went wrong on our side. It was noted; nothing was saved."),
    }
    if error.code is None or error.response is not None:
        return error  # a redirect, or an answer made by hand
    status = error.code
    sentence = sentences.get(status, sentences[400 if status < HTTPStatus.INTERNAL_SERVER_ERROR else 500])
    return _page(status, error.name.lower().replace(" ", "_"), sentence)


def _accepted_mb() -> int:
    """Return how many megabytes the page takes; an import takes more than others."""
    return round((request.max_content_length or 0) / 1024**2)


def show_foreign_host(error: SecurityError) -> Answer:
    """Refuse in plain words: a page is full of addresses, and those of this host are what must not be made."""
    return error


def show_csrf_error(_error: CSRFError) -> Answer:
    """Say that the form is too old; the log-in's is simply shown anew."""
    if request.endpoint == "login.login":
        flash(gettext("This page had been open for too long. Log in once more."), "warning")
        return redirect(request.full_path)
    return _page(400, "csrf", gettext("The form has expired, so nothing was saved. Go back and send it again."))


def show_refusal(error: Exception) -> Answer:
    """Say why a service refused, where no page has told it beside its field."""
    refusal = refusal_of(error)
    return _page(refusal.status, refusal.code, refusal.message(error))


def show_busy(error: OperationalError) -> Answer:
    """Ask for patience while the database is locked or out of reach."""
    current_app.logger.error("The database did not answer", exc_info=error)
    return _page(503, "busy", gettext("The database is busy. Nothing was saved; try again in a moment."))


def show_data_error(_error: DataError) -> Answer:
    """Refuse what no column can hold, such as a NUL sign in an address."""
    return _page(400, "bad_request", gettext("The request was not understood."))


def show_prompt(error: PrivateCustomerError) -> Answer:
    """Show whom to ask about a private customer; its name and owner, nothing else."""
    db.session.rollback()
    if is_from_script():
        return jsonify(code="PRIVATE_CUSTOMER", name=error.name, owner=error.owner_name), 403
    return render_template(_template("private_customer"), error=error), 403


def _page(status: int, code: str, message: str) -> Answer:
    db.session.rollback()
    if is_from_script():
        return jsonify(code=code, message=message), status
    page = render_template(_template("error"), status=status, message=message, hint=_hint(code), ways=_ways(status))
    return page, status


def _is_phone_page() -> bool:
    return request.path.startswith("/m/") and "actor" in g


def _template(name: str) -> str:
    """Return the template of a refusal, drawn as the page that was asked for."""
    return f"phone/{name}.html" if _is_phone_page() else f"errors/{name}.html"


def _hint(code: str) -> str:
    """Return what one can do about a refusal, where its sentence does not say it."""
    return {
        "bad_request": gettext("The address or the form may be incomplete. Go back and try again."),
        "forbidden": gettext("If you need it, ask your company admin to change your role."),
        "not_found": gettext("It may have been deleted, or be one that you do not see."),
        "internal_server_error": gettext(
            "Try again. If it happens once more, tell your company admin when it happened."
        ),
        "csrf": gettext("What you entered is kept."),
    }.get(code, "")


def _ways(status: int) -> list[tuple[str, str]]:
    """Return the ways on from an error page as (words, address), the best first."""
    ways = [(gettext("To the start page"), start_url())]
    before = came_from()
    if before is not None and (request.method != "GET" or before != request.full_path.rstrip("?")):
        ways.insert(0, (gettext("Back"), before))
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR and request.method == "GET":
        ways.insert(0, (gettext("Try again"), request.full_path.rstrip("?")))
    return ways
