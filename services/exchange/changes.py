"""What an import writes, row by row, so that it can be taken back: ``ImportChange``."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from models import Base, ImportChange
from services.exchange.plain_values import plain
from services.exchange.statements import insert_many

#: Number of changes that no single row of the file asked for: places among siblings, values that were missing.
NO_ROW = 0
_BATCH = 1_000


class Journal:
    """Takes down the changes of one import. They are in the database once it was flushed."""

    def __init__(self, session: Session, job_id: int, *, is_rowless: bool = False) -> None:
        self.job_id = job_id
        self._session, self._is_rowless = session, is_rowless
        self._waiting: list[dict[str, Any]] = []

    def note(
        self, number: int, model: Any, row_id: int, *, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
    ) -> None:
        """Take a change down.

        :param number: of the file's row, or :data:`NO_ROW`
        :param before: column attribute -> value; None if the row was added
        :param after: the same; None if it was deleted. With a ``version`` the undo asks whether it is still that one
        """
        self._waiting.append(
            {
                "job_id": self.job_id,
                "number": NO_ROW if self._is_rowless else number,
                "table_name": model.__tablename__,
                "row_id": row_id,
                "before": _plain(before),
                "after": _plain(after),
            }
        )
        if len(self._waiting) >= _BATCH:
            self.flush()

    def flush(self) -> None:
        """Write what was taken down."""
        if self._waiting:
            insert_many(self._session, ImportChange, self._waiting)
            self._waiting = []


def model_of_table(name: str) -> Any:
    """Return the mapped class of a table."""
    return next(mapper.class_ for mapper in Base.registry.mappers if mapper.class_.__tablename__ == name)


def _plain(values: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if values is None else {name: plain(value) for name, value in values.items()}
