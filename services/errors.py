"""What goes wrong in the services. Views turn these into a message beside the field or node."""


class ServiceError(Exception):
    """Root of the package's errors."""
