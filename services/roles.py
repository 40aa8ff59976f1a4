"""Use cases around roles: named sets of permissions that a company edits and adds to."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import exists, select

from auth.actor import AnySession, get_actor
from auth.errors import PermissionDeniedError
from models import Role
from models.audit_action import AuditAction
from models.enums import COMPANY_ADMIN
from services import audit
from services.errors import ServiceError
from services.trees import CODE_LIMIT, DuplicateCodeError, DuplicateNameError, InvalidCodeError
from services.usage import InUseError, usage_counts


class FixedRoleError(ServiceError):
    """The company admin's role keeps its code and its permissions, and is never deleted."""


def save_role(session: AnySession, role: Role, values: Mapping[str, Any]) -> Role:
    """Write a role, new or not, with its permissions. They count from each holder's next request on. Flushes.

    :param values: ``code`` (a new role's alone), ``name``, ``permission_codes``
    :raises InvalidCodeError, DuplicateCodeError: if the code cannot be used, or is taken
    :raises InvalidNameError, DuplicateNameError: if the name cannot be used, or is taken
    :raises FixedRoleError: if the company admin's permissions were to change
    :raises PermissionDeniedError: if somebody who is no company admin changes the permissions of the own role
    """
    values, is_new = dict(values), role.id is None
    codes = values.pop("permission_codes", None)
    code = values.pop("code", None)
    if is_new:
        role.code = _free_code(session, code or "")
    names = Role.name_columns(values["name"]) if "name" in values else {}
    if names and session.scalar(select(exists().where(Role.name_key == names["name_key"], Role.id != (role.id or 0)))):
        raise DuplicateNameError(names["name"])
    before, old_name = (() if is_new else role.permission_codes), role.name
    if codes is not None:
        _check_codes(session, role, before, codes)
        role.permission_codes = codes
    for name, value in values.items():
        setattr(role, name, value)
    session.add(role)
    session.flush()
    _note(session, role, None if is_new else old_name, before)
    return role


def delete_role(session: AnySession, role: Role) -> None:
    """Delete a role that nobody holds. Flushes.

    :raises FixedRoleError: if it is the company admin's
    :raises InUseError: if employees hold it
    """
    if role.code == COMPANY_ADMIN:
        raise FixedRoleError(role.code)
    uses = usage_counts(session, Role, role.id)
    if uses:
        raise InUseError(role.name, uses=uses)
    changes = {"name": [role.name, None], "permission_codes": [role.permission_codes, ()]}
    audit.record(session, AuditAction.DELETE, role, changes)
    session.delete(role)
    session.flush()


def _note(session: AnySession, role: Role, old_name: str | None, before: tuple[str, ...]) -> None:
    """Note a new role (None: it had no name), a new name, and other permissions."""
    name, permissions = [old_name, role.name], [before, role.permission_codes]
    if old_name is None:
        audit.record(session, AuditAction.CREATE, role, {"name": name, "permission_codes": permissions})
    elif old_name != role.name:
        audit.record(session, AuditAction.RENAME, role, {"name": name})
    if old_name is not None and before != role.permission_codes:
        audit.record(session, AuditAction.CHANGE_PERMISSIONS, role, {"permission_codes": permissions})
    session.flush()


def _check_codes(session: AnySession, role: Role, before: tuple[str, ...], codes: list[str] | tuple[str, ...]) -> None:
    if sorted(codes) == sorted(before):
        return
    if role.code == COMPANY_ADMIN:
        raise FixedRoleError(role.code)
    actor = get_actor(session)
    if actor is not None and not actor.is_company_admin and actor.role_code == role.code:
        raise PermissionDeniedError("nobody but a company admin changes the permissions of the own role")


def _free_code(session: AnySession, code: str) -> str:
    cleaned = code.strip()
    if not cleaned or len(cleaned) > CODE_LIMIT or not cleaned.isprintable():
        raise InvalidCodeError(cleaned)
    if session.scalar(select(exists().where(Role.code == cleaned))):
        raise DuplicateCodeError(cleaned)
    return cleaned
