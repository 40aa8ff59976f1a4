"""What an import leaves in the audit log, row by row."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import AuditEntry, CustomerGrade
from services.exchange.errors import FileError
from tests.factories import Company, make_role, save
from tests.files import as_person, rows_import
from tests.trees import statements


def noted(session: Session) -> list[tuple[str, str, int | None, dict[str, Any]]]:
    """Return (action, table, row, changes) of the entries, by action and row."""
    rows = session.scalars(select(AuditEntry).order_by(AuditEntry.action, AuditEntry.row_id))
    return [(row.action, row.table_name, row.row_id, row.changes) for row in rows]


def test_changes_of_customers_are_noted(app: Flask, session: Session, people: Company) -> None:
    grade = save(session, CustomerGrade(name="Gold"))

    with as_person(app, people.admin) as own:
        result = rows_import(
            own,
            "customer",
            ("code", "owner", "visibility", "co_followers", "grade", "remark"),
            ("C1", "w1", "public", "b1;a2", grade.name, "x"),
            ("C3", "a1", "private", "b1", "", "only a remark"),
            ("C2", "", "", "", "", "the same"),
            mode="update",
        )

    assert result.faults == []
    assert noted(session) == [
        (
            "import_change",
            "customer",
            people.c1.id,
            {
                "owner": ["a1 (a1)", "w1 (w1)"],
                "visibility": ["private", "public"],
                "grade": [None, "Gold"],
                "co_followers": [[], ["a2 (a2)", "b1 (b1)"]],
                "remark": [None, "x"],
            },
        ),
        ("import_change", "customer", people.c2.id, {"remark": [None, "the same"]}),
        ("import_change", "customer", people.c3.id, {"remark": [None, "only a remark"]}),
    ]


def test_new_customers_are_noted_where_sight_is_special(app: Flask, session: Session, people: Company) -> None:
    with as_person(app, people.a1) as own:
        result = rows_import(
            own,
            "customer",
            ("code", "name", "visibility", "co_followers"),
            ("N1", "plain", "", ""),
            ("N2", "private", "private", ""),
            ("N3", "shared", "public", "b1"),
        )

    assert (result.faults, result.inserted_count) == ([], 3)
    owner = {"owner": [None, "a1 (a1)"]}
    assert [(action, changes) for action, _, _, changes in noted(session)] == [
        ("import_create", owner | {"visibility": [None, "private"]}),
        ("import_create", owner | {"visibility": [None, "public"], "co_followers": [[], ["b1 (b1)"]]}),
    ]


def test_rows_that_are_refused_or_skipped_are_not_noted(app: Flask, session: Session, people: Company) -> None:
    with as_person(app, people.a1) as own:
        refused = rows_import(own, "customer", ("code", "owner"), ("C1", "w1"), mode="update")
        skipped = rows_import(own, "customer", ("code", "name", "visibility"), ("C1", "C1", "public"))
        tried = rows_import(own, "customer", ("code", "visibility"), ("C1", "public"), mode="update", is_dry_run=True)

    assert ([fault.code for fault in refused.faults], skipped.skipped_count) == (["not_owner"], 1)
    assert (tried.updated_count, noted(session)) == (1, [])


def test_people_are_noted_with_role_and_supervisor(app: Flask, session: Session, people: Company) -> None:
    make_role(session, "manager")

    with as_person(app, people.admin) as own:
        result = rows_import(
            own,
            "employee",
            ("login", "name", "role", "supervisor", "title"),
            ("a1", "Amy", "manager", "leadB", "T"),
            ("a2", "a2", "own_only", "leadA", "only a title"),
            ("new", "New", "", "a1", ""),
            mode="update",
        )

    assert (result.faults, result.inserted_count, result.updated_count) == ([], 1, 2)
    changed, created = noted(session)
    assert changed == (
        "import_change",
        "employee",
        people.a1.id,
        {
            "name": ["a1", "Amy"],
            "role": ["own_only", "manager"],
            "supervisor": ["leadA (leada)", "leadB (leadb)"],
        },
    )
    assert (created[0], created[3]) == (
        "import_create",
        {
            "login": [None, "new"],
            "name": [None, "New"],
            "role": [None, "own_only"],
            "supervisor": [None, "Amy (a1)"],
        },
    )


def test_notes_take_as_many_statements_whatever_the_rows(app: Flask, session: Session, people: Company) -> None:
    def count(*codes: str) -> int:
        with as_person(app, people.admin) as own, statements() as sent:
            rows_import(own, "customer", ("code", "owner"), *((code, "w1") for code in codes), mode="update")
        return len([sql for sql in sent if "audit_entry" in sql or "FROM employee" in sql])

    assert count("C2") == count("C1", "C3", "C4", "C5")


@pytest.mark.parametrize("endpoint", ["audit_entry", "role"])
def test_the_log_takes_no_rows_from_a_file(session: Session, people: Company, endpoint: str) -> None:
    with pytest.raises(FileError, match="cannot be imported"):
        rows_import(session, endpoint, ("code", "actor_name", "table_name"), ("x", "admin", "customer"))

    assert noted(session) == []
