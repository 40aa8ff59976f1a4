"""A worker in a process of its own: stopped at work, and told to stop a job. For SIGKILL see ``test_killed_import``."""

import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

from sqlalchemy.orm import Session

from models import Counter, Employee, ImportJob
from services.jobs import cancel, queue
from tests.services.jobs.rows import PATIENCE, done_rows, stored, until, waiting
from tests.services.jobs.slow_worker import ROWS


def rows(session: Session, job: ImportJob) -> list[tuple[int, int]]:
    found = session.query(Counter.name, Counter.value).all()
    session.rollback()
    return sorted((int(name.removeprefix(f"{job.id} ")), value) for name, value in found)


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
