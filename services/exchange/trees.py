"""Import of trees: rows by ``code`` and ``parent_code`` in any order, or by ``path``, whose missing nodes are added.

A row is found by its code, else by its path. A code that is not stored yet, at the path of a node without a code, means
that node.
"""

from dataclasses import dataclass
from typing import Any

from models.names import InvalidNameError, clean_name, name_key
from services.exchange.bulk import insert_rows, take_ids, update_rows
from services.exchange.context import Context
from services.exchange.converters import path_segments
from services.exchange.results import Action, CellError, Mode, Row
from services.exchange.tree_nodes import Forest, Node, load_forest
from services.ordering import lock_order, renumber


@dataclass(slots=True, eq=False)
class Line:
    """A row of the file with what it says about its node."""

    row: Row
    code: str | None
    #: Steps of the path, the last being the node's own name.
    segments: list[str]
    #: Stored node with the row's code.
    stored: Node | None
    #: Compared names from the root to the stored node, before anything is moved.
    stored_keys: list[str]
    node: Node | None = None
    is_placed: bool = False


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
            _place(context, forest, member, by_code)


def _place(context: Context, forest: Forest, line: Line, by_code: dict[str, Line]) -> None:
    name = _name_of(line)
    if name is None or not _has_parent(forest, line, by_code):
        return
    parent = _parent_of(forest, line, by_code)
    if line.stored is not None:
        _use(context, forest, line, line.stored, parent, name)
    else:
        present = forest.child(parent, name)
        if present is None:
            _add(forest, line, parent, name)
        elif _is_meant(line, present):
            _use(context, forest, line, present, parent, name)
        else:
            line.row.refuse("name" if not line.segments else "path", "duplicate_sibling", value=name)
    if line.row.is_valid:
        _check_path(line)


def _name_of(line: Line) -> str | None:
    """Return the name of the line's node; faults are noted."""
    row, given = line.row, line.row.values.get("name")
    if given is None and "name" in row.values and line.stored is not None:
        row.refuse("name", "required")
        return None
    if given is None and not line.segments:
        if line.stored is None:
            row.refuse("name", "blank_name")
            return None
        return line.stored.name
    if given is None:
        is_unmoved = line.stored is not None and _keys(line) == line.stored_keys
        return line.stored.name if is_unmoved and line.stored is not None else line.segments[-1]
    return str(given)


def _keys(line: Line) -> list[str]:
    return [name_key(segment) for segment in line.segments]


def _has_parent(forest: Forest, line: Line, by_code: dict[str, Line]) -> bool:
    code = line.row.values.get("parent_code")
    if code and code not in by_code and code not in forest.by_code:
        line.row.refuse("parent_code", "no_parent", value=code)
        return False
    if code and code in by_code and by_code[code].node is None:
        line.row.refuse("parent_code", "parent_failed")
        return False
    return True


def _parent_of(forest: Forest, line: Line, by_code: dict[str, Line]) -> Node | None:
    """Return the node above: by parent_code, else by path (missing steps are made), else as stored."""
    code = line.row.values.get("parent_code")
    if code:
        return by_code[code].node if code in by_code else forest.by_code[code]
    if "parent_code" in line.row.values:
        return None
    if line.segments and not (line.stored is not None and _keys(line) == line.stored_keys):
        at: Node | None = None
        for segment in line.segments[:-1]:
            at = forest.child(at, segment) or _step(forest, at, segment, line.row.number)
        return at
    return line.stored.parent if line.stored is not None else None


def _step(forest: Forest, parent: Node | None, name: str, place: int) -> Node:
    """Make a node for a step of a path."""
    node = Node(name, name_key(name), parent, place=place)
    forest.add(node)
    return node


def _add(forest: Forest, line: Line, parent: Node | None, name: str) -> None:
    node = _step(forest, parent, name, line.row.number)
    _take(line, node)


def _take(line: Line, node: Node) -> None:
    """Let the line speak for a node that is not stored."""
    node.row, node.code = line.row, line.code
    node.is_active = line.row.values.get("is_active") is not False
    line.node = node
    line.row.action = Action.INSERT


def _is_meant(line: Line, present: Node) -> bool:
    """Tell whether a line without a stored code means the node at its place."""
    if present.row is not None:
        return False
    return line.code is None or present.code is None


def _use(context: Context, forest: Forest, line: Line, node: Node, parent: Node | None, name: str) -> None:
    """Take a node that is there: a step of a path, or a stored one, by the mode."""
    row = line.row
    if node.id is None:
        _take(line, node)
        return
    line.node, row.id = node, node.id
    node.row = row
    if context.mode is Mode.INSERT:
        row.refuse("code" if line.code else "name", "exists", value=line.code or name)
    elif context.mode is Mode.SKIP:
        row.action = Action.SKIP
    else:
        _update(forest, line, node, parent, name)


def _update(forest: Forest, line: Line, node: Node, parent: Node | None, name: str) -> None:
    row, values = line.row, line.row.values
    if parent is not node.parent or name != node.name:
        present = forest.child(parent, name)
        if present is not None and present is not node:
            row.refuse("name", "duplicate_sibling", value=name)
            return
    if name != node.name:
        row.changes["name"] = name
    if parent is not node.parent:
        row.changes["parent_id"] = True
        values["_old_parent_id"] = node.parent.id if node.parent is not None else None
        node.place = row.number
    if line.code is not None and node.code is None:
        row.changes["code"] = line.code
    if values.get("is_active") is not None and values["is_active"] != node.is_active:
        row.changes["is_active"] = values["is_active"]
    row.action = Action.UPDATE if row.changes else Action.SKIP
    forest.move(node, parent, name)


def _check_path(line: Line) -> None:
    """Refuse a path that says something else than name and parent_code; the path as stored is no contradiction."""
    if not line.segments or line.node is None or line.row.action is Action.SKIP:
        return
    keys = _keys(line)
    if keys != line.node.keys() and keys != line.stored_keys:
        line.row.refuse("path", "path_mismatch")


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
        culprits = [at for at in (node, *line) if at.row is not None and (at.id is None or "parent_id" in at.row.changes)]
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
