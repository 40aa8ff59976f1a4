"""Reading trees: children, paths, subtrees, search. No function goes node by node; changing is ``services.trees``'s."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, Select, Text, cast, exists, func, literal, or_, select, union_all
from sqlalchemy.orm import aliased

from auth.actor import AnySession
from models.names import name_key
from services.listing import subtree
from services.ordering import StaleVersionError, UnknownRowError

#: Added to places so that their digits are equally many.
_PLACE_BASE = 10_000_000


def children(session: AnySession, model: Any, parent_id: int | None) -> Sequence[Row[Any]]:
    """Return the nodes directly under a parent in their order, by one statement; no parent: the roots.

    :returns: rows of (id, parent_id, name, version, sort_order, is_active, has_children)
    :raises UnknownRowError: if there is no such parent
    """
    if parent_id is None:
        return session.execute(_ordered(select(*_shown(model)).where(model.parent_id.is_(None)), model)).all()
    parent = aliased(model)
    under = select(*_shown(model)).join_from(parent, model, model.parent_id == parent.id, isouter=True)
    rows = session.execute(_ordered(under.where(parent.id == parent_id), model)).all()
    if not rows:
        raise UnknownRowError(f"{model.__tablename__} {parent_id}")
    return [row for row in rows if row.id is not None]


def levels(session: AnySession, model: Any, parent_ids: Collection[int]) -> dict[int, list[Row[Any]]]:
    """Return the children of several nodes as :func:`children` does, by one statement; leaves are absent."""
    found: dict[int, list[Row[Any]]] = {}
    wanted = select(*_shown(model)).where(model.parent_id.in_(parent_ids))
    for row in session.execute(_ordered(wanted, model)):
        found.setdefault(row.parent_id, []).append(row)
    return found


def branches(session: AnySession, model: Any, node_ids: Collection[int]) -> Sequence[Row[Any]]:
    """Return nodes and all their ancestors as :func:`children` does, siblings in their order, by one statement."""
    above = select(model.id, model.parent_id).where(model.id.in_(node_ids)).cte("above", recursive=True)
    above = above.union(select(model.id, model.parent_id).where(model.id == above.c.parent_id))
    return session.execute(_ordered(select(*_shown(model)).where(model.id.in_(select(above.c.id))), model)).all()


def shown_node(session: AnySession, model: Any, node_id: int) -> Any:
    """Return one node as :func:`children` does.

    :raises UnknownRowError: if there is no such node
    """
    row: Any = session.execute(select(*_shown(model)).where(model.id == node_id)).one_or_none()
    if row is None:
        raise UnknownRowError(f"{model.__tablename__} {node_id}")
    return row


def _shown(model: Any) -> tuple[Any, ...]:
    """Return what a page shows of a node."""
    below = aliased(model)
    has_children = exists().where(below.parent_id == model.id).label("has_children")
    return (model.id, model.parent_id, model.name, model.version, model.sort_order, model.is_active, has_children)


def _ordered(statement: Select[Any], model: Any) -> Select[Any]:
    return statement.order_by(model.sort_order, model.id)


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
    return paths_in(session, {model: node_ids})[model]


def paths_in(session: AnySession, nodes: Mapping[Any, Iterable[int]]) -> dict[Any, dict[int, list[tuple[int, str]]]]:
    """Return the paths of nodes of several trees, by one statement for all.

    :param nodes: model -> ids
    :returns: model -> id -> path as of :func:`path_of`
    """
    models = list(nodes)
    steps = union_all(*(_steps(tree, model, nodes[model]) for tree, model in enumerate(models))).subquery()
    found: dict[Any, dict[int, list[tuple[int, str]]]] = {model: {} for model in models}
    for row in session.execute(select(steps).order_by(steps.c.tree, steps.c.of_id, steps.c.step.desc())):
        found[models[row.tree]].setdefault(row.of_id, []).append((row.id, row.name))
    return found


def _steps(tree: int, model: Any, node_ids: Iterable[int]) -> Select[Any]:
    """Return the SELECT of the nodes above each node, itself included, with their distance from it."""
    start = select(model.id.label("of_id"), model.id, model.name, model.parent_id, literal(1).label("step"))
    above = start.where(model.id.in_(list(node_ids))).cte(f"above_{model.__tablename__}", recursive=True)
    # A loop, which only a damaged database holds, ends at the limit of steps.
    above = above.union(
        select(above.c.of_id, model.id, model.name, model.parent_id, above.c.step + 1).where(
            model.id == above.c.parent_id, above.c.step < model.max_depth
        )
    )
    return select(literal(tree).label("tree"), above.c.of_id, above.c.id, above.c.name, above.c.step)


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


def in_tree_order(statement: Select[Any], model: Any) -> Select[Any]:
    """Order a SELECT of nodes as the tree reads: each node before those below it, siblings in their order."""
    # Numbers of one width sort as texts, in any collation.
    place = cast(_PLACE_BASE + model.sort_order, Text)
    tree = select(model.id, place.label("place")).where(model.parent_id.is_(None)).cte("tree", recursive=True)
    tree = tree.union_all(select(model.id, tree.c.place + place).where(model.parent_id == tree.c.id))
    # What a loop keeps from its root, which only a damaged database holds, is not left out.
    return statement.outerjoin(tree, tree.c.id == model.id).order_by(None).order_by(tree.c.place, model.id)


def ancestor_ids(session: AnySession, model: Any, node_id: int) -> list[int]:
    """Return the ids from a node up to its root.

    :raises UnknownRowError: if there is no such node
    """
    return [row_id for row_id, _ in path_of(session, model, node_id)]


def height_of(session: AnySession, model: Any, node_ids: Iterable[int]) -> int:
    """Return the number of levels of the highest of some subtrees, at most one more than the model allows."""
    below = select(model.id, literal(1).label("level")).where(model.id.in_(list(node_ids))).cte(recursive=True)
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
    if version is not None:
        check_version(model, row, version)
    return row


def check_version(model: Any, row: Any, version: int) -> None:
    """Refuse a version that is not the row's.

    :raises StaleVersionError: if it is another
    """
    if row.version != version:
        raise StaleVersionError(f"{model.__tablename__} {row.id} is at version {row.version}, not {version}")
