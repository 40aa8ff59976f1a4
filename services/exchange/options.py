"""How an import goes, as people choose it and as a job keeps it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from services.exchange.results import Mode


@dataclass(frozen=True, slots=True)
class Options:
    """How an import goes."""

    mode: Mode = Mode.SKIP
    #: Write the valid rows even if others have faults.
    is_partial: bool = False
    #: Check only.
    is_dry_run: bool = False
    #: Header in the file -> field.
    mapping: Mapping[str, str] = field(default_factory=dict)
    #: How the file is read where it is not found out: encoding, delimiter, sheet, header_row.
    reading: Mapping[str, Any] = field(default_factory=dict)
    #: Field -> text that a new row gets where its cell is blank or the file has no such column.
    defaults: Mapping[str, str] = field(default_factory=dict)
    #: Field -> text in the file -> text that is meant.
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    #: Relationships whose missing values, or nodes by their paths, are added.
    add_missing: tuple[str, ...] = ()
    #: Numbers of rows that are left out.
    skipped: frozenset[int] = frozenset()
    #: The operator imports in a person's name: the person's sight and rights to rows, the operator's permissions.
    is_command: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return the options as ``ImportJob.options`` keeps them."""
        return {
            "mode": self.mode.value,
            "is_partial": self.is_partial,
            "mapping": dict(self.mapping),
            "reading": dict(self.reading),
            "defaults": dict(self.defaults),
            "values": {name: dict(texts) for name, texts in self.values.items()},
            "add_missing": list(self.add_missing),
            "skipped": sorted(self.skipped),
            "is_command": self.is_command,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Options":
        """Return the options that a job keeps."""
        return cls(
            mode=Mode(kept.get("mode", Mode.SKIP)),
            is_partial=bool(kept.get("is_partial")),
            mapping=kept.get("mapping", {}),
            reading=kept.get("reading", {}),
            defaults=kept.get("defaults", {}),
            values=kept.get("values", {}),
            add_missing=tuple(kept.get("add_missing", ())),
            skipped=frozenset(kept.get("skipped", ())),
            is_command=bool(kept.get("is_command")),
        )
