"""The export page and its addresses: which columns, which rows, which type; large files go to the page of jobs."""

import io
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import openpyxl
import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import ColumnChoice, CustomerGrade, ExportJob
from services import jobs
from services.exchange import exports
from services.jobs import queue
from tests.factories import company, make_customer, make_employee, make_role, switch_private
from tests.files import records

ClientOf = Callable[[Any], FlaskClient]
CUSTOMERS = "/admin/customer/export"


@pytest.fixture
def lead(session: Session) -> Any:
    """Return somebody who may export, and sees what one report owns."""
    switch_private(session)
    make_role(session, "exporter", ["export_customers", "view_all_customers"])
    return make_employee(session, "lead", role="exporter")


def _header(client: FlaskClient, address: str) -> list[str]:
    answer = client.get(f"{CUSTOMERS}/csv/?names=field&{address}")
    assert answer.status_code == 200
    return answer.data.decode("utf-8-sig").splitlines()[0].split(",")


def test_columns_are_those_asked_for_in_their_order(lead: Any, client_of: ClientOf) -> None:
    client = client_of(lead)

    for address in ("columns=phone,name", "columns=phone&columns=name", "columns=phone,name,phone&set=chosen"):
        assert _header(client, address) == ["phone", "name"]
    assert _header(client, "columns=created_at,parent_customer") == ["created_at", "parent_customer"]
    whole = _header(client, "")
    assert _header(client, "set=import&columns=name") == whole
    assert (whole[0], whole[-1], len(whole)) == ("code", "contact_birthday", 23)


def test_columns_as_on_screen_are_those_that_the_person_has_chosen(
    session: Session, lead: Any, client_of: ClientOf
) -> None:
    client = client_of(lead)
    on_screen = _header(client, "set=screen")
    session.add(ColumnChoice(employee_id=lead.id, endpoint="customer", columns=["city", "name", "visibility"]))
    session.commit()

    assert (on_screen[:3], on_screen[-1]) == (["code", "name", "region"], "created_at")
    assert _header(client, "set=screen") == ["city", "name", "visibility"]
    switch_private(session, is_on=False)
    assert _header(client, "set=screen") == ["city", "name"]


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("columns=nonsense", "there is no column “nonsense”"),
        ("columns=password_hash", "there is no column “password_hash”"),
        ("columns=owner.password_hash", "there is no column “owner.password_hash”"),
        ("columns=", "choose at least one column"),
        ("set=chosen", "choose at least one column"),
        ("set=everything", "The request was not understood"),
        ("ids=", "The request was not understood"),
        ("ids=1,x", "The request was not understood"),
        ("ids=" + ",".join(map(str, range(1_001))), "The request was not understood"),
    ],
)
def test_what_makes_no_sense_is_refused(
    session: Session, lead: Any, client_of: ClientOf, address: str, sentence: str
) -> None:
    client = client_of(lead)

    for page in (f"{CUSTOMERS}/?{address}", f"{CUSTOMERS}/csv/?{address}", f"{CUSTOMERS}/xlsx/?{address}"):
        answer = client.get(page)
        assert (answer.status_code, sentence in answer.text) == (400, True), page
    session.rollback()
    assert session.scalar(select(func.count(ExportJob.id))) == 0


def test_mark_of_private_customers_is_refused_while_the_switch_is_off(
    session: Session, lead: Any, client_of: ClientOf
) -> None:
    client = client_of(lead)
    assert _header(client, "columns=visibility") == ["visibility"]
    switch_private(session, is_on=False)

    assert client.get(f"{CUSTOMERS}/csv/?columns=visibility").status_code == 400
    assert 'value="visibility"' not in client.get(f"{CUSTOMERS}/").text


def test_chosen_rows_are_exported_in_the_order_of_the_list(session: Session, lead: Any, client_of: ClientOf) -> None:
    other = make_employee(session, "other")
    first, _, third = (make_customer(session, name, owner=other) for name in ("a", "b", "c"))
    hidden = make_customer(session, "hidden", owner=other, visibility="private")
    client = client_of(lead)

    for chosen in (f"ids={third.id},{first.id},{hidden.id}", f"id={first.id}&id={hidden.id}&id={third.id}"):
        answer = client.get(f"{CUSTOMERS}/csv/?names=field&sort=-name&{chosen}")
        assert [row["name"] for row in records(answer.data)] == ["c", "a"]
    page = client.get(f"{CUSTOMERS}/?sort=-name&ids={first.id},{hidden.id}").text
    assert re.search(r"<strong>1 row</strong>\s*<span>chosen in the list</span>", page)
    assert f'<input type="hidden" name="ids" value="{first.id},{hidden.id}">' in page


def test_ticked_rows_lead_to_the_export_page(session: Session, lead: Any, client_of: ClientOf) -> None:
    rows = [make_customer(session, name, owner=lead) for name in ("a", "b", "x")]
    client = client_of(lead)
    assert 'value="export"' in client.get("/admin/customer/").text

    ticked = {"action": "export", "rowid": [str(row.id) for row in rows[:2]]}
    page = client.post("/admin/customer/action/?sort=-name", data=ticked, follow_redirects=True)
    answer = client.post("/admin/customer/action/?search=a&page=3", data={"action": "export", "all": "1"})

    assert "<strong>2 rows</strong>" in page.text
    assert '<input type="hidden" name="sort" value="-name">' in page.text
    assert urlsplit(answer.location).path == "/admin/customer/export/"
    assert parse_qs(urlsplit(answer.location).query)["search"] == ["a"]
    assert "<strong>1 row</strong>" in client.get(answer.location).text


def test_who_may_not_export_is_offered_no_export_of_rows(session: Session, client_of: ClientOf) -> None:
    people = company(session)
    client = client_of(people.a1)

    assert 'value="export"' not in client.get("/admin/customer/").text
    answer = client.post("/admin/customer/action/", data={"action": "export", "rowid": str(people.c1.id)})
    assert answer.status_code == 403


def test_page_says_which_rows_and_offers_columns_and_types(session: Session, lead: Any, client_of: ClientOf) -> None:
    other = make_employee(session, "other")
    make_customer(session, "secret", owner=other, visibility="private")
    make_customer(session, "open", owner=other)

    page = client_of(lead).get(f"{CUSTOMERS}/?search=open&visibility__is=public&page=7").text

    assert re.search(r"<strong>1 row</strong>\s*<span[^>]*>Search “open”, Visibility is Public</span>", page)
    assert re.search(r'id="left-out">1 private customer is in no file', page)
    assert '<input type="hidden" name="search" value="open">' in page
    assert 'name="page"' not in page
    assert "secret" not in page
    assert re.findall(r'formaction="([^"]+)"', page) == [
        f"{CUSTOMERS}/{kind}/" for kind in ("csv", "xlsx", "ods", "json", "yaml", "html")
    ]
    offered = re.findall(r'name="columns" value="(\w+)"( checked)?', page)
    assert offered[:2] == [("code", " checked"), ("name", " checked")]
    assert ("website", "") in offered


def test_column_that_is_counted_is_exported(session: Session, admin_client: FlaskClient) -> None:
    grade = CustomerGrade(name="A")
    session.add_all([grade, CustomerGrade(name="B")])
    session.commit()
    make_customer(session, "a", grade_id=grade.id)

    answer = admin_client.get("/admin/customer_grade/export/xlsx/?set=screen&names=field")

    rows = list(openpyxl.load_workbook(io.BytesIO(answer.data)).worksheets[0].iter_rows(values_only=True, max_col=2))
    assert rows == [("name", "customer_count"), ("A", 1), ("B", 0)]


@pytest.fixture
def _small_limits(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(exports, "INLINE_ROWS", {"xlsx": 2, "json": 2})
    monkeypatch.setattr(exports, "SMALL_ROWS", 3)
    yield
    queue.close_all()


@pytest.mark.usefixtures("_small_limits")
def test_large_workbook_becomes_a_job_that_its_owner_alone_opens(
    session: Session, lead: Any, client_of: ClientOf
) -> None:
    for name in ("a", "b", "c"):
        make_customer(session, name, owner=lead)
    client = client_of(lead)

    answer = client.get(f"{CUSTOMERS}/xlsx/?columns=name&sort=name", headers={"Accept-Language": "zh-CN"})
    assert (answer.status_code, urlsplit(answer.location).path) == (302, "/admin/jobs/")
    session.rollback()
    job = session.scalars(select(ExportJob)).one()
    session.commit()
    assert (job.state, job.owner_id, job.endpoint) == ("waiting", lead.id, "customer")
    assert jobs.perform("export", job.id) == "done"

    address = f"/admin/jobs/download/?kind=export&id={job.id}"
    file = client.get(address)
    assert "filename*=UTF-8''%E5%AE%A2%E6%88%B7%E5%88%97%E8%A1%A8-" in file.headers["Content-Disposition"]
    book = openpyxl.load_workbook(io.BytesIO(file.data))
    assert (book.sheetnames, [row[0] for row in book.worksheets[0].values]) == (
        ["客户列表", "导出说明"],
        ["客户名称", "a", "b", "c"],
    )
    other = make_employee(session, "other", role="exporter")
    assert client_of(other).get(address).status_code == 404


@pytest.mark.usefixtures("_small_limits")
def test_list_too_long_for_a_type_is_refused_with_what_to_take(
    session: Session, lead: Any, client_of: ClientOf
) -> None:
    for number in range(4):
        make_customer(session, f"c{number}", owner=lead)

    answer = client_of(lead).get(f"{CUSTOMERS}/json/")

    assert answer.status_code == 400
    assert "a file of the type JSON holds at most 3 rows; take CSV or XLSX" in answer.text


@pytest.mark.parametrize("kind", ["csv", "xlsx", "yaml"])
def test_head_tells_the_name_and_writes_nothing(session: Session, lead: Any, client_of: ClientOf, kind: str) -> None:
    answer = client_of(lead).head(f"{CUSTOMERS}/{kind}/")

    assert (answer.status_code, f"filename=export.{kind}" in answer.headers["Content-Disposition"]) == (200, True)
    session.rollback()
    assert session.scalar(select(func.count(ExportJob.id))) == 0
