"""The columns of a list, as each person has chosen them."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import ColumnChoice, Customer, Employee
from models.inspection import page_of
from models.scope import UnfilteredReason, unfiltered
from services.employees import delete_employee
from tests.conftest import counted
from tests.factories import Company, make_customer, make_employee

ClientAs = Callable[[str], FlaskClient]


def columns(client: FlaskClient, table: str = "customer") -> list[str]:
    """Return the labels of a list's columns."""
    page = client.get(f"/admin/{table}/").text
    head = re.search(r"<thead>(.*?)</thead>", page, re.DOTALL)
    assert head is not None
    return [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<th scope.*?</th>", head[1], re.DOTALL)]


def choose(client: FlaskClient, *names: str, table: str = "customer") -> int:
    """Choose columns; return the status."""
    return client.post(f"/admin/{table}/columns/", data={"column": list(names)}).status_code


def test_columns_are_kept_for_the_person_and_the_list_alone(client_as: ClientAs, company: Company) -> None:
    a1, admin = client_as("a1"), client_as("admin")
    before = columns(admin)

    assert choose(a1, "name", "source", "code") == 302

    assert columns(a1) == ["Customer name", "Source", "Customer code"]
    assert columns(client_as("a1")) == ["Customer name", "Source", "Customer code"]
    assert columns(admin) == before
    assert columns(admin, "employee") != ["Customer name", "Source", "Customer code"]


def test_columns_standard_ones_come_back(client_as: ClientAs, session: Session, company: Company) -> None:
    admin = client_as("admin")
    before = columns(admin)
    choose(admin, "name")

    assert admin.post("/admin/customer/columns/", data={"reset": "1", "column": "name"}).status_code == 302

    assert columns(admin) == before
    assert session.scalar(select(func.count()).select_from(ColumnChoice)) == 0


@pytest.mark.parametrize("names", [(), ("no_such",), ("name", "password_hash"), ("owner_id",), ("version",)])
def test_columns_not_offered_are_refused(client_as: ClientAs, company: Company, names: tuple[str, ...]) -> None:
    admin = client_as("admin")
    before = columns(admin)

    assert choose(admin, *names) == 422
    assert columns(admin) == before


def test_columns_form_works_without_a_script(client_as: ClientAs, company: Company) -> None:
    admin = client_as("admin")
    choose(admin, "name", "source")

    page = admin.get("/admin/customer/columns/?url=/admin/customer/%3Fpage_size%3D50").text

    boxes = re.findall(r'name="column" value="(\w+)"( checked)?', page)
    assert boxes[:2] == [("name", " checked"), ("source", " checked")]
    assert all(not mark for _, mark in boxes[2:])
    assert {name for name, _ in boxes} >= set(page_of(Customer).columns or ())
    assert 'value="/admin/customer/?page_size=50"' in page


def test_columns_that_are_no_more_are_passed_over(client_as: ClientAs, session: Session, company: Company) -> None:
    session.add(ColumnChoice(employee_id=company.a1.id, endpoint="customer", columns=["gone", "name"]))
    session.add(ColumnChoice(employee_id=company.admin.id, endpoint="customer", columns=["gone"]))
    session.commit()

    assert columns(client_as("a1")) == ["Customer name"]
    assert columns(client_as("admin"))[0] == "Customer code"


def test_columns_hidden_customer_above_is_not_named(client_as: ClientAs, session: Session, company: Company) -> None:
    make_customer(session, "under a private one", owner=company.w1, parent_customer_id=company.c1.id)
    w1 = client_as("w1")
    choose(w1, "name", "parent_customer")

    page = w1.get("/admin/customer/").text

    assert ("Private customer" in page, "C1" in page) == (True, False)


def test_columns_cost_no_statement_a_row(client_as: ClientAs, session: Session, company: Company) -> None:
    relations = ("name", "source", "department", "price_level", "parent_customer", "owner", "grade", "status")
    admin = client_as("admin")
    choose(admin, *relations)
    for number in range(30):
        make_customer(session, owner=company.a1 if number % 2 else company.b1, parent_customer_id=company.c2.id)

    found = []
    for size in (3, 40):
        with counted(session.get_bind()) as statements:  # type: ignore[arg-type]
            assert admin.get(f"/admin/customer/?page_size={size}").status_code == 200
        found.append(len([text for text in statements if not text.startswith("PRAGMA")]))

    assert found[1] <= found[0] <= 13


def test_columns_go_with_the_employee(session: Session, company: Company) -> None:
    leaver = make_employee(session, "leaver")
    session.add(ColumnChoice(employee_id=leaver.id, endpoint="customer", columns=["name"]))
    session.commit()

    with unfiltered(session, UnfilteredReason.COMMAND) as every:
        delete_employee(every, every.get_one(Employee, leaver.id))
    session.commit()

    assert session.scalar(select(func.count()).select_from(ColumnChoice)) == 0


def test_columns_page_is_not_there_where_there_is_no_list(client_as: ClientAs, company: Company) -> None:
    assert client_as("admin").get("/admin/company_setting/columns/").status_code == 404
    assert choose(client_as("admin"), "company_name", table="company_setting") == 404
