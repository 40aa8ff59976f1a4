"""The chain of dealers: which customer may stand above which."""

from sqlalchemy import select

from auth.actor import AnySession
from auth.visibility import require_full
from models import Customer
from models.scope import UNFILTERED_KEY, UnfilteredReason, unfiltered
from services.customers.errors import ParentCustomerCycleError


def check_parent(session: AnySession, customer_id: int | None, parent_id: int | None) -> None:
    """Let pass a parent that the actor sees and that does not stand below the customer. No customer id: a new one.

    :raises HiddenRowError, PrivateCustomerError: if the parent is not FULL for the actor
    :raises ParentCustomerCycleError: if the customer would stand above itself
    """
    if parent_id is None:
        return
    if UNFILTERED_KEY not in session.info:
        require_full(session, parent_id)
    if customer_id is not None and customer_id in _chain_above(session, parent_id):
        raise ParentCustomerCycleError(f"customer {parent_id} is {customer_id} or below it")


def _chain_above(session: AnySession, customer_id: int) -> set[int]:
    """Return the ids of a customer and all above it, hidden ones included; ends at a loop."""
    above = select(Customer.id, Customer.parent_customer_id).where(Customer.id == customer_id).cte(recursive=True)
    above = above.union(
        select(Customer.id, Customer.parent_customer_id).where(Customer.id == above.c.parent_customer_id)
    )
    with unfiltered(session, UnfilteredReason.PARENT_CYCLE) as every:
        return set(every.scalars(select(above.c.id)))
