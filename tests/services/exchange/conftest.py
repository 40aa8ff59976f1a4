"""Fixtures of tests of imports and exports."""

import pytest
from sqlalchemy.orm import Session

from tests.factories import Company, company


@pytest.fixture
def people(session: Session) -> Company:
    """Return the company of DOMAIN 3.7."""
    return company(session)
