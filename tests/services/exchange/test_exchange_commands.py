"""The command line: exit codes, errors on standard error with the row, a summary on standard output."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import AuditEntry, Customer, Employee, ExportJob, ImportJob, Region
from models.scope import UnfilteredReason, unfiltered
from tests.conftest import SHARED_DATA, needs_shared_data
from tests.factories import company, make_role
from tests.files import records, run

GOOD = (("code", "name", "parent_code"), ("1", "a", ""), ("2", "b", "1"))
BAD = (*GOOD, ("3", "c", "9"), ("4", "d/e", ""))


def count(session: Session, model: Any) -> int:
    """Count rows past the rule."""
    session.rollback()
    with unfiltered(session, UnfilteredReason.COMMAND) as every:
        return every.scalar(select(func.count(model.id))) or 0


def test_good_file_exits_with_0_and_a_summary(app: Flask, session: Session, file: Any) -> None:
    result = run(app, "import", "region", file(*GOOD))

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("region: 2 rows, 2 added, 0 updated, 0 skipped, 0 with errors, ")
    assert count(session, Region) == 2
    job = session.scalars(select(ImportJob)).one()
    assert (job.state, job.mode, job.row_count, job.inserted_count, job.owner_id) == ("done", "skip", 2, 2, None)
    assert session.scalars(select(AuditEntry.action)).all() == ["import"]


def test_second_run_skips_and_exits_with_0(app: Flask, session: Session, file: Any) -> None:
    path = file(*GOOD)
    run(app, "import", "region", path)

    result = run(app, "import", "region", path)

    assert (result.exit_code, count(session, Region)) == (0, 2)
    assert "2 skipped" in result.stdout


def test_dry_run_of_a_tree_tells_its_changes(app: Flask, session: Session, file: Any) -> None:
    run(app, "import", "region", file(*GOOD))

    lines = (GOOD[0], ("1", "A", ""), ("2", "b", "#清空"), ("3", "c", "2"))
    result = run(app, "import", "region", file(*lines), "--mode", "update", "--dry-run")

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines()[1] == (
        "changes: move 1, rename 1, deactivate 0, activate 0, code 0, reorder 0, add 1; "
        "customers of the changed nodes and below: 0"
    )
    assert session.scalars(select(Region.name).order_by(Region.id)).all() == ["a", "b"]


def test_errors_stand_on_standard_error_one_a_line(app: Flask, session: Session, file: Any) -> None:
    result = run(app, "import", "region", file(*BAD))

    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        "row 4, parent_code: there is no parent “9”",
        "row 5, name: “d/e” holds “/”, which separates the steps of a path",
    ]
    assert "nothing was written" in result.stdout
    assert count(session, Region) == 0
    job = session.scalars(select(ImportJob)).one()
    assert (job.state, job.error_count, job.inserted_count) == ("failed", 2, 0)
    assert job.errors[0]["row"] == 4


def test_partial_import_with_refused_rows_exits_with_1(app: Flask, session: Session, file: Any) -> None:
    result = run(app, "import", "region", file(*BAD), "--partial")

    assert (result.exit_code, count(session, Region)) == (1, 2)
    assert "2 added" in result.stdout


@pytest.mark.parametrize(("lines", "exit_code"), [(GOOD, 0), (BAD, 1)])
def test_dry_run_writes_nothing(app: Flask, session: Session, file: Any, lines: Any, exit_code: int) -> None:
    result = run(app, "import", "region", file(*lines), "--dry-run")

    assert (result.exit_code, count(session, Region), count(session, ImportJob)) == (exit_code, 0, 0)


def test_insert_mode_on_existing_rows_exits_with_1(app: Flask, session: Session, file: Any) -> None:
    path = file(*GOOD)
    run(app, "import", "region", path)

    result = run(app, "import", "region", path, "--mode", "insert")

    assert (result.exit_code, len(result.stderr.splitlines())) == (1, 2)


HEADERS = [
    (
        ("code", "name", "colour"),
        (),
        "the column “colour” is not known; there are code, name, parent_code, path, is_active, sort_order, level1…",
    ),
    (("code", "parent_code"), (), "the column “name” is missing"),
    (("name", "名称"), (), "the columns A “name” and B “名称” are both “name”; choose one, or remove the other"),
    (("name",), ("--map", "other=code"), "--map names “other”, which is no column of the file"),
    (
        ("name", "x"),
        ("--map", "x=colour"),
        "the column “colour” is not known; there are code, name, parent_code, path, is_active, sort_order, level1…",
    ),
    (("name",), ("--map", "nonsense"), "--map needs FILE_HEADER=FIELD, not “nonsense”"),
]


@pytest.mark.parametrize(("header", "options", "sentence"), HEADERS, ids=lambda value: str(value)[:30])
def test_wrong_headers_are_named(
    app: Flask, session: Session, file: Any, *, header: Any, options: Any, sentence: str
) -> None:
    result = run(app, "import", "region", file(header, ("1", "2", "3")[: len(header)]), *options)

    assert (result.exit_code, result.stderr) == (1, f"Error: {sentence}\n")
    assert count(session, Region) == 0


def test_headers_are_matched_by_label_star_and_width(app: Flask, session: Session, file: Any) -> None:
    result = run(app, "import", "region", file((" ＣＯＤＥ ", "名称*", "Parent Code"), ("1", "a", "")))

    assert (result.exit_code, count(session, Region)) == (0, 1)


@pytest.mark.parametrize(
    ("arguments", "exit_code", "sentence"),
    [
        (("import", "nothing", "FILE"), 1, "there is no table “nothing”"),
        (("import", "company_setting", "FILE"), 1, "there is no table “company_setting”"),
        (("import", "region", "/nowhere.csv"), 2, "does not exist"),
        (("import", "region", "FILE", "--as", "nobody"), 1, "there is no active log-in “nobody”"),
        (("import", "region", "FILE", "--mode", "merge"), 2, "merge"),
        (("import", "contact", "FILE", "--mode", "update"), 1, "mode update is not possible"),
        (("export", "region", "out.exe"), 1, "the type “exe” is not known"),
        (("export", "nothing", "out.csv"), 1, "there is no table “nothing”"),
        (("export", "region", "/nowhere/out.csv"), 1, "No such file"),
    ],
)
def test_wrong_arguments_are_refused(
    app: Flask, file: Any, arguments: tuple[str, ...], exit_code: int, sentence: str
) -> None:
    path = file(("customer", "name"), ("a", "b"))

    result = run(app, *(path if argument == "FILE" else argument for argument in arguments))

    assert (result.exit_code, sentence in result.stderr) == (exit_code, True), result.stderr


@pytest.mark.parametrize("content", [b"", b"name\n", b"\xff\xfe\xff", b"PK\x03\x04"])
def test_unusable_file_is_refused_with_one_line(app: Flask, session: Session, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file.xlsx"
    path.write_bytes(content)

    result = run(app, "import", "region", str(path))

    assert (result.exit_code, len(result.stderr.splitlines()), result.stdout) == (1, 1, "")
    assert session.scalars(select(ImportJob.state)).all() == ["failed"]


def test_named_person_exports_what_they_see(app: Flask, session: Session, tmp_path: Path) -> None:
    company(session)
    everything, own = tmp_path / "all.csv", tmp_path / "own.csv"

    first = run(app, "export", "customer", str(everything), "--field-names")
    second = run(app, "export", "customer", str(own), "--as", "A1", "--field-names")

    assert (first.exit_code, second.exit_code) == (0, 0)
    assert first.stdout.startswith("customer: 11 rows in ")
    assert {row["code"] for row in records(own.read_bytes())} == {"C1", "C2", "C3"}
    assert len(records(everything.read_bytes())) == 11
    session.rollback()
    jobs = session.execute(select(ExportJob.row_count, ExportJob.state).order_by(ExportJob.id)).all()
    assert [tuple(job) for job in jobs] == [(11, "done"), (3, "done")]
    assert session.scalars(select(AuditEntry.action)).all() == ["export", "export"]


def test_named_person_imports_with_their_rights(app: Flask, session: Session, file: Any) -> None:
    people = company(session)

    result = run(
        app, "import", "customer", file(("code", "name"), ("C4", "new name")), "--as", "a1", "--mode", "update"
    )

    assert (result.exit_code, result.stderr) == (1, "row 2, code: “C4” exists already\n")
    with unfiltered(session, UnfilteredReason.COMMAND) as every:
        assert every.get_one(Customer, people.c4.id).name == "C4"


@pytest.mark.parametrize("kind", ["csv", "xlsx", "ods", "json", "yaml", "html"])
def test_every_type_is_written(app: Flask, session: Session, file: Any, tmp_path: Path, kind: str) -> None:
    run(app, "import", "region", file(*GOOD))
    path = tmp_path / f"out.{kind}"

    result = run(app, "export", "region", str(path))

    assert (result.exit_code, path.stat().st_size > 0) == (0, True)
    assert [other.name for other in tmp_path.iterdir() if other.name.startswith(".")] == []


@needs_shared_data
def test_organisation_needs_its_columns_mapped(app: Flask, session: Session) -> None:
    make_role(session)
    path = str(SHARED_DATA / "org.csv")

    without = run(app, "import", "employee", path)
    mapped = run(app, "import", "employee", path, "--map", "employee_id=login", "--map", "manager_id=supervisor")

    assert (without.exit_code, mapped.exit_code, count(session, Employee)) == (1, 0, 290)


def test_reading_may_be_said(app: Flask, session: Session, tmp_path: Path) -> None:
    path = tmp_path / "regions.txt"
    path.write_bytes("Régions\ncode;name\n1;Orléans\n".encode("cp1252"))

    doubtful = run(app, "import", "region", str(path))
    said = run(app, "import", "region", str(path), "--encoding", "cp1252", "--delimiter", ";", "--header-row", "2")

    assert (doubtful.exit_code, "encoding is not clear" in doubtful.stderr) == (1, True)
    assert (said.exit_code, said.stderr) == (0, "")
    assert session.scalars(select(Region.name)).all() == ["Orléans"]
