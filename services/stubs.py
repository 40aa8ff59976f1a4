"""Stubs: the name and owner of private customers that a view-all holder may know of but not open (DOMAIN 8).

They never stand in a list; the list page shows them in a block of their own, for a search by name alone.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, func, select

from auth.actor import AnySession, get_actor
from auth.visibility import dialect_of, notice_customers
from models import Customer, Employee
from models.scope import UnfilteredReason, unfiltered
from services.listing import name_contains, search_words

#: Shorter searches would be a way to page through all names.
MIN_SEARCH_LENGTH = 2
LIMIT = 20


def find_stubs(session: AnySession, search: str, limit: int = LIMIT) -> tuple[Sequence[Row[Any]], int]:
    """Find customers whose outcome is NOTICE by their name, whatever other filters are set.

    :returns: rows of (id, name, owner_name) by name, at most limit, and how many there are; none for a search without
        a word of two signs
    """
    actor, words = get_actor(session), search_words(search)
    if actor is None or max(map(len, words), default=0) < MIN_SEARCH_LENGTH:
        return [], 0
    criteria = (
        notice_customers(actor, dialect_of(session), Customer),
        *(name_contains(Customer, word) for word in words),
    )
    found = (
        select(Customer.id, Customer.name, Employee.name.label("owner_name"))
        .join(Employee, Employee.id == Customer.owner_id, isouter=True)
        .where(*criteria)
        .order_by(Customer.name_sort, Customer.id)
        .limit(limit)
    )
    with unfiltered(session, UnfilteredReason.STUB) as every:
        total = every.scalar(select(func.count()).select_from(Customer).where(*criteria)) or 0
        rows: Sequence[Any] = every.execute(found).all() if total else []
    return rows, total
