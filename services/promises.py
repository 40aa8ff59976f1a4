"""Follow-ups that were promised: when a customer was to be followed up next, and whether that is over.

A customer's newest follow-up alone counts: whoever has followed up since has kept the promise.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, not_, or_, select
from sqlalchemy.orm import aliased

from models import Customer, FollowUp


def is_newest_follow_up() -> ColumnElement[bool]:
    """Return the criterion on ``FollowUp`` that its customer has no later one."""
    later: Any = aliased(FollowUp)
    is_later = or_(
        later.created_at > FollowUp.created_at, and_(later.created_at == FollowUp.created_at, later.id > FollowUp.id)
    )
    return not_(select(later.id).where(later.customer_id == FollowUp.customer_id, is_later).exists())


def awaits_follow_up(before: datetime) -> ColumnElement[bool]:
    """Return the criterion on ``Customer`` that it is active and was to be followed up before a moment, and was not."""
    promised = select(FollowUp.customer_id).where(FollowUp.next_follow_at < before, is_newest_follow_up())
    # Not EXISTS: that looks for the follow-ups of each customer of a list, however few were promised any.
    return and_(Customer.is_active, Customer.id.in_(promised.correlate(None)))
