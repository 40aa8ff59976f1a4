"""The audit log: who did what, when. Services and pages add entries; nobody changes them.

Readers of the log may not see every customer, so an entry names rows by number and holds old and new of the fields
that its caller names, never whatever else stood in the row.
"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from auth.actor import ACTOR_KEY, AnySession, get_actor
from models import AuditEntry
from models.base import reading_only

#: Written for the actor's name where nobody acts: commands, seeds, jobs without a named person.
SYSTEM = "system"
OPEN_PRIVATE = "open_private_customer"


def record(session: AnySession, action: str, row: Any, changes: Mapping[str, Any] | None = None) -> AuditEntry:
    """Add an entry about a row by the session's actor. The row needs its id; the caller's flush writes the entry.

    :param action: a word such as ``transfer``, at most 40 signs
    :param row: a mapped row, or a model for a deed on the whole table, such as an export
    :param changes: field name -> [old, new], or facts such as counts; moments and numbers become text
    """
    actor = get_actor(session)
    entry = AuditEntry(
        actor_id=actor.id if actor is not None else None,
        actor_name=f"{actor.name} ({actor.login})" if actor is not None else SYSTEM,
        action=action,
        table_name=row.__tablename__,
        row_id=None if isinstance(row, type) else row.id,
        changes={name: _plain(value) for name, value in (changes or {}).items()},
    )
    session.add(entry)
    return entry


def record_opening(session: AnySession, customer: Any) -> None:
    """Note that a company admin opens a private customer (管理员查看私密客户); nothing for anybody else.

    While the work at hand only reads, the session must not write, so the entry is committed at once in a short
    transaction of its own; otherwise it goes with the caller's.
    """
    actor = get_actor(session)
    is_private = customer.visibility == "private"
    if actor is None or not actor.is_company_admin or not actor.private_customer_enabled or not is_private:
        return
    if not reading_only.get():
        record(session, OPEN_PRIVATE, customer)
        session.flush()
        return
    token = reading_only.set(False)
    try:
        with Session(session.get_bind().engine, info={ACTOR_KEY: actor}) as own, own.begin():
            record(own, OPEN_PRIVATE, customer)
    finally:
        reading_only.reset(token)


def _plain(value: Any) -> Any:
    """Return a value as JSON holds it."""
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in (sorted(value) if isinstance(value, set | frozenset) else value)]
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
