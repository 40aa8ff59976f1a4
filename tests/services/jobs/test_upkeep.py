"""What workers find between jobs: dead workers, lost wakes, files past their time."""

import io
import os
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Employee, ExportJob, ImportChange, ImportJob, ImportRow
from models.types import utc_now
from services import jobs, storage
from services.jobs import queue, upkeep
from services.jobs.kinds import expiry
from services.jobs.queue import Turn
from tests.services.jobs.rows import stored, waiting


def running(session: Session, owner: Employee | None, **columns: Any) -> ImportJob:
    """Store a job whose worker gave no sign of life."""
    job = waiting(session, owner, **columns)
    queue.current().huey.storage.flush_queue()
    job.state, job.attempt = "running", 1
    session.commit()
    return job


def look_after(session: Session) -> None:
    session.commit()
    upkeep.look_after(session, queue.current())


def test_job_without_a_sign_of_life_waits_again_under_another_number(session: Session, owner: Employee) -> None:
    job = running(session, owner, position=5)

    look_after(session)

    found = stored(session, job)
    assert (found.state, found.attempt, found.position) == ("waiting", 2, 5)
    assert queue.current().length() == 1


def test_job_whose_worker_lives_is_left_alone(session: Session, owner: Employee) -> None:
    job = running(session, owner)
    queue.current().beat(Turn("import", job.id, 1))

    look_after(session)

    assert stored(session, job).state == "running"


@pytest.mark.parametrize(
    ("life", "is_alive"),
    [
        ({}, True),
        ({"at": time.time() - 3600}, False),
        ({"is_left": True}, False),
        ({"process": 2**22 + 1}, False),  # beyond the largest number of a process
        ({"process": 2**22 + 1, "machine": "another"}, True),
        ({"process": 1}, True),
    ],
)
def test_signs_of_life(life: dict[str, Any], is_alive: bool) -> None:  # noqa: FBT001 -- a case of the table
    known = {"at": time.time() + 1, "done": 0, "total": None, "is_left": False}
    beat = queue.Beat(**{**known, "machine": queue.own_machine(), "process": os.getpid(), **life})

    assert beat.is_alive == is_alive


def test_job_that_kills_its_workers_is_given_up(session: Session, owner: Employee) -> None:
    job = running(session, owner)
    for attempt in (1, 3):
        look_after(session)
        job = stored(session, job)
        assert (job.state, job.attempt) == ("waiting", attempt + 1)
        job.state, job.attempt = "running", attempt + 2
        session.commit()

    look_after(session)

    found = stored(session, job)
    assert (found.state, found.fault) == ("failed", {"code": "crashed", "data": {"times": 3}})
    assert queue.current().crashes("import", job.id) == 0


def test_job_left_by_a_worker_that_was_stopped_is_no_crash(session: Session, owner: Employee) -> None:
    job = running(session, owner)
    queue.current().beat(Turn("import", job.id, 1), is_left=True)

    look_after(session)

    assert stored(session, job).state == "waiting"
    assert queue.current().crashes("import", job.id) == 0


def test_wish_to_stop_outlives_the_worker(session: Session, owner: Employee) -> None:
    job = running(session, owner)
    jobs.cancel(session, job)

    look_after(session)

    assert stored(session, job).state == "cancelled"


def test_undo_that_loses_its_worker_too_often_leaves_the_import_done(session: Session, owner: Employee) -> None:
    job = running(session, owner, phase="undo")
    queue.current().note_crashes("import", job.id, 2)

    look_after(session)

    found = stored(session, job)
    assert (found.state, found.phase, found.fault) == ("done", "run", {"code": "crashed", "data": {"times": 3}})


def test_job_of_the_command_line_is_not_taken_up(session: Session) -> None:
    job = running(session, None)

    look_after(session)

    assert stored(session, job).fault == {"code": "interrupted", "data": {}}


def test_lost_wake_is_found(session: Session, owner: Employee) -> None:
    waiting(session, owner)
    queue.current().huey.storage.flush_queue()

    look_after(session)
    look_after(session)

    assert queue.current().length() == 1


@pytest.mark.parametrize(("hours", "state"), [(23, "running"), (25, "failed")])
def test_stream_broken_off_long_ago_is_noted(session: Session, owner: Employee, hours: int, state: str) -> None:
    job = ExportJob(endpoint="region", file_name="a.csv", owner_id=owner.id)
    job.created_at = utc_now() - timedelta(hours=hours)
    session.add(job)

    look_after(session)

    session.expire_all()
    assert session.get_one(ExportJob, job.id).state == state


def with_plan(session: Session, owner: Employee, days: float, **columns: Any) -> ImportJob:
    """Store an import with a file, a plan and an undo, whose time ends in some days."""
    key = storage.put(io.BytesIO(b"1"), prefix="uploads")
    job = ImportJob(endpoint="region", file_name="a.csv", owner_id=owner.id, file_key=key, attempt=1, **columns)
    job.expires_at = utc_now() + timedelta(days=days)
    session.add(job)
    session.flush()
    for number in range(2, 7):
        session.add(ImportRow(job_id=job.id, number=number, action="insert"))
        session.add(ImportChange(job_id=job.id, number=number, table_name="region", row_id=number))
    session.commit()
    return job


def plan_size(session: Session, job: ImportJob) -> int:
    found = [
        session.scalars(select(table.id).where(table.job_id == job.id)).all() for table in (ImportRow, ImportChange)
    ]
    session.rollback()
    return sum(map(len, found))


def test_expiry_takes_file_plan_and_undo_and_keeps_the_log(
    session: Session, owner: Employee, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "_BATCH", 2)
    old, new = with_plan(session, owner, -1, state="done", inserted_count=3), with_plan(session, owner, 1, state="done")
    keys = [old.file_key or "", new.file_key or ""]

    assert upkeep.expire(session) == 1

    assert (plan_size(session, old), plan_size(session, new)) == (0, 10)
    found = stored(session, old)
    assert (found.state, found.inserted_count, found.file_key, found.expires_at) == ("done", 3, None, None)
    with pytest.raises(storage.MissingFileError):
        storage.open(keys[0])
    assert storage.size(keys[1]) == 1
    assert upkeep.expire(session) == 0


@pytest.mark.parametrize("state", ["uploaded", "planned"])
def test_expiry_ends_what_was_never_confirmed(session: Session, owner: Employee, state: str) -> None:
    job = with_plan(session, owner, -1, state=state)

    upkeep.expire(session)

    found = stored(session, job)
    assert (found.state, found.fault, found.expires_at) == ("cancelled", {"code": "expired", "data": {"days": 7}}, None)
    with pytest.raises(jobs.JobStateError):
        jobs.retry(session, found)


def test_expiry_finds_uploads_that_nobody_gave_a_time(session: Session, owner: Employee) -> None:
    job = with_plan(session, owner, 1, state="uploaded")
    job.expires_at, job.created_at = None, utc_now() - timedelta(days=8)
    session.commit()

    assert upkeep.expire(session) == 1


@pytest.mark.parametrize("state", ["waiting", "running"])
def test_expiry_leaves_what_is_under_way(session: Session, owner: Employee, state: str) -> None:
    job = with_plan(session, owner, -1, state=state)

    assert upkeep.expire(session) == 0
    assert plan_size(session, job) == 10


def test_confirmation_just_before_expiry_keeps_the_plan(session: Session, owner: Employee) -> None:
    job = with_plan(session, owner, -1, state="planned")
    session.expunge(job)
    stale = session.get_one(ImportJob, job.id)
    stale.attempt = 5
    session.commit()

    upkeep._expire(session, job)

    assert plan_size(session, job) == 10


def test_files_of_no_job_go_in_time(session: Session, owner: Employee) -> None:
    kept = with_plan(session, owner, 1, state="done").file_key or ""
    stray, young = (storage.put(io.BytesIO(b"1"), prefix="uploads") for _ in range(2))
    for key in (kept, stray):
        os.utime(storage.path_of(key), (0, 0))

    upkeep.expire(session)

    assert storage.size(kept) == storage.size(young) == 1
    with pytest.raises(storage.MissingFileError):
        storage.open(stray)


def test_expired_job_is_not_retried(session: Session, owner: Employee, handle: Callable[..., None]) -> None:
    job = with_plan(session, owner, 1, state="failed")
    assert jobs.is_retriable(job)

    job.expires_at = expiry() - timedelta(days=8)

    assert not jobs.is_retriable(job)
