"""Fixtures: the application on each database, its session, a client.

Every test that takes ``app`` runs twice, on SQLite and on a real PostgreSQL: the one named by
``KEPEI_TEST_POSTGRES_URL``, else one of our own (``postgres.py``).
"""

import gc
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import Context
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, has_app_context
from flask.testing import FlaskClient
from sqlalchemy import Engine, MetaData, create_engine, event
from sqlalchemy.orm import Session

from app import create_app
from auth.actor import load_actor, set_actor
from auth.login import limiter
from models import Base, Employee, db
from models.base import NAMING_CONVENTION
from models.scope import UnfilteredReason, unfiltered
from services.jobs import queue
from tests import chromium, postgres, sqlite_files

gc.disable()  # nothing of what is imported and collected is garbage; see pytest_collection_finish
ROOT = Path(__file__).parents[1]
SHARED_DATA = Path(os.environ.get("KEPEI_SHARED_DATA") or ROOT.parent / "shared" / "data")
needs_shared_data = pytest.mark.skipif(not SHARED_DATA.is_dir(), reason=f"{SHARED_DATA} is not there")


def pytest_configure(config: pytest.Config) -> None:
    """Begin the run in the process that the person started, not in its workers."""
    if not hasattr(config, "workerinput"):
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that `timeout` leaves no server behind
        postgres.begin_run()


def pytest_collection_finish() -> None:
    """Keep the garbage collector from walking through thousands of tests and modules again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
    gc.enable()


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the run, after its workers."""
    if not hasattr(config, "workerinput"):
        postgres.end_run()


@pytest.fixture(scope="session")
def postgres_server() -> str:
    """Return the address of a real PostgreSQL on which databases may be made."""
    url = postgres.server_url()
    postgres.drop_dead_databases(url)
    return url


@pytest.fixture(scope="session")
def postgres_url(postgres_server: str, worker_id: str) -> Iterator[str]:
    """Yield the address of this worker's PostgreSQL database, with the schema."""
    with postgres.own_database(postgres_server, worker_id) as url:
        _create_schema(url)
        yield url


@pytest.fixture(scope="session")
def sqlite_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return this worker's SQLite file, with the schema."""
    path = tmp_path_factory.mktemp("sqlite") / "test.sqlite"
    _create_schema(f"sqlite:///{path}")
    return path


def _create_schema(url: str) -> None:
    engine = create_engine(url)
    create_all(engine)
    engine.dispose()


def create_all(engine: Engine) -> None:
    """Create the tables from a copy: SQLAlchemy marks an ALTERed constraint as not to be created inline ever after."""
    copy = MetaData(naming_convention=NAMING_CONVENTION)
    for table in Base.metadata.tables.values():
        table.to_metadata(copy)
    copy.create_all(engine)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """Yield the address of a database with the schema and no rows."""
    if request.param == "sqlite":
        path = request.getfixturevalue("sqlite_path")
        yield f"sqlite:///{path}"
        sqlite_files.empty_all_tables(path)
        return
    url = request.getfixturevalue("postgres_url")
    yield url
    postgres.empty_all_tables(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def blank_database_url(request: pytest.FixtureRequest, tmp_path: Path, worker_id: str) -> Iterator[str]:
    """Yield the address of a database without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'blank.sqlite'}"
        return
    with postgres.own_database(request.getfixturevalue("postgres_server"), f"{worker_id}_blank") as url:
        yield url


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Return the path of the Chromium to drive; fails where there is none and none can be installed."""
    return chromium.find_or_install()


@pytest.fixture(scope="session")
def apps(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Flask]:
    """Return the maker of the worker's applications, one for each database: building one costs more than a test."""
    return cache(lambda database_url: make_app(database_url, tmp_path_factory.mktemp("app")))


@pytest.fixture
def app(apps: Callable[[str], Flask], database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """Yield the application on an empty database of each kind, with an instance folder of the test's own."""
    app = apps(database_url)
    app.instance_path = str(tmp_path / "instance")
    Path(app.instance_path).mkdir(mode=0o700, exist_ok=True)
    settings = dict(app.config)
    yield app
    app.config.clear()
    app.config.update(settings)
    queue.close_all()
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


class RequestClient(FlaskClient):
    """A client whose requests are as in life: each with its own application context and database session.

    Flask would reuse a context that the test has open. What the test has not committed is undone first, so that its
    transaction neither blocks the request nor hides what it writes.
    """

    def open(self, *args: Any, **kwargs: Any) -> Any:
        """Send a request from an empty context."""
        if has_app_context():
            db.session.rollback()
        kwargs.setdefault("buffered", True)  # read a stream while its context is there
        return Context().run(super().open, *args, **kwargs)


def make_app(database_url: str, folder: Path, **config: Any) -> Flask:
    """Build an application for tests: no CSRF, no rate limit, errors raised. Its maker disposes of the engine."""
    app = create_app(
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
    app.test_client_class = RequestClient
    return app


@pytest.fixture
def app_maker(database_url: str, tmp_path: Path) -> Iterator[Callable[..., Flask]]:
    """Yield a maker of further applications on the same database, with other settings."""
    made: list[Flask] = []

    def make(**config: Any) -> Flask:
        made.append(make_app(database_url, tmp_path, **config))
        return made[-1]

    yield make
    limiter.enabled = False  # one for all applications: the next test may be under no limit
    for app in made:
        with app.app_context():
            db.engine.dispose()


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """Yield an empty database without an application: quicker, for rules and services."""
    engine = create_engine(database_url, hide_parameters=True)
    yield engine
    engine.dispose()


@pytest.fixture
def bare_session(engine: Engine) -> Iterator[Session]:
    """Yield a session without an application; nobody acts in it yet."""
    with Session(engine, expire_on_commit=False) as session:
        yield session


@contextmanager
def acting_in(engine: Engine, employee_id: int) -> Iterator[Session]:
    """Yield a fresh session, without an application, in which the employee acts; what is not committed is undone."""
    with Session(engine, expire_on_commit=False) as session:
        actor = load_actor(session, employee_id)
        assert actor is not None
        set_actor(session, actor)
        yield session


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """Yield a list that gathers the statements which the engine executes; BEGIN does not count."""
    statements: list[str] = []

    def note(*arguments: Any) -> None:
        if not arguments[2].startswith("BEGIN"):
            statements.append(arguments[2])

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


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
