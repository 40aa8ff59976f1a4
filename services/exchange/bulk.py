"""Writing many rows by few statements, each noted for the undo. The rights were checked; the session sees every row."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Column, column, func, inspect, select, table

from auth.actor import Actor, AnySession
from auth.visibility import among, dialect_of
from models.mixins import AuthoredMixin, NameMixin, VersionMixin
from services.exchange.changes import NO_ROW, Journal
from services.exchange.statements import insert_many, update_many

#: Rows of one INSERT.
BATCH = 1_000
#: Where SQLite keeps the highest id that each table ever had.
_SEQUENCES = table("sqlite_sequence", column("name"), column("seq"))


def insert_rows(
    session: AnySession,
    model: Any,
    rows: Sequence[Mapping[str, Any]],
    actor: Actor | None,
    *,
    journal: Journal | None = None,
    numbers: Sequence[int] = (),
) -> list[int]:
    """Insert rows and return their ids in the same order. Columns that a row lacks get the model's default.

    :param rows: column attribute -> value; names get their keys here; an id from :func:`take_ids` is kept
    :param numbers: of the file's row that asked for each
    """
    if not rows:
        return []
    attributes = list(dict.fromkeys(name for row in rows for name in row))
    defaults = {name: _default(model, name) for name in attributes} | _stamp(model, actor, is_new=True)
    ids = [row["id"] for row in rows] if "id" in attributes else take_ids(session, model, len(rows))
    for start in range(0, len(rows), BATCH):
        end = start + BATCH
        batch = zip(rows[start:end], ids[start:end], strict=True)
        insert_many(session, model, [_with_names(model, {**defaults, **row, "id": row_id}) for row, row_id in batch])
    if journal is not None:
        for row, row_id, number in zip(rows, ids, numbers or [NO_ROW] * len(ids), strict=True):
            after = {"version": 1} if has_version(model) else {name: row[name] for name in row if name != "id"}
            journal.note(number, model, row_id, before=None, after=after)
    return ids


def take_ids(session: AnySession, model: Any, count: int) -> list[int]:
    """Return ids for so many new rows, ascending; nobody else gets them.

    Known beforehand, they spare the RETURNING that would make SQLite insert row by row.
    """
    if session.get_bind().dialect.name == "postgresql":
        sequence = func.nextval(func.pg_get_serial_sequence(model.__tablename__, "id"))
        return sorted(session.scalars(select(sequence).select_from(func.generate_series(1, count).alias("numbers"))))
    last = session.scalar(select(_SEQUENCES.c.seq).where(_SEQUENCES.c.name == model.__tablename__)) or 0
    return list(range(last + 1, last + 1 + count))


def update_rows(
    session: AnySession,
    model: Any,
    changes: Mapping[int, Mapping[str, Any]],
    actor: Actor | None,
    *,
    journal: Journal | None = None,
    numbers: Mapping[int, int] | None = None,
) -> None:
    """Update rows by id, each with its version raised.

    :param changes: id -> column attribute -> value, with the version that was read where the model has one
    :param numbers: id -> number of the file's row that asked for it
    :raises StaleDataError: if a row was changed meanwhile
    """
    stamp = _stamp(model, actor, is_new=False)
    rows = [_with_names(model, {**stamp, **values, "id": row_id}) for row_id, values in changes.items() if values]
    if journal is not None:
        _note_updates(session, model, changes, journal, numbers or {})
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(tuple(sorted(row)), []).append(row)
    for group in groups.values():
        for start in range(0, len(group), BATCH):
            update_many(session, model, group[start : start + BATCH])


def has_version(model: Any) -> bool:
    """Tell whether a model's rows count their versions."""
    return issubclass(model, VersionMixin)


def _note_updates(
    session: AnySession,
    model: Any,
    changes: Mapping[int, Mapping[str, Any]],
    journal: Journal,
    numbers: Mapping[int, int],
) -> None:
    """Take down what the rows hold before they are updated."""
    written = {row_id: values for row_id, values in changes.items() if values}
    names = list(dict.fromkeys(name for values in written.values() for name in values if name != "id"))
    ids = list(written)
    for start in range(0, len(ids), BATCH):
        meant = among(model.id, ids[start : start + BATCH], dialect_of(session))
        columns = (getattr(model, name) for name in names)
        for row in session.execute(select(model.id, *columns).where(meant)).mappings():
            values = written[row["id"]]
            after = dict(values) | ({"version": row["version"] + 1} if "version" in values else {})
            before = {name: row[name] for name in values if name != "version"}
            journal.note(numbers.get(row["id"], NO_ROW), model, row["id"], before=before, after=after)


def _default(model: Any, name: str) -> Any:
    column: Column[Any] = inspect(model).columns[name]
    default: Any = column.default
    return default.arg if default is not None and default.is_scalar else None


def _stamp(model: Any, actor: Actor | None, *, is_new: bool) -> dict[str, Any]:
    if actor is None or not issubclass(model, AuthoredMixin):
        return {}
    return {"created_by_id": actor.id, "updated_by_id": actor.id} if is_new else {"updated_by_id": actor.id}


def _with_names(model: Any, row: dict[str, Any]) -> dict[str, Any]:
    if "name" in row and issubclass(model, NameMixin):
        row |= model.name_columns(row["name"])
    return row
