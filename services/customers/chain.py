"""The chain of dealers through which goods go: those above a customer, and those directly below it.

A customer's dealer is part of what stands in it. So the way up ends at the first dealer whom the actor does not see,
said to be there and nothing more; and those below who are not seen are neither named nor counted (DOMAIN 3.3, 8).
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, literal, select, union_all
from sqlalchemy.orm import aliased

from auth.actor import AnySession
from models import Customer

#: How many of those below are listed.
BELOW_LIMIT = 20


@dataclass(frozen=True, slots=True)
class Dealer:
    """A customer in the chain, whom the actor sees."""

    id: int
    name: str
    is_active: bool
    #: How many it has directly below it, of those whom the actor sees; 0 for those above.
    below_count: int


@dataclass(frozen=True, slots=True)
class Chain:
    """Who stands above a customer and who below, as far as the actor sees them."""

    #: The topmost first.
    above: tuple[Dealer, ...]
    #: Whether somebody stands above them whom the actor does not see.
    is_hidden_above: bool
    #: By name, at most :data:`BELOW_LIMIT`.
    below: tuple[Dealer, ...]
    below_count: int


def chain_of(session: AnySession, customer: Customer) -> Chain:
    """Return the chain of a customer. One statement; UNION, so that a loop ends."""
    rows = session.execute(_statement(customer)).all()
    up = {row.id: row for row in rows if row.is_above}
    above, next_id = [], customer.parent_customer_id
    while next_id in up:
        row = up.pop(next_id)
        above.append(Dealer(row.id, row.name, row.is_active, 0))
        next_id = row.parent_id
    below = sorted((row for row in rows if not row.is_above), key=lambda row: (row.name_sort, row.id))
    is_loop = next_id == customer.id or next_id in {dealer.id for dealer in above}
    return Chain(
        above=tuple(reversed(above)),
        is_hidden_above=next_id is not None and not is_loop,
        below=tuple(Dealer(row.id, row.name, row.is_active, row.below_count) for row in below),
        below_count=below[0].total if below else 0,
    )


def _statement(customer: Customer) -> Any:
    """Return the SELECT of those above and the first of those directly below, in no order."""
    columns = (
        Customer.id,
        Customer.name,
        Customer.name_sort,
        Customer.is_active,
        Customer.parent_customer_id.label("parent_id"),
    )
    start = select(*columns).where(Customer.id == customer.parent_customer_id)
    above = start.cte("dealer", recursive=True)
    above = above.union(select(*columns).where(Customer.id == above.c.parent_id, Customer.id != customer.id))
    lower = aliased(Customer)
    of_each = (
        select(func.count())
        .select_from(lower)
        .where(lower.parent_customer_id == Customer.id, lower.id != customer.id)
        .correlate(Customer)
        .scalar_subquery()
    )
    below = (
        select(*columns, of_each.label("below_count"), func.count().over().label("total"))
        .where(Customer.parent_customer_id == customer.id)
        .order_by(Customer.name_sort, Customer.id)
        .limit(BELOW_LIMIT)
        .subquery()
    )
    return union_all(
        select(above, literal(0).label("below_count"), literal(0).label("total"), literal(1).label("is_above")),
        select(below, literal(0)),
    )
