"""Adding values to flat lists, and writing single ones as a form or a cell gives them."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from auth.actor import AnySession
from models.audit_action import AuditAction
from models.names import InvalidNameError
from services import audit
from services.dictionaries.errors import NamesRefusedError
from services.dictionaries.undoing import note
from services.dictionaries.values import flush_or_stale, require_shaping
from services.dictionaries.writing import Written
from services.ordering import lock_order
from services.trees import DuplicateNameError

#: Names that are added at once.
MAX_NAMES = 500


def add_values(session: AnySession, model: Any, names: Sequence[str]) -> list[Any]:
    """Add values last to a flat list, in the order of their names; all or none. Flushes.

    :param names: blank ones are passed over
    :raises PermissionDeniedError: if the session's actor may not shape the dictionary
    :raises NamesRefusedError: if names cannot be used, are given twice or taken, or there are none, or too many
    """
    require_shaping(session, model)
    lock_order(session, model)
    wanted = [(place, name) for place, name in enumerate(names, start=1) if name.strip()]
    if not 0 < len(wanted) <= MAX_NAMES:
        raise NamesRefusedError({}, limit=MAX_NAMES)
    columns = _checked(session, model, wanted)
    values = [model(name=found["name"]) for found in columns]
    session.add_all(values)
    session.flush()
    for value in values:
        audit.record(session, AuditAction.CREATE, value, {"name": [None, value.name]})
    session.flush()
    return values


def save_value(session: AnySession, value: Any, fields: Mapping[str, Any]) -> Any:
    """Write the fields of a value or node, new or not, and note what the audit log wants. Flushes.

    :param fields: column attribute -> value
    :raises PermissionDeniedError: if the session's actor may not shape the dictionary
    :raises StaleVersionError: if the value was changed since it was read
    """
    model = type(value)
    require_shaping(session, model)
    lock_order(session, model)
    is_new = value.id is None
    before = {name: getattr(value, name) for name in fields}
    old_level = _price_level(value)
    for name, field in fields.items():
        setattr(value, name, field)
    session.add(value)
    flush_or_stale(session)
    if is_new:
        audit.record(session, AuditAction.CREATE, value, {"name": [None, value.name]})
    else:
        _note_changes(session, value, before, old_level)
    session.flush()
    return value


def _checked(session: AnySession, model: Any, wanted: Sequence[tuple[int, str]]) -> list[dict[str, str]]:
    """Return the name columns of each name.

    :raises NamesRefusedError: naming each line that cannot be, and why
    """
    faults: dict[int, Exception] = {}
    columns: dict[int, dict[str, str]] = {}
    for place, name in wanted:
        try:
            columns[place] = model.name_columns(name)
        except InvalidNameError as error:
            faults[place] = error
    keys = [found["name_key"] for found in columns.values()]
    taken = set(session.scalars(select(model.name_key).where(model.name_key.in_(keys))))
    for place, found in columns.items():
        if found["name_key"] in taken:
            faults[place] = DuplicateNameError(found["name"])
        taken.add(found["name_key"])
    if faults:
        raise NamesRefusedError(faults)
    return list(columns.values())


def _note_changes(session: AnySession, value: Any, before: Mapping[str, Any], old_level: str | None) -> None:
    """Note another name, price level, and whether it is offered; the last can be undone as the deed of its own."""
    if "name" in before and before["name"] != value.name:
        audit.record(session, AuditAction.RENAME, value, {"name": [before["name"], value.name]})
    if "price_level_id" in before and before["price_level_id"] != value.price_level_id:
        session.expire(value, ["price_level"])
        changes = {"price_level": [old_level, _price_level(value)]}
        audit.record(session, AuditAction.CHANGE_PRICE_LEVEL, value, changes)
    was_active = before.get("is_active", value.is_active)
    if was_active != value.is_active:
        action = AuditAction.ACTIVATE if value.is_active else AuditAction.DEACTIVATE
        written = Written(value.__tablename__, "is_active", [value.id], was_active, value.is_active)
        note(session, action, value, {"name": value.name}, written=[written])


def _price_level(value: Any) -> str | None:
    level = getattr(value, "price_level", None)
    return None if level is None else str(level)
