"""Fixtures for jobs: somebody who imports, handlers made for one test, and real workers."""

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from models import Employee
from services.jobs import queue, running
from tests import people, redis_server
from tests.conftest import ROOT


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


@pytest.fixture
def queue_app(app: Flask, database_url: str) -> Iterator[Flask]:
    """Yield the application as on one machine, SQLite for all, and as on several, PostgreSQL and Redis."""
    is_large = database_url.startswith("postgresql")
    if is_large:
        app.config["REDIS_URL"] = redis_server.url()
        app.config["QUEUE_NAME"] = f"test{uuid.uuid4().hex}"
    yield app
    if is_large:
        redis_server.forget(app.config["REDIS_URL"], app.config["QUEUE_NAME"])


@pytest.fixture
def pace(tmp_path: Path) -> Path:
    """Return the file that says how many seconds a row takes."""
    path = tmp_path / "pace"
    path.write_text("0.2", encoding="ascii")
    return path


@pytest.fixture
def start(queue_app: Flask, pace: Path) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Yield what starts a worker process; those that still run are killed at the end."""
    config = queue_app.config
    settings = {"INSTANCE": queue_app.instance_path} | {
        key: config[key]
        for key in ("SQLALCHEMY_DATABASE_URI", "SECRET_KEY", "REDIS_URL", "QUEUE_NAME")
        if config.get(key)
    }
    script = ROOT / "tests" / "services" / "jobs" / "slow_worker.py"
    started: list[subprocess.Popen[bytes]] = []

    def start_one() -> subprocess.Popen[bytes]:
        command = [sys.executable, str(script), json.dumps(settings), str(pace)]
        started.append(subprocess.Popen(command, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}))
        return started[-1]

    yield start_one
    for process in started:
        process.kill()
        process.wait()
