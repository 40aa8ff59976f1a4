"""The two ways to a CSV: what the database writes is, byte for byte, what Python makes of the values."""

import random
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from psycopg.errors import DivisionByZero
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from models import Contact, Customer, CustomerGrade, Employee, Industry, PriceLevel, Visit
from models.inspection import models_with_pages, page_of
from models.scope import UnfilteredReason, unfiltered
from services.exchange.export_columns import offered_fields
from services.exchange.exporter import Export, export
from services.exchange.formats import csv_chunks
from services.exchange.raw_rows import copied_lines
from services.exchange.resource import resource_of
from services.settings import change_setting
from tests.conftest import SHARED_DATA
from tests.factories import make_customer, make_employee, make_role, switch_private

#: What may make two writers of CSV differ, at the beginning, in the middle and at the end of a text.
SIGNS = (
    "",
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\n",
    "'",
    '"',
    ",",
    ";",
    " ",
    "\\",
    "\\.",
    "\r\n",
    "é",
    "中",
    "😀",
    "\ufeff",
    "\u2028",
)
#: Fields that no SQL says.
BY_PYTHON = {
    "audit_entry": {"action", "object", "changes"},
    "role": {"permission_codes"},
}
ZONES = ("Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu")


def naughty_texts() -> list[str]:
    """Return texts that writers stumble over: combinations of signs, and the lines of naughty.txt."""
    texts = [before + inside + after for before in SIGNS for inside in ("", "x", "1") for after in SIGNS]
    path = SHARED_DATA / "naughty.txt"
    lines = path.read_text(encoding="utf-8").split("\n") if path.is_file() else []
    return [*dict.fromkeys(texts), *(line for line in lines if "\0" not in line)]


def both_ways(session: Session, model: Any, columns: Sequence[str] | None = None) -> tuple[bytes, bytes]:
    """Return a table as Python writes it, and as the database does."""

    def made() -> Export:
        return export(session, resource_of(model), select(model).order_by(model.id), columns=columns, language="zh")

    values, texts = made(), made()
    assert texts._texts() is not None, "there is one way alone"
    return b"".join(csv_chunks(values.header, values.rows())), b"".join(texts.csv_chunks())


def said_by_sql(model: Any) -> list[str]:
    """Return the columns of a table that the database can write."""
    offered = offered_fields(resource_of(model), private_customer_enabled=True)
    return [name for name in offered if name not in BY_PYTHON.get(model.__tablename__, {"customer_count"})]


@pytest.fixture
def every(session: Session) -> Iterator[Session]:
    """Yield a session that sees every row, of a company that uses private customers."""
    switch_private(session)
    with unfiltered(session, UnfilteredReason.COMMAND) as inner:
        yield inner


def _fill(every: Session) -> None:
    """Store naughty texts in every text column of customers, contacts, employees and values."""
    texts = naughty_texts()
    role = make_role(every, "own_only")
    grades = [CustomerGrade(name=f"{sign}grade{place}", is_active=bool(place % 2)) for place, sign in enumerate(SIGNS)]
    levels = [
        PriceLevel(name=f"{sign}level{place}", discount=Decimal(place + 1) / 7) for place, sign in enumerate(SIGNS)
    ]
    root = Industry(name="=root", code="=1", sort_order=1)
    people = [
        Employee(login=f"{sign.strip() or 'x'}{place}", name=f"{sign}n{place}", role_id=role.id)
        for place, sign in enumerate(SIGNS)
    ]
    every.add_all([*grades, *levels, root, *people])
    every.flush()
    nodes = [
        Industry(name=f"{sign}node{place}", parent_id=root.id, sort_order=place + 1) for place, sign in enumerate(SIGNS)
    ]
    every.add_all(nodes)
    every.flush()
    every.execute(
        insert(Customer),
        [_customer(number, text, grades, levels, nodes, people) for number, text in enumerate(texts, 1)],
    )
    customers = list(every.scalars(select(Customer.id).order_by(Customer.id)))
    every.execute(
        insert(Contact), [_contact(number, text, customers[number - 1]) for number, text in enumerate(texts, 1)]
    )


def _cut(text: str, limit: int) -> str:
    return text[:limit]


def _customer(number: int, text: str, *related: Sequence[Any]) -> dict[str, Any]:
    grade, level, node, person = (rows[number % len(rows)] for rows in related)
    is_blank = number % 11 == 0
    return {
        **Customer.name_columns(f"n{number}"),
        "name": _cut(f"{text}{number}", 100),
        "code": _cut(f"{text[:20]}{number}", 32),
        **{key: None if is_blank else _cut(text, 40) for key in ("short_name", "phone", "address", "website", "city")},
        "remark": text,
        "visibility": "private" if number % 3 == 0 else "public",
        "grade_id": None if is_blank else grade.id,
        "price_level_id": level.id,
        "industry_id": node.id,
        "owner_id": person.id,
        "lat": Decimal(number % 90) + Decimal(number % 1000) / 1_000_000,
        "lng": -Decimal(number % 180) - Decimal(number % 100) / 100,
    }


def _contact(number: int, text: str, customer_id: int) -> dict[str, Any]:
    return {
        **Contact.name_columns(f"c{number}"),
        "customer_id": customer_id,
        "is_primary": number % 2 == 0,
        "position": _cut(text, 40) or None,
        "remark": text,
        "birthday": date(1900, 1, 1) + timedelta(days=number * 37),
        "gender": "female" if number % 2 else None,
    }


def test_both_ways_give_the_same_bytes_whatever_texts_say(every: Session) -> None:
    _fill(every)

    for model in (Customer, Contact, Employee, CustomerGrade, PriceLevel, Industry):
        slow, fast = both_ways(every, model, said_by_sql(model))

        assert fast == slow, model
        assert fast.count(b"\r\n") > len(SIGNS)


@pytest.mark.parametrize("model", [model for model in models_with_pages() if "export" in page_of(model).actions])
def test_both_ways_write_all_columns_of_every_table(every: Session, model: Any) -> None:
    columns = said_by_sql(model)
    slow, fast = both_ways(every, model, columns)

    assert fast == slow
    assert len(columns) >= 2


@pytest.mark.parametrize("column", ["remark", "short_name", "lat", "owner"])
def test_column_by_itself_keeps_its_blank_lines(every: Session, column: str) -> None:
    _fill(every)

    slow, fast = both_ways(every, Customer, [column])

    assert fast == slow
    assert b'\r\n""\r\n' in fast or column in {"lat", "owner"}


@pytest.mark.parametrize("zone", ZONES)
def test_moments_read_as_the_clocks_of_the_company(session: Session, zone: str) -> None:
    rng = random.Random(zone)
    person = make_employee(session, "person")
    customer = make_customer(session, "c", owner=person)
    change_setting(session, "time_zone", value=zone)
    session.commit()
    begin = datetime(1900, 1, 2, tzinfo=UTC)
    moments = [
        begin + timedelta(seconds=rng.randrange(299 * 365 * 86_400), microseconds=rng.choice((0, 1, 400_000)))
        for _ in range(1_000)
    ]
    moments += [
        datetime(2026, month, 25 + day % 7, hour, 30, tzinfo=UTC)
        for month in (3, 10)
        for day in range(7)
        for hour in range(24)
    ]
    with unfiltered(session, UnfilteredReason.COMMAND) as inner:
        rows = [{"customer_id": customer.id, "user_id": person.id, "planned_at": moment} for moment in moments]
        inner.execute(insert(Visit), [*rows, {**rows[0], "planned_at": None}])
        slow, fast = both_ways(inner, Visit, ["planned_at", "type"])

    assert fast == slow
    assert len(set(fast.splitlines())) > 1_000


def test_copy_that_breaks_off_is_no_short_file(session: Session) -> None:
    if session.get_bind().dialect.name != "postgresql":
        pytest.skip("SQLite has no COPY")
    make_customer(session, "a")
    numbers = select(func.generate_series(1, 30_000).label("n")).subquery()
    statement = select(1_000_000 / (numbers.c.n - 25_000), numbers.c.n)

    with closing(copied_lines(session, statement)) as batches:  # type: ignore[arg-type]  # a session by another name
        lines, count = next(batches)
        assert lines.startswith(b"-40.0016000640025601,1\n")
        assert lines.count(b"\n") == count
        with pytest.raises(DivisionByZero):
            list(batches)
    session.rollback()
    assert list(copied_lines(session, select(Customer.name, Customer.code))) == []  # type: ignore[arg-type]  # as above


def test_download_that_is_broken_off_lets_the_database_go_on(every: Session) -> None:
    _fill(every)
    every.commit()
    contacts = export(every, resource_of(Contact), select(Contact).order_by(Contact.id))
    chunks = contacts.csv_chunks()
    next(chunks)
    next(chunks)

    chunks.close()  # type: ignore[attr-defined]  # a generator
    every.rollback()  # as a request ends: PostgreSQL may have stopped the COPY with an error

    slow, fast = both_ways(every, CustomerGrade)
    assert fast == slow
