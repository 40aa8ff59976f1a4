"""Lines of tables without a key, such as contacts: one that a stored row says already is that row."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from models import ImportChange
from services.exchange.context import Context
from services.exchange.fields import FileField
from services.exchange.instances import batches
from services.exchange.results import Row

#: What people see of a moment, and can have meant to change.
_SHOWN_PRECISION = timedelta(seconds=1)


def match_equal(context: Context, rows: list[Row], fields: list[FileField]) -> None:
    """Give each valid line the id of a stored row that holds just what the line says; a blank cell means nothing there.

    Two lines may mean the same row. What the import itself has written is not looked at: the file has that line twice.

    :param fields: the file's columns that are columns of the table
    """
    leading = _leading(context, fields)
    if leading is None:
        return
    by_value: dict[Any, list[Row]] = {}
    for row in rows:
        if row.is_valid and row.values.get(leading.name) is not None:
            by_value.setdefault(row.values[leading.name], []).append(row)
    for stored in _stored(context, fields, leading, by_value):
        for row in by_value.get(stored[leading.key], ()):
            if row.id is None and all(_is_said(row.values.get(one.name), stored[one.key]) for one in fields):
                row.id = stored["id"]


def _leading(context: Context, fields: list[FileField]) -> FileField | None:
    """Return the column by which stored rows are found: what they hang on, else the first that no row is without."""
    required = [one for one in fields if one.is_required]
    return next((one for one in required if one.target is not None), next(iter(required), None))


def _stored(
    context: Context, fields: list[FileField], leading: FileField, values: Iterable[Any]
) -> Iterable[Mapping[Any, Any]]:
    model = context.resource.model
    columns = [model.id, *(getattr(model, one.key) for one in fields)]
    for batch in batches(values):
        statement = select(*columns).where(getattr(model, leading.key).in_(batch)).order_by(model.id)
        if context.journal is not None:
            own = select(ImportChange.row_id).where(
                ImportChange.job_id == context.journal.job_id, ImportChange.table_name == model.__tablename__
            )
            statement = statement.where(model.id.not_in(own))
        yield from context.every.execute(statement).mappings()


def _is_said(value: Any, stored: Any) -> bool:
    if value is None or value == "":
        return stored is None or stored == ""
    return is_same(value, stored)


def is_same(value: Any, stored: Any) -> bool:
    """Tell whether a value changes nothing.

    Spreadsheets keep texts of several lines, but not how the lines end, and moments, but not each microsecond.
    """
    if value == stored:
        return True
    if isinstance(value, datetime) and isinstance(stored, datetime):
        return abs(value - stored) < _SHOWN_PRECISION
    is_text = isinstance(value, str) and isinstance(stored, str)
    return is_text and _one_line_end(value) == _one_line_end(stored)


def _one_line_end(text: str) -> str:
    return text.replace("\r\n", "\n")
