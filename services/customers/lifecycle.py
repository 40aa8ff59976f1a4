"""What happens to a customer over time: owners come and go, co-followers, the pool, deletion (DOMAIN 3.6)."""

from collections.abc import Iterable, Mapping, Set as AbstractSet

from sqlalchemy import func, select

from auth.actor import AnySession, get_actor
from auth.errors import PermissionDeniedError
from models import Customer, CustomerFollower, Employee, FollowUp, Visit
from models.audit_action import AuditAction
from models.enums import Visibility
from models.types import utc_now
from services import audit
from services.customers.errors import (
    AlreadyFollowingError,
    NotFollowingError,
    NotInPoolError,
    PrivateNeedsOwnerError,
)
from services.customers.people import active_employee, name_of, names_of
from services.customers.rights import Deed, require, require_transfer
from services.stored_files import delete_with_rows, storefront_keys
from services.usage import InUseError, usage_counts


def transfer(
    session: AnySession,
    customer: Customer,
    new_owner_id: int | None,
    *,
    keep_as_co_follower: bool = False,
    remove_followers: bool = False,
) -> None:
    """Give a customer to another owner, or to the pool (None). Flushes, in one go: afterwards it may be hidden.

    The mark stays; the department becomes the new owner's; co-followers stay unless removed; the old owner goes unless
    kept. A co-follower who becomes owner is co-follower no more.

    :raises PermissionDeniedError, PrivateNeedsOwnerError, InactiveEmployeeError: as :func:`check_transfer`
    """
    new_owner = check_transfer(session, [customer], new_owner_id)
    old_owner_id = customer.owner_id
    if new_owner_id == old_owner_id:
        return
    present = _co_follower_ids(session, customer)
    kept = co_followers_after(
        old_owner_id, present, new_owner_id, keep_as_co_follower=keep_as_co_follower, remove_followers=remove_followers
    )
    names = names_of(session, present | kept | {id_ for id_ in (old_owner_id, new_owner_id) if id_ is not None})
    changes = owner_changes(names, old_owner_id, new_owner_id) | follower_changes(names, present, kept)
    audit.record(session, AuditAction.TRANSFER, customer, changes)
    with session.no_autoflush:
        customer.owner_id = new_owner_id
        if new_owner is not None:
            customer.department_id = new_owner.department_id
        _set_co_followers(session, customer, kept)
    session.flush()


def check_transfer(session: AnySession, customers: Iterable[Customer], new_owner_id: int | None) -> Employee | None:
    """Let pass a transfer of each of the customers; return the new owner, if anything moves to one.

    :raises PermissionDeniedError: if the actor may not; who leads the owner may only within the own team
    :raises PrivateNeedsOwnerError: if private customers were to be without owner; it names them all
    :raises InactiveEmployeeError: if the new owner has left
    """
    asked = list(customers)
    require_transfer(session, [customer.id for customer in asked], new_owner_id)
    moving = [customer for customer in asked if customer.owner_id != new_owner_id]
    if new_owner_id is not None:
        return active_employee(session, new_owner_id) if moving else None
    private = [customer.name for customer in moving if customer.visibility == Visibility.PRIVATE]
    if private:
        raise PrivateNeedsOwnerError(*private)
    return None


def co_followers_after(
    old_owner_id: int | None,
    present: Iterable[int],
    new_owner_id: int | None,
    *,
    keep_as_co_follower: bool,
    remove_followers: bool,
) -> set[int]:
    """Return the co-followers that a customer has after a transfer to another owner, of those present before it."""
    kept = set() if remove_followers else set(present)
    if keep_as_co_follower and old_owner_id is not None:
        kept.add(old_owner_id)
    return kept - {new_owner_id}


def add_co_follower(session: AnySession, customer: Customer, employee_id: int) -> None:
    """Let another employee follow a customer. Flushes.

    :raises PermissionDeniedError, AlreadyFollowingError, InactiveEmployeeError: as :func:`check_co_follower`
    """
    present = check_co_follower(session, customer, employee_id, is_added=True)
    wanted = present | {employee_id}
    audit.record(session, AuditAction.ADD_CO_FOLLOWER, customer, _follower_changes(session, present, wanted))
    _set_co_followers(session, customer, wanted)
    session.flush()


def remove_co_follower(session: AnySession, customer: Customer, employee_id: int) -> None:
    """End an employee's following. Flushes.

    :raises PermissionDeniedError, NotFollowingError: as :func:`check_co_follower`
    """
    present = check_co_follower(session, customer, employee_id, is_added=False)
    wanted = present - {employee_id}
    audit.record(session, AuditAction.REMOVE_CO_FOLLOWER, customer, _follower_changes(session, present, wanted))
    _set_co_followers(session, customer, wanted)
    session.flush()


def check_co_follower(session: AnySession, customer: Customer, employee_id: int, *, is_added: bool) -> set[int]:
    """Let pass that an employee begins or ends to follow a customer; return the ids of the present co-followers.

    :raises PermissionDeniedError: if the actor is neither owner nor company admin
    :raises AlreadyFollowingError: if the one to add follows it, as owner or co-follower
    :raises InactiveEmployeeError: if the one to add has left
    :raises NotFollowingError: if the one to remove is no co-follower; an owner leaves by :func:`transfer`
    """
    require(session, Deed.CHANGE_FOLLOWERS, customer)
    present = _co_follower_ids(session, customer)
    if is_added:
        employee = active_employee(session, employee_id)
        if employee_id == customer.owner_id or employee_id in present:
            raise AlreadyFollowingError(employee.name)
    elif employee_id not in present:
        raise NotFollowingError(f"employee {employee_id} does not follow customer {customer.id}")
    return present


def claim(session: AnySession, customer: Customer) -> None:
    """Take a customer from the pool. Flushes; of two who claim at once the second gets ``StaleDataError``.

    :raises NotInPoolError: if it has an owner
    :raises PermissionDeniedError: if the actor lacks the permission
    """
    if customer.owner_id is not None:
        raise NotInPoolError(f"customer {customer.id}")
    require(session, Deed.CLAIM, customer)
    actor = get_actor(session)
    if actor is None:
        raise PermissionDeniedError("nobody claims without acting")
    new_owner = active_employee(session, actor.id)
    present = _co_follower_ids(session, customer)
    kept = present - {new_owner.id}
    changes = {"owner": [None, str(new_owner)]}
    audit.record(session, AuditAction.CLAIM, customer, changes | _follower_changes(session, present, kept))
    with session.no_autoflush:
        customer.owner_id = new_owner.id
        customer.department_id = new_owner.department_id
        _set_co_followers(session, customer, kept)
    session.flush()


def delete_customer(session: AnySession, customer: Customer) -> None:
    """Delete a customer with its contacts and co-followers. Flushes.

    :raises PermissionDeniedError: if the actor is no company admin
    :raises InUseError: while it has follow-ups or visits, or stands above other customers; deactivate it instead
    """
    require(session, Deed.DELETE, customer)
    uses = usage_counts(session, Customer, customer.id)
    for model in (FollowUp, Visit):
        count = session.scalar(select(func.count()).select_from(model).where(model.customer_id == customer.id))
        if count:
            uses[model.__tablename__] = count
    if uses:
        raise InUseError(customer.name, uses=uses)
    gone = {"owner": [name_of(session, customer.owner_id), None], "visibility": [customer.visibility, None]}
    followers = _follower_changes(session, _co_follower_ids(session, customer), set())
    audit.record(session, AuditAction.DELETE, customer, gone | followers)  # neither name nor code: some may not know
    delete_with_rows(session, storefront_keys(customer))
    session.delete(customer)
    session.flush()


def _co_follower_ids(session: AnySession, customer: Customer) -> set[int]:
    query = select(CustomerFollower.employee_id).where(CustomerFollower.customer_id == customer.id)
    return set(session.scalars(query))


def _set_co_followers(session: AnySession, customer: Customer, wanted: Iterable[int]) -> None:
    """Make the co-followers of a customer exactly those wanted; the rows that stay keep who added them.

    It is a change of the customer: whoever has looked at its followers before, to decide or to preview, is stale then.
    """
    actor, missing = get_actor(session), set(wanted)
    customer.updated_at = utc_now()  # so that the flush compares and counts up its version
    for row in list(customer.co_followers):
        if row.employee_id in missing:
            missing.discard(row.employee_id)
        else:
            customer.co_followers.remove(row)
    added_by_id = actor.id if actor is not None else None
    customer.co_followers.extend(
        CustomerFollower(employee_id=employee_id, added_by_id=added_by_id) for employee_id in sorted(missing)
    )


def owner_changes(
    names: Mapping[int, str], old_owner_id: int | None, new_owner_id: int | None
) -> dict[str, list[object]]:
    """Return the audit entry's line on the owner.

    :param names: employee id -> name, as :func:`names_of`
    """
    return {"owner": [names[id_] if id_ is not None else None for id_ in (old_owner_id, new_owner_id)]}


def follower_changes(
    names: Mapping[int, str], before: AbstractSet[int], after: AbstractSet[int]
) -> dict[str, list[object]]:
    """Return the audit entry's line on co-followers, or nothing where they stay.

    :param names: employee id -> name, as :func:`names_of`
    """
    if before == after:
        return {}
    return {"co_followers": [sorted(names[id_] for id_ in ids) for ids in (before, after)]}


def _follower_changes(session: AnySession, before: set[int], after: set[int]) -> dict[str, list[object]]:
    return follower_changes(names_of(session, before | after), before, after)
