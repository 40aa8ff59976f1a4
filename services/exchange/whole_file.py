"""What is known of a file beyond the rows at hand, so that long files are planned in parts."""

from dataclasses import dataclass, field
from typing import Any

#: Different unknown values that are kept for a field.
KEPT_UNKNOWN = 1_000


@dataclass(slots=True)
class WholeFile:
    """One reading of a file."""

    #: Field of a key -> compared value -> number of the row that has it.
    keys: dict[str, dict[str, int]] = field(default_factory=dict)
    #: Id of an existing row -> number of the row that means it.
    targets: dict[int, int] = field(default_factory=dict)
    #: Field -> ids that may have it once only, and have.
    marks: dict[str, set[int]] = field(default_factory=dict)
    #: Serial codes that rows bring themselves, so that no other row may be given one of them.
    codes: set[str] = field(default_factory=set)
    #: Whether a row is to be given a code.
    gives_codes: bool = False
    #: Model -> its tree, read once.
    trees: dict[Any, Any] = field(default_factory=dict)
    #: Model -> id -> how files name the row.
    texts: dict[Any, dict[int, str]] = field(default_factory=dict)
    #: Field, compared text -> what stands for the id of a value that is missing and will be added: negative.
    missing: dict[tuple[str, str], int] = field(default_factory=dict)
    #: The same numbers -> name of the value, or path of the node.
    missing_texts: dict[int, str] = field(default_factory=dict)
    #: Field -> text of those of them that rows without faults need, in the order of the file.
    needed: dict[str, dict[str, None]] = field(default_factory=dict)
    #: Field -> text that no row has -> number of rows.
    unknown: dict[str, dict[str, int]] = field(default_factory=dict)

    def marked(self, name: str) -> set[int]:
        """Return the ids that a field may mark once, and that are marked already."""
        return self.marks.setdefault(name, set())

    def miss(self, name: str, key: str, text: str) -> int:
        """Return the number that stands for a value which is to be added."""
        number = self.missing.setdefault((name, key), -1 - len(self.missing))
        self.missing_texts.setdefault(number, text)
        return number

    def need(self, name: str, value_id: int) -> None:
        """Note that a row without faults has a value that is to be added."""
        if value_id in self.missing_texts:
            self.needed.setdefault(name, {})[self.missing_texts[value_id]] = None

    def count_unknown(self, name: str, text: str) -> None:
        """Note that a row names a value which is not there."""
        counts = self.unknown.setdefault(name, {})
        if text in counts or len(counts) < KEPT_UNKNOWN:
            counts[text] = counts.get(text, 0) + 1
