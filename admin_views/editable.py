"""Which customers of a page the person may edit: learnt in one query, kept for the request."""

from collections.abc import Iterable

from flask import g

from models import db
from services import customers


def learn(customer_ids: Iterable[int]) -> None:
    """Ask about all customers of a list at once."""
    ids = set(customer_ids)
    editable = customers.editable_customer_ids(db.session, ids)
    _known().update({customer_id: customer_id in editable for customer_id in ids})


def is_editable(customer_id: int) -> bool:
    """Tell whether the person may edit a customer, and what hangs on it."""
    if customer_id not in _known():
        learn([customer_id])
    return _known()[customer_id]


def _known() -> dict[int, bool]:
    known: dict[int, bool] = g.setdefault("editable_customers", {})
    return known
