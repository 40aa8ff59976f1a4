"""The warning that a customer's name is taken tells each person exactly what DOMAIN 3.6 says, and nothing else."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import AuditEntry, Employee
from tests.conftest import log_in
from tests.factories import company, make_customer, make_employee, switch_private

ADDRESS = "/admin/customer/name_taken/"
TAKEN = "There is a customer of this name already."

ClientOf = Callable[[Employee], FlaskClient]


@pytest.fixture
def found(session: Session) -> Any:
    """Return the company of DOMAIN 3.7."""
    return company(session)


def told(client: FlaskClient, name: str, **arguments: Any) -> dict[str, str | None]:
    """Return the answer about a name."""
    answer = client.get(ADDRESS, query_string={"name": name, **arguments})
    assert answer.status_code == 200
    return answer.get_json()


@pytest.mark.parametrize("name", ["Nobody's", "", "   ", "\0", "C1" * 51, "%", "C_"])
def test_name_that_is_free_or_unusable_is_not_warned_of(client_of: ClientOf, found: Any, name: str) -> None:
    assert told(client_of(found.a1), name) == {"message": None, "url": None}


@pytest.mark.parametrize("name", ["C1", "c1", " C1 ", "Ｃ１"])
@pytest.mark.parametrize("login", ["a2", "leadB", "w1"])
def test_hidden_customer_is_told_as_taken_alone(client_of: ClientOf, found: Any, login: str, name: str) -> None:
    assert told(client_of(found[login]), name) == {"message": TAKEN, "url": None}


@pytest.mark.parametrize("login", ["va", "west"])
def test_noticed_customer_is_told_with_its_owner(client_of: ClientOf, found: Any, login: str) -> None:
    assert told(client_of(found[login]), "c1") == {
        "message": "There is a customer of this name already; its owner is a1.",
        "url": None,
    }


@pytest.mark.parametrize(("login", "name"), [("a1", "C1"), ("leadA", "C1"), ("b1", "C3"), ("va", "C2"), ("va", "C11")])
def test_seen_customer_is_told_with_a_link(client_of: ClientOf, found: Any, login: str, name: str) -> None:
    answer = told(client_of(found[login]), name)

    assert answer["url"] == f"/admin/customer/details/?id={found[name.lower()].id}"
    assert client_of(found[login]).get(answer["url"]).status_code == 200


def test_switch_off_turns_notice_into_a_link(client_of: ClientOf, session: Session, found: Any) -> None:
    switch_private(session, is_on=False)

    assert told(client_of(found.va), "c1")["url"] == f"/admin/customer/details/?id={found.c1.id}"
    assert told(client_of(found.a2), "c1") == {"message": TAKEN, "url": None}


def test_answer_about_a_hidden_customer_is_that_of_the_refused_form(client_of: ClientOf, found: Any) -> None:
    client = client_of(found.a2)
    page = client.post("/admin/customer/new/", data={"name": "C1", "is_active": "y"})

    assert page.status_code == 200
    assert told(client, "C1")["message"] in page.text
    assert "a1" not in page.text.partition("<form")[2]


def test_own_name_is_no_fault_while_editing(client_of: ClientOf, found: Any) -> None:
    client = client_of(found.a1)

    assert told(client, "C2", id=found.c2.id) == {"message": None, "url": None}
    assert told(client, "C1", id=found.c2.id)["url"] == f"/admin/customer/details/?id={found.c1.id}"
    assert told(client, "C4", id=found.c2.id) == {"message": TAKEN, "url": None}


@pytest.mark.parametrize(
    ("login", "row_id", "status"),
    [
        ("a2", "c1", 404),  # hidden
        ("va", "c1", 403),  # noticed
        ("va", "c2", 403),  # seen, not his to edit
        ("leadA", "c1", 403),  # a leader reads only
        ("cfg", "c2", 404),
        ("a1", "0", 404),
        ("a1", "abc", 404),
        ("a1", "", 404),
    ],
)
def test_only_who_may_edit_the_customer_asks_for_it(
    client_of: ClientOf, found: Any, login: str, row_id: str, status: int
) -> None:
    wanted = found[row_id].id if row_id in found else row_id
    answer = client_of(found[login]).get(
        ADDRESS, query_string={"name": "C4", "id": wanted}, headers={"Accept": "application/json"}
    )

    assert answer.status_code == status
    assert TAKEN not in answer.text
    assert "C4" not in answer.text


def test_who_may_not_create_is_refused(client_of: ClientOf, found: Any) -> None:
    assert client_of(found.cfg).get(ADDRESS, query_string={"name": "C1"}).status_code == 403


def test_nobody_is_sent_to_the_log_in(app: Flask, found: Any) -> None:
    answer = app.test_client().get(ADDRESS, query_string={"name": "C1"})

    assert answer.status_code == 302
    assert "/login" in answer.headers["Location"]


def test_pool_customer_of_nobody_has_no_owner_to_name(client_of: ClientOf, session: Session, found: Any) -> None:
    make_customer(session, "Pool only")

    assert told(client_of(found.a1), "pool ONLY") == {"message": TAKEN, "url": None}


def test_asking_is_no_opening(app: Flask, client_of: ClientOf, session: Session, found: Any) -> None:
    before = session.scalar(select(func.count()).select_from(AuditEntry))

    told(client_of(found.admin), "C4", id=found.c1.id)

    session.rollback()
    assert session.scalar(select(func.count()).select_from(AuditEntry)) == before


def test_form_asks_while_typing(app: Flask, session: Session) -> None:
    amy = make_employee(session)
    customer = make_customer(session, owner=amy)
    client = log_in(app.test_client(), amy)

    assert f'data-check="{ADDRESS}"' in client.get("/admin/customer/new/").text
    assert f'data-check="{ADDRESS}?id={customer.id}"' in client.get(f"/admin/customer/edit/?id={customer.id}").text


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("成都云海贸易公司", ["成都云海贸易（武侯）", "成都云海贸易有限公司"]),
        ("(新) 成都云海贸易 股份有限公司", ["成都云海贸易（武侯）", "成都云海贸易有限公司"]),
        ("云海公司", []),
        ("%%%%", []),
    ],
)
def test_similar_names_are_told_of_those_customers_alone_whom_one_sees(
    client_of: ClientOf, session: Session, found: Any, *, typed: str, expected: list[str]
) -> None:
    seen = [make_customer(session, name, owner=found.a1) for name in ("成都云海贸易有限公司", "成都云海贸易（武侯）")]
    make_customer(session, "成都云海贸易集团", owner=found.solo, visibility="private")

    mine, other = (told(client_of(found[login]), typed) for login in ("a1", "o1"))

    names = ", ".join(f"“{name}”" for name in expected)
    assert mine["message"] == (f"Is it one of these? {names}" if expected else None)
    assert mine["url"] in ({f"/admin/customer/details/?id={row.id}" for row in seen} if expected else {None})
    assert other == {"message": None, "url": None}
    itself = told(client_of(found.a1), "成都云海贸易有限公司", id=str(seen[0].id))
    assert itself["url"] == f"/admin/customer/details/?id={seen[1].id}"


@pytest.mark.parametrize(
    ("login", "message", "is_linked"),
    [
        ("a2", "There is a customer of this name already.", False),
        ("va", "There is a customer of this name already; its owner is a1.", False),
        ("a1", "There is a customer of this name already.", True),
    ],
)
def test_phone_form_asks_whether_its_name_is_taken(
    client_of: ClientOf, found: Any, *, login: str, message: str, is_linked: bool
) -> None:
    client = client_of(found[login])
    assert 'data-check="/m/customer/name_taken/"' in client.get("/m/customer/new/").text

    told = client.get("/m/customer/name_taken/?name=C1").get_json()

    assert told["message"].startswith(message.removesuffix("."))
    assert told["url"] == (f"/m/customer/?id={found.c1.id}" if is_linked else None)
    assert client.get("/m/customer/name_taken/?name=Quite+another").get_json() == {"message": None, "url": None}
