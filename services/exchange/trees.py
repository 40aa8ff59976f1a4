"""Import of trees: rows by ``code`` and ``parent_code`` in any order, or by ``path``, whose missing nodes are added.

A row is found by its code, else by its path. A code that is not stored yet, at the path of a node without a code, means
that node.
"""

from typing import Any

from models.names import InvalidNameError, clean_name
from services.exchange.bulk import insert_rows, take_ids, update_rows
from services.exchange.context import Context
from services.exchange.converters import path_segments
from services.exchange.errors import CellError
from services.exchange.results import Action, Row
from services.exchange.tree_nodes import Forest, Node, load_forest
from services.exchange.tree_placing import Line, place
from services.ordering import lock_order, renumber


def plan(context: Context, rows: list[Row]) -> None:
    """Find or make the node of each row and note what speaks against it."""
    model = context.resource.model
    lock_order(context.every, model)
    forest = load_forest(context.every, model)
    lines = _read_lines(context, rows, forest)
    by_code = {line.code: line for line in reversed(lines) if line.code is not None}
    old_parents = {id(line.stored): line.stored.parent for line in lines if line.stored is not None}
    for line in lines:
        _place_with_parents(context, forest, line, by_code)
    _check_circles(lines, old_parents)
    _check_depth(forest, lines, limit=model.max_depth)
    _check_parents(lines)
    context.kept["forest"] = forest
    context.kept["extra_inserts"] = len(_needed_steps(forest))


def write(context: Context, rows: list[Row]) -> None:
    """Write the new nodes, parents first, then what changed."""
    model, actor, forest = context.resource.model, context.actor, context.kept["forest"]
    new = _needed_steps(forest)
    new += [node for node in forest.nodes if node.id is None and node.row is not None and node.row.is_valid]
    updated = {id(row) for row in rows if row.action is Action.UPDATE}
    changed = [node for node in forest.nodes if node.id is not None and id(node.row) in updated]
    moved = [node for node in changed if "parent_id" in (node.row.changes if node.row else {})]
    _number(forest, [*new, *moved])
    new = _parents_first(new)
    for node, row_id in zip(new, take_ids(context.every, model, len(new)), strict=True):
        node.id = row_id
    insert_rows(context.every, model, [_insert_columns(node) for node in new], actor)
    update_rows(context.every, model, {node.id: _update_columns(node) for node in changed if node.id}, actor)
    for parent_id in {node.row.values["_old_parent_id"] for node in moved if node.row is not None}:
        renumber(context.every, model, parent_id)


def _read_lines(context: Context, rows: list[Row], forest: Forest) -> list[Line]:
    seen: dict[str, int] = {}
    lines = []
    for row in rows:
        code = row.values.get("code")
        stored = forest.by_code.get(code) if code else None
        if code and seen.setdefault(code, row.number) != row.number:
            row.refuse("code", "duplicate_in_file", other=seen[code])
            code = stored = None
        line = Line(row, code, _segments(context, row), stored, [])
        if stored is not None and line.segments:
            line.stored_keys = stored.keys()
        lines.append(line)
    return lines


def _segments(context: Context, row: Row) -> list[str]:
    """Return the clean steps of the row's path."""
    text = row.values.get("path")
    if not text:
        return []
    try:
        return [clean_name(segment, limit=context.resource.model.name_limit) for segment in path_segments(text)]
    except CellError as error:
        row.refuse("path", error.code, **error.data)
    except InvalidNameError as error:
        row.refuse("path", "too_long" if error.code == "too_long" else "control", value=error.name, limit=error.limit)
    return []


def _place_with_parents(context: Context, forest: Forest, line: Line, by_code: dict[str, Line]) -> None:
    """Place a line after the lines that its parent_code leads to; a circle among them is refused."""
    chain: list[Line] = []
    at: Line | None = line
    while at is not None and not at.is_placed:
        if at in chain:
            for member in chain[chain.index(at) :]:
                is_own = member.row.values.get("parent_code") == member.code
                member.row.refuse("parent_code", "self_parent" if is_own else "cycle")
            break
        chain.append(at)
        at = by_code.get(at.row.values.get("parent_code") or "")
    for member in reversed(chain):
        member.is_placed = True
        if member.row.is_valid:
            place(context.mode, forest, member, by_code)


def _check_circles(lines: list[Line], old_parents: dict[int, Node | None]) -> None:
    """Refuse moves that put a stored node below itself."""
    moved = [line for line in lines if line.stored is not None and "parent_id" in line.row.changes]
    for line in moved:
        if line.stored is not None and line.stored.is_below_itself():
            line.row.refuse("parent_code" if line.row.values.get("parent_code") else "path", "below_itself")
    for line in moved:
        if not line.row.is_valid and line.stored is not None:
            line.stored.parent = old_parents[id(line.stored)]


def _check_depth(forest: Forest, lines: list[Line], *, limit: int) -> None:
    """Refuse rows whose node, or a stored node that they carry along, would stand too deep."""
    has_moves = any("parent_id" in line.row.changes for line in lines)
    for node in forest.nodes:
        if node.id is not None and not has_moves:
            continue
        line = list(node.line())
        if len(line) < limit:
            continue
        culprits = [
            at for at in (node, *line) if at.row is not None and (at.id is None or "parent_id" in at.row.changes)
        ]
        for culprit in culprits[:1]:
            if culprit.row is not None and not any(fault.code == "too_deep" for fault in culprit.row.faults):
                culprit.row.refuse("path" if culprit.row.values.get("path") else "parent_code", "too_deep", limit=limit)


def _check_parents(lines: list[Line]) -> None:
    """Refuse rows below a new node that cannot be written."""
    for line in lines:
        if line.node is None or not line.row.is_valid:
            continue
        above = (node for node in line.node.line() if node.id is None and node.row is not None)
        if any(not node.row.is_valid for node in above if node.row is not None):
            line.row.refuse("parent_code", "parent_failed")


def _needed_steps(forest: Forest) -> list[Node]:
    """Return the nodes made for steps of paths that valid rows stand below."""
    needed = dict.fromkeys(
        step
        for node in forest.nodes
        if node.row is not None and node.row.is_valid and node.row.action is not Action.SKIP
        for step in node.line()
        if step.id is None and step.row is None
    )
    return list(needed)


def _number(forest: Forest, nodes: list[Node]) -> None:
    """Put nodes behind their siblings, in the order of the file."""
    last: dict[Node | None, int] = {}
    fresh = {id(node) for node in nodes}
    for node in forest.nodes:
        if node.id is not None and id(node) not in fresh:
            last[node.parent] = max(last.get(node.parent, 0), node.sort_order)
    for node in sorted(nodes, key=lambda node: node.place):
        last[node.parent] = last.get(node.parent, 0) + 1
        node.sort_order = last[node.parent]


def _parents_first(nodes: list[Node]) -> list[Node]:
    """Return new nodes so that each stands behind its parent, in the order of the file."""
    return sorted(nodes, key=lambda node: (sum(1 for _ in node.line()), node.place))


def _insert_columns(node: Node) -> dict[str, Any]:
    return {
        "id": node.id,
        "name": node.name,
        "code": node.code,
        "parent_id": node.parent.id if node.parent is not None else None,
        "is_active": node.is_active,
        "sort_order": node.sort_order,
    }


def _update_columns(node: Node) -> dict[str, Any]:
    changes = dict(node.row.changes) if node.row is not None else {}
    if "parent_id" in changes:
        changes |= {"parent_id": node.parent.id if node.parent is not None else None, "sort_order": node.sort_order}
    return changes | {"version": node.version}
