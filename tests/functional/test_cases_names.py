"""Cases 41 and 42 of DOMAIN 3.7 through HTTP: names and codes that a hidden customer has."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from models.enums import Permission
from tests.factories import Company
from tests.files import csv_bytes
from tests.functional.visibility_pages import PLANS, give_role, owner_name, secrets, snapshot
from tests.import_steps import counts, upload

ClientAs = Callable[[str], FlaskClient]


@pytest.mark.parametrize("name", ["name-c1-mark", " NAME-C1-MARK ", "ｎａｍｅ-c1-mark"], ids=["same", "case", "width"])
def test_case_41_a_taken_name_tells_the_owner_to_those_who_may_know(
    client_as: ClientAs, session: Session, company: Company, name: str
) -> None:
    before = snapshot(session)
    data = {"name": name, "is_active": "y"}

    pages = {login: client_as(login).post("/admin/customer/new/", data=data) for login in ("a2", "va", "a1")}

    owner = owner_name(company, "c1")
    assert {login: page.status_code for login, page in pages.items()} == dict.fromkeys(pages, 200)
    assert "There is a customer of this name already.<" in pages["a2"].text
    assert f"There is a customer of this name already; its owner is {owner}.<" in pages["va"].text
    assert owner not in pages["a2"].text
    told = [text for text in secrets(company, "c1") if text not in {company.grade.name, company.region.name}]
    assert [text for text in told if text in pages["a2"].text + pages["va"].text] == []
    assert snapshot(session) == before


def test_case_41_in_chinese(client_as: ClientAs, company: Company) -> None:
    page = client_as("a2").post(
        "/admin/customer/new/", data={"name": company.c1.name}, headers={"Accept-Language": "zh-CN"}
    )

    assert re.search(r"客户名称已存在|已有同名客户", page.text)


@pytest.mark.parametrize("mode", ["update", "skip", "insert"])
@pytest.mark.parametrize("key", ["code", "name"])
def test_case_42_an_import_changes_and_tells_nothing_of_a_private_customer(
    client_as: ClientAs, session: Session, company: Company, *, mode: str, key: str
) -> None:
    """The file of errors comes with the page that offers it."""
    give_role(session, company.va, Permission.IMPORT_CUSTOMERS, Permission.VIEW_ALL_CUSTOMERS)
    give_role(session, company.a2, Permission.IMPORT_CUSTOMERS)
    before, value = snapshot(session, without=PLANS), getattr(company.c1, key)
    header = ("code", "name", "remark") if key == "code" else ("name", "remark")
    content = csv_bytes(header, (value, "other", "taken over") if key == "code" else (value, "taken over"))

    pages = {}
    for login in ("va", "a2"):
        pages[login] = upload(client_as(login), "customer", content, mode=mode)

    told = [text for text in (company.c1.name, *secrets(company, "c1")) if text != value]
    assert {login: counts(page)["errors"] for login, page in pages.items()} == {"va": 1, "a2": 1}
    assert [(login, text) for login, page in pages.items() for text in told if text in page.text] == []
    assert f"“{value}” exists already; ask its owner a1-person" in pages["va"].text
    assert f"“{value}” exists already<" in pages["a2"].text
    assert "a1-person" not in pages["a2"].text
    assert [login for login, page in pages.items() if 'id="confirm"' in page.text] == []
    assert snapshot(session, without=PLANS) == before
