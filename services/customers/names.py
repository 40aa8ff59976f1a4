"""Whether a customer's name is free. Nobody learns more of a hidden customer than that its name is taken."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.exc import IntegrityError

from auth.actor import AnySession
from auth.visibility import Outcome, outcome_of
from models import Customer, Employee
from models.names import name_key
from models.scope import UNFILTERED_KEY, UnfilteredReason, unfiltered
from services.customers.errors import DuplicateCustomerNameError

#: How many similar names are told.
SIMILAR_LIMIT = 3
#: What many names have in common, in the form of a name's key: kinds of companies, what stands in brackets, spaces.
_COMMON_PARTS = re.compile(
    r"\([^)]*\)|股份|有限|责任|公司|集团|\b(?:co|ltd|inc|llc|gmbh|corp)\b\.?|[\s.,·]+", re.IGNORECASE
)
#: Fewer signs tell too little.
_TELLING_LENGTH = 4


def check_name_free(session: AnySession, name: str, *, except_id: int | None = None) -> None:
    """Let pass a name that no customer has, compared by its key.

    :raises DuplicateCustomerNameError: if one has it; with the owner's name where the actor may know of the customer,
        and with its id where the actor sees it
    """
    query = (
        select(Customer.id, Employee.name.label("owner_name"))
        .join(Employee, Employee.id == Customer.owner_id, isouter=True)
        .where(Customer.name_key == name_key(name), Customer.id != (except_id or 0))
    )
    with unfiltered(session, UnfilteredReason.DUPLICATE_NAME) as every:
        taken = every.execute(query).first()
    if taken is None:
        return
    outcome = Outcome.FULL if UNFILTERED_KEY in session.info else outcome_of(session, taken.id)
    raise DuplicateCustomerNameError(
        name.strip(),
        None if outcome is Outcome.HIDDEN else taken.owner_name,
        visible_id=taken.id if outcome is Outcome.FULL else None,
    )


def similar_customers(session: AnySession, name: str, *, except_id: int | None = None) -> list[Row[Any]]:
    """Return customers that the actor sees and that may be the one of a name: those whose name holds what tells it.

    :returns: rows of (id, name), the first :data:`SIMILAR_LIMIT` by name; none where too little of the name tells it
    """
    telling = _COMMON_PARTS.sub("", name_key(name))
    if len(telling) < _TELLING_LENGTH:
        return []
    found = select(Customer.id, Customer.name).where(
        Customer.name_key.contains(telling, autoescape=True), Customer.id != (except_id or 0)
    )
    return list(session.execute(found.order_by(Customer.name_sort, Customer.id).limit(SIMILAR_LIMIT)))


@contextmanager
def name_kept_free(session: AnySession, name: str, *, except_id: int | None = None) -> Iterator[None]:
    """Check a name, then write inside a savepoint: whoever takes the name meanwhile is told apart from other faults.

    :raises DuplicateCustomerNameError: as :func:`check_name_free`
    """
    check_name_free(session, name, except_id=except_id)
    try:
        with session.begin_nested():
            yield
            session.flush()
    except IntegrityError:
        check_name_free(session, name, except_id=except_id)
        raise
