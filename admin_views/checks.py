"""Checks at start what models say about their pages, and names each fault by id, model, place and mend."""

import inspect
from collections.abc import Iterator
from typing import Any

from admin_views.listing_args import SHOWN_OPERATIONS
from admin_views.menu import PLACES
from models.enums import Permission
from models.inspection import attribute_of, attributes_of, models_with_pages, page_of
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
    faults = [fault for model in models_with_pages() for fault in faults_of(model)]
    if faults:
        raise ModelDeclarationError("\n".join(faults))


def faults_of(model: type[Any]) -> Iterator[str]:
    """Yield the faults of one model as ``kepei.E001 file:line Model: what is wrong``."""
    where = f"{inspect.getsourcefile(model)}:{inspect.getsourcelines(model)[1]} {model.__name__}"
    page = page_of(model)
    if not hasattr(model, "id"):
        yield f"kepei.E001 {where}: a table with a page needs an integer primary key named id"
        return
    for option in _NAME_LISTS:
        for name in getattr(page, option) or ():
            yield from _name_faults(model, option, name, where)
    yield from _page_faults(model, page, where)


def _page_faults(model: type[Any], page: Page, where: str) -> Iterator[str]:
    if page.sort and not _is_known(model, page.sort.removeprefix("-")):
        yield f"kepei.E003 {where}: sort names {page.sort!r}, which is no labelled attribute"
    if page.menu not in {place.key for place in PLACES}:
        yield f"kepei.E004 {where}: menu {page.menu!r} is none of {', '.join(place.key for place in PLACES)}"
    for option in _PERMISSIONS:
        value = getattr(page, option)
        if value is not None and value != EVERYONE and value not in set(Permission):
            yield f"kepei.E005 {where}: {option} {value!r} is no permission"
    if not page.actions <= ALL_ACTIONS:
        yield f"kepei.E006 {where}: actions {', '.join(sorted(page.actions - ALL_ACTIONS))} do not exist"


def _name_faults(model: type[Any], option: str, name: str, where: str) -> Iterator[str]:
    if not _is_known(model, name):
        known = ", ".join(attributes_of(model))
        yield f"kepei.E002 {where}: {option} names {name!r}, which is no labelled attribute; there are {known}"
    elif option == "filters" and not SHOWN_OPERATIONS.get(attribute_of(model, name).kind):
        yield f"kepei.E007 {where}: {name!r} cannot be filtered by ({', '.join(OPERATIONS)} can)"


def _is_known(model: type[Any], name: str) -> bool:
    try:
        attribute_of(model, name)
    except KeyError:
        return False
    return True
