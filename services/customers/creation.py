"""Creating customers."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select

from auth.actor import AnySession, get_actor, is_private_customer_enabled
from models import Customer, CustomerFollower, Employee
from models.audit_action import AuditAction
from models.enums import Permission, Visibility
from models.names import clean_name
from models.scope import UnfilteredReason, unfiltered
from services import audit
from services.customers.codes import next_customer_codes
from services.customers.errors import ForeignOwnerError, PrivateNeedsOwnerError, PrivateNotEnabledError
from services.customers.names import name_kept_free
from services.customers.parents import check_parent
from services.customers.people import active_employee, active_employees, name_of
from services.customers.position import check_position
from services.customers.rights import require_permission
from services.trees import CODE_LIMIT, DuplicateCodeError, InvalidCodeError


def create_customer(session: AnySession, values: Mapping[str, Any], *, co_follower_ids: Iterable[int] = ()) -> Customer:
    """Create a customer. Flushes.

    A blank owner means the actor; a company admin, or work without an actor, may leave it blank: the pool. A blank code
    gets a serial number, a blank department is the owner's.

    :param values: column attribute -> value, at least ``name``
    :raises PermissionDeniedError: without the permission to create customers
    :raises ForeignOwnerError: if somebody else is to own it, and the actor is no company admin
    :raises InactiveEmployeeError: if owner or co-follower has left
    :raises PrivateNotEnabledError: if it is to be private and the company's switch is off
    :raises PrivateNeedsOwnerError: if it is to be private, in the pool
    :raises InvalidNameError, DuplicateCustomerNameError: if the name cannot be used, or is taken
    :raises InvalidCodeError, DuplicateCodeError: if the code cannot be used, or is taken
    :raises PositionError: if it would stand nowhere
    :raises HiddenRowError, PrivateCustomerError: if the customer above is not FULL for the actor
    """
    require_permission(session, Permission.CREATE_CUSTOMERS)
    values = dict(values)
    values["name"] = clean_name(values.get("name") or "", limit=Customer.name_limit)
    values["owner_id"] = _owner_id(session, values.get("owner_id"))
    _check_visibility(session, values)
    check_position(values.get("lat"), values.get("lng"))
    check_parent(session, None, values.get("parent_customer_id"))
    if values["owner_id"] is not None:
        owner = active_employee(session, values["owner_id"])
        values["department_id"] = values.get("department_id") or owner.department_id
    followers = active_employees(session, (id_ for id_ in co_follower_ids if id_ != values["owner_id"]))
    values["code"] = _code(session, values.get("code"))
    actor = get_actor(session)
    added_by_id = actor.id if actor is not None else None
    with name_kept_free(session, values["name"]):
        customer = Customer(**values)
        customer.co_followers = [
            CustomerFollower(employee_id=follower.id, added_by_id=added_by_id) for follower in followers
        ]
        session.add(customer)
    _note(session, customer, followers)
    return customer


def _note(session: AnySession, customer: Customer, followers: Iterable[Employee]) -> None:
    """Note who follows a new customer from the start, and that it is private."""
    changes: dict[str, Any] = {"owner": [None, name_of(session, customer.owner_id)]}
    names = sorted(str(follower) for follower in followers)
    audit.record(session, AuditAction.CREATE, customer, changes | ({"co_followers": [[], names]} if names else {}))
    if customer.visibility == Visibility.PRIVATE:
        audit.record(session, AuditAction.SET_VISIBILITY, customer, {"visibility": [None, customer.visibility]})
    session.flush()


def _owner_id(session: AnySession, wanted: int | None) -> int | None:
    actor = get_actor(session)
    if actor is None or actor.is_company_admin:
        return wanted
    if wanted not in (None, actor.id):
        raise ForeignOwnerError(f"employee {wanted}")
    return actor.id


def _check_visibility(session: AnySession, values: Mapping[str, Any]) -> None:
    wanted = Visibility(values.get("visibility") or Visibility.PUBLIC)
    if wanted is Visibility.PUBLIC:
        return
    if not is_private_customer_enabled(session):
        raise PrivateNotEnabledError("the company's switch is off")
    if values["owner_id"] is None:
        raise PrivateNeedsOwnerError(values["name"])


def _code(session: AnySession, wanted: str | None) -> str:
    """Return the code to store: the one wanted, if it is free, else the next serial number."""
    cleaned = (wanted or "").strip()
    if not cleaned:
        return next_customer_codes(session, 1)[0]
    if len(cleaned) > CODE_LIMIT or not cleaned.isprintable():
        raise InvalidCodeError(cleaned)
    with unfiltered(session, UnfilteredReason.SERIAL_CODE) as every:
        if every.scalar(select(Customer.id).where(Customer.code == cleaned)) is not None:
            raise DuplicateCodeError(cleaned)
    return cleaned
