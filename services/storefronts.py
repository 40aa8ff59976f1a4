"""The storefront photo 门头照 of a customer: set by who may edit the customer, seen by who sees it."""

from typing import Any, BinaryIO

from sqlalchemy import select, update
from sqlalchemy.orm.attributes import set_committed_value

from auth.actor import AnySession
from models import Customer
from models.audit_action import AuditAction
from models.enums import PhotoChange
from services import audit, storage
from services.customers.contacts import editable_customer
from services.pictures import read_picture
from services.stored_files import STOREFRONT, delete_with_rows, put_picture, storefront_keys

#: What the audit log calls the photo.
FACT = "storefront_photo"
#: The columns with the keys of its files.
_KEYS = ("storefront_photo", "storefront_thumbnail")


def set_storefront(session: AnySession, customer: Customer, stream: BinaryIO) -> PhotoChange:
    """Give a customer a photo in place of the one it may have. The old files go with the commit, the new without one.

    :raises HiddenRowError, PrivateCustomerError, PermissionDeniedError: if the actor may not edit the customer
    :raises PictureError: if the file cannot be taken; the present photo stays
    """
    editable_customer(session, customer.id)
    picture = read_picture(stream)
    _lock(session, customer)
    change = PhotoChange.ADDED if customer.storefront_photo is None else PhotoChange.REPLACED
    _write(session, customer, put_picture(session, picture, prefix=STOREFRONT), change)
    return change


def remove_storefront(session: AnySession, customer: Customer) -> None:
    """Take a customer's photo away; its files go with the commit. Without one nothing happens.

    :raises HiddenRowError, PrivateCustomerError, PermissionDeniedError: as :func:`set_storefront`
    """
    editable_customer(session, customer.id)
    _lock(session, customer)
    if customer.storefront_photo is not None:
        _write(session, customer, (None, None), PhotoChange.REMOVED)


def open_storefront(customer: Customer, *, is_small: bool) -> BinaryIO:
    """Return the file of a customer's photo, JPEG.

    :raises MissingFileError: if it has none, or the storage has lost it
    """
    key = customer.storefront_thumbnail if is_small else customer.storefront_photo
    if key is None:
        raise storage.MissingFileError(f"storefront of customer {customer.id}")
    return storage.open(key)


def _lock(session: AnySession, customer: Customer) -> None:
    """Let those who set a photo at the same time do so one after the other, each knowing what stands there now."""
    columns = (Customer.storefront_photo, Customer.storefront_thumbnail)
    held = session.execute(select(*columns).where(Customer.id == customer.id).with_for_update()).one()
    for name, key in zip(_KEYS, held, strict=True):
        set_committed_value(customer, name, key)


def _write(session: AnySession, customer: Customer, keys: tuple[str | None, str | None], change: PhotoChange) -> None:
    """Write the keys past the customer's version: whoever has its form open is not disturbed."""
    delete_with_rows(session, storefront_keys(customer))
    values: dict[str, Any] = dict(zip(_KEYS, keys, strict=True))
    session.execute(
        update(Customer).where(Customer.id == customer.id).values(values).execution_options(synchronize_session=False)
    )
    for name, value in values.items():
        set_committed_value(customer, name, value)
    audit.record(session, AuditAction.EDIT, customer, {FACT: change.value})
    session.flush()
