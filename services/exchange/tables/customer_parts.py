"""What lines of customers bring along beyond the customer: co-followers, and one primary contact."""

from typing import Any

from sqlalchemy import select

from models import Contact, CustomerFollower
from services.exchange.bulk import insert_rows, update_rows
from services.exchange.context import Context, More
from services.exchange.instances import batches
from services.exchange.results import Action, Row

_CONTACT_FIELDS = ("contact_name", "contact_role", "contact_mobile", "contact_birthday")


def note_contacts(context: Context, rows: list[Row]) -> None:
    """Note what the lines say of primary contacts."""
    touched = [
        row for row in rows if row.action is not Action.SKIP and any(name in row.values for name in _CONTACT_FIELDS)
    ]
    stored: dict[int, Any] = {}
    names = [name.removeprefix("contact_") for name in _CONTACT_FIELDS]
    columns = [Contact.id, Contact.customer_id, Contact.version, *(getattr(Contact, name) for name in names)]
    for batch in batches(row.id for row in touched if row.id is not None):
        statement = select(*columns).where(Contact.customer_id.in_(batch), Contact.is_primary.is_(True))
        stored.update({values["customer_id"]: values for values in context.every.execute(statement).mappings()})
    notes = context.kept.setdefault("contacts", {})
    for row in touched:
        given = {name.removeprefix("contact_"): row.values[name] for name in _CONTACT_FIELDS if name in row.values}
        before = stored.get(row.id or 0)
        if before is None and given.get("name") is None:
            if any(value is not None for value in given.values()):
                row.refuse("contact_name", "contact_without_name")
            continue
        if before is not None and "name" in given and given["name"] is None:
            row.refuse("contact_name", "required")
            continue
        changes = given if before is None else {name: value for name, value in given.items() if value != before[name]}
        if changes:
            notes[row.number] = (before, changes)
            row.has_more = True


def write_followers(context: Context, rows: list[Row]) -> None:
    """Write who follows from now on, and who no more."""
    actor_id = context.actor.id if context.actor is not None else None
    new: list[dict[str, Any]] = []
    numbers: list[int] = []
    for row in rows:
        before, wanted = context.kept["followers"].get(row.number, ((), ()))
        gone = set(before) - set(wanted)
        if gone:
            found = context.every.scalars(
                select(CustomerFollower).where(
                    CustomerFollower.customer_id == row.id, CustomerFollower.employee_id.in_(gone)
                )
            )
            for follower in found:
                _note_gone(context, row, follower)
                context.every.delete(follower)
        coming = [employee_id for employee_id in wanted if employee_id not in before]
        new += [{"customer_id": row.id, "employee_id": found_id, "added_by_id": actor_id} for found_id in coming]
        numbers += [row.number] * len(coming)
    context.every.flush()
    insert_rows(context.every, CustomerFollower, new, context.actor, journal=context.journal, numbers=numbers)


def _note_gone(context: Context, row: Row, follower: CustomerFollower) -> None:
    if context.journal is not None:
        names = ("customer_id", "employee_id", "added_by_id", "added_at")
        before = {name: getattr(follower, name) for name in names}
        context.journal.note(row.number, CustomerFollower, follower.id, before=before, after=None)


def write_contacts(context: Context, rows: list[Row]) -> None:
    """Write the primary contacts that were noted."""
    notes = context.kept["contacts"]
    new, changes = [], {}
    numbers, numbers_by_id = [], {}
    for row in rows:
        if row.number not in notes:
            continue
        before, values = notes[row.number]
        if before is None:
            new.append({**values, "customer_id": row.id, "is_primary": True})
            numbers.append(row.number)
        else:
            changes[before["id"]] = {**values, "version": before["version"]}
            numbers_by_id[before["id"]] = row.number
    insert_rows(context.every, Contact, new, context.actor, journal=context.journal, numbers=numbers)
    update_rows(context.every, Contact, changes, context.actor, journal=context.journal, numbers=numbers_by_id)


def more_of(context: Context, row: Row) -> More:
    """Tell what a line changes of co-followers and the primary contact."""
    changes: dict[str, tuple[Any, Any]] = {}
    read: tuple[Any, ...] = ()
    if row.number in context.kept.get("followers", {}):
        changes["co_followers"] = context.kept["followers"][row.number]
    if row.number in context.kept["contacts"]:
        before, values = context.kept["contacts"][row.number]
        read = (before["id"], before["version"]) if before is not None else ()
        changes |= {f"contact_{name}": (before[name] if before else None, value) for name, value in values.items()}
    return More(changes, read)
