"""Asking for a job, stopping it, asking again. Rights are the caller's: whoever may see the job's page."""

from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import instance_state

from auth.actor import AnySession
from models import ImportJob
from services.jobs import queue as queues
from services.jobs.errors import JobStateError
from services.jobs.kinds import UNDER_WAY, Job, broken_off, change_one, is_expired, kind_of, phase_of
from services.jobs.queue import Turn
from services.jobs.running import quietly

#: Key in ``Session.info`` under which the jobs to wake workers for stand until the commit.
_WAKES_KEY = "jobs to wake"
_AT_REST = frozenset({"uploaded", "planned"})
_BROKEN_OFF = frozenset({"failed", "cancelled"})


def enqueue(session: AnySession, job: Job, *, phase: str | None = None, is_inline: bool = False) -> None:
    """Let a job wait for a worker, which the commit wakes.

    A new job is added to the session. Any other must be as it was read: who confirms twice is refused once.

    :param phase: the import's next phase; begins at row 0
    :param is_inline: wake nobody: the caller commits and calls ``perform`` itself
    :raises JobStateError: if it waits or runs already, was taken back, changed meanwhile, or its file has expired
    """
    columns: dict[str, Any] = {"state": "waiting", "fault": None, "finished_at": None, "expires_at": None}
    if phase is not None:
        columns |= {"phase": phase, "position": 0}
    if instance_state(job).key is None:
        for name, value in columns.items():
            setattr(job, name, value)
        session.add(job)
        session.flush()
    elif job.state in {*UNDER_WAY, "undone"} or (job.state != "uploaded" and is_expired(job)):
        raise JobStateError(f"{kind_of(job)} {job.id} is {job.state}, or its file has expired")
    else:
        _change(session, job, columns)
    if not is_inline:
        session.info.setdefault(_WAKES_KEY, []).append((kind_of(job), job.id))


def cancel(session: AnySession, job: Job) -> None:
    """Stop a job: one that does not run at once, one that runs within about a second.

    :raises JobStateError: if it has ended, or changed meanwhile
    """
    if not is_cancellable(job):
        raise JobStateError(f"{kind_of(job)} {job.id} is {job.state}")
    if job.state == "running":
        queues.current().ask_to_stop(Turn(kind_of(job), job.id, job.attempt))
        return
    _change(session, job, broken_off(job, "cancelled") | {"attempt": job.attempt + 1})


def retry(session: AnySession, job: Job) -> None:
    """Let a job that failed or was cancelled wait again; an import that had begun to write goes on where it stopped.

    :raises JobStateError: if it did neither, its file has expired, or it changed meanwhile
    """
    if not is_retriable(job):
        raise JobStateError(f"{kind_of(job)} {job.id} is {job.state}, or its file has expired")
    if not isinstance(job, ImportJob):
        _change(session, job, {"position": 0})
    enqueue(session, job, phase="plan" if phase_of(job) == "plan" else None)


def is_cancellable(job: Job) -> bool:
    """Tell whether somebody can stop it. What streams into a browser (attempt 0) ends with its window."""
    return job.state in {"waiting", *_AT_REST} or (job.state == "running" and job.attempt > 0)


def is_retriable(job: Job) -> bool:
    """Tell whether it can be asked for again."""
    return job.state in _BROKEN_OFF and job.attempt > 0 and not is_expired(job)


def _change(session: AnySession, job: Job, columns: dict[str, Any]) -> None:
    """Write columns if the job still is as it was read.

    :raises JobStateError: if it is not
    """
    model: Any = type(job)
    session.flush()
    as_read = (model.id == job.id) & (model.state == job.state) & (model.attempt == job.attempt)
    if not change_one(session, model, as_read, columns):
        raise JobStateError(f"{kind_of(job)} {job.id} was changed by somebody else")


@event.listens_for(Session, "after_commit")
def _wake(session: Session) -> None:
    if session.in_nested_transaction():
        return
    for kind, job_id in session.info.pop(_WAKES_KEY, ()):
        # A wake that is lost costs seconds: workers also look for what waits.
        quietly(lambda kind=kind, job_id=job_id: queues.current().wake(kind, job_id))


@event.listens_for(Session, "after_rollback")
def _forget_wakes(session: Session) -> None:
    session.info.pop(_WAKES_KEY, None)
