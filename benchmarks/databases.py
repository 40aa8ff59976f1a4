"""The databases that benchmarks run on: a SQLite file, and the PostgreSQL of the tests."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from tests import postgres

ROOT = Path(__file__).parents[1]
FLASK = [sys.executable, "-m", "flask", "--app", "app"]

#: The environment in which Kepei's command line and ``create_app`` use a fresh, empty database.
Environment = dict[str, str]


@contextmanager
def sqlite() -> Iterator[Environment]:
    """Yield the environment of a database file, removed at the end."""
    with tempfile.TemporaryDirectory() as folder:
        yield {"KEPEI_INSTANCE": folder, "KEPEI_DATABASE_URL": f"sqlite:///{folder}/bench.sqlite"}


@contextmanager
def postgresql() -> Iterator[Environment]:
    """Yield the environment of a database on the tests' server, dropped at the end."""
    postgres.begin_run()
    try:
        with tempfile.TemporaryDirectory() as folder, postgres.own_database(postgres.server_url(), "bench") as url:
            yield {"KEPEI_INSTANCE": folder, "KEPEI_DATABASE_URL": url}
    finally:
        postgres.end_run()


#: Name -> how one is opened.
DATABASES: dict[str, Callable[[], AbstractContextManager[Environment]]] = {"SQLite": sqlite, "PostgreSQL": postgresql}


def upgrade(environment: Environment) -> None:
    """Create the tables, by the migrations."""
    subprocess.run([*FLASK, "db", "upgrade"], cwd=ROOT, env=os.environ | environment, check=True, capture_output=True)
