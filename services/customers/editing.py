"""Editing customers, and setting their visibility."""

from collections.abc import Mapping
from typing import Any

from auth.actor import AnySession, is_private_customer_enabled
from models import Customer
from models.audit_action import AuditAction
from models.enums import Visibility
from models.inspection import attributes_of
from models.names import clean_name
from services import audit
from services.customers.changes import differences, held
from services.customers.errors import ImmutableFieldError, PrivateNeedsOwnerError, PrivateNotEnabledError
from services.customers.names import name_kept_free
from services.customers.parents import check_parent
from services.customers.position import check_position
from services.customers.rights import Deed, require, require_editable, visibility_deed

#: Fields that editing leaves alone, whatever the value.
_IMMUTABLE = frozenset({"id", "code", "owner_id"})
#: Fields that anybody who edits may write. What the server keeps for itself is in neither set.
EDITABLE = frozenset(
    {
        "name",
        "short_name",
        "industry_id",
        "region_id",
        "channel_type_id",
        "grade_id",
        "status_id",
        "source_id",
        "progress_id",
        "province",
        "city",
        "district",
        "address",
        "lat",
        "lng",
        "geocoded_at",
        "phone",
        "website",
        "department_id",
        "visibility",
        "parent_customer_id",
        "price_level_id",
        "remark",
        "is_active",
    }
)
#: Attribute -> what its change is called in the audit log; the others are edited together.
_OWN_DEEDS = {
    "grade": AuditAction.CHANGE_GRADE,
    "price_level": AuditAction.CHANGE_PRICE_LEVEL,
    "progress": AuditAction.CHANGE_PROGRESS,
}


def update_customer(session: AnySession, customer: Customer, values: Mapping[str, Any]) -> None:
    """Write those of the values that differ. Flushes.

    :param values: column attribute -> value
    :raises PermissionDeniedError: if the actor may not edit it, or not this field
    :raises ImmutableFieldError: if code or owner differ, or the field is not for people to write
    :raises InvalidNameError, DuplicateCustomerNameError: if the new name cannot be used, or is taken
    :raises PositionError: if it would stand nowhere
    :raises HiddenRowError, PrivateCustomerError, ParentCustomerCycleError: as the new customer above is refused
    :raises PrivateNotEnabledError, PrivateNeedsOwnerError: as :func:`set_visibility`
    """
    require_editable(session, customer)
    changed = {name: value for name, value in values.items() if getattr(customer, name) != value}
    for name in changed:
        if name in _IMMUTABLE or name not in EDITABLE:
            raise ImmutableFieldError(name)
    if "is_active" in changed:
        require(session, Deed.DEACTIVATE, customer)
    if not changed.keys().isdisjoint({"lat", "lng"}):
        check_position(changed.get("lat", customer.lat), changed.get("lng", customer.lng))
    if "parent_customer_id" in changed:
        check_parent(session, customer.id, changed["parent_customer_id"])
    if "visibility" in changed:
        set_visibility(session, customer, changed.pop("visibility"))
    if "name" not in changed:
        _write(session, customer, changed)
        return
    changed["name"] = clean_name(changed["name"] or "", limit=Customer.name_limit)
    with name_kept_free(session, changed["name"], except_id=customer.id):
        _write(session, customer, changed)


def set_visibility(session: AnySession, customer: Customer, visibility: str) -> None:
    """Make a customer private or public. Flushes.

    :raises PrivateNotEnabledError, PermissionDeniedError, PrivateNeedsOwnerError: as :func:`check_visibility`
    """
    wanted = check_visibility(session, customer, visibility)
    if wanted == customer.visibility:
        return
    audit.record(session, AuditAction.SET_VISIBILITY, customer, {"visibility": [customer.visibility, wanted.value]})
    customer.visibility = wanted.value
    session.flush()


def check_visibility(session: AnySession, customer: Customer, visibility: str) -> Visibility:
    """Let pass that a customer becomes private or public; return which.

    :raises PrivateNotEnabledError: if the company's switch is off
    :raises PermissionDeniedError: if the actor does not follow it; a company admin may clear the mark
    :raises PrivateNeedsOwnerError: if it is to be private, in the pool
    """
    wanted = Visibility(visibility)
    if not is_private_customer_enabled(session):
        raise PrivateNotEnabledError("the company's switch is off")
    is_marking = wanted is Visibility.PRIVATE
    require(session, visibility_deed(Visibility.PUBLIC if is_marking else Visibility.PRIVATE), customer)
    if is_marking and wanted != customer.visibility and customer.owner_id is None:
        raise PrivateNeedsOwnerError(customer.name)
    return wanted


def _write(session: AnySession, customer: Customer, changed: Mapping[str, Any]) -> None:
    """Write values that were checked, and note old and new."""
    keys = changed.keys() - {"is_active"}
    before = held(session, customer, keys)
    for name, value in changed.items():
        setattr(customer, name, value)
    session.flush()
    session.expire(customer, [name for name, one in attributes_of(Customer).items() if one.target and one.key in keys])
    changes = differences(before, held(session, customer, keys))
    for name, action in _OWN_DEEDS.items():
        if name in changes:
            audit.record(session, action, customer, {name: changes.pop(name)})
    if changes:
        audit.record(session, AuditAction.EDIT, customer, changes)
    if "is_active" in changed:
        audit.record(session, AuditAction.ACTIVATE if customer.is_active else AuditAction.DEACTIVATE, customer)
    session.flush()
