"""Which row a text means: related rows by natural key, and the existing row of a line.

Natural keys come from the tables' own constraints: a text that is unique alone identifies a row.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, Protocol

from sqlalchemy import ColumnElement, String, UniqueConstraint, select
from sqlalchemy.orm import Session

from auth.actor import AnySession
from models import Customer
from models.mixins import ActiveMixin, NameMixin, TreeMixin
from models.names import name_key
from models.scope import HangsOnCustomer
from services.exchange.converters import as_text, path_segments
from services.exchange.errors import CellError

#: Values looked up by one statement.
BATCH = 500
#: Candidates named when a name is not unique.
_SHOWN_CANDIDATES = 5
#: Key shown in files where it is not the first natural key: people read names.
_SHOWN_KEYS = {"customer": "name"}


class Lookup(Protocol):
    """Finds the rows of one table that texts mean."""

    #: Ids that new rows may no longer point at.
    inactive: set[int]

    def prepare(self, texts: Iterable[str]) -> None:
        """Learn which texts will be asked for."""

    def find(self, text: str) -> int:
        """Return the id of the row.

        :raises CellError: if there is none, or more than one
        """


@cache
def natural_keys(model: type[Any]) -> tuple[str, ...]:
    """Return the attributes that identify a row alone, in the order of the columns: ("code", "name") of a customer."""
    table: Any = model.__table__
    alone = {
        constraint.columns[0].name
        for constraint in table.constraints
        if isinstance(constraint, UniqueConstraint) and len(constraint.columns) == 1
    }
    found = []
    for column in table.columns:
        is_unique = column.name in alone or bool(column.unique)
        if is_unique and isinstance(column.type, String):
            found.append("name" if column.name == "name_key" else str(column.name))
    return tuple(found)


def shown_key(model: Any) -> str:
    """Return the attribute by which files name a row; the id where there is no natural key."""
    keys = natural_keys(model)
    if model.__tablename__ in _SHOWN_KEYS:
        return _SHOWN_KEYS[model.__tablename__]
    return keys[0] if keys else "name" if issubclass(model, NameMixin) else "id"


def key_column(model: Any, key: str) -> Any:
    """Return the column in which a key is compared; log-ins are stored as compared."""
    return model.name_key if key == "name" else getattr(model, key)


def key_value(key: str, value: str) -> str:
    """Return a key as it is compared."""
    return name_key(value) if key in {"name", "login"} else value.strip()


def batches(values: Iterable[Any], size: int = BATCH) -> Iterator[list[Any]]:
    """Yield the values in lists of at most ``size``."""
    batch: list[Any] = []
    for value in values:
        batch.append(value)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def find_compared(session: AnySession, model: Any, key: str, values: Iterable[str]) -> dict[str, int]:
    """Return the ids of the rows that have one of the values, as they are compared, under a key: value -> id."""
    column, found = key_column(model, key), {}
    for batch in batches(dict.fromkeys(values)):
        found.update(
            {value: row_id for row_id, value in session.execute(select(model.id, column).where(column.in_(batch)))}
        )
    return found


def make_lookup(session: Session, target: type[Any]) -> Lookup:
    """Return the lookup of a table.

    :param session: decides which rows are found: pass one that sees what the actor may point at
    """
    if issubclass(target, TreeMixin):
        return TreeLookup(session, target)
    return KeyLookup(session, target)


class KeyLookup:
    """Rows by their natural keys, the first that fits. Reads only the rows asked for."""

    def __init__(self, session: Session, target: Any, criterion: ColumnElement[bool] | None = None) -> None:
        self._session, self._target, self._criterion = session, target, criterion
        self._ids: dict[tuple[str, str], int] = {}
        self._keys = natural_keys(target)
        self.inactive: set[int] = set()

    def prepare(self, texts: Iterable[str]) -> None:
        """Read the rows that the texts may mean."""
        known = list(dict.fromkeys(texts))
        for key in self._keys:
            column = key_column(self._target, key)
            for batch in batches(dict.fromkeys(key_value(key, text) for text in known)):
                for row in self._session.execute(self._statement(column, batch)):
                    self._ids[key, row.key] = row.id
                    if not row.is_active:
                        self.inactive.add(row.id)

    def find(self, text: str) -> int:
        """Return the id of the row that the text names."""
        for key in self._keys:
            found = self._ids.get((key, key_value(key, text)))
            if found is not None:
                return found
        raise CellError("unknown", value=text)

    def _statement(self, column: Any, batch: list[str]) -> Any:
        is_active: Any = self._target.is_active if issubclass(self._target, ActiveMixin) else column.is_not(None)
        statement = select(self._target.id, column.label("key"), is_active.label("is_active")).where(column.in_(batch))
        return statement if self._criterion is None else statement.where(self._criterion)


class TreeLookup:
    """Nodes by path, code, or a name that is unique in the tree. Reads the whole tree once, in one statement."""

    def __init__(self, session: Session, target: Any) -> None:
        self._parents: dict[int, int | None] = {}
        self._names: dict[int, str] = {}
        self._codes: dict[str, int] = {}
        self._children: dict[tuple[int | None, str], int] = {}
        self._named: dict[str, list[int]] = {}
        self.inactive: set[int] = set()
        columns = (target.id, target.parent_id, target.code, target.name, target.name_key, target.is_active)
        for row in session.execute(select(*columns).order_by(target.id)):
            self._add(row)
        self._spread_inactive()

    def prepare(self, texts: Iterable[str]) -> None:
        """Do nothing: the tree is read already."""

    def find(self, text: str) -> int:
        """Return the id of the node that the text names."""
        segments = path_segments(text)
        found = self._walk(segments)
        if found is None and len(segments) == 1:
            found = self._codes.get(text.strip())
        if found is not None:
            return found
        named = self._named.get(name_key(text), []) if len(segments) == 1 else []
        if len(named) > 1:
            shown = ", ".join(self.path(node) for node in named[:_SHOWN_CANDIDATES])
            raise CellError(
                "ambiguous", value=text, candidates=shown + (" …" if len(named) > _SHOWN_CANDIDATES else "")
            )
        if not named:
            raise CellError("unknown", value=text)
        return named[0]

    def path(self, node: int) -> str:
        """Return the path of a node from its root, parted by "/"."""
        names: list[str] = []
        at: int | None = node
        while at is not None and len(names) <= len(self._parents):
            names.append(self._names[at])
            at = self._parents[at]
        return "/".join(reversed(names))

    def _add(self, row: Any) -> None:
        self._parents[row.id] = row.parent_id
        self._names[row.id] = row.name
        self._children[row.parent_id, row.name_key] = row.id
        self._named.setdefault(row.name_key, []).append(row.id)
        if row.code is not None:
            self._codes[row.code] = row.id
        if not row.is_active:
            self.inactive.add(row.id)

    def _spread_inactive(self) -> None:
        """Retire what stands below a retired node."""
        if not self.inactive:
            return
        below: dict[int | None, list[int]] = {}
        for node, parent in self._parents.items():
            below.setdefault(parent, []).append(node)
        todo = list(self.inactive)
        while todo:
            for child in below.get(todo.pop(), ()):
                if child not in self.inactive:
                    self.inactive.add(child)
                    todo.append(child)

    def _walk(self, segments: list[str]) -> int | None:
        at: int | None = None
        for segment in segments:
            at = self._children.get((at, name_key(segment)))
            if at is None:
                return None
        return at


def is_guarded(model: type[Any]) -> bool:
    """Tell whether a table's rows are seen by those alone who see their customer."""
    return model is Customer or issubclass(model, HangsOnCustomer)


def relation_text(cell: Any) -> str:
    """Return the text by which a cell names a row."""
    return as_text(cell).strip()
