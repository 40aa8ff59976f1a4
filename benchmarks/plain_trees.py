"""Work with trees as one would write it without Kepei: nothing but a circle is checked, nothing is locked."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, exists, select, update
from sqlalchemy.orm import Session

from services.tree_queries import find_nodes

SEARCHED = "城关"
HITS = 50


@dataclass(frozen=True, slots=True)
class Task:
    """What to do: move a node, open one, or search."""

    model: Any
    node_id: int = 0
    version: int = 0
    parent_id: int | None = None
    before_id: int | None = None


def _new_order(session: Session, task: Task) -> list[int]:
    """Return the children of the new parent in their new order, read by one statement; nothing is checked."""
    model = task.model
    statement = select(model.id).where(model.parent_id == task.parent_id).order_by(model.sort_order)
    order = [row_id for row_id in session.scalars(statement) if row_id != task.node_id]
    order.insert(order.index(task.before_id) if task.before_id is not None else len(order), task.node_id)
    return order


def renumber_all(session: Session, task: Task) -> Any:
    """Move by one UPDATE of all siblings, and one of those left behind."""
    model, order = task.model, _new_order(session, task)
    old_parent_id = session.scalar(select(model.parent_id).where(model.id == task.node_id))
    places = {row_id: place for place, row_id in enumerate(order, start=1)}
    values = {"sort_order": case(places, value=model.id), "parent_id": task.parent_id, "version": model.version + 1}
    session.execute(update(model).where(model.id.in_(order)).values(values))
    if old_parent_id != task.parent_id:
        left = select(model.id).where(model.parent_id == old_parent_id).order_by(model.sort_order)
        places = {row_id: place for place, row_id in enumerate(session.scalars(left), start=1)}
        session.execute(update(model).where(model.id.in_(places)).values(sort_order=case(places, value=model.id)))
    return order


def move_by_nodes(session: Session, task: Task) -> Any:
    """Move by objects: up to the root, down the subtree, then each sibling its place."""
    model, order = task.model, _new_order(session, task)
    node = session.get_one(model, task.node_id)
    old_parent_id, above = node.parent_id, session.get(model, task.parent_id)
    while above is not None:
        if above is node:
            raise ValueError("a circle")
        above = above.parent
    _height(session, node)
    node.parent_id = task.parent_id
    session.flush()
    for place, row_id in enumerate(order, start=1):
        session.get_one(model, row_id).sort_order = place
    if old_parent_id != task.parent_id:
        left = select(model).where(model.parent_id == old_parent_id).order_by(model.sort_order)
        for place, sibling in enumerate(session.scalars(left).all(), start=1):
            sibling.sort_order = place
    return order


def _height(session: Session, node: Any) -> int:
    below = session.scalars(select(type(node)).where(type(node).parent_id == node.id)).all()
    return 1 + max((_height(session, child) for child in below), default=0)


def open_by_nodes(session: Session, task: Task) -> Any:
    """Open a node by asking of each child whether it has children."""
    model = task.model
    rows = session.scalars(select(model).where(model.parent_id == task.node_id).order_by(model.sort_order)).all()
    return [(row.id, row.name, bool(session.scalar(select(exists().where(model.parent_id == row.id))))) for row in rows]


def find_by_nodes(session: Session, task: Task) -> Any:
    """Search by going up from each hit."""
    found = {}
    for hit in find_nodes(session, task.model, SEARCHED, limit=HITS):
        path, at = [], session.get(task.model, hit.id)
        while at is not None:
            path.append(at.name)
            at = at.parent
        found[hit.id] = path[::-1]
    return found
