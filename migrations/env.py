"""How Alembic reaches the database: through the application's engine, in one transaction.

A failed revision leaves nothing behind on either database: SQLite's DDL is transactional as soon as nobody commits in
between. Revisions import no models; they say what the tables were at their time.
"""

from logging.config import fileConfig
from typing import Any

import sqlalchemy as sa
from alembic import context
from alembic.autogenerate.api import AutogenContext
from flask import current_app
from sqlalchemy import Connection

#: Two processes that upgrade at once queue at this PostgreSQL lock; on SQLite they queue at BEGIN IMMEDIATE.
UPGRADE_LOCK = 5_305_270_001


def run() -> None:
    """Run the revisions that the command asks for.

    :raises RuntimeError: if they leave rows on SQLite that point at nothing
    """
    migrate = current_app.extensions["migrate"]
    with migrate.db.engine.connect() as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        if is_sqlite:
            _set_foreign_keys(connection, on=False)
        try:
            context.configure(
                connection=connection,
                target_metadata=migrate.db.metadata,
                transactional_ddl=True,
                render_item=_render_item,
                process_revision_directives=_drop_empty_revision,
                **migrate.configure_args,
            )
            with context.begin_transaction():
                _take_lock(connection)
                context.run_migrations()
                if is_sqlite:
                    _check_foreign_keys(connection)
        finally:
            if is_sqlite:
                _set_foreign_keys(connection, on=True)


def _take_lock(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(UPGRADE_LOCK)))


def _set_foreign_keys(connection: Connection, *, on: bool) -> None:
    """Switch SQLite's foreign keys, past SQLAlchemy: inside a transaction the pragma does nothing.

    Batch mode copies a table and drops the old one; with foreign keys on, the drop would delete what points at it.
    """
    connection.connection.driver_connection.execute(f"PRAGMA foreign_keys = {'ON' if on else 'OFF'}")


def _check_foreign_keys(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchmany(5)
    if broken:
        raise RuntimeError(f"rows that point at nothing (table, rowid, target, key): {[tuple(row) for row in broken]}")


def _render_item(type_: str, item: Any, _autogen: AutogenContext) -> str | bool:
    """Write our own column types as what they store, so that a revision imports no models."""
    if type_ == "type" and isinstance(item, sa.types.TypeDecorator):
        return f"sa.{item.impl!r}"
    return False


def _drop_empty_revision(_context: Any, _revision: Any, directives: list[Any]) -> None:
    """Write no file where autogenerate finds no change."""
    command = context.config.cmd_opts
    if getattr(command, "autogenerate", False) and directives[0].upgrade_ops.is_empty():
        directives[:] = []


if context.config.config_file_name is not None:
    fileConfig(context.config.config_file_name, disable_existing_loggers=False)
run()
