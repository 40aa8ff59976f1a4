"""What is refused around the values of dictionaries. Views say it in the reader's language."""

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
