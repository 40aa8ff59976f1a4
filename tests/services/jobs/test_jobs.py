"""Jobs: begun once, ended by whoever holds them, stopped and asked for again."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from auth.actor import get_actor
from models import Employee, ImportJob, db
from services import jobs
from services.exchange.errors import FileError
from services.jobs import queue
from services.jobs.queue import Turn
from tests.services.jobs.rows import count, stored, waiting, write


def test_perform_runs_the_handler_as_the_owner_and_commits(
    session: Session, owner: Employee, handle: Callable[..., None]
) -> None:
    seen = []

    def work(run: jobs.JobRun) -> None:
        actor = get_actor(run.session)
        assert actor is not None
        seen.append((actor.login, run.attempt, run.position, run.job.state, run.session.in_transaction()))
        run.tick(1, 2)
        write(run.session, "a")
        run.end("done", row_count=7)

    handle(work)
    job = waiting(session, owner)

    assert jobs.perform("import", job.id) == "done"

    assert seen == [("manager", 1, 0, "running", True)]
    ended = stored(session, job)
    assert (ended.state, ended.row_count, ended.attempt) == ("done", 7, 1)
    assert ended.finished_at is not None
    assert ended.expires_at is not None
    assert (ended.expires_at - ended.finished_at).days in (6, 7)
    assert count(session) == 1
    assert queue.current().last_beats([Turn("import", job.id, 1)]) == {}


def test_perform_does_nothing_for_a_job_that_does_not_wait(session: Session, owner: Employee) -> None:
    job = ImportJob(endpoint="region", file_name="a.csv", state="planned", owner_id=owner.id)
    session.add(job)
    session.commit()

    assert jobs.perform("import", job.id) is None
    assert jobs.perform("import", job.id + 1) is None


def test_perform_refuses_while_the_caller_holds_the_database(session: Session, owner: Employee) -> None:
    job = waiting(session, owner)
    session.get(ImportJob, job.id, populate_existing=True)

    with pytest.raises(RuntimeError, match="commit"):
        jobs.perform("import", job.id)


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (FileError("unknown_sheet", value="名称"), {"code": "unknown_sheet", "data": {"value": "名称"}}),
        (ZeroDivisionError("secret"), {"code": "failed", "data": {}}),
    ],
)
def test_failure_is_noted_and_nothing_is_kept(
    session: Session, owner: Employee, handle: Callable[..., None], error: Exception, fault: Any
) -> None:
    def work(run: jobs.JobRun) -> None:
        write(run.session, "a")
        raise error

    handle(work)
    job = waiting(session, owner)

    assert jobs.perform("import", job.id) == "failed"

    assert stored(session, job).fault == fault
    assert count(session) == 0


def test_handler_that_ends_nothing_fails_and_keeps_nothing(
    session: Session, owner: Employee, handle: Callable[..., None]
) -> None:
    handle(lambda run: write(run.session, "a"))
    job = waiting(session, owner)

    assert jobs.perform("import", job.id) == "failed"
    assert count(session) == 0


def test_owner_who_may_not_log_in_any_more_ends_the_job(
    session: Session, owner: Employee, handle: Callable[..., None]
) -> None:
    handle(lambda run: run.end("done"))
    job = waiting(session, owner)
    owner.is_active = False
    session.commit()

    assert jobs.perform("import", job.id) == "failed"
    assert stored(session, job).fault == {"code": "owner_gone", "data": {}}


def test_job_without_an_owner_is_the_command_line_s_alone(session: Session, handle: Callable[..., None]) -> None:
    handle(lambda run: run.end("done", row_count=int(get_actor(run.session) is None)))
    by_worker, by_command = waiting(session, None), waiting(session, None)

    assert jobs.perform("import", by_worker.id) == "failed"
    assert jobs.perform("import", by_command.id, is_operator=True) == "done"
    assert stored(session, by_command).row_count == 1


def test_who_lost_the_job_writes_nothing(
    session: Session, owner: Employee, handle: Callable[..., None], app: Flask
) -> None:
    def work(run: jobs.JobRun) -> None:
        with Session(db.engine) as other:
            other.get_one(ImportJob, run.job_id).attempt = 9
            other.commit()
        write(run.session, "a")
        run.end("done")

    handle(work)
    job = waiting(session, owner)

    assert jobs.perform("import", job.id) is None

    assert stored(session, job).state == "running"
    assert count(session) == 0


def test_cancel_stops_a_running_job_and_keeps_what_was_committed(
    session: Session, owner: Employee, handle: Callable[..., None]
) -> None:
    def work(run: jobs.JobRun) -> None:
        write(run.session, "kept")
        run.checkpoint(5)
        run.session.commit()
        with Session(db.engine) as other:
            jobs.cancel(other, other.get_one(ImportJob, run.job_id))
        write(run.session, "lost")
        while True:
            run.tick(6, 10)
            time.sleep(0.001)

    handle(work, phase="run")
    job = waiting(session, owner, phase="run")

    assert jobs.perform("import", job.id) == "cancelled"

    ended = stored(session, job)
    assert (ended.state, ended.position) == ("cancelled", 5)
    assert count(session) == 1


def test_retry_goes_on_where_a_run_stopped(session: Session, owner: Employee, handle: Callable[..., None]) -> None:
    positions = []

    def work(run: jobs.JobRun) -> None:
        positions.append(run.position)
        if run.position:
            run.end("done")
            return
        run.checkpoint(5)
        run.session.commit()
        raise FileError("damaged")

    handle(work, phase="run")
    job = waiting(session, owner, phase="run")
    jobs.perform("import", job.id)
    job = stored(session, job)

    jobs.retry(session, job)
    session.commit()

    assert jobs.perform("import", job.id) == "done"
    assert positions == [0, 5]
    assert stored(session, job).fault is None


def test_undo_that_is_cancelled_leaves_the_import_done(
    session: Session, owner: Employee, handle: Callable[..., None]
) -> None:
    job = waiting(session, owner, phase="undo")

    jobs.cancel(session, job)
    session.commit()

    ended = stored(session, job)
    assert (ended.state, ended.phase) == ("done", "run")


@pytest.mark.parametrize("state", ["waiting", "uploaded", "planned"])
def test_cancel_of_a_job_that_does_not_run_ends_it(session: Session, owner: Employee, state: str) -> None:
    job = waiting(session, owner)
    job.state = state
    session.commit()

    jobs.cancel(session, job)
    session.commit()

    assert stored(session, job).state == "cancelled"
    assert jobs.perform("import", job.id) is None


def test_asking_twice_is_refused_once(session: Session, owner: Employee) -> None:
    job = ImportJob(endpoint="region", file_name="a.csv", state="planned", owner_id=owner.id)
    job.expires_at = jobs.kinds.expiry()
    session.add(job)
    session.commit()
    with Session(db.engine, expire_on_commit=False) as other:
        seen_before = other.get_one(ImportJob, job.id)
        other.rollback()
        jobs.enqueue(session, job, phase="run")
        session.commit()

        seen_before.state = "planned"
        with pytest.raises(jobs.JobStateError):
            jobs.enqueue(other, seen_before, phase="run")
        other.rollback()

    with pytest.raises(jobs.JobStateError):
        jobs.enqueue(session, job, phase="run")


def test_what_has_written_nothing_counts_nothing(session: Session, owner: Employee) -> None:
    planned, begun = (waiting(session, owner, inserted_count=7, position=position) for position in (0, 5))
    for job in (planned, begun):
        jobs.cancel(session, job)
    session.commit()

    assert [stored(session, job).inserted_count for job in (planned, begun)] == [0, 7]


@pytest.mark.parametrize("state", ["done", "waiting", "running", "planned", "undone"])
def test_retry_is_for_what_broke_off(session: Session, owner: Employee, state: str) -> None:
    job = waiting(session, owner)
    job.state, job.attempt, job.expires_at = state, 1, jobs.kinds.expiry()
    session.commit()

    with pytest.raises(jobs.JobStateError):
        jobs.retry(session, job)


def test_commit_wakes_a_worker_and_rollback_does_not(session: Session, owner: Employee) -> None:
    session.add(job := ImportJob(endpoint="region", file_name="a.csv", state="uploaded"))
    session.commit()
    jobs.enqueue(session, job)
    session.rollback()
    assert queue.current().length() == 0

    with session.begin_nested():
        waiting_too = ImportJob(endpoint="region", file_name="b.csv")
        jobs.enqueue(session, waiting_too)
    assert queue.current().length() == 0
    session.commit()

    assert queue.current().length() == 1
