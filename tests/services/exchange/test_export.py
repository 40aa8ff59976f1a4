"""Exports: what the actor sees and nothing else, streamed, named as asked, formulas made harmless."""

from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Customer, Role
from models.enums import COMPANY_ADMIN
from services.exchange.exporter import export
from services.exchange.raw_rows import BATCH
from services.exchange.resource import resource_for
from services.list_order import sorted_statement
from tests.conftest import acting
from tests.factories import (
    company,
    make_contact,
    make_customer,
    make_employee,
    make_follow_up,
    make_visit,
    switch_private,
)
from tests.files import exported, records, rows_import
from tests.trees import statements


def test_export_holds_what_the_actor_sees(app: Flask, session: Session) -> None:
    people = company(session)
    expected = {
        "a2": set(),
        "a1": {"C1", "C2", "C3"},
        "va": {"C2", "C10", "C11"},
        "leadA": {"C1", "C2", "C3", "C5", "C6"},
    }

    for person, codes in expected.items():
        with acting(app, people[person].id) as own:
            found = {row["code"] for row in records(exported(own, "customer"))}
        assert found == codes, person


def test_without_an_actor_nothing_is_exported(session: Session) -> None:
    company(session)

    assert records(exported(session, "customer")) == []


def test_rows_that_hang_on_hidden_customers_are_left_out(app: Flask, session: Session) -> None:
    people = company(session)
    make_visit(session, people.c2, user=people.a1)

    counts = []
    for person in (people.a1, people.a2):
        with acting(app, person.id) as own:
            counts.append(len(records(exported(own, "visit"))))
    assert counts == [1, 0]


@pytest.mark.parametrize(("language", "word"), [("en", "Private customer"), ("zh_Hans_CN", "私密客户")])
def test_related_customer_that_is_not_full_is_named_private(
    app: Flask, session: Session, language: str, word: str
) -> None:
    people = company(session)
    make_customer(session, "child", owner=people.w1, parent_customer_id=people.c1.id)
    make_customer(session, "orphan", owner=people.w1)
    columns = ("name", "parent_customer")
    with acting(app, people.w1.id) as own:
        statement = sorted_statement(select(Customer), Customer, "name")
        made = export(own, resource_for("customer"), statement, columns=columns, language=language)
        slow, fast = list(made.rows()), b"".join(made.csv_chunks()).decode().splitlines()

    assert [tuple(row) for row in slow] == [("child", word), ("orphan", None)]
    assert fast[1:] == [f"child,{word}", "orphan,"]


def test_headers_are_labels_in_the_language_or_field_names(session: Session) -> None:
    assert (
        exported(session, "industry", use_names=True).decode("utf-8-sig").strip()
        == "code,name,parent_code,path,is_active,sort_order"
    )
    assert (
        exported(session, "industry", use_names=False).decode("utf-8-sig").strip()
        == "Code,Name,Parent code,Path,Active,Order"
    )
    assert (
        exported(session, "industry", use_names=False, language="zh").decode("utf-8-sig").strip()
        == "编码,名称,上级编码,路径,启用,排序"
    )


def test_visibility_column_is_there_while_the_switch_is_on(session: Session) -> None:
    switch_private(session, is_on=False)
    without = exported(session, "customer")
    switch_private(session)

    assert b"visibility" not in without
    assert b"visibility" in exported(session, "customer")


def test_related_rows_are_named_by_their_keys(app: Flask, session: Session) -> None:
    admin = make_employee(session, "admin", role=COMPANY_ADMIN)
    owner, helper = make_employee(session, "owner"), make_employee(session, "helper")
    customer = make_customer(
        session, "甲", owner=owner, co_followers=[admin, helper], lat=30, lng=104, phone="+86", remark="=1+1"
    )
    contact = make_contact(session, customer, name="王", role="purchasing", is_primary=True)
    make_follow_up(session, customer, author=owner, contact_id=contact.id)

    with acting(app, admin.id) as own:
        (row,) = records(exported(own, "customer"))
        (follow_up,) = records(exported(own, "follow_up"))

    assert {name: row[name] for name in ("name", "owner", "co_followers", "lat", "contact_name", "contact_role")} == {
        "name": "甲",
        "owner": "owner",
        "co_followers": "admin;helper",
        "lat": "30",
        "contact_name": "王",
        "contact_role": "purchasing",
    }
    assert (row["phone"], row["remark"]) == ("'+86", "'=1+1")
    assert {name: follow_up[name] for name in ("customer", "author", "contact")} == {
        "customer": "甲",
        "author": "owner",
        "contact": "王",
    }


def test_moments_are_in_the_time_zone_of_the_company(app: Flask, session: Session) -> None:
    admin = make_employee(session, "admin", role=COMPANY_ADMIN)
    customer = make_customer(session, owner=admin)
    make_visit(session, customer, user=admin, planned_at=datetime(2026, 1, 31, 20, 0, tzinfo=UTC))

    with acting(app, admin.id) as own:
        (row,) = records(exported(own, "visit"))

    assert row["planned_at"] == "2026-02-01 04:00:00"


def test_roles_name_their_permissions(session: Session) -> None:
    session.add(Role(code="x", name="x", permission_codes=("view_audit", "create_customers")))
    session.flush()

    (row,) = records(exported(session, "role"))

    assert row["permission_codes"] == "create_customers;view_audit"


def test_rows_are_fetched_in_batches_while_the_file_is_sent(app: Flask, session: Session) -> None:
    """The first chunk is there before the database is asked, and each batch is read when it is needed."""
    admin = make_employee(session, "admin", role=COMPANY_ADMIN)
    count = 2 * BATCH + 10
    rows_import(session, "customer", ("name",), *((f"c{number}",) for number in range(count)))
    session.commit()

    with acting(app, admin.id) as own, statements() as sent:
        made = export(own, resource_for("customer"), sorted_statement(select(Customer), Customer, ""))
        chunks = made.csv_chunks()
        next(chunks)
        assert (_asked_for_rows(sent), made.row_count) == (0, 0)
        next(chunks)
        assert (_asked_for_rows(sent), made.row_count) == (1, BATCH)
        rest = b"".join(chunks)

    assert (_asked_for_rows(sent), made.row_count) == (1, count)
    assert rest.count(b"\r\n") == count - BATCH


def _asked_for_rows(sent: list[str]) -> int:
    """Count the statements that read customers with their co-followers."""
    return sum("FROM customer_follower JOIN employee" in " ".join(sql.split()) for sql in sent)


def test_number_of_statements_does_not_grow_with_rows(app: Flask, session: Session) -> None:
    people = company(session)

    def count() -> int:
        with acting(app, people.admin.id) as own, statements() as sent:
            exported(own, "customer")
        return len(sent)

    few = count()
    for _ in range(20):
        make_customer(session, owner=people.a1, co_followers=[people.b1])

    assert count() == few


def test_filters_and_order_of_the_statement_are_kept(app: Flask, session: Session) -> None:
    people = company(session)

    with acting(app, people.admin.id) as own:
        statement = sorted_statement(select(Customer).where(Customer.visibility == "public"), Customer, "-owner")
        made = export(own, resource_for("customer"), statement, use_names=True)
        codes = [row["code"] for row in records(b"".join(made.csv_chunks()))]

    assert codes == ["C10", "C2"]
