"""What an import carries through its steps, and what a table may add to them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from auth.actor import Actor, AnySession
from services.exchange.changes import Journal
from services.exchange.converters import Setting
from services.exchange.instances import Lookup
from services.exchange.resource import Resource
from services.exchange.results import Mode, Row
from services.exchange.whole_file import WholeFile


@dataclass(slots=True)
class Context:
    """One import."""

    #: The caller's session: what the actor sees.
    session: AnySession
    #: An unfiltered session on the same transaction: whether keys are taken, and the writing.
    every: Session
    actor: Actor | None
    resource: Resource
    hooks: "Hooks"
    mode: Mode
    setting: Setting
    #: What is known of the file beyond the rows at hand.
    file: WholeFile
    #: Whether nothing will be written, so that nobody need wait.
    is_dry_run: bool = False
    #: Takes down what is written, for the undo.
    journal: Journal | None = None
    #: Relationships whose missing values will be added.
    added: frozenset[str] = frozenset()
    #: Names of the fields that the file has.
    present: frozenset[str] = frozenset()
    #: Field name -> how its rows were found.
    lookups: dict[str, Lookup] = field(default_factory=dict)
    #: (field name, id) -> the text that named the row.
    texts: dict[tuple[str, int], str] = field(default_factory=dict)
    #: What a table's hooks keep between checking and writing.
    kept: dict[str, Any] = field(default_factory=dict)

    @property
    def sight(self) -> Any:
        """Return the session in which rows to point at are found: the actor's, or the operator's, who sees all."""
        return self.session if self.actor is not None else self.every

    @property
    def is_unbound(self) -> bool:
        """Tell whether the operator or a company admin imports: nobody's rights bind them."""
        return self.actor is None or self.actor.is_company_admin


def _nothing(context: Context, rows: list[Row]) -> None:
    return None


def _no_refusals(context: Context, ids: Iterable[int]) -> Mapping[int, tuple[str, dict[str, Any]]]:
    return {}


def _no_columns(context: Context, row: Row) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True, slots=True)
class More:
    """What the hooks of a table write for a row beyond its columns."""

    #: Field -> value before and after.
    changes: Mapping[str, tuple[Any, Any]]
    #: What was read for it: ids and versions of other rows.
    read: tuple[Any, ...] = ()


def _no_more(context: Context, row: Row) -> More:
    return More({})


@dataclass(frozen=True, slots=True)
class Hooks:
    """What one table adds to the general import."""

    #: Whether the lines hang together, so that the file must be planned as a whole.
    is_whole: bool = False
    #: Relationships that a hook resolves by itself; their values stay texts.
    deferred: frozenset[str] = frozenset()
    #: Immutable fields whose change a hook judges.
    judged: frozenset[str] = frozenset()
    #: After cells became values, before keys are looked up.
    prepare: Callable[[Context, list[Row]], None] = _nothing
    #: Existing rows that the actor may not use: id -> (code, data) of the fault.
    refusals: Callable[[Context, Iterable[int]], Mapping[int, tuple[str, dict[str, Any]]]] = _no_refusals
    #: After it is known what becomes of each row.
    check: Callable[[Context, list[Row]], None] = _nothing
    #: Columns of a new row beyond its fields.
    columns: Callable[[Context, Row], Mapping[str, Any]] = _no_columns
    #: What a valid line that updates changes beyond the columns of its row.
    more: Callable[[Context, Row], More] = _no_more
    #: Before the rows are written; all of them are valid.
    before_write: Callable[[Context, list[Row]], None] = _nothing
    #: After the rows were written and have their ids.
    after_write: Callable[[Context, list[Row]], None] = _nothing
