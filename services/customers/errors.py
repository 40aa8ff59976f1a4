"""What is refused around customers. Views say it in the reader's language."""

from services.errors import ServiceError


class DuplicateCustomerNameError(ServiceError):
    """Another customer has the name, as compared by its key.

    The owner is named only to those who may know of it, ``visible_id`` is set only for those who see it.
    """

    def __init__(self, name: str, owner_name: str | None = None, *, visible_id: int | None = None) -> None:
        self.name = name
        self.owner_name = owner_name
        self.visible_id = visible_id
        super().__init__(f"{name!r} is taken" + (f" by a customer of {owner_name}" if owner_name else ""))


class PrivateNotEnabledError(ServiceError):
    """The company's switch for private customers is off, so no visibility may be set. Becomes 400."""


class PrivateNeedsOwnerError(ServiceError):
    """A private customer needs an owner: transfer it, or make it public first."""

    def __init__(self, *names: str) -> None:
        self.names = names
        super().__init__(f"{', '.join(names)}: private, and need an owner")


class ForeignOwnerError(ServiceError):
    """Only a company admin may create a customer for somebody else."""


class InactiveEmployeeError(ServiceError):
    """An employee who has left, or is not there, cannot become owner or co-follower."""

    def __init__(self, employee_id: int, name: str = "") -> None:
        self.employee_id = employee_id
        self.name = name
        super().__init__(f"employee {employee_id} {name} is not active")


class ImmutableFieldError(ServiceError):
    """A field is not changed by editing: codes never, owners by a transfer."""

    def __init__(self, field: str) -> None:
        self.field = field
        super().__init__(f"{field} cannot be edited")


class ParentCustomerCycleError(ServiceError):
    """A customer would stand above itself in the chain of dealers."""


class AlreadyFollowingError(ServiceError):
    """The employee owns the customer, or is a co-follower of it."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"{name} follows the customer already")


class NotFollowingError(ServiceError):
    """The employee is no co-follower of the customer."""


class NotInPoolError(ServiceError):
    """The customer has an owner, so nobody may claim it; somebody else may have been quicker."""


class PositionError(ServiceError):
    """Latitude without longitude, or degrees that are on no map."""


class FutureBirthdayError(ServiceError):
    """A contact would be born tomorrow or later."""
