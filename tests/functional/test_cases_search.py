"""Cases 33 to 36 of DOMAIN 3.7 through HTTP: searches, stubs, totals and exports."""

import io
from collections.abc import Callable

import openpyxl
import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from models.enums import Permission
from tests.factories import Company
from tests.files import records
from tests.functional.visibility_pages import give_role, owner_name, rows_of, secrets, stub_block, stub_ids

ClientAs = Callable[[str], FlaskClient]
LIST = "/admin/customer/"
#: What va sees in full, and what va may only know of.
FULL_OF_VA = {"c2", "c10", "c11"}
NOTICE_OF_VA = {"c1", "c3", "c4", "c5", "c6", "c7", "c8", "c9"}


def ids(company: Company, names: set[str]) -> set[int]:
    """Return the ids of customers by name."""
    return {company[name].id for name in names}


def codes(company: Company, names: set[str]) -> set[str]:
    """Return the codes of customers by name."""
    return {company[name].code for name in names}


@pytest.mark.parametrize(("language", "badge"), [("en", "Private"), ("zh-CN", "私密")])
def test_case_33_a_name_search_shows_a_stub(
    client_as: ClientAs, company: Company, *, language: str, badge: str
) -> None:
    va, headers = client_as("va"), {"Accept-Language": language}

    found = va.get(f"{LIST}?search={company.c1.name}", headers=headers)
    unsearched = va.get(LIST, headers=headers)
    as_json = va.get(f"{LIST}?search={company.c1.name}", headers={"Accept": "application/json"})

    block = stub_block(found)
    assert stub_ids(found) == [company.c1.id]
    assert all(text in block for text in (company.c1.name, owner_name(company, "c1"), f">{badge}<"))
    assert [text for text in secrets(company, "c1") if text in found.text + as_json.text] == []
    assert (stub_block(unsearched), company.c1.name in unsearched.text) == ("", False)


def test_case_34_lists_totals_and_files_hold_the_same_rows(
    client_as: ClientAs, session: Session, company: Company
) -> None:
    give_role(session, company.a2, Permission.EXPORT_CUSTOMERS)
    give_role(session, company.va, Permission.EXPORT_CUSTOMERS, Permission.VIEW_ALL_CUSTOMERS)

    for login, names in (("a2", set()), ("va", FULL_OF_VA), ("leadA", {"c1", "c2", "c3", "c5", "c6"})):
        assert set(rows_of(client_as(login).get(LIST))) == ids(company, names), login
    for login, names in (("a2", set[str]()), ("va", FULL_OF_VA)):
        file = client_as(login).get(f"{LIST}export/csv/?names=field")
        assert (file.status_code, {row["code"] for row in records(file.data)}) == (200, codes(company, names)), login


def test_case_35_nothing_but_the_name_finds_a_private_customer(client_as: ClientAs, company: Company) -> None:
    va, customer = client_as("va"), company.c1
    filters = (
        f"grade__is={company.grade.id}",
        "grade__named=Grade-C1",
        f"region__is={company.region.id}",
        f"owner__is={company.a1.id}&visibility__is=private",
        "created_at__from=2020-01-01&visibility__is=private&grade__empty=0",
    )

    for query in (*(f"search={text}" for text in secrets(company, "c1")), *filters):
        answer = va.get(f"{LIST}?{query}")
        assert (customer.id in rows_of(answer), stub_ids(answer)) == (False, []), query
    for query in ("", *filters):
        answer = va.get(f"{LIST}?search={customer.name}&{query}")
        assert (rows_of(answer), stub_ids(answer)) == ([], [customer.id]), query
    assert rows_of(client_as("leadA").get(f"{LIST}?{filters[0]}")) == [customer.id]


@pytest.mark.parametrize("kind", ["csv", "xlsx", "ods", "json"])
def test_case_36_exports_leave_private_customers_out_and_say_how_many(
    client_as: ClientAs, session: Session, company: Company, kind: str
) -> None:
    give_role(session, company.va, Permission.EXPORT_CUSTOMERS, Permission.VIEW_ALL_CUSTOMERS)

    file = client_as("va").get(f"{LIST}export/{kind}/?names=field&search=")

    assert file.status_code == 200
    if kind == "csv":
        assert {row["code"] for row in records(file.data)} == codes(company, FULL_OF_VA)
    if kind == "json":
        assert {row["code"] for row in file.get_json()} == codes(company, FULL_OF_VA)
    if kind == "xlsx":
        rows, notes = openpyxl.load_workbook(io.BytesIO(file.data)).worksheets
        assert {row[0] for row in rows.values} - {"code"} == codes(company, FULL_OF_VA)
        assert dict(notes.values)["Private customers left out"] == len(NOTICE_OF_VA)
    assert [name for name in NOTICE_OF_VA if company[name].name.encode() in file.data] == []


def test_case_36_the_export_page_says_how_many_are_left_out(
    client_as: ClientAs, session: Session, company: Company
) -> None:
    give_role(session, company.va, Permission.EXPORT_CUSTOMERS, Permission.VIEW_ALL_CUSTOMERS)

    page = client_as("va").get(f"{LIST}export/?search={company.c1.phone}")

    assert page.status_code == 200
    assert f'id="left-out">{len(NOTICE_OF_VA)} private customers' in page.text
    assert [text for text in (company.c1.name, *secrets(company, "c1")[3:]) if text in page.text] == []
    assert 'id="left-out"' not in client_as("admin").get(f"{LIST}export/").text
