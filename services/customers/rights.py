"""Who may do what with a customer (DOMAIN 3.5, 8): one table, asked for one customer, for many, and for pickers.

Each relation between actor and customer is an SQL criterion, so that a page of fifty rows costs one query. A right
presupposes that the customer is FULL for the actor; the session's listener sees to that.
"""

from collections.abc import Callable, Iterable
from enum import StrEnum
from functools import lru_cache
from itertools import compress
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, or_, select, true

from auth.actor import Actor, AnySession, get_actor
from auth.errors import PermissionDeniedError
from auth.visibility import among, among_named, dialect_of, followed_by, ids_value, is_near
from models import Customer
from models.enums import Permission, Visibility
from models.scope import UNFILTERED_KEY

#: Customers asked about in one query.
_BATCH = 5_000
#: Criteria that a process keeps, one for each actor and deed.
RIGHTS_KEPT = 1_000


class Deed(StrEnum):
    """What can be done with a customer."""

    EDIT = "edit its data, contacts and follow-ups"
    DEACTIVATE = "deactivate or reactivate it"
    TRANSFER = "give it to anybody, or to the pool"
    REASSIGN = "give it to somebody of the own team"
    CHANGE_FOLLOWERS = "add and remove co-followers"
    SET_VISIBILITY = "make it private or public"
    CLEAR_PRIVATE = "make a private one public"
    CLAIM = "take it from the pool"
    DELETE = "delete it"


Relation = Callable[[Actor, str], ColumnElement[bool]]


def _is_admin(actor: Actor, dialect: str) -> ColumnElement[bool]:
    return true() if actor.is_company_admin else false()


def _is_owner(actor: Actor, dialect: str) -> ColumnElement[bool]:
    return Customer.owner_id == actor.id


def _is_follower(actor: Actor, dialect: str) -> ColumnElement[bool]:
    return followed_by([actor.id], dialect, Customer)


def _leads_a_follower(actor: Actor, dialect: str) -> ColumnElement[bool]:
    """Tell that a follower is in the team of an actor whose role lets leaders write."""
    return is_near(actor, dialect, Customer) if actor.may(Permission.EDIT_TEAM_CUSTOMERS) else false()


def _leads_the_owner(actor: Actor, dialect: str) -> ColumnElement[bool]:
    """Tell the same of the owner: who leads a mere co-follower may not take the customer out of the owner's team."""
    return among(Customer.owner_id, actor.team, dialect) if actor.may(Permission.EDIT_TEAM_CUSTOMERS) else false()


def _may_claim(actor: Actor, dialect: str) -> ColumnElement[bool]:
    return Customer.owner_id.is_(None) if actor.may(Permission.CLAIM_POOL_CUSTOMERS) else false()


#: Deed -> the relations of which any one suffices. DOMAIN 3.5, row by row.
RIGHTS: dict[Deed, tuple[Relation, ...]] = {
    Deed.EDIT: (_is_admin, _is_follower, _leads_a_follower),
    Deed.DEACTIVATE: (_is_admin, _is_owner, _leads_the_owner),
    Deed.TRANSFER: (_is_admin, _is_owner),
    Deed.REASSIGN: (_is_admin, _is_owner, _leads_the_owner),
    Deed.CHANGE_FOLLOWERS: (_is_admin, _is_owner),
    Deed.SET_VISIBILITY: (_is_follower,),
    Deed.CLEAR_PRIVATE: (_is_admin, _is_follower),
    Deed.CLAIM: (_may_claim,),
    Deed.DELETE: (_is_admin,),
}


def allowed(session: AnySession, deed: Deed) -> ColumnElement[bool]:
    """Return the criterion on ``Customer`` for what the session's actor may do.

    Work without an actor (commands, seeds) may do everything, provided it says ``unfiltered`` aloud.
    """
    is_unfiltered = UNFILTERED_KEY in session.info
    return _allowed(get_actor(session), dialect_of(session), deed, is_unfiltered=is_unfiltered)


@lru_cache(maxsize=RIGHTS_KEPT)
def _allowed(actor: Actor | None, dialect: str, deed: Deed, *, is_unfiltered: bool) -> ColumnElement[bool]:
    """Return the criterion for an actor; what an actor is decides it, so the next request finds it here."""
    if actor is None:
        return true() if is_unfiltered else false()
    return or_(*(relation(actor, dialect) for relation in RIGHTS[deed]))


def may(session: AnySession, deed: Deed, customer: Customer) -> bool:
    """Tell whether the session's actor may do a deed with a customer. One query."""
    return customer.id in allowed_ids(session, deed, [customer.id])


def allowed_deeds(session: AnySession, customer: Customer) -> frozenset[Deed]:
    """Return everything that the session's actor may do with a customer. One query."""
    return allowed_deeds_of(session, [customer.id])[customer.id]


def allowed_deeds_of(session: AnySession, ids: Iterable[int]) -> dict[int, frozenset[Deed]]:
    """Return customer id -> everything that the session's actor may do with it; nothing with one that is hidden."""
    ordered, dialect = sorted(set(ids)), dialect_of(session)
    query = _deeds_statement(get_actor(session), dialect, is_unfiltered=UNFILTERED_KEY in session.info)
    found = dict.fromkeys(ordered, frozenset[Deed]())
    for start in range(0, len(ordered), _BATCH):
        batch = ids_value(ordered[start : start + _BATCH], dialect)
        for customer_id, *may in session.execute(query, {"customer_ids": batch}):
            found[customer_id] = frozenset(compress(Deed, may))
    return found


@lru_cache(maxsize=RIGHTS_KEPT)
def _deeds_statement(actor: Actor | None, dialect: str, *, is_unfiltered: bool) -> Select[Any]:
    """Return the SELECT of rows of (customer id, may or may not for each deed), of the customers ``customer_ids``."""
    columns: Iterable[Any] = (
        _allowed(actor, dialect, deed, is_unfiltered=is_unfiltered).label(deed.name.lower()) for deed in Deed
    )
    found: Select[Any] = select(Customer.id, *columns)
    return found.where(among_named(Customer.id, "customer_ids", dialect))


def allowed_ids(session: AnySession, deed: Deed, ids: Iterable[int]) -> set[int]:
    """Return those of the customer ids with which the session's actor may do a deed."""
    ordered, dialect = sorted(set(ids)), dialect_of(session)
    found: set[int] = set()
    for start in range(0, len(ordered), _BATCH):
        batch = among(Customer.id, ordered[start : start + _BATCH], dialect)
        found.update(session.scalars(select(Customer.id).where(batch, allowed(session, deed))))
    return found


def require(session: AnySession, deed: Deed, customer: Customer) -> None:
    """Let pass who may.

    :raises PermissionDeniedError: if the session's actor may not do the deed with the customer
    """
    if not may(session, deed, customer):
        raise PermissionDeniedError(f"customer {customer.id}: {deed}")


def require_permission(session: AnySession, permission: Permission) -> None:
    """Let pass who holds a permission, and unfiltered work without an actor.

    :raises PermissionDeniedError: if the session's actor lacks it
    """
    actor = get_actor(session)
    is_allowed = actor.may(permission) if actor is not None else UNFILTERED_KEY in session.info
    if not is_allowed:
        raise PermissionDeniedError(permission)


# The words that others use


def can_edit(session: AnySession, customer: Customer) -> bool:
    """Tell whether the actor may edit the customer, and add contacts and follow-ups."""
    return may(session, Deed.EDIT, customer)


def require_editable(session: AnySession, customer: Customer) -> None:
    """Let pass who may edit the customer.

    :raises PermissionDeniedError: if the actor may not
    """
    require(session, Deed.EDIT, customer)


def editable_customer_ids(session: AnySession, ids: Iterable[int]) -> set[int]:
    """Return those of the ids that the actor may edit."""
    return allowed_ids(session, Deed.EDIT, ids)


def editable_customers_statement(session: AnySession) -> Select[Any]:
    """Return the SELECT of the customers that the actor may edit, for pickers."""
    return select(Customer).where(allowed(session, Deed.EDIT))


def can_transfer(session: AnySession, customer: Customer, new_owner_id: int | None = None) -> bool:
    """Tell whether the actor may transfer the customer: to a given employee, or else to anybody at all."""
    return bool(transferable_ids(session, [customer.id], new_owner_id))


def transferable_ids(session: AnySession, ids: Iterable[int], new_owner_id: int | None = None) -> set[int]:
    """Return those of the ids that the actor may transfer: to a given employee, or else to anybody at all."""
    wanted, actor = set(ids), get_actor(session)
    found = allowed_ids(session, Deed.TRANSFER, wanted)
    is_inside = new_owner_id is None or (actor is not None and new_owner_id in actor.team)
    return found | allowed_ids(session, Deed.REASSIGN, wanted - found) if is_inside else found


def require_transfer(session: AnySession, ids: Iterable[int], new_owner_id: int | None) -> None:
    """Let pass who may give each of the customers to an employee, or to the pool (None): it lies outside of every team.

    :raises PermissionDeniedError: if the session's actor may not for one of them
    """
    wanted = set(ids)
    if new_owner_id is None:
        found = allowed_ids(session, Deed.TRANSFER, wanted)
    else:
        found = transferable_ids(session, wanted, new_owner_id)
    for customer_id in sorted(wanted - found):
        raise PermissionDeniedError(f"transfer of customer {customer_id} to {new_owner_id}")


def can_change_followers(session: AnySession, customer: Customer) -> bool:
    """Tell whether the actor may add and remove co-followers."""
    return may(session, Deed.CHANGE_FOLLOWERS, customer)


def can_claim(session: AnySession, customer: Customer) -> bool:
    """Tell whether the actor may take the customer from the pool."""
    return may(session, Deed.CLAIM, customer)


def can_deactivate(session: AnySession, customer: Customer) -> bool:
    """Tell whether the actor may change whether the customer is active."""
    return may(session, Deed.DEACTIVATE, customer)


def can_delete(session: AnySession, customer: Customer) -> bool:
    """Tell whether the actor may delete the customer, should nothing stand in the way."""
    return may(session, Deed.DELETE, customer)


def can_set_visibility(session: AnySession, customer: Customer) -> bool:
    """Tell whether the actor may change the visibility from what it is now; never while the switch is off."""
    actor = get_actor(session)
    if actor is not None and not actor.private_customer_enabled:
        return False
    return may(session, visibility_deed(customer.visibility), customer)


def visibility_deed(present: str) -> Deed:
    """Return the deed that changes a visibility: followers may do either, an admin may only clear the mark."""
    return Deed.CLEAR_PRIVATE if present == Visibility.PRIVATE else Deed.SET_VISIBILITY


def is_followed_by_actor(session: AnySession, customer: Customer) -> bool:
    """Tell whether the actor is owner or co-follower."""
    actor: Any = get_actor(session)
    if actor is None:
        return False
    query = select(Customer.id).where(and_(Customer.id == customer.id, _is_follower(actor, dialect_of(session))))
    return session.scalar(query) is not None
