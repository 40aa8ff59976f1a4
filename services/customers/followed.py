"""The customers whom a person follows: the list of the phone, and whom one may visit (DOMAIN 5)."""

from collections.abc import Sequence

from sqlalchemy.orm import joinedload

from auth.actor import AnySession, get_actor
from auth.visibility import dialect_of, indexed_followed_by
from models import Customer
from services.listing import Listing, filtered_statement
from services.positions import Position, nearness


def followed_customers(
    session: AnySession,
    *,
    search: str = "",
    near: Position | None = None,
    is_active_only: bool = False,
    limit: int,
    offset: int = 0,
) -> Sequence[Customer]:
    """Return customers whom the actor follows as owner or co-follower, with grade and progress. One statement.

    :param search: words, as in the customer list: parts of names, pinyin initials, codes, phone numbers
    :param near: leave out customers without a position, and begin with the nearest; else in the order of their names
    :param is_active_only: leave out those whom nobody visits
    """
    actor = get_actor(session)
    if actor is None:
        return []
    query = filtered_statement(session, Customer, Listing(search=search))
    query = query.where(indexed_followed_by([actor.id], dialect_of(session), Customer))
    if is_active_only:
        query = query.where(Customer.is_active)
    if near is None:
        query = query.order_by(Customer.name_sort, Customer.id)
    else:
        query = query.where(Customer.lat.is_not(None)).order_by(nearness(Customer.lat, Customer.lng, near), Customer.id)
    query = query.options(joinedload(Customer.grade), joinedload(Customer.progress))
    return session.scalars(query.limit(limit).offset(offset)).all()
