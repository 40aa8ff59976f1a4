"""Contacts of customers, and the door through which everything that hangs on a customer is written."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select

from auth.actor import AnySession
from auth.visibility import require_full
from models import Contact, Customer
from models.audit_action import AuditAction
from models.inspection import attributes_of
from models.scope import UNFILTERED_KEY
from models.types import utc_now
from services import audit
from services.company_days import company_time_zone
from services.customers.changes import differences, held
from services.customers.errors import FutureBirthdayError
from services.customers.rights import require_editable

#: Stands before the fields of a contact in an entry about its customer.
CONTACT_PREFIX = f"{Contact.__tablename__}."
_NOTED = frozenset(one.key for one in attributes_of(Contact).values()) - {"customer_id"}


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
    before = {} if is_new else held(session, contact, _NOTED)
    if values.get("is_primary") and not contact.is_primary:
        _step_back(session, customer.id)
    for name, value in values.items():
        if name != "customer_id":
            setattr(contact, name, value)
    contact.customer_id = customer.id
    session.add(contact)
    session.flush()
    _note(session, AuditAction.ADD_CONTACT if is_new else AuditAction.EDIT_CONTACT, contact, customer, before)
    return contact


def delete_contact(session: AnySession, contact: Contact) -> None:
    """Delete a contact; follow-ups that name it stay. Flushes.

    :raises HiddenRowError, PrivateCustomerError, PermissionDeniedError: as :func:`editable_customer`
    """
    customer = editable_customer(session, contact.customer_id)
    audit.record(session, AuditAction.DELETE_CONTACT, customer, {"contact": contact.name})
    session.delete(contact)
    session.flush()


def _note(
    session: AnySession, action: AuditAction, contact: Contact, customer: Customer, before: Mapping[str, Any]
) -> None:
    """Note what a contact has now that it had not before. It belongs to the customer, and so does the entry."""
    after = {name: value for name, value in held(session, contact, _NOTED).items() if value or before}
    changes = differences(before, after, prefix=CONTACT_PREFIX)
    if not before:
        changes.pop(f"{CONTACT_PREFIX}name", None)  # the entry says it anyway
    if changes or not before:
        audit.record(session, action, customer, {"contact": contact.name} | changes)
        session.flush()


def _step_back(session: AnySession, customer_id: int) -> None:
    """Let the present primary contact be one among others; its own flush, since the index takes one at a time."""
    present = session.scalar(select(Contact).where(Contact.customer_id == customer_id, Contact.is_primary))
    if present is not None:
        present.is_primary = False
        session.flush()
