"""Use cases around customers. ``from services.customers import transfer`` is how others name them."""

from services.customers.codes import next_customer_codes

__all__ = ["next_customer_codes"]
