"""Export through the pages: exactly the list on screen, for those who may."""

import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import AuditEntry, ExportJob
from models.inspection import models_with_pages, page_of
from services.exchange.formats import EXPORT_TYPES
from tests.factories import company, make_customer, make_employee, make_role
from tests.files import records
from tests.trees import plant

ClientOf = Callable[[Any], FlaskClient]
EXCHANGED = [model.__tablename__ for model in models_with_pages() if "export" in page_of(model).actions]
UNEXCHANGED = ["company_setting", "export_job", "import_job"]


@pytest.mark.parametrize("endpoint", EXCHANGED)
@pytest.mark.parametrize("kind", list(EXPORT_TYPES))
def test_admin_exports_every_table(admin_client: FlaskClient, endpoint: str, kind: str) -> None:
    answer = admin_client.get(f"/admin/{endpoint}/export/{kind}/?names=field")

    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    assert answer.headers["Content-Disposition"].startswith(f"attachment; filename=export.{kind}; filename*=UTF-8''")
    assert answer.data


@pytest.mark.parametrize("endpoint", UNEXCHANGED)
def test_table_without_exchange_answers_404(admin_client: FlaskClient, endpoint: str) -> None:
    for address in ("export/csv/", "import/", "import/template/"):
        assert admin_client.get(f"/admin/{endpoint}/{address}").status_code == 404, address


@pytest.mark.parametrize("endpoint", ["role", "audit_entry"])
def test_rows_of_some_tables_cannot_be_imported(admin_client: FlaskClient, endpoint: str) -> None:
    for address in ("import/", "import/template/"):
        assert admin_client.get(f"/admin/{endpoint}/{address}").status_code == 404


@pytest.mark.parametrize("kind", ["exe", "csv.exe", "YAML", "..%2Fcsv"])
def test_unknown_type_answers_404(admin_client: FlaskClient, kind: str) -> None:
    assert admin_client.get(f"/admin/region/export/{kind}/").status_code == 404


def test_export_is_the_list_on_screen(app: Flask, session: Session, client_of: ClientOf) -> None:
    people = company(session)
    admin = client_of(people.admin)

    whole = records(admin.get("/admin/customer/export/csv/?names=field").data)
    some = records(admin.get("/admin/customer/export/csv/?names=field&visibility__is=public&sort=-code").data)
    found = records(admin.get("/admin/customer/export/csv/?names=field&search=C11").data)

    assert len(whole) == 11
    assert [row["code"] for row in some] == ["C2", "C10"]
    assert [row["code"] for row in found] == ["C11"]


def test_export_is_logged(session: Session, client_of: ClientOf) -> None:
    people = company(session)

    client_of(people.admin).get("/admin/customer/export/csv/?search=C1&names=field").get_data()

    session.rollback()
    job = session.scalars(select(ExportJob)).one()
    assert (job.owner_id, job.endpoint, job.state, job.row_count) == (people.admin.id, "customer", "done", 3)
    assert job.query == {"search": ["C1"], "names": ["field"]}
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "export")).one()
    assert (entry.actor_id, entry.table_name, entry.row_id) == (people.admin.id, "customer", None)
    assert {**entry.changes, "file": ""} == {
        "file": "",
        "type": "csv",
        "search": "C1",
        "sort": "-created_at",
        "rows": 3,
        "left_out": 0,
        "state": "done",
    }


def test_export_without_the_right_answers_403(session: Session, client_of: ClientOf) -> None:
    people = company(session)

    for person in (people.a1, people.va, people.cfg):
        for kind in ("csv", "xlsx"):
            assert client_of(person).get(f"/admin/customer/export/{kind}/").status_code == 403
    session.rollback()
    assert session.scalar(select(func.count(ExportJob.id))) == 0


def test_manager_exports_the_team_alone(session: Session, client_of: ClientOf) -> None:
    make_role(session, "lead", ["export_customers"])
    lead = make_employee(session, "lead", role="lead")
    report, other = make_employee(session, "report", supervisor=lead), make_employee(session, "other")
    make_customer(session, "mine", owner=report, visibility="private")
    make_customer(session, "theirs", owner=other)

    rows = records(client_of(lead).get("/admin/customer/export/csv/?names=field").data)

    assert [row["name"] for row in rows] == ["mine"]


def test_file_name_is_chinese_where_the_page_is(
    session: Session, client_of: ClientOf, admin_client: FlaskClient
) -> None:
    answer = admin_client.get("/admin/customer/export/csv/", headers={"Accept-Language": "zh-CN"})

    assert "filename*=UTF-8''%E5%AE%A2%E6%88%B7" in answer.headers["Content-Disposition"]
    assert answer.data.decode("utf-8-sig").startswith("客户编码,客户名称,")


def test_unreadable_filter_sends_back_to_the_list(admin_client: FlaskClient) -> None:
    answer = admin_client.get("/admin/customer/export/csv/?created_at__from=yesterday")

    assert answer.status_code == 302


def test_xlsx_of_the_page_opens(session: Session, admin_client: FlaskClient) -> None:
    plant(session)

    answer = admin_client.get("/admin/region/export/xlsx/?names=field")

    rows = list(openpyxl.load_workbook(io.BytesIO(answer.data)).active.values)
    assert rows[0] == ("code", "name", "parent_code", "path", "is_active", "sort_order")
    assert len(rows) == 7
    assert int(answer.headers["Content-Length"]) == len(answer.data)
