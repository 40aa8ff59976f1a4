"""Rows of the import and export log, with an audit entry each. Flushes; the edge commits."""

from collections.abc import Mapping
from typing import Any

from auth.actor import AnySession, get_actor
from models import ExportJob, ImportJob
from models.types import utc_now
from services import audit
from services.exchange.importer import Options
from services.exchange.resource import Resource
from services.exchange.results import ImportResult, Mode

#: Errors kept with a job.
KEPT_FAULTS = 50
_FILE_NAME_LENGTH = 200


def record_import(
    session: AnySession, resource: Resource, file_name: str, options: Options, result: ImportResult | None
) -> ImportJob:
    """Log an import that was tried in earnest; without a result the file could not be used."""
    actor = get_actor(session)
    job = ImportJob(
        owner_id=actor.id if actor is not None else None,
        endpoint=resource.endpoint,
        file_name=file_name[-_FILE_NAME_LENGTH:],
        mode=Mode(options.mode).value,
        state="done" if result is not None and result.is_written else "failed",
        finished_at=utc_now(),
    )
    if result is not None:
        job.row_count, job.error_count = result.row_count, result.failed_row_count
        job.errors = [
            {"row": fault.row, "field": fault.field, "reason": str(fault)} for fault in result.faults[:KEPT_FAULTS]
        ]
        if result.is_written:
            job.inserted_count, job.updated_count = result.inserted_count, result.updated_count
            job.skipped_count = result.skipped_count
    session.add(job)
    session.flush()
    audit.record(session, "import", resource.model, _facts(job))
    session.flush()
    return job


def start_export(session: AnySession, resource: Resource, file_name: str, query: Mapping[str, Any]) -> ExportJob:
    """Log that an export begins: who takes which list."""
    actor = get_actor(session)
    job = ExportJob(
        owner_id=actor.id if actor is not None else None,
        endpoint=resource.endpoint,
        file_name=file_name[-_FILE_NAME_LENGTH:],
        query=dict(query),
    )
    session.add(job)
    session.flush()
    return job


def finish_export(session: AnySession, resource: Resource, job_id: int, *, row_count: int, is_done: bool) -> None:
    """Log how an export ended, with an audit entry."""
    job = session.get_one(ExportJob, job_id)
    job.row_count, job.finished_at = row_count, utc_now()
    job.state = "done" if is_done else "failed"
    audit.record(session, "export", resource.model, {"file": job.file_name, "rows": row_count, "state": job.state})
    session.flush()


def _facts(job: ImportJob) -> dict[str, Any]:
    return {
        "file": job.file_name,
        "mode": job.mode,
        "state": job.state,
        "rows": job.row_count,
        "added": job.inserted_count,
        "updated": job.updated_count,
        "errors": job.error_count,
    }
