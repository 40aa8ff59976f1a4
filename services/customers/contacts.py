"""Contacts of customers, and the door through which everything that hangs on a customer is written."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select

from auth.actor import AnySession
from auth.visibility import require_full
from models import Contact, Customer
from models.scope import UNFILTERED_KEY
from models.types import utc_now
from services.company_days import company_time_zone
from services.customers.errors import FutureBirthdayError
from services.customers.rights import require_editable


def editable_customer(session: AnySession, customer_id: int) -> Customer:
    """Return a customer that the actor may edit.

    :raises HiddenRowError, PrivateCustomerError: if the customer is not FULL for the actor
    :raises PermissionDeniedError: if the actor may only read it
    """
    if UNFILTERED_KEY not in session.info:
        require_full(session, customer_id)
    customer = session.get_one(Customer, customer_id)
    require_editable(session, customer)
    return customer


def save_contact(session: AnySession, contact: Contact, values: Mapping[str, Any]) -> Contact:
    """Write a contact, new or not; a primary one takes the place of the one before. Flushes.

    :param values: column attribute -> value; ``customer_id`` counts for a new contact alone
    :raises HiddenRowError, PrivateCustomerError, PermissionDeniedError: as :func:`editable_customer`
    :raises FutureBirthdayError: if the person is not born yet
    """
    birthday: date | None = values.get("birthday")
    if birthday is not None and birthday > utc_now().astimezone(company_time_zone(session)).date():
        raise FutureBirthdayError(birthday.isoformat())
    is_new = contact.id is None
    customer = editable_customer(session, values["customer_id"] if is_new else contact.customer_id)
    if values.get("is_primary") and not contact.is_primary:
        _step_back(session, customer.id)
    for name, value in values.items():
        if name != "customer_id":
            setattr(contact, name, value)
    contact.customer_id = customer.id
    session.add(contact)
    session.flush()
    return contact


def _step_back(session: AnySession, customer_id: int) -> None:
    """Let the present primary contact be one among others; its own flush, since the index takes one at a time."""
    present = session.scalar(select(Contact).where(Contact.customer_id == customer_id, Contact.is_primary))
    if present is not None:
        present.is_primary = False
        session.flush()
