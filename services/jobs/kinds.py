"""The two kinds of jobs, and how long what belongs to one is kept."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, update

from auth.actor import AnySession
from models import ExportJob, ImportJob
from models.types import utc_now

Job = ImportJob | ExportJob
#: Kind -> its table.
KINDS: dict[str, type[Any]] = {"import": ImportJob, "export": ExportJob}
#: Days after which a job's file goes, and with it the plan and the undo.
KEPT_DAYS = 7
#: States in which a worker is at it, or will be.
UNDER_WAY = frozenset({"waiting", "running"})
#: Kind -> prefix of its files in the storage.
PREFIXES = {"import": "uploads", "export": "exports"}
#: States in which nothing more happens by itself.
ENDED = frozenset({"done", "failed", "cancelled", "undone"})


def model_of(kind: str) -> type[Any]:
    """Return the table of a kind."""
    return KINDS[kind]


def kind_of(job: Job) -> str:
    """Return "import" or "export"."""
    return "import" if isinstance(job, ImportJob) else "export"


def phase_of(job: Job) -> str:
    """Return the phase that the job is in; an export has one alone."""
    return job.phase if isinstance(job, ImportJob) else "run"


def broken_off(job: Job, state: str, fault: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return the columns of a job that ends before it is done.

    An import whose undo breaks off is done, as it was. One that has written nothing no longer counts what it planned.
    """
    columns: dict[str, Any] = {"state": state, "fault": fault, "finished_at": utc_now(), "expires_at": expiry()}
    if phase_of(job) == "undo":
        return columns | {"state": "done", "phase": "run"}
    if isinstance(job, ImportJob) and job.position == 0:
        columns |= {"inserted_count": 0, "updated_count": 0, "skipped_count": 0}
    return columns


def expiry() -> datetime:
    """Return when the file of a job that ends now goes."""
    return utc_now() + timedelta(days=KEPT_DAYS)


def is_expired(job: Job) -> bool:
    """Tell whether the file has gone or goes now. One that was never kept has none either."""
    return job.expires_at is None or job.expires_at <= utc_now()


def change_one(
    session: AnySession, model: type[Any], criterion: ColumnElement[bool], columns: Mapping[str, Any]
) -> bool:
    """Write columns of the row that meets the criterion; tell whether there was one. Compare-and-set."""
    result = session.execute(update(model).where(criterion).values(columns))
    return isinstance(result, CursorResult) and result.rowcount == 1
