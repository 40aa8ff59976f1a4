"""Rows of the import and export log, with an audit entry each. Flushes; the edge commits."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from auth.actor import AnySession, get_actor
from models import ExportJob, ImportJob
from models.audit_action import AuditAction
from models.inspection import attribute_of, page_of
from models.mixins import TreeMixin
from models.types import utc_now
from services import audit
from services.exchange.exporter import Export
from services.exchange.instances import is_guarded
from services.exchange.options import Options
from services.exchange.resource import Resource
from services.exchange.results import ImportResult, Mode
from services.listing import FilterTerm, Listing
from services.tree_queries import paths_of

#: Errors kept with a job.
KEPT_FAULTS = 50
_FILE_NAME_LENGTH = 200


@dataclass(frozen=True, slots=True)
class StartedExport:
    """An export under way: its row of the log, and what the audit log will hold of it."""

    job_id: int
    facts: Mapping[str, Any]


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


def start_export(
    session: AnySession,
    resource: Resource,
    file_name: str,
    query: Mapping[str, Any] | None = None,
    *,
    listing: Listing | None = None,
) -> StartedExport:
    """Log that an export begins: who takes which list.

    :param query: the list's address as it was sent; None on the command line
    :param listing: what of the table was asked for; the whole of it if not given
    """
    actor = get_actor(session)
    job = ExportJob(
        owner_id=actor.id if actor is not None else None,
        endpoint=resource.endpoint,
        file_name=file_name[-_FILE_NAME_LENGTH:],
        query=dict(query or {}),
    )
    session.add(job)
    session.flush()
    facts = {"file": job.file_name, "type": file_name.rpartition(".")[2]}
    facts |= _asked(session, resource.model, listing or Listing())
    return StartedExport(job.id, facts if query is not None else facts | {"command_line": True})


def finish_export(
    session: AnySession, resource: Resource, started: StartedExport, rows: Export, *, is_done: bool
) -> None:
    """Log how an export ended, with an audit entry."""
    job = session.get_one(ExportJob, started.job_id)
    job.row_count, job.finished_at = rows.row_count, utc_now()
    job.state = "done" if is_done else "failed"
    result = {"rows": job.row_count, "left_out": rows.left_out_count, "state": job.state}
    audit.record(session, AuditAction.EXPORT, resource.model, {**started.facts, **result})
    session.flush()


def _asked(session: AnySession, model: Any, listing: Listing) -> dict[str, Any]:
    """Return what of a table was asked for, as the audit log keeps it: values by name, customers by number."""
    facts = {
        "scope": listing.scope,
        "search": listing.search,
        "filters": [
            {"field": term.field, "operation": term.operation, "value": _value(session, model, term)}
            for term in listing.filters
        ],
        "sort": listing.sort or page_of(model).sort,
    }
    return {name: value for name, value in facts.items() if value}


def _value(session: AnySession, model: Any, term: FilterTerm) -> str | int:
    """Return the value of a filter: as typed; of one that picks a row the row's name, of a customer its id."""
    target: Any = attribute_of(model, term.field).target
    if target is None or term.operation != "is":
        return term.value
    row_id = int(term.value)
    if is_guarded(target):
        return row_id
    if issubclass(target, TreeMixin):
        path = paths_of(session, target, [row_id]).get(row_id, ())
        return " / ".join(name for _, name in path) or f"#{row_id}"
    row = session.get(target, row_id)
    return str(row) if row is not None else f"#{row_id}"


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
