"""The rule of ``auth.visibility`` for statements that read whole tables: what decides is gathered once.

It lets through the same rows (``tests/auth`` compares the two), and is for counts alone: a page of rows is found sooner
by asking for each row. So it is taken only where a statement carries the option :data:`WHOLE_TABLES`.
"""

from typing import Any

from sqlalchemy import ColumnElement, false, select, true
from sqlalchemy.sql.elements import False_

from auth.actor import Actor
from auth.visibility import RULED_CUSTOMER, followed_ids, full_customers, notice_customers
from models.enums import Permission

#: Execution option of a statement that reads whole tables.
WHOLE_TABLES = "kepei_whole_tables"


def gathered_customers(actor: Actor | None, dialect: str, customer: Any) -> ColumnElement[bool]:
    """Return the criterion for customers whose outcome is FULL. Nobody sees nothing."""
    if actor is None:
        return false()
    if _sees_most(actor):
        return full_customers(actor, dialect, customer)
    return customer.id.in_(followed_ids(actor.team, dialect))


def hangs_on_gathered_customer(actor: Actor | None, dialect: str, customer_id: Any) -> ColumnElement[bool]:
    """Return the criterion "the customer of this id is FULL for the actor".

    Who sees most customers is asked for the few others: those whose outcome is NOTICE.

    :param customer_id: column of the row that hangs on a customer
    """
    if actor is None:
        return false()
    if not _sees_most(actor):
        return customer_id.in_(followed_ids(actor.team, dialect))
    is_notice = notice_customers(actor, dialect)
    if isinstance(is_notice, False_):
        return true()
    return customer_id.not_in(select(RULED_CUSTOMER.c.id).where(is_notice))


def _sees_most(actor: Actor) -> bool:
    """Tell whether each customer is FULL or NOTICE for the actor."""
    return actor.is_company_admin or actor.may(Permission.VIEW_ALL_CUSTOMERS)
