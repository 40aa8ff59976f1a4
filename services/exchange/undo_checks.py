"""Which rows of an import can be taken back: those that still are as it left them, and that nothing else points at."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session
from sqlalchemy_utils import get_referencing_foreign_keys

from auth.visibility import among, dialect_of
from models import ImportChange
from models.mixins import TreeMixin
from services.exchange.bulk import has_version
from services.exchange.changes import model_of_table
from services.exchange.instances import batches
from services.exchange.plain_values import plain
from services.usage import attribute_of_key

#: A row of any table: its model and its id.
Key = tuple[Any, int]
_BATCH = 1_000


@dataclass(slots=True)
class Undo:
    """What taking back does with one row of a table: the import may have written it more than once."""

    model: Any
    row_id: int
    #: Number of the file's row.
    number: int
    #: Id of the import's first change of it.
    change_id: int
    #: Column -> value before; None if the import added it.
    before: dict[str, Any] | None
    #: Column -> value that the import left; None if it deleted it.
    after: dict[str, Any] | None
    #: Column -> value now; None if it is gone.
    now: Mapping[str, Any] | None = None

    @property
    def is_added(self) -> bool:
        """Tell whether the import added the row."""
        return self.before is None

    @property
    def is_strict(self) -> bool:
        """Tell whether a later edit of it keeps the file's row as it is; else only what still stands is restored."""
        return self.is_added or (self.after is not None and "version" in self.after)

    @property
    def is_edited(self) -> bool:
        """Tell whether it is no longer what the import left."""
        if self.now is None or self.after is None:
            return not self.is_added and self.after is not None
        return any(plain(self.now[name]) != value for name, value in self.after.items())


@dataclass(slots=True)
class Part:
    """Rows of the file that are taken back together."""

    undos: list[Undo] = field(default_factory=list)

    def of(self, numbers: Iterable[int]) -> list[Undo]:
        """Return what is done for some of the file's rows, the last change first."""
        wanted = set(numbers)
        found = [undo for undo in self.undos if undo.number in wanted]
        return sorted(found, key=lambda undo: undo.change_id, reverse=True)

    @property
    def numbers(self) -> list[int]:
        """Return the numbers of the file's rows, the last first."""
        return sorted({undo.number for undo in self.undos}, reverse=True)


def load_part(session: Session, job_id: int, first: int, last: int) -> Part:
    """Return what taking back the file's rows of these numbers does, with how their rows are now."""
    statement = select(ImportChange).where(ImportChange.job_id == job_id, ImportChange.number.between(first, last))
    merged: dict[tuple[str, int, bool], Undo] = {}
    for change in session.scalars(statement.order_by(ImportChange.id)):
        key = change.table_name, change.row_id, change.after is None
        known = merged.get(key)
        if known is None:
            model = model_of_table(change.table_name)
            merged[key] = Undo(model, change.row_id, change.number, change.id, change.before, change.after)
            continue
        if known.before is not None:
            known.before = {**(change.before or {}), **known.before}
        known.after = {**(known.after or {}), **(change.after or {})}
        session.expunge(change)
    part = Part(list(merged.values()))
    _read_now(session, part)
    return part


def blocked_rows(session: Session, part: Part) -> set[int]:
    """Return the numbers of the file's rows that stay as they are."""
    blocked = {undo.number for undo in part.undos if undo.is_strict and undo.is_edited}
    references = list(_references(session, part))
    is_growing = True
    while is_growing:
        free = [undo for undo in part.undos if undo.number not in blocked]
        released = {(undo.model, undo.row_id): undo for undo in free}
        found = {
            number
            for number, source, column in references
            if number not in blocked and not _lets_go(released, source, column)
        }
        blocked |= found
        is_growing = bool(found)
    return blocked


def _lets_go(released: Mapping[Key, Undo], source: Key, column: str) -> bool:
    """Tell whether a row that points at one to be deleted goes as well, or is made to point elsewhere."""
    undo = released.get(source)
    return undo is not None and (undo.is_added or column in (undo.before or {}))


def _references(session: Session, part: Part) -> Iterator[tuple[int, Key, str]]:
    """Yield (number of the file's row, a row that points at one it added, the pointing column)."""
    added: dict[Any, dict[int, int]] = {}
    for undo in part.undos:
        if undo.is_added and undo.now is not None:
            added.setdefault(undo.model, {})[undo.row_id] = undo.number
    for model, numbers in added.items():
        for owner, column in _pointing(model):
            for batch in batches(numbers, _BATCH):
                statement = select(owner.id, column).where(among(column, batch, dialect_of(session)))
                for row_id, target_id in session.execute(statement):
                    yield numbers[target_id], (owner, row_id), column.key


def _pointing(model: Any) -> Iterator[tuple[Any, Any]]:
    """Yield (model, attribute) of all foreign keys that point at a table, whatever becomes of their rows."""
    table: Any = inspect(model).local_table
    own = {key for key in table.foreign_keys if key.column.table is table}
    for key in sorted(
        set(get_referencing_foreign_keys(model)) | own, key=lambda key: (key.parent.table.name, key.parent.name)
    ):
        owner = model_of_table(key.parent.table.name)
        if hasattr(owner, "id"):
            yield owner, attribute_of_key(owner, key)


def _read_now(session: Session, part: Part) -> None:
    by_model: dict[Any, list[Undo]] = {}
    for undo in part.undos:
        by_model.setdefault(undo.model, []).append(undo)
    for model, undos in by_model.items():
        names = {name for undo in undos for name in (*(undo.before or {}), *(undo.after or {}))}
        names |= {"version"} if has_version(model) else set()
        names |= {"parent_id"} if issubclass(model, TreeMixin) else set()
        columns = [getattr(model, name) for name in sorted(names - {"id"})]
        for batch in batches(undos, _BATCH):
            found = select(model.id, *columns).where(
                among(model.id, [undo.row_id for undo in batch], dialect_of(session))
            )
            rows = {row["id"]: row for row in session.execute(found).mappings()}
            for undo in batch:
                undo.now = rows.get(undo.row_id)
