"""Writes the rows of a list to a file: exactly those that its SELECT and the actor's sight give, streamed.

Two ways lead to the same bytes of a CSV. Where SQL can say every column, the database makes the final texts, and
PostgreSQL the lines as well; else the values come with their types, as for workbooks, and Python makes the texts.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from operator import itemgetter
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, column, func, select, table

from auth.actor import AnySession, get_actor, is_private_customer_enabled
from auth.visibility import dialect_of, notice_customers
from models import Customer
from models.inspection import Kind, page_of
from models.scope import UnfilteredReason, unfiltered
from services.company_days import company_time_zone
from services.exchange.column_sources import ColumnSources
from services.exchange.export_columns import export_fields, headers
from services.exchange.fields import FileField
from services.exchange.formats import Notes, Sheet, csv_chunks, csv_line_chunks, csv_text_chunks, write_sheet
from services.exchange.raw_rows import copied_lines, row_batches
from services.exchange.resource import Resource
from services.exchange.typed_rows import typed_rows
from services.tree_queries import in_tree_order


@dataclass(slots=True)
class Export:
    """A list on its way into a file. Its rows can be read once, in one of the ways."""

    session: Any
    model: Any
    statement: Select[Any]
    fields: tuple[FileField, ...]
    header: tuple[str, ...]
    language: str
    zone: ZoneInfo
    #: Makes the second sheet of a workbook; none if not set.
    notes: Callable[["Export"], Notes] | None = None
    #: Called with the number of rows read so far, batch by batch.
    tick: Callable[[int], None] = lambda _count: None
    #: Rows read so far.
    row_count: int = field(default=0)
    #: Rows there were when they were counted, for types that need to know.
    expected_count: int = field(default=0)
    _left_out_count: int | None = None

    def rows(self) -> Iterator[Sequence[Any]]:
        """Yield the rows as values; the database is asked when the first is taken."""
        batches = typed_rows(self.session, self._sources(as_text=False), self.fields)
        return chain.from_iterable(self._counted(map(list, batches)))

    def csv_chunks(self) -> Iterator[bytes]:
        """Yield the list as CSV. The first chunk is the header, before the database is asked."""
        texts = self._texts()
        if texts is None:
            return csv_chunks(self.header, self.rows())
        # Python writes a lone blank cell in quotes, so that its line is none that readers skip; COPY does not.
        if dialect_of(self.session) == "postgresql" and len(self.fields) > 1:
            return csv_line_chunks(self.header, self._counted(copied_lines(self.session, texts), itemgetter(1)))
        return csv_text_chunks(self.header, self._counted(row_batches(self.session, texts)))

    def write(self, path: Path, export_type: str, *, expected_count: int | None = None) -> int:
        """Write a file of a type and return the number of rows.

        :param expected_count: how many rows there are; counted if not given and the type needs to know
        :raises FileError: if the type is unknown, or the rows or a text do not fit into it
        """
        if export_type == "csv":
            with path.open("wb") as file:
                file.writelines(self.csv_chunks())
            return self.row_count
        if expected_count is None:
            expected_count = self.count() if export_type == "xlsx" else 0
        self.expected_count = expected_count
        is_long = [one.type is str and one.limit is None for one in self.fields]
        sheet = Sheet(
            self.header,
            tuple(one.type for one in self.fields),
            self.rows(),
            title=page_of(self.model).menu_title.text(self.language),
            expected_count=expected_count,
            long_places=[place for place, long in enumerate(is_long) if long],
            notes=self.notes(self) if self.notes is not None else None,
        )
        write_sheet(path, export_type, sheet)
        return self.row_count

    def count_left_out(self) -> int:
        """Return how many private customers no file of the actor holds, whatever the filters. Counted once."""
        if self._left_out_count is None:
            # The number is of all, so that it is no oracle.
            self._left_out_count = left_out_count(self.session) if self.model is Customer else 0
        return self._left_out_count

    def count(self, limit: int | None = None) -> int:
        """Count the rows, up to a limit."""
        rows = self.statement.with_only_columns(self.model.id, maintain_column_froms=True).order_by(None)
        return self.session.scalar(select(func.count()).select_from(rows.limit(limit).subquery())) or 0

    def _sources(self, *, as_text: bool) -> ColumnSources:
        return ColumnSources(
            self.model,
            self.statement,
            dialect=dialect_of(self.session),
            zone=self.zone,
            language=self.language,
            as_text=as_text,
        )

    def _texts(self) -> Select[Any] | None:
        """Return the SELECT of the final texts; None where Python must make some of them."""
        if any(one.kind is Kind.MOMENT for one in self.fields) and not _knows_zone(self.session, self.zone):
            return None
        sources = self._sources(as_text=True)
        columns: list[ColumnElement[Any]] = []
        for one in self.fields:
            made = sources.column(one)
            if made is None:
                return None
            columns.append(made)
        return sources.statement.with_only_columns(*columns, maintain_column_froms=True)

    def _counted(self, batches: Iterable[Any], size_of: Callable[[Any], int] = len) -> Iterator[Any]:
        for batch in batches:
            self.row_count += size_of(batch)
            self.tick(self.row_count)
            yield batch


def export(
    session: AnySession,
    resource: Resource,
    statement: Select[Any],
    *,
    columns: Sequence[str] | None = None,
    language: str = "en",
    use_names: bool = False,
) -> Export:
    """Return the rows of a SELECT of the resource's model as an export. Nothing is fetched before the rows are taken.

    :param statement: filters and order (trees have their own); the rule adds what the actor may see
    :param columns: names of fields in order; None for all that an import takes back
    :param language: of the headers, ``en`` or ``zh_Hans_CN``
    :param use_names: field names instead of labels as headers
    :raises FileError: if a column is not offered, or there is none
    """
    fields = export_fields(resource, columns, private_customer_enabled=is_private_customer_enabled(session))
    return Export(
        session=session,
        model=resource.model,
        statement=in_tree_order(statement, resource.model) if resource.is_tree else statement,
        fields=fields,
        header=headers(fields, language, use_names=use_names),
        language=language,
        zone=company_time_zone(session),
    )


def left_out_count(session: AnySession) -> int:
    """Return the number of customers whose outcome is NOTICE for the actor (DOMAIN 3.3)."""
    actor = get_actor(session)
    if actor is None:
        return 0
    with unfiltered(session, UnfilteredReason.LEFT_OUT_COUNT) as every:
        criterion = notice_customers(actor, dialect_of(session), Customer)
        return every.scalar(select(func.count()).select_from(Customer).where(criterion)) or 0


def _knows_zone(session: AnySession, zone: ZoneInfo) -> bool:
    """Tell whether the database writes moments in a time zone; PostgreSQL may bring fewer zones than Python."""
    if dialect_of(session) != "postgresql":
        return True
    known = select(func.count()).select_from(table("pg_timezone_names")).where(column("name") == zone.key)
    return bool(session.scalar(known))
