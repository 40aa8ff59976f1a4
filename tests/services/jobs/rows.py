"""Rows of jobs, what handlers of tests write, and waiting for workers."""

import time
from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from models import Counter, Employee, ImportJob
from services import jobs
from services.jobs import queue
from services.jobs.queue import Turn

#: What may pass at most until something happens that takes a second on an idle machine.
PATIENCE = 30


def waiting(session: Session, owner: Employee | None, **columns: Any) -> ImportJob:
    """Store a job that waits."""
    job = ImportJob(endpoint="region", file_name="a.csv", owner_id=owner and owner.id, **columns)
    jobs.enqueue(session, job)
    session.commit()
    return job


def stored(session: Session, job: ImportJob) -> ImportJob:
    """Return the job as the database has it now."""
    session.rollback()
    session.expire_all()
    found = session.get_one(ImportJob, job.id)
    session.refresh(found)
    session.commit()
    return found


def write(session: Session, name: str) -> None:
    session.add(Counter(name=name, value=1))
    session.flush()


def count(session: Session) -> int:
    found = session.query(Counter).count()
    session.rollback()
    return found


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
