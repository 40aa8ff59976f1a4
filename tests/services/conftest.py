"""Fixtures for services: the company of the specification, and somebody who shapes its dictionaries."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from models import ChannelType
from tests import factories
from tests.conftest import acting_in
from tests.factories import Company


@pytest.fixture
def company(bare_session: Session) -> Company:
    """Return the company of DOMAIN 3.7."""
    return factories.company(bare_session)


@pytest.fixture
def cfg(engine: Engine, company: Company) -> Iterator[Session]:
    """Yield the session of somebody who shapes dictionaries and sees no customer."""
    with acting_in(engine, company.cfg.id) as session:
        session.rollback()  # so that rows can still be made
        yield session


@pytest.fixture
def names(bare_session: Session) -> dict[str, Any]:
    """Store five channel types with a customer each; return them by name."""
    rows = {name: factories.save(bare_session, ChannelType(name=name, colour="red")) for name in "ABCDE"}
    for row in rows.values():
        factories.make_customer(bare_session, f"of {row.name}", channel_type_id=row.id)
    return rows
