"""Import through the pages: template, check, confirmation, who may."""

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from admin_views.exchange_messages import CELL_SENTENCES as SHOWN_CELLS, FILE_SENTENCES as SHOWN_FILES
from models import Customer, ImportJob, Region
from services.exchange.errors import CELL_SENTENCES, FILE_SENTENCES
from tests.factories import make_customer, make_employee, make_role
from tests.files import csv_bytes

ClientOf = Callable[[Any], FlaskClient]


def upload(
    client: FlaskClient, endpoint: str, content: bytes, *, name: str = "文件.csv", **fields: str
) -> TestResponse:
    """Send a file to an import page."""
    return client.post(f"/admin/{endpoint}/import/", data={"file": (io.BytesIO(content), name), **fields})


def confirm(client: FlaskClient, endpoint: str, page: TestResponse, **fields: str) -> TestResponse:
    """Confirm a checked file."""
    found = re.search(r'name="upload" value="([0-9a-f]+)"', page.text)
    assert found is not None, page.text
    return client.post(f"/admin/{endpoint}/import/", data={"upload": found[1], **fields})


def counts(page: TestResponse) -> dict[str, int]:
    """Return the counts that a result page shows."""
    return {name: int(value) for name, value in re.findall(r'data-count="(\w+)">(\d+)<', page.text)}


@pytest.mark.parametrize(
    "endpoint", ["region", "industry", "department", "employee", "customer", "price_level", "visit"]
)
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_template_marks_what_is_required(session: Session, admin_client: FlaskClient, endpoint: str, kind: str) -> None:
    answer = admin_client.get(f"/admin/{endpoint}/import/template/?type={kind}")

    if kind == "csv":
        header = answer.data.decode("utf-8-sig").strip().split(",")
    else:
        header = [cell.value for cell in openpyxl.load_workbook(io.BytesIO(answer.data)).active[1]]
    assert answer.status_code == 200
    assert any(name.endswith("*") for name in header)
    assert not all(name.endswith("*") for name in header)


def test_import_form_names_the_columns(admin_client: FlaskClient) -> None:
    page = admin_client.get("/admin/region/import/")

    assert page.status_code == 200
    assert "<code>parent_code</code>" in page.text


GOOD = csv_bytes(("code", "name", "parent_code"), ("1", "a", ""), ("2", "b", "1"))
BAD = csv_bytes(("code", "name", "parent_code"), ("1", "a", ""), ("2", "b<i>", "9"))


def test_file_is_checked_then_imported(session: Session, admin_client: FlaskClient) -> None:
    checked = upload(admin_client, "region", GOOD, mode="skip")
    session.rollback()
    after_check = session.scalar(select(func.count(Region.id)))
    done = confirm(admin_client, "region", checked, mode="skip")
    session.rollback()

    assert (checked.status_code, counts(checked), after_check) == (
        200,
        {"rows": 2, "inserted": 2, "updated": 0, "skipped": 0, "errors": 0},
        0,
    )
    assert (done.status_code, counts(done)["inserted"], session.scalar(select(func.count(Region.id)))) == (200, 2, 2)
    job = session.scalars(select(ImportJob)).one()
    assert (job.file_name, job.state, job.inserted_count) == ("文件.csv", "done", 2)


def test_errors_are_shown_with_row_and_reason(session: Session, admin_client: FlaskClient) -> None:
    page = upload(admin_client, "region", BAD, mode="skip")

    assert page.status_code == 422
    assert re.search(r"<td>3</td><td>Parent code</td><td>there is no parent “9”</td>", page.text)
    assert 'name="upload"' not in page.text
    session.rollback()
    assert session.scalar(select(func.count(ImportJob.id))) == 0


def test_partial_import_is_offered_and_done(session: Session, admin_client: FlaskClient) -> None:
    checked = upload(admin_client, "region", BAD, mode="skip", partial="1")

    done = confirm(admin_client, "region", checked, mode="skip", partial="1")

    session.rollback()
    assert (done.status_code, session.scalars(select(Region.name)).all()) == (200, ["a"])


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "the file is empty"),
        (b"name\n", "the file has headers but no rows"),
        (b"name,colour\na,b\n", "the column “colour” is not known"),
        (b"name\n\xff\xff\n", "encoding is not clear"),
        (b"PK\x03\x04", "the file is damaged"),
        (b"name,<script>\na,b\n", "&lt;script&gt;"),
    ],
)
def test_unusable_file_is_refused_with_a_sentence(admin_client: FlaskClient, content: bytes, sentence: str) -> None:
    page = upload(admin_client, "region", content, mode="skip")

    assert (page.status_code, sentence in page.text) == (422, True)


def test_missing_file_and_unknown_mode_are_refused(admin_client: FlaskClient) -> None:
    assert admin_client.post("/admin/region/import/", data={"mode": "skip"}).status_code == 422
    assert upload(admin_client, "region", GOOD, mode="merge").status_code == 400


def test_oversized_upload_is_refused(app: Flask, admin_client: FlaskClient) -> None:
    limit = app.config["MAX_CONTENT_LENGTH"]
    app.config["MAX_CONTENT_LENGTH"] = 1_000

    page = upload(admin_client, "region", b"name\n" + b"a" * 1_000, mode="skip")

    assert (limit, page.status_code, "5 MB" in page.text) == (5 * 1024 * 1024, 413, True)


def test_kept_file_is_taken_once_and_by_its_owner(
    session: Session, app: Flask, client_of: ClientOf, admin_client: FlaskClient
) -> None:
    other = client_of(make_employee(session, "other", role="company_admin"))
    checked = upload(admin_client, "region", GOOD, mode="skip")

    assert confirm(other, "region", checked, mode="skip").status_code == 422
    assert confirm(admin_client, "industry", checked, mode="skip").status_code == 422
    assert confirm(admin_client, "region", checked, mode="skip").status_code == 200
    assert confirm(admin_client, "region", checked, mode="skip").status_code == 422
    assert list(Path(app.instance_path, "uploads").iterdir()) == []


@pytest.mark.parametrize("token", ["../secret_key", "", "0" * 31, "0" * 32, "g" * 32, "/etc/passwd"])
def test_hostile_token_finds_nothing(admin_client: FlaskClient, token: str) -> None:
    answer = admin_client.post("/admin/region/import/", data={"upload": token, "mode": "skip"})

    assert answer.status_code == 422


#: Role -> tables that it may import.
IMPORTERS = {
    "company_admin": {"region", "employee", "customer", "contact", "visit"},
    "config_admin": {"region"},
    "manager": {"customer", "contact", "visit"},
    "employee": set(),
    "own_only": set(),
}


@pytest.mark.parametrize("role", IMPORTERS)
def test_import_needs_the_right(session: Session, roles: Any, client_of: ClientOf, role: str) -> None:
    client = client_of(make_employee(session, "person", role=role))

    allowed = {
        endpoint
        for endpoint in ("region", "employee", "customer", "contact", "visit")
        if client.get(f"/admin/{endpoint}/import/").status_code == 200
    }
    refused = [
        upload(client, endpoint, GOOD).status_code for endpoint in ("region", "customer") if endpoint not in allowed
    ]

    assert allowed == IMPORTERS[role]
    assert set(refused) <= {403}


def test_hidden_customer_is_not_told_by_the_page(session: Session, roles: Any, client_of: ClientOf) -> None:
    owner, importer = make_employee(session, "owner", name="Owner Person"), make_employee(session, "m", role="manager")
    make_role(session, "importer", ["import_customers"])
    blind = make_employee(session, "blind", role="importer")
    make_customer(session, "Hidden Ltd", owner=owner, phone="0287777", code="H1")

    page = upload(client_of(blind), "customer", csv_bytes(("code", "name"), ("H1", "x")), mode="update")

    assert page.status_code == 422
    assert "“H1” exists already" in page.text
    for word in ("Hidden Ltd", "0287777", "Owner Person"):
        assert word not in page.text
    assert importer.id


def test_import_stamps_the_importer(session: Session, roles: Any, client_of: ClientOf, every_row: Session) -> None:
    person = make_employee(session, "m", role="manager")
    client = client_of(person)

    confirm(client, "customer", upload(client, "customer", csv_bytes(("name",), ("x",)), mode="skip"), mode="skip")

    session.rollback()
    found = (
        session.connection().execute(select(Customer.__table__.c.owner_id, Customer.__table__.c.created_by_id)).all()
    )
    assert [tuple(row) for row in found] == [(person.id, person.id)]


def test_sentences_of_pages_and_command_line_have_the_same_codes(app: Flask) -> None:
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert {code: str(text) for code, text in SHOWN_CELLS.items()} == CELL_SENTENCES
        assert {code: str(text) for code, text in SHOWN_FILES.items()} == FILE_SENTENCES
