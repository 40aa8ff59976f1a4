"""What has to be known before a node is moved, by one statement whatever the size of the tree.

Only ``services.trees`` uses it; the tree's lock is held meanwhile.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, literal, or_, select

from auth.actor import AnySession
from services.ordering import siblings


@dataclass(frozen=True, slots=True)
class Surroundings:
    """A node and where it is to go."""

    #: The node as (id, name, name_key, parent_id, sort_order, version); None if it is not there.
    node: Any
    #: Children of the new parent in their order, the node among them if it stands there already.
    present: Sequence[Any]
    #: Level of the new parent, roots being 1; 0 for the top level and where there is no such parent.
    parent_level: int
    #: Whether the new parent is the node, or below it.
    is_below_itself: bool
    #: Levels of the node's subtree; 0 where the parent stays, since it is not asked then.
    height: int


def surroundings(session: AnySession, model: Any, node_id: int, *, parent_id: int | None) -> Surroundings:
    """Read a node, the children of its new parent, the parent's level and the height of what moves."""
    above, below = _above(model, parent_id), _below(model, node_id, parent_id)
    columns = (model.id, model.name, model.name_key, model.parent_id, model.sort_order, model.version)
    facts = (
        select(func.count()).select_from(above).scalar_subquery().label("parent_level"),
        select(func.count()).where(above.c.id == node_id).scalar_subquery().label("meetings"),
        select(func.max(below.c.level)).scalar_subquery().label("height"),
    )
    rows: Sequence[Any] = session.execute(
        select(*columns, *facts)
        .where(or_(model.id == node_id, siblings(model, parent_id)))
        .order_by(model.sort_order, model.id)
    ).all()
    first = rows[0] if rows else None
    return Surroundings(
        node=next((row for row in rows if row.id == node_id), None),
        present=[row for row in rows if row.parent_id == parent_id],
        parent_level=first.parent_level if first is not None else 0,
        is_below_itself=first is not None and first.meetings > 0,
        height=(first.height or 0) if first is not None else 0,
    )


def _above(model: Any, node_id: int | None) -> Any:
    """Return the node and its ancestors. A loop, which only a damaged database holds, ends at the limit of steps."""
    step = literal(1).label("step")
    above = select(model.id, model.parent_id, step).where(model.id == node_id).cte("above", recursive=True)
    return above.union(
        select(model.id, model.parent_id, above.c.step + 1).where(
            model.id == above.c.parent_id, above.c.step < model.max_depth
        )
    )


def _below(model: Any, node_id: int, parent_id: int | None) -> Any:
    """Return the node's subtree with levels, to one more than the model allows; nothing where the parent stays."""
    moved = (model.id == node_id, model.parent_id.is_distinct_from(parent_id))
    below = select(model.id, literal(1).label("level")).where(*moved).cte("below", recursive=True)
    return below.union(
        select(model.id, below.c.level + 1).where(model.parent_id == below.c.id, below.c.level <= model.max_depth)
    )
