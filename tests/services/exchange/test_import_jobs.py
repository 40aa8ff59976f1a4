"""Imports as jobs: what is planned is written, and nothing else."""

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import CustomerGrade, ImportJob, ImportRow
from models.scope import UnfilteredReason, unfiltered
from services.exchange import imports
from services.jobs import JobStateError
from tests.factories import Company, make_contact, save
from tests.files import as_person, exported, seen
from tests.imports import carried_out, imported, outcomes, planned, undone


def changes(session: Session, job: ImportJob) -> dict[int, dict[str, list[str | None]]]:
    """Return number -> changes of the plan's rows."""
    rows = session.scalars(select(ImportRow).where(ImportRow.job_id == job.id))
    return {row.number: row.changes for row in rows}


def test_plan_tells_old_and_new(app: Flask, session: Session, people: Company) -> None:
    save(session, CustomerGrade(name="A"), CustomerGrade(name="B"))
    imported(session, "region", ("path",), ("四川/成都",))
    imported(session, "customer", ("code", "grade", "region"), ("C2", "A", "成都"), mode="update")

    with as_person(app, people.a1) as own:
        job = planned(
            own,
            "customer",
            ("code", "name", "grade", "region", "lat", "lng", "co_followers", "contact_name", "remark"),
            ("C2", "C2", "b", "四川", "30.50", "104", "b1", "王一", ""),
            ("N1", "新", "A", "成都", "", "", "", "", "备注"),
            ("C2", "", "", "", "", "", "", "", ""),
            ("", "", "Z", "", "", "", "", "", ""),
            mode="update",
        )

    assert outcomes(session, job) == [
        (2, "update", None, []),
        (3, "insert", None, []),
        (4, "error", None, ["duplicate_in_file"]),
        (5, "error", None, ["unknown", "required"]),
    ]
    assert changes(session, job) == {
        2: {
            "grade": ["A", "B"],
            "region": ["四川/成都", "四川"],
            "lat": ["", "30.5"],
            "lng": ["", "104"],
            "co_followers": ["", "b1"],
            "contact_name": ["", "王一"],
        },
        3: {
            "code": [None, "N1"],
            "name": [None, "新"],
            "grade": [None, "A"],
            "region": [None, "四川/成都"],
            "owner": [None, "a1"],
            "remark": [None, "备注"],
        },
        4: {"code": [None, "C2"]},
        5: {"grade": [None, "Z"]},
    }
    assert (job.state, job.row_count, job.inserted_count, job.updated_count, job.error_count) == ("planned", 4, 1, 1, 2)


def test_plan_with_errors_is_confirmed_only_as_partial(session: Session, people: Company) -> None:
    lines = (("code", "name"), ("N1", "new"), ("", ""), ("N2", ""))
    job = planned(session, "customer", *lines)
    partial = planned(session, "customer", *lines, is_partial=True)

    with pytest.raises(JobStateError):
        imports.confirm(session, job)
    carried_out(session, partial)

    assert (partial.state, partial.inserted_count, partial.error_count) == ("done", 1, 1)
    assert outcomes(session, partial) == [(2, "insert", "written", []), (4, "error", None, ["required"])]
    assert seen(session, "new").code == "N1"


def whole(session: Session, endpoint: str) -> bytes:
    """Return a table as CSV, past the rule."""
    session.rollback()
    with unfiltered(session, UnfilteredReason.COMMAND) as every:
        content = exported(every, endpoint)
    session.rollback()
    return content


TABLES = {
    "customer": (("code", "name", "co_followers", "contact_name"), ("N1", "x", "b1", "y"), ("N2", "z", "", "")),
    "region": (("path",), ("四川/成都/武侯区",), ("四川/乐山",)),
    "employee": (("login", "name", "supervisor"), ("new1", "x", "new2"), ("new2", "y", "a1")),
    "customer_grade": (("name",), ("甲",), ("乙",)),
    "contact": (("customer", "name"), ("C1", "x"), ("C2", "y")),
    "follow_up": (("customer", "method", "content"), ("C1", "phone", "x"), ("C2", "phone", "y")),
    "price_level": (("name", "discount"), ("甲", "0.7"), ("乙", "0.8")),
}


def test_follow_up_with_its_contact(session: Session, people: Company) -> None:
    make_contact(session, people.c1, name="王一")

    job = imported(session, "follow_up", ("customer", "contact", "method", "content"), ("C1", " 王一", "phone", "x"))

    assert (job.state, job.inserted_count, changes(session, job)[2]["contact"]) == ("done", 1, [None, "王一"])
    assert "王一" in whole(session, "follow_up").decode()


@pytest.mark.parametrize("endpoint", TABLES)
def test_import_is_taken_back_whole(session: Session, people: Company, endpoint: str) -> None:
    before = whole(session, endpoint)
    job = imported(session, endpoint, *TABLES[endpoint])
    between = whole(session, endpoint)

    undone(session, job)

    assert (job.state, job.fault) == ("undone", None)
    assert {outcome for _, _, outcome, _ in outcomes(session, job)} == {"undone"}
    assert between != before
    assert whole(session, endpoint) == before
