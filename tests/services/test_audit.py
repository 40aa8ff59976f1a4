"""What the audit log holds."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from auth.actor import load_actor, set_actor
from models import AuditEntry, Customer
from models.base import reading_only
from services import audit
from tests import factories
from tests.conftest import acting_in


def test_record_names_the_actor_as_written_then(engine: Engine, bare_session: Session) -> None:
    amy = factories.make_employee(bare_session, "amy", name="陈爱米", role="company_admin")

    with acting_in(engine, amy.id) as own:
        entry = audit.record(own, "test", amy, {"rate": [Decimal("0.5"), None], "ids": {2, 1}})
        own.commit()

    assert (entry.actor_id, entry.actor_name) == (amy.id, "陈爱米 (amy)")
    assert (entry.action, entry.table_name, entry.row_id) == ("test", "employee", amy.id)
    assert entry.changes == {"rate": ["0.5", None], "ids": [1, 2]}


def test_record_without_actor_is_the_system(bare_session: Session) -> None:
    entry = audit.record(bare_session, "export", Customer, {"at": datetime(2026, 1, 2, tzinfo=UTC)})
    bare_session.flush()

    assert (entry.actor_id, entry.actor_name, entry.row_id) == (None, "system", None)
    assert entry.changes == {"at": "2026-01-02T00:00:00+00:00"}


@pytest.mark.parametrize(
    ("login", "name", "is_on", "expected"),
    [
        ("admin", "c1", True, 1),
        ("admin", "c2", True, 0),
        ("admin", "c1", False, 0),
        ("a1", "c1", True, 0),
        ("boss", "c1", True, 0),
    ],
)
def test_opening_is_noted_for_an_admin_and_a_private_customer_alone(
    engine: Engine, bare_session: Session, *, login: str, name: str, is_on: bool, expected: int
) -> None:
    company = factories.company(bare_session)
    factories.switch_private(bare_session, is_on)
    token = reading_only.set(True)

    with acting_in(engine, company[login].id) as own:
        audit.record_opening(own, own.get_one(Customer, company[name].id))
        own.rollback()
    reading_only.reset(token)

    entries = bare_session.execute(select(AuditEntry.action, AuditEntry.row_id, AuditEntry.actor_name)).all()
    assert [tuple(entry) for entry in entries] == [
        ("open_private_customer", company[name].id, "admin (admin)")
    ] * expected


def test_opening_goes_with_the_callers_transaction_when_it_writes(engine: Engine, bare_session: Session) -> None:
    company = factories.company(bare_session)

    with acting_in(engine, company.admin.id) as own:
        audit.record_opening(own, own.get_one(Customer, company.c1.id))
        inside = own.scalar(select(func.count()).select_from(AuditEntry))
        own.rollback()

    assert (inside, bare_session.scalar(select(func.count()).select_from(AuditEntry))) == (1, 0)


def test_opening_leaves_the_session_reading(engine: Engine, bare_session: Session) -> None:
    company = factories.company(bare_session)
    token = reading_only.set(True)

    set_actor(bare_session, load_actor(bare_session, company.admin.id))
    audit.record_opening(bare_session, bare_session.get_one(Customer, company.c4.id))
    is_reading = reading_only.get()
    reading_only.reset(token)

    assert is_reading
