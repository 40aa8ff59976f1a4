"""What each refusal of a service says to a person, and its HTTP status. A new error is one line of the table."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext, ngettext

from admin_views.text import text
from models import Base
from models.names import InvalidNameError
from services.errors import ServiceError
from services.ordering import ListMismatchError, StaleVersionError, UnknownRowError
from services.trees import DuplicateCodeError, DuplicateNameError, InvalidCodeError, TreeCycleError, TreeDepthError
from services.usage import InUseError


@dataclass(frozen=True, slots=True)
class Refusal:
    """How one class of error is told."""

    status: int
    code: str
    message: Callable[[Any], str]


def _name_message(error: InvalidNameError) -> str:
    sentences = {
        "blank": lambda: gettext("Enter a name."),
        "too_long": lambda: gettext("The name is too long: at most %(limit)d signs.", limit=error.limit),
        "control": lambda: gettext("The name holds signs that cannot be shown."),
        "slash": lambda: gettext("The name may not hold “/”: it parts the steps of a path."),
    }
    return sentences[error.code]()


def _in_use_message(error: InUseError) -> str:
    """Say how many rows of which tables stand in the way; numbers, never names."""
    parts = [
        gettext("%(table)s: %(count)d", table=_table_words(name), count=count) for name, count in error.uses.items()
    ]
    if error.child_count:
        below = ngettext("%(num)d entry stands below it", "%(num)d entries stand below it", error.child_count)
        parts.insert(0, below)
    return gettext(
        "“%(name)s” cannot be deleted, it is in use (%(counts)s). You can deactivate it instead.",
        name=error.name,
        counts="; ".join(parts),
    )


def _table_words(name: str) -> str:
    pages = {mapper.class_.__tablename__: mapper.class_.__page__ for mapper in Base.registry.mappers}
    page = pages.get(name)
    return text(page.label) if page is not None else name


#: Error class -> how it is told; a subclass without its own line is told as its nearest base.
REFUSALS: dict[type[Exception], Refusal] = {
    DuplicateCodeError: Refusal(
        422, "duplicate", lambda error: gettext("The code “%(code)s” is taken.", code=error.code)
    ),
    DuplicateNameError: Refusal(
        422, "duplicate", lambda error: gettext("“%(name)s” is there already.", name=error.name)
    ),
    InUseError: Refusal(422, "in_use", _in_use_message),
    InvalidCodeError: Refusal(
        422, "invalid_code", lambda _: gettext("A code has at most 32 signs, all of them printable.")
    ),
    InvalidNameError: Refusal(422, "invalid_name", _name_message),
    ListMismatchError: Refusal(
        422, "list_mismatch", lambda _: gettext("The order sent does not fit the list. Reload.")
    ),
    StaleVersionError: Refusal(
        409, "stale", lambda _: gettext("Somebody has changed it meanwhile. Reload the page, then try again.")
    ),
    TreeCycleError: Refusal(422, "cycle", lambda _: gettext("It cannot be moved into itself or below itself.")),
    TreeDepthError: Refusal(
        422, "depth", lambda error: gettext("At most %(count)d levels are possible.", count=error.max_depth)
    ),
    UnknownRowError: Refusal(404, "not_found", lambda _: gettext("This entry is no longer there. Reload the page.")),
}


def refusal_of(error: Exception) -> Refusal:
    """Return how an error is told; one without a line in the table is told as a plain refusal, 422."""
    for cls in type(error).__mro__:
        if cls in REFUSALS:
            return REFUSALS[cls]
    code = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", type(error).__name__.removesuffix("Error")).lower()
    return Refusal(422, code, lambda _: gettext("This is not possible."))


def message_of(error: Exception) -> str:
    """Return the translated sentence for a :class:`ServiceError` or an unusable name."""
    return refusal_of(error).message(error)


#: What the pages catch and tell.
TOLD_ERRORS: tuple[type[Exception], ...] = (ServiceError, InvalidNameError)
