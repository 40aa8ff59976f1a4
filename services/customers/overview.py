"""What the page of one customer shows at a glance, read in few statements."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from auth.actor import AnySession
from models import Contact, Customer, CustomerFollower, CustomerGrade, FollowUp
from models.inspection import attributes_of


@dataclass(frozen=True, slots=True)
class Promise:
    """The next follow-up, as the newest one promised it; whoever has followed up since has kept the promise."""

    follow_up_id: int
    due_at: datetime
    content: str


@dataclass(frozen=True, slots=True)
class Overview:
    """A customer with all that it points at, and its co-followers, loaded; and what is promised."""

    customer: Customer
    promise: Promise | None


def find_overview(session: AnySession, customer_id: int) -> Overview | None:
    """Return a customer for its page; None if the actor does not see it. One statement."""
    columns = (FollowUp.id, FollowUp.next_follow_at, FollowUp.content)
    statement = select(Customer, *(_newest(column) for column in columns)).where(Customer.id == customer_id)
    found = session.execute(statement.options(*_related())).unique().one_or_none()
    if found is None:
        return None
    customer, follow_up_id, due_at, content = found
    promise = Promise(follow_up_id, due_at, content) if due_at is not None else None
    return Overview(customer, promise)


def contacts_of(session: AnySession, customer_id: int) -> list[Contact]:
    """Return the contacts of a customer, the primary one first, then by name."""
    contacts = select(Contact).where(Contact.customer_id == customer_id)
    return list(session.scalars(contacts.order_by(Contact.is_primary.desc(), Contact.name_sort, Contact.id)))


def _newest(column: Any) -> Any:
    """Return a column of the customer's newest follow-up."""
    newest = select(column).where(FollowUp.customer_id == Customer.id).correlate(Customer)
    return newest.order_by(FollowUp.created_at.desc(), FollowUp.id.desc()).limit(1).scalar_subquery()


def _related() -> Iterable[Any]:
    """Yield the options that load what a customer points at, in the same statement."""
    for attribute in attributes_of(Customer).values():
        if attribute.target is not None:
            yield joinedload(getattr(Customer, attribute.name))
    yield joinedload(Customer.grade).joinedload(CustomerGrade.price_level)
    yield joinedload(Customer.co_followers).joinedload(CustomerFollower.employee)
