"""Many rows in one statement with one parameter: PostgreSQL unpacks them from JSON, by its own types.

A statement for each row costs the server a plan each, and psycopg a round of its protocol.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import CursorResult, inspect, text
from sqlalchemy.orm.exc import StaleDataError

from auth.actor import AnySession
from services.exchange.plain_values import plain


def insert_many(session: AnySession, model: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that have the same attributes; columns that they lack get the model's default.

    :param rows: column attribute -> value
    """
    columns = inspect(model).columns
    defaults = {
        column.name: _value(column.default)
        for name, column in columns.items()
        if column.default is not None and name not in rows[0]
    }
    names = [*(columns[name].name for name in rows[0]), *defaults]
    given = [defaults | {columns[name].name: plain(value) for name, value in row.items()} for row in rows]
    table, listed = _quoted(session, inspect(model).local_table.name), _listed(session, names)
    sql = f"INSERT INTO {table} ({listed}) SELECT {listed} FROM json_populate_recordset(NULL::{table}, :rows)"  # noqa: S608 -- names of the model
    session.connection().execute(text(sql), {"rows": json.dumps(given)})


def update_many(session: AnySession, model: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    """Update rows by id that have the same attributes; those with a version are at it, and get the next.

    :raises StaleDataError: if one is not there, or at another version
    """
    columns = inspect(model).columns
    given = [{columns[name].name: plain(value) for name, value in row.items()} for row in rows]
    stamps = {column.name: _value(column.onupdate) for column in columns if column.onupdate is not None}
    stamps = {name: value for name, value in stamps.items() if name not in given[0]}
    names = [name for name in (*given[0], *stamps) if name not in {"id", "version"}]
    sets = [f"{_quoted(session, name)} = new.{_quoted(session, name)}" for name in names]
    is_same = "old.id = new.id"
    if "version" in given[0]:
        sets.append("version = old.version + 1")
        is_same += " AND old.version = new.version"
    table = _quoted(session, inspect(model).local_table.name)
    source = f"json_populate_recordset(NULL::{table}, :rows) AS new"
    sql = f"UPDATE {table} AS old SET {', '.join(sets)} FROM {source} WHERE {is_same}"  # noqa: S608 -- names of the model
    result = session.connection().execute(text(sql), {"rows": json.dumps([stamps | row for row in given])})
    if isinstance(result, CursorResult) and result.rowcount != len(rows):
        raise StaleDataError(f"{len(rows) - result.rowcount} rows of {table} were changed meanwhile")


def _value(default: Any) -> Any:
    """Return what a column's default, or the like, gives now."""
    return plain(default.arg(None) if default.is_callable else default.arg)


def _quoted(session: AnySession, name: str) -> str:
    return session.get_bind().dialect.identifier_preparer.quote(name)


def _listed(session: AnySession, names: Iterable[str]) -> str:
    return ", ".join(_quoted(session, name) for name in names)
