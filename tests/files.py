"""Files made and read by tests of imports and exports."""

import csv
import io
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from models.inspection import page_of
from services.exchange.exporter import export
from services.exchange.formats import read_table
from services.exchange.importer import Options, import_table
from services.exchange.resource import resource_for
from services.exchange.results import ImportResult, Mode
from services.listing import sorted_statement


def csv_bytes(*lines: Sequence[Any]) -> bytes:
    """Return lines as a CSV in UTF-8."""
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows(lines)
    return buffer.getvalue().encode()


def do_import(session: Any, endpoint: str, content: bytes, mode: str = "skip", **options: Any) -> ImportResult:
    """Import a file and flush."""
    return import_table(session, resource_for(endpoint), read_table(content), Options(Mode(mode), **options))


def rows_import(session: Any, endpoint: str, *lines: Sequence[Any], mode: str = "skip", **options: Any) -> ImportResult:
    """Import lines, the first being the header."""
    return do_import(session, endpoint, csv_bytes(*lines), mode, **options)


def exported(session: Any, endpoint: str, *, use_names: bool = True, language: str = "en") -> bytes:
    """Return a table as CSV, as the session sees it."""
    resource = resource_for(endpoint)
    statement = sorted_statement(select(resource.model), resource.model, page_of(resource.model).sort or "")
    return b"".join(export(session, resource, statement, use_names=use_names, language=language).csv_chunks())


def records(content: bytes) -> list[dict[str, str]]:
    """Return the records of a CSV by header."""
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def faults(result: ImportResult) -> list[tuple[int, str, str]]:
    """Return (row, field, code) of each fault."""
    return [(fault.row, fault.field, fault.code) for fault in result.faults]
