"""Import of trees: rows by ``code`` and ``parent_code`` in any order, by ``path``, or by one column for each level.

Missing nodes of paths are added. A row is found by its code, else by its path. A code that is not stored yet, at the
path of a node without a code, means that node.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import bindparam, update

from models.names import name_key
from services.exchange.bulk import insert_rows, take_ids, update_rows
from services.exchange.changes import NO_ROW
from services.exchange.context import Context
from services.exchange.results import Action, Row
from services.exchange.tree_checks import check
from services.exchange.tree_lines import read_lines
from services.exchange.tree_nodes import Forest, Node, load_forest
from services.exchange.tree_order import arrange, reordered
from services.exchange.tree_placing import place_all
from services.ordering import lock_order


def plan(context: Context, rows: list[Row]) -> None:
    """Find or make the node of each row and note what speaks against it."""
    model = context.resource.model
    if not context.is_dry_run:
        lock_order(context.every, model)
    forest = load_forest(context.every, model)
    lines = read_lines(context, rows, forest)
    place_all(context.mode, forest, lines)
    check(forest, lines, limit=model.max_depth)
    steps = _needed_steps(forest)
    new = [*steps, *(node for node in forest.nodes if node.is_new and node.row is not None and node.row.is_valid)]
    arrange(forest, new)
    for node in reordered(forest):
        if node.row is not None:
            node.row.action = Action.UPDATE
            node.row.changes["sort_order"] = node.sort_order
    context.kept["forest"], context.kept["new_nodes"] = forest, new
    context.kept["extra_inserts"] = len(steps)


def write(context: Context) -> None:
    """Write the new nodes, parents first, then what changed."""
    model, forest = context.resource.model, context.kept["forest"]
    new = _parents_first(context.kept["new_nodes"])
    stored = [node for node in forest.nodes if not node.is_new]
    changed = [node for node in changed_nodes(forest) if _changes(node)]
    places = {node.id: node.sort_order for node in stored if not node.is_moved and node.sort_order != node.old_order}
    in_the_way = _in_the_way([*new, *changed])
    _write_column(context, "name_key", {node.id: f"/{node.id}" for node in in_the_way})
    for node, row_id in zip(new, take_ids(context.every, model, len(new)), strict=True):
        node.id = row_id
    columns = [_insert_columns(node) for node in new]
    journal = context.journal
    insert_rows(
        context.every, model, columns, context.actor, journal=journal, numbers=[node_number(node) for node in new]
    )
    updates = {node.id: _update_columns(node, is_parked=node in in_the_way) for node in changed if node.id}
    numbers = {node.id: node_number(node) for node in changed if node.id}
    update_rows(context.every, model, updates, context.actor, journal=journal, numbers=numbers)
    _write_column(context, "sort_order", places)
    if journal is not None:
        for node in stored:
            if node.id in places:
                before, after = {"sort_order": node.old_order}, {"sort_order": node.sort_order}
                journal.note(NO_ROW, model, node.id, before=before, after=after)


def changed_nodes(forest: Forest) -> list[Node]:
    """Return the stored nodes that valid lines change."""
    return [
        node
        for node in forest.nodes
        if not node.is_new and node.row is not None and node.row.is_valid and node.row.action is Action.UPDATE
    ]


def node_number(node: Node) -> int:
    """Return the number of the line of a node, or of the first that needs it."""
    return node.row.number if node.row is not None else node.place


def _needed_steps(forest: Forest) -> list[Node]:
    """Return the nodes made for steps of paths that valid rows stand below."""
    needed = dict.fromkeys(
        step
        for node in forest.nodes
        if node.row is not None and node.row.is_valid and node.row.action is not Action.SKIP
        for step in node.line()
        if step.is_new and step.row is None
    )
    return list(needed)


def _parents_first(nodes: list[Node]) -> list[Node]:
    """Return new nodes so that each stands behind its parent, in the order of the file."""
    return sorted(nodes, key=lambda node: (sum(1 for _ in node.line()), node.place))


def _in_the_way(nodes: Iterable[Node]) -> set[Node]:
    """Return the stored nodes that leave a name under a parent which another node takes: two may swap theirs."""
    comers = {(node.parent, node.key): node for node in nodes if node.is_new or node.is_moved or node.is_renamed}
    leavers = {(node.old_parent, name_key(node.old_name)): node for node in comers.values() if not node.is_new}
    return {node for slot, node in leavers.items() if comers.get(slot, node) is not node}


def _changes(node: Node) -> dict[str, Any]:
    """Return the columns that the node's line changes; its place among its siblings is no edit of the row."""
    changes = node.row.changes if node.row is not None else {}
    return {name: value for name, value in changes.items() if name != "sort_order"}


def _insert_columns(node: Node) -> dict[str, Any]:
    return {
        "id": node.id,
        "name": node.name,
        "code": node.code,
        "parent_id": _parent_id(node),
        "is_active": node.is_active,
        "sort_order": node.sort_order,
    }


def _update_columns(node: Node, *, is_parked: bool) -> dict[str, Any]:
    columns = _changes(node) | {"version": node.version}
    if node.is_moved:
        columns |= {"parent_id": _parent_id(node), "sort_order": node.sort_order}
    return columns | {"name": node.name} if is_parked else columns


def _parent_id(node: Node) -> int | None:
    return node.parent.id if node.parent is not None else None


def _write_column(context: Context, name: str, values: dict[int | None, Any]) -> None:
    """Write one column of many rows; their versions stay."""
    if not values:
        return
    table = context.resource.model.__table__
    statement = update(table).where(table.c.id == bindparam("row_id")).values({name: bindparam("value")})
    rows = [{"row_id": row_id, "value": value} for row_id, value in values.items()]
    context.every.connection().execute(statement, rows)
