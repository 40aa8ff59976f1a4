"""The command line's further ways: defaults, values, missing values, the file of refused rows, and the undo."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import AuditEntry, CustomerGrade, ImportJob, ImportRow, Region
from tests.factories import Company, save
from tests.files import rows_import, run, seen


def test_options_of_the_wizard_are_there(app: Flask, session: Session, people: Company, file: Any) -> None:
    save(session, CustomerGrade(name="A"))
    path = file(("name", "grade", "region"), ("a", "一级", "四川/成都"), ("b", "", "成都"))

    result = run(
        app,
        *("import", "customer", path, "--default", "owner=a1", "--default", "remark=x=y"),
        *("--value", "grade:一级=A", "--value", "region:成都=四川/成都", "--add-missing", "region"),
    )

    assert (result.exit_code, result.stderr) == (0, "")
    assert "2 rows, 2 added" in result.stdout
    session.rollback()
    first, second = seen(session, "a"), seen(session, "b")
    assert (first.grade_id is None, second.grade_id, first.region_id) == (False, None, second.region_id)
    assert (first.remark, second.owner_id) == ("x=y", people.a1.id)
    session.rollback()
    assert session.scalars(select(Region.name).order_by(Region.id)).all() == ["四川", "成都"]


@pytest.mark.parametrize(
    "option",
    [("--default", "x"), ("--default", "=x"), ("--value", "grade=A"), ("--value", "grade:=A"), ("--value", "a:b")],
)
def test_malformed_options_are_named(app: Flask, session: Session, file: Any, option: tuple[str, str]) -> None:
    result = run(app, "import", "customer", file(("name",), ("a",)), *option)

    sentence = f"Error: write FIELD=TEXT, or FIELD:TEXT=TEXT, not “{option[1]}”\n"
    assert (result.exit_code, result.stderr) == (1, sentence)
    assert session.scalar(select(func.count(ImportJob.id))) == 0


def test_refused_rows_are_written_to_a_file(app: Flask, session: Session, file: Any, tmp_path: Path) -> None:
    errors = tmp_path / "errors.csv"

    result = run(app, "import", "region", file(("code", "name"), ("1", "a"), ("2", "b/c")), "--error-file", str(errors))

    assert result.exit_code == 1
    assert errors.read_text("utf-8-sig").splitlines() == [
        "code,name,Row,Reason",
        '2,b/c,3,"Name: “b/c” holds “/”, which separates the steps of a path"',
    ]


@pytest.mark.parametrize(
    ("option", "sentence"),
    [
        (("--error-file", "/nowhere/errors.csv"), "/nowhere/errors.csv: there is no such folder"),
        (("--value", "客户等级:x=A"), "there is no field “客户等级”"),
    ],
)
def test_what_cannot_be_done_is_said_before_anything_is_written(
    app: Flask, session: Session, file: Any, option: tuple[str, str], sentence: str
) -> None:
    result = run(app, "import", "region", file(("name",), ("a",), ("b/c",)), "--partial", *option)

    assert (result.exit_code, result.stderr) == (1, f"Error: {sentence}\n")
    assert session.scalar(select(func.count(ImportJob.id))) == 0


def test_import_is_undone_but_for_what_was_edited(app: Flask, session: Session, people: Company, file: Any) -> None:
    run(app, "import", "customer", file(("code", "remark"), ("C1", "x"), ("C2", "x")), "--mode", "update")
    session.rollback()
    rows_import(session, "customer", ("code", "phone"), ("C2", "1"), mode="update")
    session.commit()
    job_id = session.scalars(select(ImportJob.id)).one()
    session.rollback()

    result = run(app, "undo", str(job_id))
    again = run(app, "undo", str(job_id))

    assert (result.exit_code, result.stderr) == (1, "row 3: it was edited since the import, so it stays as it is\n")
    assert result.stdout == "customer: 1 rows undone, 1 left as they are.\n"
    assert (again.exit_code, "is undone" in again.stderr) == (1, True)
    session.rollback()
    assert (seen(session, "C1").remark, seen(session, "C2").remark) == (None, "x")
    session.rollback()
    whole = select(AuditEntry.action).where(AuditEntry.row_id.is_(None)).order_by(AuditEntry.id)
    assert session.scalars(whole).all() == ["import", "undo"]


def test_unknown_import_is_named(app: Flask, session: Session) -> None:
    result = run(app, "undo", "7")

    assert (result.exit_code, result.stderr) == (1, "Error: there is no import 7\n")


def test_import_of_a_person_is_undone_by_the_operator(app: Flask, session: Session, people: Company, file: Any) -> None:
    run(app, "import", "customer", file(("code", "name"), ("N1", "x")), "--as", "a1")
    job = session.scalars(select(ImportJob)).one()
    session.rollback()

    result = run(app, "undo", str(job.id))

    assert (result.exit_code, result.stderr, job.owner_id) == (0, "", people.a1.id)
    session.rollback()
    assert session.scalars(select(ImportRow.outcome)).all() == ["undone"]
