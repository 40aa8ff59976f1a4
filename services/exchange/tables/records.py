"""What hangs on customers: contacts, follow-ups, visits. New rows only, on customers that the actor may edit."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from models import Contact, Customer, CustomerFollower, Visit
from models.names import name_key
from models.types import utc_now
from services.customers import rights
from services.customers.touching import touch_customer
from services.exchange.context import Context, Hooks
from services.exchange.instances import batches
from services.exchange.results import Action, Row
from services.follow_ups import is_before
from services.visit_status import OVERDUE, TO_VISIT
from services.visits.states import VISITING, VisitState, duration_of, fault_of

#: Table -> field that says when, and the customer's column that keeps the newest.
_MOMENTS: Mapping[str, tuple[str, str]] = {
    "follow_up": ("created_at", "last_followed_at"),
    "visit": ("check_in_at", "last_visited_at"),
}
#: Table -> field of the person who wrote the row.
_WRITERS: Mapping[str, str] = {"follow_up": "author", "visit": "user"}
#: What a visit's state says beside its status.
_STATE_MOMENTS = VisitState._fields[1:]
#: Kept between the writing of the rows and what stands before and after it: the customers by id, and number of a row ->
#: the progress before it.
_CUSTOMERS, _BEFORE = "customers of records", "progress before records"


def _prepare(context: Context, rows: list[Row]) -> None:
    """Name the writer where the file does not, and find contacts by name among those of the customer."""
    field = _WRITERS.get(context.resource.endpoint)
    if field is not None and context.actor is not None:
        for row in rows:
            row.values.setdefault(field, context.actor.id)
    for row in rows:
        if row.values.get("status") == OVERDUE and row.values.get("planned_at") is not None:
            row.values["status"] = TO_VISIT  # its day says that it is late
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
        named_id = found.get((row.values.get("customer") or 0, name_key(text)))
        if named_id is None:
            row.refuse("contact", "unknown", value=text)
        else:
            row.values["contact"] = named_id
            context.texts["contact", named_id] = text


def _check(context: Context, rows: list[Row]) -> None:
    """Refuse customers that the actor may only read, what nobody can have done, and a second primary contact."""
    rows = [row for row in rows if row.action is not Action.SKIP]
    if "is_primary" in context.present:
        _check_primary(context, rows)
    if context.resource.endpoint == "visit":
        _check_visits(context, rows)
    if context.resource.endpoint == "follow_up":
        _check_next(rows)
    if context.actor is None:
        return
    ids = {row.values["customer"] for row in rows if row.values.get("customer")}
    editable = set(rights.editable_customer_ids(context.session, list(ids)))
    for row in rows:
        customer_id = row.values.get("customer")
        if customer_id is not None and customer_id not in editable:
            row.refuse("customer", "not_editable")
    if context.resource.endpoint == "visit":
        _check_visitors(context, [row for row in rows if row.values.get("customer") in editable])


def _check_visitors(context: Context, rows: list[Row]) -> None:
    """Refuse visitors who do not follow the customer. Whom one may name at all, the headers have decided."""
    told = "user" if "user" in context.present else "customer"
    following = _following(context, rows)
    for row in rows:
        visitor_id = row.values.get("user")
        if visitor_id is not None and (row.values["customer"], visitor_id) not in following:
            row.refuse(told, "not_follower")


def _following(context: Context, rows: list[Row]) -> set[tuple[int, int | None]]:
    """Return (customer id, employee id) of those who follow active customers that the rows name."""
    found: set[tuple[int, int | None]] = set()
    co_followers = select(CustomerFollower.customer_id, CustomerFollower.employee_id).join(
        Customer, Customer.id == CustomerFollower.customer_id
    )
    for batch in batches({row.values["customer"] for row in rows}):
        is_meant = Customer.id.in_(batch), Customer.is_active
        for query in (select(Customer.id, Customer.owner_id), co_followers):
            found.update((row[0], row[1]) for row in context.every.execute(query.where(*is_meant)))
    return found


def _check_next(rows: list[Row]) -> None:
    """Refuse a next follow-up that lies before the follow-up itself."""
    for row in rows:
        next_at = row.values.get("next_follow_at")
        if next_at is not None and is_before(next_at, row.values.get("created_at") or utc_now()):
            row.refuse("next_follow_at", "next_before")


def _check_primary(context: Context, rows: list[Row]) -> None:
    """Refuse a second primary contact of a customer, stored or in the file."""
    marked = [row for row in rows if row.values.get("is_primary") and row.values.get("customer")]
    taken = context.file.marked("is_primary")
    for batch in batches({row.values["customer"] for row in marked}):
        statement = select(Contact.customer_id).where(Contact.customer_id.in_(batch), Contact.is_primary.is_(True))
        taken.update(context.every.scalars(statement))
    for row in marked:
        if row.values["customer"] in taken:
            row.refuse("is_primary", "second_primary")
        taken.add(row.values["customer"])


def _check_visits(context: Context, rows: list[Row]) -> None:
    """Refuse impossible visits, and a second open visit of one person."""
    now = utc_now()
    open_visits = context.file.marked("status")
    open_visits.update(context.every.scalars(select(Visit.user_id).where(Visit.status == VISITING)))
    for row in rows:
        state = VisitState(row.values.get("status") or TO_VISIT, *(row.values.get(name) for name in _STATE_MOMENTS))
        fault = fault_of(state, now)
        if fault is not None and not any(known.field in VisitState._fields for known in row.faults):
            row.refuse(*fault)
        user_id = row.values.get("user")
        if row.values.get("status") == VISITING and user_id is not None:
            if user_id in open_visits:
                row.refuse("status", "open_visit")
            open_visits.add(user_id)


def _before_write(context: Context, rows: list[Row]) -> None:
    """Find the progress that each customer has before each of its records moves it; not before one of long ago."""
    if context.resource.endpoint not in _MOMENTS:
        return
    moment, touched = _MOMENTS[context.resource.endpoint]
    customers: dict[int, Customer] = {}
    for batch in batches({row.values["customer"] for row in rows}):
        found = context.every.scalars(select(Customer).where(Customer.id.in_(batch)))
        customers.update((customer.id, customer) for customer in found)
    progress = {id_: customer.progress_id for id_, customer in customers.items()}
    before: dict[int, int | None] = {}
    for row in _in_order(rows, moment):
        customer, after, at = (
            customers[row.values["customer"]],
            row.values.get("progress_after"),
            row.values.get(moment),
        )
        if after is None or _is_older(at, getattr(customer, touched)):
            continue
        before[row.number] = progress[customer.id] if progress[customer.id] != after else None
        progress[customer.id] = after
    context.kept |= {_CUSTOMERS: customers, _BEFORE: before}


def _in_order(rows: list[Row], moment: str) -> list[Row]:
    now = utc_now()
    return sorted(rows, key=lambda row: row.values.get(moment) or now)


def _is_older(at: datetime | None, last: datetime | None) -> bool:
    return at is not None and last is not None and at < last


def _after_write(context: Context, rows: list[Row]) -> None:
    """Leave on each customer what its newest record says: when it was, and the progress (DOMAIN 1: the last wins)."""
    if context.resource.endpoint not in _MOMENTS:
        return
    moment, touched = _MOMENTS[context.resource.endpoint]
    newest: dict[int, dict[str, Any]] = {}
    for row in _in_order(rows, moment):
        at = row.values.get(moment) or (utc_now() if moment == "created_at" else None)
        noted = newest.setdefault(row.values["customer"], {})
        noted["number"] = row.number
        if at is not None:
            noted["at"] = at
        if row.values.get("progress_after") is not None:
            noted["progress_id"] = row.values["progress_after"]
    customers = context.kept.pop(_CUSTOMERS)
    for customer_id, noted in newest.items():
        _touch(context, customers[customer_id], touched, noted)


def _touch(context: Context, customer: Customer, touched: str, noted: dict[str, Any]) -> None:
    at = noted.get("at")
    if _is_older(at, getattr(customer, touched)):
        return
    after = {touched: at} if at is not None else {}
    progress = {"progress_id": noted["progress_id"]} if "progress_id" in noted else {}
    if context.journal is not None and (after or progress):
        before = {name: getattr(customer, name) for name in (*after, *progress)}
        context.journal.note(noted["number"], Customer, customer.id, before=before, after={**after, **progress})
    touch_customer(context.every, customer, progress_id=noted.get("progress_id"), at=after or None)


def _columns(context: Context, row: Row) -> Mapping[str, Any]:
    """Fill what the preparation found."""
    columns: dict[str, Any] = {}
    field = _WRITERS.get(context.resource.endpoint)
    if field is not None and row.values.get(field) is not None:
        columns[f"{field}_id"] = row.values[field]
    if row.values.get("contact") is not None:
        columns["contact_id"] = row.values["contact"]
    if context.resource.endpoint in _MOMENTS:
        columns["progress_before_id"] = context.kept[_BEFORE].get(row.number)
    if context.resource.endpoint == "visit" and row.values.get("duration_s") is None:
        columns["duration_s"] = duration_of(row.values.get("check_in_at"), row.values.get("check_out_at"))
    return columns


def _refusals(context: Context, ids: Iterable[int]) -> Mapping[int, tuple[str, dict[str, Any]]]:
    """Refuse records of customers that the actor may not edit."""
    if context.actor is None:
        return {}
    model: Any = context.resource.model
    customers: dict[int, int] = {}
    for batch in batches(ids):
        customers.update(context.every.execute(select(model.id, model.customer_id).where(model.id.in_(batch))).all())
    editable = set(rights.editable_customer_ids(context.session, list(set(customers.values()))))
    return {row_id: ("not_editable", {}) for row_id, found in customers.items() if found not in editable}


HOOKS = Hooks(
    deferred=frozenset({"contact"}),
    prepare=_prepare,
    refusals=_refusals,
    check=_check,
    columns=_columns,
    before_write=_before_write,
    after_write=_after_write,
)
