"""What is known of a file beyond the rows at hand, so that long files are planned in parts."""

from dataclasses import dataclass, field
from typing import Any

#: Different unknown values that are kept for a field.
KEPT_UNKNOWN = 1_000


@dataclass(frozen=True, slots=True)
class MissingValue:
    """A value that a run will add."""

    #: The value's name, or the path of a node.
    text: str
    #: Stands for its id while it has none: negative.
    id: int


@dataclass(slots=True)
class WholeFile:
    """One reading of a file."""

    #: Field of a key -> compared value -> number of the row that has it.
    keys: dict[str, dict[str, int]] = field(default_factory=dict)
    #: Id of an existing row -> number of the row that means it.
    targets: dict[int, int] = field(default_factory=dict)
    #: Field -> ids that may have it once only, and have.
    marks: dict[str, set[int]] = field(default_factory=dict)
    #: Model -> its tree, read once.
    trees: dict[Any, Any] = field(default_factory=dict)
    #: Model -> id -> how files name the row.
    texts: dict[Any, dict[int, str]] = field(default_factory=dict)
    #: Field -> compared text -> the value that is missing.
    missing: dict[str, dict[str, MissingValue]] = field(default_factory=dict)
    #: Field -> compared text of those of them that rows without faults need.
    needed: dict[str, dict[str, None]] = field(default_factory=dict)
    #: Field -> text that no row has -> number of rows.
    unknown: dict[str, dict[str, int]] = field(default_factory=dict)

    def marked(self, name: str) -> set[int]:
        """Return the ids that a field may mark once, and that are marked already."""
        return self.marks.setdefault(name, set())

    def miss(self, name: str, key: str, text: str) -> int:
        """Return the number that stands for a value which is to be added."""
        values = self.missing.setdefault(name, {})
        if key not in values:
            values[key] = MissingValue(text, -1 - sum(len(found) for found in self.missing.values()))
        return values[key].id

    def count_unknown(self, name: str, text: str) -> None:
        """Note that a row names a value which is not there."""
        counts = self.unknown.setdefault(name, {})
        if text in counts or len(counts) < KEPT_UNKNOWN:
            counts[text] = counts.get(text, 0) + 1
