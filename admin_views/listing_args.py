"""What a list's address says: ``search``, ``scope``, ``sort``, ``page``, ``page_size``, and ``field__operation``."""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

from models import Customer
from models.inspection import Attribute, Kind, attribute_of, page_of
from models.scope import HangsOnCustomer
from services.listing import OF_CUSTOMER, OPERATIONS, FilterTerm, Listing, filtered_attribute

DEFAULT_PAGE_SIZE = 20
PAGE_SIZES = (20, 50, 100)
MAX_PAGE_SIZE = 200
#: The filters shown for a kind of attribute, in order. Others work by address.
SHOWN_OPERATIONS: dict[Kind, tuple[str, ...]] = {
    Kind.TEXT: ("contains",),
    Kind.CHOICE: ("is",),
    Kind.BOOLEAN: ("is",),
    Kind.RELATION: ("is",),
    Kind.TREE: ("is",),
    Kind.INTEGER: ("from", "to"),
    Kind.DECIMAL: ("from", "to"),
    Kind.DATE: ("from", "to"),
    Kind.MOMENT: ("from", "to"),
}


@dataclass(frozen=True, slots=True)
class ListingArgs:
    """A list's address, read and made safe."""

    listing: Listing
    page: int
    page_size: int


def read_listing_args(
    model: type[Any], args: MultiDict[str, str], *, scopes: Container[str] = frozenset()
) -> ListingArgs:
    """Read the address; what makes no sense is left out, numbers are brought into their range.

    :param scopes: names of the scopes that the person is offered
    """
    scope = args.get("scope", "")
    return ListingArgs(
        listing=Listing(
            search=args.get("search", "").strip(),
            filters=read_filters(model, args),
            sort=_sort(model, args.get("sort", "")),
            scope=scope if scope in scopes else "",
        ),
        page=_number(args.get("page", ""), least=0, most=10**9, default=0),
        page_size=_number(args.get("page_size", ""), least=1, most=MAX_PAGE_SIZE, default=DEFAULT_PAGE_SIZE),
    )


def filter_attributes(model: type[Any]) -> list[Attribute]:
    """Return the attributes that a list can be filtered by."""
    return [attribute_of(model, name) for name in page_of(model).filters or ()]


def known_args(model: type[Any]) -> set[str]:
    """Return the names of the parameters that a list's address may hold."""
    return {f"{name}__{operation}" for name, operation in _known_filters(model)} | {
        "search",
        "scope",
        "sort",
        "page",
        "page_size",
    }


def read_filters(model: type[Any], args: MultiDict[str, str]) -> tuple[FilterTerm, ...]:
    """Return the filters of an address. One that stands in it twice is asked for twice: rows have to meet both."""
    return tuple(
        FilterTerm(name, operation, value.strip())
        for name, operation in _known_filters(model)
        for value in dict.fromkeys(args.getlist(f"{name}__{operation}"))
        if value.strip()
    )


def _known_filters(model: type[Any]) -> Iterable[tuple[str, str]]:
    """Yield (name, operation) of each filter of a list: of what its rows have, and of what their customers have."""
    names = list(page_of(model).filters or ())
    if issubclass(model, HangsOnCustomer):
        names += [f"{OF_CUSTOMER}{name}" for name in page_of(Customer).filters or ()]
    for name in names:
        for operation in OPERATIONS[filtered_attribute(model, name).kind]:
            yield name, operation


def _sort(model: type[Any], sort: str) -> str:
    name = sort.removeprefix("-")
    return sort if name in sortable_names(model) else ""


def sortable_names(model: type[Any]) -> list[str]:
    """Return the names of the attributes that a list can be sorted by: its columns, and what else can be one."""
    page = page_of(model)
    names = (*(page.columns or ()), *(page.details or page.form or ()), "sort_order", "created_at")
    return [name for name in dict.fromkeys(names) if _is_sortable(model, name)]


def _is_sortable(model: type[Any], name: str) -> bool:
    try:
        attribute = attribute_of(model, name)
    except KeyError:
        return False
    return attribute.kind not in {Kind.COMPUTED, Kind.JSON} and not attribute.field.is_long


def _number(value: str, *, least: int, most: int, default: int) -> int:
    try:
        number = int(value) if value.isascii() else default
    except ValueError:  # no number, or one of thousands of digits
        number = default
    return max(least, min(number, most))
