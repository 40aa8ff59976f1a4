"""The previews of who gains and who loses sight: as fragments, and in the forms that ask for them."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import AuditEntry, Employee
from models.enums import Permission
from tests import factories
from tests.admin_views.deed_answers import sides
from tests.factories import Company
from tests.functional.visibility_pages import snapshot

ClientAs = Callable[[str], FlaskClient]
SCRIPT = {"X-Requested-With": "XMLHttpRequest"}


def ids_for_names(company: Company, text: str) -> str:
    """Put ids for the names of people and customers in an address."""
    return re.sub(
        r"(?<==)[a-zA-Z]\w*\b", lambda found: str(company[found[0]].id) if found[0] in company else found[0], text
    )


@pytest.mark.parametrize(
    ("login", "query", "expected"),
    [
        ("a1", "customer/sight/?id=c2&visibility=private", {"lose": ["va", "west"]}),
        ("a1", "customer/sight/?id=c1&visibility=public", {"gain": ["va", "west"]}),
        ("a1", "customer/sight/?id=c1&visibility=private", {}),
        ("a1", "customer/sight/?id=c1&owner=w1", {"gain": ["w1", "west"], "lose": ["a1", "east", "leadA"]}),
        ("a1", "customer/sight/?id=c1&owner=w1&keep_as_co_follower=1", {"gain": ["w1", "west"]}),
        ("a1", "customer/sight/?id=c3&owner=a2&remove_followers=0", {"gain": ["a2"], "lose": ["a1"]}),
        (
            "a1",
            "customer/sight/?id=c3&owner=a2&remove_followers=1",
            {"gain": ["a2"], "lose": ["a1", "b1", "leadB"]},
        ),
        ("a1", "customer/sight/?id=c2&owner=pool", {"lose": ["a1", "boss", "east", "leadA"]}),
        ("a1", "customer/sight/?id=c2&owner=", {"lose": ["a1", "boss", "east", "leadA"]}),
        (
            "a1",
            "customer/sight/?id=c1&id=c2&owner=a2",
            {"gain": ["a2 2 customers"], "lose": ["a1 2 customers"]},
        ),
        ("a1", "customer/sight/?id=c1&employee=b1&action=add", {"gain": ["b1", "leadB"]}),
        ("a1", "customer/sight/?id=c3&employee=b1&action=remove", {"lose": ["b1", "leadB"]}),
        (
            "admin",
            "employee/sight/?id=a1&supervisor=leadB",
            {"gain": ["leadB 2 customers"], "lose": ["leadA 3 customers"]},
        ),
        (
            "admin",
            "employee/sight/?id=va&supervisor=",
            {"lose": [f"{name} 1 customer" for name in ("boss", "east", "leadB")]},
        ),
        ("admin", "employee/sight/?id=a1&supervisor=leadA", {}),
        ("admin", "company_setting/sight/?private_customer_enabled=1", {}),
    ],
)
def test_preview_names_who_gains_and_who_loses(
    client_as: ClientAs, session: Session, company: Company, *, login: str, query: str, expected: dict[str, list[str]]
) -> None:
    before = snapshot(session)

    answer = client_as(login).get(f"/admin/{ids_for_names(company, query)}")

    assert (answer.status_code, sides(answer.text)) == (200, expected)
    assert ("data-sight-confirm" in answer.text) == bool(expected)
    assert ("Nobody gains or loses sight of a customer." in answer.text) == (not expected)
    assert answer.headers["Cache-Control"] == "no-store"
    assert "<html" not in answer.text
    assert snapshot(session) == before


def test_preview_of_the_switch_counts_customers_and_people(client_as: ClientAs, company: Company) -> None:
    page = client_as("admin").get("/admin/company_setting/sight/?private_customer_enabled=0").text

    # C1, C3 to C9 and C11 are private; va and west see all, va follows C11
    assert "9 private customers will become visible to 2 people." in page
    assert sides(page) == {"gain": ["west 9 customers", "va 8 customers"]}


def test_preview_of_the_switch_turned_on(client_as: ClientAs, session: Session, company: Company) -> None:
    factories.switch_private(session, is_on=False)

    page = client_as("admin").get("/admin/company_setting/sight/?private_customer_enabled=1").text

    assert "9 private customers will be hidden from 2 people." in page
    assert sides(page) == {"lose": ["west 9 customers", "va 8 customers"]}


@pytest.mark.parametrize(
    ("login", "query", "status"),
    [
        ("a1", "customer/sight/", 404),
        ("a1", "customer/sight/?id=abc&owner=w1", 404),
        ("a1", "customer/sight/?id=c4&visibility=public", 404),
        ("a1", "customer/sight/?id=c1&id=c4&owner=w1", 404),
        ("va", "customer/sight/?id=c1&visibility=public", 403),
        ("va", "customer/sight/?id=c2&visibility=private", 403),
        ("leadA", "customer/sight/?id=c1&visibility=public", 403),
        ("leadA", "customer/sight/?id=c1&owner=w1", 403),
        ("b1", "customer/sight/?id=c3&owner=b1", 403),
        ("b1", "customer/sight/?id=c3&employee=w1&action=add", 403),
        ("a1", "customer/sight/?id=c2", 400),
        ("a1", "customer/sight/?id=c2&visibility=secret", 400),
        ("a1", "customer/sight/?id=c1&id=c2&visibility=public", 400),
        ("a1", "customer/sight/?id=c2&owner=abc", 400),
        ("a1", "customer/sight/?id=c2&owner=w1&remove_followers=yes", 400),
        ("a1", "customer/sight/?id=c2&employee=w1&action=own", 400),
        ("a1", "customer/sight/?id=c2&employee=&action=add", 400),
        ("a1", "customer/sight/?id=c1&owner=pool", 422),
        ("a1", "customer/sight/?id=c2&owner=gone", 422),
        ("a1", "customer/sight/?id=c3&employee=b1&action=add", 422),
        ("a1", "employee/sight/?id=a1&supervisor=w1", 403),
        ("admin", "employee/sight/?id=abc&supervisor=w1", 404),
        ("admin", "employee/sight/?id=a1&supervisor=999999", 404),
        ("admin", "employee/sight/?id=a1", 400),
        ("admin", "employee/sight/?id=a1&supervisor=abc", 400),
        ("admin", "employee/sight/?id=leadA&supervisor=a1", 422),
        ("admin", "employee/sight/?id=a1&supervisor=a1", 422),
        ("a1", "company_setting/sight/?private_customer_enabled=0", 403),
        ("admin", "company_setting/sight/", 400),
        ("admin", "company_setting/sight/?private_customer_enabled=2", 400),
    ],
)
def test_preview_is_refused_as_its_deed_is(
    client_as: ClientAs, session: Session, company: Company, *, login: str, query: str, status: int
) -> None:
    client, before = client_as(login), snapshot(session)

    page = client.get(f"/admin/{ids_for_names(company, query)}")
    for_script = client.get(f"/admin/{ids_for_names(company, query)}", headers=SCRIPT)

    assert (page.status_code, for_script.status_code) == (status, status)
    assert "data-sight-confirm" not in page.text
    assert "message" in for_script.get_json() or for_script.get_json()["code"] == "PRIVATE_CUSTOMER"
    assert snapshot(session) == before


def test_preview_of_company_admins_is_company_admins_business(
    client_as: ClientAs, session: Session, company: Company
) -> None:
    role = factories.make_role(session, "personnel", [Permission.MANAGE_EMPLOYEES])
    session.get_one(Employee, company.solo.id).role_id = role.id
    session.commit()
    solo = client_as("solo")

    assert solo.get(f"/admin/employee/sight/?id={company.a1.id}&supervisor={company.leadB.id}").status_code == 200
    assert solo.get(f"/admin/employee/sight/?id={company.admin.id}&supervisor=").status_code == 403


def test_preview_opens_nothing_for_the_audit_log(client_as: ClientAs, session: Session, company: Company) -> None:
    client_as("admin").get(f"/admin/customer/sight/?id={company.c1.id}&visibility=public")

    session.rollback()
    assert session.scalars(select(AuditEntry)).all() == []


@pytest.mark.parametrize(
    ("login", "page", "url", "stored"),
    [
        ("a1", "customer/edit/?id=c2", "/admin/customer/sight/?id=c2", "visibility=public"),
        ("a1", "customer/edit/?id=c1", "/admin/customer/sight/?id=c1", "visibility=private"),
        ("admin", "employee/edit/?id=a1", "/admin/employee/sight/?id=a1", "supervisor=leadA"),
        ("admin", "employee/edit/?id=boss", "/admin/employee/sight/?id=boss", "supervisor="),
        ("admin", "company_setting/", "/admin/company_setting/sight/", "private_customer_enabled=1"),
    ],
)
def test_form_knows_its_preview(
    client_as: ClientAs, company: Company, *, login: str, page: str, url: str, stored: str
) -> None:
    html = client_as(login).get(f"/admin/{ids_for_names(company, page)}").text

    assert f'data-sight-url="{ids_for_names(company, url)}"' in html
    assert f'data-sight-fields="{stored.partition("=")[0]}"' in html
    assert f'data-sight-stored="{ids_for_names(company, stored)}"' in html
    assert "js/sight.js" in html


@pytest.mark.parametrize(
    ("login", "page"), [("leadA", "customer/edit/?id=c2"), ("a1", "customer/new/"), ("admin", "employee/new/")]
)
def test_form_without_the_field_has_no_preview(client_as: ClientAs, company: Company, login: str, page: str) -> None:
    answer = client_as(login).get(f"/admin/{ids_for_names(company, page)}")

    assert (answer.status_code, "data-sight-url" in answer.text, "js/sight.js" in answer.text) == (200, False, False)
