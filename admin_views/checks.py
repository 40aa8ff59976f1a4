"""Checks at start what models say about their pages, and names each fault by id, model, place and mend."""

import inspect
from collections import Counter
from collections.abc import Iterator
from typing import Any

from admin_views.listing_args import SHOWN_OPERATIONS
from admin_views.menu import PLACES
from models.enums import Permission
from models.inspection import Kind, attribute_of, attributes_of, models_with_pages, page_of
from models.meta import ALL_ACTIONS, EVERYONE, Page
from services.listing import OPERATIONS

#: Attributes of a Page that hold names of the model's attributes.
_NAME_LISTS = ("columns", "details", "form", "search", "filters")
_PERMISSIONS = ("permission", "write_permission", "create_permission", "import_permission", "export_permission")


class ModelDeclarationError(Exception):
    """Models say about their pages what cannot be; the message lists each fault."""


def check_models() -> None:
    """Refuse to start with a wrong declaration.

    :raises ModelDeclarationError: naming every fault
    """
    faults = [f"{code} {_place(model)}: {words}" for model in models_with_pages() for code, words in faults_of(model)]
    if faults:
        raise ModelDeclarationError("\n".join(faults))


def _place(model: type[Any]) -> str:
    return f"{inspect.getsourcefile(model)}:{inspect.getsourcelines(model)[1]} {model.__name__}"


def faults_of(model: type[Any]) -> Iterator[tuple[str, str]]:
    """Yield the faults of one model as (id, what is wrong)."""
    page = page_of(model)
    if not hasattr(model, "id"):
        yield "kepei.E001", "a table with a page needs an integer primary key named id"
        return
    for option in _NAME_LISTS:
        for name in getattr(page, option) or ():
            yield from _name_faults(model, option, name)
    yield from _page_faults(model, page)
    yield from _form_faults(model, page)


def _page_faults(model: type[Any], page: Page) -> Iterator[tuple[str, str]]:
    if page.sort and not _is_known(model, page.sort.removeprefix("-")):
        yield "kepei.E003", f"sort names {page.sort!r}, which is no labelled attribute"
    if page.menu not in {place.key for place in PLACES}:
        yield "kepei.E004", f"menu {page.menu!r} is none of {', '.join(place.key for place in PLACES)}"
    for option in _PERMISSIONS:
        value = getattr(page, option)
        if value is not None and value != EVERYONE and value not in set(Permission):
            yield "kepei.E005", f"{option} {value!r} is no permission"
    if not page.actions <= ALL_ACTIONS:
        yield "kepei.E006", f"actions {', '.join(sorted(page.actions - ALL_ACTIONS))} do not exist"


def _form_faults(model: type[Any], page: Page) -> Iterator[tuple[str, str]]:
    for name, count in Counter(page.form or ()).items():
        if count > 1:
            yield "kepei.E008", f"form names {name!r} {count} times"
    for section in page.sections:
        if not section.names:
            yield "kepei.E009", f"the section {section.title.en!r} of the form names no attribute"
    for name, attribute in attributes_of(model).items():
        if attribute.field.format is not None and (attribute.kind is not Kind.TEXT or attribute.field.is_long):
            yield "kepei.E010", f"{name!r} is no short text, so it has no format ({attribute.field.format})"


def _name_faults(model: type[Any], option: str, name: str) -> Iterator[tuple[str, str]]:
    if not _is_known(model, name):
        known = ", ".join(attributes_of(model))
        yield "kepei.E002", f"{option} names {name!r}, which is no labelled attribute; there are {known}"
    elif option == "filters" and not SHOWN_OPERATIONS.get(attribute_of(model, name).kind):
        yield "kepei.E007", f"{name!r} cannot be filtered by ({', '.join(OPERATIONS)} can)"


def _is_known(model: type[Any], name: str) -> bool:
    try:
        attribute_of(model, name)
    except KeyError:
        return False
    return True
