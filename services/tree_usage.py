"""How many rows stand at the nodes of a tree: customers in a region, employees in a department. Never names."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import case, func, or_, select

from auth.actor import AnySession
from models.inspection import Attribute, attribute_of, models_with_pages, page_of
from models.scope import UnfilteredReason, unfiltered


def counted_rows(tree: type[Any]) -> tuple[type[Any], Attribute] | None:
    """Return whose rows are counted at a tree's nodes: the table whose list can be filtered by them, and by what.

    :returns: such as (Customer, its region); None if no list can be filtered by the tree
    """
    for model in models_with_pages():
        for name in page_of(model).filters or ():
            attribute = attribute_of(model, name)
            if attribute.target is tree and model is not tree:
                return model, attribute
    return None


def node_counts(
    session: AnySession, tree: type[Any], *, parent_ids: Collection[int | None] = (), ids: Collection[int] = ()
) -> dict[int, tuple[int, int]]:
    """Count the rows at nodes, hidden ones included, by one statement: the children of some nodes, and other nodes.

    :param parent_ids: count at the children of these; None are the roots
    :param ids: count at these
    :returns: node id -> (rows at the node and below, rows at the node itself), without zeros
    """
    counted = counted_rows(tree)
    if counted is None:
        return {}
    column = getattr(counted[0], counted[1].key)
    wanted = [tree.id.in_(list(ids)), tree.parent_id.in_([row_id for row_id in parent_ids if row_id is not None])]
    if None in parent_ids:
        wanted.append(tree.parent_id.is_(None))
    below = select(tree.id.label("top_id"), tree.id).where(or_(*wanted)).cte("below", recursive=True)
    below = below.union(select(below.c.top_id, tree.id).where(tree.parent_id == below.c.id))
    statement = (
        select(below.c.top_id, func.count(), func.count(case((below.c.id == below.c.top_id, 1))))
        .join(counted[0], column == below.c.id)
        .group_by(below.c.top_id)
    )
    with unfiltered(session, UnfilteredReason.IN_USE_COUNT) as every:
        return {row_id: (total, own) for row_id, total, own in every.execute(statement)}
