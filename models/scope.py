"""The markers and the door of customer visibility.

The rule itself stands in ``auth.visibility``; models only say that they hang on a customer. Work that must cross
visibility goes through :func:`unfiltered`, with a reason from a closed list.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session, scoped_session

#: Key in ``Session.info`` under which an unfiltered session keeps its reason.
UNFILTERED_KEY = "unfiltered"


class UnfilteredReason(StrEnum):
    """Why a piece of work crosses visibility. Each is tested; a new one needs a test."""

    COMMAND = "the operator's command line, without a named person"
    SEED = "seed data"
    IN_USE_COUNT = "how many rows use a dictionary value: a number, never names"
    VALUE_CHANGE = "replace and merge of dictionary values, and their undo: what points at them, by number"
    DUPLICATE_NAME = "whether a customer's name is taken"
    SERIAL_CODE = "the next customer code"
    PARENT_CYCLE = "whether a chain of dealers would run in a circle: yes or no"
    OUTCOME = "whether a customer exists, to tell NOTICE from HIDDEN"
    STUB = "name and owner of customers whose outcome is NOTICE"
    LEFT_OUT_COUNT = "how many customers an export left out: a number"
    SIGHT_CHANGE = "how many customers people would gain or lose sight of: numbers"
    OWN_VISITS = "time, place and duration of one's own and one's team's visits"
    STRAY_FILES = "which stored files a row names: keys of files, to remove the others"
    NEW_ROW = "insert of a row by a service that has checked the right"


class HangsOnCustomer:
    """Marks a table whose rows are seen exactly by those who see their customer.

    Anything with a ``customer_id`` column takes this marker; the session's listener does the rest.
    """


class UnfilteredSession(Session):
    """A session on the same transaction that the visibility listener lets pass."""


@contextmanager
def unfiltered(session: Session | scoped_session[Any], reason: UnfilteredReason) -> Iterator[Session]:
    """Yield a second session on the same connection that sees every row.

    It has its own identity map, so a hidden row loaded here is never found in the caller's session. Work is flushed at
    the end; the commit stays with the caller.
    """
    session.flush()
    # With rollback_only a close leaves the caller's transaction alone.
    inner = UnfilteredSession(
        bind=session.connection(),
        info={UNFILTERED_KEY: UnfilteredReason(reason), "actor": session.info.get("actor")},
        join_transaction_mode="rollback_only",
        expire_on_commit=False,
        autoflush=True,
    )
    try:
        yield inner
        inner.flush()
    finally:
        inner.close()
