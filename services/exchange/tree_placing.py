"""Where the node of a line stands in a tree: which node it means, under which parent, by which name."""

from collections.abc import Mapping
from dataclasses import dataclass

from models.names import name_key
from services.exchange.results import Action, Mode
from services.exchange.tree_lines import Line, name_field
from services.exchange.tree_nodes import Forest, Node


@dataclass(frozen=True, slots=True)
class Place:
    """A node that is there, and where a line wants it."""

    node: Node
    parent: Node | None
    name: str


def place_all(mode: Mode, forest: Forest, lines: list[Line]) -> None:
    """Find or make the node of each line; faults are noted. Lines may stand in any order."""
    by_code = {line.code: line for line in reversed(lines) if line.code is not None}
    for line in sorted(lines, key=lambda line: len(line.segments)):
        _place_with_parents(mode, forest, line, by_code)


def _place_with_parents(mode: Mode, forest: Forest, line: Line, by_code: Mapping[str, Line]) -> None:
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
            _place(mode, forest, member, by_code)


def _place(mode: Mode, forest: Forest, line: Line, by_code: Mapping[str, Line]) -> None:
    """Find or make the node of a line whose parents are placed."""
    name = _name_of(line)
    if name is None or not _has_parent(forest, line, by_code):
        return
    parent = _parent_of(forest, line, by_code)
    node = line.stored or _meant(forest, line, parent, name)
    if not line.row.is_valid:
        return
    if node is None:
        _take(line, _step(forest, parent, name, line.row.number))
    elif node.is_new:
        _take(line, node)
    else:
        _use(mode, forest, line, Place(node, parent, name))
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
        is_unmoved = line.stored is not None and line.keys() == line.stored_keys
        return line.stored.name if is_unmoved and line.stored is not None else line.segments[-1]
    return str(given)


def _has_parent(forest: Forest, line: Line, by_code: Mapping[str, Line]) -> bool:
    code = line.row.values.get("parent_code")
    if code and code not in by_code and code not in forest.by_code:
        line.row.refuse("parent_code", "no_parent", value=code)
        return False
    if code and code in by_code and by_code[code].node is None:
        line.row.refuse("parent_code", "parent_failed")
        return False
    return True


def _parent_of(forest: Forest, line: Line, by_code: Mapping[str, Line]) -> Node | None:
    """Return the node above: by parent_code, else by path (missing steps are made), else as stored."""
    code = line.row.values.get("parent_code")
    if code:
        return by_code[code].node if code in by_code else forest.by_code[code]
    if "parent_code" in line.row.values:
        return None
    if line.segments and not (line.stored is not None and line.keys() == line.stored_keys):
        at: Node | None = None
        for segment in line.segments[:-1]:
            at = forest.step(at, segment) or _step(forest, at, segment, line.row.number)
            at.place = min(at.place, line.row.number) if at.is_new else at.place
        return at
    return line.stored.parent if line.stored is not None else None


def _step(forest: Forest, parent: Node | None, name: str, place: int) -> Node:
    """Make a node that a line, or a step of its path, needs."""
    node = Node(name, name_key(name), parent, place=place)
    forest.add(node)
    return node


def _take(line: Line, node: Node) -> None:
    """Let the line speak for a node that is not stored."""
    node.row, node.code = line.row, line.code
    node.is_active = line.row.values.get("is_active") is not False
    node.wish = line.row.values.get("sort_order")
    line.node = node
    line.row.action = Action.INSERT


def _meant(forest: Forest, line: Line, parent: Node | None, name: str) -> Node | None:
    """Return the node at the place of a line whose code is not stored, if the line may mean it.

    A node with another code is another one; whether it makes room is judged when all lines are placed.
    """
    present = forest.child(parent, name)
    if present is None or (line.code is not None and (present.code is not None or present.row is not None)):
        return None
    if present.row is not None:
        line.row.refuse(name_field(line), "duplicate_in_file", other=present.row.number)
    return present


def _use(mode: Mode, forest: Forest, line: Line, place: Place) -> None:
    """Take a stored node, by the mode."""
    row, node = line.row, place.node
    line.node, row.id = node, node.id
    row.drop_defaults()
    node.row = row
    if mode is Mode.INSERT:
        row.refuse("code" if line.code else "name", "exists", value=line.code or place.name)
    elif mode is Mode.SKIP:
        row.action = Action.SKIP
    else:
        _update(forest, line, place)


def _update(forest: Forest, line: Line, place: Place) -> None:
    row, values, node = line.row, line.row.values, place.node
    if place.name != node.name:
        row.changes["name"] = place.name
    if place.parent is not node.parent:
        row.changes["parent_id"] = True
        node.place = row.number
    if line.code is not None and node.code is None:
        row.changes["code"] = line.code
    if values.get("is_active") is not None and values["is_active"] != node.is_active:
        row.changes["is_active"] = values["is_active"]
    row.action = Action.UPDATE if row.changes else Action.SKIP
    node.wish = values.get("sort_order")
    forest.move(node, place.parent, place.name)


def _check_path(line: Line) -> None:
    """Refuse a path that says something else than name and parent_code; the path as stored is no contradiction."""
    if not line.segments or line.node is None or line.row.action is Action.SKIP:
        return
    keys = line.keys()
    if keys != line.node.keys() and keys != line.stored_keys:
        line.row.refuse("path", "path_mismatch")
