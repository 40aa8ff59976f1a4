"""What the deeds of the audit log need beside people and customers, and what the log then holds."""

from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from models import AuditEntry, CompanySetting, Department, FollowUpProgress, PriceLevel
from tests.factories import Company, make_contact, make_customer, make_role, save


def equip(session: Session, company: Company) -> None:
    """Add to a company a retired customer, a price level, a department, a role that nobody holds, and its settings."""
    company["asleep"] = make_customer(session, "asleep", owner=company.a1, is_active=False)
    company["price"] = save(session, PriceLevel(name="Gold", discount=1))
    company["progress"] = save(session, FollowUpProgress(name="Trial"))
    company["contact"] = make_contact(session, company.c2, name="Wang", mobile="138")
    company["department"] = save(session, Department(name="Sales"))
    company["spare"] = make_role(session, "spare", ["view_audit"])
    company["setting"] = session.get_one(CompanySetting, 1)
    session.commit()


def entries(session: Session, company: Company) -> list[tuple[str, str, dict[str, Any], str]]:
    """Return (action, row, changes, actor) of all entries, oldest first.

    The row is its name in the company; the table of a row that came into being, or of a deed on the whole table.
    """
    session.rollback()
    named = {(row.__tablename__, inspect(row).identity[0]): name for name, row in company.items()}
    rows = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    found = [
        (row.action, named.get((row.table_name, row.row_id), row.table_name), row.changes, row.actor_name)
        for row in rows
    ]
    session.rollback()
    return found
