"""Ways in that were found once and stay shut."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from auth.passwords import set_password
from models import Customer, CustomerGrade, Employee, ExportJob, Role
from models.scope import UnfilteredReason, unfiltered
from tests.conftest import log_in
from tests.factories import company, make_role, save

PASSWORD = "correct horse"


@pytest.mark.parametrize("target", ["http:evil.com", "http:/evil.com", "https:evil.com", "//evil.com", "/\\evil.com"])
def test_redirect_leads_nowhere_else(client: FlaskClient, session: Session, target: str) -> None:
    employee = Employee(login="amy", name="艾米", role=Role(code="employee", name="员工"))
    set_password(employee, PASSWORD)
    session.add(employee)
    session.commit()

    answer = client.post(f"/login?next={target}", data={"login": "amy", "password": PASSWORD})
    language = client.post("/language", data={"language": "en", "next": target})

    assert answer.location == "/admin/"
    assert language.location == "/admin/"


def test_hidden_parent_customer_survives_an_edit(app: Flask, session: Session) -> None:
    found = company(session)
    with unfiltered(session, UnfilteredReason.SEED) as every:
        every.get_one(Customer, found.c2.id).parent_customer_id = found.c4.id
    session.commit()
    a1 = log_in(app.test_client(), found.a1)

    page = a1.get(f"/admin/customer/edit/?id={found.c2.id}").text
    data = {"name": "C2", "is_active": "y", "version": found.c2.version + 1, "parent_customer": found.c4.id}
    saved = a1.post(f"/admin/customer/edit/?id={found.c2.id}", data=data)

    assert f'<option value="{found.c4.id}" selected>Private customer</option>' in page
    assert saved.status_code == 302
    with unfiltered(session, UnfilteredReason.COMMAND) as every:
        assert every.get_one(Customer, found.c2.id).parent_customer_id == found.c4.id


def test_edit_without_version_is_stale(app: Flask, session: Session) -> None:
    found = company(session)

    page = log_in(app.test_client(), found.a1).post(
        f"/admin/customer/edit/?id={found.c2.id}", data={"name": "newer", "is_active": "y"}
    )

    assert "Somebody has changed it meanwhile" in page.text


def test_address_offers_no_retired_value(app: Flask, session: Session) -> None:
    found = company(session)
    grade = save(session, CustomerGrade(name="old", is_active=False))

    page = log_in(app.test_client(), found.a1).post(
        f"/admin/customer/new/?grade={grade.id}", data={"name": "new one", "grade": grade.id, "is_active": "y"}
    )

    assert "Choose one of the offered values." in page.text


@pytest.mark.parametrize("search", ["C+1", "C", "1+C", "%E2%80%8B"])
def test_stubs_need_a_word_of_two_signs(app: Flask, session: Session, search: str) -> None:
    found = company(session)
    va = log_in(app.test_client(), found.va)

    assert 'id="stubs"' not in va.get(f"/admin/customer/?search={search}").text
    assert 'id="stubs"' in va.get("/admin/customer/?search=C1").text


def test_export_head_begins_no_job(app: Flask, session: Session) -> None:
    found = company(session)

    answer = log_in(app.test_client(), found.admin).head("/admin/customer/export/csv/")

    assert answer.status_code == 200
    assert session.scalars(select(ExportJob)).all() == []


def test_manager_of_employees_keeps_the_own_role(
    app: Flask, session: Session, client_maker: Callable[[Employee], FlaskClient]
) -> None:
    hr_role = make_role(session, "hr", ["manage_employees"])
    other = make_role(session, "manager")
    hr = save(session, Employee(login="hr", name="HR", role_id=hr_role.id))

    answer = client_maker(hr).post(
        f"/admin/employee/edit/?id={hr.id}",
        data={"login": "hr", "name": "HR", "role": other.id, "is_active": "y", "version": hr.version},
    )

    assert answer.status_code == 403


@pytest.fixture
def client_maker(app: Flask) -> Callable[[Employee], FlaskClient]:
    """Return a maker of clients that are logged in."""
    return lambda employee: log_in(app.test_client(), employee)


@pytest.mark.parametrize(
    ("lat", "lng", "sentence"),
    [
        ("5", "", "Enter both latitude"),
        ("", "5", "Enter both latitude"),
        ("95", "1", "Enter a number from -90 to 90."),
        ("1", "181", "Enter a number from -180 to 180."),
        ("-90.5", "0", "Enter a number from -90 to 90."),
    ],
)
def test_position_that_is_nowhere_is_told_at_the_field(
    app: Flask, session: Session, lat: str, lng: str, sentence: str
) -> None:
    found = company(session)

    page = log_in(app.test_client(), found.a1).post(
        "/admin/customer/new/", data={"name": "nowhere", "lat": lat, "lng": lng, "is_active": "y"}
    )

    assert sentence in page.text


def test_manager_of_employees_cannot_take_over_a_company_admin(
    app: Flask, session: Session, client_maker: Callable[[Employee], FlaskClient]
) -> None:
    found = company(session)
    hr = save(session, Employee(login="hr", name="HR", role_id=make_role(session, "hr", ["manage_employees"]).id))
    client = client_maker(hr)

    statuses = [
        client.post("/admin/employee/password/", data={"id": found.admin.id, "password": "taken over"}).status_code,
        client.post("/admin/employee/link/", data={"id": found.admin.id}).status_code,
        client.post("/admin/employee/password/", data={"id": found.a1.id, "password": "a new one"}).status_code,
    ]

    assert statuses == [403, 403, 302]
