"""Changing trees: adding, renaming, moving and deleting nodes (DESIGN 5). Reading is ``services.tree_queries``'s.

One function moves, whoever asks: drag, keyboard, form or import. The number of statements does not depend on the size
of the tree.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, case, exists, literal, or_, select, update
from sqlalchemy.orm.exc import StaleDataError

from auth.actor import AnySession
from models.audit_action import AuditAction
from services import audit
from services.errors import ServiceError
from services.ordering import StaleVersionError, UnknownRowError, forget_order, lock_order, renumber, siblings
from services.tree_checks import Surroundings, surroundings
from services.tree_queries import ancestor_ids, check_version, children, node_row, subtree_ids
from services.usage import InUseError, usage_counts

__all__ = [
    "DuplicateCodeError",
    "DuplicateNameError",
    "InUseError",
    "InvalidCodeError",
    "Moved",
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


@dataclass(frozen=True, slots=True)
class Moved:
    """A node in its new place."""

    #: The node's version.
    version: int
    #: Ids of the children of its parent in their order.
    order: list[int]


def move_node(
    session: AnySession,
    model: Any,
    node_id: int,
    *,
    parent_id: int | None,
    before_id: int | None = None,
    after_id: int | None = None,
    version: int,
) -> Moved:
    """Put a node under a parent, before or after one of its children; neither: last. No parent: among the roots.

    Only the rows between the old and the new place are written, by one UPDATE; only the node's version is raised. Three
    statements in all: the lock, the checks, the UPDATE.

    :param version: the node's version when it was read
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
    found = surroundings(session, model, node_id, parent_id=parent_id)
    if _has_gaps(found):
        renumber(session, model, parent_id)
        found = surroundings(session, model, node_id, parent_id=parent_id)
    node = _check_node(model, node_id, found.node, version=version)
    if parent_id != node.parent_id:
        _check_new_parent(model, node, found, parent_id)
    order = [row.id for row in found.present if row.id != node_id]
    index = _index_in(order, before_id=before_id, after_id=after_id)
    order.insert(index, node_id)
    is_written = _write_place(session, model, node, parent_id=parent_id, place=index + 1)
    return Moved(version=version + 1 if is_written else version, order=order)


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
    _check_name_free(session, model, names, parent_id=parent_id)
    node = model(name=names["name"], parent_id=parent_id, code=_free_code(session, model, code))
    session.add(node)
    session.flush()
    audit.record(session, AuditAction.CREATE, node, {"name": [None, node.name]})
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
    _check_name_free(session, model, names, parent_id=present.parent_id, but_id=node_id)
    node = session.get_one(model, node_id, populate_existing=True)
    node.name = names["name"]
    _flush_or_stale(session)
    if node.name != present.name:
        audit.record(session, AuditAction.RENAME, node, {"name": [present.name, node.name]})
        session.flush()
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


def _check_node(model: Any, node_id: int, node: Any, *, version: int) -> Any:
    if node is None:
        raise UnknownRowError(f"{model.__tablename__} {node_id}")
    check_version(model, node, version)
    return node


def _check_new_parent(model: Any, node: Any, found: Surroundings, parent_id: int | None) -> None:
    if parent_id is not None and found.parent_level == 0:
        raise UnknownRowError(f"{model.__tablename__} {parent_id}")
    if found.is_below_itself:
        raise TreeCycleError(f"{model.__tablename__} {parent_id} is {node.id} or below it")
    if found.parent_level + found.height > model.max_depth:
        raise TreeDepthError(model.max_depth)
    if any(row.name_key == node.name_key for row in found.present):
        raise DuplicateNameError(node.name)


def _has_gaps(found: Surroundings) -> bool:
    """Tell whether strange hands have left gaps, which the shift of the rows in between must not meet."""
    return any(row.sort_order != place for place, row in enumerate(found.present, start=1))


def _check_name_free(
    session: AnySession, model: Any, names: dict[str, str], *, parent_id: int | None, but_id: int | None = None
) -> None:
    taken = exists().where(siblings(model, parent_id), model.name_key == names["name_key"], model.id != (but_id or 0))
    if session.scalar(select(taken)):
        raise DuplicateNameError(names["name"])


def _index_in(order: list[int], *, before_id: int | None, after_id: int | None) -> int:
    anchor = before_id if before_id is not None else after_id
    if anchor is None:
        return len(order)
    if anchor not in order:
        raise UnknownRowError(f"{anchor} is no other child of the parent")
    return order.index(anchor) + (0 if before_id is not None else 1)


def _write_place(session: AnySession, model: Any, node: Any, *, parent_id: int | None, place: int) -> bool:
    """Put the node at a place and shift the rows in between, by one UPDATE; nothing if it stands there.

    :returns: whether anything was written
    """
    old_place = node.sort_order
    if parent_id == node.parent_id and place == old_place:
        return False
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
    return True


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
