"""Rows of the export log, with an audit entry each. Flushes; the edge commits."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from auth.actor import AnySession, get_actor
from models import ExportJob
from models.audit_action import AuditAction
from models.inspection import page_of
from models.mixins import TreeMixin
from models.types import utc_now
from services import audit
from services.exchange.export_request import ExportRequest
from services.exchange.exporter import Export
from services.exchange.instances import is_guarded
from services.exchange.resource import Resource, resource_for
from services.listing import FilterTerm, Listing, filtered_attribute
from services.tree_queries import paths_of

#: Operations whose value is the id of a related row.
_PICKING = frozenset({"is", "at", "from"})
_FILE_NAME_LENGTH = 200


@dataclass(frozen=True, slots=True)
class StartedExport:
    """An export under way: its row of the log, and what the audit log will hold of it."""

    job_id: int
    facts: Mapping[str, Any]


def new_job(session: AnySession, request: ExportRequest) -> ExportJob:
    """Return the row of the log for an export that the session's actor asks for; it is not added yet."""
    actor = get_actor(session)
    return ExportJob(
        owner_id=actor.id if actor is not None else None,
        endpoint=request.endpoint,
        file_name=request.file_name[-_FILE_NAME_LENGTH:],
        query=dict(request.query or {}),
        options=request.as_json(),
    )


def start_export(session: AnySession, request: ExportRequest) -> StartedExport:
    """Log that an export begins: who takes which list."""
    job = new_job(session, request)
    session.add(job)
    session.flush()
    return StartedExport(job.id, facts_of(session, request))


def finish_export(session: AnySession, started: StartedExport, rows: Export, *, is_done: bool) -> None:
    """Log how an export ended, with an audit entry."""
    job = session.get_one(ExportJob, started.job_id)
    job.row_count, job.finished_at = rows.row_count, utc_now()
    job.state = "done" if is_done else "failed"
    record_export(session, resource_for(job.endpoint), started.facts, rows, state=job.state)


def record_export(
    session: AnySession, resource: Resource, facts: Mapping[str, Any], rows: Export, *, state: str
) -> None:
    """Write the audit entry of an export that has ended."""
    result = {"rows": rows.row_count, "left_out": rows.count_left_out(), "state": state}
    audit.record(session, AuditAction.EXPORT, resource.model, {**facts, **result})
    session.flush()


def facts_of(session: AnySession, request: ExportRequest) -> dict[str, Any]:
    """Return what the audit log keeps of what was asked for: values by name, customers by number."""
    facts: dict[str, Any] = {"file": request.file_name[-_FILE_NAME_LENGTH:], "type": request.export_type}
    facts |= _asked(session, resource_for(request.endpoint).model, request.listing)
    if request.ids is not None:
        facts["chosen"] = len(request.ids)
    return facts if request.query is not None else facts | {"command_line": True}


def _asked(session: AnySession, model: Any, listing: Listing) -> dict[str, Any]:
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
    target: Any = filtered_attribute(model, term.field).target
    if target is None or term.operation not in _PICKING:
        return term.value
    row_id = int(term.value)
    if is_guarded(target):
        return row_id
    if issubclass(target, TreeMixin):
        path = paths_of(session, target, [row_id]).get(row_id, ())
        return " / ".join(name for _, name in path) or f"#{row_id}"
    row = session.get(target, row_id)
    return str(row) if row is not None else f"#{row_id}"
