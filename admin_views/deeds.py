"""What the pages about one deed share: reading what was chosen, doing it, telling a refusal with the form."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from flask import abort, request
from flask_admin.form import BaseForm
from sqlalchemy import Select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.datastructures import MultiDict

from admin_views.fields import PickField
from admin_views.messages import TOLD_ERRORS, message_of, refusal_of, stale_message
from admin_views.row_ids import parse_row_id
from auth.redirects import is_from_script
from models import Customer, db
from models.inspection import attribute_of
from services.sight_changes import SightChange

#: What stands for nobody where an owner is asked for.
POOL = "pool"

Args = MultiDict[str, str]


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a deed was not done: the sentence, and the HTTP status of the page that shows it."""

    message: str
    status: int


def attempt(deed: Callable[[], object], rows: Iterable[Any]) -> Fault | None:
    """Do a deed and commit. Refused, it leaves nothing behind and comes back as a fault; to a script, as raised.

    :param rows: the rows that the posted form is about; it is refused if they have changed since
    """
    try:
        _require_fresh(rows)
        deed()
        db.session.commit()
    except TOLD_ERRORS as error:
        db.session.rollback()
        return fault_of(error)
    except (IntegrityError, StaleDataError) as error:
        db.session.rollback()
        if is_from_script():
            raise StaleDataError("somebody was quicker") from error
        return Fault(stale_message(), 409)
    return None


def preview(ask: Callable[[], SightChange]) -> SightChange | Fault:
    """Return who gains and who loses sight, or why what was asked cannot be done; to a script, as raised."""
    try:
        return ask()
    except TOLD_ERRORS as error:
        return fault_of(error)


def fault_of(error: Exception) -> Fault:
    """Return a service's refusal as a fault.

    :raises Exception: the error itself where a script asks, to be answered as JSON
    """
    if is_from_script():
        raise error
    return Fault(message_of(error), refusal_of(error).status)


def _require_fresh(rows: Iterable[Any]) -> None:
    if request.form.get("version") not in (None, version_mark(rows)):
        raise StaleDataError("the form was made from older rows")


def version_mark(rows: Iterable[Any]) -> str:
    """Return which rows they are, and their versions, as one text that a page sends back with its deed.

    Of one row it is the version itself.
    """
    marked = list(rows)
    return str(marked[0].version) if len(marked) == 1 else selection_mark(marked)


def selection_mark(rows: Iterable[Any]) -> str:
    """Return which rows they are, and their versions, as a text that nobody guesses who has not seen it."""
    marks = sorted((row.id, getattr(row, "version", 1)) for row in rows)
    return hashlib.blake2b(repr(marks).encode(), digest_size=12).hexdigest()


def sent() -> Args:
    """Return what a form or an address says: the body of a POST, else the address."""
    return request.form if request.method == "POST" else request.args


def sent_ids() -> list[str]:
    """Return the ids that a request is about; a form may leave them in its address."""
    return sent().getlist("id") or request.args.getlist("id")


def read_employee_id(args: Args, name: str) -> int:
    """Return the id of an employee, who may be there or not.

    :raises BadRequest: if it is missing, or no id
    """
    found = parse_row_id(args.get(name, ""))
    return abort(400) if found is None else found


def read_new_owner_id(args: Args) -> int | None:
    """Return the id of the employee named as ``owner``; None for the pool: ``pool``, or blank.

    :raises BadRequest: if it is missing, or something else
    """
    if "owner" in args and args["owner"].strip() in ("", POOL):
        return None
    return read_employee_id(args, "owner")


def is_ticked(args: Args, name: str) -> bool:
    """Tell whether a box is ticked.

    :raises BadRequest: if the value is neither 1 nor 0 nor blank
    """
    value = args.get(name, "")
    return value == "1" if value in ("", "0", "1") else abort(400)


def pick_employee(name: str, label: str, offered: Select[Any], chosen_id: int | None) -> Any:
    """Return a bound field, part of no other form, that picks an employee.

    :param offered: SELECT of the employees to choose from
    """
    unbound = PickField(label, attribute=attribute_of(Customer, "owner"), statement=offered)
    field = type("PickForm", (BaseForm,), {name: unbound})(data={name: chosen_id})[name]
    field.kept_id = None  # what the address says is a proposal, not what a row has
    return field
