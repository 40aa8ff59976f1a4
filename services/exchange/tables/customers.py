"""Customers: who may write which, owner and co-followers, the private mark, one primary contact (DOMAIN 3.5, 6)."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select

from auth.actor import is_private_customer_enabled
from auth.visibility import dialect_of, full_customers, notice_customers
from models import Customer, CustomerFollower, Employee
from models.enums import Visibility
from services.customers import is_serial, next_customer_codes, rights
from services.exchange.context import Context, Hooks
from services.exchange.errors import CellError
from services.exchange.instances import KeyLookup, batches
from services.exchange.results import Action, Mode, Row
from services.exchange.tables.customer_parts import more_of, note_contacts, write_contacts, write_followers
from services.exchange.tables.noting import CUSTOMER_COLUMNS, note_customers

_LATITUDE, _LONGITUDE = 90, 180


def _prepare(context: Context, rows: list[Row]) -> None:
    """Read co-followers and positions; refuse the private mark where the company does not use it."""
    _read_co_followers(context, rows)
    switch = is_private_customer_enabled(context.every)
    for row in rows:
        if "visibility" in row.values and not switch:
            row.refuse("visibility", "switch_off")
        for name, limit in (("lat", _LATITUDE), ("lng", _LONGITUDE)):
            value = row.values.get(name)
            if value is not None and abs(value) > limit:
                row.refuse(name, "out_of_range", value=str(value), low=-limit, high=limit)


def _read_co_followers(context: Context, rows: list[Row]) -> None:
    texts = {row.number: _logins(row.values.get("co_followers")) for row in rows if row.values.get("co_followers")}
    lookup = KeyLookup(context.every, Employee)
    lookup.prepare(login for logins in texts.values() for login in logins)
    context.lookups["co_followers"] = lookup
    for row in rows:
        if row.number not in texts:
            continue
        found = []
        for login in texts[row.number]:
            try:
                found.append(lookup.find(login))
                context.texts["co_followers", found[-1]] = login
            except CellError as error:
                row.refuse("co_followers", error.code, **error.data)
        row.values["co_followers"] = list(dict.fromkeys(found))


def _logins(text: str | None) -> list[str]:
    parts = (text or "").replace("；", ";").split(";")
    return [part.strip() for part in parts if part.strip()]


def _refusals(context: Context, ids: Iterable[int]) -> Mapping[int, tuple[str, dict[str, Any]]]:
    """Refuse customers that the actor does not see or may not edit; of a hidden one only that its key is taken."""
    actor, known = context.actor, list(ids)
    if actor is None or not known:
        return {}
    dialect = dialect_of(context.every)
    columns = (
        Customer.id,
        full_customers(actor, dialect, Customer).label("full"),
        notice_customers(actor, dialect, Customer).label("notice"),
        Employee.name.label("owner"),
    )
    found: dict[int, tuple[str, dict[str, Any]]] = {}
    editable = set(rights.editable_customer_ids(context.session, known)) if context.mode is Mode.UPDATE else set(known)
    for batch in batches(known):
        statement = select(*columns).outerjoin(Employee, Employee.id == Customer.owner_id).where(Customer.id.in_(batch))
        for row in context.every.execute(statement):
            if not row.full:
                found[row.id] = ("exists_owned", {"owner": row.owner}) if row.notice and row.owner else ("exists", {})
            elif row.id not in editable:
                found[row.id] = ("not_editable", {})
    return found


def _check(context: Context, rows: list[Row]) -> None:
    stored = context.kept["stored"] = _stored(context, rows)
    allowed = _allowed(context, stored)
    for row in rows:
        if row.action is Action.SKIP:
            continue
        before = stored.get(row.id or 0)
        if row.action is Action.INSERT:
            _check_new_owner(context, row)
        elif before is not None:
            _check_owner_change(context, row)
            _note_followers(context, row, before, may_change=row.id in allowed[rights.Deed.CHANGE_FOLLOWERS])
            is_allowed = row.id in allowed[rights.visibility_deed(before["visibility"])]
            if "visibility" in row.changes and not is_allowed:
                row.refuse("visibility", "not_visibility")
        _check_followers_active(context, row, before)
        _check_whole(context, row, before)
    note_contacts(context, rows)
    _note_codes(context, rows)


def _stored(context: Context, rows: list[Row]) -> dict[int, Any]:
    """Return id -> what checks and audit log need of stored customers: what is noted, co-followers."""
    ids = [row.id for row in rows if row.action is Action.UPDATE and row.id is not None]
    found: dict[int, dict[str, Any]] = {}
    columns = [Customer.id, *(getattr(Customer, column) for column in CUSTOMER_COLUMNS)]
    for batch in batches(ids):
        for values in context.every.execute(select(*columns).where(Customer.id.in_(batch))).mappings():
            found[values["id"]] = {**values, "co_followers": []}
        followers = select(CustomerFollower.customer_id, CustomerFollower.employee_id).order_by(CustomerFollower.id)
        for customer_id, employee_id in context.every.execute(followers.where(CustomerFollower.customer_id.in_(batch))):
            found[customer_id]["co_followers"].append(employee_id)
    return found


def _allowed(context: Context, stored: Mapping[int, Any]) -> dict[rights.Deed, set[int]]:
    """Return which of the customers the actor may do what with; the operator may everything."""
    deeds = (rights.Deed.CHANGE_FOLLOWERS, rights.Deed.SET_VISIBILITY, rights.Deed.CLEAR_PRIVATE)
    if context.actor is None:
        return {deed: set(stored) for deed in deeds}
    return {deed: rights.allowed_ids(context.session, deed, stored) for deed in deeds}


def _check_new_owner(context: Context, row: Row) -> None:
    """Fill in a blank owner: the actor, without one the pool; refuse that a person names somebody else."""
    actor = context.actor
    if row.values.get("owner") is None:
        is_pool = actor is None or (actor.is_company_admin and "owner" in row.values)
        row.values["owner"] = None if is_pool or actor is None else actor.id
    elif not context.is_unbound and actor is not None and row.values["owner"] != actor.id:
        row.refuse("owner", "not_owner")


def _check_owner_change(context: Context, row: Row) -> None:
    if "owner_id" in row.changes and not context.is_unbound:
        row.refuse("owner", "not_owner")


def _note_followers(context: Context, row: Row, before: Mapping[str, Any], *, may_change: bool) -> None:
    """Note changed co-followers; owner and admins alone may change them."""
    owner = row.changes.get("owner_id", before["owner_id"])
    wanted = row.values["co_followers"] or [] if "co_followers" in row.values else before["co_followers"]
    wanted = [employee_id for employee_id in wanted if employee_id != owner]
    if set(wanted) == set(before["co_followers"]):
        return
    if not may_change:
        row.refuse("co_followers", "not_followers")
    context.kept.setdefault("followers", {})[row.number] = (before["co_followers"], wanted)
    row.has_more = True


def _check_followers_active(context: Context, row: Row, before: Mapping[str, Any] | None) -> None:
    inactive = context.lookups["co_followers"].inactive
    present = before["co_followers"] if before is not None else ()
    for employee_id in row.values.get("co_followers") or ():
        if employee_id in inactive and employee_id not in present:
            row.refuse("co_followers", "inactive", value=context.texts["co_followers", employee_id])


def _check_whole(context: Context, row: Row, before: Mapping[str, Any] | None) -> None:
    """Check what several fields must be together, stored values filling the gaps."""

    def after(name: str, key: str) -> Any:
        if name in row.values:
            return row.values[name]
        return before[key] if before is not None else None

    if (after("lat", "lat") is None) != (after("lng", "lng") is None):
        row.refuse("lat", "incomplete_position")
    if after("visibility", "visibility") == Visibility.PRIVATE.value and after("owner", "owner_id") is None:
        row.refuse("visibility", "private_needs_owner")


def _columns(context: Context, row: Row) -> Mapping[str, Any]:
    """Give a new customer its code and its owner's department."""
    owner_id = row.values.get("owner")
    columns: dict[str, Any] = {"owner_id": owner_id, "department_id": context.kept["departments"].get(owner_id)}
    if not row.values.get("code"):
        columns["code"] = next(context.kept["codes"])
    return columns


def _note_codes(context: Context, rows: list[Row]) -> None:
    """Keep the codes of rows apart from those that are given: they may stand further down in the file."""
    for row in rows:
        code = row.values.get("code")
        if not code:
            context.file.gives_codes = context.file.gives_codes or row.action is Action.INSERT
        elif row.action is Action.INSERT and is_serial(code):
            context.file.codes.add(code)


def _codes(context: Context, count: int) -> list[str]:
    """Return so many codes that neither a customer nor a row of the file has."""
    found: list[str] = []
    while len(found) < count:
        taken = next_customer_codes(context.every, count - len(found))
        found += [code for code in taken if code not in context.file.codes]
    return found


def _before_write(context: Context, rows: list[Row]) -> None:
    blank = sum(1 for row in rows if row.action is Action.INSERT and not row.values.get("code"))
    context.kept["codes"] = iter(_codes(context, blank))
    departments = context.every.execute(select(Employee.id, Employee.department_id))
    context.kept["departments"] = {row.id: row.department_id for row in departments}
    for row in rows:
        if "owner_id" in row.changes:
            row.changes["department_id"] = context.kept["departments"].get(row.changes["owner_id"])


def _after_write(context: Context, rows: list[Row]) -> None:
    followers: dict[int, Any] = context.kept.setdefault("followers", {})
    for row in rows:
        if row.action is Action.INSERT:
            wanted = [found for found in row.values.get("co_followers") or () if found != row.values.get("owner")]
            followers |= {row.number: ((), wanted)} if wanted else {}
    write_followers(context, rows)
    write_contacts(context, rows)
    note_customers(context, rows, stored=context.kept["stored"], followers=followers)


HOOKS = Hooks(
    judged=frozenset({"owner"}),
    prepare=_prepare,
    refusals=_refusals,
    check=_check,
    columns=_columns,
    more=more_of,
    before_write=_before_write,
    after_write=_after_write,
)
