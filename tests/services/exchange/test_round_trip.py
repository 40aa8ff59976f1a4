"""What was exported can be imported again: with keys nothing changes, without keys the same rows come into being."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from models import Contact, CustomerGrade, FollowUp, PriceLevel, Visit
from models.inspection import models_with_pages, page_of
from models.scope import UnfilteredReason, unfiltered
from services.exchange.exporter import export
from services.exchange.formats import read_table
from services.exchange.importer import import_table
from services.exchange.options import Options
from services.exchange.resource import resource_for, resource_of
from services.exchange.results import Mode
from tests.factories import make_contact, make_customer, make_employee, make_follow_up, make_visit, switch_private
from tests.files import do_import, exported, faults, rows_import

IMPORTED = [
    model.__tablename__
    for model in models_with_pages()
    if page_of(model).exchange != () and "import" in page_of(model).actions
]
INSERT_ONLY = {"contact", "follow_up", "visit"}
KEYED = [name for name in IMPORTED if name not in INSERT_ONLY]


@pytest.fixture
def filled(session: Session) -> Session:
    """Store at least two rows in each table with an import."""
    switch_private(session)
    session.add(PriceLevel(name="一级", discount="0.7", description="=1+1"))
    session.flush()
    session.add(CustomerGrade(name="A", price_level_id=session.scalars(select(PriceLevel.id)).one(), is_active=False))
    session.add(CustomerGrade(name="B"))
    session.flush()
    for endpoint in ("industry", "region", "department"):
        rows_import(session, endpoint, ("code", "path"), ("1", "甲/乙"), ("", "甲/丙"), ("2", "丁"))
    for endpoint in ("channel_type", "customer_status", "customer_source", "follow_up_progress", "price_level"):
        extra = "0.5" if endpoint == "price_level" else ""
        header = ("name", "description", "discount") if extra else ("name", "description")
        rows_import(session, endpoint, header, ("x", "one\ntwo", extra)[: len(header)], ("y", "", extra)[: len(header)])
    session.commit()
    owner = make_employee(session, "owner", title="-1", phone="00123")
    helper = make_employee(session, "helper", supervisor=owner)
    grade = session.scalars(select(CustomerGrade.id).where(CustomerGrade.name == "A")).one()
    first = make_customer(
        session,
        "a",
        owner=owner,
        co_followers=[helper],
        visibility="private",
        lat="30.123456",
        lng="-104.5",
        grade_id=grade,
    )
    make_customer(session, "b", phone="'+86")
    contact = make_contact(
        session, first, name="王", is_primary=True, birthday=date(1980, 2, 29), role="finance", mobile="0138"
    )
    make_contact(session, first, name="李", remark="=1+1")
    at = datetime(2026, 1, 31, 20, 0, 0, 123456, tzinfo=UTC)
    make_follow_up(
        session, first, author=owner, contact_id=contact.id, created_at=at, next_follow_at=at, content="line\nline"
    )
    make_visit(session, first, user=owner, status="done", check_in_at=at, check_out_at=at, duration_s=0, distance_m=12)
    return session


def all_columns(session: Session, model: Any) -> list[Any]:
    """Return every row of a table past the rule."""
    with unfiltered(session, UnfilteredReason.COMMAND) as every:
        return [
            tuple(row) for row in every.connection().execute(select(model.__table__).order_by(model.__table__.c.id))
        ]


@pytest.mark.parametrize("headers", ["names", "zh", "en"])
@pytest.mark.parametrize("endpoint", KEYED)
def test_export_and_import_change_nothing(filled: Session, endpoint: str, headers: str) -> None:
    model = resource_for(endpoint).model
    before = all_columns(filled, model)
    with unfiltered(filled, UnfilteredReason.COMMAND) as every:
        content = exported(every, endpoint, use_names=headers == "names", language=headers)

    result = do_import(filled, endpoint, content, "update")

    assert len(before) >= 2
    assert (faults(result), result.inserted_count, result.updated_count, result.skipped_count) == (
        [],
        0,
        0,
        len(before),
    )
    assert all_columns(filled, model) == before


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
@pytest.mark.parametrize("endpoint", KEYED)
def test_workbook_and_import_change_nothing(filled: Session, tmp_path: Path, endpoint: str, kind: str) -> None:
    model = resource_for(endpoint).model
    before = all_columns(filled, model)
    path = tmp_path / f"file.{kind}"
    with unfiltered(filled, UnfilteredReason.COMMAND) as every:
        export(every, resource_of(model), select(model).order_by(model.id)).write(path, kind)

    result = import_table(filled, resource_of(model), read_table(path), Options(Mode.UPDATE))

    assert (faults(result), result.updated_count, result.skipped_count) == ([], 0, len(before))
    assert all_columns(filled, model) == before


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("model", [Contact, FollowUp, Visit])
def test_export_of_rows_without_keys_and_import_change_nothing(
    filled: Session, tmp_path: Path, model: Any, kind: str
) -> None:
    before = all_columns(filled, model)
    path = tmp_path / f"file.{kind}"
    with unfiltered(filled, UnfilteredReason.COMMAND) as every:
        export(every, resource_of(model), select(model).order_by(model.id)).write(path, kind)

    result = import_table(filled, resource_of(model), read_table(path), Options(Mode.SKIP))

    assert (faults(result), result.inserted_count, result.skipped_count) == ([], 0, len(before))
    assert all_columns(filled, model) == before


def test_row_without_a_key_is_skipped_if_every_column_says_so(filled: Session) -> None:
    lines = "customer,name,mobile,remark\na,李,,=1+1\na,李,,\na,李,,\n".encode()

    first, second = (do_import(filled, "contact", lines, "skip") for _time in range(2))

    assert faults(first) == faults(second) == []
    assert (first.inserted_count, first.skipped_count) == (2, 1)
    assert (second.inserted_count, second.skipped_count) == (0, 3)


@pytest.mark.parametrize("model", [Contact, FollowUp, Visit])
def test_rows_without_keys_come_into_being_again(filled: Session, model: Any) -> None:
    with unfiltered(filled, UnfilteredReason.COMMAND) as every:
        before = exported(every, model.__tablename__)
        every.execute(delete(model))

    result = do_import(filled, model.__tablename__, before, "insert")

    with unfiltered(filled, UnfilteredReason.COMMAND) as every:
        after = exported(every, model.__tablename__)
    assert faults(result) == []
    if model is FollowUp:  # its contact is still there, its order by creation too
        assert after == before
    assert sorted(after.splitlines()) == sorted(before.splitlines())
    assert len(before.splitlines()) >= 2
