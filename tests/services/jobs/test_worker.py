"""A worker that is killed at work: another goes on, and nothing is written twice. Real processes, real SIGKILL."""

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from models import Counter, Employee, ImportJob
from services.jobs import cancel, queue
from services.jobs.queue import Turn
from tests import redis_server
from tests.conftest import ROOT
from tests.services.jobs.rows import stored, waiting
from tests.services.jobs.slow_worker import ROWS

#: What may pass at most until something happens that takes a second on an idle machine.
PATIENCE = 30


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


def until(condition: Callable[[], Any]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)


def done_rows(job: ImportJob, attempt: int) -> int:
    """Return how far the worker says it is."""
    turn = Turn("import", job.id, attempt)
    beat = queue.current().last_beats([turn]).get(turn)
    return beat.done if beat else 0


def rows(session: Session, job: ImportJob) -> list[tuple[int, int]]:
    found = session.query(Counter.name, Counter.value).all()
    session.rollback()
    return sorted((int(name.removeprefix(f"{job.id} ")), value) for name, value in found)


@pytest.mark.parametrize("phase", ["plan", "run"], ids=["all or nothing", "in batches"])
def test_killed_worker_another_goes_on_and_writes_nothing_twice(
    session: Session, owner: Employee, pace: Path, start: Callable[[], subprocess.Popen[bytes]], phase: str
) -> None:
    first = start()
    job = waiting(session, owner, phase=phase)
    until(lambda: done_rows(job, 1) > 5)

    os.kill(first.pid, signal.SIGKILL)
    first.wait()

    kept = rows(session, job)
    position = stored(session, job).position
    assert stored(session, job).state == "running"
    assert len(kept) == position
    assert (position == 0) if phase == "plan" else (0 < position < ROWS)
    pace.write_text("0", encoding="ascii")
    start()
    until(lambda: stored(session, job).state == "done")
    assert [name for name, _ in rows(session, job)] == list(range(1, ROWS + 1))
    assert rows(session, job)[: len(kept)] == kept
    ended = stored(session, job)
    assert (ended.row_count, ended.inserted_count) == (ROWS, ROWS)


def test_stopped_worker_leaves_its_job_to_the_next(
    session: Session, owner: Employee, pace: Path, start: Callable[[], subprocess.Popen[bytes]]
) -> None:
    first = start()
    job = waiting(session, owner)
    until(lambda: done_rows(job, 1) > 0)

    first.send_signal(signal.SIGTERM)
    first.wait(PATIENCE)

    assert rows(session, job) == []
    assert queue.current().workers() == {}
    pace.write_text("0", encoding="ascii")
    start()
    until(lambda: stored(session, job).state == "done")
    assert queue.current().crashes("import", job.id) == 0


def test_cancel_reaches_another_process(
    session: Session, owner: Employee, start: Callable[[], subprocess.Popen[bytes]]
) -> None:
    start()
    job = waiting(session, owner, phase="run")
    until(lambda: done_rows(job, 1) > 5)

    cancel(session, stored(session, job))

    until(lambda: stored(session, job).state == "cancelled")
    assert len(rows(session, job)) == stored(session, job).position < ROWS
