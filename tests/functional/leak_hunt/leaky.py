"""Pages that leak, each in a way of its own: what the hunt must catch in views that it has never seen."""

import io
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, flash, g, redirect, request
from sqlalchemy import func, select

from models import Customer, db
from models.scope import UnfilteredReason, unfiltered
from services.exchange.formats import write_file

blueprint = Blueprint("leaky", __name__, url_prefix="/leaky")


def _customer(customer_id: int) -> Customer:
    """Return a customer past the rule; 404 if there is none."""
    with unfiltered(db.session, UnfilteredReason.COMMAND) as every:
        return every.get(Customer, customer_id) or abort(404)


@blueprint.get("/all/")
def all_view() -> Any:
    """Tell the phone of every customer."""
    with unfiltered(db.session, UnfilteredReason.COMMAND) as every:
        return list(every.scalars(select(Customer.phone)))


@blueprint.get("/one/<int:number>/")
def one_view(number: int) -> str:
    """Tell the place of the customer in the address."""
    return f"{_customer(number).lat}"


@blueprint.get("/asked/")
def asked_view() -> str:
    """Tell the remark of the customer that an argument names."""
    return str(_customer(request.args.get("victim", 0, type=int)).remark)


@blueprint.get("/header/")
def header_view() -> Response:
    """Tell a customer's address in a header."""
    name = _customer(request.args.get("victim", 0, type=int)).address
    return Response("", headers={"Content-Disposition": f"attachment; filename={name}.csv"})


@blueprint.post("/message/")
def message_view() -> Any:
    """Tell a customer's code on the next page."""
    flash(_customer(request.form.get("victim", 0, type=int)).code)
    return redirect("/admin/")


@blueprint.get("/file/")
def file_view() -> Response:
    """Tell in a workbook when a customer was made, as spreadsheets count days."""
    moment = _customer(request.args.get("victim", 0, type=int)).created_at.replace(tzinfo=None)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "leak.xlsx"
        write_file(path, "xlsx", ["at"], [datetime], [[moment]])
        return Response(io.BytesIO(path.read_bytes()).read(), mimetype="application/octet-stream")


@blueprint.get("/exists/")
def exists_view() -> str:
    """Tell that there is a customer."""
    return f"It is {_customer(request.args.get('victim', 0, type=int)).is_active}"


@blueprint.get("/count/")
def count_view() -> str:
    """Tell how many customers there are."""
    with unfiltered(db.session, UnfilteredReason.COMMAND) as every:
        return f"{every.scalar(select(func.count()).select_from(Customer))} customers"


@blueprint.post("/take/")
def take_view() -> str:
    """Give a customer to whoever asks."""
    with unfiltered(db.session, UnfilteredReason.COMMAND) as every:
        customer = every.get(Customer, request.form.get("victim", 0, type=int)) or abort(404)
        customer.owner_id = g.actor.id
    db.session.commit()
    return "taken"


@blueprint.get("/broken/")
def broken_view() -> str:
    """Fall over."""
    raise ZeroDivisionError
