"""The audit log: who did what, when. Services and pages add entries; nobody changes them.

Readers of the log may not see every customer, so an entry names rows by number and holds old and new of the fields
that its caller names, never whatever else stood in the row. What an entry says to a reader is ``audit_words``'s.
"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, select

from auth.actor import AnySession, get_actor
from auth.visibility import among, dialect_of
from models import AuditEntry, Customer, Employee
from models.audit_action import AuditAction
from models.enums import Visibility

#: Written for the actor's name where nobody acts: commands, seeds, jobs without a named person.
SYSTEM = "system"


def record(
    session: AnySession,
    action: AuditAction,
    row: Any,
    changes: Mapping[str, Any] | None = None,
    *,
    by: Employee | None = None,
) -> AuditEntry:
    """Add an entry about a row by the session's actor. The row needs its id; the caller's flush writes the entry.

    :param row: a mapped row, or a model for a deed on the whole table, such as an export
    :param changes: field name -> [old, new], or facts such as counts; moments and numbers become text
    :param by: who did it, where the session has no actor yet
    :raises ValueError: if the log has no words for the action
    """
    row_id = None if isinstance(row, type) else row.id
    entry = AuditEntry(**_columns(session, action, row, row_id, changes or {}, by=by))
    session.add(entry)
    return entry


def record_rows(
    session: AnySession, action: AuditAction, model: type[Any], changes: Mapping[int, Mapping[str, Any]]
) -> None:
    """Write an entry for each of many rows, by few statements.

    :param changes: row id -> changes as in :func:`record`
    """
    if changes:
        rows = [_columns(session, action, model, row_id, noted) for row_id, noted in changes.items()]
        session.execute(insert(AuditEntry), rows)


def record_own_password(session: AnySession, employee: Employee, is_by_link: bool) -> None:  # noqa: FBT001 -- a callback
    """Note that somebody chose a password for themselves: by a one-time link, or knowing the present one."""
    action = AuditAction.USE_LINK if is_by_link else AuditAction.CHOOSE_PASSWORD
    record(session, action, employee, by=employee)


def record_openings(session: AnySession, opened: Mapping[int, Mapping[str, Any]]) -> None:
    """Note which private customers a company admin opened (管理员查看私密客户); nothing for others, nor of public ones.

    :param opened: customer id -> facts: empty for the own pages of a private customer, else the record that a customer
        was seen through, private or not
    """
    actor = get_actor(session)
    if not opened or actor is None or not actor.is_company_admin or not actor.private_customer_enabled:
        return
    through = [row_id for row_id, facts in opened.items() if facts]
    found = {row_id for row_id, facts in opened.items() if not facts}
    if through:
        private = select(Customer.id).where(Customer.visibility == Visibility.PRIVATE)
        found.update(session.scalars(private.where(among(Customer.id, through, dialect_of(session)))))
    record_rows(session, AuditAction.OPEN_PRIVATE, Customer, {row_id: opened[row_id] for row_id in sorted(found)})


def _columns(
    session: AnySession,
    action: AuditAction,
    row: Any,
    row_id: int | None,
    changes: Mapping[str, Any],
    *,
    by: Employee | None = None,
) -> dict[str, Any]:
    """Return the columns of an entry; row tells the table."""
    actor = get_actor(session) or by
    return {
        "actor_id": actor.id if actor is not None else None,
        "actor_name": f"{actor.name} ({actor.login})" if actor is not None else SYSTEM,
        "action": AuditAction(action).value,
        "table_name": row.__tablename__,
        "row_id": row_id,
        "changes": {name: _plain(value) for name, value in changes.items()},
    }


def _plain(value: Any) -> Any:
    """Return a value as JSON holds it."""
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in (sorted(value) if isinstance(value, set | frozenset) else value)]
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
