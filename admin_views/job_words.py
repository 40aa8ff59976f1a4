"""Jobs in words: what each is about, how far it is, why it failed."""

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext, lazy_gettext as _, ngettext

from admin_views.exchange_messages import CELL_SENTENCES, FILE_SENTENCES
from admin_views.text import text
from models import ImportJob
from models.enums import IMPORT_PHASE_LABELS, JOB_STATE_LABELS
from services import jobs
from services.jobs.kinds import Job
from services.jobs.queue import Beat

#: Code of a fault that the worker sets -> sentence.
JOB_SENTENCES: dict[str, Any] = {
    "crashed": _("The worker died %(times)d times while at it; an administrator finds the reason in the server's log."),
    "expired": _("It was not confirmed within %(days)d days, and its file is gone."),
    "failed": _("Something went wrong; an administrator finds the reason in the server's log."),
    "interrupted": _("The program that ran it was stopped."),
    "owner_gone": _("The person who asked for it may no longer log in."),
}
#: State -> class of its badge.
_BADGES = {"waiting": "blue", "running": "blue", "planned": "yellow", "done": "green", "failed": "red"}
_HUNDRED = 100


@dataclass(frozen=True, slots=True)
class JobLine:
    """A job as its page shows it. What may be done with it is the page's business."""

    job: Job
    #: Such as ``import-5``: tells it from the others on the page and in the JSON of the progress.
    key: str
    kind: str
    title: str
    state: str
    badge: str
    #: What it does now, and how far it is.
    progress: str
    #: 0 to 100; None while it is not known.
    percent: int | None
    #: What came of it; nothing while it is under way.
    outcome: str
    #: Why it ended before it was done.
    fault: str

    @property
    def is_under_way(self) -> bool:
        """Tell whether it waits or runs."""
        return self.job.state in {"waiting", "running"}


def line_of(job: Job, table_title: str, beat: Beat | None) -> JobLine:
    """Return a job in words.

    :param table_title: what the menu calls its table
    """
    is_import = isinstance(job, ImportJob)
    kind = jobs.kind_of(job)
    words = (
        gettext("Import: %(title)s", title=table_title)
        if is_import
        else gettext("Export: %(title)s", title=table_title)
    )
    return JobLine(
        job=job,
        key=f"{kind}-{job.id}",
        kind=kind,
        title=words,
        state=text(JOB_STATE_LABELS[job.state]),
        badge=_BADGES.get(job.state, "secondary"),
        progress=_progress_words(job, beat),
        percent=percent_of(beat),
        outcome=_outcome(job),
        fault=fault_words(job.fault),
    )


def percent_of(beat: Beat | None) -> int | None:
    """Return how much is done, 0 to 100; None while it is not known."""
    if beat is None or not beat.total:
        return None
    return max(0, min(_HUNDRED, _HUNDRED * beat.done // beat.total))


def fault_words(fault: dict[str, Any] | None) -> str:
    """Return why a job failed; nothing if it did not."""
    if not fault:
        return ""
    sentences = JOB_SENTENCES | FILE_SENTENCES | CELL_SENTENCES
    try:
        return str(sentences[fault["code"]]) % fault["data"]
    except (KeyError, TypeError, ValueError):  # written by another version
        return str(JOB_SENTENCES["failed"])


def _progress_words(job: Job, beat: Beat | None) -> str:
    step = text(IMPORT_PHASE_LABELS[job.phase]) if isinstance(job, ImportJob) else gettext("Export")
    if job.state == "waiting":
        return gettext("%(step)s: waits for a worker", step=step)
    if beat is None or (not beat.total and not beat.done):
        return gettext("%(step)s: under way", step=step)
    if beat.total:
        return gettext(
            "%(step)s: %(done)s of %(total)s rows", step=step, done=f"{beat.done:,}", total=f"{beat.total:,}"
        )
    return gettext("%(step)s: %(done)s rows so far", step=step, done=f"{beat.done:,}")


def _outcome(job: Job) -> str:
    if job.state in {"waiting", "running", "uploaded"}:
        return ""
    if not isinstance(job, ImportJob):
        return ngettext("%(num)s row", "%(num)s rows", job.row_count) if job.state == "done" else ""
    if job.state in {"failed", "cancelled"} and job.position == 0:
        return gettext("Nothing was written.")
    if job.state == "planned":
        return gettext(
            "Would add %(added)d, update %(updated)d, skip %(skipped)d; %(errors)d with errors",
            added=job.inserted_count,
            updated=job.updated_count,
            skipped=job.skipped_count,
            errors=job.error_count,
        )
    return gettext(
        "%(added)d added, %(updated)d updated, %(skipped)d skipped, %(errors)d with errors",
        added=job.inserted_count,
        updated=job.updated_count,
        skipped=job.skipped_count,
        errors=job.error_count,
    )
