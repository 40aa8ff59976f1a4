"""The order of siblings after an import: who is there stays, who comes goes last, who asks for a place gets it."""

from collections.abc import Iterable

from services.exchange.tree_nodes import Forest, Node


def arrange(forest: Forest, new: Iterable[Node]) -> None:
    """Give the nodes under each parent that the import touches their places 1..n.

    :param new: the nodes that will be added; others that are not stored take no place
    """
    added = list(new)
    stored = [node for node in forest.nodes if not node.is_new]
    touched = {node.parent for node in added}
    for node in stored:
        if node.is_moved:
            touched |= {node.parent, node.old_parent}
        elif node.wish is not None:
            touched.add(node.parent)
    groups: dict[Node | None, list[Node]] = {parent: [] for parent in touched}
    for node in (*stored, *added):
        if node.parent in touched:
            groups[node.parent].append(node)
    for members in groups.values():
        for place, node in enumerate(_in_order(members), start=1):
            node.sort_order = place


def reordered(forest: Forest) -> list[Node]:
    """Return the nodes that stay under their parent and get another place there because the file asks for it."""
    stayers: dict[Node | None, list[Node]] = {}
    for node in forest.nodes:
        if not node.is_new and not node.is_moved:
            stayers.setdefault(node.parent, []).append(node)
    return [
        node
        for nodes in stayers.values()
        if nodes != sorted(nodes, key=lambda node: node.sort_order)
        for node in nodes
        if node.wish is not None and node.sort_order != node.old_order
    ]


def _in_order(members: list[Node]) -> list[Node]:
    """Return siblings in order. The same file gives the same order again."""
    comers = [node for node in members if node.is_new or node.is_moved]
    order = [node for node in members if node.wish is None and not (node.is_new or node.is_moved)]
    order += sorted((node for node in comers if node.wish is None), key=lambda node: node.place)
    last = 0
    wishes = [(node.wish, _number(node), node) for node in members if node.wish is not None]
    for wish, _, node in sorted(wishes, key=lambda asked: asked[:2]):
        last = max(min(wish, len(order) + 1), last + 1)
        order.insert(last - 1, node)
    return order


def _number(node: Node) -> int:
    return node.row.number if node.row is not None else node.place
