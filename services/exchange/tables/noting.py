"""What an import leaves in the audit log row by row: what it changed of customers, who stands where in the company.

The import as a whole has an entry of its own (``services.exchange.import_log``).
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from auth.visibility import among, dialect_of
from models import Customer, CustomerFollower, Department, Employee, Role
from models.audit_action import AuditAction
from models.enums import Visibility
from models.inspection import attributes_of
from services import audit
from services.customers.changes import kept_value
from services.customers.editing import EDITABLE
from services.exchange.context import Context
from services.exchange.results import Action, Row

#: Column -> name of the change, model that the ids are of; without a model the value speaks for itself.
Columns = Mapping[str, tuple[str, Any]]
CUSTOMER_COLUMNS: Columns = {
    one.key: (one.name, one.target)
    for one in attributes_of(Customer).values()
    if one.key in EDITABLE - {"parent_customer_id", "is_active"} or one.key == "owner_id"
}
_WITH_FOLLOWERS: Columns = {**CUSTOMER_COLUMNS, "co_followers": ("co_followers", Employee)}
EMPLOYEE_COLUMNS: Columns = {
    "login": ("login", None),
    "name": ("name", None),
    "role_id": ("role", Role),
    "department_id": ("department", Department),
    "supervisor_id": ("supervisor", Employee),
}


def note_customers(
    context: Context,
    rows: Iterable[Row],
    *,
    stored: Mapping[int, Mapping[str, Any]],
    followers: Mapping[int, tuple[Iterable[int], Iterable[int]]],
) -> None:
    """Note new customers that are private or have co-followers, and what was changed of others.

    :param stored: customer id -> columns as they were before the import
    :param followers: number of the row -> ids of the co-followers before and after, where they change
    """
    noted: dict[AuditAction, dict[int, dict[str, Any]]] = {AuditAction.IMPORT_CREATE: {}, AuditAction.IMPORT_CHANGE: {}}
    for row in rows:
        changes: dict[str, Any] = {}
        if row.action is Action.UPDATE:
            changes = _changes(CUSTOMER_COLUMNS, stored[row.id or 0], row.changes)
        elif row.values.get("visibility") == Visibility.PRIVATE or followers.get(row.number):
            owned = {"owner_id": row.values.get("owner"), "visibility": row.values.get("visibility")}
            changes = _changes(CUSTOMER_COLUMNS, {}, owned)
        if row.number in followers:
            changes["co_followers"] = [sorted(ids) for ids in followers[row.number]]
        if changes:
            noted[_action(row)][row.id or 0] = changes
    _record(context.every, Customer, noted, _WITH_FOLLOWERS)


def note_employees(
    context: Context,
    rows: Iterable[Row],
    *,
    stored: Mapping[int, Mapping[str, Any]],
    written: Mapping[int, Mapping[str, Any]],
) -> None:
    """Note new employees, and changes of name, role, department and supervisor of others.

    :param stored: employee id -> columns as they were before the import; new employees are absent
    :param written: employee id -> columns as they are now
    """
    noted: dict[AuditAction, dict[int, dict[str, Any]]] = {AuditAction.IMPORT_CREATE: {}, AuditAction.IMPORT_CHANGE: {}}
    for row in rows:
        row_id = row.id or 0
        changes = _changes(EMPLOYEE_COLUMNS, stored.get(row_id, {}), written[row_id])
        if changes:
            noted[_action(row)][row_id] = changes
    _record(context.every, Employee, noted, EMPLOYEE_COLUMNS)


def note_undone(session: Session, model: Any, undos: Iterable[Any]) -> None:
    """Note what the undo of an import gives back of customers, and of people's places.

    :param undos: ``Undo`` of rows of any table
    """
    undos = list(undos)
    columns = {Customer: _WITH_FOLLOWERS, Employee: EMPLOYEE_COLUMNS}.get(model, {})
    noted: dict[int, dict[str, Any]] = {}
    gone: dict[int, dict[str, Any]] = {}
    for undo in undos:
        if undo.model is model and undo.is_added and model is Employee and undo.now is not None:
            gone[undo.row_id] = {"undone": AuditAction.IMPORT_CREATE.value}
        elif undo.model is model and undo.before is not None:
            changes = _changes(columns, undo.after or {}, undo.before)
            noted.setdefault(undo.row_id, {}).update(changes)
        elif undo.model is CustomerFollower and model is Customer:
            held = undo.before or undo.after
            pair = [[], [held["employee_id"]]] if undo.before is not None else [[held["employee_id"]], []]
            sides = noted.setdefault(held["customer_id"], {}).setdefault("co_followers", [[], []])
            noted[held["customer_id"]]["co_followers"] = [sides[0] + pair[0], sides[1] + pair[1]]
    deleted = {undo.row_id for undo in undos if undo.model is model and undo.is_added}
    wanted = {row_id: changes for row_id, changes in noted.items() if changes and row_id not in deleted}
    _record(session, model, {AuditAction.UNDO: wanted}, columns)
    audit.record_rows(session, AuditAction.DELETE, model, gone)


def _action(row: Row) -> AuditAction:
    return AuditAction.IMPORT_CHANGE if row.action is Action.UPDATE else AuditAction.IMPORT_CREATE


def _changes(columns: Columns, before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Return column -> [old, new] of those that differ."""
    pairs = {column: [before.get(column), after[column]] for column in columns if column in after}
    return {column: pair for column, pair in pairs.items() if pair[0] != pair[1]}


def _record(
    session: Session, model: Any, noted: Mapping[AuditAction, Mapping[int, Mapping[str, Any]]], columns: Columns
) -> None:
    """Write the entries, ids turned into names; one query for each table that they name."""
    names = _names(session, [changes for by_id in noted.values() for changes in by_id.values()], columns)
    for action, by_id in noted.items():
        entries = {row_id: _named(changes, columns, names) for row_id, changes in by_id.items()}
        audit.record_rows(session, action, model, entries)


def _named(
    changes: Mapping[str, Any], columns: Columns, names: Mapping[Any, Mapping[int, str]]
) -> dict[str, list[Any]]:
    def text(target: Any, value: Any) -> Any:
        if isinstance(value, list):
            return sorted(text(target, item) for item in value)
        return names[target].get(value, f"#{value}") if target is not None and value is not None else kept_value(value)

    return {columns[column][0]: [text(columns[column][1], side) for side in pair] for column, pair in changes.items()}


def _names(session: Session, noted: Iterable[Mapping[str, Any]], columns: Columns) -> dict[Any, dict[int, str]]:
    """Return model -> id -> text of all rows that changes name."""
    ids: dict[Any, set[int]] = {}
    for changes in noted:
        for column, pair in changes.items():
            target = columns[column][1]
            flat = [item for side in pair for item in (side if isinstance(side, list) else [side])]
            if target is not None:
                ids.setdefault(target, set()).update(item for item in flat if item is not None)
    dialect = dialect_of(session)
    return {
        target: {row.id: str(row) for row in session.scalars(select(target).where(among(target.id, wanted, dialect)))}
        for target, wanted in ids.items()
    }
