"""What holds the parts of the project apart: who imports whom, who writes raw SQL, how long a file may be."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

SOURCE_FOLDERS = ("admin_views", "auth", "models", "services")
#: Folder or file -> why it may name a ``__table__`` or write SQL as text, past the visibility listener.
RAW_SQL_ALLOWED = {
    "admin_views/conflicts.py": "reads the names of constraints, runs nothing",
    "admin_views/health.py": "SELECT 1 touches no row",
    "auth/": "the visibility rule itself is made of tables",
    "models/": "declares the tables; text stands in conditions of indexes",
    "services/doctor.py": "asks the database about itself",
    "services/exchange/": "writes in bulk and through COPY; applies the rule itself",
}
MAX_LINES = 300
#: File -> why more than :data:`MAX_LINES` lines are one subject.
LONG_FILES: dict[str, str] = {
    "tests/services/test_customers.py": "creating and editing share one company and its rows",
    "tests/services/test_employees.py": "reporting line, leavers and the last admin share one company",
    "tests/services/test_trees.py": "each refusal of a move stands beside the move it refuses",
}


def _sources(*folders: str) -> Iterator[Path]:
    yield from ROOT.glob("*.py")
    for folder in folders:
        yield from (ROOT / folder).rglob("*.py")


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _raw_sql(tree: ast.Module) -> Iterator[str]:
    """Yield what goes past the ORM: an access to ``__table__``, SQLAlchemy's ``text`` or driver SQL."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "sqlalchemy":
            yield from (f"{node.lineno}: text" for alias in node.names if alias.name == "text")
        elif isinstance(node, ast.Attribute) and node.attr in {"__table__", "exec_driver_sql"}:
            yield f"{node.lineno}: {node.attr}"
        elif isinstance(node, ast.Attribute) and ast.unparse(node) in {"sa.text", "sqlalchemy.text"}:
            yield f"{node.lineno}: text"


def test_import_contracts_hold() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-logo", "--no-cache"]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


def test_raw_sql_stands_only_where_allowed() -> None:
    found = {
        f"{_name(path)}:{place}"
        for path in _sources(*SOURCE_FOLDERS)
        if not _name(path).startswith(tuple(RAW_SQL_ALLOWED))
        for place in _raw_sql(ast.parse(path.read_text(encoding="utf-8")))
    }

    assert found == set()


@pytest.mark.parametrize(
    "source",
    [
        "from sqlalchemy import select, text",
        "from sqlalchemy.sql import text",
        "import sqlalchemy as sa\nsa.text('SELECT 1')",
        "session.execute(Customer.__table__.select())",
        "connection.exec_driver_sql('SELECT 1')",
    ],
)
def test_raw_sql_is_noticed(source: str) -> None:
    assert len(list(_raw_sql(ast.parse(source)))) == 1


@pytest.mark.parametrize("allowed", RAW_SQL_ALLOWED)
def test_raw_sql_exception_is_still_needed(allowed: str) -> None:
    paths = (ROOT / allowed).rglob("*.py") if allowed.endswith("/") else [ROOT / allowed]

    assert any(any(_raw_sql(ast.parse(path.read_text(encoding="utf-8")))) for path in paths)


def test_files_are_short() -> None:
    lengths = {
        _name(path): len(path.read_text(encoding="utf-8").splitlines())
        for path in _sources(*SOURCE_FOLDERS, "tests", "scripts", "benchmarks")
    }

    assert {name for name, length in lengths.items() if length > MAX_LINES} == set(LONG_FILES)
