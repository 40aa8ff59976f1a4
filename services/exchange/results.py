"""What an import found and did."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from services.exchange.errors import CELL_SENTENCES, quoted


class Mode(StrEnum):
    """What becomes of rows whose key exists already."""

    SKIP = "skip"
    UPDATE = "update"
    INSERT = "insert"


class Action(StrEnum):
    """What is done with a row."""

    INSERT = "insert"
    UPDATE = "update"
    SKIP = "skip"


class ChangeKind(StrEnum):
    """What becomes of a node, in the order in which people should look at it."""

    MOVE = "move"
    RENAME = "rename"
    DEACTIVATE = "deactivate"
    ACTIVATE = "activate"
    CODE = "code"
    REORDER = "reorder"
    ADD = "add"


@dataclass(slots=True)
class RowFault:
    """One reason why a row cannot be used."""

    row: int
    field: str
    code: str
    data: dict[str, Any]

    @property
    def sentence(self) -> str:
        """Return the reason in English."""
        return CELL_SENTENCES[self.code] % self.data

    def __str__(self) -> str:
        """Return the English line: row, field, reason."""
        where = f"row {self.row}, {self.field}" if self.field else f"row {self.row}"
        return f"{where}: {self.sentence}"


@dataclass(slots=True)
class Row:
    """One row of a file on its way into the database."""

    #: Number in the file, the header being 1.
    number: int
    #: Field name -> value; blank cells are absent, None is a cell that asks to be emptied.
    values: dict[str, Any]
    faults: list[RowFault] = field(default_factory=list)
    action: Action = Action.INSERT
    #: Id of the existing row.
    id: int | None = None
    #: Column attribute -> new value, for an update.
    changes: dict[str, Any] = field(default_factory=dict)
    #: Whether a table's hooks write more for it, such as a contact.
    has_more: bool = False
    #: Fields whose values are not the file's but what new rows get by default.
    defaulted: frozenset[str] = frozenset()

    def drop_defaults(self) -> None:
        """Forget what only a new row gets: the line means an existing one."""
        for name in self.defaulted:
            self.values.pop(name, None)
        self.faults = [fault for fault in self.faults if fault.field not in self.defaulted]
        self.defaulted = frozenset()

    def refuse(self, field_name: str, code: str, /, **data: Any) -> None:
        """Note a reason against the row."""
        self.faults.append(RowFault(self.number, field_name, code, {key: quoted(value) for key, value in data.items()}))

    @property
    def is_valid(self) -> bool:
        """Tell whether nothing speaks against the row."""
        return not self.faults


@dataclass(frozen=True, slots=True)
class TreeChange:
    """What becomes of one node; of new nodes the topmost stands for those below it."""

    #: Number of the line, or of the first that needs the node.
    row: int
    #: In the order of :class:`ChangeKind`.
    kinds: tuple[ChangeKind, ...]
    path: str
    #: Empty for a new node.
    old_path: str = ""
    #: New nodes below a new one.
    added_below: int = 0
    #: Customers of the node and those below it, whoever sees them.
    customer_count: int = 0


@dataclass(frozen=True, slots=True)
class TreeDiff:
    """All changes of an import."""

    #: Every node counts, under each of its kinds.
    totals: Mapping[ChangeKind, int]
    #: Customers of the stored nodes that are moved, renamed, deactivated or activated, and those below them.
    customer_count: int
    #: In the order of the file.
    changes: tuple[TreeChange, ...]

    def fingerprint(self) -> str:
        """Return a text that is equal for diffs that do the same; the numbers of customers may differ."""
        done = [
            (change.row, *change.kinds, change.path, change.old_path, change.added_below) for change in self.changes
        ]
        return hashlib.blake2b(repr(done).encode(), digest_size=16).hexdigest()


@dataclass(slots=True)
class ImportResult:
    """What an import did, or in a dry run would do."""

    row_count: int = 0
    inserted_count: int = 0
    updated_count: int = 0
    skipped_count: int = 0
    faults: list[RowFault] = field(default_factory=list)
    #: Whether rows were written.
    is_written: bool = False
    #: How the file was read, such as "gb18030" or "workbook".
    encoding: str = ""
    #: What becomes of the nodes; of trees alone.
    diff: TreeDiff | None = None

    @property
    def failed_row_count(self) -> int:
        """Return the number of rows with faults."""
        return len({fault.row for fault in self.faults})
