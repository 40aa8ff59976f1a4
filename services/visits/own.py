"""Visits of one's own and one's team's, also those whose customer one has lost (DOMAIN 8)."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, case, func, not_, select

from auth.actor import Actor, AnySession, get_actor
from auth.visibility import among, dialect_of, full_customers
from models import Customer, Employee, Visit
from models.scope import UnfilteredReason, unfiltered


def own_visits(session: AnySession, *, limit: int = 50, offset: int = 0, is_own_only: bool = False) -> list[Row[Any]]:
    """Return visits of the actor and the actor's team, also those whose customer they no longer see (DOMAIN 8).

    :param is_own_only: leave out the team's
    :returns: rows of (id, user_id, user_name, type, status, planned_at, check_in_at, check_in_address, check_out_at,
        duration_s, is_full, customer_id, customer_name), newest first; customer_id is None unless the customer is FULL,
        customer_name is None (say 私密客户) unless it is FULL or the visit is the actor's own
    """
    actor = get_actor(session)
    if actor is None:
        return []
    query = kept_visits(session, actor, is_own_only=is_own_only)
    query = query.order_by(Visit.created_at.desc(), Visit.id.desc()).limit(limit).offset(offset)
    with unfiltered(session, UnfilteredReason.OWN_VISITS) as every:
        return list(every.execute(query))


def own_visit(session: AnySession, visit_id: int) -> Row[Any] | None:
    """Return one of the actor's own visits as in :func:`own_visits`; None if there is no such visit of theirs."""
    actor = get_actor(session)
    if actor is None:
        return None
    query = kept_visits(session, actor, is_own_only=True).where(Visit.id == visit_id)
    with unfiltered(session, UnfilteredReason.OWN_VISITS) as every:
        return every.execute(query).one_or_none()


def lost_visit_counts(
    session: AnySession, employee_ids: Iterable[int], *criteria: ColumnElement[bool]
) -> dict[int, int]:
    """Return employee id -> how many of their visits were to customers that the actor no longer sees, without zeros.

    Of the actor and the actor's team only (DOMAIN 8). One statement; none for those who see every customer.

    :param criteria: what narrows the visits
    """
    actor = get_actor(session)
    if actor is None or actor.is_company_admin:
        return {}
    dialect = dialect_of(session)
    is_lost = not_(full_customers(actor, dialect, Customer))
    authors = set(employee_ids).intersection(actor.team)
    query = select(Visit.user_id, func.count().label("visits")).join(Customer, Customer.id == Visit.customer_id)
    query = query.where(among(Visit.user_id, authors, dialect), is_lost, *criteria).group_by(Visit.user_id)
    with unfiltered(session, UnfilteredReason.OWN_VISITS) as every:
        return {row.user_id: row.visits for row in every.execute(query)}


def kept_visits(session: AnySession, actor: Actor, *, is_own_only: bool) -> Select[Any]:
    """Return the SELECT behind :func:`own_visits`, in no order; to be run unfiltered."""
    dialect = dialect_of(session)
    is_full = full_customers(actor, dialect, Customer)
    authors = [actor.id] if is_own_only else actor.team
    return (
        select(*_own_columns(actor, is_full))
        .join(Customer, Customer.id == Visit.customer_id)
        .join(Employee, Employee.id == Visit.user_id)
        .where(among(Visit.user_id, authors, dialect))
    )


def _own_columns(actor: Actor, is_full: Any) -> tuple[Any, ...]:
    return (
        Visit.id,
        Visit.user_id,
        Employee.name.label("user_name"),
        Visit.type,
        Visit.status,
        Visit.planned_at,
        Visit.check_in_at,
        Visit.check_in_address,
        Visit.check_out_at,
        Visit.duration_s,
        is_full.label("is_full"),
        case((is_full, Customer.id)).label("customer_id"),
        case((is_full | (Visit.user_id == actor.id), Customer.name)).label("customer_name"),
    )
