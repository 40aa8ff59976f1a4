"""The audit log's pages and files: readable, filtered, read only, silent about customers that a reader may not see."""

import io
import re
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from models import AuditEntry, Customer, Employee
from models.enums import Permission
from services import customers, employees, settings
from tests.conftest import acting, counted
from tests.factories import Company
from tests.files import records
from tests.functional.visibility_pages import JSON, give_role, listed_ids, secrets

ClientAs = Callable[[str], FlaskClient]
LOG = "/admin/audit_entry/"


@pytest.fixture
def log(app: Flask, session: Session, company: Company, client_as: ClientAs) -> dict[str, int]:
    """Let things happen in the company; return the ids of the entries by name. a2, who sees no customer, may read."""
    give_role(session, company.a2, Permission.VIEW_AUDIT)
    with acting(app, company.a1.id) as own:
        customers.update_customer(own, own.get_one(Customer, company.c1.id), {"grade_id": None})
        customers.transfer(own, own.get_one(Customer, company.c2.id), company.w1.id)
        own.commit()
    with acting(app, company.admin.id) as own:
        employees.set_supervisor(own, own.get_one(Employee, company.b1.id), None)
        settings.change_setting(own, "private_customer_enabled", value=False)
        customers.delete_customer(own, own.get_one(Customer, company.c4.id))
        own.commit()
    client_as("admin").get(f"/admin/customer/export/csv/?search={company.c1.name}&grade__empty=0").get_data()
    client_as("admin").get(f"/admin/contact/export/csv/?customer__is={company.c1.id}").get_data()
    names = ("grade", "transfer", "supervisor", "switch", "delete", "export", "contacts")
    ids = session.scalars(select(AuditEntry.id).order_by(AuditEntry.id)).all()
    session.rollback()
    return dict(zip(names, ids, strict=True))


def cells(answer: TestResponse) -> list[list[str]]:
    """Return the cells of a list as text, row by row, without the box to tick; a line ends with a bar."""
    rows = re.findall(r'<tr data-id="\d+".*?</tr>', answer.text, re.DOTALL)
    return [
        [
            re.sub(r"<[^>]+>", "", cell.replace("<br>", "|")).strip()
            for cell in re.findall(r"<td(?! class=\"row-start\").*?</td>", row, re.DOTALL)
        ]
        for row in rows
    ]


def test_the_list_says_in_words_what_was_done(client_as: ClientAs, company: Company, log: dict[str, int]) -> None:
    english = [row[1:5] for row in cells(client_as("admin").get(LOG))]
    chinese = [row[1:5] for row in cells(client_as("admin").get(LOG, headers={"Accept-Language": "zh-CN"}))]

    admin, a1 = "admin-person (admin)", "a1-person (a1)"
    assert english[-5:] == [
        [
            admin,
            "Deleted",
            f"Customer #{company.c4.id}",
            "Owner: solo-person (solo) → —|Visibility: Private → —",
        ],
        [admin, "Changed a setting", "Company settings", "Enable private customers: Yes → No"],
        [admin, "Changed the supervisor", "Employee b1-person (b1)", "Supervisor: leadB-person (leadb) → —"],
        [a1, "Transferred a customer", f"Customer {company.c2.name}", f"Owner: {a1} → w1-person (w1)"],
        [a1, "Changed the grade", f"Customer {company.c1.name}", "Grade: Grade-C1-top → —"],
    ]
    assert chinese[-3:] == [
        [admin, "更改直属上级", "员工 b1-person (b1)", "直属上级：leadB-person (leadb) → —"],
        [a1, "转移客户", f"客户 {company.c2.name}", f"负责人：{a1} → w1-person (w1)"],
        [a1, "更改客户等级", f"客户 {company.c1.name}", "客户等级：Grade-C1-top → —"],
    ]


def test_a_reader_who_sees_no_customer_reads_of_none(
    client_as: ClientAs, company: Company, log: dict[str, int]
) -> None:
    reader = client_as("a2")
    addresses = [LOG, f"{LOG}export/csv/", f"{LOG}export/json/", *(f"{LOG}details/?id={id_}" for id_ in log.values())]
    answers = [reader.get(address) for address in addresses]
    answers += [reader.get(f"{LOG}details/?id={id_}", headers=JSON) for id_ in log.values()]

    assert {answer.status_code for answer in answers} == {200}
    told = [
        text
        for name in company.customers
        for text in (company[name].name, *secrets(company, name))
        for answer in answers
        if text in answer.text
    ]
    assert told == []
    rows = [row[2:5] for row in cells(answers[0])]
    assert rows[-1] == ["Changed the grade", f"Customer #{company.c1.id}", "Grade: not visible to you"]
    assert rows[-2][1] == f"Customer #{company.c2.id}"
    assert "Search: not visible to you" in rows[1][2]
    assert f"Filters: Customer: Customer #{company.c1.id}" in rows[0][2]
    assert 'href="/admin/customer/details' not in answers[0].text


def test_objects_are_linked_to_where_the_reader_may_go(
    client_as: ClientAs, company: Company, log: dict[str, int]
) -> None:
    admin, reader = (client_as(login).get(LOG).text for login in ("admin", "a2"))

    targets = [
        f'href="/admin/customer/details/?id={company.c1.id}"',
        f'href="/admin/employee/details/?id={company.b1.id}"',
    ]
    assert [target in admin for target in targets] == [True, True]
    assert [target in reader for target in targets] == [False, False]
    assert f'href="/admin/customer/details/?id={company.c4.id}"' not in admin


#: Filter -> the entries found. Ids of people and rows are filled in.
FILTERS: dict[str, set[str]] = {
    "action__is=transfer": {"transfer"},
    "table_name__is=customer": {"grade", "transfer", "delete", "export"},
    "table_name__is=customer&row_id__is={c2}": {"transfer"},
    "row_id__is={c1}&action__is=change_grade": {"grade"},
    "actor__is={a1}": {"grade", "transfer"},
    "actor__is={a1}&action__is=transfer": {"transfer"},
    "actor__named=a1": {"grade", "transfer"},
    "search=a1-person": {"grade", "transfer"},
    "search=ADMIN": {"supervisor", "switch", "delete", "export", "contacts"},
    "search=transfer": set(),
    "search=Grade-C1": set(),
    "at__to=2020-01-01": set(),
    "at__from=2020-01-01&action__is=delete": {"delete"},
}


@pytest.mark.parametrize("query", FILTERS)
def test_filters_find_entries(client_as: ClientAs, company: Company, log: dict[str, int], query: str) -> None:
    filled = query.format(**{name: row.id for name, row in company.items()})

    found = client_as("admin").get(f"{LOG}?{filled}")

    assert set(listed_ids(found)) == {log[name] for name in FILTERS[query]}


@pytest.mark.parametrize(
    "query", ["action__is=dance", "table_name__is=nothing", "row_id__is=one", "actor__is=x", "changes__contains=Grade"]
)
def test_filters_that_make_no_sense_are_told_or_ignored(client_as: ClientAs, log: dict[str, int], query: str) -> None:
    answer = client_as("admin").get(f"{LOG}?{query}")

    assert answer.status_code == 200
    assert ("cannot read" in answer.text) != (query.startswith("changes"))


def test_filters_offer_words_to_choose_from(client_as: ClientAs, log: dict[str, int]) -> None:
    page = client_as("a2").get(LOG, headers={"Accept-Language": "zh-CN"}).text

    assert '<option value="transfer">转移客户</option>' in page
    assert '<option value="company_setting">公司设置</option>' in page
    assert 'name="row_id__is"' in page
    assert 'name="at__from"' in page
    assert 'data-lookup="/admin/audit_entry/ajax/lookup/?name=actor&amp;for=filter"' in page


def test_the_person_filter_finds_people(client_as: ClientAs, log: dict[str, int]) -> None:
    answer = client_as("a2").get(f"{LOG}ajax/lookup/?name=actor&for=filter&query=gone")

    assert [row["text"] for row in answer.get_json()] == ["gone-person (gone)"]


@pytest.mark.parametrize("login", ["admin", "a2"])
@pytest.mark.parametrize("page", ["new", "edit", "delete", "action", "import", "import/template", "details", ""])
def test_nobody_writes_the_log_through_its_pages(
    client_as: ClientAs, session: Session, log: dict[str, int], *, login: str, page: str
) -> None:
    data = {"id": log["transfer"], "rowid": log["transfer"], "action": "delete", "actor_name": "x", "version": "1"}
    address = f"{LOG}{page}/".replace("//", "/")

    posted = client_as(login).post(f"{address}?id={log['transfer']}", data=data)
    asked = client_as(login).get(f"{address}?id={log['transfer']}")

    assert posted.status_code in (404, 405)
    assert asked.status_code == (200 if page in ("details", "") else 404 if page not in ("delete", "action") else 405)
    session.rollback()
    assert session.scalar(select(func.count(AuditEntry.id))) == len(log)


def test_the_log_is_closed_to_others(client_as: ClientAs, log: dict[str, int]) -> None:
    for login in ("a1", "boss", "va", "cfg"):
        client = client_as(login)
        for page in ("", f"details/?id={log['transfer']}", "export/csv/", "export/", "ajax/lookup/?name=actor"):
            assert client.get(f"{LOG}{page}").status_code == 403, (login, page)


def test_details_hold_the_words_and_json_the_codes_too(
    client_as: ClientAs, company: Company, log: dict[str, int]
) -> None:
    page = client_as("admin").get(f"{LOG}details/?id={log['transfer']}")
    data = client_as("admin").get(f"{LOG}details/?id={log['transfer']}", headers=JSON).get_json()

    assert "Transferred a customer" in page.text
    assert "Owner: a1-person (a1) → w1-person (w1)" in page.text
    assert data.pop("at").endswith("+00:00")
    assert data == {
        "id": log["transfer"],
        "actor_name": "a1-person (a1)",
        "action": "transfer",
        "table_name": "customer",
        "row_id": company.c2.id,
        "words": "Transferred a customer",
        "object": f"Customer {company.c2.name}",
        "changes": ["Owner: a1-person (a1) → w1-person (w1)"],
    }


def test_files_hold_words_and_codes(client_as: ClientAs, company: Company, log: dict[str, int]) -> None:
    admin = client_as("admin")
    (row,) = records(admin.get(f"{LOG}export/csv/?names=field&action__is=transfer").data)
    book = openpyxl.load_workbook(
        io.BytesIO(admin.get(f"{LOG}export/xlsx/?action__is=transfer", headers={"Accept-Language": "zh"}).data)
    )

    row.pop("at")
    expected = {
        "actor_name": "a1-person (a1)",
        "action": "Transferred a customer",
        "object": f"Customer {company.c2.name}",
        "changes": "Owner: a1-person (a1) → w1-person (w1)",
        "action_code": "transfer",
        "table_name": "customer",
        "row_id": str(company.c2.id),
    }
    assert row == expected
    header, cells_ = book.worksheets[0].values
    assert header == ("时间", "操作人", "操作", "对象", "内容", "操作代码", "对象类型", "对象编号")
    assert cells_[1:6] == (
        "a1-person (a1)",
        "转移客户",
        f"客户 {company.c2.name}",
        "负责人：a1-person (a1) → w1-person (w1)",
        "transfer",
    )


def test_the_command_line_exports_the_log_as_the_named_person(
    app: Flask, company: Company, log: dict[str, int], tmp_path: Any
) -> None:
    found = {}
    for login in ("a2", "admin"):
        path = tmp_path / f"{login}.csv"
        result = app.test_cli_runner().invoke(
            args=["exchange", "export", "audit_entry", str(path), "--as", login, "--field-names"]
        )
        assert result.exit_code == 0
        found[login] = {row["action_code"]: row["changes"] for row in records(path.read_bytes())}

    assert found["a2"]["change_grade"] == "Grade: not visible to you"
    assert found["admin"]["change_grade"] == "Grade: Grade-C1-top → —"


def test_a_page_takes_as_many_statements_whatever_it_shows(
    app: Flask, session: Session, client_as: ClientAs, company: Company, log: dict[str, int]
) -> None:
    def count() -> int:
        with counted(session.get_bind()) as sent:  # type: ignore[arg-type]
            client_as("a2").get(f"{LOG}?table_name__is=customer&page_size=100")
        return len(sent)

    few = count()
    with acting(app, company.admin.id) as own:
        for name in ("c5", "c6", "c7", "c8"):
            customers.transfer(own, own.get_one(Customer, company[name].id), company.w1.id)
        own.commit()

    assert count() == few


def test_log_calls_what_nobody_did_the_systems_in_the_readers_language(
    app: Flask, session: Session, company: Company, client_as: ClientAs
) -> None:
    settings.change_setting(session, "private_customer_enabled", value=False)
    session.commit()

    page = client_as("admin").get(LOG, headers={"Accept-Language": "zh-CN"})

    assert cells(page)[0][1:3] == ["系统", "更改设置"]
