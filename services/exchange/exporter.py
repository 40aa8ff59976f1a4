"""Writes the rows of a list to a file: exactly those that its SELECT and the actor's sight give, streamed."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session, aliased

from auth.actor import AnySession, get_actor, is_private_customer_enabled
from auth.visibility import dialect_of, notice_customers
from models import Customer
from models.inspection import Kind
from models.meta import label
from models.scope import UnfilteredReason, unfiltered
from services.exchange.fields import FileField
from services.exchange.formats import csv_chunks, write_file
from services.exchange.instances import is_guarded, shown_key
from services.exchange.readers import BatchReader, relation_texts, special_reader
from services.exchange.resource import Resource
from services.listing import company_time_zone
from services.tree_queries import in_tree_order

#: Rows fetched at once.
BATCH = 1_000
#: What stands for a related customer whose outcome is not FULL (DOMAIN 8).
PRIVATE_CUSTOMER = label(en="Private customer", zh="私密客户")
_LEFT_OUT = label(en="Private customers left out", zh="未导出的私密客户数")


@dataclass(slots=True)
class Export:
    """A list on its way into a file."""

    header: tuple[str, ...]
    types: tuple[type[Any], ...]
    #: The rows; can be read once.
    rows: Iterator[Sequence[Any]]
    title: str
    #: Lines of a workbook's second sheet.
    notes: tuple[tuple[Any, ...], ...] = ()
    #: Rows read so far.
    row_count: int = field(default=0)
    #: Private customers that no file of the actor holds, whatever the filters.
    left_out_count: int = 0

    def csv_chunks(self) -> Iterator[bytes]:
        """Yield the list as CSV; the rows are fetched as the chunks are taken."""
        return csv_chunks(self.header, self.rows)

    def write(self, path: Path, export_type: str) -> int:
        """Write a file of a type and return the number of rows.

        :raises FileError: if the type is unknown, or a text is too long for it
        """
        return write_file(path, export_type, self.header, self.types, self.rows, title=self.title, notes=self.notes)


def export(
    session: AnySession, resource: Resource, statement: Select[Any], *, language: str = "en", use_names: bool = False
) -> Export:
    """Return the rows of a SELECT of the resource's model as an export. Nothing is fetched before the rows are taken.

    :param statement: filters and order (trees have their own); the session's listener adds what the actor may see
    :param language: of the headers, ``en`` or ``zh_Hans_CN``
    :param use_names: field names instead of labels as headers
    """
    switch = is_private_customer_enabled(session)
    fields = resource.exported_fields(private_customer_enabled=switch)
    left_out = left_out_count(session) if resource.model is Customer else 0
    export_ = Export(
        header=tuple(field.name if use_names else field.label.text(language) for field in fields),
        types=tuple(field.type for field in fields),
        rows=iter(()),
        title=resource.endpoint,
        # The number is of all, whatever the filters, so that it is no oracle.
        notes=((_LEFT_OUT.text(language),), (left_out,)) if left_out else (),
        left_out_count=left_out,
    )
    export_.rows = _counted(export_, _rows(session, resource, statement, fields, language))
    return export_


def _counted(export_: Export, rows: Iterator[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    for row in rows:
        export_.row_count += 1
        yield row


def _rows(
    session: Any, resource: Resource, statement: Select[Any], fields: Sequence[FileField], language: str
) -> Iterator[Sequence[Any]]:
    model = resource.model
    if resource.is_tree:
        statement = in_tree_order(statement, model)
    columns: dict[str, Any] = {"id": model.id}
    for field_ in fields:
        if field_.target is not None and is_guarded(field_.target):
            statement, columns[field_.name] = _joined(statement, model, field_, language)
        elif field_.key:
            columns[field_.name] = getattr(model, field_.key)
    selected = statement.with_only_columns(
        *(column.label(f"cell_{name}") for name, column in columns.items()), maintain_column_froms=True
    )
    makers = _cell_makers(session, fields, company_time_zone(session))
    readers = {
        field_.name: special_reader(session, model, field_, language) for field_ in fields if field_.name not in columns
    }
    positions = {name: position for position, name in enumerate(columns)}
    result = session.execute(selected.execution_options(yield_per=BATCH))
    for batch in result.partitions():
        yield from _cells(batch, fields, positions, makers, readers)


def _cells(
    batch: Sequence[Any],
    fields: Sequence[FileField],
    positions: Mapping[str, int],
    makers: Mapping[str, Callable[[Any], Any]],
    readers: Mapping[str, BatchReader],
) -> Iterator[Sequence[Any]]:
    ids = [row[0] for row in batch]
    special = {name: read(ids) for name, read in readers.items()}
    plan = [(positions.get(field_.name), makers.get(field_.name), special.get(field_.name)) for field_ in fields]
    for row in batch:
        yield [
            more.get(row[0]) if more is not None else _made(make, row[position if position is not None else 0])
            for position, make, more in plan
        ]


def _made(make: Callable[[Any], Any] | None, value: Any) -> Any:
    return value if value is None or make is None else make(value)


def _joined(statement: Select[Any], model: Any, field_: FileField, language: str) -> tuple[Select[Any], Any]:
    """Join a related row that hangs on a customer: the listener blanks what is not FULL, so it reads as private."""
    target: Any = aliased(field_.target)  # type: ignore[arg-type]  # fields that join have a target
    key = getattr(model, field_.key)
    statement = statement.outerjoin(getattr(model, field_.name).of_type(target))
    text = getattr(target, shown_key(field_.target)) if field_.target is not None else key
    hidden = PRIVATE_CUSTOMER.text(language)
    return statement, case((key.is_(None), None), else_=func.coalesce(text, hidden))


def _cell_makers(session: Session, fields: Sequence[FileField], zone: ZoneInfo) -> dict[str, Callable[[Any], Any]]:
    makers: dict[str, Callable[[Any], Any]] = {}
    for field_ in fields:
        if field_.target is not None and not is_guarded(field_.target):
            makers[field_.name] = relation_texts(session, field_.target).__getitem__
        elif field_.kind is Kind.MOMENT:
            makers[field_.name] = _moment_maker(zone)
        elif field_.kind is Kind.JSON:
            makers[field_.name] = lambda value: json.dumps(value, ensure_ascii=False, default=str)
    return makers


def _moment_maker(zone: ZoneInfo) -> Callable[[datetime], datetime]:
    return lambda moment: moment.astimezone(zone).replace(tzinfo=None)


def left_out_count(session: AnySession) -> int:
    """Return the number of customers whose outcome is NOTICE for the actor (DOMAIN 3.3)."""
    actor = get_actor(session)
    if actor is None:
        return 0
    with unfiltered(session, UnfilteredReason.LEFT_OUT_COUNT) as every:
        criterion = notice_customers(actor, dialect_of(session), Customer)
        return every.scalar(select(func.count()).select_from(Customer).where(criterion)) or 0
