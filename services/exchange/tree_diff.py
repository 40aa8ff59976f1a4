"""What an import would do to a tree, as people check it: nodes added, moved, renamed, with the customers they touch."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from services.exchange.results import ChangeKind, TreeChange, TreeDiff
from services.exchange.tree_nodes import Forest, Node
from services.exchange.trees import changed_nodes, node_number
from services.usage import customer_counts

#: Kinds that people see at a customer of the node or below it.
_TOUCHING = frozenset({ChangeKind.MOVE, ChangeKind.RENAME, ChangeKind.DEACTIVATE, ChangeKind.ACTIVATE})


def tree_diff(session: Session, model: Any, forest: Forest, new: Iterable[Node]) -> TreeDiff:
    """Return what a planned import would do. One statement counts the customers.

    :param new: the nodes that will be added
    """
    added = set(new)
    kinds = {node: _kinds(node) for node in changed_nodes(forest)}
    counts = customer_counts(session, model) if kinds else {}
    touched = {node for node, found in kinds.items() if not _TOUCHING.isdisjoint(found)}
    below = _counts_with_below(forest, counts)
    changes = [
        TreeChange(
            node_number(node),
            found,
            path_of(node),
            old_path_of(node),
            customer_count=below[node] if node in touched else 0,
        )
        for node, found in kinds.items()
    ]
    changes += _additions(added)
    return TreeDiff(
        totals=Counter(kind for found in kinds.values() for kind in found) + Counter({ChangeKind.ADD: len(added)}),
        customer_count=_customers_of(forest, counts, touched),
        changes=tuple(sorted(changes, key=lambda change: change.row)),
    )


def _kinds(node: Node) -> tuple[ChangeKind, ...]:
    changes = node.row.changes if node.row is not None else {}
    is_active = changes.get("is_active")
    found = {
        ChangeKind.MOVE: node.is_moved,
        ChangeKind.RENAME: node.is_renamed,
        ChangeKind.DEACTIVATE: is_active is False,
        ChangeKind.ACTIVATE: is_active is True,
        ChangeKind.CODE: "code" in changes,
        ChangeKind.REORDER: "sort_order" in changes,
    }
    return tuple(kind for kind, is_so in found.items() if is_so)


def _additions(added: set[Node]) -> list[TreeChange]:
    """Return a change for each topmost new node."""
    below: Counter[Node] = Counter()
    for node in added:
        top = node
        for above in node.line():
            top = above if above in added else top
        below[top] += 1
    return [
        TreeChange(node_number(top), (ChangeKind.ADD,), path_of(top), added_below=n - 1) for top, n in below.items()
    ]


def _counts_with_below(forest: Forest, counts: Mapping[int, int]) -> Counter[Node]:
    """Return the customers of each node and those below it, as stored."""
    found: Counter[Node] = Counter()
    for node in forest.nodes:
        count = counts.get(node.id, 0) if node.id is not None else 0
        if count:
            for at in (node, *node.old_line()):
                found[at] += count
    return found


def _customers_of(forest: Forest, counts: Mapping[int, int], touched: set[Node]) -> int:
    """Return the customers of nodes and those below them, each counted once."""
    return sum(
        counts.get(node.id, 0)
        for node in forest.nodes
        if node.id is not None and not touched.isdisjoint((node, *node.old_line()))
    )


def path_of(node: Node) -> str:
    """Return the path of a node as it would be."""
    return "/".join(reversed([node.name, *(at.name for at in node.line())]))


def old_path_of(node: Node) -> str:
    """Return the path of a node as it is stored."""
    return "/".join(reversed([node.old_name, *(at.old_name for at in node.old_line())]))
