"""Which states of a visit are possible: one table of checks, asked by the service that writes visits and by imports.

A visit is planned (``to_visit``), under way (``visiting``), then ``done``. That a plan is overdue is shown of its day
(``services.visit_status``), not stored.
"""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from services.visit_status import OVERDUE, TO_VISIT

VISITING = "visiting"
DONE = "done"
#: How far clocks may differ.
CLOCKS = timedelta(minutes=5)
#: How far ahead a visit may be planned.
PLANNED_AHEAD = timedelta(days=2 * 366)
#: Status -> its place on the way; there is no way back.
STEPS = {TO_VISIT: 0, OVERDUE: 0, VISITING: 1, DONE: 2}


class VisitFault(NamedTuple):
    """What is impossible about a visit: the field that says it, and a code of the exchange's cell faults."""

    field: str
    code: str


class VisitState(NamedTuple):
    """What of a visit must fit together."""

    status: str
    planned_at: datetime | None
    check_in_at: datetime | None
    check_out_at: datetime | None


def fault_of(visit: VisitState, now: datetime) -> VisitFault | None:
    """Return what is impossible about a visit, or None."""
    return _times_fault(visit, now) or _status_fault(visit)


def duration_of(check_in_at: datetime | None, check_out_at: datetime | None) -> int | None:
    """Return how many seconds a visit took; None for one that has not ended, or of which nobody noted when."""
    if check_in_at is None or check_out_at is None:
        return None
    return int((check_out_at - check_in_at).total_seconds())


def _times_fault(visit: VisitState, now: datetime) -> VisitFault | None:
    if visit.planned_at is not None and visit.planned_at > now + PLANNED_AHEAD:
        return VisitFault("planned_at", "too_far_ahead")
    for name in ("check_in_at", "check_out_at"):
        moment: Any = getattr(visit, name)
        if moment is not None and moment > now + CLOCKS:
            return VisitFault(name, "in_future")
    if visit.check_out_at is not None and (visit.check_in_at is None or visit.check_out_at < visit.check_in_at):
        return VisitFault("check_out_at", "times")
    return None


def _status_fault(visit: VisitState) -> VisitFault | None:
    is_coming = not STEPS[visit.status]
    if is_coming and visit.check_in_at is not None:
        return VisitFault("status", "visit_not_begun")
    if is_coming and visit.planned_at is None:
        return VisitFault("planned_at", "visit_needs_plan")
    if not is_coming and visit.check_in_at is None:
        return VisitFault("check_in_at", "visit_needs_check_in")
    if visit.status == VISITING and visit.check_out_at is not None:
        return VisitFault("status", "visit_not_ended")
    return None
