"""Use cases around visits. ``from services.visits import check_in`` is how others name them."""

from services.visit_status import TO_VISIT, shown_status, status_is
from services.visits.due import DueVisit, due_follow_ups, due_visits
from services.visits.errors import (
    ImpossibleVisitError,
    OpenVisitError,
    PlannedTimeError,
    VisitStateError,
    VisitTimesError,
)
from services.visits.flow import (
    check_in,
    check_out,
    follows,
    plan_visit,
    require_follows,
    require_visitor,
    start_visit,
)
from services.visits.own import own_visit, own_visits
from services.visits.states import DONE, VISITING
from services.visits.writing import (
    create_visit,
    delete_visit,
    followed_customers_statement,
    update_visit,
)

__all__ = [
    "DONE",
    "TO_VISIT",
    "VISITING",
    "DueVisit",
    "ImpossibleVisitError",
    "OpenVisitError",
    "PlannedTimeError",
    "VisitStateError",
    "VisitTimesError",
    "check_in",
    "check_out",
    "create_visit",
    "delete_visit",
    "due_follow_ups",
    "due_visits",
    "followed_customers_statement",
    "follows",
    "own_visit",
    "own_visits",
    "plan_visit",
    "require_follows",
    "require_visitor",
    "shown_status",
    "start_visit",
    "status_is",
    "update_visit",
]
