"""Imports as jobs: an upload becomes a stored plan, the confirmed plan is carried out, and can be taken back.

Pages and commands begin here. What asks for a phase flushes, and says whether the caller is to commit and ``perform``
the job itself: small ones are done at once, others by a worker, which the commit wakes.
"""

from pathlib import PurePath
from typing import IO, Any

from sqlalchemy import exists, select

from auth.actor import AnySession, get_actor
from auth.errors import PermissionDeniedError
from models import ImportChange, ImportJob
from models.inspection import page_of
from services import storage
from services.exchange.error_files import ErrorWords, error_file_type, write_error_file
from services.exchange.errors import FileError
from services.exchange.executing import execute
from services.exchange.import_log import note_import, require_import
from services.exchange.options import Options
from services.exchange.plan_reading import (
    KEPT,
    LEFT,
    PAGE_ROWS,
    PlannedRow,
    count_rows,
    kept_rows,
    kept_values,
    missing_values,
    plan_rows,
    refused_rows,
    tree_changes,
    unknown_values,
)
from services.exchange.planning import plan
from services.exchange.resource import Resource, resource_for
from services.exchange.undoing import undo
from services.jobs import JobStateError, enqueue, register
from services.jobs.kinds import PREFIXES

__all__ = [
    "INLINE_ROWS",
    "KEPT",
    "LEFT",
    "PAGE_ROWS",
    "ErrorWords",
    "PlannedRow",
    "ask_plan",
    "ask_undo",
    "can_confirm",
    "can_undo",
    "change_options",
    "confirm",
    "count_rows",
    "create",
    "error_file_type",
    "execute",
    "give_up",
    "kept_rows",
    "kept_values",
    "missing_values",
    "plan",
    "plan_rows",
    "refused_rows",
    "tree_changes",
    "undo",
    "unknown_values",
    "write_error_file",
]

#: Up to so many rows an import is planned and run within the request that asks for it.
INLINE_ROWS = 5_000
#: Up to so many bytes an upload is taken for one of no more rows than that.
_INLINE_BYTES = 512 * 1024
_FILE_NAME_LENGTH = 200
#: States after which the file can be planned again, and after which something may have been written.
_PLANNABLE = frozenset({"uploaded", "planned", "failed", "cancelled"})
_ENDED = frozenset({"done", "failed", "cancelled"})

for _phase, _handler in (("plan", plan), ("run", execute), ("undo", undo)):
    register("import", _phase, _handler)


def create(session: AnySession, resource: Resource, stream: IO[bytes], file_name: str, options: Options) -> ImportJob:
    """Keep an upload and return its job, state ``uploaded``. Flushes.

    :raises PermissionDeniedError: if the session's actor may not import the table
    :raises FileError: if the table takes no imports
    """
    if "import" not in page_of(resource.model).actions:
        raise FileError("not_imported", value=resource.endpoint)
    require_import(session, resource, options)
    actor = get_actor(session)
    key = storage.put(stream, prefix=PREFIXES["import"])  # type: ignore[arg-type]  # IO[bytes] and BinaryIO read alike
    job = ImportJob(
        owner_id=actor.id if actor is not None else None,
        endpoint=resource.endpoint,
        file_name=PurePath(file_name).name[-_FILE_NAME_LENGTH:],
        file_key=key,
        file_size=storage.size(key),
        state="uploaded",
        phase="plan",
        mode=options.mode.value,
        options=options.as_json(),
    )
    session.add(job)
    session.flush()
    return job


def change_options(session: AnySession, job: ImportJob, options: Options) -> None:
    """Let the file be planned in another way: mapping, defaults, values, skipped rows. Flushes; see :func:`ask_plan`.

    :raises JobStateError: if it is running, or something was written
    """
    if job.state not in _PLANNABLE or job.phase == "undo" or (job.phase == "run" and job.state != "planned"):
        raise JobStateError(f"import {job.id} is {job.state}")
    job.mode, job.options = options.mode.value, options.as_json()
    session.flush()


def ask_plan(session: AnySession, job: ImportJob, *, is_inline: bool | None = None) -> bool:
    """Let the plan be made (again) next. Flushes.

    :returns: whether the caller is to commit and ``perform("import", job.id)``; else the commit wakes a worker
    :raises JobStateError: if it is running, was taken back, or its file has expired
    """
    is_small = (job.file_size or 0) <= _INLINE_BYTES
    return _ask(session, job, "plan", is_inline=is_small if is_inline is None else is_inline)


def can_confirm(job: ImportJob) -> bool:
    """Tell whether a plan can be carried out: it would write something, and has no errors or is partial."""
    writes = job.inserted_count + job.updated_count > 0
    return job.state == "planned" and writes and (Options.from_json(job.options).is_partial or job.error_count == 0)


def confirm(session: AnySession, job: ImportJob, *, is_inline: bool | None = None) -> bool:
    """Let a plan be carried out next. Flushes.

    :returns: whether the caller is to commit and ``perform("import", job.id)``; else the commit wakes a worker
    :raises JobStateError: if it is not planned, or has errors and is not partial
    :raises PermissionDeniedError: if the session's actor may not import the table
    """
    has_errors = job.error_count > 0 and not Options.from_json(job.options).is_partial
    if job.state != "planned" or has_errors:
        raise JobStateError(f"import {job.id} is {job.state}, with {job.error_count} errors")
    require_import(session, resource_for(job.endpoint), Options.from_json(job.options))
    return _ask(session, job, "run", is_inline=_is_small(job) if is_inline is None else is_inline)


def give_up(session: AnySession, job: ImportJob) -> None:
    """Note that a plan is not carried out: its file has errors. Flushes."""
    job.state = "failed"
    job.inserted_count = job.updated_count = job.skipped_count = 0
    note_import(session, job, state="failed", is_kept=False)


def can_undo(session: AnySession, job: ImportJob) -> bool:
    """Tell whether an import wrote something that can be taken back, and by the session's actor."""
    actor = get_actor(session)
    is_mine = actor is None or actor.is_company_admin or actor.id == job.owner_id
    if not is_mine or job.state not in _ENDED or job.phase == "plan":
        return False
    return bool(session.scalar(select(exists().where(ImportChange.job_id == job.id))))


def ask_undo(session: AnySession, job: ImportJob, *, is_inline: bool | None = None) -> bool:
    """Let what an import wrote be taken back next. Flushes.

    :returns: whether the caller is to commit and ``perform("import", job.id)``; else the commit wakes a worker
    :raises JobStateError: if it wrote nothing, or what it takes has expired
    :raises PermissionDeniedError: if the session's actor is neither the owner with the right to import, nor an admin
    """
    actor = get_actor(session)
    if actor is not None and not actor.is_company_admin and actor.id != job.owner_id:
        raise PermissionDeniedError("undo")
    require_import(session, resource_for(job.endpoint), Options.from_json(job.options))
    if not can_undo(session, job):
        raise JobStateError(f"import {job.id} is {job.state}, or wrote nothing")
    job.summary = {**(job.summary or {}), "undo_by": actor.id if actor is not None else None}
    return _ask(session, job, "undo", is_inline=_is_small(job) if is_inline is None else is_inline)


def _is_small(job: ImportJob) -> bool:
    return job.row_count <= INLINE_ROWS


def _ask(session: AnySession, job: Any, phase: str, *, is_inline: bool) -> bool:
    enqueue(session, job, phase=phase, is_inline=is_inline)
    return is_inline
