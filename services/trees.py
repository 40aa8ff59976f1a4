"""Changing trees: adding, renaming, moving and deleting nodes (DESIGN 5). Reading is ``services.tree_queries``'s.

One function moves, whoever asks: drag, keyboard, form or import. The number of statements does not depend on the size
of the tree.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Row, and_, case, exists, literal, or_, select, update
from sqlalchemy.orm.exc import StaleDataError

from auth.actor import AnySession
from services.errors import ServiceError
from services.ordering import StaleVersionError, UnknownRowError, forget_order, lock_order, renumber, siblings
from services.tree_queries import ancestor_ids, children, height_of, node_row, subtree_ids
from services.usage import InUseError, usage_counts

__all__ = [
    "DuplicateCodeError",
    "DuplicateNameError",
    "InUseError",
    "InvalidCodeError",
    "StaleVersionError",
    "TreeCycleError",
    "TreeDepthError",
    "UnknownRowError",
    "add_node",
    "children",
    "delete_node",
    "lock_tree",
    "move_node",
    "rename_node",
    "subtree_ids",
]

#: Longest code of a node in signs, as wide as the column.
CODE_LIMIT = 32

#: Take the lock under which a tree changes; see :func:`services.ordering.lock_order`.
lock_tree = lock_order


class TreeCycleError(ServiceError):
    """A node was to be put under itself or under one of its descendants."""


class TreeDepthError(ServiceError):
    """The tree would become deeper than its model allows."""

    def __init__(self, max_depth: int) -> None:
        self.max_depth = max_depth
        super().__init__(f"more than {max_depth} levels")


class DuplicateNameError(ServiceError):
    """A sibling has the same name, as compared by its key."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"{name!r} is taken")


class DuplicateCodeError(ServiceError):
    """Another node has the same code."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(f"code {code!r} is taken")


class InvalidCodeError(ServiceError):
    """A code is too long or holds signs that do not print."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(f"{code!r} cannot be a code")


def move_node(
    session: AnySession,
    model: Any,
    node_id: int,
    *,
    parent_id: int | None,
    before_id: int | None = None,
    after_id: int | None = None,
    version: int,
) -> list[int]:
    """Put a node under a parent, before or after one of its children; neither: last. No parent: among the roots.

    Only the rows between the old and the new place are written, by one UPDATE; only the node's version is raised.

    :param version: the node's version when it was read
    :returns: the ids of the children of parent_id in their new order
    :raises UnknownRowError: if node or parent is not there, or before_id or after_id is no other child of the parent
    :raises StaleVersionError: if the node was changed since it was read
    :raises TreeCycleError: if the parent is the node or below it
    :raises TreeDepthError: if the tree would become deeper than ``model.max_depth``
    :raises DuplicateNameError: if another child of the parent has the name
    :raises ValueError: if both before_id and after_id are given
    """
    if before_id is not None and after_id is not None:
        raise ValueError("before_id and after_id exclude each other")
    lock_tree(session, model)
    node = node_row(session, model, node_id, version=version)
    if parent_id != node.parent_id:
        _check_new_parent(session, model, node_id, parent_id)
    present = _children_in_order(session, model, parent_id)
    if parent_id != node.parent_id:
        _check_name_free(present, node.name_key, node.name)
    order = [row.id for row in present if row.id != node_id]
    index = _index_in(order, before_id=before_id, after_id=after_id)
    order.insert(index, node_id)
    old_place = next((row.sort_order for row in present if row.id == node_id), node.sort_order)
    _write_place(session, model, node, parent_id=parent_id, old_place=old_place, place=index + 1)
    return order


def add_node(session: AnySession, model: Any, *, name: str, parent_id: int | None, code: str | None = None) -> Any:
    """Add a node as the last child of a parent; no parent: as the last root. Flushes.

    :returns: the node
    :raises InvalidNameError: if the name cannot be used
    :raises InvalidCodeError, DuplicateCodeError: if the code cannot be used, or is taken
    :raises UnknownRowError: if there is no such parent
    :raises TreeDepthError: if the parent is on the lowest level already
    :raises DuplicateNameError: if a child of the parent has the name
    """
    names = model.name_columns(name)
    lock_tree(session, model)
    if parent_id is not None and len(ancestor_ids(session, model, parent_id)) >= model.max_depth:
        raise TreeDepthError(model.max_depth)
    _check_name_free(_children_in_order(session, model, parent_id), names["name_key"], names["name"])
    node = model(name=names["name"], parent_id=parent_id, code=_free_code(session, model, code))
    session.add(node)
    session.flush()
    return node


def rename_node(session: AnySession, model: Any, node_id: int, *, name: str, version: int) -> Any:
    """Give a node another name. Its id stays, so what points at it shows the new name at once. Flushes.

    :returns: the node
    :raises UnknownRowError, StaleVersionError: as :func:`move_node`
    :raises InvalidNameError: if the name cannot be used
    :raises DuplicateNameError: if a sibling has the name
    """
    names = model.name_columns(name)
    lock_tree(session, model)
    present = node_row(session, model, node_id, version=version)
    others = [row for row in _children_in_order(session, model, present.parent_id) if row.id != node_id]
    _check_name_free(others, names["name_key"], names["name"])
    node = session.get_one(model, node_id, populate_existing=True)
    node.name = names["name"]
    _flush_or_stale(session)
    return node


def delete_node(session: AnySession, model: Any, node_id: int, *, version: int | None = None) -> None:
    """Delete a node that nothing needs; its siblings close up. Flushes.

    :param version: the node's version when it was read; without one a stale delete goes through
    :raises UnknownRowError, StaleVersionError: as :func:`move_node`
    :raises InUseError: if it has children, or other rows point at it
    """
    lock_tree(session, model)
    present = node_row(session, model, node_id, version=version)
    uses = usage_counts(session, model, node_id)
    if uses:
        child_count = uses.pop(model.__tablename__, 0)
        raise InUseError(present.name, uses=uses, child_count=child_count)
    session.delete(session.get_one(model, node_id, populate_existing=True))
    _flush_or_stale(session)


def _children_in_order(session: AnySession, model: Any, parent_id: int | None) -> Sequence[Row[Any]]:
    """Return rows of (id, name_key, sort_order), whose places are 1..n: gaps left by strange hands are closed first."""
    query = (
        select(model.id, model.name_key, model.sort_order)
        .where(siblings(model, parent_id))
        .order_by(model.sort_order, model.id)
    )
    rows = session.execute(query).all()
    if any(row.sort_order != place for place, row in enumerate(rows, start=1)):
        renumber(session, model, parent_id)
        rows = session.execute(query).all()
    return rows


def _check_new_parent(session: AnySession, model: Any, node_id: int, parent_id: int | None) -> None:
    if parent_id is None:
        return
    ancestors = ancestor_ids(session, model, parent_id)
    if node_id in ancestors:
        raise TreeCycleError(f"{model.__tablename__} {parent_id} is {node_id} or below it")
    if len(ancestors) + height_of(session, model, node_id) > model.max_depth:
        raise TreeDepthError(model.max_depth)


def _check_name_free(present: Iterable[Row[Any]], key: str, name: str) -> None:
    if any(row.name_key == key for row in present):
        raise DuplicateNameError(name)


def _index_in(order: list[int], *, before_id: int | None, after_id: int | None) -> int:
    anchor = before_id if before_id is not None else after_id
    if anchor is None:
        return len(order)
    if anchor not in order:
        raise UnknownRowError(f"{anchor} is no other child of the parent")
    return order.index(anchor) + (0 if before_id is not None else 1)


def _write_place(
    session: AnySession, model: Any, node: Row[Any], *, parent_id: int | None, old_place: int, place: int
) -> None:
    """Put the node at a place and shift the rows in between, by one UPDATE; nothing if it stands there."""
    if parent_id == node.parent_id and place == old_place:
        return
    is_node = model.id == node.id
    if parent_id == node.parent_id:
        low, high = sorted((place, old_place))
        others = [(and_(siblings(model, parent_id), model.sort_order.between(low, high)), 1 if place == low else -1)]
    else:
        others = [
            (and_(siblings(model, node.parent_id), model.sort_order > old_place), -1),
            (and_(siblings(model, parent_id), model.sort_order >= place), 1),
        ]
    shifted = [(criterion, model.sort_order + step) for criterion, step in others]
    session.execute(
        update(model)
        .where(or_(is_node, *(criterion for criterion, _ in others)))
        .values(
            sort_order=case((is_node, place), *shifted, else_=model.sort_order),
            parent_id=case((is_node, literal(parent_id, model.parent_id.type)), else_=model.parent_id),
            version=case((is_node, model.version + 1), else_=model.version),
        )
        .execution_options(synchronize_session=False)
    )
    forget_order(session, model, "parent_id", "parent", "version")


def _free_code(session: AnySession, model: Any, code: str | None) -> str | None:
    cleaned = (code or "").strip()
    if not cleaned:
        return None
    if len(cleaned) > CODE_LIMIT or not cleaned.isprintable():
        raise InvalidCodeError(cleaned)
    if session.scalar(select(exists().where(model.code == cleaned))):
        raise DuplicateCodeError(cleaned)
    return cleaned


def _flush_or_stale(session: AnySession) -> None:
    try:
        session.flush()
    except StaleDataError as error:
        raise StaleVersionError(str(error)) from error
