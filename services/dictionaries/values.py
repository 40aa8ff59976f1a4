"""What every deed on a value begins with: the right, the lock, the value as it is now."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm.exc import StaleDataError

from auth.actor import AnySession, get_actor
from models.inspection import page_of
from models.meta import EVERYONE
from services.customers.rights import require_permission
from services.ordering import StaleVersionError, UnknownRowError, lock_order


def require_shaping(session: AnySession, model: Any) -> None:
    """Let pass who may shape a dictionary: who holds the permission with which its page is written.

    :raises PermissionDeniedError: if the session's actor does not
    """
    page = page_of(model)
    permission: Any = page.write_permission or page.permission
    if permission != EVERYONE or get_actor(session) is None:
        require_permission(session, permission)


def locked_value(session: AnySession, model: Any, value_id: int, *, version: int | None) -> Any:
    """Return a value that nobody else changes until the transaction ends.

    :param version: the value's version when it was read; without one a stale deed goes through
    :raises PermissionDeniedError: as :func:`require_shaping`
    :raises UnknownRowError: if there is no such value
    :raises StaleVersionError: if it was changed since it was read
    """
    require_shaping(session, model)
    lock_order(session, model)
    return present_value(session, model, value_id, version=version)


def present_value(session: AnySession, model: Any, value_id: int, *, version: int | None = None) -> Any:
    """Return a value as the database has it now.

    :raises UnknownRowError, StaleVersionError: as :func:`locked_value`
    """
    found = select(model).where(model.id == value_id).execution_options(populate_existing=True)
    value = session.scalars(found).one_or_none()
    if value is None:
        raise UnknownRowError(f"{model.__tablename__} {value_id}")
    if version is not None and value.version != version:
        raise StaleVersionError(f"{model.__tablename__} {value_id} is at version {value.version}, not {version}")
    return value


def flush_or_stale(session: AnySession) -> None:
    """Flush.

    :raises StaleVersionError: if a row was changed since it was read
    """
    try:
        session.flush()
    except StaleDataError as error:
        raise StaleVersionError(str(error)) from error
