"""What is refused around the values of dictionaries. Views say it in the reader's language."""

from collections.abc import Mapping

from services.errors import ServiceError


class SameValueError(ServiceError):
    """A value was to be replaced by itself, or merged with itself."""


class UndoRefusedError(ServiceError):
    """A deed cannot be taken back any more. ``code`` says why, for a translated message.

    ``done``: it was undone already; ``changed``: rows of ``table`` hold something else by now, or are gone; ``gone``:
    what the deleted value pointed at is not there any more; ``taken``: its number was given to another value.
    """

    def __init__(self, code: str, name: str, *, table: str = "", count: int = 0) -> None:
        self.code = code
        self.name = name
        self.table = table
        self.count = count
        super().__init__(f"undo for {name!r}: {code} {table} {count}")


class NamesRefusedError(ServiceError):
    """Some of several names cannot be added, so none was.

    ``faults``: line (from 1) -> why; without any there were no names, or more than ``limit``.
    """

    def __init__(self, faults: Mapping[int, Exception], *, limit: int = 0) -> None:
        self.faults = faults
        self.limit = limit
        super().__init__(
            "; ".join(f"line {place}: {fault}" for place, fault in faults.items()) or f"1 to {limit} names"
        )


class PresetRefusedError(ServiceError):
    """The grades of a preset were to be loaded while customers have grades."""
