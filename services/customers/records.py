"""Who may correct or delete a follow-up or a visit, and the note that this leaves on its customer.

To add one takes the right to edit the customer; to change what stands there takes more: it is somebody's account of
what was done. So its author may, while they may edit the customer; those above the author whose role lets leaders
write; and the company admin.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, false, or_, select, true

from auth.actor import Actor, AnySession, get_actor
from auth.errors import PermissionDeniedError
from auth.visibility import among, dialect_of
from models import Customer, Employee, FollowUp, Visit
from models.audit_action import AuditAction
from models.enums import Permission
from models.inspection import attributes_of
from models.scope import UNFILTERED_KEY
from services import audit
from services.company_days import company_time_zone
from services.customers.changes import KEPT_LENGTH, differences, held, kept_value
from services.customers.contacts import editable_customer
from services.customers.rights import Deed, allowed

#: Model -> column of the person whose account it is.
AUTHORS: Mapping[Any, Any] = {FollowUp: FollowUp.author_id, Visit: Visit.user_id}
_EDITED = {FollowUp: AuditAction.EDIT_FOLLOW_UP, Visit: AuditAction.EDIT_VISIT}
_DELETED = {FollowUp: AuditAction.DELETE_FOLLOW_UP, Visit: AuditAction.DELETE_VISIT}
#: Records asked about in one query.
_BATCH = 5_000
#: What an entry says anyway, or what says nothing to people.
_UNNOTED = frozenset({"customer_id", "author_id", "user_id", "created_by_id", "updated_by_id", "updated_at"})
#: Signs of a text that stand before the first that differs, where the change lies far behind its beginning.
_LEAD_LENGTH = 40

#: What a record holds, as the log keeps it: name of the attribute -> value.
Kept = dict[str, Any]


def may_write_for(actor: Actor, author_id: Any, dialect: str) -> ColumnElement[bool]:
    """Return the criterion for authors whose accounts the actor may write.

    :param author_id: column of the author's id
    """
    if actor.is_company_admin:
        return true()
    is_own: ColumnElement[bool] = author_id == actor.id
    leads_in_writing = actor.may(Permission.EDIT_TEAM_CUSTOMERS)
    return or_(is_own, among(author_id, actor.team, dialect)) if leads_in_writing else is_own


def correctable_ids(session: AnySession, model: Any, ids: Iterable[int]) -> set[int]:
    """Return those of the follow-ups or visits that the actor may correct and delete. One query for a page of them."""
    ordered, dialect, actor = sorted(set(ids)), dialect_of(session), get_actor(session)
    is_system = true() if UNFILTERED_KEY in session.info else false()
    is_theirs = may_write_for(actor, AUTHORS[model], dialect) if actor is not None else is_system
    found: set[int] = set()
    for start in range(0, len(ordered), _BATCH):
        named = among(model.id, ordered[start : start + _BATCH], dialect)
        query = select(model.id).join(Customer, Customer.id == model.customer_id)
        found.update(session.scalars(query.where(named, is_theirs, allowed(session, Deed.EDIT))))
    return found


def correctable_customer(session: AnySession, row: Any) -> Customer:
    """Return the customer of a follow-up or visit that the actor may correct and delete.

    :raises HiddenRowError, PrivateCustomerError: if the customer is not FULL for the actor
    :raises PermissionDeniedError: if the actor may only read the customer, or it is another person's account
    """
    customer = editable_customer(session, row.customer_id)
    with session.no_autoflush:
        if row.id not in correctable_ids(session, type(row), [row.id]):
            raise PermissionDeniedError(f"{row.__tablename__} {row.id} is another person's")
    return customer


def kept_of(session: AnySession, row: Any) -> Kept:
    """Return what a follow-up or visit holds now: texts in full; moments in the company's time, to the minute."""
    known = [one for one in attributes_of(type(row)).values() if one.key not in _UNNOTED]
    found, zone = dict(held(session, row, {one.key for one in known}, is_whole=True)), company_time_zone(session)
    for one in known:
        value = getattr(row, one.key)
        if isinstance(value, datetime):
            found[one.name] = value.astimezone(zone).strftime("%Y-%m-%d %H:%M")
        elif one.field.is_long:
            found[one.name] = value or None
    return found


def note_edit(session: AnySession, row: Any, customer: Customer, before: Kept) -> None:
    """Note what was changed of a follow-up or visit; nothing where nothing was. The caller flushes."""
    changes = _shortened(differences(before, kept_of(session, row), prefix=f"{row.__tablename__}."))
    if changes:
        audit.record(session, _EDITED[type(row)], customer, {row.__tablename__: _called(session, row)} | changes)


def note_deletion(session: AnySession, row: Any, customer: Customer) -> None:
    """Note a follow-up or visit that is about to be deleted, with all it says. The caller flushes."""
    changes = _shortened(differences(kept_of(session, row), {}, prefix=f"{row.__tablename__}."))
    audit.record(session, _DELETED[type(row)], customer, {row.__tablename__: _called(session, row)} | changes)


def note_file(session: AnySession, row: Any, customer: Customer, names: list[str | None]) -> None:
    """Note a file that came to a follow-up, or a file or photo that went.

    :param names: old and new name of the file; None where there is none
    """
    audit.record(session, _EDITED[type(row)], customer, {row.__tablename__: _called(session, row), "attachment": names})


def _shortened(changes: Mapping[str, list[Any]]) -> Kept:
    """Return changes whose long texts begin shortly before the first sign that differs."""
    return {name: _shortened_pair(pair) for name, pair in changes.items()}


def _shortened_pair(pair: list[Any]) -> list[Any]:
    old, new = pair
    if not isinstance(old, str) or not isinstance(new, str) or min(len(old), len(new)) < KEPT_LENGTH:
        return [kept_value(value) for value in pair]
    same = next((place for place, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), KEPT_LENGTH)
    start = max(0, same - _LEAD_LENGTH)
    return [kept_value(f"…{value[start:]}" if start else value) for value in pair]


def _called(session: AnySession, row: Any) -> str:
    """Return how an entry names a record: by its number and its author."""
    author_id = getattr(row, AUTHORS[type(row)].key)
    author = session.get(Employee, author_id) if author_id is not None else None
    return f"#{row.id} {author.name}" if author is not None else f"#{row.id}"
