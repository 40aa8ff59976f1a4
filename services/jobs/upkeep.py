"""What workers do between jobs: find those whose worker died, those whose wake was lost, and the files past their time.

Each step is a compare-and-set of its own, so any number of workers may do all of it at once.
"""

import logging
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from models import ImportChange, ImportRow
from models.types import utc_now
from services import storage
from services.jobs.kinds import (
    KEPT_DAYS,
    KINDS,
    PREFIXES,
    UNDER_WAY,
    Job,
    broken_off,
    change_one,
    kind_of,
)
from services.jobs.queue import Beat, Queue, Turn
from services.jobs.running import reading
from services.stored_files import find_strays

#: Workers that may die at a job before it is given up.
MAX_CRASHES = 3
#: What streams into a browser has no worker that could be found dead: after this long it was broken off.
STREAM_HOURS = 24
#: Age in seconds from which a photo or an attachment that no row names is one that nobody will name.
STRAY_SECONDS = 86_400
#: Days in which a file may be brought back from the trash.
TRASH_DAYS = 30
#: Rows of a plan deleted in one transaction.
_BATCH = 5_000

logger = logging.getLogger(__name__)


def look_after(session: Session, queue: Queue) -> None:
    """Take up what lost its worker, and wake workers for what waits."""
    for job in _running(session):
        if job.attempt == 0:
            _end_stream(session, job)
            continue
        turn = Turn(kind_of(job), job.id, job.attempt)
        beat = queue.last_beats([turn]).get(turn)
        if beat is None or not beat.is_alive:
            _take_up(session, queue, job, beat)
    # While wakes wait to be answered none is lost, and more of them would only pile up.
    if queue.length() == 0:
        for kind, job_id in _waiting(session):
            queue.wake(kind, job_id)


def expire(session: Session) -> int:
    """Delete files, plans and undos past their time; return how many jobs had some. Their rows of the log stay."""
    jobs = list(_past_their_time(session))
    for job in jobs:
        _expire(session, job)
    _delete_strays(session)
    _discard_files_without_rows(session)
    return len(jobs)


def _running(session: Session) -> list[Job]:
    with reading(is_on=True):
        found = [job for model in KINDS.values() for job in session.scalars(select(model).filter_by(state="running"))]
        session.commit()
    return found


def _waiting(session: Session) -> list[tuple[str, int]]:
    with reading(is_on=True):
        found = [
            (kind, job_id)
            for kind, model in KINDS.items()
            for job_id in session.scalars(select(model.id).filter_by(state="waiting").order_by(model.id))
        ]
        session.commit()
    return found


def _take_up(session: Session, queue: Queue, job: Job, beat: Beat | None) -> None:
    """Let the job wait again, or end it: its owner wished so, nobody may run it, or it kills its workers."""
    turn = Turn(kind_of(job), job.id, job.attempt)
    crashes = queue.crashes(turn.kind, job.id) + (0 if beat is not None and beat.is_left else 1)
    columns: dict[str, Any]
    if queue.is_stop_asked(turn):
        columns = broken_off(job, "cancelled")
    elif job.owner_id is None:
        columns = broken_off(job, "failed", {"code": "interrupted", "data": {}})
    elif crashes >= MAX_CRASHES:
        columns = broken_off(job, "failed", {"code": "crashed", "data": {"times": crashes}})
    else:
        columns = {"state": "waiting"}
    # The raised attempt shuts out a worker that only seemed dead.
    if _set_if_as_read(session, job, columns | {"attempt": job.attempt + 1}):
        logger.warning("%s %d lost its worker and is %s", turn.kind, job.id, columns["state"])
        queue.note_crashes(turn.kind, job.id, crashes)
        queue.forget(turn)
        if columns["state"] == "waiting":
            queue.wake(turn.kind, job.id)
        else:
            queue.forget_crashes(turn.kind, job.id)


def _end_stream(session: Session, job: Job) -> None:
    if job.created_at < utc_now() - timedelta(hours=STREAM_HOURS):
        _set_if_as_read(session, job, broken_off(job, "failed", {"code": "interrupted", "data": {}}))


def _past_their_time(session: Session) -> Iterator[Job]:
    now = utc_now()
    for model in KINDS.values():
        never_told = (
            model.expires_at.is_(None)
            & model.file_key.is_not(None)
            & (model.created_at <= now - timedelta(days=KEPT_DAYS))
        )
        rests = model.state.not_in(UNDER_WAY)
        with reading(is_on=True):
            found = list(session.scalars(select(model).where(rests, (model.expires_at <= now) | never_told)))
            session.commit()
        yield from found


def _expire(session: Session, job: Job) -> None:
    # Whoever has read the job before can no longer let it run: the plan goes now.
    if not _set_if_as_read(session, job, {"attempt": job.attempt + 1}):
        return
    if kind_of(job) == "import":
        for table in (ImportRow, ImportChange):
            _delete_rows(session, table, job.id)
    if job.file_key is not None:
        storage.delete(job.file_key)
    columns: dict[str, Any] = {"file_key": None, "expires_at": None}
    if job.state in {"uploaded", "planned"}:
        columns |= broken_off(job, "cancelled", {"code": "expired", "data": {"days": KEPT_DAYS}})
    _set_if_as_read(session, job, columns | {"expires_at": None})


def _delete_rows(session: Session, table: Any, job_id: int) -> None:
    """Delete what a job has in a table, in short transactions: a plan may have 200,000 rows."""
    batch = select(table.id).where(table.job_id == job_id).limit(_BATCH)
    while session.scalar(select(table.id).where(table.job_id == job_id).limit(1)) is not None:
        session.execute(
            delete(table).where(table.id.in_(batch.scalar_subquery())), execution_options={"synchronize_session": False}
        )
        session.commit()
    session.commit()


def _delete_strays(session: Session) -> None:
    """Delete files of no job: their upload was broken off, or their worker died."""
    before = time.time() - (KEPT_DAYS + 1) * 86_400
    for kind, prefix in PREFIXES.items():
        model = KINDS[kind]
        for key in storage.keys_before(before, prefix=prefix):
            with reading(is_on=True):
                is_owned = session.scalar(select(model.id).where(model.file_key == key).limit(1)) is not None
                session.commit()
            if not is_owned:
                storage.delete(key)


def _discard_files_without_rows(session: Session) -> None:
    """Put photos and attachments of no row into the trash: the process that took them ended before it committed.

    Where so many are without a row that rather the database is not the one they belong to, all of them stay.
    """
    with reading(is_on=True):
        strays = find_strays(session, time.time() - STRAY_SECONDS)
        session.commit()
    if strays.are_too_many:
        logger.error(
            "no row names %d of %d stored files: is this the right database? They stay. Restore the database first, "
            "the files second (docs/deployment.md)",
            len(strays.keys),
            strays.looked_at,
        )
        return
    for key in strays.keys:
        logger.warning("no row names the file %s; it goes to the trash", key)
        storage.discard(key)
    storage.empty_trash(time.time() - TRASH_DAYS * 86_400)


def _set_if_as_read(session: Session, job: Job, columns: dict[str, Any]) -> bool:
    """Write columns and commit if the job still is as it was read; tell whether it was."""
    model: Any = type(job)
    as_read = (model.id == job.id) & (model.state == job.state) & (model.attempt == job.attempt)
    is_set = change_one(session, model, as_read, columns)
    session.commit()
    return is_set
