"""What each refusal of a service says to a person, and its HTTP status. A new error is one line of the table."""

import re
from collections.abc import Sequence

from flask_babel import gettext, ngettext

from admin_views.exchange_messages import file_error_text
from admin_views.refusal import Refusal
from admin_views.text import joined, text
from admin_views.visit_messages import VISIT_REFUSALS
from models import Base
from models.names import InvalidNameError
from services.bulk import NothingMatchesError, TooManyRowsError
from services.column_choices import NoColumnError
from services.customers import (
    AlreadyFollowingError,
    DuplicateCustomerNameError,
    ForeignOwnerError,
    ImmutableFieldError,
    InactiveEmployeeError,
    NotFollowingError,
    NotInPoolError,
    ParentCustomerCycleError,
    PositionError,
    PrivateNeedsOwnerError,
    PrivateNotEnabledError,
)
from services.dictionaries import NamesRefusedError, PresetRefusedError, SameValueError, UndoRefusedError
from services.employees import DuplicateLoginError, InvalidLoginError, LastAdminError
from services.errors import ServiceError
from services.exchange.errors import FileError
from services.follow_ups import BlankContentError, ForeignContactError, NextFollowUpError
from services.handover import NoReceiverError
from services.jobs import JobStateError
from services.ordering import ListMismatchError, StaleVersionError, UnknownRowError
from services.outline_text import (
    LINE_LIMIT,
    TEXT_LIMIT,
    EmptyOutlineError,
    OutlineIndentError,
    OutlineSizeError,
)
from services.reporting_line import ReportingLoopError
from services.roles import FixedRoleError
from services.settings import InvalidSettingError
from services.storage import MissingFileError
from services.tree_outline import RefusedOutlineError
from services.trees import DuplicateCodeError, DuplicateNameError, InvalidCodeError, TreeCycleError, TreeDepthError
from services.usage import InUseError


class InvalidValueError(ServiceError):
    """What was typed cannot be kept; its text is the sentence for the person."""


#: Refused lines that one sentence tells.
_TOLD_LINES = 3


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
        gettext("%(table)s: %(count)d", table=table_words(name), count=count) for name, count in error.uses.items()
    ]
    if error.child_count:
        below = ngettext("%(num)d entry stands below it", "%(num)d entries stand below it", error.child_count)
        parts.insert(0, below)
    return gettext(
        "“%(name)s” cannot be deleted, it is in use (%(counts)s). You can deactivate it instead.",
        name=error.name,
        counts=joined(parts),
    )


def _names_message(error: NamesRefusedError) -> str:
    if not error.faults:
        return gettext("Enter 1 to %(limit)d names, each on its own line.", limit=error.limit)
    return _refused_lines(sorted(error.faults.items()))


def _undo_message(error: UndoRefusedError) -> str:
    """Say what stands in the way of undoing; numbers, never names of customers."""
    names = {"name": error.name, "table": table_words(error.table), "count": error.count}
    sentences = {
        "done": lambda: gettext("This was undone already."),
        "changed": lambda: gettext(
            "It cannot be undone any more: what was done to “%(name)s” was changed since (%(table)s: %(count)d).",
            **names,
        ),
        "gone": lambda: gettext(
            "It cannot be undone any more: “%(name)s” belonged to an entry of “%(table)s” that is gone.", **names
        ),
        "taken": lambda: gettext(
            "It cannot be undone any more: the number of “%(name)s” belongs to another entry now.", **names
        ),
    }
    return sentences[error.code]()


def table_words(name: str) -> str:
    """Return what the rows of a table are called where they are counted."""
    pages = {mapper.class_.__tablename__: mapper.class_.__page__ for mapper in Base.registry.mappers}
    page = pages.get(name)
    return text(page.counted) if page is not None else name


def _customer_name_message(error: DuplicateCustomerNameError) -> str:
    """Say that the name is taken; the owner only where the service says that the person may know."""
    if error.owner_name is None:
        return gettext("There is a customer of this name already.")
    return gettext("There is a customer of this name already; its owner is %(owner)s.", owner=error.owner_name)


def _outline_message(error: RefusedOutlineError) -> str:
    return _refused_lines([(line.line.number, line.fault) for line in error.lines if line.fault is not None])


def _refused_lines(refused: Sequence[tuple[int, Exception]]) -> str:
    """Say which lines cannot be added, the first of them with the reason."""
    lines = [
        gettext("line %(number)d: %(message)s", number=number, message=message_of(fault))
        for number, fault in refused[:_TOLD_LINES]
    ]
    more = len(refused) - len(lines)
    if more:
        lines.append(ngettext("%(num)d more line", "%(num)d more lines", more))
    return gettext("Nothing was added. %(lines)s", lines="; ".join(lines))


#: Error class -> how it is told; a subclass without its own line is told as its nearest base.
REFUSALS: dict[type[Exception], Refusal] = {
    AlreadyFollowingError: Refusal(
        422, "already_following", lambda error: gettext("%(name)s follows this customer already.", name=error.name)
    ),
    BlankContentError: Refusal(422, "blank", lambda _: gettext("Say what was done."), "content"),
    DuplicateCustomerNameError: Refusal(422, "duplicate", _customer_name_message, "name"),
    DuplicateLoginError: Refusal(
        422, "duplicate", lambda error: gettext("The log-in “%(login)s” is taken.", login=error.login), "login"
    ),
    FixedRoleError: Refusal(
        422, "fixed_role", lambda _: gettext("The company admin’s role keeps its code and its permissions.")
    ),
    ForeignContactError: Refusal(
        422, "foreign_contact", lambda _: gettext("This contact belongs to another customer."), "contact"
    ),
    ForeignOwnerError: Refusal(
        422, "foreign_owner", lambda _: gettext("Only a company admin may name somebody else as owner."), "owner"
    ),
    ImmutableFieldError: Refusal(422, "immutable", lambda _: gettext("This cannot be changed any more.")),
    InactiveEmployeeError: Refusal(
        422, "inactive_employee", lambda _: gettext("This employee has left, or is not there."), "owner"
    ),
    InvalidLoginError: Refusal(
        422,
        "invalid_login",
        lambda _: gettext("A log-in has at most 64 characters, without blanks or invisible ones."),
        "login",
    ),
    InvalidSettingError: Refusal(422, "invalid_setting", lambda _: gettext("This value cannot be used.")),
    InvalidValueError: Refusal(422, "invalid", str),
    LastAdminError: Refusal(
        422, "last_admin", lambda _: gettext("The company needs at least one active company admin.")
    ),
    NextFollowUpError: Refusal(
        422,
        "next_before",
        lambda _: gettext("The next follow-up lies before the follow-up itself. Choose a later moment."),
        "next_follow_at",
    ),
    NoColumnError: Refusal(422, "no_column", lambda _: gettext("Choose at least one column.")),
    NothingMatchesError: Refusal(
        422, "nothing_matches", lambda _: gettext("Nothing matches any more: the list has changed.")
    ),
    NoReceiverError: Refusal(422, "no_receiver", lambda _: gettext("Choose who takes over."), "to"),
    NotFollowingError: Refusal(
        422, "not_following", lambda _: gettext("This employee does not follow the customer any more.")
    ),
    NotInPoolError: Refusal(
        409, "not_in_pool", lambda _: gettext("This customer has an owner already; somebody was quicker.")
    ),
    ParentCustomerCycleError: Refusal(
        422,
        "cycle",
        lambda _: gettext("A customer cannot stand above itself in the chain of dealers."),
        "parent_customer",
    ),
    PositionError: Refusal(
        422,
        "position",
        lambda _: gettext("Enter both latitude (-90 to 90) and longitude (-180 to 180), or neither."),
        "lat",
    ),
    PrivateNeedsOwnerError: Refusal(
        422,
        "private_needs_owner",
        lambda _: gettext("A private customer needs an owner: transfer it, or make it public first."),
        "visibility",
    ),
    PrivateNotEnabledError: Refusal(
        400, "private_not_enabled", lambda _: gettext("Private customers are switched off in this company.")
    ),
    ReportingLoopError: Refusal(
        422, "loop", lambda _: gettext("Nobody can stand above themselves: this person is below."), "supervisor"
    ),
    DuplicateCodeError: Refusal(
        422, "duplicate", lambda error: gettext("The code “%(code)s” is taken.", code=error.code), "code"
    ),
    DuplicateNameError: Refusal(
        422, "duplicate", lambda error: gettext("“%(name)s” is there already.", name=error.name), "name"
    ),
    InUseError: Refusal(422, "in_use", _in_use_message),
    InvalidCodeError: Refusal(
        422, "invalid_code", lambda _: gettext("A code has at most 32 signs, all of them printable."), "code"
    ),
    InvalidNameError: Refusal(422, "invalid_name", _name_message, "name"),
    ListMismatchError: Refusal(
        422, "list_mismatch", lambda _: gettext("The order sent does not fit the list. Reload.")
    ),
    FileError: Refusal(400, "file", file_error_text),
    JobStateError: Refusal(
        409, "job_state", lambda _: gettext("This is not possible any more: the job has moved on, or its file is gone.")
    ),
    MissingFileError: Refusal(404, "file_gone", lambda _: gettext("The file is gone: it was kept for seven days.")),
    NamesRefusedError: Refusal(422, "names", _names_message, "names"),
    PresetRefusedError: Refusal(
        422, "preset", lambda _: gettext("Customers have grades by now, so the list is not replaced as a whole.")
    ),
    SameValueError: Refusal(
        422, "same_value", lambda _: gettext("Choose another one: an entry cannot take its own place."), "target"
    ),
    StaleVersionError: Refusal(
        409, "stale", lambda _: gettext("Somebody has changed it meanwhile. Reload the page, then try again.")
    ),
    TooManyRowsError: Refusal(
        422,
        "too_many",
        lambda error: gettext(
            "At most %(limit)d rows can be changed at once. Narrow the list by search or filters.", limit=error.limit
        ),
    ),
    TreeCycleError: Refusal(422, "cycle", lambda _: gettext("It cannot be moved into itself or below itself.")),
    TreeDepthError: Refusal(
        422, "depth", lambda error: gettext("At most %(count)d levels are possible.", count=error.max_depth)
    ),
    UndoRefusedError: Refusal(422, "undo_refused", _undo_message),
    EmptyOutlineError: Refusal(422, "blank", lambda _: gettext("Enter at least one name.")),
    OutlineIndentError: Refusal(
        422, "indent", lambda _: gettext("This line stands between two levels: indent it as those beside it.")
    ),
    OutlineSizeError: Refusal(
        422,
        "too_large",
        lambda _: gettext("At most %(lines)d lines at once, of %(signs)d signs.", lines=LINE_LIMIT, signs=TEXT_LIMIT),
    ),
    RefusedOutlineError: Refusal(422, "outline", _outline_message),
    **VISIT_REFUSALS,
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


def stale_message() -> str:
    """Return the sentence for a second writer."""
    return gettext("Somebody has changed it meanwhile. Reload the page, then enter your change again.")
