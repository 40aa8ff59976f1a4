"""Import of tables whose rows stand side by side: which rows exist, what changes, and the writing."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select

from models.mixins import SortableMixin
from services.exchange.bulk import has_version, insert_rows, update_rows
from services.exchange.context import Context, Hooks
from services.exchange.equal_rows import is_same, match_equal
from services.exchange.errors import FileError
from services.exchange.fields import FileField
from services.exchange.instances import batches, find_compared, key_value
from services.exchange.results import Action, Mode, Row
from services.ordering import lock_order


def plan(context: Context, rows: list[Row], hooks: Hooks) -> None:
    """Decide what becomes of each row and note what speaks against it.

    :raises FileError: if existing rows are to be updated in a table that has no key
    """
    if not context.resource.keys and context.mode is Mode.UPDATE:
        raise FileError("mode", mode=context.mode.value)
    hooks.prepare(context, rows)
    _match_existing(context, rows, hooks)
    _check_required(context, rows)
    _note_changes(context, rows, hooks)
    _check_inactive(context, rows)
    hooks.check(context, rows)
    for row in rows:
        if row.action is Action.UPDATE and not row.changes and not row.has_more:
            row.action = Action.SKIP


def write(context: Context, rows: list[Row], hooks: Hooks) -> None:
    """Write the rows, all valid, by few statements."""
    hooks.before_write(context, rows)
    model, actor = context.resource.model, context.actor
    new = [row for row in rows if row.action is Action.INSERT]
    columns = [_insert_columns(context, row, hooks) for row in new]
    if issubclass(model, SortableMixin):
        _append(context, columns)
    numbers = [row.number for row in new]
    ids = insert_rows(context.every, model, columns, actor, journal=context.journal, numbers=numbers)
    for row, row_id in zip(new, ids, strict=True):
        row.id = row_id
    changed = {row.id: row for row in rows if row.id and row.action is Action.UPDATE}
    update_rows(
        context.every,
        model,
        {row_id: row.changes for row_id, row in changed.items()},
        actor,
        journal=context.journal,
        numbers={row_id: row.number for row_id, row in changed.items()},
    )
    hooks.after_write(context, rows)


def _match_existing(context: Context, rows: list[Row], hooks: Hooks) -> None:
    """Find the existing row of each line by its first given key; other keys must be free. Without keys all counts."""
    keys: dict[str, dict[int, str]] = {}
    found: dict[str, dict[str, int]] = {}
    if not context.resource.keys and context.mode is Mode.SKIP:
        match_equal(context, rows, _columns(context))
    for key in context.resource.keys:
        if key in context.present:
            compared = {row.number: key_value(key, row.values[key]) for row in rows if row.values.get(key)}
            keys[key] = compared
            _refuse_repeats(rows, key, compared, context.file.keys.setdefault(key, {}))
            found[key] = find_compared(context.every, context.resource.model, key, compared.values())
    for row in rows:
        given = next((key for key in keys if row.number in keys[key]), None)
        if given is not None:
            row.id = found[given].get(keys[given][row.number])
        if row.id is not None and given is not None:
            row.drop_defaults()
            _refuse_second(context, row, given)
    taken = {
        (number, key): found[key].get(value) for key, compared in keys.items() for number, value in compared.items()
    }
    _decide(context, rows, taken, hooks)


def _refuse_repeats(rows: list[Row], key: str, compared: Mapping[int, str], seen: dict[str, int]) -> None:
    """Refuse lines with a key that stands further up in the file already.

    :param compared: number -> the line's key as it is compared
    :param seen: the same key -> number of the first line that has it
    """
    for row in rows:
        value = compared.get(row.number)
        if value is not None:
            first = seen.setdefault(value, row.number)
            if first != row.number:
                row.refuse(key, "duplicate_in_file", other=first)


def _refuse_second(context: Context, row: Row, key: str) -> None:
    """Refuse to update by a second line a row that one further up means by another key."""
    if context.mode is Mode.UPDATE and row.id is not None:
        first = context.file.targets.setdefault(row.id, row.number)
        if first != row.number and not any(fault.code == "duplicate_in_file" for fault in row.faults):
            row.refuse(key, "duplicate_in_file", other=first)


def _decide(context: Context, rows: list[Row], taken: Mapping[tuple[int, str], int | None], hooks: Hooks) -> None:
    """Set the action of each row, and refuse keys that are taken by rows which the line does not mean.

    :param taken: number of the line, key -> id of the row that has it
    """
    refusals = hooks.refusals(context, {row_id for row_id in taken.values() if row_id is not None})
    for row in rows:
        given = [key for key in context.resource.keys if (row.number, key) in taken]
        for key in given:
            other = taken[row.number, key]
            is_meant = other is not None and other == row.id
            if other is None or (is_meant and key != given[0]):
                continue
            if other in refusals:
                code, data = refusals[other]
                row.refuse(key, code, value=row.values[key], **data)
            elif not is_meant or context.mode is Mode.INSERT:
                row.refuse(key, "exists", value=row.values[key])
        if row.id is not None:
            row.action = Action.UPDATE if context.mode is Mode.UPDATE else Action.SKIP


def _check_required(context: Context, rows: list[Row]) -> None:
    required = [field for field in context.resource.fields if field.is_required]
    names = set(context.resource.required_names())
    for row in rows:
        if row.action is Action.SKIP:
            continue
        for field in required:
            is_blank = row.values.get(field.name) is None
            is_asked = field.name in names if row.action is Action.INSERT else field.name in row.values
            if is_blank and is_asked and not any(fault.field == field.name for fault in row.faults):
                row.refuse(field.name, "required")


def _columns(context: Context) -> list[FileField]:
    return [field for field in context.resource.fields if field.key and field.name in context.present]


def _note_changes(context: Context, rows: list[Row], hooks: Hooks) -> None:
    """Compare the lines that update with what is stored; a line that changes nothing is skipped."""
    noted: dict[int, Mapping[Any, Any]] = context.kept.setdefault("read", {})
    updates = [row for row in rows if row.action is Action.UPDATE]
    model, fields = context.resource.model, _columns(context)
    stored_columns = [model.id, *(getattr(model, field.key) for field in fields)]
    if has_version(model):
        stored_columns.append(model.version)
    for batch in batches(updates):
        statement = select(*stored_columns).where(model.id.in_([row.id for row in batch]))
        stored = {values["id"]: values for values in context.every.execute(statement).mappings()}
        noted |= stored
        for row in batch:
            if row.id in stored:
                _compare(row, fields, stored[row.id], hooks)
                _note_version(context, row, stored[row.id])


def _compare(row: Row, fields: list[FileField], stored: Mapping[Any, Any], hooks: Hooks) -> None:
    given = (field for field in fields if field.name in row.values and field.name not in hooks.deferred)
    for field in given:
        value = row.values[field.name]
        if value is None and field.column is not None and not field.column.nullable:
            if not field.is_required:
                row.refuse(field.name, "required")
        elif not is_same(value, stored[field.key]):
            if field.meta.is_immutable and field.name not in hooks.judged:
                row.refuse(field.name, "immutable")
            row.changes[field.key] = value


def _note_version(context: Context, row: Row, stored: Mapping[Any, Any]) -> None:
    """Let the update say which version it read."""
    if has_version(context.resource.model):
        context.kept.setdefault("versions", {})[row.id] = stored["version"]
        if row.changes:
            row.changes["version"] = stored["version"]


def _check_inactive(context: Context, rows: list[Row]) -> None:
    """Refuse values that are no longer in use, unless the row has them already."""
    for field in _columns(context):
        lookup = context.lookups.get(field.name)
        if lookup is None or not lookup.inactive:
            continue
        for row in rows:
            value = row.values.get(field.name)
            is_written = row.action is Action.INSERT or field.key in row.changes
            if value in lookup.inactive and is_written:
                row.refuse(field.name, "inactive", value=context.texts[field.name, value])


def _insert_columns(context: Context, row: Row, hooks: Hooks) -> dict[str, Any]:
    columns = {
        field.key: row.values[field.name]
        for field in _columns(context)
        if field.name in row.values and field.name not in hooks.deferred and row.values[field.name] is not None
    }
    return columns | dict(hooks.columns(context, row))


def _append(context: Context, columns: list[dict[str, Any]]) -> None:
    """Put new rows behind the last, in the order of the file."""
    model = context.resource.model
    lock_order(context.every, model)
    last = context.every.scalar(select(func.max(model.sort_order))) or 0
    for place, values in enumerate(columns, start=last + 1):
        values["sort_order"] = place
