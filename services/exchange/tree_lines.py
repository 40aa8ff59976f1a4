"""What the lines of a file say about the nodes of a tree, and which stored node each means."""

from dataclasses import dataclass, field

from models.names import InvalidNameError, clean_name, name_key
from services.exchange.context import Context
from services.exchange.converters import path_segments
from services.exchange.errors import CellError
from services.exchange.results import Row
from services.exchange.special_fields import LEVEL_NAMES
from services.exchange.tree_nodes import Forest, Node


@dataclass(slots=True, eq=False)
class Line:
    """A row of the file with what it says about its node."""

    row: Row
    code: str | None
    #: Steps of the path, or its levels; the last is the node's own name.
    segments: list[str]
    #: The stored node that the code or the path means.
    stored: Node | None = None
    #: Compared names from the root to the stored node, before anything is moved.
    stored_keys: list[str] = field(default_factory=list)
    node: Node | None = None
    is_placed: bool = False

    def keys(self) -> list[str]:
        """Return the steps as compared."""
        return [name_key(segment) for segment in self.segments]


def read_lines(context: Context, rows: list[Row], forest: Forest) -> list[Line]:
    """Return the lines of a file; those that repeat a code or a stored node are refused."""
    codes: dict[str, int] = {}
    taken: dict[Node, int] = {}
    lines = []
    for row in rows:
        code = row.values.get("code")
        if code and codes.setdefault(code, row.number) != row.number:
            row.refuse("code", "duplicate_in_file", other=codes[code])
            code = None
        line = Line(row, code, _segments(context, row))
        stored = _stored(forest, line) if row.is_valid else None
        if stored is not None and taken.setdefault(stored, row.number) != row.number:
            row.refuse("code" if code else place_field(row), "duplicate_in_file", other=taken[stored])
        elif stored is not None:
            line.stored = stored
            line.stored_keys = stored.keys() if line.segments else []
        lines.append(line)
    return lines


def place_field(row: Row) -> str:
    """Return the field that says where the node of a row stands."""
    if row.values.get("path"):
        return "path"
    levels = [name for name in LEVEL_NAMES if row.values.get(name)]
    return levels[-1] if levels else "parent_code"


def name_field(line: Line) -> str:
    """Return the field that names the node of a line."""
    return place_field(line.row) if line.segments else "name"


def _stored(forest: Forest, line: Line) -> Node | None:
    """Return the node of that code, else the one at the path as stored, unless it has another code."""
    if line.code is not None and line.code in forest.by_code:
        return forest.by_code[line.code]
    node = forest.walk(line.segments)
    return node if node is not None and (line.code is None or node.code is None) else None


def _segments(context: Context, row: Row) -> list[str]:
    """Return the clean steps of the row's path or levels."""
    steps = [] if context.present.isdisjoint(LEVEL_NAMES) else _levels(row)
    text = row.values.get("path")
    if not text:
        return steps
    try:
        of_path = [clean_name(segment, limit=context.resource.model.name_limit) for segment in path_segments(text)]
    except CellError as error:
        row.refuse("path", error.code, **error.data)
        return []
    except InvalidNameError as error:
        row.refuse("path", "too_long" if error.code == "too_long" else "control", value=error.name, limit=error.limit)
        return []
    if steps and [name_key(step) for step in steps] != [name_key(segment) for segment in of_path]:
        row.refuse("path", "path_mismatch")
    return of_path


def _levels(row: Row) -> list[str]:
    """Return the names in the level columns from the root down; a gap among them is refused."""
    names = [row.values.get(name) for name in LEVEL_NAMES]
    filled = [name for name in names if name]
    if row.is_valid and any(names[len(filled) :]):
        row.refuse(LEVEL_NAMES[names.index(None)], "level_gap")
    return filled
