"""What a visit's status is today: one that was planned for a day that is over is overdue, without a nightly job."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, not_, or_

from models import Visit

TO_VISIT = "to_visit"
#: Also stored, by imports.
OVERDUE = "overdue"


def status_is(status: str, today: datetime) -> ColumnElement[bool]:
    """Return the criterion for visits of which people see a status.

    :param today: the first moment of the company's day
    """
    is_late = and_(Visit.status == TO_VISIT, Visit.planned_at.is_not(None), Visit.planned_at < today)
    if status == OVERDUE:
        return or_(Visit.status == OVERDUE, is_late)
    return and_(Visit.status == status, not_(is_late)) if status == TO_VISIT else Visit.status == status


def shown_status(status: str, planned_at: datetime | None, today: datetime) -> str:
    """Return the status that people see.

    :param today: the first moment of the company's day
    """
    is_late = status == TO_VISIT and planned_at is not None and planned_at < today
    return OVERDUE if is_late else status
