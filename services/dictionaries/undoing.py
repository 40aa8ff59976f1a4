"""Taking a deed on a value back: it is deleted no more, and every field that was written holds what it held before.

Refused, with the reason, where a field holds something else by now, or where the value has no place any more. What
people changed beside those fields since then is left alone.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import exists, insert, inspect, select, update

from auth.actor import AnySession
from models import AuditEntry, UndoEntry
from models.audit_action import AuditAction
from models.mixins import TreeMixin
from models.types import utc_now
from services import audit
from services.dictionaries.errors import UndoRefusedError
from services.dictionaries.values import require_shaping
from services.dictionaries.writing import Written, write_back
from services.ordering import UnknownRowError, forget_order, lock_order, next_sort_order, renumber, siblings
from services.tree_queries import ancestor_ids, height_of
from services.trees import DuplicateCodeError, DuplicateNameError, TreeCycleError, TreeDepthError


def note(
    session: AnySession,
    action: AuditAction,
    value: Any,
    changes: Mapping[str, Any],
    *,
    written: list[Written],
    deleted: dict[str, Any] | None = None,
) -> int:
    """Write a deed into the audit log, and how it is undone beside it. Flushes.

    :param deleted: :func:`snapshot` of the value, if the deed deletes it
    :returns: the token of :func:`undo`
    """
    entry = audit.record(session, action, value, changes)
    session.flush()
    parts = [one.as_json() for one in written]
    table, name = value.__tablename__, value.name
    session.add(UndoEntry(audit_entry_id=entry.id, table_name=table, name=name, deleted=deleted, written=parts))
    session.flush()
    return entry.id


def snapshot(value: Any) -> dict[str, Any]:
    """Return the columns of a row as JSON holds them."""
    columns = {attribute.key: getattr(value, attribute.key) for attribute in inspect(type(value)).column_attrs}
    return {name: str(held) if isinstance(held, Decimal) else held for name, held in columns.items()}


def recent_deeds(session: AnySession, model: Any, *, limit: int) -> list[tuple[AuditEntry, bool]]:
    """Return the newest deeds on a dictionary that can be undone, or were: (its entry, whether it was undone)."""
    newest = (
        select(AuditEntry, UndoEntry.undone_at.is_not(None))
        .join(UndoEntry, UndoEntry.audit_entry_id == AuditEntry.id)
        .where(UndoEntry.table_name == model.__tablename__)
        .order_by(AuditEntry.id.desc())
        .limit(limit)
    )
    return [(entry, is_undone) for entry, is_undone in session.execute(newest)]


def undo(session: AnySession, model: Any, token: int) -> str:
    """Take a deed back, whoever did it. Flushes.

    :param token: what the deed returned
    :returns: the name of the value that it was about
    :raises PermissionDeniedError: if the session's actor may not shape the dictionary
    :raises UnknownRowError: if no deed on this dictionary has the token
    :raises UndoRefusedError: if it was undone already, or something it touched has changed since
    :raises DuplicateNameError, DuplicateCodeError: if the deleted value's name or code was given to another since
    :raises TreeCycleError, TreeDepthError: if the tree has changed so that the node fits nowhere
    """
    require_shaping(session, model)
    lock_order(session, model)
    entry = session.get(UndoEntry, token, populate_existing=True)
    if entry is None or entry.table_name != model.__tablename__:
        raise UnknownRowError(f"undo {token} of {model.__tablename__}")
    if entry.undone_at is not None:
        raise UndoRefusedError("done", entry.name)
    written = [Written(**part) for part in entry.written]
    if entry.deleted is not None:
        _restore(session, model, entry.deleted, children=_children_in(model, written))
    for one in reversed(written):
        write_back(session, one, deed=entry.name)
    if entry.deleted is not None and issubclass(model, TreeMixin):
        _close_gaps(session, model, written)
    entry.undone_at = utc_now()
    name, row_id = entry.name, entry.audit_entry.row_id
    session.flush()
    session.expire_all()
    _record(session, model, row_id, name=name, action=entry.audit_entry.action)
    return name


def _record(session: AnySession, model: Any, row_id: int | None, *, name: str, action: str) -> None:
    value = session.get(model, row_id)
    audit.record(session, AuditAction.UNDO, model if value is None else value, {"name": name, "undone": action})
    session.flush()


def _children_in(model: Any, written: list[Written]) -> list[int]:
    """Return the nodes that stood below the deleted one."""
    return [
        row_id for one in written if (one.table, one.column) == (model.__tablename__, "parent_id") for row_id in one.ids
    ]


def _restore(session: AnySession, model: Any, kept: dict[str, Any], *, children: list[int]) -> None:
    """Insert a deleted row again, with its number, at its place or as near as the list still goes."""
    values = {attribute.key: _typed(attribute, kept[attribute.key]) for attribute in inspect(model).column_attrs}
    _check_free(session, model, values)
    _check_targets(session, model, values)
    group = None
    if issubclass(model, TreeMixin):
        group = values["parent_id"]
        _check_place(session, model, values, children)
    place = min(values["sort_order"], next_sort_order(session, model, group))
    behind = update(model).where(model.sort_order >= place)
    if issubclass(model, TreeMixin):
        behind = behind.where(siblings(model, group))
    shifted = behind.values(sort_order=model.sort_order + 1).execution_options(synchronize_session=False)
    session.execute(shifted)
    session.execute(insert(model).values({**values, "sort_order": place, "version": values["version"] + 1}))
    forget_order(session, model)


def _typed(attribute: Any, held: Any) -> Any:
    is_number = attribute.columns[0].type.python_type is Decimal
    return Decimal(held) if is_number and held is not None else held


def _check_free(session: AnySession, model: Any, values: dict[str, Any]) -> None:
    """Refuse where number, name or code were given to another row."""
    same_name = model.name_key == values["name_key"]
    if issubclass(model, TreeMixin):
        same_name = same_name & siblings(model, values["parent_id"])
        if values["code"] is not None and session.scalar(select(exists().where(model.code == values["code"]))):
            raise DuplicateCodeError(values["code"])
    if session.scalar(select(exists().where(same_name))):
        raise DuplicateNameError(values["name"])
    if session.scalar(select(exists().where(model.id == values["id"]))):
        raise UndoRefusedError("taken", values["name"])


def _check_targets(session: AnySession, model: Any, values: dict[str, Any]) -> None:
    """Refuse where a row that the value pointed at, such as its price level or the node above, is gone."""
    for relation in inspect(model).relationships:
        column = next(iter(relation.local_columns))
        held = values.get(inspect(model).get_property_by_column(column).key)
        if relation.direction.name == "MANYTOONE" and held is not None:
            target = relation.mapper.class_
            if not session.scalar(select(exists().where(target.id == held))):
                raise UndoRefusedError("gone", values["name"], table=target.__tablename__)


def _check_place(session: AnySession, model: Any, values: dict[str, Any], children: list[int]) -> None:
    """Refuse where the node would stand below itself, or too deep: the one above may have been moved since."""
    above = ancestor_ids(session, model, values["parent_id"]) if values["parent_id"] is not None else []
    if set(above) & set(children):
        raise TreeCycleError(f"{model.__tablename__} {values['id']} would stand below itself")
    if len(above) + 1 + height_of(session, model, children) > model.max_depth:
        raise TreeDepthError(model.max_depth)


def _close_gaps(session: AnySession, model: Any, written: list[Written]) -> None:
    """Let the nodes that went back, and those that they stood among, stand without gaps."""
    for one in written:
        if (one.table, one.column) == (model.__tablename__, "parent_id"):
            for parent_id in (one.before, one.after):
                renumber(session, model, parent_id)
    forget_order(session, model, "parent_id", "parent", "version")
