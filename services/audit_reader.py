"""Who reads the audit log, in which language, and which of the rows it names they see. For ``services.audit_words``.

Whoever holds ``view_audit`` reads every entry, but may see no customer. So a row's name stands only where the reader's
own sight finds it; and what an entry holds of a customer itself, or what somebody typed to find customers, is for
those alone who see it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import select

from auth.actor import AnySession, get_actor
from auth.visibility import among, dialect_of
from models import CompanySetting, Customer, Employee
from models.inspection import TABLE_LABELS, Attribute, attribute_of, models_with_pages, page_of
from models.meta import Label
from models.mixins import NameMixin
from models.scope import UNFILTERED_KEY, HangsOnCustomer


@dataclass(frozen=True, slots=True)
class Reader:
    """One who reads entries."""

    language: str
    actor_id: int | None
    #: Whether the reader sees every customer there is.
    sees_all: bool
    #: Table name -> id -> name of the rows that the reader finds.
    names: Mapping[str, Mapping[int, str]]

    def text(self, words: Label) -> str:
        """Return a label in the reader's language."""
        return words.text(self.language)

    def finds(self, table_name: str, row_id: int | None) -> bool:
        """Tell whether the reader's sight finds a row."""
        return row_id in self.names.get(table_name, {})

    def row(self, table_name: str, row_id: int | None) -> str:
        """Return how a row reads: 客户 成都科技 or 客户 #12; for no row the table's title."""
        model = model_of(table_name)
        if model is None:
            return table_name if row_id is None else f"{table_name} #{row_id}"
        if row_id is None or model is CompanySetting:
            return self.text(page_of(model).menu_title)
        name = self.names.get(table_name, {}).get(row_id)
        return f"{self.text(TABLE_LABELS[table_name])} {name or f'#{row_id}'}"

    def rows_word(self, table_name: str) -> str:
        """Return what the rows of a table are called where they are counted."""
        model = model_of(table_name)
        return table_name if model is None else self.text(page_of(model).counted)

    def may_read_content(self, entry: Any) -> bool:
        """Tell whether the reader may know what stands in the entry's customer."""
        return self.sees_all or self.finds(entry.table_name, entry.row_id)

    def may_read_typed(self, entry: Any) -> bool:
        """Tell whether the reader may know what somebody typed into a search: one of customers may name any."""
        model = model_of(entry.table_name) or object
        is_about_customers = model is Customer or issubclass(model, HangsOnCustomer)
        is_own = self.actor_id is not None and entry.actor_id == self.actor_id
        return self.sees_all or is_own or not is_about_customers


def reader_of(session: AnySession, entries: Iterable[Any], *, language: str) -> Reader:
    """Return the session's actor as a reader of these entries. One query for each table that they name rows of."""
    actor = get_actor(session)
    wanted: dict[str, set[int]] = {}
    for entry in entries:
        for table_name, row_id in _mentioned(entry):
            wanted.setdefault(table_name, set()).add(row_id)
    return Reader(
        language=language,
        actor_id=actor.id if actor is not None else None,
        sees_all=UNFILTERED_KEY in session.info or (actor is not None and actor.is_company_admin),
        names={table_name: _names(session, model_of(table_name), ids) for table_name, ids in wanted.items()},
    )


def mentioned_names(session: AnySession, entries: Iterable[Any]) -> dict[int, str]:
    """Return the names of the customers that changes in entries name, beside their own, and that the actor sees.

    One query, or none where none are mentioned.
    """
    found = list(entries)
    own = {entry.row_id for entry in found}
    ids = {row_id for entry in found for table, row_id in _mentioned(entry) if table == Customer.__tablename__}
    return _names(session, Customer, ids - own) if ids - own else {}


def model_of(table_name: str) -> Any:
    """Return the model of a table with a page, or None."""
    return _models().get(table_name)


def attribute_or_none(table_name: str, name: str) -> Attribute | None:
    """Return an attribute of a table by name; None where there is no such thing (any more).

    :param name: of an attribute, or ``contact.mobile`` for one of a row that belongs to the entry's
    """
    owner, _, name = name.rpartition(".")
    model = model_of(owner or table_name)
    try:
        return attribute_of(model, name) if model is not None else None
    except KeyError:
        return None


def _mentioned(entry: Any) -> Iterator[tuple[str, int]]:
    """Yield table and id of each row that an entry names by its number."""
    if entry.row_id is not None:
        yield entry.table_name, entry.row_id
    for name, value in entry.changes.items():
        attribute = attribute_or_none(entry.table_name, name)
        if attribute is not None and attribute.target is Customer and isinstance(value, list):
            yield from ((Customer.__tablename__, item) for item in value if isinstance(item, int))
    for term in entry.changes.get("filters", ()):
        attribute = attribute_or_none(entry.table_name, term["field"])
        if attribute is not None and attribute.target is not None and isinstance(term["value"], int):
            yield attribute.target.__tablename__, term["value"]


def _names(session: AnySession, model: Any, ids: set[int]) -> dict[int, str]:
    """Return the names of those of the rows that the session's actor finds."""
    if model is None or not issubclass(model, NameMixin):
        return {}
    named: Any = model
    name = named.name + " (" + named.login + ")" if model is Employee else named.name
    statement = select(named.id, name).where(among(named.id, ids, dialect_of(session)))
    return {row.id: row[1] for row in session.execute(statement)}


@cache
def _models() -> Mapping[str, Any]:
    return {model.__tablename__: model for model in models_with_pages()}
