"""Reading trees: children, paths, subtrees, search. No function goes node by node; changing is ``services.trees``'s."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Row, exists, func, literal, or_, select
from sqlalchemy.orm import aliased

from auth.actor import AnySession
from models.names import name_key
from services.listing import subtree
from services.ordering import StaleVersionError, UnknownRowError, siblings


def children(session: AnySession, model: Any, parent_id: int | None) -> Sequence[Row[Any]]:
    """Return the nodes directly under a parent in their order, by one statement; no parent: the roots.

    :returns: rows of (id, name, version, sort_order, is_active, has_children)
    :raises UnknownRowError: if there is no such parent
    """
    below = aliased(model)
    rows = session.execute(
        select(
            model.id,
            model.name,
            model.version,
            model.sort_order,
            model.is_active,
            exists().where(below.parent_id == model.id).label("has_children"),
        )
        .where(siblings(model, parent_id))
        .order_by(model.sort_order, model.id)
    ).all()
    if not rows and parent_id is not None:
        node_row(session, model, parent_id)
    return rows


def subtree_ids(session: AnySession, model: Any, node_id: int) -> list[int]:
    """Return the ids of a node and its descendants, sorted; none if there is no such node.

    As part of a larger SELECT use :func:`services.listing.subtree`.
    """
    return sorted(session.scalars(subtree(model, [node_id])))


def path_of(session: AnySession, model: Any, node_id: int) -> list[tuple[int, str]]:
    """Return (id, name) from the root down to the node, by one statement.

    :raises UnknownRowError: if there is no such node
    """
    path = paths_of(session, model, [node_id]).get(node_id)
    if path is None:
        raise UnknownRowError(f"{model.__tablename__} {node_id}")
    return path


def paths_of(session: AnySession, model: Any, node_ids: Iterable[int]) -> dict[int, list[tuple[int, str]]]:
    """Return the path of each node as :func:`path_of` does, by one statement for all; unknown ids are absent."""
    step = literal(1).label("step")
    start = select(model.id.label("of_id"), model.id, model.name, model.parent_id, step).where(
        model.id.in_(list(node_ids))
    )
    above = start.cte("above", recursive=True)
    # A loop, which only a damaged database holds, ends at the limit of steps.
    above = above.union(
        select(above.c.of_id, model.id, model.name, model.parent_id, above.c.step + 1).where(
            model.id == above.c.parent_id, above.c.step < model.max_depth
        )
    )
    paths: dict[int, list[tuple[int, str]]] = {}
    for row in session.execute(select(above).order_by(above.c.of_id, above.c.step.desc())):
        paths.setdefault(row.of_id, []).append((row.id, row.name))
    return paths


def find_nodes(session: AnySession, model: Any, text: str, *, limit: int) -> Sequence[Row[Any]]:
    """Return the nodes whose name, code or initials hold the text, by name.

    :returns: rows of (id, name, code, is_active), at most limit
    """
    key = name_key(text)
    if not key:
        return []
    return session.execute(
        select(model.id, model.name, model.code, model.is_active)
        .where(
            or_(
                model.name_key.contains(key, autoescape=True),
                model.name_initials.startswith(key, autoescape=True),
                func.lower(model.code).startswith(key, autoescape=True),
            )
        )
        .order_by(func.length(model.name), model.name_sort, model.id)
        .limit(limit)
    ).all()


def ancestor_ids(session: AnySession, model: Any, node_id: int) -> list[int]:
    """Return the ids from a node up to its root.

    :raises UnknownRowError: if there is no such node
    """
    return [row_id for row_id, _ in path_of(session, model, node_id)]


def height_of(session: AnySession, model: Any, node_id: int) -> int:
    """Return the number of levels of a subtree, at most one more than the model allows."""
    level = literal(1).label("level")
    below = select(model.id, level).where(model.id == node_id).cte("below", recursive=True)
    below = below.union(
        select(model.id, below.c.level + 1).where(model.parent_id == below.c.id, below.c.level <= model.max_depth)
    )
    return int(session.scalar(select(func.max(below.c.level))) or 0)


def node_row(session: AnySession, model: Any, node_id: int, *, version: int | None = None) -> Any:
    """Return what the checks need of a node.

    :raises UnknownRowError: if there is no such node
    :raises StaleVersionError: if a version is given and is not the node's
    """
    columns = (model.id, model.name, model.name_key, model.parent_id, model.sort_order, model.version)
    row: Any = session.execute(select(*columns).where(model.id == node_id)).one_or_none()
    if row is None:
        raise UnknownRowError(f"{model.__tablename__} {node_id}")
    if version is not None and row.version != version:
        raise StaleVersionError(f"{model.__tablename__} {node_id} is at version {row.version}, not {version}")
    return row
