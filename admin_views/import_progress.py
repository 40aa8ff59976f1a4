"""How far a job is, in numbers and words."""

from dataclasses import dataclass
from typing import Any

from flask_babel import format_decimal, gettext

from services.jobs import kind_of
from services.jobs.queue import Turn, current


@dataclass(frozen=True, slots=True)
class Progress:
    """How many rows are done."""

    done: int
    #: None while it is not known.
    total: int | None
    words: str


def progress_of(job: Any) -> Progress:
    """Return how far a job is: by its worker's last sign of life, else by what it has committed."""
    done, total = job.position, job.row_count or None
    if job.state == "running":
        turn = Turn(kind_of(job), job.id, job.attempt)
        beat = current().last_beats([turn]).get(turn)
        if beat is not None:
            done, total = max(done, beat.done), beat.total or total
    return Progress(done, total, _words(job.state, done, total))


def _words(state: str, done: int, total: int | None) -> str:
    if state == "waiting":
        return gettext("It waits for its turn.")
    if total:
        return gettext("%(done)s of %(total)s rows", done=format_decimal(done), total=format_decimal(total))
    return gettext("%(done)s rows", done=format_decimal(done))
