"""Rows of a SELECT as the database's driver gives them: no objects, one batch in memory. For ``exporter``.

The visibility rule stands in the SQL, and ``auth.sql_check`` has seen it: see ``auth.raw_sql``.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import islice
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import Session

from auth.raw_sql import guarded_sql

#: Rows in one batch.
BATCH = 1_000
_COPY = "COPY ({}) TO STDOUT (FORMAT csv, NULL '')"


def row_batches(session: Session, statement: Select[Any]) -> Iterator[Sequence[Sequence[Any]]]:
    """Yield the rows in lists of at most :data:`BATCH`, each cell as the driver gives it."""
    sql, parameters = guarded_sql(session, statement)
    connection = _driver_connection(session)
    with _cursor(connection) as cursor:
        cursor.execute(sql, parameters)
        while batch := cursor.fetchmany(BATCH):
            yield batch


@contextmanager
def _cursor(connection: Any) -> Iterator[Any]:
    if not isinstance(connection, sqlite3.Connection):
        # On the server, so that it sends a batch when it is asked for.
        with connection.cursor(name="export") as cursor:
            yield cursor
        return
    # Pages of the file that a process maps count as its memory, and an export reads all of them.
    (mapped,) = connection.execute("PRAGMA mmap_size").fetchone()
    connection.execute("PRAGMA mmap_size = 0")
    try:
        with closing(connection.cursor()) as cursor:
            yield cursor
    finally:
        connection.execute(f"PRAGMA mmap_size = {mapped}")


def copied_lines(session: Session, statement: Select[Any]) -> Iterator[Sequence[bytes | memoryview]]:
    """Yield the rows as lines of a CSV, without their ends, in lists of at most :data:`BATCH`. PostgreSQL alone.

    The statement's columns are the final texts. A blank cell is NULL.
    """
    sql, parameters = guarded_sql(session, statement)
    with _driver_connection(session).cursor() as cursor, cursor.copy(_COPY.format(sql), parameters) as copy:
        # PostgreSQL sends one message a line.
        lines = (line[:-1] for line in copy)
        while batch := list(islice(lines, BATCH)):
            yield batch


def _driver_connection(session: Session) -> Any:
    return session.connection().connection.driver_connection
