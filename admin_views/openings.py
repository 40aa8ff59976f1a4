"""Notes each private customer that a company admin opens, whichever page shows it (DOMAIN 3.6, 管理员查看私密客户).

``GeneratedView.get_one`` is how every page finds its one row, so it tells here; the entry is written when the answer
is ready. A redirect shows nothing, and the deed that it follows has an entry of its own.
"""

from typing import Any

from flask import Flask, Response, g, make_response
from sqlalchemy.exc import OperationalError

from admin_views.errors import show_busy
from admin_views.sessions import writing
from models import Customer, db
from models.enums import Visibility
from models.scope import HangsOnCustomer
from services import audit


def init_app(app: Flask) -> None:
    """Let every answer write what its request opened."""
    app.after_request(_record)


def note(row: Any) -> None:
    """Remember that the request opens a row; one that is, or hangs on, a customer counts."""
    if not g.actor.is_company_admin:
        return
    if isinstance(row, Customer) and row.visibility == Visibility.PRIVATE:
        _opened()[row.id] = {}
    elif isinstance(row, HangsOnCustomer):
        shown: Any = row
        _opened().setdefault(shown.customer_id, {"record": {"table": shown.__tablename__, "id": shown.id}})


def forget() -> None:
    """Say that the request, though it asked for a row, shows nothing of it: a preview of a deed."""
    _opened().clear()


def _opened() -> dict[int, dict[str, Any]]:
    if "opened" not in g:
        g.opened = {}
    found: dict[int, dict[str, Any]] = g.opened
    return found


def _record(response: Response) -> Response:
    opened = g.pop("opened", None)
    if not opened or "Location" in response.headers:
        return response
    try:
        with writing():
            audit.record_openings(db.session, opened)
    except OperationalError as error:  # what cannot be noted is not shown
        return make_response(show_busy(error))
    return response
