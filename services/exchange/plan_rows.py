"""A checked row as the stored plan keeps it: what it changes, as texts, and the digest of all that it would write.

The texts are those of an export. A row with faults keeps the file's own texts, and nothing of the row that it means:
who imports need not see that.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from models import Employee
from models.mixins import TreeMixin
from models.names import name_key
from services.exchange.cells import ErrorCell, is_blank
from services.exchange.context import Context
from services.exchange.converters import as_text
from services.exchange.fields import FileField
from services.exchange.formats.writing import plain_text
from services.exchange.importer import Chunk
from services.exchange.instances import batches, is_guarded, shown_key
from services.exchange.results import Action, Row, RowFault
from services.exchange.row_reading import Columns, Line
from services.exchange.tree_plan_rows import tree_changes, tree_facts

#: Action of a row with faults.
ERROR = "error"
_Pair = list[str | None]


def planned_rows(chunk: Chunk, lines: Iterable[Line], columns: Columns) -> list[dict[str, Any]]:
    """Return the columns of ``ImportRow`` for checked lines, but the job's."""
    cells = dict(lines)
    texts = _texts_of(chunk)
    digests = digests_of(chunk)
    found: list[dict[str, Any]] = []
    for row in chunk.rows:
        if not row.is_valid:
            action, changes = ERROR, _file_texts(columns, cells[row.number])
        elif row.action is Action.SKIP:
            action, changes = row.action.value, {}
        else:
            action, changes = row.action.value, _changes(chunk.context, row, texts)
        found.append(
            {
                "number": row.number,
                "action": action,
                "target_id": row.id if row.is_valid else None,
                "changes": changes,
                "faults": [fault_json(fault) for fault in row.faults],
                "digest": digests.get(row.number),
            }
        )
    return found


def digests_of(chunk: Chunk) -> dict[int, str]:
    """Return number -> digest of what each valid row would write, and of the version that it read."""
    context = chunk.context
    facts: Callable[[Row], Any]
    texts = _texts_of(chunk) if context.added else _Texts(context)
    facts = tree_facts(context) if context.resource.is_tree else lambda row: _facts(context, row, texts)
    return {
        row.number: hashlib.blake2b(repr((row.action.value, row.id, facts(row))).encode(), digest_size=16).hexdigest()
        for row in chunk.valid_rows
    }


def fault_json(fault: RowFault) -> dict[str, Any]:
    """Return a fault as ``ImportRow.faults`` keeps it."""
    return {"field": fault.field, "code": fault.code, "data": fault.data}


def fault_of(number: int, kept: Mapping[str, Any]) -> RowFault:
    """Return the fault that is kept."""
    return RowFault(number, kept["field"], kept["code"], kept["data"])


def left_out_row(number: int) -> dict[str, Any]:
    """Return the columns of ``ImportRow`` for a line that was left out by choice."""
    return {"number": number, "action": "skip", "target_id": None, "changes": {}, "faults": [], "digest": None}


def _texts_of(chunk: Chunk) -> "_Texts":
    texts = _Texts(chunk.context)
    texts.prepare(chunk.valid_rows)
    return texts


def _facts(context: Context, row: Row, texts: "_Texts") -> Any:
    """Return what a row would write; of values that are to be added, which have no ids yet, their texts."""

    def fact(name: str, value: Any) -> Any:
        return ("text", name_key(texts.of(name, value))) if name in added and value is not None else value

    added, more = context.added, context.hooks.more(context, row)
    if row.action is Action.INSERT:
        return [(name, fact(name, row.values[name])) for name in sorted(row.values)], more.read
    keys = {field.key: field.name for field in context.resource.fields if field.name in added}
    changes = [(key, fact(keys.get(key, ""), row.changes[key])) for key in sorted(row.changes)]
    version = context.kept.get("versions", {}).get(row.id)
    return changes, version, sorted(more.changes.items()), more.read


def _file_texts(columns: Columns, cells: Sequence[Any]) -> dict[str, _Pair]:
    return {
        field.name: [None, str(cell) if isinstance(cell, ErrorCell) else as_text(cell)]
        for field, cell in zip(columns.fields, cells, strict=True)
        if field is not None and not is_blank(cell)
    }


def _changes(context: Context, row: Row, texts: "_Texts") -> dict[str, _Pair]:
    if context.resource.is_tree:
        return tree_changes(context, row)
    fields = texts.fields
    if row.action is Action.INSERT:
        given = {name: value for name, value in row.values.items() if value is not None and name in fields}
        return {name: [None, texts.of(name, value)] for name, value in given.items()}
    stored = context.kept["read"].get(row.id, {})
    found: dict[str, _Pair] = {}
    for name, field in fields.items():
        if field.key in row.changes:
            found[name] = [texts.of(name, stored[field.key]), texts.of(name, row.changes[field.key])]
    for name, pair in context.hooks.more(context, row).changes.items():
        found[name] = [texts.of(name, value) for value in pair]
    return found


class _Texts:
    """How an export writes the values of rows."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.fields: Mapping[str, FileField] = {field.name: field for field in context.resource.fields}

    def prepare(self, rows: Iterable[Row]) -> None:
        """Read how the rows are called that valid rows point at, or pointed at."""
        read = self._context.kept.get("read", {})
        wanted: dict[Any, set[int]] = {}
        for row in rows:
            stored = read.get(row.id, {})
            for name, value in row.values.items():
                field = self.fields.get(name)
                if field is not None and field.target is not None and field.name not in self._context.hooks.deferred:
                    ids = wanted.setdefault(field.target, set())
                    ids.update(item for item in (value, stored.get(field.key)) if item is not None and item > 0)
        for target, ids in wanted.items():
            self._read(target, ids)

    def of(self, name: str, value: Any) -> str:
        """Return a value of a field as text; blank for none."""
        field = self.fields[name]
        if value is None:
            return ""
        if name == "co_followers":
            return ";".join(self._logins(value))
        if field.target is not None and isinstance(value, int):
            known = self._context.file.texts.get(field.target, {}) if value > 0 else {}
            return known.get(value) or self._context.texts.get((name, value), "")
        if isinstance(value, datetime):
            value = value.astimezone(self._context.setting.zone).replace(tzinfo=None)
        return plain_text(value)

    def _read(self, target: Any, ids: set[int]) -> None:
        known = self._context.file.texts.setdefault(target, {})
        unknown = ids - known.keys()
        if issubclass(target, TreeMixin):
            tree = self._context.file.trees.get(target)
            if tree is not None:
                known.update({row_id: tree.path(row_id) for row_id in unknown})
            return
        session: Any = self._context.sight if is_guarded(target) else self._context.every
        key = getattr(target, shown_key(target))
        for batch in batches(unknown):
            rows = session.execute(select(target.id, key).where(target.id.in_(batch)))
            known.update({row_id: str(text) for row_id, text in rows})

    def _logins(self, ids: Iterable[int]) -> list[str]:
        known = self._context.file.texts.setdefault(Employee, {})
        self._read(Employee, set(ids))
        return [known[row_id] for row_id in ids if row_id in known]
