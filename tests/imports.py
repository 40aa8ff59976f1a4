"""Imports as jobs in tests: planned, carried out and taken back at once, as the command line does."""

import io
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import ImportJob, ImportRow
from services.exchange import imports
from services.exchange.options import Options
from services.exchange.resource import resource_for
from services.exchange.results import Mode
from services.jobs import perform
from tests.files import csv_bytes


def planned(session: Session, endpoint: str, *lines: Sequence[Any], mode: str = "skip", **options: Any) -> ImportJob:
    """Plan an import of lines, the first being the header, by whoever acts in the session."""
    return planned_file(session, endpoint, csv_bytes(*lines), mode=mode, **options)


def planned_file(
    session: Session, endpoint: str, content: bytes, *, name: str = "file.csv", mode: str = "skip", **options: Any
) -> ImportJob:
    """Plan an import of a file."""
    chosen = Options(Mode(mode), **{"is_command": True, **options})
    job = imports.create(session, resource_for(endpoint), io.BytesIO(content), name, chosen)
    imports.ask_plan(session, job, is_inline=True)
    return _performed(session, job)


def planned_again(session: Session, job: ImportJob) -> ImportJob:
    """Plan an import anew, after its options were changed."""
    imports.ask_plan(session, job, is_inline=True)
    return _performed(session, job)


def carried_out(session: Session, job: ImportJob) -> ImportJob:
    """Confirm a plan and carry it out."""
    imports.confirm(session, job, is_inline=True)
    return _performed(session, job)


def imported(session: Session, endpoint: str, *lines: Sequence[Any], **options: Any) -> ImportJob:
    """Plan an import and carry it out."""
    return carried_out(session, planned(session, endpoint, *lines, **options))


def undone(session: Session, job: ImportJob) -> ImportJob:
    """Take an import back."""
    imports.ask_undo(session, job, is_inline=True)
    return _performed(session, job)


def outcomes(session: Session, job: ImportJob) -> list[tuple[int, str, str | None, list[str]]]:
    """Return (number, action, outcome, codes of the faults) of each row of the file."""
    session.expire_all()
    rows = session.scalars(select(ImportRow).where(ImportRow.job_id == job.id).order_by(ImportRow.number))
    return [(row.number, row.action, row.outcome, [fault["code"] for fault in row.faults]) for row in rows]


def _performed(session: Session, job: ImportJob) -> ImportJob:
    session.commit()
    perform("import", job.id, is_operator=True)
    session.expire_all()
    session.refresh(job)
    session.commit()
    return job
