"""What is refused around visits. Views say it in the reader's language."""

from services.errors import ServiceError


class OpenVisitError(ServiceError):
    """The employee is on another visit, which must end first."""

    def __init__(self, user_id: int, visit_id: int | None) -> None:
        #: The visit that is open; it belongs to the same employee, who may be led there.
        self.visit_id = visit_id
        super().__init__(f"employee {user_id} is on visit {visit_id}")


class VisitTimesError(ServiceError):
    """A visit would end before it began, end without having begun, or begin or end in the future."""


class PlannedTimeError(ServiceError):
    """A visit would be planned for no day, for a day that is over, or for years from now."""


class ImpossibleVisitError(ServiceError):
    """Status and moments of a visit do not fit together: one that has ended never began, one to come has begun."""


class VisitStateError(ServiceError):
    """The visit is not at the step that was asked for: it has begun already, or it has ended."""
