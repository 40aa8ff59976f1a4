"""Jobs of both kinds as one list, and how far those at work are."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import literal, select, union_all
from sqlalchemy.orm import joinedload

from auth.actor import AnySession
from services.jobs import queue as queues
from services.jobs.kinds import KINDS, UNDER_WAY, Job, kind_of
from services.jobs.queue import Beat, Turn
from services.jobs.running import quietly

#: Jobs under way that are told of at once.
_MOST_UNDER_WAY = 100


def list_jobs(session: AnySession, *, owner_id: int | None, start: int, limit: int) -> list[Job]:
    """Return jobs, the newest first, with their owners.

    :param owner_id: whose; None for everybody's
    :param start: how many newer ones to leave out
    """
    parts = [
        _of(select(literal(kind).label("kind"), model.id, model.created_at), model, owner_id)
        for kind, model in KINDS.items()
    ]
    every = union_all(*parts).subquery()
    statement = select(every.c.kind, every.c.id).order_by(every.c.created_at.desc(), every.c.kind, every.c.id.desc())
    keys = [(row.kind, row.id) for row in session.execute(statement.limit(limit).offset(start))]
    found: dict[tuple[str, int], Job] = {}
    for kind, model in KINDS.items():
        ids = [job_id for job_kind, job_id in keys if job_kind == kind]
        if ids:
            rows = session.scalars(select(model).where(model.id.in_(ids)).options(joinedload(model.owner)))
            found |= {(kind, job.id): job for job in rows}
    return [found[key] for key in keys if key in found]


def under_way(session: AnySession, *, owner_id: int | None) -> list[Job]:
    """Return the jobs that wait or run, the newest of each kind first; at most 100 of each."""
    return [
        job
        for model in KINDS.values()
        for job in session.scalars(
            _of(select(model), model, owner_id)
            .where(model.state.in_(UNDER_WAY))
            .order_by(model.id.desc())
            .limit(_MOST_UNDER_WAY)
        )
    ]


def find_job(session: AnySession, kind: str, job_id: int, *, owner_id: int | None) -> Job | None:
    """Return a job as it is now; None if there is none, or it is somebody else's.

    :param owner_id: whose it must be; None for anybody's
    """
    model = KINDS.get(kind)
    if model is None:
        return None
    job: Job | None = session.scalar(_of(select(model), model, owner_id).where(model.id == job_id))
    return job


def progress_of(jobs: Iterable[Job]) -> dict[tuple[str, int], Beat]:
    """Return (kind, id) -> how far it is, of those that run and have said so. The queue may know nothing."""
    turns = [Turn(kind_of(job), job.id, job.attempt) for job in jobs if job.state == "running"]
    beats: dict[Turn, Beat] = quietly(lambda: queues.current().last_beats(turns)) or {} if turns else {}
    return {(turn.kind, turn.job_id): beat for turn, beat in beats.items()}


def _of(statement: Any, model: Any, owner_id: int | None) -> Any:
    return statement if owner_id is None else statement.where(model.owner_id == owner_id)
