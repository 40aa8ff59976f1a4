"""Every text that a table takes comes back from its files as it was: naughty.txt and formulas, in every text field."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from models.inspection import Kind
from models.scope import UnfilteredReason, unfiltered
from services.exchange.exporter import export
from services.exchange.fields import FileField
from services.exchange.formats import read_table
from services.exchange.formats.guard import guard
from services.exchange.importer import import_table
from services.exchange.options import Options
from services.exchange.resource import Resource, resource_for
from services.exchange.results import Mode
from tests.conftest import SHARED_DATA
from tests.factories import make_customer, make_employee
from tests.files import faults, rows_import
from tests.services.exchange.test_round_trip import IMPORTED, INSERT_ONLY, all_columns

FORMULAS = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "'=1",
    "''",
    "'",
    "=cmd|' /C calc'!A0",
    "00123",
    "1E5",
    "007",
    "a\x01b\x0bc\x7f\x80\x85\x9f",
    "_x0001_",
    "_x005F_x0001_",
    "a\rb",
    "a\r\nb",
    "\ufffe\uffff",
)
#: What a row needs beside the field in question.
_MADE_UP = {
    "customer": "c",
    "user": "p",
    "name": "n {}",
    "login": "l-{}",
    "discount": "0.5",
    "content": "x",
    "planned_at": "2026-01-31 10:00",
}
#: Text fields that are no free text.
_NAMED_BY_OTHERS = frozenset({"path", "parent_code", "co_followers", "contact_name", "contact_mobile"})


def _texts() -> list[str]:
    path = SHARED_DATA / "naughty.txt"
    lines = path.read_text(encoding="utf-8").split("\n") if path.is_file() else []
    texts = (text.strip() for text in (*FORMULAS, *lines) if "\0" not in text)
    return [text for text in dict.fromkeys(texts) if text]


def _file_of(resource: Resource, field: FileField) -> list[list[str]]:
    """Return a file with each text in one field; what else a row needs is made up."""
    others = [name for name in _MADE_UP if name != field.name and name in {one.name for one in resource.fields}]
    if resource.is_tree or resource.endpoint not in INSERT_ONLY:
        others = [name for name in others if name not in {"customer", "content", "user", "planned_at"}]
    lines = [[*others, field.name]]
    for number, text in enumerate(_texts()):
        made_up = [_MADE_UP[name].format(f"{field.name}{number}") for name in others]
        lines.append([*made_up, guard(text[: field.limit].strip())])
    return lines


def _store(session: Session, resource: Resource) -> int:
    """Fill a table with all texts that it takes, in every text field; return how many rows it then has at least."""
    person = make_employee(session, "p")
    make_customer(session, "c", owner=person)
    count = 0
    for field in resource.fields:
        if field.kind is Kind.TEXT and field.target is None and field.name not in _NAMED_BY_OTHERS:
            result = rows_import(session, resource.endpoint, *_file_of(resource, field), mode="insert", is_partial=True)
            assert result.inserted_count > len(_texts()) // 3, (field.name, faults(result)[:5])
            count += result.inserted_count
    session.commit()
    return count


@pytest.mark.parametrize("endpoint", IMPORTED)
def test_every_text_of_every_field_comes_back(session: Session, tmp_path: Path, endpoint: str) -> None:
    resource = resource_for(endpoint)
    count = _store(session, resource)

    for kind in ("csv", "xlsx", "ods"):
        path = tmp_path / f"file.{kind}"
        before = all_columns(session, resource.model)
        _write(session, resource, path)
        result = import_table(session, resource, read_table(path), Options(_mode(resource)))

        assert len(before) >= count > 0
        assert faults(result) == []
        if endpoint in INSERT_ONLY:
            again = tmp_path / f"again.{kind}"
            _write(session, resource, again)
            assert _rows(again) == _rows(path)
            import_table(session, resource, read_table(path), Options(Mode.INSERT))
        else:
            assert (result.updated_count, result.skipped_count) == (0, len(before))
            assert all_columns(session, resource.model) == before


def _mode(resource: Resource) -> Mode:
    return Mode.INSERT if resource.endpoint in INSERT_ONLY else Mode.UPDATE


def _write(session: Session, resource: Resource, path: Path) -> None:
    """Export a table; rows without keys are deleted, since their import adds them anew."""
    with unfiltered(session, UnfilteredReason.COMMAND) as every:
        statement = select(resource.model).order_by(resource.model.id)
        export(every, resource, statement, language="zh").write(path, path.suffix[1:])
        if resource.endpoint in INSERT_ONLY:
            every.execute(delete(resource.model))


def _rows(path: Path) -> list[Any]:
    return [cells for _, cells in read_table(path).rows]
