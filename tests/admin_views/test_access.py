"""Who may open which page: every rule of the URL map, as nobody and as each stock role (DOMAIN 8)."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from auth.login import PUBLIC_ENDPOINTS
from auth.permissions import STOCK_ROLES
from models import Employee, Role
from models.inspection import models_with_pages
from tests.conftest import log_in

ROLES = [role.code for role in STOCK_ROLES]
EVERYBODY = set(ROLES)
CONFIG = {"company_admin", "config_admin"}
ADMIN = {"company_admin"}
LEADERS = {"company_admin", "manager"}

#: Page -> the roles that may open it, written from DOMAIN 8, not from the code.
MAY_OPEN = {
    **dict.fromkeys(["industry", "region", "channel_type", "customer_grade", "customer_status"], CONFIG),
    **dict.fromkeys(["customer_source", "follow_up_progress", "price_level"], CONFIG),
    **dict.fromkeys(["customer", "contact", "follow_up", "visit"], EVERYBODY),
    **dict.fromkeys(["employee", "department", "role", "company_setting", "audit_entry"], ADMIN),
    **dict.fromkeys(["import_job", "export_job"], LEADERS),
}
#: Tables whose list stands behind another page of the menu.
NOT_IN_MENU = {"import_job", "export_job"}
#: Pages of everybody that only some may open in part.
MAY_CREATE_CUSTOMERS = EVERYBODY - {"config_admin"}


@pytest.fixture
def clients(app: Flask, session: Session) -> dict[str, FlaskClient]:
    """Return a client for an employee of each stock role."""
    found = {}
    for stock in STOCK_ROLES:
        role = Role(code=stock.code, name=stock.label.zh, permission_codes=sorted(stock.permissions))
        session.add(Employee(login=stock.code, name=stock.code, role=role))
    session.commit()
    for employee in session.scalars(select(Employee)):
        found[employee.login] = log_in(app.test_client(), employee)
    return found


def rules(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Yield each rule of the application with a method it takes."""
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            yield rule, method


#: Argument of a rule -> what it may be, where it is not any text.
ARGUMENTS: dict[str, Any] = {"deed": "undo", "export_type": "csv", "job_id": 1}


def address(rule: Rule) -> str:
    """Return an address that the rule matches."""
    values = {argument: ARGUMENTS.get(argument, "x") for argument in rule.arguments}
    return str(rule.build(values, append_unknown=False)[1])  # type: ignore[index]


def test_pages_every_table_has_a_row_in_the_table_of_rights() -> None:
    assert {model.__tablename__ for model in models_with_pages()} == set(MAY_OPEN)


def test_urls_nobody_is_sent_to_the_login(app: Flask, client: FlaskClient) -> None:
    answers = {
        (method, rule.rule): client.open(address(rule), method=method)
        for rule, method in rules(app)
        if rule.endpoint not in PUBLIC_ENDPOINTS
    }

    leaks = {key: answer.status for key, answer in answers.items() if answer.status_code != 302}
    assert leaks == {}
    assert {answer.location.split("?")[0] for answer in answers.values()} == {"/login"}
    assert len(answers) > 100


def test_urls_public_ones_are_these_alone() -> None:
    assert {
        "login.login",
        "login.link",
        "login.set_language",
        "health.healthz",
        "static",
        "admin.static",
        "theme.stylesheet",
        "phone_app.manifest",
        "phone_app.icon",
    } == PUBLIC_ENDPOINTS


@pytest.mark.parametrize("role", ROLES)
def test_lists_each_role_opens_its_own(clients: dict[str, FlaskClient], role: str) -> None:
    opened = {endpoint for endpoint in MAY_OPEN if clients[role].get(f"/admin/{endpoint}/").status_code == 200}

    assert opened == {endpoint for endpoint, roles in MAY_OPEN.items() if role in roles}


@pytest.mark.parametrize("role", ROLES)
def test_urls_each_role_is_refused_everything_of_other_pages(
    app: Flask, clients: dict[str, FlaskClient], role: str
) -> None:
    closed = {endpoint for endpoint, roles in MAY_OPEN.items() if role not in roles}

    answers = {
        (method, rule.rule): clients[role].open(address(rule), method=method).status_code
        for rule, method in rules(app)
        if rule.endpoint.split(".")[0] in closed
    }

    assert {key: status for key, status in answers.items() if status not in (403, 404)} == {}


@pytest.mark.parametrize("role", ROLES)
def test_menu_each_role_sees_what_it_may_open(clients: dict[str, FlaskClient], role: str) -> None:
    page = clients[role].get("/admin/").text

    shown = {endpoint for endpoint in MAY_OPEN if f'href="/admin/{endpoint}/"' in page}

    may_open = {endpoint for endpoint, roles in MAY_OPEN.items() if role in roles}
    assert shown == may_open - NOT_IN_MENU
    assert ('href="/admin/jobs/"' in page) == (role in LEADERS | CONFIG)


@pytest.mark.parametrize(
    ("path", "roles"),
    [
        ("/admin/customer/new/", MAY_CREATE_CUSTOMERS),
        ("/admin/customer/export/csv/", LEADERS),
        ("/admin/customer/export/xlsx/", LEADERS),
        ("/admin/contact/export/csv/", LEADERS),
        ("/admin/follow_up/export/csv/", LEADERS),
        ("/admin/visit/export/csv/", LEADERS),
        ("/admin/customer/import/", LEADERS),
        ("/admin/region/import/", CONFIG),
        ("/admin/employee/import/", ADMIN),
        ("/admin/jobs/", LEADERS | CONFIG),
        ("/admin/jobs/progress/", LEADERS | CONFIG),
    ],
    ids=lambda value: value.removeprefix("/admin/") if isinstance(value, str) else None,
)
def test_actions_roles_that_may(clients: dict[str, FlaskClient], path: str, roles: set[str]) -> None:
    answers = {role: clients[role].get(path).status_code for role in ROLES}

    assert answers == {role: 200 if role in roles else 403 for role in ROLES}


@pytest.mark.parametrize(
    "path",
    [
        *(
            f"/admin/{table}/{page}/"
            for table in ("audit_entry", "import_job", "export_job")
            for page in ("new", "import")
        ),
        "/admin/audit_entry/edit/?id=1",
        "/admin/company_setting/new/",
        "/admin/company_setting/details/?id=1",
        "/admin/company_setting/export/csv/",
        "/admin/company_setting/import/",
        "/admin/no_such_table/",
    ],
)
def test_pages_that_make_no_sense_are_not_there(clients: dict[str, FlaskClient], path: str) -> None:
    assert clients["company_admin"].get(path).status_code == 404


def test_rights_taken_away_end_with_the_next_request(
    app: Flask, session: Session, clients: dict[str, FlaskClient]
) -> None:
    manager = clients["manager"]
    assert manager.get("/admin/customer/export/csv/").status_code == 200

    role = session.scalars(select(Role).where(Role.code == "manager")).one()
    role.permission_codes = ["view_all_customers"]
    session.commit()

    assert manager.get("/admin/customer/export/csv/").status_code == 403


def test_account_disabled_ends_the_session(session: Session, clients: dict[str, FlaskClient]) -> None:
    employee = session.scalars(select(Employee).where(Employee.login == "manager")).one()
    assert clients["manager"].get("/admin/").status_code == 200

    employee.is_active = False
    session.commit()

    assert clients["manager"].get("/admin/").location == "/login?next=/admin/?"
