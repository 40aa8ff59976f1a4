"""Rows of jobs, and what handlers of tests write."""

from typing import Any

from sqlalchemy.orm import Session

from models import Counter, Employee, ImportJob
from services import jobs


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
