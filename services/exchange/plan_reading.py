"""What a stored plan, and what became of it, says to one who looks at it now."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, String, case, cast, func, select

from auth.actor import AnySession, get_actor
from auth.visibility import among, dialect_of
from models import ImportJob, ImportRow
from models.scope import UnfilteredReason, unfiltered
from services.exchange.plan_rows import ERROR, fault_of
from services.exchange.planning import diff_from
from services.exchange.resource import resource_for
from services.exchange.results import Action, RowFault, TreeDiff

#: Rows of a plan that a page shows.
PAGE_ROWS = 50
#: Rows that the run did not touch, and rows that the undo did not.
LEFT, KEPT = "left", "kept"


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """A row of a plan, as one who looks at it may see it."""

    #: Number in the file.
    number: int
    #: insert, update, skip or error.
    action: str
    #: Name of the row that it means, or has become; empty for a new one, and for one that the viewer does not see.
    title: str
    #: Field -> (text before, text after); before is None for a new row. Of a row with faults: the file's texts.
    changes: Mapping[str, tuple[str | None, str | None]]
    faults: Sequence[RowFault]
    #: None until the run came to it; then written, left (see the faults) or undone.
    outcome: str | None
    #: Id of the row that it means, or has become; None if the viewer does not see it.
    target_id: int | None


def plan_rows(
    session: AnySession, job: ImportJob, *, action: Action | str | None = None, page: int = 0
) -> list[PlannedRow]:
    """Return :data:`PAGE_ROWS` rows of the plan in the order of the file.

    Refused rows whose faults go when another row is mended stand last among them.

    Of a row whose target the session's actor does not see (any more), number, action and reasons are told, no more.

    :param action: insert, update, skip or error; ``left``: what the run did not touch, ``kept``: what the undo did not
    :param page: from 0
    """
    order = (_is_mere_consequence(), ImportRow.number) if action == ERROR else (ImportRow.number,)
    statement = select(ImportRow).where(ImportRow.job_id == job.id, _is(action)).order_by(*order)
    rows = session.scalars(statement.limit(PAGE_ROWS).offset(max(0, page) * PAGE_ROWS)).all()
    titles = _titles(session, resource_for(job.endpoint).model, [row.target_id for row in rows if row.target_id])
    return [_shown(row, titles) for row in rows]


def count_rows(session: AnySession, job: ImportJob, *, action: Action | str | None = None) -> int:
    """Return how many rows :func:`plan_rows` has on all its pages."""
    counted = select(func.count()).select_from(ImportRow).where(ImportRow.job_id == job.id, _is(action))
    return session.scalar(counted) or 0


def unknown_values(session: AnySession, job: ImportJob) -> Mapping[str, Mapping[str, int]]:
    """Return field -> text of the file that no row of the field's table has -> number of rows, in the file's order.

    Fields whose rows only some people see (customers) are left out.
    """
    return dict((job.summary or {}).get("unknown", {}))


def missing_values(session: AnySession, job: ImportJob) -> Mapping[str, Sequence[str]]:
    """Return field -> values, or paths of nodes, that the run will add, in the order of the file."""
    return dict((job.summary or {}).get("missing", {}))


def kept_values(job: ImportJob) -> Sequence[str]:
    """Return the values that the import added and its undo left: they are in use, or were edited since."""
    return list((job.summary or {}).get("undo", {}).get("values", ()))


def tree_changes(session: AnySession, job: ImportJob) -> TreeDiff | None:
    """Return what the plan does to a tree, node by node; None for other tables."""
    kept = (job.summary or {}).get("diff")
    return None if kept is None else diff_from(kept)


def refused_rows() -> ColumnElement[bool]:
    """Return the criterion for the rows of a plan that were refused, or that the run did not touch."""
    return (ImportRow.action == ERROR) | (ImportRow.outcome == "left")


def kept_rows() -> ColumnElement[bool]:
    """Return the criterion for the rows that the undo did not touch."""
    return (ImportRow.outcome == "written") & (cast(ImportRow.faults, String) != "[]")


def _is(action: Action | str | None) -> ColumnElement[bool]:
    """Return the criterion for the rows that are asked for."""
    special = {LEFT: ImportRow.outcome == "left", KEPT: kept_rows()}
    if action is None:
        return ImportRow.id.is_not(None)
    return special.get(str(action), ImportRow.action == str(action))


def _is_mere_consequence() -> ColumnElement[int]:
    """Return 1 for rows that were refused because another was, 0 for others."""
    faults = cast(ImportRow.faults, String)
    return case((faults.contains('"parent_failed"') | faults.contains('"supervisor_failed"'), 1), else_=0)


def _titles(session: AnySession, model: Any, ids: Iterable[int]) -> dict[int, str]:
    """Return id -> name of the rows that the session's actor sees."""
    wanted = list(ids)
    if not wanted:
        return {}
    statement = select(model).where(among(model.id, wanted, dialect_of(session)))
    if get_actor(session) is not None:
        return {row.id: _name(row) for row in session.scalars(statement)}
    with unfiltered(session, UnfilteredReason.COMMAND) as every:
        return {row.id: _name(row) for row in every.scalars(statement)}


def _name(row: Any) -> str:
    return str(getattr(row, "name", row))


def _shown(row: ImportRow, titles: Mapping[int, str]) -> PlannedRow:
    is_shown = row.target_id is None or row.target_id in titles
    return PlannedRow(
        number=row.number,
        action=row.action,
        title=titles.get(row.target_id or 0, ""),
        changes={name: (pair[0], pair[1]) for name, pair in row.changes.items()} if is_shown else {},
        faults=[fault_of(row.number, fault) for fault in row.faults],
        outcome=row.outcome,
        target_id=row.target_id if is_shown else None,
    )
