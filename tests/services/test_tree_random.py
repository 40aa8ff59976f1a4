"""Several people change one tree at once, at random: what was acknowledged is there, and the tree is whole.

Each works on a connection of their own and acts on what they read a moment ago. While an operation still holds the
tree's lock it is noted, so that the notes stand in the order in which the operations took effect; those whose commit
succeeded, done one after the other in memory, must give the tree that is stored.
"""

import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Region, db
from models.base import reading_only
from services.errors import ServiceError
from services.trees import add_node, delete_node, move_node, rename_node
from tests.files import rows_import

PEOPLE = 4
OPERATIONS = 40
#: Seconds after which nobody begins another operation; two are enough where nothing else runs.
LIMIT = 20
#: Few names, so that siblings often collide.
NAMES = "甲乙丙丁戊己庚辛"
#: Operation -> how often, of 100.
WEIGHTS = {"add": 25, "move": 35, "rename": 15, "delete": 15, "import": 10}


@dataclass(slots=True)
class Seen:
    """A node as somebody read it; nodes are told apart by their codes."""

    id: int
    code: str
    version: int
    parent_id: int | None


@dataclass(slots=True)
class Operation:
    """What somebody did."""

    kind: str
    code: str = ""
    name: str = ""
    parent: str | None = None
    before: str | None = None
    #: The version of the node that its doer had read.
    version: int = 0
    #: Lines of an import: code, name, parent's code.
    lines: tuple[tuple[str, str, str], ...] = ()
    is_acknowledged: bool = False


@dataclass(slots=True)
class Model:
    """The tree that acknowledged operations make."""

    names: dict[str, str] = field(default_factory=dict)
    parents: dict[str, str | None] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    #: Parent -> children in order.
    children: dict[str | None, list[str]] = field(default_factory=lambda: {None: []})

    def do(self, operation: Operation) -> None:
        """Do what was acknowledged; it must have been done to what its doer saw."""
        if operation.version:
            assert self.versions[operation.code] == operation.version, f"stale, but acknowledged: {operation}"
        getattr(self, f"_{operation.kind}")(operation)

    def _add(self, operation: Operation) -> None:
        self._insert(operation.code, operation.name, operation.parent)

    def _move(self, operation: Operation) -> None:
        order = list(self.children[operation.parent])
        if self.parents[operation.code] == operation.parent:
            order.remove(operation.code)
        place = order.index(operation.before) if operation.before is not None else len(order)
        order.insert(place, operation.code)
        if order == self.children[operation.parent]:
            return
        self.children[self.parents[operation.code]].remove(operation.code)
        self.children[operation.parent] = order
        self.parents[operation.code] = operation.parent
        self.versions[operation.code] += 1

    def _rename(self, operation: Operation) -> None:
        if self.names[operation.code] != operation.name:
            self.names[operation.code] = operation.name
            self.versions[operation.code] += 1

    def _delete(self, operation: Operation) -> None:
        assert self.children.pop(operation.code) == []
        self.children[self.parents.pop(operation.code)].remove(operation.code)
        del self.names[operation.code], self.versions[operation.code]

    def _import(self, operation: Operation) -> None:
        for code, name, parent in operation.lines:
            if code not in self.names:
                self._insert(code, name, parent or None)
                continue
            if name:
                self._rename(Operation("rename", code, name))
            if parent and parent != self.parents[code]:
                self._move(Operation("move", code, parent=parent))

    def _insert(self, code: str, name: str, parent: str | None) -> None:
        self.names[code], self.parents[code], self.versions[code] = name, parent, 1
        self.children[parent].append(code)
        self.children[code] = []


@dataclass(slots=True)
class Work:
    """What all do, in the order in which it took effect."""

    operations: list[Operation] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    errors: list[BaseException] = field(default_factory=list)

    def count(self, kind: str) -> int:
        """Return how many operations of a kind were acknowledged."""
        return sum(operation.is_acknowledged and operation.kind == kind for operation in self.operations)


class Person:
    """Does random operations, one transaction each."""

    def __init__(self, app: Flask, work: Work, seed: str) -> None:
        self.app, self.work, self.seed, self.chance = app, work, seed, random.Random(seed)

    def work_on(self) -> None:
        """Do all, unless time is up."""
        end = time.monotonic() + LIMIT
        try:
            for number in range(OPERATIONS):
                if time.monotonic() > end:
                    return
                with self.app.app_context():
                    self._act(f"{self.seed}.{number}")
        except BaseException as error:  # noqa: BLE001 -- the test reports it
            self.work.errors.append(error)

    def _act(self, new_code: str) -> None:
        seen = self._look()
        kind = self.chance.choices(list(WEIGHTS), list(WEIGHTS.values()))[0] if len(seen) > PEOPLE else "add"
        operation = Operation(kind, new_code, self.chance.choice(NAMES))
        time.sleep(self.chance.random() * 0.01)
        try:
            getattr(self, f"_{kind}")(operation, seen)
        except ServiceError as error:
            db.session.rollback()
            self.work.refused[type(error).__name__] += 1
            return
        self.work.operations.append(operation)  # while the lock is held
        db.session.commit()
        operation.is_acknowledged = True

    def _look(self) -> list[Seen]:
        """Read the tree as its page does, in a transaction that only reads."""
        token = reading_only.set(True)
        rows = db.session.execute(select(Region.id, Region.code, Region.version, Region.parent_id)).all()
        db.session.rollback()
        reading_only.reset(token)
        return [Seen(*row) for row in rows]

    def _add(self, operation: Operation, seen: list[Seen]) -> None:
        parent = self._any(seen, or_none=0.3)
        operation.parent = parent.code if parent is not None else None
        parent_id = parent.id if parent is not None else None
        add_node(db.session, Region, name=operation.name, parent_id=parent_id, code=operation.code)

    def _move(self, operation: Operation, seen: list[Seen]) -> None:
        node, parent = self.chance.choice(seen), self._any(seen, or_none=0.3)
        parent_id = parent.id if parent is not None else None
        before = self._any([other for other in seen if other.parent_id == parent_id], or_none=0.4)
        operation.code, operation.version = node.code, node.version
        operation.parent = parent.code if parent is not None else None
        operation.before = before.code if before is not None else None
        before_id = before.id if before is not None else None
        move_node(db.session, Region, node.id, parent_id=parent_id, before_id=before_id, version=node.version)

    def _rename(self, operation: Operation, seen: list[Seen]) -> None:
        node = self.chance.choice(seen)
        operation.code, operation.version = node.code, node.version
        rename_node(db.session, Region, node.id, name=operation.name, version=node.version)

    def _delete(self, operation: Operation, seen: list[Seen]) -> None:
        node = self.chance.choice(seen)
        operation.code, operation.version = node.code, node.version
        delete_node(db.session, Region, node.id, version=node.version)

    def _import(self, operation: Operation, seen: list[Seen]) -> None:
        renamed, moved = self.chance.sample(seen, 2)
        parents = [self.chance.choice(seen).code for _ in range(2)]
        operation.lines = (
            (operation.code, operation.name, parents[0]),
            (renamed.code, self.chance.choice(NAMES), ""),
            (moved.code, "", parents[1]),
        )
        result = rows_import(db.session, "region", ("code", "name", "parent_code"), *operation.lines, mode="update")
        if not result.is_written:
            raise ServiceError(str(result.faults[0]))

    def _any(self, seen: list[Seen], *, or_none: float) -> Seen | None:
        return None if not seen or self.chance.random() < or_none else self.chance.choice(seen)


def _stored(session: Session) -> tuple[dict[str | None, list[str]], dict[str, str], dict[str, int]]:
    """Return what :class:`Model` holds, as stored: children by parent in order, names, versions."""
    rows = session.execute(select(Region).order_by(Region.sort_order, Region.id)).scalars().all()
    codes: dict[int | None, Any] = {None: None} | {row.id: row.code for row in rows}
    children: dict[str | None, list[str]] = {code: [] for code in codes.values()}
    for row in rows:
        children[codes[row.parent_id]].append(row.code)
        assert row.sort_order == len(children[codes[row.parent_id]]), "places are not 1..n"
    return children, {row.code: row.name for row in rows}, {row.code: row.version for row in rows}


def _reached(children: dict[str | None, list[str]]) -> list[str]:
    """Return the nodes that are found from the roots down."""
    found: list[str] = []
    level = children[None]
    while level:
        found += level
        assert len(found) <= len(children), "a circle"
        level = [child for code in level for child in children[code]]
    return found


@pytest.mark.parametrize("seed", [1, 2])
def test_people_at_once_leave_a_whole_tree_with_all_that_was_acknowledged(app: Flask, seed: int) -> None:
    work = Work()
    people = [threading.Thread(target=Person(app, work, f"{seed}.{number}").work_on) for number in range(PEOPLE)]
    for person in people:
        person.start()
    for person in people:
        person.join(LIMIT + 30)

    assert work.errors == []
    model = Model()
    for operation in work.operations:
        if operation.is_acknowledged:
            model.do(operation)
    with app.app_context():
        children, names, versions = _stored(db.session)
    assert (children, names, versions) == (model.children, model.names, model.versions)
    assert sorted(_reached(children)) == sorted(names)
    assert len(set(names)) == len(names)
    assert all(work.count(kind) for kind in ("add", "move", "rename")), work.refused
    assert work.refused
