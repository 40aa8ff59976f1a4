"""Rows of an export as values with their types: for workbooks, and for what no SQL can say."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Session

from models.inspection import Kind
from services.exchange.column_sources import ColumnSources
from services.exchange.column_texts import stored_wall_time, wall_time
from services.exchange.fields import FileField
from services.exchange.raw_rows import row_batches
from services.exchange.readers import BatchReader, special_reader

_Convert = Callable[[Any], Any]
Rows = Iterator[Sequence[Any]]


def typed_rows(session: Session, sources: ColumnSources, fields: Sequence[FileField]) -> Iterator[Rows]:
    """Yield the rows in batches: text, int, bool, Decimal, date, datetime on the company's clocks; None for blank."""
    columns = {field.name: sources.column(field) for field in fields}
    found: dict[str, ColumnElement[Any]] = {name: column for name, column in columns.items() if column is not None}
    readers = [
        special_reader(session, sources.model, field, sources.language) for field in fields if field.name not in found
    ]
    places = [field.name in found for field in fields]
    dialect = session.get_bind().dialect
    converters = _converters([field for field in fields if field.name in found], found, dialect, sources.zone)
    ids = [sources.model.id] if readers else []
    statement = sources.statement.with_only_columns(*found.values(), *ids, maintain_column_froms=True)
    for batch in row_batches(session, statement):
        rows = _converted(batch, converters)
        yield _with_read(rows, [row[-1] for row in batch], readers, places) if readers else rows


def _converters(
    fields: Sequence[FileField], columns: Mapping[str, ColumnElement[Any]], dialect: Dialect, zone: ZoneInfo
) -> list[tuple[int, _Convert]]:
    """Return (position, converter) of each column whose cells do not come from the driver as they are wanted."""
    found = []
    for position, field in enumerate(fields):
        if field.kind is Kind.MOMENT and dialect.name == "sqlite":
            found.append((position, _stored_moment_maker(zone)))
            continue
        steps = (_from_driver(columns[field.name], dialect), _MAKERS.get(field.kind, lambda _zone: None)(zone))
        wanted = [step for step in steps if step is not None]
        if wanted:
            found.append((position, wanted[0] if len(wanted) == 1 else _both(*wanted)))
    return found


def _from_driver(column: ColumnElement[Any], dialect: Dialect) -> _Convert | None:
    """Return what makes a value of what SQLite stores; PostgreSQL's driver knows the types."""
    return None if dialect.name == "postgresql" else column.type.dialect_impl(dialect).result_processor(dialect, None)


def _both(first: _Convert, second: _Convert) -> _Convert:
    return lambda value: second(first(value))


def _converted(batch: Sequence[Sequence[Any]], converters: Sequence[tuple[int, _Convert]]) -> Rows:
    if not converters:
        yield from batch
        return
    for row in batch:
        cells = list(row)
        for position, convert in converters:
            value = cells[position]
            if value is not None:
                cells[position] = convert(value)
        yield cells


def _with_read(
    rows: Rows, ids: Sequence[int], readers: Sequence[BatchReader], is_selected: Sequence[bool]
) -> Iterator[Sequence[Any]]:
    """Put what the readers know among the selected cells, in the order of the fields."""
    more = [read(ids) for read in readers]
    for row_id, row in zip(ids, rows, strict=True):
        selected, read_cells = iter(row), iter(more)
        yield [next(selected) if is_there else next(read_cells).get(row_id) for is_there in is_selected]


def _stored_moment_maker(zone: ZoneInfo) -> _Convert:
    """Return what reads SQLite's text at once as the company's clocks show it."""
    return lambda stored: stored_wall_time(stored, zone.key)


def _moment_maker(zone: ZoneInfo) -> _Convert:
    def convert(moment: datetime) -> datetime:
        return wall_time(moment, zone)

    return convert


def _json_maker(_zone: ZoneInfo) -> _Convert:
    return lambda value: json.dumps(value, ensure_ascii=False, default=str)


#: Kind -> what makes the converter of a value to what a file holds.
_MAKERS: Mapping[Kind, Callable[[ZoneInfo], _Convert | None]] = {Kind.MOMENT: _moment_maker, Kind.JSON: _json_maker}
