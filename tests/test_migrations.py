"""Migrations give the schema that the models describe, and run up, down and up again with rows present."""

import ast
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import flask_migrate
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import Connection, Engine, Table

from models import Base, db
from tests.conftest import ROOT, create_all, make_app

MIGRATIONS = ROOT / "migrations"
OUR_PACKAGES = {"admin_views", "app", "auth", "models", "services"}
#: A value for a column that must have one and has no default, by the type it holds in Python.
VALUES: dict[type, Any] = {
    bool: True,
    date: date(2026, 1, 1),
    datetime: datetime(2026, 1, 1, tzinfo=UTC),
    Decimal: Decimal(1),
    dict: {},
    int: 1,
    str: "x",
}
#: A revision that a test adds behind the head.
REVISION = """
import sqlalchemy as sa
from alembic import op

revision = "test"
down_revision = {head!r}
branch_labels = None
depends_on = None


def upgrade():
    {upgrade}


def downgrade():
    raise NotImplementedError
"""


@pytest.fixture
def engine(blank_database_url: str, tmp_path: Path) -> Iterator[Engine]:
    """Yield the engine of an application on a database without tables."""
    app = make_app(blank_database_url, tmp_path)
    with app.app_context():
        yield db.engine
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def migrations_copy(tmp_path: Path) -> Path:
    """Return a copy of the migrations, to which a test may add a revision."""
    return Path(shutil.copytree(MIGRATIONS, tmp_path / "migrations", ignore=shutil.ignore_patterns("__pycache__")))


def test_upgrade_leaves_nothing_for_autogenerate(engine: Engine) -> None:
    flask_migrate.upgrade()

    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []


def test_upgrade_gives_schema_of_create_all(engine: Engine) -> None:
    flask_migrate.upgrade()
    migrated = _schema(engine)
    flask_migrate.downgrade(revision="base")
    create_all(engine)

    created = _schema(engine)

    assert sorted(migrated) == sorted(Base.metadata.tables)
    for table, parts in created.items():
        assert migrated[table] == parts, table


def test_migrated_tables_never_reuse_ids(engine: Engine) -> None:
    flask_migrate.upgrade()
    role = Base.metadata.tables["role"]
    ids = []

    for _time in range(2):
        with engine.begin() as connection:
            _insert_row(connection, role)
            ids += connection.scalars(sa.select(role.c.id)).all()
            connection.execute(sa.delete(role))

    assert len(set(ids)) == 2
    with engine.connect() as connection:
        if engine.name == "sqlite":
            made = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE sql LIKE '%AUTOINCREMENT%'")
            given = {t.name for t in Base.metadata.tables.values() if list(t.primary_key.columns.keys()) == ["id"]}
            assert set(made.scalars()) == given


def test_up_down_up_with_rows(engine: Engine) -> None:
    flask_migrate.upgrade()
    _fill_every_table(engine)

    for _revision in ScriptDirectory(str(MIGRATIONS)).walk_revisions():
        flask_migrate.downgrade()
    emptied = _schema(engine)
    flask_migrate.upgrade()
    _fill_every_table(engine)

    assert emptied == {}
    assert _row_counts(engine) == dict.fromkeys(Base.metadata.tables, 1)


def test_batch_change_keeps_rows_that_point_at_the_table(engine: Engine, migrations_copy: Path) -> None:
    """SQLite copies the table and drops the old one, which must not cascade."""
    flask_migrate.upgrade()
    _fill_every_table(engine)
    before = _schema(engine)
    recreate = "always" if engine.name == "sqlite" else "never"
    _add_revision(
        migrations_copy,
        f"with op.batch_alter_table('customer', recreate={recreate!r}) as batch:"
        " batch.add_column(sa.Column('nickname', sa.Text()))",
    )

    flask_migrate.upgrade(directory=str(migrations_copy))

    after = _schema(engine)
    assert after["customer"].pop("columns") == [*before["customer"].pop("columns"), ("nickname", "TEXT", True, None)]
    assert after == before
    assert _row_counts(engine) == dict.fromkeys(Base.metadata.tables, 1)
    with pytest.raises(sa.exc.IntegrityError), engine.begin() as connection:
        connection.execute(sa.update(Base.metadata.tables["contact"]).values(customer_id=999))


def test_failed_revision_leaves_nothing(engine: Engine, migrations_copy: Path) -> None:
    flask_migrate.upgrade()
    before = _schema(engine)
    _add_revision(
        migrations_copy, "op.create_table('half', sa.Column('id', sa.Integer())); raise ValueError('half way')"
    )

    with pytest.raises(ValueError, match="half way"):
        flask_migrate.upgrade(directory=str(migrations_copy))

    assert _schema(engine) == before
    with engine.connect() as connection:
        assert MigrationContext.configure(connection).get_current_heads() == (_head(),)


def test_revision_that_leaves_dangling_rows_is_refused(engine: Engine, migrations_copy: Path) -> None:
    flask_migrate.upgrade()
    _fill_every_table(engine)
    _add_revision(migrations_copy, "op.execute('DELETE FROM role')")

    with pytest.raises((SystemExit, sa.exc.IntegrityError)):
        flask_migrate.upgrade(directory=str(migrations_copy))

    assert _row_counts(engine)["role"] == 1


def test_revisions_have_one_head() -> None:
    assert len(ScriptDirectory(str(MIGRATIONS)).get_heads()) == 1


@pytest.mark.parametrize("path", sorted(MIGRATIONS.rglob("*.py")), ids=lambda path: path.name)
def test_migration_imports_nothing_of_ours(path: Path) -> None:
    imported = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add((node.module or "").partition(".")[0])

    assert imported & OUR_PACKAGES == set()


def test_downgrade_and_upgrade_run_from_the_command_line(blank_database_url: str, tmp_path: Path) -> None:
    app: Flask = make_app(blank_database_url, tmp_path)
    runner = app.test_cli_runner()

    codes = [runner.invoke(args=["db", *words]).exit_code for words in (["upgrade"], ["downgrade", "base"], ["check"])]

    assert codes == [0, 0, 1]  # the check finds every table missing
    with app.app_context():
        assert _schema(db.engine) == {}
        db.engine.dispose()


def _head() -> str:
    head = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    assert head is not None
    return head


def _add_revision(migrations: Path, upgrade: str) -> None:
    (migrations / "versions" / "test.py").write_text(REVISION.format(head=_head(), upgrade=upgrade), encoding="utf-8")


def _schema(engine: Engine) -> dict[str, dict[str, Any]]:
    """Return what the database holds, by table and kind; Alembic's own table left out."""
    inspector = sa.inspect(engine)
    tables = [name for name in inspector.get_table_names() if name != "alembic_version"]
    return {
        table: {
            "columns": [(c["name"], str(c["type"]), c["nullable"], c["default"]) for c in inspector.get_columns(table)],
            "primary key": inspector.get_pk_constraint(table),
            "foreign keys": _by_name(inspector.get_foreign_keys(table)),
            "unique": _by_name(inspector.get_unique_constraints(table)),
            "checks": _by_name(inspector.get_check_constraints(table)),
            "indexes": _by_name(inspector.get_indexes(table)),
        }
        for table in tables
    }


def _by_name(parts: list[Any]) -> dict[str, str]:
    """Return name -> description; a part without a name fails, since no revision could drop it."""
    assert all(part["name"] for part in parts), parts
    return {part["name"]: str({key: _plain(value) for key, value in sorted(part.items())}) for part in parts}


def _plain(value: Any) -> Any:
    return {key: str(item) for key, item in value.items()} if isinstance(value, dict) else value


def _fill_every_table(engine: Engine) -> None:
    """Insert one row into each table, whatever tables there are."""
    with engine.begin() as connection:
        for table in Base.metadata.sorted_tables:
            _insert_row(connection, table)


def _insert_row(connection: Connection, table: Table) -> None:
    values = {}
    for column in table.columns:
        target = next(iter(column.foreign_keys)).column if column.foreign_keys else None
        if target is not None:
            values[column.name] = connection.scalar(sa.select(target).limit(1))  # none yet in a table of its own
        elif not column.nullable and column.default is None and not _is_serial(column):
            values[column.name] = VALUES[column.type.python_type]
    connection.execute(table.insert().values(values))


def _is_serial(column: sa.Column[Any]) -> bool:
    return column.table.autoincrement_column is column


def _row_counts(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        return {
            name: connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            for name, table in Base.metadata.tables.items()
        }
