"""The parts of the customer list that people come for: their own customers, the pool, those awaiting handover.

A scope only narrows what the person sees; the session's listener adds the sight as to any other list.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, select

from auth.actor import Actor, AnySession, get_actor
from auth.visibility import dialect_of, followed_by, grounds, is_near
from models import Customer, Employee
from models.meta import Label, label
from services.company_days import day_of
from services.promises import awaits_follow_up


def _always(actor: Actor) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Scope:
    """One part of the customer list."""

    label: Label
    #: From the session and its actor to the criterion on ``Customer``.
    criterion: Callable[[AnySession, Actor], ColumnElement[bool]]
    #: Employees, one of whom follows each of its customers, where it is all whom they follow.
    followers: Callable[[Actor], Collection[int]] | None = None
    #: Whether the actor is offered it.
    is_offered: Callable[[Actor], bool] = _always


def _is_mine(session: AnySession, actor: Actor) -> ColumnElement[bool]:
    return followed_by([actor.id], dialect_of(session), Customer)


def _is_of_team(session: AnySession, actor: Actor) -> ColumnElement[bool]:
    return is_near(actor, dialect_of(session), Customer)


def _is_private(session: AnySession, actor: Actor) -> ColumnElement[bool]:
    return grounds(actor, dialect_of(session), Customer).is_private


def _is_in_pool(session: AnySession, actor: Actor) -> ColumnElement[bool]:
    return Customer.owner_id.is_(None)


def _is_awaiting_handover(session: AnySession, actor: Actor) -> ColumnElement[bool]:
    return owner_has_left()


def _is_follow_up_overdue(session: AnySession, actor: Actor) -> ColumnElement[bool]:
    return awaits_follow_up(day_of(session).start)


#: Name in the address -> scope, in the order of the tabs.
SCOPES: dict[str, Scope] = {
    "mine": Scope(label(en="Mine", zh="我的客户"), _is_mine, followers=lambda actor: [actor.id]),
    "team": Scope(label(en="My team's", zh="团队客户"), _is_of_team, followers=lambda actor: actor.team),
    "private": Scope(
        label(en="Private", zh="私密客户"), _is_private, is_offered=lambda actor: actor.private_customer_enabled
    ),
    "pool": Scope(label(en="Pool", zh="公海"), _is_in_pool),
    "overdue": Scope(label(en="Follow-up overdue", zh="跟进已逾期"), _is_follow_up_overdue),
    "handover": Scope(label(en="Awaiting handover", zh="待交接"), _is_awaiting_handover),
}


def offered_scopes(actor: Actor) -> dict[str, Label]:
    """Return the labels of the scopes that the actor may choose from, by name, in order."""
    return {name: scope.label for name, scope in SCOPES.items() if scope.is_offered(actor)}


def scoped(session: AnySession, statement: Select[Any], name: str) -> Select[Any]:
    """Narrow a SELECT of customers to one of the actor's scopes; any other name leaves it as it is."""
    actor, scope = get_actor(session), SCOPES.get(name)
    if actor is None or scope is None or not scope.is_offered(actor):
        return statement
    return statement.where(scope.criterion(session, actor))


def followers_of(session: AnySession, name: str) -> Collection[int] | None:
    """Return the employees whose followed customers are the scope; None if it is not made so."""
    actor, scope = get_actor(session), SCOPES.get(name)
    return scope.followers(actor) if actor is not None and scope is not None and scope.followers else None


def owner_has_left() -> ColumnElement[bool]:
    """Return the criterion on ``Customer`` that its owner is disabled."""
    return Customer.owner_id.in_(select(Employee.id).where(Employee.is_active.is_(False)))


def awaiting_handover() -> Select[Any]:
    """Return the SELECT of the customers whose owner has left (待交接); the actor sees the own ones and the team's."""
    return select(Customer).where(owner_has_left())
