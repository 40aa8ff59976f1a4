"""Adding many nodes to a tree at once, from an indented outline: looked at first, then added by one transaction.

What is there already stays as it is and is not added again, so pasting twice adds nothing. One line that cannot be
added refuses them all.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Optional

from sqlalchemy import func, or_, select

from auth.actor import AnySession
from models.audit_action import AuditAction
from models.names import InvalidNameError, clean_name, name_key
from services import audit
from services.errors import ServiceError
from services.exchange.bulk import insert_rows, take_ids
from services.ordering import siblings
from services.outline_text import OutlineIndentError, OutlineLine, read_outline
from services.tree_queries import ancestor_ids
from services.trees import TreeDepthError, lock_tree


class LineState(StrEnum):
    """What becomes of a line."""

    NEW = "new"
    #: The tree has such a node; lines below it go below that.
    PRESENT = "present"
    #: An earlier line means the same node.
    REPEATED = "repeated"
    REFUSED = "refused"


@dataclass(slots=True, eq=False)
class PlannedLine:
    """A line of an outline and what becomes of it."""

    line: OutlineLine
    parent: Optional["PlannedLine"]
    name: str
    key: str
    state: LineState = LineState.NEW
    #: Why it is refused.
    fault: Exception | None = None
    #: The earlier line that means the same node.
    twin: Optional["PlannedLine"] = None
    #: Id of its node, once there is one.
    id: int | None = None
    #: Names below it, as compared.
    below: dict[str, "PlannedLine"] = field(default_factory=dict)


class RefusedOutlineError(ServiceError):
    """Some lines of an outline cannot be added, so none was."""

    def __init__(self, lines: Sequence[PlannedLine]) -> None:
        self.lines = [line for line in lines if line.fault is not None]
        super().__init__("; ".join(f"line {line.line.number}: {line.fault}" for line in self.lines[:3]))


def plan_outline(session: AnySession, model: Any, text: str, *, parent_id: int | None) -> list[PlannedLine]:
    """Say what would become of each line of an outline under a parent; no parent: at the top level.

    One statement a level, and one for the parent.

    :raises OutlineSizeError, EmptyOutlineError: as :func:`services.outline_text.read_outline`
    :raises UnknownRowError: if there is no such parent
    """
    room = model.max_depth - (len(ancestor_ids(session, model, parent_id)) if parent_id is not None else 0)
    lines = _place(model, read_outline(text), room=room)
    level = [line for line in lines if line.parent is None]
    while level:
        _find_present(session, model, level, parent_id=parent_id)
        level = [below for line in level if line.state is LineState.PRESENT for below in line.below.values()]
    return lines


def add_outline(session: AnySession, model: Any, text: str, *, parent_id: int | None) -> list[PlannedLine]:
    """Add the lines of an outline that are new, each behind its siblings in the order of the lines.

    :raises OutlineSizeError, EmptyOutlineError, UnknownRowError: as :func:`plan_outline`
    :raises RefusedOutlineError: if a line cannot be added
    """
    lock_tree(session, model)
    lines = plan_outline(session, model, text, parent_id=parent_id)
    if any(line.state is LineState.REFUSED for line in lines):
        raise RefusedOutlineError(lines)
    new = [line for line in lines if line.state is LineState.NEW]
    new.sort(key=lambda line: line.line.level)  # parents first; SQLAlchemy batches neighbours with the same columns
    _insert(session, model, new, parent_id=parent_id)
    created = {line.id: {"name": [None, line.name]} for line in new if line.id is not None}
    audit.record_rows(session, AuditAction.CREATE, model, created)
    return lines


def _place(model: Any, lines: Iterable[OutlineLine], *, room: int) -> list[PlannedLine]:
    """Put each line below its parent; a line that repeats another gives its children to that one."""
    placed: list[PlannedLine] = []
    roots: dict[str, PlannedLine] = {}
    way: list[PlannedLine] = []  # from the outline's root to the last line
    for line in lines:
        del way[line.level - 1 :]
        parent = way[-1] if way else None
        planned = _planned(model, line, parent, room=room)
        placed.append(planned)
        twin = (parent.below if parent is not None else roots).setdefault(planned.key, planned)
        if twin is not planned and planned.state is LineState.NEW:
            planned.state, planned.twin = LineState.REPEATED, twin
        way.append(twin)
    return placed


def _planned(model: Any, line: OutlineLine, parent: PlannedLine | None, *, room: int) -> PlannedLine:
    planned = PlannedLine(line, parent, line.name, name_key(line.name))
    try:
        planned.name = clean_name(line.name, limit=model.name_limit, is_path_segment=model.is_path_segment)
        if not line.is_aligned:
            raise OutlineIndentError(f"line {line.number}")
        if line.level > room:
            raise TreeDepthError(model.max_depth)
    except (InvalidNameError, ServiceError) as fault:
        planned.state, planned.fault = LineState.REFUSED, fault
    return planned


def _find_present(session: AnySession, model: Any, level: list[PlannedLine], *, parent_id: int | None) -> None:
    """Mark the new lines of one level whose node is there already."""
    wanted = {(_parent_id(line, parent_id), line.key): line for line in level if line.state is LineState.NEW}
    parent_ids = {above for above, _key in wanted}
    rows = session.execute(
        select(model.id, model.parent_id, model.name_key).where(
            _under_any(model, parent_ids), model.name_key.in_({key for _above, key in wanted})
        )
    )
    for row in rows:
        line = wanted.get((row.parent_id, row.name_key))
        if line is not None:
            line.id, line.state = row.id, LineState.PRESENT


def _insert(session: AnySession, model: Any, lines: list[PlannedLine], *, parent_id: int | None) -> None:
    """Write the nodes of the lines, which stand behind their parents'."""
    for line, row_id in zip(lines, take_ids(session, model, len(lines)), strict=True):
        line.id = row_id
    above = [_parent_id(line, parent_id) for line in lines]
    last = select(model.parent_id, func.max(model.sort_order)).where(_under_any(model, set(above)))
    places = {row[0]: row[1] for row in session.execute(last.group_by(model.parent_id))}
    rows = []
    for line, above_id in zip(lines, above, strict=True):
        places[above_id] = places.get(above_id, 0) + 1
        rows.append({"id": line.id, "name": line.name, "parent_id": above_id, "sort_order": places[above_id]})
    insert_rows(session, model, rows, None)


def _parent_id(line: PlannedLine, parent_id: int | None) -> int | None:
    return parent_id if line.parent is None else line.parent.id


def _under_any(model: Any, parent_ids: set[int | None]) -> Any:
    """Return the criterion for the nodes directly under any of the parents, None being the top level."""
    known = {row_id for row_id in parent_ids if row_id is not None}
    under = model.parent_id.in_(known)
    return or_(under, siblings(model, None)) if None in parent_ids else under
