"""The step before the plan: how a file was read, which column is which, defaults, and what unknown texts mean."""

import io
import re
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Customer, CustomerGrade, ImportJob, Region
from services.exchange.options import Options
from tests.factories import make_employee, make_role
from tests.files import csv_bytes
from tests.import_steps import choices, confirm, counts, faults, job_id, send_columns, state, upload

ClientOf = Callable[[Any], FlaskClient]

FOREIGN = csv_bytes(("全称", "编码", "内部"), ("a", "1", "x"), ("b", "2", "y"))


def kept_options(session: Session, page: Any) -> Options:
    """Return the options of the import whose page it is."""
    session.rollback()
    return Options.from_json(session.get_one(ImportJob, job_id(page)).options)


def test_unknown_headers_lead_to_the_columns(session: Session, admin_client: FlaskClient) -> None:
    page = upload(admin_client, "region", FOREIGN)

    assert page.request.path == f"/admin/region/import/{job_id(page)}/columns/"
    assert choices(page) == {"全称": "", "编码": "code", "内部": ""}
    assert "a · b" in page.text
    session.rollback()
    assert session.scalars(select(ImportJob.state)).one() == "uploaded"
    assert admin_client.get(page.request.path.removesuffix("columns/")).status_code == 302


def test_upload_that_waits_for_its_columns_is_opened_from_the_jobs(admin_client: FlaskClient) -> None:
    upload(admin_client, "customer", csv_bytes(("name", "no such column"), ("x", "y")))

    link = re.search(r'href="(/admin/customer/import/\d+/)"', admin_client.get("/admin/jobs/").text)

    assert link is not None
    assert admin_client.get(link[1]).location == f"{link[1]}columns/"


def test_every_column_needs_a_choice(admin_client: FlaskClient) -> None:
    page = upload(admin_client, "region", FOREIGN)

    refused = send_columns(admin_client, page, **{"column-0": "name"})
    taken = send_columns(admin_client, page, **{"column-0": "name", "column-2": "-"})

    assert (refused.status_code, "or leave it out: 内部" in refused.text) == (422, True)
    assert choices(refused)["全称"] == "name"
    assert (state(taken), counts(taken)["inserted"]) == ("planned", 2)


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        ({"column-0": "-", "column-2": "-"}, "the column “name” is missing"),
        ({"column-0": "name", "column-2": "name"}, "the columns A “全称” and C “内部” are both “name”"),
        ({"column-0": "nonsense", "column-2": "-"}, "or leave it out: 全称"),
        ({"column-0": "id", "column-2": "-"}, "or leave it out: 全称"),
    ],
    ids=["missing", "twice", "unknown", "no field"],
)
def test_choices_that_do_not_fit_are_refused(admin_client: FlaskClient, chosen: dict[str, str], sentence: str) -> None:
    page = upload(admin_client, "region", FOREIGN, mode="skip")

    refused = send_columns(admin_client, page, **chosen)

    assert (refused.status_code, sentence in refused.text) == (422, True)


def test_choice_is_remembered_by_the_person_for_the_same_headers(
    session: Session, admin_client: FlaskClient, client_of: ClientOf
) -> None:
    chosen = {"column-0": "name", "column-2": "-"}
    send_columns(admin_client, upload(admin_client, "region", FOREIGN), **chosen)
    other = client_of(make_employee(session, "other", role="company_admin"))

    again = upload(admin_client, "region", csv_bytes(("内部", "编码", "全称"), ("x", "3", "c")))
    more = upload(admin_client, "region", csv_bytes(("内部", "编码", "全称", "新"), ("x", "3", "c", "")))

    assert (state(again), counts(again)["inserted"]) == ("planned", 1)
    assert more.request.path.endswith("columns/")
    assert upload(other, "region", FOREIGN).request.path.endswith("columns/")


def test_plan_leads_back_to_the_columns_as_they_were_chosen(admin_client: FlaskClient) -> None:
    plan = upload(admin_client, "region", csv_bytes(("code", "name"), ("1", "a")), mode="insert", partial="1")

    page = admin_client.get(f"{plan.request.path}columns/")
    changed = send_columns(admin_client, page, **{"column-0": "-", "mode": "skip"})

    assert choices(page) == {"code": "code", "name": "name"}
    assert 'value="insert" checked' in page.text
    assert 'name="partial" value="1" checked' in page.text
    assert (state(changed), "Skip existing" in changed.text) == ("planned", True)


def test_reading_is_corrected_by_a_plain_form(session: Session, admin_client: FlaskClient) -> None:
    content = "名稱;編碼\r\n臺北市大安區;1\r\n".encode("big5")
    page = upload(admin_client, "region", content)

    wrong = admin_client.get(f"{page.request.path}?encoding=gb18030&delimiter=,&header_row=1")
    second = admin_client.get(f"{page.request.path}?header_row=2&encoding=big5&delimiter=;")
    taken = send_columns(admin_client, page, **{"column-0": "name", "column-1": "code"})

    assert "臺北市大安區" in page.text
    assert "臺北市大安區" not in wrong.text
    assert "the file has headers but no rows" in second.text
    assert state(taken) == "planned"
    assert kept_options(session, taken).reading == {"encoding": "big5", "delimiter": ";", "header_row": 1}


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("encoding=klingon", "the encoding “klingon” is not known"),
        ("encoding=utf-16", "is not in the encoding utf-16"),
        ("delimiter=x", "columns cannot be parted by “x”"),
        ("encoding=utf-8&delimiter=,&header_row=7", "row 7 holds no headers"),
        ("encoding=utf-8&delimiter=,&header_row=-1", "全称"),
        ("encoding=utf-8&delimiter=,&header_row=99999", "全称"),
        ("sheet=no", "全称"),
    ],
)
def test_reading_that_cannot_be_is_told(admin_client: FlaskClient, query: str, sentence: str) -> None:
    page = upload(admin_client, "region", FOREIGN)

    answer = admin_client.get(f"{page.request.path}?{query}")

    assert (answer.status_code, sentence in answer.text) == (200, True)
    assert 'id="encoding"' in answer.text


def test_doubtful_encoding_is_shown_before_anything_else(admin_client: FlaskClient) -> None:
    page = upload(admin_client, "region", "name,code\nCafé,1\n".encode("cp1252"))

    assert page.request.path.endswith("columns/")
    assert "It is not clear in which encoding" in page.text
    assert counts(send_columns(admin_client, page))["inserted"] == 1


def test_hidden_sheet_is_named_and_can_be_chosen(admin_client: FlaskClient) -> None:
    book = openpyxl.Workbook()
    book.active.append(["名称", "没有"])  # type: ignore[union-attr]
    book.active.append(["shown", ""])  # type: ignore[union-attr]
    hidden = book.create_sheet("隐藏表")
    hidden.append(["名称"])
    hidden.append(["from the hidden one"])
    hidden.sheet_state = "hidden"
    buffer = io.BytesIO()
    book.save(buffer)
    page = upload(admin_client, "region", buffer.getvalue(), name="a.xlsx")

    other = admin_client.get(f"{page.request.path}?sheet=隐藏表&header_row=1")

    assert "隐藏表 (hidden)" in page.text
    assert "from the hidden one" in other.text
    assert "This sheet is hidden" in other.text
    assert "from the hidden one" in send_columns(admin_client, other).text


def test_double_header_waits_for_a_choice(admin_client: FlaskClient) -> None:
    page = upload(admin_client, "region", csv_bytes(("name", "name"), ("a", "b")))

    taken = send_columns(admin_client, page, **{"column-0": "-", "column-1": "name"})

    assert choices(page) == {"name": "name", "name (2)": ""}
    assert "<ins>b</ins>" in admin_client.get(f"{taken.request.path}?show=insert").text


def test_defaults_fill_what_the_file_does_not_have(session: Session, admin_client: FlaskClient) -> None:
    session.add(CustomerGrade(name="A"))
    session.commit()
    plan = upload(admin_client, "customer", csv_bytes(("name",), ("one",)))
    page = admin_client.get(f"{plan.request.path}columns/")

    taken = send_columns(admin_client, page, **{"default-grade": "A", "default-phone": " ", "default-name": "x"})
    confirm(admin_client, taken)

    assert kept_options(session, taken).defaults == {"grade": "A"}
    found = session.connection().execute(select(Customer.__table__.c.grade_id)).scalars().all()
    assert found == [session.scalars(select(CustomerGrade.id)).one()]


def test_private_mark_is_no_choice_while_the_switch_is_off(session: Session, roles: Any, client_of: ClientOf) -> None:
    make_role(session, "importer", ["import_customers"])
    client = client_of(make_employee(session, "importer", role="importer"))
    page = upload(client, "customer", csv_bytes(("name", "秘密"), ("a", "private")))

    refused = send_columns(client, page, **{"column-1": "visibility", "default-visibility": "private"})

    assert 'value="visibility"' not in page.text
    assert (refused.status_code, "or leave it out: 秘密" in refused.text) == (422, True)


# Unknown values

VALUES = csv_bytes(("name", "grade", "region"), ("a", "VIP", "Nowhere"), ("b", "VIP", ""), ("c", "A", ""))


def ask_values(client: FlaskClient, page: Any, **fields: Any) -> Any:
    """Send the form of unknown values."""
    return client.post(f"{page.request.path}values/", data=fields, follow_redirects=True)


def test_unknown_value_is_said_once(session: Session, admin_client: FlaskClient) -> None:
    session.add(CustomerGrade(name="A"))
    session.commit()
    plan = upload(admin_client, "customer", VALUES)

    page = admin_client.get(f"{plan.request.path}values/")
    data = {
        "text-grade": ["VIP", "forged"],
        "meant-grade": ["A", "A"],
        "text-region": ["Nowhere"],
        "meant-region": [""],
    }
    taken = ask_values(admin_client, plan, **data)

    assert "2 values of the file are not known" in plan.text
    assert [text in page.text for text in ("VIP", "2 rows", "Nowhere", '<option value="A">')] == [True] * 4
    assert [number for number, _ in faults(taken)] == [2]
    assert kept_options(session, taken).values == {"grade": {"VIP": "A"}}


def test_missing_values_are_added_by_those_who_may(session: Session, admin_client: FlaskClient) -> None:
    plan = upload(admin_client, "customer", VALUES)

    taken = ask_values(admin_client, plan, **{"add-grade": "1", "add-region": "1"})
    done = confirm(admin_client, taken)

    session.rollback()
    assert (state(done), "VIP" in taken.text) == ("done", True)
    assert sorted(session.scalars(select(CustomerGrade.name))) == ["A", "VIP"]
    assert session.scalars(select(Region.name)).all() == ["Nowhere"]


def test_missing_values_are_not_added_by_others(session: Session, roles: Any, client_of: ClientOf) -> None:
    client = client_of(make_employee(session, "m", role="manager"))
    plan = upload(client, "customer", VALUES)

    page = client.get(f"{plan.request.path}values/")
    taken = ask_values(client, plan, **{"add-grade": "1", "add-region": "1"})

    assert 'name="add-' not in page.text
    assert counts(taken)["errors"] == 3
    assert kept_options(session, taken).add_missing == ()


def asked_values(client: FlaskClient, plan: Any, field: str) -> list[str]:
    """Return the texts that the form of unknown values asks about."""
    page = client.get(f"{plan.request.path}values/")
    return re.findall(rf'name="text-{field}" value="([^"]*)"', page.text)


def test_unknown_values_beyond_a_page_are_asked_once_the_first_are_answered(
    session: Session, admin_client: FlaskClient
) -> None:
    session.add(CustomerGrade(name="A"))
    session.commit()
    plan = upload(admin_client, "customer", csv_bytes(("name", "grade"), *((f"n{i}", f"g{i}") for i in range(250))))

    first = asked_values(admin_client, plan, "grade")
    ask_values(admin_client, plan, **{"text-grade": first, "meant-grade": ["A"] * len(first)})
    second = asked_values(admin_client, plan, "grade")
    taken = ask_values(admin_client, plan, **{"text-grade": second, "meant-grade": ["A"] * len(second)})

    assert (len(first), second[:50]) == (200, [f"g{i}" for i in range(200, 250)])
    assert counts(taken) | {"rows": 0} == {"rows": 0, "inserted": 250, "updated": 0, "skipped": 0, "errors": 0}


def test_answers_that_are_not_asked_for_again_stay(session: Session, admin_client: FlaskClient) -> None:
    session.add(CustomerGrade(name="A"))
    session.commit()
    plan = upload(admin_client, "customer", csv_bytes(("name", "grade", "region"), ("a", "VIP", "Nowhere")))

    answers = {"text-grade": ["VIP"], "meant-grade": ["nothing"], "text-region": ["Nowhere"], "meant-region": [""]}
    ask_values(admin_client, plan, **answers, **{"add-region": "1"})
    again = asked_values(admin_client, plan, "grade")
    taken = ask_values(admin_client, plan, **{"text-grade": ["VIP"], "meant-grade": ["A"]})

    assert again == ["VIP"]
    assert (counts(taken)["inserted"], kept_options(session, taken).add_missing) == (1, ("region",))
