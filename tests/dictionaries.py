"""What tests of dictionaries have in common: the dictionaries, a value, what customers have."""

from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import (
    ChannelType,
    Customer,
    CustomerGrade,
    CustomerSource,
    CustomerStatus,
    Department,
    FollowUpProgress,
    Industry,
    PriceLevel,
    Region,
)
from models.scope import UnfilteredReason, unfiltered
from tests import factories

#: Dictionary -> the field of a customer that has its values.
FIELDS: dict[Any, str] = {
    Industry: "industry_id",
    Region: "region_id",
    ChannelType: "channel_type_id",
    CustomerGrade: "grade_id",
    CustomerStatus: "status_id",
    CustomerSource: "source_id",
    FollowUpProgress: "progress_id",
    PriceLevel: "price_level_id",
    Department: "department_id",
}


def make_value(session: Session, model: Any, name: str, **values: Any) -> Any:
    """Return a new value of a dictionary."""
    if model is PriceLevel:
        values.setdefault("discount", Decimal("0.8"))
    return factories.save(session, model(name=name, **values))


def values_in_order(session: Session, model: Any) -> list[tuple[str, int]]:
    """Return (name, place) of the values of a flat list."""
    rows = session.execute(select(model.name, model.sort_order).order_by(model.sort_order, model.id))
    return [(name, place) for name, place in rows]


def of_customers(session: Session, field: str) -> dict[str, Any]:
    """Return a field of every customer, by name, past the rule."""
    with unfiltered(session, UnfilteredReason.COMMAND) as every:
        return dict(every.execute(select(Customer.name, getattr(Customer, field))).all())


def rows_of(session: Session, model: Any) -> list[tuple[Any, ...]]:
    """Return the rows of a table, oldest first, without their versions."""
    columns = [column for column in model.__table__.columns if column.name != "version"]
    return [tuple(row) for row in session.execute(select(*columns).order_by(model.id))]


def node(session: Session, name: str, parent: Any = None, **values: Any) -> Any:
    """Return a new region."""
    return factories.save(session, Region(name=name, parent_id=parent.id if parent else None, **values))
