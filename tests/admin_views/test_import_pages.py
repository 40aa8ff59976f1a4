"""Import through the pages: template, check, confirmation, who may."""

import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from admin_views.exchange_messages import CELL_SENTENCES as SHOWN_CELLS, FILE_SENTENCES as SHOWN_FILES
from models import Customer, ImportJob, Region
from services.exchange.errors import CELL_SENTENCES, FILE_SENTENCES
from tests.conftest import SHARED_DATA, needs_shared_data
from tests.factories import make_customer, make_employee, make_role
from tests.files import csv_bytes
from tests.import_steps import confirm, counts, faults, state, upload

ClientOf = Callable[[Any], FlaskClient]
SPREADSHEETS = SHARED_DATA / "spreadsheets"


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
    done = confirm(admin_client, checked)
    session.rollback()

    assert (checked.status_code, state(checked), counts(checked), after_check) == (
        200,
        "planned",
        {"rows": 2, "inserted": 2, "updated": 0, "skipped": 0, "errors": 0},
        0,
    )
    assert (state(done), counts(done)["inserted"], session.scalar(select(func.count(Region.id)))) == ("done", 2, 2)
    job = session.scalars(select(ImportJob)).one()
    assert (job.file_name, job.state, job.inserted_count) == ("文件.csv", "done", 2)


def test_errors_are_shown_with_row_and_reason(session: Session, admin_client: FlaskClient) -> None:
    page = upload(admin_client, "region", BAD, mode="skip")

    assert faults(page) == [(3, "Parent code: there is no parent “9”")]
    assert 'id="confirm"' not in page.text
    assert "b&lt;i&gt;" in page.text
    session.rollback()
    assert session.scalar(select(func.count(Region.id))) == 0


def test_partial_import_is_offered_and_done(session: Session, admin_client: FlaskClient) -> None:
    checked = upload(admin_client, "region", BAD, mode="skip", partial="1")

    done = confirm(admin_client, checked)

    session.rollback()
    assert (state(done), session.scalars(select(Region.name)).all()) == ("done", ["a"])


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "the file is empty"),
        (b"name\n", "the file has headers but no rows"),
        (b"PK\x03\x04", "the file is damaged"),
        (b"<html><table></table></html>", "the file is a web page"),
    ],
)
def test_unusable_file_is_refused_with_a_sentence(admin_client: FlaskClient, content: bytes, sentence: str) -> None:
    page = upload(admin_client, "region", content, mode="skip")

    assert (page.status_code, sentence in page.text) == (422, True)


def test_missing_file_and_unknown_mode_are_refused(admin_client: FlaskClient) -> None:
    assert admin_client.post("/admin/region/import/", data={"mode": "skip"}).status_code == 422
    assert upload(admin_client, "region", GOOD, mode="merge").status_code == 400


def test_only_uploads_may_be_large(app: Flask, admin_client: FlaskClient) -> None:
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\nname\n'
    body = head + b"a" * 6 * 1024 * 1024 + b"\r\n--x--\r\n"

    taken, refused = (
        admin_client.post(
            f"/admin/region/{page}/",
            input_stream=io.BytesIO(body),
            content_length=len(body),
            content_type="multipart/form-data; boundary=x",
        )
        for page in ("import", "new")
    )

    assert (app.config["MAX_CONTENT_LENGTH"], taken.status_code) == (5 * 1024 * 1024, 422)
    assert "a text is longer than the format can hold" in taken.text
    assert (refused.status_code, "5 MB" in refused.text) == (413, True)


def test_upload_beyond_the_limit_is_refused(admin_client: FlaskClient) -> None:
    answer = admin_client.post(
        "/admin/region/import/",
        input_stream=io.BytesIO(b"x"),
        environ_overrides={"CONTENT_LENGTH": str(60 * 1024 * 1024)},
        content_type="multipart/form-data; boundary=x",
    )

    assert (answer.status_code, "50 MB" in answer.text) == (413, True)


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
    owner = make_employee(session, "owner", name="Owner Person")
    make_role(session, "importer", ["import_customers"])
    blind = make_employee(session, "blind", role="importer")
    make_customer(session, "Hidden Ltd", owner=owner, phone="0287777", code="H1")

    page = upload(client_of(blind), "customer", csv_bytes(("code", "name"), ("H1", "x")), mode="update")

    assert faults(page) == [(2, "Customer code: “H1” exists already")]
    for word in ("Hidden Ltd", "0287777", "Owner Person"):
        assert word not in page.text


def test_import_stamps_the_importer(session: Session, roles: Any, client_of: ClientOf, every_row: Session) -> None:
    person = make_employee(session, "m", role="manager")
    client = client_of(person)

    confirm(client, upload(client, "customer", csv_bytes(("name",), ("x",)), mode="skip"))

    session.rollback()
    found = (
        session.connection().execute(select(Customer.__table__.c.owner_id, Customer.__table__.c.created_by_id)).all()
    )
    assert [tuple(row) for row in found] == [(person.id, person.id)]


def test_sentences_of_pages_and_command_line_have_the_same_codes(app: Flask) -> None:
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert {code: str(text) for code, text in SHOWN_CELLS.items()} == CELL_SENTENCES
        assert {code: str(text) for code, text in SHOWN_FILES.items()} == FILE_SENTENCES


@needs_shared_data
@pytest.mark.parametrize("name", sorted(path.name for path in SPREADSHEETS.glob("*")))
def test_odd_file_leads_to_its_columns_or_is_refused_with_a_sentence(admin_client: FlaskClient, name: str) -> None:
    page = upload(admin_client, "region", (SPREADSHEETS / name).read_bytes(), name=name)

    is_refused = page.status_code == 422 and 'role="alert"' in page.text
    assert is_refused or (page.status_code, "/import/" in page.request.path) == (200, True)
    assert is_refused or any(mark in page.text for mark in ('id="columns-form"', 'role="alert"', 'id="state"'))
