"""The values that customers are counted by: five flat lists, and two trees whose counts take in what stands below."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, literal, select, union_all

from auth.actor import AnySession
from models import ChannelType, CustomerGrade, CustomerSource, CustomerStatus, FollowUpProgress
from services.ordering import UnknownRowError
from services.statistics.counting import Counts, rolled_up

#: Attribute of a customer -> the flat list that it points at.
LISTS: Mapping[str, Any] = {
    "progress": FollowUpProgress,
    "status": CustomerStatus,
    "grade": CustomerGrade,
    "source": CustomerSource,
    "channel_type": ChannelType,
}


@dataclass(frozen=True, slots=True)
class Line:
    """How many customers have a value."""

    #: Id of the value; None for customers that have none.
    id: int | None
    name: str
    count: int
    #: Whether values stand below this one.
    is_parent: bool = False
    #: Whether only customers are meant that have this very node, not one below it.
    is_exact: bool = False


@dataclass(frozen=True, slots=True)
class Branch:
    """The children of a tree node with what stands below them, and the way to the node."""

    lines: tuple[Line, ...]
    #: (id, name) from the root down to the node; empty above the roots.
    path: tuple[tuple[int, str], ...] = ()


def list_lines(session: AnySession, counts: Mapping[str, Counts]) -> dict[str, tuple[Line, ...]]:
    """Return the lines of each flat list in its order. One statement.

    A retired value is left out where nobody has it. Customers without a value come last; before the first step of the
    progress, since they have not taken it.
    """
    parts = [
        select(literal(name).label("field"), model.id, model.name, model.is_active, model.sort_order)
        for name, model in LISTS.items()
    ]
    every = union_all(*parts).subquery()
    found: dict[str, list[Line]] = {name: [] for name in LISTS}
    for row in session.execute(select(every).order_by(every.c.sort_order, every.c.id)):
        count = counts[row.field].get(row.id, 0)
        if row.is_active or count:
            found[row.field].append(Line(row.id, row.name, count))
    return {name: _with_none(lines, counts[name], is_first=name == "progress") for name, lines in found.items()}


def branch(session: AnySession, model: Any, counts: Counts, node_id: int | None = None) -> Branch:
    """Return the lines of the nodes under a node of a tree, in their order; without a node of the roots. One statement.

    :raises UnknownRowError: if there is no such node
    """
    columns = (model.id, model.name, model.parent_id, model.is_active)
    rows = {row.id: row for row in session.execute(select(*columns).order_by(model.sort_order, model.id))}
    if node_id is not None and node_id not in rows:
        raise UnknownRowError(f"{model.__tablename__} {node_id}")
    parents = {row.id: row.parent_id for row in rows.values()}
    totals, above = rolled_up(counts, parents), set(parents.values())
    lines = [
        Line(row.id, row.name, totals.get(row.id, 0), is_parent=row.id in above)
        for row in rows.values()
        if row.parent_id == node_id and (row.is_active or totals.get(row.id))
    ]
    if node_id is None:
        return Branch(_with_none(lines, counts))
    own = counts.get(node_id, 0)
    if own:
        lines.append(Line(node_id, rows[node_id].name, own, is_exact=True))
    return Branch(tuple(lines), _path(rows, node_id))


def _path(rows: Mapping[int, Row[Any]], node_id: int) -> tuple[tuple[int, str], ...]:
    way: dict[int, str] = {}
    above: int | None = node_id
    while above is not None and above not in way:  # a loop in a damaged tree ends
        way[above] = rows[above].name
        above = rows[above].parent_id
    return tuple(way.items())[::-1]


def _with_none(lines: Sequence[Line], counts: Counts, *, is_first: bool = False) -> tuple[Line, ...]:
    none = [Line(None, "", counts[None])] if counts.get(None) else []
    return (*none, *lines) if is_first else (*lines, *none)
