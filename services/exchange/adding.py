"""Adds the values that the rows of an import name and that are missing: last in their list, in the file's order."""

from typing import Any

from sqlalchemy import select

from auth.actor import AnySession
from models import ImportJob
from models.audit_action import AuditAction
from services import audit
from services.exchange.errors import FileError
from services.exchange.importer import planned, setup_of, write
from services.exchange.missing import targets_of
from services.exchange.options import Options
from services.exchange.resource import Resource, resource_of
from services.exchange.results import Mode
from services.exchange.whole_file import WholeFile


def add_missing_values(session: AnySession, job: ImportJob, resource: Resource) -> None:
    """Write the values that a plan says are missing; those that are there by now are left alone. Flushes.

    Whether the session's actor may was asked when the file was set up.

    :raises FileError: if one of them cannot be written any more
    """
    missing = (job.summary or {}).get("missing", {})
    for model, texts in targets_of(resource, missing).items():
        _add(session, job, model, texts)


def _add(session: AnySession, job: ImportJob, model: Any, texts: list[str]) -> None:
    resource = resource_of(model)
    setup = setup_of(session, resource, ["path" if resource.is_tree else "name"], Options(Mode.SKIP))
    lines = list(enumerate(([text] for text in texts), start=1))
    with planned(session, setup, lines, file=WholeFile(), journal_of=job.id, is_rowless=True) as chunk:
        if any(row.faults for row in chunk.rows):
            raise FileError("plan_changed")
        present = set(chunk.context.every.scalars(select(model.id)))
        write(chunk)
        new = chunk.context.every.execute(select(model.id, model.name).order_by(model.id)).all()
        noted = {row.id: {"name": [None, row.name]} for row in new if row.id not in present}
        audit.record_rows(chunk.context.every, AuditAction.CREATE, model, noted)
