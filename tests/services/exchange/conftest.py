"""Fixtures of tests of imports and exports."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from tests.factories import Company, company
from tests.files import csv_bytes


@pytest.fixture
def people(session: Session) -> Company:
    """Return the company of DOMAIN 3.7."""
    return company(session)


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., str]:
    """Return a maker of CSV files."""

    def make(*lines: tuple[str, ...]) -> str:
        path = tmp_path / "file.csv"
        path.write_bytes(csv_bytes(*lines))
        return str(path)

    return make
