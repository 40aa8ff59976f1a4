"""What a list's address says: ``search``, ``scope``, ``sort``, ``page``, ``page_size``, and ``field__operation``."""

from collections.abc import Container
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

from models.inspection import Attribute, Kind, attribute_of, page_of
from models.meta import Page
from services.listing import OPERATIONS, FilterTerm, Listing

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
    page_meta = page_of(model)
    scope = args.get("scope", "")
    return ListingArgs(
        listing=Listing(
            search=args.get("search", "").strip(),
            filters=tuple(_filters(model, page_meta, args)),
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
    operations = {attribute.name: OPERATIONS[attribute.kind] for attribute in filter_attributes(model)}
    filters = {f"{name}__{operation}" for name, found in operations.items() for operation in found}
    return filters | {"search", "scope", "sort", "page", "page_size"}


def _filters(model: type[Any], page_meta: Page, args: MultiDict[str, str]) -> list[FilterTerm]:
    terms = []
    for name in page_meta.filters or ():
        for operation in OPERATIONS[attribute_of(model, name).kind]:
            value = args.get(f"{name}__{operation}", "").strip()
            if value:
                terms.append(FilterTerm(name, operation, value))
    return terms


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
