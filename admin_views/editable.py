"""Which customers of a page the person may edit, and which records: learnt in one query, kept for the request."""

from collections.abc import Iterable
from typing import Any

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


def learn_records(model: Any, ids: Iterable[int]) -> None:
    """Ask about all follow-ups or visits of a list at once."""
    wanted = set(ids)
    found = customers.correctable_ids(db.session, model, wanted)
    _records().update({(model, row_id): row_id in found for row_id in wanted})


def is_correctable(row: Any) -> bool:
    """Tell whether the person may correct and delete a follow-up or visit."""
    key = type(row), row.id
    if key not in _records():
        learn_records(type(row), [row.id])
    return _records()[key]


def _records() -> dict[tuple[Any, int], bool]:
    known: dict[tuple[Any, int], bool] = g.setdefault("correctable_records", {})
    return known


def _known() -> dict[int, bool]:
    known: dict[int, bool] = g.setdefault("editable_customers", {})
    return known
