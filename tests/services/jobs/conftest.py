"""Fixtures for jobs: somebody who imports, and handlers made for one test."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy.orm import Session

from models import Employee
from services.jobs import queue, running
from tests import people


@pytest.fixture
def owner(session: Session) -> Employee:
    return people.employee(session, "manager")


@pytest.fixture
def handle(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return what sets the handler of the phase "plan" for one test."""

    def register(handler: running.Handler, phase: str = "plan", **named: Any) -> None:
        monkeypatch.setitem(running._handlers, ("import", phase), (handler, named.get("reads_only", False)))

    return register


@pytest.fixture(autouse=True)
def _quick_pulse(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(running, "BEAT_SECONDS", 0.01)
    yield
    queue.close_all()
