"""What the rows of a tree's plan say: the nodes' paths, before and after, and all that decides what is written."""

from collections.abc import Callable
from typing import Any

from services.exchange.context import Context
from services.exchange.formats.writing import plain_text
from services.exchange.results import Action, Row
from services.exchange.tree_diff import old_path_of, path_of
from services.exchange.tree_nodes import Node


def tree_changes(context: Context, row: Row) -> dict[str, list[str | None]]:
    """Return field -> text before and after of a valid row."""
    node = _node(context, row)
    if row.action is Action.INSERT:
        new: dict[str, Any] = {"path": path_of(node), "code": node.code}
        new |= {} if node.is_active else {"is_active": False}
        return {name: [None, plain_text(value)] for name, value in new.items() if value is not None}
    found: dict[str, list[str | None]] = {}
    if node.is_renamed:
        found["name"] = [node.old_name, node.name]
    if node.is_moved:
        found["path"] = [old_path_of(node), path_of(node)]
    if "code" in row.changes:
        found["code"] = ["", node.code]
    if "is_active" in row.changes:
        found["is_active"] = [plain_text(node.is_active), plain_text(row.changes["is_active"])]
    if "sort_order" in row.changes:
        found["sort_order"] = [str(node.old_order), str(node.sort_order)]
    return found


def tree_facts(context: Context) -> Callable[[Row], Any]:
    """Return what gives all that decides what is written for a row: where its node stands, among what."""

    def facts(row: Row) -> Any:
        node = _node(context, row)
        above = [(at.id, "" if at.id is not None else at.name) for at in node.line()]
        shape = (node.name, node.code, node.is_active, node.wish, above)
        if row.action is Action.INSERT:
            return shape
        changes = {name: value for name, value in row.changes.items() if name != "parent_id"}
        return shape, node.version, old_path_of(node), sorted(changes.items())

    return facts


def _node(context: Context, row: Row) -> Node:
    """Return the node of a row."""
    nodes: dict[int, Node] = context.kept.get("nodes", {})
    if not nodes:
        nodes = context.kept["nodes"] = {
            node.row.number: node for node in context.kept["forest"].nodes if node.row is not None
        }
    return nodes[row.number]
