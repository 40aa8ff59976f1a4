"""The start page: the first steps of a company admin until all are done, then the places of the menu."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from models import Employee
from services import settings
from services.seed.defaults import seed_defaults
from tests.factories import make_customer, make_employee

#: ① to ⑧ in the order of the menu, then people and customers.
STEPS = [
    "industry",
    "region",
    "channel_type",
    "customer_grade",
    "customer_status",
    "customer_source",
    "follow_up_progress",
    "company_setting",
    "employee",
    "customer",
]


def steps(client: FlaskClient) -> dict[str, bool]:
    """Return the steps on the start page in their order, and whether each is done."""
    page = client.get("/admin/").text
    items = re.findall(r'<li class="step( is-done)?[^"]*">.*?href="/admin/(\w+)/', page, flags=re.DOTALL)
    return {table: bool(done) for done, table in items}


def test_blank_company_has_all_steps_open(admin_client: FlaskClient) -> None:
    assert steps(admin_client) == dict.fromkeys(STEPS, False)
    assert list(steps(admin_client)) == STEPS


def test_steps_are_done_one_by_one_until_the_page_is_another(
    admin_client: FlaskClient, session: Session, admin: Employee
) -> None:
    seed_defaults(session)
    session.commit()
    assert [table for table, is_done in steps(admin_client).items() if not is_done] == STEPS[7:]

    settings.confirm_settings(session)
    session.commit()
    assert [table for table, is_done in steps(admin_client).items() if not is_done] == STEPS[8:]

    make_employee(session, "amy")
    assert [table for table, is_done in steps(admin_client).items() if not is_done] == STEPS[9:]

    make_customer(session, owner=admin)
    assert steps(admin_client) == {}
    assert 'href="/admin/customer/"' in admin_client.get("/admin/").text


def test_saving_the_other_settings_as_they_are_is_a_step(admin_client: FlaskClient, session: Session) -> None:
    version = settings.get_setting(session).version
    session.commit()
    address = re.search(r'href="(/admin/company_setting/[^"]*)"', admin_client.get("/admin/").text)
    assert address is not None

    answer = admin_client.post(address[1], data={"version": version})

    assert answer.status_code == 302
    assert steps(admin_client)["company_setting"] is True


@pytest.mark.parametrize("role", ["manager", "employee", "config_admin"])
def test_steps_are_the_company_admins_alone(
    session: Session, roles: object, client_of: Callable[[Employee], FlaskClient], role: str
) -> None:
    client = client_of(make_employee(session, "somebody", role=role))

    assert client.get("/admin/").status_code == 200
    assert steps(client) == {}
