"""What the pickers of forms ask for: trees level by level and by path, hints, and what hangs on one customer alone."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import CustomerGrade, Employee, Region, db
from models.scope import UnfilteredReason, unfiltered
from tests.conftest import counted, log_in
from tests.factories import company, make_contact
from tests.trees import plant

REGIONS = "/admin/customer/ajax/lookup/?name=region"
CONTACTS = "/admin/follow_up/ajax/lookup/?name=contact"

ClientOf = Callable[[Employee], FlaskClient]


@pytest.fixture
def forest(session: Session) -> dict[str, int]:
    """Store the regions of DOMAIN 2.2 as name -> id."""
    return plant(session)


def level(client: FlaskClient, parent: int | str, more: str = "") -> list[tuple[str, bool]]:
    """Return (text, has_children) of what stands under a parent."""
    rows = client.get(f"{REGIONS}&parent_id={parent}{more}").get_json()
    return [(row["text"], row["has_children"]) for row in rows]


def test_tree_is_browsed_level_by_level_in_its_own_order(admin_client: FlaskClient, forest: dict[str, int]) -> None:
    assert level(admin_client, "") == [("重庆", False), ("成都", True), ("上海", False)]
    assert level(admin_client, forest["成都"]) == [("金牛区", False), ("武侯区", False), ("锦江区", False)]
    assert level(admin_client, forest["上海"]) == []


def test_tree_level_costs_one_statement(app: Flask, admin_client: FlaskClient, forest: dict[str, int]) -> None:
    with app.app_context():
        engine = db.engine

    with counted(engine) as statements:
        assert len(level(admin_client, forest["成都"])) == 3

    assert len([statement for statement in statements if "region" in statement]) == 1


def test_tree_level_leaves_out_what_is_retired(
    admin_client: FlaskClient, session: Session, forest: dict[str, int]
) -> None:
    for name in ("金牛区", "武侯区", "锦江区", "上海"):
        session.get_one(Region, forest[name]).is_active = False
    session.commit()

    assert level(admin_client, "") == [("重庆", False), ("成都", False)]
    assert level(admin_client, forest["成都"]) == []
    assert level(admin_client, "", "&for=filter") == [("重庆", False), ("成都", True), ("上海", False)]


def test_tree_level_below_a_retired_node_is_empty(
    admin_client: FlaskClient, session: Session, forest: dict[str, int]
) -> None:
    session.get_one(Region, forest["成都"]).is_active = False
    session.commit()

    assert level(admin_client, forest["成都"]) == []


@pytest.mark.parametrize("parent", ["abc", "-1", "0x1", "99999999999999999999"])
def test_tree_level_hostile_parent_is_not_found(admin_client: FlaskClient, parent: str) -> None:
    assert admin_client.get(f"{REGIONS}&parent_id={parent}").status_code == 404


def test_level_of_what_is_no_tree_is_not_found(admin_client: FlaskClient) -> None:
    assert admin_client.get("/admin/customer/ajax/lookup/?name=grade&parent_id=").status_code == 404


@pytest.mark.parametrize(
    ("query", "texts"),
    [
        ("武侯", ["成都 / 武侯区"]),
        ("whq", ["成都 / 武侯区"]),
        ("成都 武侯", ["成都 / 武侯区"]),
        ("成都／武侯", ["成都 / 武侯区"]),
        ("上海/武侯", []),
        ("成都", ["成都"]),
        ("成都/区", ["成都 / 锦江区", "成都 / 金牛区", "成都 / 武侯区"]),
        ("a b c d e f g 武侯", []),
        ("/", ["成都", "重庆", "上海", "成都 / 锦江区", "成都 / 金牛区", "成都 / 武侯区"]),
    ],
)
def test_tree_is_searched_by_name_initials_and_path(
    admin_client: FlaskClient, forest: dict[str, int], query: str, texts: list[str]
) -> None:
    found = admin_client.get(REGIONS.partition("?")[0], query_string={"name": "region", "query": query}).get_json()

    assert sorted(row["text"] for row in found) == sorted(texts)


def test_tree_hit_carries_its_path(admin_client: FlaskClient, forest: dict[str, int]) -> None:
    assert admin_client.get(f"{REGIONS}&query=武侯").get_json() == [
        {
            "id": forest["武侯区"],
            "text": "成都 / 武侯区",
            "path": [[forest["成都"], "成都"], [forest["武侯区"], "武侯区"]],
        }
    ]


def test_value_carries_its_description_as_hint(admin_client: FlaskClient, session: Session) -> None:
    session.add_all([CustomerGrade(name="A", description="每周拜访"), CustomerGrade(name="B")])
    session.commit()

    found = admin_client.get("/admin/customer/ajax/lookup/?name=grade&query=").get_json()

    assert [(row["text"], row.get("hint")) for row in found] == [("A", "每周拜访"), ("B", None)]


def test_employees_cost_one_statement_with_their_departments(
    app: Flask, admin_client: FlaskClient, session: Session
) -> None:
    company(session)
    with app.app_context():
        engine = db.engine

    with counted(engine) as statements:
        assert len(admin_client.get("/admin/customer/ajax/lookup/?name=owner&limit=50").get_json()) > 10

    assert len([statement for statement in statements if "ORDER BY employee.name_sort" in statement]) == 1
    assert not [statement for statement in statements if "FROM department" in statement]


@pytest.fixture
def contacts(session: Session) -> Any:
    """Return the company of DOMAIN 3.7 with one contact for each of three customers."""
    found = company(session)
    for name in ("c1", "c2", "c4"):
        make_contact(session, found[name], name=f"联系人{name}")
    return found


def test_contacts_are_those_of_the_chosen_customer(client_of: ClientOf, contacts: Any) -> None:
    client = client_of(contacts.a1)

    assert [row["text"] for row in client.get(f"{CONTACTS}&customer_id={contacts.c1.id}").get_json()] == ["联系人c1"]
    assert [row["text"] for row in client.get(f"{CONTACTS}&customer_id={contacts.c2.id}").get_json()] == ["联系人c2"]


@pytest.mark.parametrize("customer", ["", "abc", "-1", "0", "99999999999999999999", "1 OR 1=1"])
def test_contacts_without_a_customer_are_none(client_of: ClientOf, contacts: Any, customer: str) -> None:
    client = client_of(contacts.admin)

    assert (
        client.get(CONTACTS.partition("?")[0], query_string={"name": "contact", "customer_id": customer}).get_json()
        == []
    )


@pytest.mark.parametrize(("login", "customer"), [("a2", "c1"), ("a1", "c4"), ("va", "c1"), ("leadB", "c2")])
def test_contacts_of_a_customer_one_does_not_see_are_none(
    client_of: ClientOf, session: Session, contacts: Any, login: str, customer: str
) -> None:
    with unfiltered(session, UnfilteredReason.COMMAND) as every:
        assert every.scalar(select(Employee.id).where(Employee.login == login.casefold())) is not None
    answer = client_of(contacts[login]).get(f"{CONTACTS}&customer_id={contacts[customer].id}")

    assert answer.status_code in {200, 403}
    assert "联系人" not in answer.text


def test_nobody_looks_up(app: Flask, contacts: Any) -> None:
    answer = app.test_client().get(f"{CONTACTS}&customer_id={contacts.c2.id}")

    assert answer.status_code == 302
    assert log_in(app.test_client(), contacts.a1).get(f"{CONTACTS}&customer_id={contacts.c2.id}").status_code == 200
