"""Rights of the one who imports customers (DOMAIN 3.5, 6). Nothing hidden is told."""

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import AuditEntry
from tests.factories import Company, make_contact, make_customer, switch_private
from tests.files import as_person, faults, followers, rows_import, seen

#: Who imports, which customer, mode -> code of the fault, None for none.
ROW_RIGHTS = [
    ("a1", "c1", "update", None),
    ("b1", "c3", "update", None),
    ("admin", "c4", "update", None),
    ("leadA", "c1", "update", "not_editable"),
    ("va", "c2", "update", "not_editable"),
    ("va", "c1", "update", "exists_owned"),
    ("a2", "c1", "update", "exists"),
    ("a2", "c2", "update", "exists"),
    ("cfg", "c1", "update", "exists"),
    ("a2", "c1", "skip", "exists"),
    ("va", "c1", "skip", "exists_owned"),
    ("va", "c2", "skip", None),
    ("a2", "c1", "insert", "exists"),
    ("a1", "c1", "insert", "exists"),
]


@pytest.mark.parametrize("key", ["code", "name"])
@pytest.mark.parametrize(("person", "customer", "mode", "expected"), ROW_RIGHTS)
def test_right_to_a_row(
    app: Flask,
    session: Session,
    people: Company,
    *,
    person: str,
    customer: str,
    mode: str,
    expected: str | None,
    key: str,
) -> None:
    header = ("code", "name", "remark") if key == "code" else ("name", "remark")
    cells = (customer.upper(), customer.upper(), "changed") if key == "code" else (customer.upper(), "changed")

    with as_person(app, people[person]) as own:
        result = rows_import(own, "customer", header, cells, mode=mode)

    assert {fault.code for fault in result.faults} == ({expected} if expected else set())
    is_changed = seen(session, customer.upper()).remark == "changed"
    assert is_changed == (expected is None and mode == "update")


@pytest.mark.parametrize("mode", ["skip", "update", "insert"])
def test_refusal_discloses_nothing_of_a_hidden_customer(
    app: Flask, session: Session, people: Company, mode: str
) -> None:
    hidden = make_customer(
        session, "Hidden Ltd", owner=people.a1, visibility="private", phone="0287777", remark="secret", code="H1"
    )
    make_contact(session, hidden, name="Secret Contact")

    with as_person(app, people.a2) as own:
        by_code = rows_import(own, "customer", ("code", "name"), ("H1", "other"), mode=mode)
        by_name = rows_import(own, "customer", ("name",), ("hidden ltd",), mode=mode)

    told = " ".join(str(fault) for fault in (*by_code.faults, *by_name.faults))
    assert [fault.data for fault in by_code.faults] == [{"value": "H1"}]
    assert [fault.data for fault in by_name.faults] == [{"value": "hidden ltd"}]
    for word in ("Hidden Ltd", "0287777", "secret", "Secret", people.a1.name):
        assert word not in told


def test_notice_refusal_names_the_owner_alone(app: Flask, session: Session, people: Company) -> None:
    with as_person(app, people.va) as own:
        result = rows_import(own, "customer", ("code", "name"), ("C1", "other"))

    assert [fault.data for fault in result.faults] == [{"value": "C1", "owner": "a1"}]


#: Who sets which customer to what -> whether it is refused.
MARKS = [
    ("a1", "c2", "private", False),
    ("b1", "c3", "public", False),
    ("admin", "c1", "public", False),
    ("admin", "c2", "private", True),
]


@pytest.mark.parametrize(("person", "customer", "mark", "is_refused"), MARKS)
def test_private_mark_is_the_followers(
    app: Flask, session: Session, people: Company, *, person: str, customer: str, mark: str, is_refused: bool
) -> None:
    with as_person(app, people[person]) as own:
        result = rows_import(own, "customer", ("code", "visibility"), (customer.upper(), mark), mode="update")

    assert [fault.code for fault in result.faults] == (["not_visibility"] if is_refused else [])
    assert (seen(session, customer.upper()).visibility == mark) != is_refused
    entries = session.scalars(select(AuditEntry.changes).where(AuditEntry.action == "import_change")).all()
    assert [set(changes) for changes in entries] == ([] if is_refused else [{"visibility"}])


def test_private_mark_is_refused_while_the_switch_is_off(app: Flask, session: Session, people: Company) -> None:
    switch_private(session, is_on=False)

    with as_person(app, people.a1) as own:
        result = rows_import(own, "customer", ("name", "visibility"), ("a", "public"), ("b", ""), is_partial=True)

    assert faults(result) == [(2, "visibility", "switch_off")]
    assert seen(session, "b").visibility == "public"


@pytest.mark.parametrize(("person", "expected"), [("a1", ["va"]), ("admin", ["va"]), ("b1", ["b1"])])
def test_followers_are_changed_by_owner_and_admin(
    app: Flask, session: Session, people: Company, person: str, expected: list[str]
) -> None:
    with as_person(app, people[person]) as own:
        result = rows_import(own, "customer", ("code", "co_followers"), ("C3", "va"), mode="update")

    assert followers(session, people.c3) == expected
    assert [fault.code for fault in result.faults] == (["not_followers"] if person == "b1" else [])
