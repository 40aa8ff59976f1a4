"""Imports as jobs: an upload becomes a stored plan, the confirmed plan is carried out, and can be taken back.

Pages and commands begin here. ``create`` and the functions that ask for a phase flush; ``plan``, ``execute`` and
``undo`` are the handlers of the phases, run by ``services.jobs`` in a worker or inline.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from auth.actor import AnySession
from models import ImportJob
from services.exchange.options import Options
from services.exchange.resource import Resource
from services.exchange.results import Action, RowFault, TreeDiff

#: Up to so many rows an import is planned and run within the request that asks for it.
INLINE_ROWS = 5_000
#: Rows of a plan that a page shows.
PAGE_ROWS = 50


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """A row of a plan, as one who looks at it may see it."""

    #: Number in the file.
    number: int
    #: insert, update, skip or error.
    action: str
    #: Name of the row that it means; empty for a new one, and for one that the viewer does not see.
    title: str
    #: Field -> (text before, text after); before is None for a new row. Of a row with faults: the file's texts.
    changes: Mapping[str, tuple[str | None, str | None]]
    faults: Sequence[RowFault]
    #: None until the run came to it; then written, left (see the faults) or undone.
    outcome: str | None
    #: Id of the row that it means, or has become; None if the viewer does not see it.
    target_id: int | None


def create(session: AnySession, resource: Resource, stream: IO[bytes], file_name: str, options: Options) -> ImportJob:
    """Keep an upload and return its job, state ``uploaded``. Flushes.

    :raises PermissionDeniedError: if the session's actor may not import the table
    :raises FileError: if the table takes no imports
    """
    raise NotImplementedError


def change_options(session: AnySession, job: ImportJob, options: Options) -> None:
    """Let the file be planned anew in another way: mapping, defaults, values, skipped rows. Flushes.

    Its state is ``uploaded`` again; the caller lets the plan be made.

    :raises JobStateError: if it is running, or was carried out
    """
    raise NotImplementedError


def confirm(session: AnySession, job: ImportJob) -> None:
    """Let a plan be carried out next: phase ``run``. Flushes; the caller lets it run.

    :raises JobStateError: if it is not planned, would write nothing, or has errors and is not partial
    """
    raise NotImplementedError


def ask_undo(session: AnySession, job: ImportJob) -> None:
    """Let what an import wrote be taken back next: phase ``undo``. Flushes; the caller lets it run.

    :raises JobStateError: if it is not done, or its plan has expired
    :raises PermissionDeniedError: if the session's actor is neither the owner with the right to import, nor an admin
    """
    raise NotImplementedError


def plan_rows(
    session: AnySession, job: ImportJob, *, action: Action | str | None = None, page: int = 0
) -> list[PlannedRow]:
    """Return :data:`PAGE_ROWS` rows of the plan in the order of the file.

    Of a row whose target the session's actor does not see (any more), number, action and reasons are told, no more.

    :param action: only rows with this one; ``left`` and ``kept`` are those that the run, or the undo, did not touch
    :param page: from 0
    """
    raise NotImplementedError


def unknown_values(session: AnySession, job: ImportJob) -> Mapping[str, Mapping[str, int]]:
    """Return field -> text of the file that no row of the field's table has -> number of rows, in the file's order.

    Fields whose rows only some people see (customers) are left out.
    """
    raise NotImplementedError


def missing_values(session: AnySession, job: ImportJob) -> Mapping[str, Sequence[str]]:
    """Return field -> values, or paths of nodes, that the run will add, in the order of the file."""
    raise NotImplementedError


def tree_changes(session: AnySession, job: ImportJob) -> TreeDiff | None:
    """Return what the plan does to a tree, node by node; None for other tables."""
    raise NotImplementedError


def write_error_file(session: AnySession, job: ImportJob, path: Path, words: Any = None) -> int:
    """Write the refused and untouched rows in the upload's own format, ready to be mended and sent again.

    All its columns and cells, then 行号 / Row and 错误原因 / Reason with all reasons. It holds nothing that the upload
    did not hold but the reasons.

    :param words: :class:`ErrorWords` of the reader's language; English ones if not given
    :returns: the number of rows
    """
    raise NotImplementedError
