"""How connections are opened and transactions begun. Importing this module is enough."""

import sqlite3
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, event
from sqlalchemy.pool import ConnectionPoolEntry

from models.base import reading_only

#: How long a SQLite writer waits for another, in milliseconds.
BUSY_TIMEOUT_MS = 10_000
#: How much of a SQLite file is read through the page cache that all processes share. Address space, not memory.
MMAP_BYTES = 1 << 30
#: How many explicit joins PostgreSQL may reorder.
JOIN_COLLAPSE_LIMIT = 4


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, _entry: ConnectionPoolEntry) -> None:
    """Turn on what SQLite leaves off: foreign keys, write-ahead log, waiting. We begin transactions ourselves."""
    if not isinstance(connection, sqlite3.Connection):
        return
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    connection.execute(f"PRAGMA mmap_size = {MMAP_BYTES}")


@event.listens_for(Engine, "connect")
def _prepare_postgresql(connection: Any, _entry: ConnectionPoolEntry) -> None:
    """Let PostgreSQL plan each statement anew: a plan made for any team suits neither one person nor a thousand."""
    if not isinstance(connection, psycopg.Connection):
        return
    connection.prepare_threshold = None
    # A list's page joins eight tables to its rows. Their order is right as written; trying all costs 5 to 10 ms a page.
    connection.execute(f"SET join_collapse_limit = {JOIN_COLLAPSE_LIMIT}".encode())
    connection.commit()


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection: Connection) -> None:
    """Begin IMMEDIATE unless the work only reads: a deferred writer could fail at its first write."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN DEFERRED" if reading_only.get() else "BEGIN IMMEDIATE")
