"""Which customers an actor sees: the one rule (DOMAIN 3.2), as SQL.

Lists, counts, single rows, pickers, exports and the flush check all ask :func:`full_customers`. The session listeners
that apply it stand in ``auth.guard``. Tables are named here, not mapped classes, so that the rule is never rewritten
by itself.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ARRAY,
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Integer,
    Select,
    String,
    and_,
    any_,
    bindparam,
    false,
    func,
    not_,
    or_,
    select,
    true,
    type_coerce,
    union,
)
from sqlalchemy.sql.elements import False_, True_

from auth.actor import Actor, AnySession, get_actor
from auth.errors import HiddenRowError, PrivateCustomerError
from auth.sql_check import RULE_PREFIX
from models import Customer, CustomerFollower, Employee, Role, RolePermission
from models.enums import COMPANY_ADMIN, Permission, Visibility
from models.scope import HangsOnCustomer, UnfilteredReason, unfiltered

#: Aliases with the prefix of the rule, so that ``auth.sql_check`` tells them from what a statement reads.
RULED_CUSTOMER = Customer.__table__.alias(f"{RULE_PREFIX}customer")
_FOLLOWER = CustomerFollower.__table__.alias(f"{RULE_PREFIX}follower")


class Outcome(StrEnum):
    """What a viewer gets of a customer (DOMAIN 3.3)."""

    FULL = "full"
    NOTICE = "notice"
    HIDDEN = "hidden"


def dialect_of(session: AnySession) -> str:
    """Return the name of the session's database: ``sqlite`` or ``postgresql``."""
    return session.get_bind().dialect.name


def among(column: Any, ids: Iterable[int], dialect: str) -> ColumnElement[bool]:
    """Return "column is one of ids" with the ids as ONE parameter, so that the statement is cached for any number."""
    return _is_in(column, bindparam(None, ids_value(ids, dialect), unique=True), dialect)


def among_named(column: Any, name: str, dialect: str) -> ColumnElement[bool]:
    """Return :func:`among` for a statement that is built once: its ids come as :func:`ids_value` when it is run."""
    return _is_in(column, bindparam(name), dialect)


def ids_value(ids: Iterable[int], dialect: str) -> list[int] | str:
    """Return ids as the one parameter that a database takes them in."""
    return list(ids) if dialect == "postgresql" else json.dumps(list(ids))


def _is_in(column: Any, ids: BindParameter[Any], dialect: str) -> ColumnElement[bool]:
    if dialect == "postgresql":
        return column == any_(type_coerce(ids, ARRAY(Integer)))
    values = func.json_each(type_coerce(ids, String)).table_valued("value")
    return column.in_(select(values.c.value))


@dataclass(frozen=True, slots=True)
class Grounds:
    """What decides what a viewer gets of a customer. Each is a criterion, or a constant where no row decides it.

    This is DOMAIN 3.2, and the only place that says it: lists fill it in for one actor and any customer, the page "who
    can see this, and why" for one customer and any employee.
    """

    #: The viewer is company admin.
    is_admin: ColumnElement[bool]
    #: A follower of the customer is the viewer, or stands below the viewer.
    is_near: ColumnElement[bool]
    #: The viewer's role sees all customers.
    views_all: ColumnElement[bool]
    #: The customer is marked private, and the company's switch is on.
    is_private: ColumnElement[bool]

    @property
    def full(self) -> ColumnElement[bool]:
        """Return the criterion for the outcome FULL; what costs least is asked first."""
        return or_(self.is_admin, _all(self.views_all, not_(self.is_private)), self.is_near)

    @property
    def notice(self) -> ColumnElement[bool]:
        """Return the criterion for the outcome NOTICE."""
        return _all(self.views_all, self.is_private, not_(self.is_admin), not_(self.is_near))


def grounds(actor: Actor, dialect: str, customer: Any = RULED_CUSTOMER.c) -> Grounds:
    """Return the grounds of an actor on any customer.

    :param customer: where the columns id, owner_id and visibility are found: the table's or the mapped class
    """
    is_marked = customer.visibility == Visibility.PRIVATE.value
    return Grounds(
        is_admin=_constant(is_true=actor.is_company_admin),
        is_near=is_near(actor, dialect, customer),
        views_all=_constant(is_true=actor.may(Permission.VIEW_ALL_CUSTOMERS)),
        is_private=_all(_constant(is_true=actor.private_customer_enabled), is_marked),
    )


def grounds_of_people(is_near: ColumnElement[bool], *, is_private: bool) -> Grounds:
    """Return the grounds of any employee on one customer, as criteria on ``Employee`` joined to ``Role``.

    :param is_near: :func:`is_above` the customer's followers; or a constant, for what would be
    :param is_private: whether the customer is marked private, and the company's switch is on
    """
    seeing_all = select(RolePermission.role_id).where(RolePermission.permission == Permission.VIEW_ALL_CUSTOMERS)
    return Grounds(
        is_admin=Role.code == COMPANY_ADMIN,
        is_near=is_near,
        views_all=Role.id.in_(seeing_all),
        is_private=_constant(is_true=is_private),
    )


def is_above(employee_ids: Iterable[int], dialect: str) -> ColumnElement[bool]:
    """Return the criterion on ``Employee`` "is one of these, or stands above one"; leavers count, loops end."""
    ids = list(employee_ids)
    above = select(Employee.id, Employee.supervisor_id).where(among(Employee.id, ids, dialect)).cte(recursive=True)
    above = above.union(select(Employee.id, Employee.supervisor_id).where(Employee.id == above.c.supervisor_id))
    return Employee.id.in_(select(above.c.id))


def full_customers(actor: Actor | None, dialect: str, customer: Any = RULED_CUSTOMER.c) -> ColumnElement[bool]:
    """Return the criterion for customers whose outcome is FULL. Nobody sees nothing."""
    return false() if actor is None else grounds(actor, dialect, customer).full


def notice_customers(actor: Actor, dialect: str, customer: Any = RULED_CUSTOMER.c) -> ColumnElement[bool]:
    """Return the criterion for customers whose outcome is NOTICE."""
    return grounds(actor, dialect, customer).notice


def is_near(actor: Actor, dialect: str, customer: Any = RULED_CUSTOMER.c) -> ColumnElement[bool]:
    """Return the criterion "a follower of the customer is in the actor's team"."""
    return followed_by(actor.team, dialect, customer)


def followed_by(employee_ids: Iterable[int], dialect: str, customer: Any = RULED_CUSTOMER.c) -> ColumnElement[bool]:
    """Return the criterion "one of the employees is owner or co-follower of the customer", asked row by row.

    The co-followers are counted, not looked for by EXISTS or IN: those two let PostgreSQL gather the followed customers
    of a thousand people before the first row of a page is found, and SQLite leave the order of the list. It is true or
    false, also of a customer that nobody owns, so that it may be negated.
    """
    ids = list(employee_ids)
    co_followers = (
        select(func.count().filter(among(_FOLLOWER.c.employee_id, ids, dialect)))
        .where(_FOLLOWER.c.customer_id == customer.id)
        .correlate_except(_FOLLOWER)
        .scalar_subquery()
    )
    return or_(and_(customer.owner_id.is_not(None), among(customer.owner_id, ids, dialect)), co_followers > 0)


def indexed_followed_by(employee_ids: Iterable[int], dialect: str, customer: Any) -> ColumnElement[bool]:
    """Return the criterion of :func:`followed_by` such that the rows are found by the indexes of the followers.

    Good where they are few. It only says where to look: the rule itself is asked row by row all the same.
    """
    ids = list(employee_ids)
    return or_(among(customer.owner_id, ids, dialect), _any_of(customer.id, _shared_ids(ids, dialect), dialect))


def owned_ids(employee_ids: Iterable[int], dialect: str) -> Select[Any]:
    """Return the SELECT of the ids of the customers whom one of the employees owns, from the index of the owners."""
    return select(RULED_CUSTOMER.c.id).where(among(RULED_CUSTOMER.c.owner_id, employee_ids, dialect))


def followed_ids(employee_ids: Iterable[int], dialect: str, *, limit: int | None = None) -> CompoundSelect[Any]:
    """Return the SELECT of the ids of what :func:`followed_by` allows, each once, from the indexes of the followers.

    :param limit: read at most so many customers by their owner, and as many by their co-followers
    """
    ids = list(employee_ids)
    parts = (owned_ids(ids, dialect), _shared_ids(ids, dialect).distinct())
    return union(*(select(part.limit(limit).subquery()) for part in parts))


def _shared_ids(employee_ids: Iterable[int], dialect: str) -> Select[Any]:
    """Return the SELECT of the ids of the customers that one of the employees co-follows."""
    return select(_FOLLOWER.c.customer_id).where(among(_FOLLOWER.c.employee_id, employee_ids, dialect))


def _any_of(column: Any, ids: Select[Any], dialect: str) -> ColumnElement[bool]:
    """Return "column is one of the selected ids", which may stand in an OR and still be found by an index."""
    if dialect == "postgresql":
        return column == any_(func.array(ids.correlate(None).scalar_subquery(), type_=ARRAY(Integer)))
    return column.in_(ids.correlate(None))


def full_customer_ids(actor: Actor | None, dialect: str, *, of: Iterable[int]) -> Select[Any]:
    """Return the SELECT of those of the given ids whose customer is FULL for the actor."""
    return select(RULED_CUSTOMER.c.id).where(among(RULED_CUSTOMER.c.id, of, dialect), full_customers(actor, dialect))


def hangs_on_full_customer(actor: Actor | None, dialect: str, customer_id: Any) -> ColumnElement[bool]:
    """Return the criterion "the customer of this id is FULL for the actor".

    :param customer_id: column of the row that hangs on a customer
    """
    is_seen = and_(RULED_CUSTOMER.c.id == customer_id, full_customers(actor, dialect))
    return select(RULED_CUSTOMER.c.id).where(is_seen).correlate_except(RULED_CUSTOMER).exists()


def _constant(*, is_true: bool) -> ColumnElement[bool]:
    return true() if is_true else false()


def _all(*criteria: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the AND of criteria, folded where constants decide it; ``and_`` leaves "OR true" behind."""
    if any(isinstance(criterion, False_) for criterion in criteria):
        return false()
    open_ones = [criterion for criterion in criteria if not isinstance(criterion, True_)]
    return and_(*open_ones) if open_ones else true()


def outcome_of(session: AnySession, customer_id: int) -> Outcome:
    """Return what the session's actor gets of a customer; HIDDEN if there is none."""
    actor = get_actor(session)
    if actor is None:
        return Outcome.HIDDEN
    dialect = dialect_of(session)
    with unfiltered(session, UnfilteredReason.OUTCOME) as every:
        row = every.execute(
            select(
                full_customers(actor, dialect).label("full"),
                notice_customers(actor, dialect).label("notice"),
            ).where(RULED_CUSTOMER.c.id == customer_id)
        ).one_or_none()
    if row is None:
        return Outcome.HIDDEN
    if row.full:
        return Outcome.FULL
    return Outcome.NOTICE if row.notice else Outcome.HIDDEN


def require_full(session: AnySession, customer_id: int) -> None:
    """Let pass who sees the customer.

    :raises PrivateCustomerError: if the outcome is NOTICE
    :raises HiddenRowError: if it is HIDDEN, or there is no such customer
    """
    outcome = outcome_of(session, customer_id)
    if outcome is Outcome.FULL:
        return
    if outcome is Outcome.NOTICE:
        raise private_customer_error(session, customer_id)
    raise HiddenRowError(f"customer {customer_id}")


def private_customer_error(session: AnySession, customer_id: int) -> PrivateCustomerError:
    """Return the prompt for a customer whose outcome is NOTICE: its name and owner, nothing else."""
    with unfiltered(session, UnfilteredReason.STUB) as every:
        name, owner_name = every.execute(
            select(Customer.name, Employee.name)
            .join(Employee, Employee.id == Customer.owner_id, isouter=True)
            .where(Customer.id == customer_id)
        ).one()
    return PrivateCustomerError(customer_id, name, owner_name or "")


def raise_for_missing(session: AnySession, model: type[Any], row_id: int) -> None:
    """Say why a row was not found, to those who may know: the prompt for a NOTICE customer, else nothing.

    :raises PrivateCustomerError: if the row is, or hangs on, a customer whose outcome is NOTICE
    :raises HiddenRowError: in every other case
    """
    if model is Customer:
        require_full(session, row_id)
    elif issubclass(model, HangsOnCustomer):
        with unfiltered(session, UnfilteredReason.OUTCOME) as every:
            customer_id = every.scalar(select(model.customer_id).where(model.id == row_id))  # type: ignore[attr-defined]
        if customer_id is not None:
            require_full(session, customer_id)
    raise HiddenRowError(f"{model.__name__} {row_id}")
