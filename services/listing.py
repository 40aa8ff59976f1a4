"""Lists: search, filters and order over any table, as one SELECT that list, count and export share.

What a person may see is added by the session's listener when the statement runs; nothing here knows of it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import InvalidOperation
from functools import cache
from operator import eq, ge, le
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, or_, select
from sqlalchemy.orm import aliased, joinedload

from auth.actor import AnySession
from models import Customer, FollowUpProgress, Visit
from models.inspection import Attribute, Kind, attribute_of, attributes_of, page_of
from models.mixins import NameMixin
from models.names import name_key
from models.scope import HangsOnCustomer
from services.company_days import day_of
from services.errors import ServiceError
from services.filter_values import read_date, read_decimal, read_integer, read_moment_from, read_moment_to, refuse
from services.visit_status import status_is

#: Counting stops here; a longer list says "more than".
COUNT_LIMIT = 10_000
SEARCH_LENGTH = 100
#: Statements that a process keeps.
STATEMENTS_KEPT = 256
SEARCH_WORDS = 8
#: Begins the name of a filter by what the customer has on which the rows hang: ``customer.grade``.
OF_CUSTOMER = "customer."


class BadFilterError(ServiceError):
    """A filter's value cannot be read. ``field`` and ``value`` name it."""

    def __init__(self, field: str, value: str) -> None:
        self.field = field
        self.value = value
        super().__init__(f"{field}: {value!r}")


@dataclass(frozen=True, slots=True)
class FilterTerm:
    """One filter: an attribute, what is asked of it, and the text that was typed."""

    field: str
    operation: str
    value: str


@dataclass(frozen=True, slots=True)
class Listing:
    """What a person asked to see of a table."""

    search: str = ""
    filters: tuple[FilterTerm, ...] = ()
    #: Attribute name, "-" before it for descending; empty for the page's own order.
    sort: str = ""
    #: Name of the part of the table that is looked at, if the table has such.
    scope: str = ""


@dataclass(frozen=True, slots=True)
class Count:
    """How many rows a list has."""

    rows: int
    #: Whether there are more than ``rows``.
    is_capped: bool = False


def filtered_statement(session: AnySession, model: Any, listing: Listing) -> Select[Any]:
    """Return the SELECT of the rows asked for, in no order.

    :raises BadFilterError: if a filter's value cannot be read
    """
    statement = all_rows(model)
    for word in search_words(listing.search):
        statement = statement.where(or_(false(), *_search_criteria(model, word)))
    return statement.where(*filter_criteria(session, model, listing.filters))


def filter_criteria(session: AnySession, model: Any, terms: Iterable[FilterTerm]) -> list[ColumnElement[bool]]:
    """Return the criteria of filters, all of which a row has to meet.

    :raises BadFilterError: if a filter's value cannot be read
    """
    return [_filter_criterion(session, model, term) for term in terms]


def filtered_attribute(model: type[Any], name: str) -> Attribute:
    """Return the attribute that a filter is about; of ``customer.grade`` the customer's.

    :raises KeyError: if there is none
    """
    own = name.removeprefix(OF_CUSTOMER) if issubclass(model, HangsOnCustomer) else name
    return attribute_of(model if own == name else Customer, own)


@cache
def all_rows(model: Any) -> Select[Any]:
    """Return the SELECT of all rows of a table, the same object each time."""
    return select(model)


def with_related(statement: Select[Any], model: type[Any], names: tuple[str, ...]) -> Select[Any]:
    """Load the named relationships in the same statement, so that a page costs one query however many rows it has."""
    known = attributes_of(model)
    return statement.options(*(_related(model, known[name]) for name in names if name in known and known[name].target))


def _related(model: type[Any], attribute: Attribute) -> Any:
    """Return the option that loads a relationship, with what its rows are shown by."""
    load, target = joinedload(getattr(model, attribute.name)), attribute.target
    if target is None or not issubclass(target, NameMixin):
        return load
    return load.load_only(*(getattr(target, column) for column in target.shown_columns))


def search_words(search: str) -> list[str]:
    """Return the words of a search, cleaned of control signs, at most eight."""
    printable = "".join(sign if sign.isprintable() else " " for sign in search[:SEARCH_LENGTH])
    return printable.split()[:SEARCH_WORDS]


def contains(column: Any, text: str) -> ColumnElement[bool]:
    """Return "the column contains the text", ignoring case; % and _ are letters like others."""
    return column.icontains(text, autoescape=True)


def name_contains(model: type[Any], text: str) -> ColumnElement[bool]:
    """Return "the name, or its pinyin initials, contain the text"."""
    key = name_key(text)
    matches = model.name_key.contains(key, autoescape=True)
    if key.isascii() and key.isalnum():
        return or_(matches, model.name_initials.startswith(key, autoescape=True))
    return matches


def subtree(model: type[Any], roots: Any) -> Select[Any]:
    """Return the SELECT of the ids of the given nodes and everything below them.

    :param roots: a SELECT of node ids
    """
    below = select(model.id).where(model.id.in_(roots)).cte(recursive=True)
    return select(below.union(select(model.id).where(model.parent_id == below.c.id)).c.id)


def _search_criteria(model: type[Any], word: str) -> list[ColumnElement[bool]]:
    return [
        name_contains(model, word)
        if name == "name" and issubclass(model, NameMixin)
        else contains(getattr(model, name), word)
        for name in page_of(model).search
    ]


def _filter_criterion(session: AnySession, model: type[Any], term: FilterTerm) -> ColumnElement[bool]:
    attribute = filtered_attribute(model, term.field)
    if attribute.name != term.field:
        return _of_customer(session, model, replace(term, field=attribute.name))
    make = OPERATIONS[attribute.kind].get(term.operation)
    if make is None:
        raise BadFilterError(term.field, term.operation)
    try:
        return make(session, model, attribute, term.value.replace("\0", ""))
    except (ValueError, InvalidOperation, OverflowError) as error:
        raise BadFilterError(term.field, term.value) from error


def _of_customer(session: AnySession, model: Any, term: FilterTerm) -> ColumnElement[bool]:
    """Match the rows that hang on the customers of a filter."""
    try:
        criterion = _filter_criterion(session, Customer, term)
    except BadFilterError as error:
        raise BadFilterError(f"{OF_CUSTOMER}{error.field}", error.value) from error
    return model.customer_id.in_(select(Customer.id).where(criterion))


Maker = Callable[[AnySession, type[Any], Attribute, str], ColumnElement[bool]]


def _text_contains(_session: AnySession, model: type[Any], attribute: Attribute, value: str) -> ColumnElement[bool]:
    return contains(getattr(model, attribute.name), value[:SEARCH_LENGTH])


def _equals_text(session: AnySession, model: type[Any], attribute: Attribute, value: str) -> ColumnElement[bool]:
    if attribute.field.choices is not None and value not in attribute.field.choices:
        raise ValueError(value)
    if model is Visit and attribute.name == "status":
        return status_is(value, day_of(session).start)
    return getattr(model, attribute.name) == value


def _equals_boolean(_session: AnySession, model: type[Any], attribute: Attribute, value: str) -> ColumnElement[bool]:
    wanted = {"1": True, "0": False}
    return getattr(model, attribute.name).is_(wanted[value] if value in wanted else refuse(value))


def _is_empty(_session: AnySession, model: type[Any], attribute: Attribute, value: str) -> ColumnElement[bool]:
    column = getattr(model, attribute.key)
    return column.is_(None) if value == "1" else column.is_not(None)


def _compared(compare: Callable[[Any, Any], Any], read: Callable[[AnySession, str], Any]) -> Maker:
    """Return the maker of a comparison; ``read`` turns the text into the column's value."""
    return lambda session, model, attribute, value: compare(getattr(model, attribute.name), read(session, value))


def _equals_id(_session: AnySession, model: type[Any], attribute: Attribute, value: str) -> ColumnElement[bool]:
    column, row_id = getattr(model, attribute.key), read_integer(_session, value)
    if model is not Customer or attribute.target is not Customer:
        return column == row_id
    above = aliased(Customer)  # a dealer that the actor does not see is not found by its number either
    return column.in_(select(above.id).where(above.id == row_id))


def _relation_named(_session: AnySession, model: type[Any], attribute: Attribute, value: str) -> ColumnElement[bool]:
    target: Any = attribute.target
    named = select(target.id).where(name_contains(target, value[:SEARCH_LENGTH]))
    return getattr(model, attribute.key).in_(named)


def _at_step(session: AnySession, model: type[Any], attribute: Attribute, value: str) -> ColumnElement[bool]:
    """Match a step of the progress and those after it."""
    if attribute.target is not FollowUpProgress:  # no other list is a way
        raise ValueError(value)
    step, later = aliased(FollowUpProgress), FollowUpProgress
    is_same_place = and_(later.sort_order == step.sort_order, later.id >= step.id)
    steps = select(later.id).join(step, or_(later.sort_order > step.sort_order, is_same_place))
    return getattr(model, attribute.key).in_(steps.where(step.id == read_integer(session, value)))


def _below_id(session: AnySession, model: type[Any], attribute: Attribute, value: str) -> ColumnElement[bool]:
    target: Any = attribute.target
    roots = select(target.id).where(target.id == read_integer(session, value))
    return getattr(model, attribute.key).in_(subtree(target, roots))


def _below_named(_session: AnySession, model: type[Any], attribute: Attribute, value: str) -> ColumnElement[bool]:
    """Match the nodes of a name or a path (四川/成都), and everything below them."""
    target: Any = attribute.target
    names = [part for part in name_key(value[:SEARCH_LENGTH]).split("/") if part.strip()]
    if not 0 < len(names) <= target.max_depth:
        raise ValueError(value)
    nodes = select(target.id).where(target.name_key == names[0].strip())
    if len(names) == 1:
        nodes = select(target.id).where(name_contains(target, names[0]))
    for name in names[1:]:
        nodes = select(target.id).where(target.name_key == name.strip(), target.parent_id.in_(nodes))
    return getattr(model, attribute.key).in_(subtree(target, nodes))


_NUMBERS: dict[Kind, Callable[[AnySession, str], Any]] = {
    Kind.INTEGER: read_integer,
    Kind.DECIMAL: read_decimal,
    Kind.DATE: read_date,
}

#: Kind of attribute -> operation -> how its criterion is made.
OPERATIONS: dict[Kind, dict[str, Maker]] = {
    Kind.TEXT: {"contains": _text_contains, "is": _equals_text, "empty": _is_empty},
    Kind.CHOICE: {"is": _equals_text},
    Kind.BOOLEAN: {"is": _equals_boolean},
    Kind.RELATION: {"is": _equals_id, "named": _relation_named, "from": _at_step, "empty": _is_empty},
    Kind.TREE: {"is": _below_id, "at": _equals_id, "named": _below_named, "empty": _is_empty},
    Kind.MOMENT: {"from": _compared(ge, read_moment_from), "to": _compared(le, read_moment_to), "empty": _is_empty},
    Kind.JSON: {},
    Kind.COMPUTED: {},
    **{
        kind: {"is": _compared(eq, read), "from": _compared(ge, read), "to": _compared(le, read)}
        for kind, read in _NUMBERS.items()
    },
}
