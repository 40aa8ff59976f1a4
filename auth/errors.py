"""What goes wrong in this package."""


class AuthError(Exception):
    """Root of the package's errors."""


class PermissionDeniedError(AuthError):
    """The actor lacks the permission, or may not write this row. Becomes 403."""


class HiddenRowError(AuthError):
    """The actor must not know of this row. Becomes 404."""


class PrivateCustomerError(AuthError):
    """The customer is private to its followers and their line, and the actor may know so. Becomes the prompt, 403."""

    def __init__(self, customer_id: int, name: str, owner_name: str) -> None:
        self.customer_id = customer_id
        self.name = name
        self.owner_name = owner_name
        super().__init__(f"customer {customer_id} is private")


class UnguardedStatementError(AuthError):
    """A statement that the visibility listener cannot reach touches guarded rows. A fault of the program."""
