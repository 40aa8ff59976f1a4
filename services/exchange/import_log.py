"""Who may import a table, and what the audit log holds of imports as a whole. Flushes; the edge commits."""

from typing import Any

from auth.actor import AnySession, get_actor
from auth.errors import PermissionDeniedError
from models import ImportJob
from models.audit_action import AuditAction
from models.inspection import page_of
from models.meta import EVERYONE
from services import audit
from services.exchange.errors import FileError
from services.exchange.options import Options
from services.exchange.resource import Resource, resource_for


def require_import(session: AnySession, resource: Resource, options: Options) -> None:
    """Let pass who may import a table: with its permission, or the operator.

    :raises PermissionDeniedError: if the session's actor may not
    """
    actor, page = get_actor(session), page_of(resource.model)
    permission: Any = page.import_permission or page.write_permission or page.permission
    if actor is None or options.is_command or permission == EVERYONE:
        return
    if not (actor.is_company_admin if permission is None else actor.may(permission)):
        raise PermissionDeniedError(permission)


def require_import_now(session: AnySession, resource: Resource, options: Options) -> None:
    """Let pass who still may import a table when the job comes to it.

    :raises FileError: if the session's actor may not
    """
    try:
        require_import(session, resource, options)
    except PermissionDeniedError as error:
        raise FileError("may_not_import") from error


def note_import(session: AnySession, job: ImportJob, *, state: str = "done", is_kept: bool = True) -> None:
    """Note how an import ended.

    :param is_kept: whether what the job counts was written
    """
    facts = {"file": job.file_name, "mode": job.mode, "state": state, "rows": job.row_count}
    counts = {"added": 0, "updated": 0, "skipped": 0, "errors": job.error_count}
    if is_kept:
        counts |= {"added": job.inserted_count, "updated": job.updated_count, "skipped": job.skipped_count}
    audit.record(session, AuditAction.IMPORT, resource_for(job.endpoint).model, {**facts, **counts})
    session.flush()


def note_undo(session: AnySession, job: ImportJob, *, undone: int, kept: int) -> None:
    """Note that an import was taken back."""
    facts = {"file": job.file_name, "undone": AuditAction.IMPORT.value, "rows": undone, "left": kept}
    audit.record(session, AuditAction.UNDO, resource_for(job.endpoint).model, facts)
    session.flush()
