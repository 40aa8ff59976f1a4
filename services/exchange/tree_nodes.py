"""A tree in memory: what is stored, and what a file would add, rename, move and put into another order."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Optional

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.names import name_key
from services.exchange.results import Row


@dataclass(slots=True, eq=False)
class Node:
    """A node as it would be after the import, and as it is stored."""

    name: str
    #: The name as compared.
    key: str
    parent: Optional["Node"]
    code: str | None = None
    #: None while it is not stored.
    id: int | None = None
    is_active: bool = True
    version: int = 1
    sort_order: int = 0
    old_parent: Optional["Node"] = None
    old_name: str = ""
    old_order: int = 0
    #: The line that means it; a node made for the steps of a path has none.
    row: Row | None = None
    #: Number of the line that first needed it; new siblings stand in this order.
    place: int = 0
    #: The place among its siblings that the file asks for, from 1.
    wish: int | None = None

    @property
    def is_new(self) -> bool:
        """Tell whether it is not stored."""
        return self.id is None

    @property
    def is_moved(self) -> bool:
        """Tell whether it would leave its parent."""
        return self.id is not None and self.parent is not self.old_parent

    @property
    def is_renamed(self) -> bool:
        """Tell whether it would be called otherwise."""
        return self.id is not None and self.name != self.old_name

    @property
    def is_refused(self) -> bool:
        """Tell whether its line has a fault: then it is not added, and stays as it is stored."""
        return self.row is not None and not self.row.is_valid

    def line(self) -> Iterator["Node"]:
        """Yield the nodes above, nearest first; ends where a circle closes."""
        seen = {self}
        at = self.parent
        while at is not None and at not in seen:
            seen.add(at)
            yield at
            at = at.parent

    def old_line(self) -> Iterator["Node"]:
        """Yield the nodes above as stored, nearest first; ends where a circle closes."""
        seen = {self}
        at = self.old_parent
        while at is not None and at not in seen:
            seen.add(at)
            yield at
            at = at.old_parent

    def is_below_itself(self) -> bool:
        """Tell whether going up leads back here."""
        last = self
        for last in self.line():  # noqa: B007 -- the last one is wanted
            pass
        return last.parent is not None and (last.parent is self or self in {last, *last.line()})

    def keys(self) -> list[str]:
        """Return the compared names from the root to here."""
        return [*reversed([node.key for node in self.line()]), self.key]


@dataclass(slots=True)
class Forest:
    """All nodes of a table, with what finds them."""

    nodes: list[Node] = field(default_factory=list)
    by_code: dict[str, Node] = field(default_factory=dict)
    children: dict[tuple[Node | None, str], Node] = field(default_factory=dict)
    #: The same as stored.
    old_children: dict[tuple[Node | None, str], Node] = field(default_factory=dict)

    def child(self, parent: Node | None, name: str) -> Node | None:
        """Return the child of that name."""
        return self.children.get((parent, name_key(name)))

    def step(self, parent: Node | None, name: str) -> Node | None:
        """Return the child of that name, else the one that is stored under it: a path may say how things were."""
        return self.child(parent, name) or self.old_children.get((parent, name_key(name)))

    def walk(self, segments: list[str]) -> Node | None:
        """Return the node stored at a path, or None."""
        at: Node | None = None
        for segment in segments:
            at = self.old_children.get((at, name_key(segment)))
            if at is None:
                return None
        return at

    def add(self, node: Node) -> None:
        """Put a node into its place."""
        self.nodes.append(node)
        self.children[node.parent, node.key] = node

    def move(self, node: Node, parent: Node | None, name: str) -> None:
        """Give a node another parent or name. Whether another node has it is judged when all are placed."""
        if self.children.get((node.parent, node.key)) is node:
            del self.children[node.parent, node.key]
        node.parent, node.name, node.key = parent, name, name_key(name)
        self.children[node.parent, node.key] = node

    def put_back(self, node: Node) -> None:
        """Leave a stored node as it is."""
        self.move(node, node.old_parent, node.old_name)
        node.wish = None


def load_forest(session: Session, model: Any) -> Forest:
    """Read a whole tree by one statement."""
    columns = (
        model.id,
        model.parent_id,
        model.code,
        model.name,
        model.name_key,
        model.is_active,
        model.version,
        model.sort_order,
    )
    forest, by_id, parents = Forest(), {}, {}
    for row in session.execute(select(*columns).order_by(model.sort_order, model.id)):
        by_id[row.id] = Node(
            row.name,
            row.name_key,
            None,
            row.code,
            row.id,
            row.is_active,
            row.version,
            row.sort_order,
            old_name=row.name,
            old_order=row.sort_order,
        )
        parents[row.id] = row.parent_id
    for row_id, node in by_id.items():
        node.parent = node.old_parent = by_id.get(parents[row_id])
        forest.add(node)
        if node.code is not None:
            forest.by_code[node.code] = node
    forest.old_children = dict(forest.children)
    return forest
