"""What hangs on customers: contacts, follow-ups, visits. New rows only, on customers that the actor may edit."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from models import Contact
from models.names import name_key
from services.customers import rights
from services.exchange.context import Context, Hooks
from services.exchange.instances import batches
from services.exchange.results import Row

#: Field of the person who wrote the row, by table.
_WRITERS: Mapping[str, str] = {"follow_up": "author", "visit": "user"}


def _prepare(context: Context, rows: list[Row]) -> None:
    """Name the writer where the file does not, and find contacts by name among those of the customer."""
    field = _WRITERS.get(context.resource.endpoint)
    if field is not None and context.actor is not None:
        for row in rows:
            row.values.setdefault(field, context.actor.id)
    if "contact" in context.present:
        _find_contacts(context, rows)


def _find_contacts(context: Context, rows: list[Row]) -> None:
    named = [row for row in rows if row.values.get("contact") and row.values.get("customer")]
    found: dict[tuple[int, str], int] = {}
    for batch in batches({row.values["customer"] for row in named}):
        statement = select(Contact.id, Contact.customer_id, Contact.name_key).where(Contact.customer_id.in_(batch))
        for contact_id, customer_id, key in context.every.execute(statement.order_by(Contact.id.desc())):
            found[customer_id, key] = contact_id
    for row in rows:
        text = row.values.get("contact")
        if not text:
            continue
        contact_id = found.get((row.values.get("customer") or 0, name_key(text)))
        if contact_id is None:
            row.refuse("contact", "unknown", value=text)
        else:
            row.values["contact"] = contact_id


def _check(context: Context, rows: list[Row]) -> None:
    """Refuse customers that the actor may only read, and a second primary contact."""
    if "is_primary" in context.present:
        _check_primary(context, rows)
    if context.actor is None:
        return
    ids = {row.values["customer"] for row in rows if row.values.get("customer")}
    editable = set(rights.editable_customer_ids(context.session, list(ids)))
    for row in rows:
        customer_id = row.values.get("customer")
        if customer_id is not None and customer_id not in editable:
            row.refuse("customer", "not_editable")


def _check_primary(context: Context, rows: list[Row]) -> None:
    """A customer has one primary contact, stored or in the file."""
    marked = [row for row in rows if row.values.get("is_primary") and row.values.get("customer")]
    taken: set[int] = set()
    for batch in batches({row.values["customer"] for row in marked}):
        statement = select(Contact.customer_id).where(Contact.customer_id.in_(batch), Contact.is_primary.is_(True))
        taken.update(context.every.scalars(statement))
    for row in marked:
        if row.values["customer"] in taken:
            row.refuse("is_primary", "second_primary")
        taken.add(row.values["customer"])


def _columns(context: Context, row: Row) -> Mapping[str, Any]:
    """Fill what the preparation found."""
    columns: dict[str, Any] = {}
    field = _WRITERS.get(context.resource.endpoint)
    if field is not None and row.values.get(field) is not None:
        columns[f"{field}_id"] = row.values[field]
    if row.values.get("contact") is not None:
        columns["contact_id"] = row.values["contact"]
    return columns


HOOKS = Hooks(deferred=frozenset({"contact"}), prepare=_prepare, check=_check, columns=_columns)
