"""The language of a page: the person's choice on every device, else the browser's; numbers follow it."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from auth.passwords import set_password
from models import Employee
from tests.conftest import log_in
from tests.factories import make_customer, make_employee, make_visit

CHINESE, ENGLISH = '<html lang="zh-CN"', '<html lang="en"'
PASSWORD = "correct horse"


@pytest.fixture
def amy(session: Session) -> Employee:
    """Return an employee with a password."""
    make_employee(session, "amy")
    found = session.scalars(select(Employee)).one()
    set_password(found, PASSWORD)
    session.commit()
    return found


def language_of(client: FlaskClient, path: str = "/admin/", asked: str = "zh-CN") -> str:
    """Return the beginning of a page, which says its language, as a browser gets it that asks for a language."""
    return client.get(path, headers={"Accept-Language": asked}).text.partition("<head>")[0]


def choose(client: FlaskClient, language: str) -> None:
    """Press the button of the menu, or of the log-in page."""
    assert client.post("/language", data={"language": language, "next": "/admin/"}).location == "/admin/"


def test_choice_follows_the_person_to_another_browser(app: Flask, amy: Employee) -> None:
    office, home = log_in(app.test_client(), amy), log_in(app.test_client(), amy)
    assert CHINESE in language_of(office)

    choose(office, "en")

    assert ENGLISH in language_of(office)
    assert ENGLISH in language_of(home)


def test_choice_is_of_one_person(app: Flask, amy: Employee, session: Session) -> None:
    make_employee(session, "ben")
    ben = session.scalars(select(Employee).where(Employee.login == "ben")).one()
    choose(log_in(app.test_client(), amy), "en")

    assert CHINESE in language_of(log_in(app.test_client(), ben))


def test_choice_on_the_log_in_page_holds_after_it(app: Flask, amy: Employee) -> None:
    choose(log_in(app.test_client(), amy), "zh_Hans_CN")
    browser = app.test_client()

    choose(browser, "en")
    assert ENGLISH in language_of(browser, "/login")
    browser.post("/login", data={"login": "amy", "password": PASSWORD})

    assert ENGLISH in language_of(browser)
    assert ENGLISH in language_of(log_in(app.test_client(), amy))


def test_choice_is_no_edit_of_the_employee(app: Flask, amy: Employee, session: Session) -> None:
    before = (amy.version, amy.updated_at)

    choose(log_in(app.test_client(), amy), "en")
    session.refresh(amy)

    assert amy.language == "en"
    assert (amy.version, amy.updated_at) == before


def test_unknown_language_is_not_kept(app: Flask, amy: Employee, session: Session) -> None:
    client = log_in(app.test_client(), amy)

    client.post("/language", data={"language": "xx", "next": "/admin/"})
    session.refresh(amy)

    assert amy.language is None
    assert CHINESE in language_of(client)


def test_nobody_logged_in_changes_nobody(app: Flask, amy: Employee, session: Session) -> None:
    choose(app.test_client(), "en")
    session.refresh(amy)

    assert amy.language is None


@pytest.mark.parametrize("language", ["en", "zh_Hans_CN"])
def test_numbers_are_grouped_and_moments_are_the_companys(
    app: Flask, amy: Employee, session: Session, language: str
) -> None:
    customer = make_customer(session, owner=amy)
    visit = make_visit(session, customer, user=amy, distance_m=1234567)
    client = log_in(app.test_client(), amy)
    choose(client, language)

    page = client.get(f"/admin/visit/details/?id={visit.id}").text

    assert "1,234,567" in page
