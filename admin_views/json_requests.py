"""JSON endpoints: reading what was sent, strictly, and telling what was refused as {code, message}."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import jsonify, request
from flask_babel import gettext
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.wrappers import Response

from admin_views.messages import REFUSALS, TOLD_ERRORS, refusal_of
from models import db
from services.filter_values import MAX_INTEGER
from services.ordering import StaleVersionError, UnknownRowError

#: Numbers beyond this are no ids anybody could have been given.
_INT64 = 2**63
#: Longest number in an address, in digits; longer ones are beyond 64 bits anyway.
_MAX_DIGITS = 20
#: Ids in one list, far above any list that a person orders.
_MAX_IDS = 10_000
#: Ids in one address.
_MAX_ADDRESS_IDS = 200
_MISSING = object()

Answer = Response | tuple[Response, int]


class BadJsonError(ValueError):
    """What was sent is no JSON object, lacks a key, or holds a value of another type."""


def json_endpoint(page: Callable[..., Any]) -> Callable[..., Answer]:
    """Let a page return plain data: commit and send it as JSON; send a refusal as {code, message} and roll back."""

    @wraps(page)
    def answer(*args: Any, **kwargs: Any) -> Answer:
        try:
            data = page(*args, **kwargs)
            db.session.commit()
        except BadJsonError:
            return _refuse(400, "bad_request", gettext("The request was not understood."))
        except (IntegrityError, StaleDataError):
            stale = REFUSALS[StaleVersionError]
            return _refuse(stale.status, stale.code, stale.message(None))
        except TOLD_ERRORS as error:
            refusal = refusal_of(error)
            return _refuse(refusal.status, refusal.code, refusal.message(error))
        return jsonify(data)

    return answer


def read_object() -> dict[str, Any]:
    """Return the JSON object of the request's body.

    :raises BadJsonError: if it is something else
    """
    try:
        data = request.get_json(silent=True)
    except RecursionError:
        data = None
    if not isinstance(data, dict):
        raise BadJsonError("no JSON object")
    return data


def integer(data: dict[str, Any], key: str) -> int:
    """Return a whole number.

    :raises BadJsonError: if it is missing, of another type, or beyond 64 bits
    """
    return _integer(data.get(key))


def row_id(data: dict[str, Any], key: str) -> int:
    """Return the id of a row.

    :raises BadJsonError: as :func:`integer`
    :raises UnknownRowError: if no row can have it
    """
    return _row_id(data.get(key))


def optional_row_id(data: dict[str, Any], key: str, *, is_required: bool = False) -> int | None:
    """Return the id of a row, or None for null; a missing key is null unless required.

    :raises BadJsonError, UnknownRowError: as :func:`row_id`
    """
    value = data.get(key, _MISSING if is_required else None)
    return None if value is None else _row_id(value)


def row_ids(data: dict[str, Any], key: str) -> list[int]:
    """Return a list of ids.

    :raises BadJsonError: if it is no list of whole numbers, or absurdly long
    """
    values = data.get(key)
    if not isinstance(values, list) or len(values) > _MAX_IDS:
        raise BadJsonError(key)
    return [_integer(value) for value in values]


def string(data: dict[str, Any], key: str) -> str:
    """Return a text.

    :raises BadJsonError: if it is missing or of another type
    """
    value = data.get(key)
    if not isinstance(value, str):
        raise BadJsonError(key)
    return value


def row_id_argument(name: str) -> int | None:
    """Return an id from the address; None if it is not there or blank.

    :raises BadJsonError: if it is no whole number
    :raises UnknownRowError: if no row can have it
    """
    raw = request.args.get(name, "").strip()
    if not raw:
        return None
    if not (raw.isascii() and raw.removeprefix("-").isdecimal()) or len(raw) > _MAX_DIGITS:
        raise BadJsonError(name)
    return _row_id(int(raw))


def row_ids_argument(name: str, *, least: int = 1) -> list[int]:
    """Return ids from the address, parted by commas; none if it is not there or blank. Impossible ids are left out.

    :raises BadJsonError: if one is no whole number, or there are more than 200
    """
    parts = [part for part in request.args.get(name, "").split(",") if part.strip()]
    if len(parts) > _MAX_ADDRESS_IDS or not all(part.isascii() and part.isdecimal() for part in parts):
        raise BadJsonError(name)
    return [number for number in (int(part[:_MAX_DIGITS]) for part in parts) if least <= number <= MAX_INTEGER]


def _integer(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) >= _INT64:
        raise BadJsonError("no whole number")
    return value


def _row_id(value: Any) -> int:
    number = _integer(value)
    if not 1 <= number <= MAX_INTEGER:
        raise UnknownRowError(f"id {number}")
    return number


def _refuse(status: int, code: str, message: str) -> Answer:
    db.session.rollback()
    return jsonify(code=code, message=message), status
