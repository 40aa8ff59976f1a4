"""Rows in as few statements as each database takes them fast."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import insert, inspect, update

from auth.actor import AnySession
from auth.visibility import dialect_of
from services.exchange import bulk_postgresql

#: Inserted rows after which what PostgreSQL knows of a table may be wrong.
_GROWTH = 500


def insert_many(session: AnySession, model: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that have the same attributes; columns that they lack get the model's default.

    :param rows: column attribute -> value
    """
    if not rows:
        return
    if dialect_of(session) == "postgresql":
        bulk_postgresql.insert_many(session, model, rows)
    else:
        session.execute(insert(model), rows)


def update_many(session: AnySession, model: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    """Update rows by id that have the same attributes; those with a version are at it, and get the next.

    :raises StaleDataError: if one is not there, or at another version
    """
    if dialect_of(session) == "postgresql":
        bulk_postgresql.update_many(session, model, rows)
    else:
        session.execute(update(model), rows)


def note_growth(session: AnySession, model: Any, row_count: int) -> None:
    """Let PostgreSQL look at a table that has just grown: planned for the few rows before, a list takes minutes.

    It looks by itself as well, but up to a minute after the commit.

    :param row_count: how many rows were inserted; few change no plan
    """
    if row_count >= _GROWTH and dialect_of(session) == "postgresql":
        session.connection().exec_driver_sql(f'ANALYZE "{inspect(model).local_table.name}"')
