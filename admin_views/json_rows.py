"""Rows as JSON, for scripts that ask a page for data (``Accept: application/json``)."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from admin_views.cells import show
from models.inspection import Attribute


def row_as_json(row: Any, attributes: list[Attribute]) -> dict[str, Any]:
    """Return a row as {"id", "version", attribute: value}.

    Moments are ISO 8601 in UTC, decimals text, a related row is {"id", "name"} or None. A related customer that is not
    FULL has no id, and reads "Private customer".
    """
    heads = {name: getattr(row, name) for name in ("id", "version") if hasattr(row, name)}
    return heads | {attribute.name: _value(row, attribute) for attribute in attributes}


def _value(row: Any, attribute: Attribute) -> Any:
    if attribute.target is not None:
        return _related(row, attribute)
    value = getattr(row, attribute.name)
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _related(row: Any, attribute: Attribute) -> dict[str, Any] | None:
    related = getattr(row, attribute.name)
    if related is not None:
        return {"id": related.id, "name": str(related)}
    words = str(show(row, attribute))
    return {"id": None, "name": words} if words else None
