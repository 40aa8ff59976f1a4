"""Files made and read by tests of imports and exports."""

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from click.testing import Result
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Customer, CustomerFollower, Employee
from models.inspection import page_of
from models.scope import UnfilteredReason, unfiltered
from services.exchange.exporter import export
from services.exchange.formats import read_table
from services.exchange.importer import import_table
from services.exchange.options import Options
from services.exchange.resource import resource_for
from services.exchange.results import ImportResult, Mode
from services.list_order import sorted_statement
from tests.conftest import acting


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


def run(app: Flask, *arguments: str) -> Result:
    """Run ``flask exchange …``."""
    return app.test_cli_runner().invoke(args=["exchange", *arguments])


@contextmanager
def as_person(app: Flask, person: Any) -> Iterator[Session]:
    """Yield a session of the person; commit at the end."""
    with acting(app, person.id) as session:
        yield session
        session.commit()


def seen(session: Session, name: str) -> Customer:
    """Return a customer past the rule."""
    with unfiltered(session, UnfilteredReason.COMMAND) as every:
        return every.scalars(select(Customer).where(Customer.name == name)).one()


def followers(session: Session, customer: Any) -> list[str]:
    """Return the log-ins of the co-followers."""
    with unfiltered(session, UnfilteredReason.COMMAND) as every:
        statement = select(Employee.login).join(CustomerFollower, CustomerFollower.employee_id == Employee.id)
        return sorted(every.scalars(statement.where(CustomerFollower.customer_id == customer.id)))
