"""Fixtures for tests of the whole through HTTP: a company, and somebody of it logged in."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.conftest import log_in
from tests.factories import Company
from tests.functional.visibility_pages import marked_company


@pytest.fixture
def company(session: Session) -> Company:
    """Return the company of DOMAIN 3.7, with a text in every field that is found nowhere else."""
    return marked_company(session)


@pytest.fixture
def client_as(app: Flask, company: Company) -> Callable[[str], FlaskClient]:
    """Return a maker of clients that are logged in as somebody of the company, named by log-in."""
    return lambda login: log_in(app.test_client(), company[login])
