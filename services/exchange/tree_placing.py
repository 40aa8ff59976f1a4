"""Where the node of a line stands in a tree: which node it means, under which parent, by which name."""

from collections.abc import Mapping
from dataclasses import dataclass

from models.names import name_key
from services.exchange.results import Action, Mode, Row
from services.exchange.tree_nodes import Forest, Node


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


@dataclass(frozen=True, slots=True)
class Place:
    """A node that is there, and where a line wants it."""

    node: Node
    parent: Node | None
    name: str


def place(mode: Mode, forest: Forest, line: Line, by_code: Mapping[str, Line]) -> None:
    """Find or make the node of a line whose parents are placed; faults are noted."""
    name = _name_of(line)
    if name is None or not _has_parent(forest, line, by_code):
        return
    parent = _parent_of(forest, line, by_code)
    if line.stored is not None:
        _use(mode, forest, line, Place(line.stored, parent, name))
    else:
        present = forest.child(parent, name)
        if present is None:
            _add(forest, line, parent, name)
        elif _is_meant(line, present):
            _use(mode, forest, line, Place(present, parent, name))
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


def _use(mode: Mode, forest: Forest, line: Line, place_: Place) -> None:
    """Take a node that is there: a step of a path, or a stored one, by the mode."""
    row, node = line.row, place_.node
    if node.id is None:
        _take(line, node)
        return
    line.node, row.id = node, node.id
    node.row = row
    if mode is Mode.INSERT:
        row.refuse("code" if line.code else "name", "exists", value=line.code or place_.name)
    elif mode is Mode.SKIP:
        row.action = Action.SKIP
    else:
        _update(forest, line, place_)


def _update(forest: Forest, line: Line, place_: Place) -> None:
    row, values = line.row, line.row.values
    node, parent, name = place_.node, place_.parent, place_.name
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
