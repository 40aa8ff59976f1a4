"""The SQLite file of a test worker."""

import sqlite3
from contextlib import closing
from pathlib import Path

from models import Base


def empty_all_tables(path: Path) -> None:
    """Delete every row; keys begin at 1 again."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("BEGIN IMMEDIATE")
        for table in Base.metadata.tables.values():
            connection.execute(f'DELETE FROM "{table.name}"')
        connection.execute("DELETE FROM sqlite_sequence")
        connection.execute("COMMIT")
