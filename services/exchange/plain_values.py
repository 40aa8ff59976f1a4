"""Values of columns as JSON holds them, and back."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import TypeDecorator, inspect


def plain(value: Any) -> Any:
    """Return a value as JSON holds it."""
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return value.isoformat() if isinstance(value, date | datetime) else value


def typed(model: Any, name: str, held: Any) -> Any:
    """Return a value of a column attribute from what :func:`plain` made of it."""
    kind = _python_type(inspect(model).columns[name].type)
    if held is None or not isinstance(held, str):
        return held
    if kind is Decimal:
        return Decimal(held)
    return kind.fromisoformat(held) if kind in {date, datetime} else held


def _python_type(column_type: Any) -> Any:
    return (
        _python_type(column_type.impl_instance) if isinstance(column_type, TypeDecorator) else column_type.python_type
    )
