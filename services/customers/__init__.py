"""Use cases around customers. ``from services.customers import transfer`` is how others name them."""

from services.customers.codes import next_customer_codes
from services.customers.contacts import editable_customer, save_contact
from services.customers.creation import create_customer
from services.customers.editing import set_visibility, update_customer
from services.customers.errors import (
    AlreadyFollowingError,
    DuplicateCustomerNameError,
    ForeignOwnerError,
    ImmutableFieldError,
    InactiveEmployeeError,
    NotFollowingError,
    NotInPoolError,
    ParentCustomerCycleError,
    PositionError,
    PrivateNeedsOwnerError,
    PrivateNotEnabledError,
)
from services.customers.lifecycle import (
    add_co_follower,
    claim,
    delete_customer,
    remove_co_follower,
    transfer,
)
from services.customers.names import check_name_free
from services.customers.rights import (
    Deed,
    allowed,
    allowed_ids,
    can_change_followers,
    can_claim,
    can_deactivate,
    can_delete,
    can_edit,
    can_set_visibility,
    can_transfer,
    editable_customer_ids,
    editable_customers_statement,
    may,
    require,
    require_editable,
    require_permission,
)
from services.customers.scopes import awaiting_handover

__all__ = [
    "AlreadyFollowingError",
    "Deed",
    "DuplicateCustomerNameError",
    "ForeignOwnerError",
    "ImmutableFieldError",
    "InactiveEmployeeError",
    "NotFollowingError",
    "NotInPoolError",
    "ParentCustomerCycleError",
    "PositionError",
    "PrivateNeedsOwnerError",
    "PrivateNotEnabledError",
    "add_co_follower",
    "allowed",
    "allowed_ids",
    "awaiting_handover",
    "can_change_followers",
    "can_claim",
    "can_deactivate",
    "can_delete",
    "can_edit",
    "can_set_visibility",
    "can_transfer",
    "check_name_free",
    "claim",
    "create_customer",
    "delete_customer",
    "editable_customer",
    "editable_customer_ids",
    "editable_customers_statement",
    "may",
    "next_customer_codes",
    "remove_co_follower",
    "require",
    "require_editable",
    "require_permission",
    "save_contact",
    "set_visibility",
    "transfer",
    "update_customer",
]
