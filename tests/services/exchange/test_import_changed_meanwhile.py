"""Between plan and run the data changes: such rows are left alone and reported, the others are written."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from models import Customer, CustomerFollower, CustomerGrade, Employee, Region
from models.scope import UnfilteredReason, unfiltered
from services import jobs
from services.exchange import imports
from tests.factories import Company, make_contact, make_customer, make_role, save
from tests.files import as_person, followers, rows_import, seen
from tests.imports import carried_out, outcomes, planned

Change = Callable[[Session, Company], Any]


def _edit(session: Session, people: Company) -> None:
    rows_import(session, "customer", ("code", "remark"), ("C2", "by somebody else"), mode="update")


def _delete(session: Session, people: Company) -> None:
    with unfiltered(session, UnfilteredReason.COMMAND) as every:
        every.execute(delete(Customer).where(Customer.id == people.c2.id))


def _give_away(session: Session, people: Company) -> None:
    with unfiltered(session, UnfilteredReason.COMMAND) as every:
        every.execute(update(Customer).where(Customer.id == people.c2.id).values(owner_id=people.w1.id))


def _follow(session: Session, people: Company) -> None:
    save(session, CustomerFollower(customer_id=people.c2.id, employee_id=people.va.id))


def _contact(session: Session, people: Company) -> None:
    make_contact(session, people.c2, name="meanwhile", is_primary=True)


def _take_name(session: Session, people: Company) -> None:
    make_customer(session, "renamed", owner=people.solo, visibility="private", phone="0287777")


#: What happens meanwhile, fields of the row -> codes of the row that is left.
CHANGES: list[tuple[Change, dict[str, str], list[str]]] = [
    (_edit, {"remark": "mine"}, ["changed_meanwhile"]),
    (_edit, {"contact_name": "mine"}, ["changed_meanwhile"]),
    (_delete, {"remark": "mine"}, ["changed_meanwhile", "required"]),
    (_give_away, {"remark": "mine"}, ["changed_meanwhile", "exists"]),
    (_follow, {"co_followers": "b1"}, ["changed_meanwhile"]),
    (_contact, {"contact_name": "mine"}, ["changed_meanwhile"]),
    (_take_name, {"name": "renamed"}, ["changed_meanwhile", "exists"]),
]


@pytest.mark.parametrize("is_partial", [False, True])
@pytest.mark.parametrize(("change", "fields", "codes"), CHANGES, ids=lambda value: getattr(value, "__name__", "")[1:])
def test_row_that_changed_is_left_and_others_are_written(
    app: Flask,
    session: Session,
    people: Company,
    *,
    change: Change,
    fields: dict[str, str],
    codes: list[str],
    is_partial: bool,
) -> None:
    header, new = ("code", *fields), ["N1", *("x" if name != "co_followers" else "b1" for name in fields)]
    with as_person(app, people.a1) as own:
        columns = header if "name" in fields else (*header, "name")
        cells = (
            ("C2", *fields.values(), *([] if "name" in fields else [""])),
            (*new, *([] if "name" in fields else ["new"])),
        )
        job = planned(own, "customer", columns, *cells, mode="update", is_partial=is_partial)
        change(session, people)
        session.commit()
        carried_out(own, job)

    assert (job.state, job.inserted_count, job.updated_count, job.error_count) == ("done", 1, 0, 1)
    assert outcomes(session, job) == [(2, "update", "left", codes), (3, "insert", "written", [])]
    if change is not _delete:
        customer = seen(session, "C2")
        assert (customer.remark == "by somebody else") == (change is _edit)
        assert followers(session, customer) == (["va"] if change is _follow else [])
    assert all("0287777" not in str(row.changes) + str(row.faults) for row in imports.plan_rows(session, job))


@pytest.mark.parametrize(
    ("endpoint", "lines", "taken"),
    [
        (
            "customer",
            (("name",), ("新",), ("二",)),
            lambda people: Customer(code="X", name="新", owner_id=people.a1.id),
        ),
        ("customer_grade", (("name",), ("新",), ("二",)), lambda _: CustomerGrade(name="新", sort_order=1)),
    ],
)
@pytest.mark.parametrize("mode", ["skip", "update", "insert"])
def test_key_that_was_taken_meanwhile(
    session: Session, people: Company, *, endpoint: str, lines: Any, taken: Any, mode: str
) -> None:
    job = planned(session, endpoint, *lines, mode=mode)
    save(session, taken(people))

    carried_out(session, job)

    assert [row[:3] for row in outcomes(session, job)] == [(2, "insert", "left"), (3, "insert", "written")]


def test_rights_lost_meanwhile_stop_the_run(app: Flask, session: Session, people: Company) -> None:
    importer = make_role(session, "importer", ["import_customers"])
    session.execute(update(Employee).where(Employee.id == people.a1.id).values(role_id=importer.id))
    session.commit()
    with as_person(app, people.a1) as own:
        job = planned(own, "customer", ("name",), ("new",), is_command=False)
        session.execute(update(Employee).where(Employee.id == people.a1.id).values(role_id=people.a2.role_id))
        session.commit()
        jobs.enqueue(own, job, phase="run", is_inline=True)
        own.commit()
        jobs.perform("import", job.id)
        own.refresh(job)

    assert (job.state, job.fault) == ("failed", {"code": "may_not_import", "data": {}})
    with unfiltered(session, UnfilteredReason.COMMAND) as every:
        assert every.query(Customer).filter_by(name="new").count() == 0


def test_tree_that_changed_is_planned_again(session: Session) -> None:
    rows_import(session, "region", ("code", "name"), ("1", "a"), ("2", "b"))
    session.commit()
    job = planned(session, "region", ("code", "name", "parent_code"), ("1", "c", ""), ("3", "d", "1"), mode="update")
    rows_import(session, "region", ("code", "name"), ("1", "renamed"), mode="update")
    session.commit()

    carried_out(session, job)

    assert (job.state, job.fault) == ("planned", {"code": "plan_changed", "data": {}})
    assert {row.name for row in session.query(Region)} == {"renamed", "b"}
    assert imports.plan_rows(session, job)[0].changes == {"name": ("renamed", "c")}

    carried_out(session, job)

    assert (job.state, {row.name for row in session.query(Region)}) == ("done", {"c", "b", "d"})


def test_people_who_hang_on_a_row_that_is_left_are_left(session: Session, people: Company) -> None:
    job = planned(
        session, "employee", ("login", "name", "supervisor"), ("n1", "x", ""), ("n2", "y", "n1"), ("n3", "z", "")
    )
    save(session, Employee(login="n1", name="taken", role_id=people.a1.role_id))

    carried_out(session, job)

    assert [row[:3] for row in outcomes(session, job)] == [
        (2, "insert", "left"),
        (3, "insert", "left"),
        (4, "insert", "written"),
    ]
