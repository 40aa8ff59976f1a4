"""Editing cells in the list: who may, what is refused and how it is told, what is written."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import AuditEntry, ChannelType, Customer, Employee
from tests.factories import Company, make_contact, make_follow_up, reloaded

ClientAs = Callable[[str], FlaskClient]


def send(client: FlaskClient, table: str, row: Any, name: str, value: str, **more: object) -> tuple[int, dict]:
    """Send a cell of the version that the test holds; return the status and the answer."""
    data = {"id": row.id, "name": name, "value": value, "version": getattr(row, "version", 1)} | more
    answer = client.post(f"/admin/{table}/cell/", json=data)
    return answer.status_code, answer.get_json()


def ask(client: FlaskClient, table: str, row_id: object, name: str) -> tuple[int, dict]:
    """Ask for the field of a cell; return the status and the answer."""
    answer = client.get(
        f"/admin/{table}/cell/", query_string={"id": row_id, "name": name}, headers={"Accept": "application/json"}
    )
    return answer.status_code, answer.get_json()


#: Actor -> customer -> status of an edit of its phone (DOMAIN 3.5): 200 may, 403 sees it only, 404 it is hidden.
RIGHTS = {
    "a1": {"c1": 200, "c2": 200, "c3": 200, "c4": 404, "c5": 404, "c10": 404},
    "b1": {"c1": 404, "c2": 404, "c3": 200, "c4": 404, "c5": 404, "c10": 404},
    "leadA": {"c1": 200, "c2": 200, "c3": 200, "c4": 404, "c5": 200, "c10": 404},
    "east": {"c1": 403, "c2": 403, "c3": 403, "c4": 404, "c5": 403, "c10": 404},
    "va": {"c1": 403, "c2": 403, "c3": 403, "c4": 403, "c5": 403, "c10": 403},
    "a2": {"c1": 404, "c2": 404, "c3": 404, "c4": 404, "c5": 404, "c10": 404},
    "cfg": {"c1": 404, "c2": 404, "c3": 404, "c4": 404, "c5": 404, "c10": 404},
    "admin": {"c1": 200, "c2": 200, "c3": 200, "c4": 200, "c5": 200, "c10": 200},
}


@pytest.mark.parametrize("login", RIGHTS)
def test_cell_of_a_customer_who_may_write_it(
    client_as: ClientAs, session: Session, company: Company, login: str
) -> None:
    client, expected = client_as(login), RIGHTS[login]

    offered = {name: ask(client, "customer", company[name].id, "phone")[0] for name in expected}
    written = {name: send(client, "customer", company[name], "phone", "028-1")[0] for name in expected}

    assert offered == expected
    assert written == expected
    phones = {name: reloaded_phone(session, company[name].id) for name in expected}
    assert phones == {name: "028-1" if status == 200 else None for name, status in expected.items()}


def reloaded_phone(session: Session, customer_id: int) -> str | None:
    """Return what the database has."""
    session.rollback()
    table = Customer.__table__
    return session.connection().scalar(select(table.c.phone).where(table.c.id == customer_id))


@pytest.mark.parametrize("table", ["contact", "follow_up"])
def test_cell_of_what_hangs_on_a_customer_who_may_write_it(
    client_as: ClientAs, session: Session, company: Company, table: str
) -> None:
    make, name = (make_contact, "mobile") if table == "contact" else (make_follow_up, "content")
    theirs = {"author": company.a1} if table == "follow_up" else {}
    logins = ("a1", "b1", "leadA", "east", "va", "a2", "admin")
    rows = {login: make(session, company.c3, **theirs) for login in logins}
    b1 = 403 if theirs else 200

    answers = {login: send(client_as(login), table, row, name, "13800000000")[0] for login, row in rows.items()}

    assert answers == {"a1": 200, "b1": b1, "leadA": 200, "east": 403, "va": 403, "a2": 404, "admin": 200}


@pytest.mark.parametrize("login", ["a2", "va"])
@pytest.mark.parametrize("name", ["phone", "name", "no_such", "password_hash"])
def test_cell_of_a_hidden_row_tells_no_more_than_its_page(
    client_as: ClientAs, company: Company, login: str, name: str
) -> None:
    client, missing = client_as(login), 999_999

    hidden = ask(client, "customer", company.c1.id, name)
    nowhere = ask(client, "customer", missing, name)
    page = client.get(f"/admin/customer/details/?id={company.c1.id}", headers={"Accept": "application/json"})

    assert hidden == (page.status_code, page.get_json())
    assert nowhere[0] == 404
    assert hidden == nowhere if login == "a2" else hidden[1]["code"] == "PRIVATE_CUSTOMER"


@pytest.mark.parametrize(
    ("table", "name"),
    [
        ("customer", "code"),
        ("customer", "owner"),
        ("customer", "owner_id"),
        ("customer", "visibility"),
        ("customer", "grade"),
        ("customer", "remark"),
        ("customer", "created_at"),
        ("customer", "version"),
        ("employee", "password_hash"),
        ("employee", "role"),
        ("employee", "session_epoch"),
        ("role", "permission_codes"),
        ("company_setting", "private_customer_enabled"),
    ],
)
def test_cell_that_is_no_scalar_of_the_form_in_the_list_is_refused(
    client_as: ClientAs, session: Session, company: Company, table: str, name: str
) -> None:
    rows = {"customer": company.c2, "employee": company.a1, "role": session.get_one(Employee, company.a1.id).role}
    row = rows.get(table, company.c2)
    admin = client_as("admin")

    assert ask(admin, table, row.id, name)[0] in (403, 404)
    assert send(admin, table, row, name, "1")[0] in (403, 404)


def test_cell_field_is_that_of_the_form(client_as: ClientAs, company: Company) -> None:
    status, found = ask(client_as("a1"), "customer", company.c2.id, "name")

    assert (status, found["version"], found["value"], found["label"]) == (200, 1, "C2", "Customer name")
    assert 'maxlength="100"' in found["widget"]
    assert 'value="C2"' in found["widget"]


def test_cell_answer_holds_version_and_escaped_html(client_as: ClientAs, session: Session, company: Company) -> None:
    status, found = send(client_as("a1"), "customer", company.c2, "phone", "<b>1</b>")

    assert (status, found) == (200, {"version": 2, "html": "&lt;b&gt;1&lt;/b&gt;"})
    assert reloaded_phone(session, company.c2.id) == "<b>1</b>"


def test_cell_of_an_older_version_is_refused_and_kept(client_as: ClientAs, session: Session, company: Company) -> None:
    assert send(client_as("a1"), "customer", company.c2, "phone", "1")[0] == 200

    status, found = send(client_as("admin"), "customer", company.c2, "phone", "2")

    assert (status, found["code"]) == (409, "stale")
    assert "changed it meanwhile" in found["message"]
    assert reloaded_phone(session, company.c2.id) == "1"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("", "This field is required."),
        ("C1", "There is a customer of this name already"),
        ("x" * 101, "too long"),
        ("a\tb\0", "cannot be shown"),
    ],
    ids=["blank", "taken", "long", "control"],
)
def test_cell_refused_says_why(client_as: ClientAs, session: Session, company: Company, value: str, words: str) -> None:
    status, found = send(client_as("a1"), "customer", company.c2, "name", value)

    assert (status, words in found["message"]) == (422, True), found
    assert session.connection().scalar(select(Customer.__table__.c.name).where(Customer.id == company.c2.id)) == "C2"


def test_cell_taken_in_the_database_says_so(admin_client: FlaskClient, session: Session, agent: ChannelType) -> None:
    other = ChannelType(name="KA")
    session.add(other)
    session.commit()

    status, found = send(admin_client, "channel_type", other, "name", "代理渠道")

    assert (status, found) == (422, {"code": "invalid", "message": "This value is taken already."})


def test_cell_goes_through_the_service_of_the_view(client_as: ClientAs, session: Session, company: Company) -> None:
    admin = client_as("admin")

    last_admin = send(admin, "employee", company.admin, "is_active", "")
    left = send(admin, "employee", company.a2, "is_active", "")

    assert last_admin == (
        422,
        {"code": "last_admin", "message": "The company needs at least one active company admin."},
    )
    assert left[0] == 200
    employee = reloaded(session, session.get_one(Employee, company.a2.id))
    assert (employee.is_active, employee.left_at is not None, employee.session_epoch) == (False, True, 2)
    actions = session.scalars(select(AuditEntry.action).where(AuditEntry.row_id == company.a2.id)).all()
    assert actions == ["disable"]


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {},
        {"id": "1", "name": "phone", "value": "1", "version": 1},
        {"id": True, "name": "phone", "value": "1", "version": 1},
        {"id": 1, "name": ["phone"], "value": "1", "version": 1},
        {"id": 1, "name": "phone", "value": {"a": 1}, "version": 1},
        {"id": 1, "name": "phone", "value": None, "version": 1},
    ],
)
def test_cell_malformed_request_is_refused(client_as: ClientAs, company: Company, data: object) -> None:
    answer = client_as("admin").post("/admin/customer/cell/", json=data)

    assert (answer.status_code, answer.get_json()["code"]) == (400, "bad_request")


@pytest.mark.parametrize("version", ["1", None, 1.5])
def test_cell_without_a_version_is_refused(client_as: ClientAs, company: Company, version: object) -> None:
    assert send(client_as("a1"), "customer", company.c2, "phone", "1", version=version)[0] == 400


def test_list_marks_the_columns_that_can_be_edited(client_as: ClientAs, company: Company) -> None:
    leader, viewer = (client_as(login).get("/admin/customer/").text for login in ("leadA", "va"))

    assert {name for name in ("name", "phone", "code", "owner", "visibility") if f'data-edit="{name}"' in leader} == {
        "name",
        "phone",
    }
    assert f'<tr data-id="{company.c2.id}" data-do="01' in leader
    assert f'<tr data-id="{company.c2.id}" data-do="01' not in viewer
