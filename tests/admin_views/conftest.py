"""Fixtures for pages: somebody logged in."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from auth.permissions import STOCK_ROLES
from models import ChannelType, Employee, Role
from tests import factories
from tests.conftest import log_in
from tests.factories import Company


@pytest.fixture
def roles(session: Session) -> dict[str, Role]:
    """Return the stock roles, by code."""
    found = {
        stock.code: Role(code=stock.code, name=stock.label.zh, permission_codes=sorted(stock.permissions))
        for stock in STOCK_ROLES
    }
    session.add_all(found.values())
    session.commit()
    return found


@pytest.fixture
def client_of(app: Flask) -> Callable[[Employee], FlaskClient]:
    """Return a maker of clients that are logged in as an employee."""
    return lambda employee: log_in(app.test_client(), employee)


@pytest.fixture
def admin(session: Session, roles: dict[str, Role]) -> Employee:
    """Return a company admin."""
    employee = Employee(login="root", name="王管理", role=roles["company_admin"])
    session.add(employee)
    session.commit()
    return employee


@pytest.fixture
def admin_client(admin: Employee, client_of: Callable[[Employee], FlaskClient]) -> FlaskClient:
    """Return a client of the company admin."""
    return client_of(admin)


@pytest.fixture
def agent(session: Session) -> ChannelType:
    """Return a channel type."""
    row = ChannelType(name="代理渠道")
    session.add(row)
    session.commit()
    return row


@pytest.fixture
def company(session: Session) -> Company:
    """Return the company of DOMAIN 3.7, with leadA allowed to write for the team."""
    found = factories.company(session)
    role = factories.make_role(session, "team_leader", ["edit_team_customers"])
    session.get_one(Employee, found.leadA.id).role_id = role.id
    session.commit()
    return found


@pytest.fixture
def client_as(app: Flask, company: Company) -> Callable[[str], FlaskClient]:
    """Return a maker of clients that are logged in as somebody of the company, named by log-in."""
    return lambda login: log_in(app.test_client(), company[login])
