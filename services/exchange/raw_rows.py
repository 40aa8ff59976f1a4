"""Rows of a SELECT as the database's driver gives them: no objects, one batch in memory. For ``exporter``.

The visibility rule stands in the SQL, and ``auth.sql_check`` has seen it: see ``auth.raw_sql``.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from selectors import EVENT_READ, BaseSelector, DefaultSelector
from typing import Any

from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus
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
        # All rows are fetched. PostgreSQL plans a cursor for the first tenth, by loops: minutes on a large tree.
        connection.execute("SET LOCAL cursor_tuple_fraction = 1")
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


def copied_lines(session: Session, statement: Select[Any]) -> Iterator[tuple[bytes, int]]:
    """Yield (lines of a CSV with a line feed each, how many they are), at most :data:`BATCH` lines. PostgreSQL alone.

    The statement's columns are the final texts. A blank cell is NULL.
    """
    sql, parameters = guarded_sql(session, statement)
    connection = _driver_connection(session)
    with connection.cursor() as cursor:
        # Compiling so many expressions costs more than it saves.
        cursor.execute("SET LOCAL jit = off")
        with cursor.copy(_COPY.format(sql), parameters):
            yield from _line_batches(connection.pgconn)


def _line_batches(pgconn: Any) -> Iterator[tuple[bytes, int]]:
    """Yield what a COPY sends, one message a line. psycopg's own reader waits for each line, at twice the cost.

    Lines are strung together at once: a list of them keeps the garbage collector busy, at four times the cost.

    :raises psycopg.Error: if the server broke off
    """
    lines, count = bytearray(), 0
    take = pgconn.get_copy_data
    with DefaultSelector() as selector:
        selector.register(pgconn.socket, EVENT_READ)
        while True:
            size, line = take(1)
            if size > 0:
                lines += line
                count += 1
                if count == BATCH:
                    yield bytes(lines), count
                    lines.clear()
                    count = 0
            elif size == 0:
                _wait_for_more(pgconn, selector)
            else:
                _finish_copy(pgconn, selector)
                break
    if count:
        yield bytes(lines), count


def _finish_copy(pgconn: Any, selector: BaseSelector) -> None:
    """Take what the server says at the end: an error here means that lines are missing."""
    fault = None
    while True:
        while pgconn.is_busy():
            _wait_for_more(pgconn, selector)
        result = pgconn.get_result()
        if result is None:
            break
        if result.status != ExecStatus.COMMAND_OK:
            fault = result
    if fault is not None:
        raise error_from_result(fault)


def _wait_for_more(pgconn: Any, selector: BaseSelector) -> None:
    selector.select()
    pgconn.consume_input()


def _driver_connection(session: Session) -> Any:
    return session.connection().connection.driver_connection
