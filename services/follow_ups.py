"""Follow-ups: what was said and done with a customer, and how it moves the customer's progress."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from auth.actor import AnySession, get_actor
from models import Contact, FollowUp, FollowUpAttachment
from models.types import utc_now
from services.customers.contacts import editable_customer
from services.customers.records import correctable_customer, kept_of, note_deletion, note_edit
from services.customers.touching import keep_progress_before, touch_customer
from services.errors import ServiceError
from services.stored_files import delete_with_rows

#: What a person writes of a follow-up.
EDITABLE = frozenset({"method", "contact_id", "content", "progress_after_id", "next_follow_at"})


class ForeignContactError(ServiceError):
    """The contact belongs to another customer, or is not there."""


class BlankContentError(ServiceError):
    """A follow-up says nothing."""


class NextFollowUpError(ServiceError):
    """The next follow-up would lie before the follow-up itself."""


def is_before(next_at: datetime, own_at: datetime) -> bool:
    """Tell whether a next follow-up lies before the follow-up itself, to the minute, as people type moments."""
    return next_at < own_at.replace(second=0, microsecond=0)


def add_follow_up(session: AnySession, customer_id: int, values: Mapping[str, Any]) -> FollowUp:
    """Add a follow-up by the actor; its progress, if any, becomes the customer's. Flushes.

    :param values: column attribute -> value; what is not a person's to write is ignored
    :raises HiddenRowError, PrivateCustomerError: if the customer is not FULL for the actor
    :raises PermissionDeniedError: if the actor may only read it
    :raises ForeignContactError: if the contact is another customer's
    :raises BlankContentError: if there is no content
    :raises NextFollowUpError: if the next one would lie before it
    """
    customer = editable_customer(session, customer_id)
    actor = get_actor(session)
    follow_up = FollowUp(customer_id=customer.id, author_id=actor.id if actor is not None else None)
    follow_up.created_at = utc_now()
    _write(session, follow_up, values)
    keep_progress_before(follow_up, customer, was_after_id=None)
    session.add(follow_up)
    session.flush()
    touch_customer(
        session, customer, progress_id=follow_up.progress_after_id, at={"last_followed_at": follow_up.created_at}
    )
    return follow_up


def update_follow_up(session: AnySession, follow_up: FollowUp, values: Mapping[str, Any]) -> FollowUp:
    """Correct a follow-up; a new progress becomes the customer's unless a later record set one. Flushes.

    The audit log keeps old and new.

    :raises HiddenRowError, PrivateCustomerError, PermissionDeniedError: as :func:`correctable_customer`
    :raises ForeignContactError, BlankContentError, NextFollowUpError: as :func:`add_follow_up`
    """
    customer = correctable_customer(session, follow_up)
    before, was_progress = kept_of(session, follow_up), follow_up.progress_after_id
    _write(session, follow_up, values)
    with session.no_autoflush:
        is_moving = follow_up.progress_after_id != was_progress and not _is_overtaken(session, follow_up)
    if is_moving:
        keep_progress_before(follow_up, customer, was_after_id=was_progress)
    session.flush()
    note_edit(session, follow_up, customer, before)
    session.flush()
    if is_moving:
        touch_customer(session, customer, progress_id=follow_up.progress_after_id)
    return follow_up


def delete_follow_up(session: AnySession, follow_up: FollowUp) -> None:
    """Delete a follow-up with its attachments, whose files go with the commit. Flushes.

    The audit log keeps what it said.

    :raises HiddenRowError, PrivateCustomerError, PermissionDeniedError: as :func:`correctable_customer`
    """
    note_deletion(session, follow_up, correctable_customer(session, follow_up))
    of_it = FollowUpAttachment.follow_up_id == follow_up.id
    delete_with_rows(session, session.scalars(select(FollowUpAttachment.storage_key).where(of_it)).all())
    session.delete(follow_up)
    session.flush()


def _write(session: AnySession, follow_up: FollowUp, values: Mapping[str, Any]) -> None:
    was_next = follow_up.next_follow_at
    for name in EDITABLE & values.keys():
        setattr(follow_up, name, values[name])
    next_at = follow_up.next_follow_at
    if next_at is not None and next_at != was_next and is_before(next_at, follow_up.created_at):
        raise NextFollowUpError(f"{next_at} is before {follow_up.created_at}")
    if not (follow_up.content or "").strip():
        raise BlankContentError("a follow-up needs content")
    if follow_up.contact_id is not None:
        own = select(Contact.id).where(Contact.id == follow_up.contact_id, Contact.customer_id == follow_up.customer_id)
        with session.no_autoflush:
            if session.scalar(own) is None:
                raise ForeignContactError(f"contact {follow_up.contact_id}")


def _is_overtaken(session: AnySession, follow_up: FollowUp) -> bool:
    """Tell whether a later follow-up of the customer set a progress."""
    later = select(FollowUp.id).where(
        FollowUp.customer_id == follow_up.customer_id,
        FollowUp.progress_after_id.is_not(None),
        FollowUp.created_at > follow_up.created_at,
    )
    return session.scalar(later.limit(1)) is not None
