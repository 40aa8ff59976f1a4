"""What a new company still has to set up: the eight settings ① to ⑧ of DOMAIN 4, then employees, then customers."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select

from auth.actor import AnySession, company_setting, get_actor
from auth.errors import PermissionDeniedError
from models import (
    ChannelType,
    CompanySetting,
    Customer,
    CustomerGrade,
    CustomerSource,
    CustomerStatus,
    Employee,
    FollowUpProgress,
    Industry,
    Region,
)

#: ① to ⑦, in the order of the menu.
_DICTIONARIES: tuple[type[Any], ...] = (
    Industry,
    Region,
    ChannelType,
    CustomerGrade,
    CustomerStatus,
    CustomerSource,
    FollowUpProgress,
)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to set up."""

    #: Name of the table whose page does it.
    table: str
    is_done: bool
    #: How many active rows there are; None where a number says nothing.
    count: int | None = None


def first_steps(session: AnySession) -> tuple[Step, ...]:
    """Return the steps in their order, ① to ⑧ first. At most three statements.

    A dictionary is done with its first active value, employees with the first beside the admin, customers with the
    first of all. ⑧ is done once somebody has saved the settings; a company with customers has done without.

    :raises PermissionDeniedError: if the actor is no company admin
    """
    actor = get_actor(session)
    if actor is None or not actor.is_company_admin:
        raise PermissionDeniedError("first steps are the company admin's")
    counted: tuple[type[Any], ...] = (*_DICTIONARIES, Employee)
    counts = session.execute(select(*(_active(model) for model in counted))).one()
    has_customers = session.scalars(select(Customer.id).limit(1)).first() is not None
    setting = company_setting(session)
    is_decided = has_customers or (setting is not None and setting.version > 1)
    *dictionaries, employees = counts
    return (
        *(
            Step(model.__tablename__, count > 0, count)
            for model, count in zip(_DICTIONARIES, dictionaries, strict=True)
        ),
        Step(CompanySetting.__tablename__, is_decided),
        Step(Employee.__tablename__, employees > 1, employees),
        Step(Customer.__tablename__, has_customers),
    )


def _active(model: type[Any]) -> ColumnElement[int]:
    """Return the number of a table's active rows, as a column."""
    return select(func.count()).select_from(model).where(model.is_active).scalar_subquery()
