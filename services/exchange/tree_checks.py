"""Whether a tree can stand as the lines of a file want it: no circle, no two siblings of a name, no level too many.

A line that is refused leaves its node as it is stored, which may refuse others; so all is judged until nothing changes.
"""

from services.exchange.tree_lines import Line, name_field, place_field
from services.exchange.tree_nodes import Forest, Node


def check(forest: Forest, lines: list[Line], *, limit: int) -> None:
    """Refuse the lines that cannot be, until the rest can.

    :param limit: greatest number of levels
    """
    line_of = {id(line.row): line for line in lines}
    _put_back_refused(lines, forest)
    while any(
        (
            _refuse_circles(lines),
            _refuse_duplicates(forest, line_of),
            _refuse_too_deep(forest, lines, limit),
            _refuse_orphans(lines),
        )
    ):
        _put_back_refused(lines, forest)


def _put_back_refused(lines: list[Line], forest: Forest) -> None:
    for line in lines:
        node = line.node
        if node is not None and node.is_refused and (node.is_moved or node.is_renamed or node.wish is not None):
            if node.is_new:
                node.wish = None
            else:
                forest.put_back(node)


def _refuse_circles(lines: list[Line]) -> bool:
    """Refuse moves that put a stored node below itself."""
    found = [
        line.row
        for line in lines
        if line.node is not None and line.row.is_valid and line.node.is_moved and line.node.is_below_itself()
    ]
    for row in found:
        row.refuse(place_field(row), "below_itself")
    return bool(found)


def _refuse_duplicates(forest: Forest, line_of: dict[int, Line]) -> bool:
    """Refuse nodes that would have a sibling of their name: who stands there stays, then the first of the file."""
    slots: dict[tuple[Node | None, str], list[Node]] = {}
    for node in forest.nodes:
        if not (node.is_new and node.is_refused):
            slots.setdefault((node.parent, node.key), []).append(node)
    is_found = False
    for nodes in slots.values():
        if len(nodes) == 1:
            continue
        holder, *others = sorted(nodes, key=_claim)
        for node in others:
            if node.row is not None and node.row.is_valid:
                _refuse_name(line_of[id(node.row)], node, holder)
                is_found = True
    return is_found


def _refuse_name(line: Line, node: Node, holder: Node) -> None:
    """Say that a sibling has the name; of a new node, with which code the sibling is stored."""
    if node.is_new and not holder.is_new and holder.code is not None:
        line.row.refuse(name_field(line), "other_code", value=node.name, code=holder.code)
    else:
        line.row.refuse(name_field(line), "duplicate_sibling", value=node.name)


def _claim(node: Node) -> tuple[bool, int]:
    """Sort by the right to a place."""
    comes = node.row is not None and (node.is_new or node.is_moved or node.is_renamed)
    return comes, node.row.number if node.row is not None else 0


def _refuse_too_deep(forest: Forest, lines: list[Line], limit: int) -> bool:
    """Refuse lines whose node, or a stored node that they carry along, would stand too deep."""
    has_moves = any(line.node is not None and line.node.is_moved for line in lines)
    is_found = False
    for node in forest.nodes:
        if node.is_refused if node.is_new else not has_moves:
            continue
        line = list(node.line())
        if len(line) < limit:
            continue
        culprits = (at.row for at in (node, *line) if at.row is not None and (at.is_new or at.is_moved))
        culprit = next(culprits, None)
        if culprit is not None and culprit.is_valid:
            culprit.refuse(place_field(culprit), "too_deep", limit=limit)
            is_found = True
    return is_found


def _refuse_orphans(lines: list[Line]) -> bool:
    """Refuse lines below a new node that cannot be written."""
    found = [
        line.row
        for line in lines
        if line.node is not None
        and line.row.is_valid
        and any(node.is_new and node.is_refused for node in line.node.line())
    ]
    for row in found:
        row.refuse(place_field(row), "parent_failed")
    return bool(found)
