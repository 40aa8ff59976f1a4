"""What follow-ups and visits leave on their customer: the progress, and when it was last followed and visited."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm.attributes import set_committed_value

from auth.actor import AnySession
from models import Customer, FollowUp, Visit


def keep_progress_before(record: FollowUp | Visit, customer: Customer, *, was_after_id: int | None) -> None:
    """Note on a record that is about to move the customer's progress what it is until then. Before the flush.

    A record that moved it already keeps what it has noted.

    :param was_after_id: the record's own progress till now
    """
    if record.progress_after_id is None:
        record.progress_before_id = None
    elif was_after_id is None and customer.progress_id != record.progress_after_id:
        record.progress_before_id = customer.progress_id


def touch_customer(
    session: AnySession, customer: Customer, *, progress_id: int | None = None, at: Mapping[str, datetime] | None = None
) -> None:
    """Write progress (if there is one) and moments to a customer, past its version.

    The last record wins (DOMAIN 1), so two people who add one at the same time do not disturb each other, nor somebody
    who has the customer's form open.

    :param at: column attribute -> moment
    """
    values: dict[str, object] = dict(at or {})
    if progress_id is not None:
        values["progress_id"] = progress_id
    if not values:
        return
    session.execute(
        update(Customer).where(Customer.id == customer.id).values(values).execution_options(synchronize_session=False)
    )
    for name, value in values.items():
        set_committed_value(customer, name, value)
    if progress_id is not None:
        session.expire(customer, ["progress"])
