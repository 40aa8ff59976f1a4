"""How entries of the audit log come into being, and that nobody changes them afterwards."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy import Engine, delete, select, update
from sqlalchemy.orm import Session

from models import AuditEntry, Customer, Employee
from models.audit_action import AUDIT_ACTION_LABELS, AuditAction
from models.audit_entry import AuditEntryFixedError
from services import audit
from tests import factories
from tests.conftest import acting_in, counted


def test_record_names_the_actor_as_written_then(engine: Engine, bare_session: Session) -> None:
    amy = factories.make_employee(bare_session, "amy", name="陈爱米", role="company_admin")

    with acting_in(engine, amy.id) as own:
        entry = audit.record(own, AuditAction.CREATE, amy, {"rate": [Decimal("0.5"), None], "ids": {2, 1}})
        own.commit()

    assert (entry.actor_id, entry.actor_name) == (amy.id, "陈爱米 (amy)")
    assert (entry.action, entry.table_name, entry.row_id) == ("create", "employee", amy.id)
    assert entry.changes == {"rate": ["0.5", None], "ids": [1, 2]}


def test_record_without_actor_is_the_system(bare_session: Session) -> None:
    entry = audit.record(bare_session, AuditAction.EXPORT, Customer, {"at": datetime(2026, 1, 2, tzinfo=UTC)})
    bare_session.flush()

    assert (entry.actor_id, entry.actor_name, entry.row_id) == (None, "system", None)
    assert entry.changes == {"at": "2026-01-02T00:00:00+00:00"}


def test_record_names_who_did_it_before_anybody_acts(bare_session: Session) -> None:
    amy = factories.make_employee(bare_session, "amy")

    entry = audit.record(bare_session, AuditAction.USE_LINK, amy, by=amy)

    assert (entry.actor_id, entry.actor_name) == (amy.id, "amy (amy)")


def test_record_knows_no_action_without_words(bare_session: Session) -> None:
    with pytest.raises(ValueError, match="'dance' is not a valid AuditAction"):
        audit.record(bare_session, "dance", Customer)  # type: ignore[arg-type]


def test_actions_have_words_in_both_languages_and_fit_the_column() -> None:
    assert set(AUDIT_ACTION_LABELS) == set(AuditAction)
    for words in (lambda label: label.en, lambda label: label.zh):
        texts = [words(label) for label in AUDIT_ACTION_LABELS.values()]
        assert all(texts)
        assert len(set(texts)) == len(texts)
    assert max(len(action) for action in AuditAction) <= 40


def test_many_rows_take_few_statements(engine: Engine, bare_session: Session) -> None:
    with counted(engine) as sent:
        audit.record_rows(
            bare_session, AuditAction.IMPORT_CHANGE, Customer, {number: {"owner": [None, "x"]} for number in range(500)}
        )

    assert len(sent) <= 2
    rows = bare_session.execute(select(AuditEntry.row_id, AuditEntry.changes).order_by(AuditEntry.row_id)).all()
    assert [row.row_id for row in rows] == list(range(500))
    assert {str(row.changes) for row in rows} == {"{'owner': [None, 'x']}"}


@pytest.mark.parametrize(
    ("login", "is_on", "expected"),
    [("admin", True, ["c1", "c4"]), ("admin", False, []), ("a1", True, []), ("boss", True, []), ("va", True, [])],
)
def test_openings_are_noted_for_admins_and_private_customers_alone(
    engine: Engine, bare_session: Session, *, login: str, is_on: bool, expected: list[str]
) -> None:
    company = factories.company(bare_session)
    factories.switch_private(bare_session, is_on)

    with acting_in(engine, company[login].id) as own:
        through = {"record": {"table": "visit", "id": 1}}
        audit.record_openings(own, {company.c1.id: {}, company.c2.id: through, company.c4.id: through})
        own.commit()

    entries = bare_session.execute(select(AuditEntry.action, AuditEntry.row_id, AuditEntry.actor_name)).all()
    assert [tuple(entry) for entry in entries] == [
        ("open_private_customer", company[name].id, "admin (admin)") for name in expected
    ]


def _by_flush(session: Session) -> None:
    session.scalars(select(AuditEntry)).one().actor_name = "somebody else"
    session.flush()


def _by_deletion(session: Session) -> None:
    session.delete(session.scalars(select(AuditEntry)).one())
    session.flush()


CHANGES: dict[str, Callable[[Session], object]] = {
    "flush": _by_flush,
    "deletion": _by_deletion,
    "bulk update": lambda session: session.execute(update(AuditEntry).values(action="create")),
    "bulk update by key": lambda session: session.execute(update(AuditEntry), [{"id": 1, "action": "create"}]),
    "bulk deletion": lambda session: session.execute(delete(AuditEntry)),
    "core update": lambda session: session.execute(AuditEntry.__table__.update().values(action="create")),
    "core deletion": lambda session: session.connection().execute(AuditEntry.__table__.delete()),
}


@pytest.mark.parametrize("change", CHANGES)
def test_entries_are_neither_changed_nor_deleted(bare_session: Session, change: str) -> None:
    audit.record(bare_session, AuditAction.EXPORT, Customer, {"rows": 1})
    bare_session.commit()

    with pytest.raises(AuditEntryFixedError):
        CHANGES[change](bare_session)

    bare_session.rollback()
    entry = bare_session.scalars(select(AuditEntry).execution_options(populate_existing=True)).one()
    assert (entry.id, entry.action, entry.actor_name, entry.changes) == (1, "export", "system", {"rows": 1})


def test_entries_stay_when_their_person_goes(bare_session: Session) -> None:
    amy = factories.make_employee(bare_session, "amy")
    audit.record(bare_session, AuditAction.USE_LINK, amy, by=amy)
    bare_session.commit()

    bare_session.execute(delete(Employee).where(Employee.id == amy.id))
    bare_session.commit()

    entry = bare_session.scalars(select(AuditEntry).execution_options(populate_existing=True)).one()
    assert (entry.actor_id, entry.actor_name, entry.row_id) == (None, "amy (amy)", amy.id)
