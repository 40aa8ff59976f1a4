"""Rows of the import log, with an audit entry each. Flushes; the edge commits."""

from typing import Any

from auth.actor import AnySession, get_actor
from models import ImportJob
from models.audit_action import AuditAction
from models.types import utc_now
from services import audit
from services.exchange.options import Options
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
    audit.record(session, AuditAction.IMPORT, resource.model, _import_facts(job))
    session.flush()
    return job


def _import_facts(job: ImportJob) -> dict[str, Any]:
    return {
        "file": job.file_name,
        "mode": job.mode,
        "state": job.state,
        "rows": job.row_count,
        "added": job.inserted_count,
        "updated": job.updated_count,
        "skipped": job.skipped_count,
        "errors": job.error_count,
    }
