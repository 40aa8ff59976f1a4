"""The undo of an import: all is as before, but for what was edited since, which is listed."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from sqlalchemy import Select, delete, select, update
from sqlalchemy.orm import Session

from auth.errors import PermissionDeniedError
from models import (
    AuditEntry,
    Contact,
    Customer,
    CustomerFollower,
    CustomerGrade,
    Employee,
    FollowUp,
    FollowUpProgress,
    ImportChange,
    Region,
)
from models.scope import UnfilteredReason, unfiltered
from services.exchange import imports
from services.jobs import JobStateError
from tests.factories import Company, make_contact, make_customer, make_follow_up, save
from tests.files import as_person, exported, followers, rows_import, seen
from tests.imports import imported, outcomes, undone
from tests.services.exchange.test_tree_any_change import HEADER, Lines, trees


def whole(session: Session, endpoint: str) -> bytes:
    """Return a table as CSV, past the rule."""
    session.rollback()
    with unfiltered(session, UnfilteredReason.COMMAND) as every:
        content = exported(every, endpoint)
    session.rollback()
    return content


UPDATES = (
    ("code", "owner", "visibility", "co_followers", "remark", "lat", "lng", "contact_name", "contact_birthday"),
    ("C1", "w1", "public", "b1;a2", "changed", "1.5", "2", "new contact", "2000-02-29"),
    ("C3", "", "", "#清空", "changed", "", "", "", ""),
    ("C2", "b1", "", "a1", "", "", "", "other", ""),
)


def test_updates_are_taken_back(app: Flask, session: Session, people: Company) -> None:
    make_contact(session, people.c2, name="old", is_primary=True)
    before, contacts = whole(session, "customer"), whole(session, "contact")
    with as_person(app, people.admin) as own:
        job = imported(own, "customer", *UPDATES, mode="update")
        between = whole(session, "customer")
        undone(own, job)

    assert (job.state, job.updated_count) == ("undone", 3)
    assert between != before
    assert (whole(session, "customer"), whole(session, "contact")) == (before, contacts)
    assert {outcome for _, _, outcome, _ in outcomes(session, job)} == {"undone"}
    assert seen(session, "C1").version == 3
    entries = session.execute(select(AuditEntry.action, AuditEntry.row_id, AuditEntry.changes)).all()
    undos = {row.row_id: row.changes for row in entries if row.action == "undo"}
    assert undos[people.c1.id]["owner"] == ["w1 (w1)", "a1 (a1)"]
    assert undos[people.c1.id]["co_followers"] == [["a2 (a2)", "b1 (b1)"], []]
    assert undos[people.c3.id] == {"co_followers": [[], ["b1 (b1)"]], "remark": ["changed", None]}
    assert undos[None] == {"file": "file.csv", "undone": "import", "rows": 3, "left": 0}


Edit = Callable[[Session, Any], Any]


def _edit_row(session: Session, customer: Any) -> None:
    rows_import(session, "customer", ("code", "phone"), (customer.code, "0281"), mode="update")
    session.commit()


def _edit_contact(session: Session, customer: Any) -> None:
    rows_import(session, "customer", ("code", "contact_mobile"), (customer.code, "138"), mode="update")
    session.commit()


def _add_follow_up(session: Session, customer: Any) -> None:
    make_follow_up(session, customer, author=session.scalars(select(Employee).limit(1)).one())


def _add_follower(session: Session, customer: Any) -> None:
    employee_id = session.scalars(select(Employee.id).where(Employee.login == "va")).one()
    save(session, CustomerFollower(customer_id=customer.id, employee_id=employee_id))


EDITS: list[Edit] = [_edit_row, _edit_contact, _add_follow_up, _add_follower]


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.__name__[1:])
def test_customer_edited_since_stays_whole(session: Session, people: Company, edit: Edit) -> None:
    job = imported(
        session,
        "customer",
        ("code", "name", "contact_name", "co_followers"),
        ("N1", "x", "y", "b1"),
        ("N2", "z", "", ""),
    )
    edit(session, seen(session, "x"))

    undone(session, job)

    assert outcomes(session, job) == [(2, "insert", "written", ["edited_since"]), (3, "insert", "undone", [])]
    kept = seen(session, "x")
    with unfiltered(session, UnfilteredReason.COMMAND) as every:
        names = [contact.name for contact in every.scalars(select(Contact).where(Contact.customer_id == kept.id))]
        assert every.scalars(select(Customer).where(Customer.name == "z")).all() == []
    assert (names, "b1" in followers(session, kept)) == (["y"], True)
    shown = imports.plan_rows(session, job, action=imports.KEPT)
    assert [(row.number, row.title) for row in shown] == [(2, "x")]


def test_update_edited_since_stays_and_another_is_restored(session: Session, people: Company) -> None:
    job = imported(session, "customer", ("code", "remark"), ("C1", "mine"), ("C2", "mine"), mode="update")
    _edit_row(session, people.c1)

    undone(session, job)

    assert outcomes(session, job) == [(2, "update", "written", ["edited_since"]), (3, "update", "undone", [])]
    assert (seen(session, "C1").remark, seen(session, "C2").remark) == ("mine", None)


def test_name_that_another_took_since_is_not_taken_away(session: Session, people: Company) -> None:
    lines = [("code", "name"), *((f"C{number}", f"renamed {number}") for number in (1, 2, 3, 4, 5))]
    job = imported(session, "customer", *lines, mode="update")
    make_customer(session, "C2")

    undone(session, job)

    assert [row[2:] for row in outcomes(session, job)] == [
        ("undone", []),
        ("written", ["edited_since"]),
        ("undone", []),
        ("undone", []),
        ("undone", []),
    ]
    assert seen(session, "renamed 2").code == "C2"
    assert seen(session, "C5").code == "C5"


def test_customer_out_of_sight_is_listed_by_its_row_alone(app: Flask, session: Session, people: Company) -> None:
    with as_person(app, people.a1) as own:
        job = imported(own, "customer", ("code", "remark"), ("C1", "mine"), ("C2", "mine"), mode="update")
        with unfiltered(session, UnfilteredReason.COMMAND) as every:
            every.execute(update(Customer).where(Customer.id == people.c1.id).values(owner_id=people.w1.id))
        session.commit()
        undone(own, job)
        shown = imports.plan_rows(own, job)

    assert outcomes(session, job) == [(2, "update", "written", ["not_editable"]), (3, "update", "undone", [])]
    assert [(row.number, row.title, row.target_id, row.changes) for row in shown] == [
        (2, "", None, {}),
        (3, "C2", people.c2.id, {"remark": ("", "mine")}),
    ]
    assert seen(session, "C1").remark == "mine"


def test_who_may_take_an_import_back(app: Flask, session: Session, people: Company) -> None:
    with as_person(app, people.a1) as own:
        job_id = imported(own, "customer", ("code", "remark"), ("C1", "mine"), mode="update").id
    with as_person(app, people.a2) as other, pytest.raises(PermissionDeniedError):
        imports.ask_undo(other, other.get_one(imports.ImportJob, job_id))
    with as_person(app, people.admin) as admin:
        job = undone(admin, admin.get_one(imports.ImportJob, job_id))
        with pytest.raises(JobStateError):
            imports.ask_undo(admin, job)

    assert (job.state, seen(session, "C1").remark) == ("undone", None)
    entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
    assert (entry.action, entry.actor_name) == ("undo", "admin (admin)")


def test_value_in_use_stays_and_the_order_is_dense(session: Session, people: Company) -> None:
    save(session, CustomerGrade(name="first"))
    job = imported(session, "customer_grade", ("name",), ("a",), ("b",), ("c",))
    rows_import(session, "customer", ("code", "grade"), ("C1", "b"), mode="update")
    session.commit()

    undone(session, job)

    grades = session.execute(select(CustomerGrade.name, CustomerGrade.sort_order).order_by(CustomerGrade.sort_order))
    assert [tuple(row) for row in grades] == [("first", 1), ("b", 2)]
    assert [row[2] for row in outcomes(session, job)] == ["undone", "written", "undone"]


def test_person_who_leads_somebody_since_stays(session: Session, people: Company) -> None:
    lines = (("n1", "x", "n2"), ("n2", "y", "a1"), ("n3", "z", "n1"))
    job = imported(session, "employee", ("login", "name", "supervisor"), *lines)
    session.execute(
        update(Employee)
        .where(Employee.login == "a2")
        .values(supervisor_id=select(Employee.id).where(Employee.login == "n1").scalar_subquery())
    )
    session.commit()

    undone(session, job)

    assert [row[2] for row in outcomes(session, job)] == ["written", "written", "undone"]
    logins = set(session.scalars(select(Employee.login).where(Employee.login.like("n_"))))
    assert logins == {"n1", "n2"}


def test_node_with_a_new_child_stays_with_those_above(session: Session) -> None:
    job = imported(session, "region", ("path",), ("四川/成都/武侯区",), ("四川/乐山",), ("重庆",))
    parent = session.scalars(select(Region).where(Region.name == "成都")).one()
    save(session, Region(name="锦江区", parent_id=parent.id, sort_order=2))

    undone(session, job)

    left = set(session.scalars(select(Region.name)))
    assert left == {"四川", "成都", "武侯区", "锦江区"}
    assert [row[2] for row in outcomes(session, job)] == ["written", "undone", "undone"]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=trees(), after=trees())
def test_any_change_of_a_tree_is_taken_back(session: Session, before: Lines, after: Lines) -> None:
    session.rollback()
    session.execute(delete(ImportChange))
    for row in session.scalars(select(Region).order_by(Region.id.desc())).all():
        session.delete(row)
        session.flush()
    rows_import(session, "region", HEADER, *before)
    session.commit()
    wanted = whole(session, "region")

    job = imported(session, "region", HEADER, *after, mode="update", is_partial=True)
    if imports.can_undo(session, job):
        undone(session, job)

    assert job.state == ("undone" if job.inserted_count + job.updated_count else "done")
    assert whole(session, "region") == wanted


def _progress_before() -> Select[tuple[FollowUpProgress]]:
    return select(FollowUpProgress).join(FollowUp, FollowUp.progress_before_id == FollowUpProgress.id)


def _told_of_progress() -> Select[tuple[AuditEntry]]:
    is_told = AuditEntry.changes["progress"].as_string().is_not(None)
    return select(AuditEntry).where(AuditEntry.table_name == "customer", is_told).order_by(AuditEntry.id)


def test_progress_that_a_follow_up_left_is_given_back(session: Session, people: Company) -> None:
    imported(session, "follow_up_progress", ("name",), ("one",), ("two",))
    imported(session, "customer", ("code", "progress"), ("C1", "one"), ("C2", "one"), mode="update")
    header = ("customer", "method", "content", "progress_after")
    job = imported(session, "follow_up", header, ("C1", "phone", "x", "two"), ("C2", "phone", "y", "two"))
    rows_import(session, "customer", ("code", "progress"), ("C2", "#清空"), mode="update")
    session.commit()
    with unfiltered(session, UnfilteredReason.COMMAND) as every:
        before = [row.name for row in every.scalars(_progress_before()).all()]

    undone(session, job)

    assert before == ["one", "one"]
    with unfiltered(session, UnfilteredReason.COMMAND) as every:
        said = {(entry.row_id, entry.action): entry.changes["progress"] for entry in every.scalars(_told_of_progress())}
        assert said[people.c1.id, "import_change"] == [None, "one"]
        assert said[people.c2.id, "import_change"] == ["two", None]
        names = [every.get_one(Customer, row.id).progress for row in (people.c1, people.c2)]
        found = [row.name if row is not None else None for row in names]
    assert found == ["one", None]
    assert [row[2] for row in outcomes(session, job)] == ["undone", "undone"]


def test_person_who_got_a_new_supervisor_gets_the_old_one_back(session: Session, people: Company) -> None:
    lines = (("n1", "x", "boss"), ("a2", "a2", "n1"))
    job = imported(session, "employee", ("login", "name", "supervisor"), *lines, mode="update")

    undone(session, job)

    found = session.execute(select(Employee.login, Employee.supervisor_id).where(Employee.login.in_(("a2", "n1"))))
    assert [tuple(row) for row in found] == [("a2", people.leadA.id)]
    entries = session.scalars(select(AuditEntry).where(AuditEntry.action == "undo", AuditEntry.row_id == people.a2.id))
    assert entries.one().changes["supervisor"][1] == "leadA (leada)"
