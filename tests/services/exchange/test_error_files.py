"""The file of refused rows: the upload's format and cells, all reasons, ready to be mended; nothing of hidden rows."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import tablib
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Customer, ImportRow
from models.scope import UnfilteredReason, unfiltered
from services.exchange import imports
from services.exchange.formats.guard import guard
from tests.conftest import SHARED_DATA, needs_shared_data
from tests.factories import Company, make_contact, make_customer
from tests.files import as_person, csv_bytes, seen
from tests.imports import carried_out, imported, outcomes, planned, planned_file

LINES = (
    ("客户编码*", "name", "grade", "x y"),
    ("0012", "=cmd", "A", "1"),
    ("", "good", "", ""),
    ("0013", "'+1", "none", "a\nb"),
)
MAPPING = {"x y": "remark"}


def error_file(session: Session, job: Any, folder: Path, words: Any = None) -> bytes:
    """Return the file of refused rows."""
    path = folder / f"errors.{imports.error_file_type(job)}"
    imports.write_error_file(session, job, path, words)
    return path.read_bytes()


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_keeps_delimiter_columns_and_cells(session: Session, tmp_path: Path, delimiter: str) -> None:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=delimiter).writerows(LINES)
    job = planned_file(session, "customer", buffer.getvalue().encode("gb18030"), mapping=MAPPING)

    content = error_file(session, job, tmp_path)

    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=delimiter))
    assert rows == [
        ["客户编码*", "name", "grade", "x y", "Row", "Reason"],
        ["0012", "'=cmd", "A", "1", "2", "Grade: there is no “A”"],
        ["0013", "'+1", "none", "a\nb", "4", "Grade: there is no “none”"],
    ]


def test_mended_file_is_sent_again(session: Session, people: Company, tmp_path: Path) -> None:
    lines = (("code", "name", "phone"), ("N1", "x", "1.38E+10"), ("N2", "", ""), ("N3", "ok", ""))
    job = imported(session, "customer", *lines, is_partial=True)
    words = imports.ErrorWords("行号", "错误原因", "；", text=lambda fault: fault.code, language="zh_Hans_CN")
    content = error_file(session, job, tmp_path, words)

    again = planned_file(session, "customer", content)
    mended = content.replace(b"1.38E+10", b"13800000000").replace(b"N2,,", b"N2,y,")
    carried_out(session, planned_file(session, "customer", mended))

    assert content.decode("utf-8-sig").splitlines() == [
        "code,name,phone,行号,错误原因",
        "N1,x,1.38E+10,2,电话: scientific",
        "N2,,,3,客户名称: required",
    ]
    assert [row[3] for row in outcomes(session, again)] == [["scientific"], ["required"]]
    assert error_file(session, again, tmp_path, words).count("行号".encode()) == 1
    assert (seen(session, "x").phone, seen(session, "y").code) == ("13800000000", "N2")


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_workbook_stays_a_workbook_of_its_kind(session: Session, tmp_path: Path, kind: str) -> None:
    if kind == "xlsx":
        book = openpyxl.Workbook()
        book.active.append(["code", "name", "contact_name", "contact_birthday"])
        book.active.append(["007", "", "y", "soon"])
        buffer = io.BytesIO()
        book.save(buffer)
        upload = buffer.getvalue()
    else:
        data = tablib.Dataset(headers=["code", "name", "contact_name", "contact_birthday"])
        data.append(["007", "", "y", "soon"])
        upload = data.export("ods")
    job = planned_file(session, "customer", upload, name=f"a.{kind}")

    content = error_file(session, job, tmp_path)

    sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert [[str(cell) for cell in row[:4]] for row in sheet] == [
        ["code", "name", "contact_name", "contact_birthday"],
        ["007", "", "y", "soon"],
    ]
    assert str(sheet[1][4]) in {"2", "2.0"}
    assert "“soon” is no date" in sheet[1][5]
    again = planned_file(session, "customer", content, name=f"errors.{kind}")
    assert [row[3] for row in outcomes(session, again)] == [["not_a_date", "required"]]


#: Who imports, mode, cells of code and name: none sees the customer in full (DOMAIN 36, 41, 42).
HIDDEN = [
    ("va", "update", "H1", "x"),
    ("va", "skip", "", "hidden ltd"),
    ("a2", "update", "H1", "x"),
    ("a2", "insert", "", "Hidden Ltd"),
    ("cfg", "update", "", "Hidden Ltd"),
]


@pytest.mark.parametrize(("person", "mode", "code", "name"), HIDDEN)
def test_nothing_of_a_hidden_customer_is_in_plan_or_file(
    app: Flask, session: Session, people: Company, tmp_path: Path, *, person: str, mode: str, code: str, name: str
) -> None:
    hidden = make_customer(
        session, "Hidden Ltd", owner=people.solo, visibility="private", phone="0287777", remark="secret", code="H1"
    )
    make_contact(session, hidden, name="Secret Contact", mobile="1399999", is_primary=True)

    with as_person(app, people[person]) as own:
        job = planned(own, "customer", ("code", "name", "contact_name"), (code, name, "z"), mode=mode, is_partial=True)
        shown = imports.plan_rows(own, job)
        content = error_file(own, job, tmp_path).decode("utf-8-sig")

    rows = session.scalars(select(ImportRow).where(ImportRow.job_id == job.id)).all()
    stored = json.dumps([[row.changes, row.target_id] for row in rows], ensure_ascii=False)
    assert [row.action for row in rows] == ["error"]
    assert rows[0].target_id is None
    assert (shown[0].title, shown[0].target_id) == ("", None)
    for text in ("0287777", "secret", "Secret", "1399999", *(["Hidden", "hidden"] if code else ["H1"])):
        assert text not in stored + content + str(job.summary) + str(job.errors)
    assert "solo" not in content
    assert content.splitlines()[1].startswith(f"{code},{name},z,2,")
    assert seen(session, "Hidden Ltd").version == 1


@needs_shared_data
@pytest.mark.parametrize("field", ["name", "remark"])
def test_every_naughty_string_lands_or_is_refused_with_its_row(session: Session, tmp_path: Path, field: str) -> None:
    strings = (SHARED_DATA / "naughty.txt").read_text(encoding="utf-8").split("\n")
    strings += ["=cmd|' /C calc'!A0", "@SUM(1)", "'=1", "''", "a" * 101, "+1", "-1", "\tx"]
    names = [text if field == "name" else f"n{number}" for number, text in enumerate(strings)]
    remarks = [text if field == "remark" else "" for text in strings]
    lines = [(f"N{at}", *pair) for at, pair in enumerate(zip(names, remarks, strict=True))]
    content = csv_bytes(("code", "name", "remark"), *([guard(cell) for cell in line] for line in lines))

    job = carried_out(session, planned_file(session, "customer", content, is_partial=True))

    with unfiltered(session, UnfilteredReason.COMMAND) as every:
        found = {row.code: getattr(row, field) for row in every.scalars(select(Customer))}
    refused = {number: codes for number, action, _, codes in outcomes(session, job) if action == "error"}
    assert job.error_count == len(refused)
    for at, text in enumerate(strings):
        if f"N{at}" in found:
            assert (found[f"N{at}"] or "").strip() == text.strip()
    assert len(found) + len(refused) == len(strings)
    errors = error_file(session, job, tmp_path).decode("utf-8-sig")
    assert len(list(csv.reader(io.StringIO(errors, newline="")))) == len(refused) + 1


def test_reasons_are_all_told(session: Session, tmp_path: Path) -> None:
    job = planned(session, "customer", ("name", "lat", "phone"), ("", "x", "1.38E+10"))

    told = error_file(session, job, tmp_path).decode("utf-8-sig")

    for part in ("is no number", "was shortened", "is required"):
        assert part in told
