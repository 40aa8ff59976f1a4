"""The settings of the one company, read and changed. Used by the settings page, the command line and the seeds."""

import re
import zoneinfo
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.attributes import flag_modified

from auth.actor import AnySession
from models import CompanySetting
from models.audit_action import AuditAction
from services import audit
from services.errors import ServiceError

#: Words for on and off, as people write them on a command line.
_SWITCH_WORDS: Mapping[str, bool] = {
    **dict.fromkeys(("1", "true", "on", "yes"), True),
    **dict.fromkeys(("0", "false", "off", "no"), False),
}

#: Greatest allowed distance between a check-in and its customer, in metres.
MAX_VISIT_ERROR_M = 100_000


class UnknownSettingError(ServiceError):
    """There is no setting of that name."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"unknown setting {name!r}; there are: {', '.join(sorted(PARSERS))}")


class InvalidSettingError(ServiceError):
    """The text is no value of the setting."""

    def __init__(self, name: str, value: str, wanted: str) -> None:
        self.name = name
        self.value = value
        super().__init__(f"{name}: {value!r} is not {wanted}")


def get_setting(session: AnySession) -> CompanySetting:
    """Return the company's settings; the row is made if it is missing. Flushes."""
    setting = session.get(CompanySetting, 1)
    if setting is not None:
        return setting
    try:
        with session.begin_nested():
            setting = CompanySetting(id=1)
            session.add(setting)
    except IntegrityError:  # another process made it in this moment
        return session.get_one(CompanySetting, 1)
    return setting


def set_private_customers(session: AnySession, enabled: bool) -> None:  # noqa: FBT001 -- the verb needs its object
    """Turn the company's switch for private customers, with an audit entry. Flushes."""
    change_setting(session, "private_customer_enabled", enabled)


def change_setting(session: AnySession, name: str, value: Any) -> None:
    """Write one setting, with an audit entry if it changes. Flushes.

    :raises UnknownSettingError: if there is no such setting
    """
    if name not in PARSERS:
        raise UnknownSettingError(name)
    setting = get_setting(session)
    old = getattr(setting, name)
    if old == value:
        return
    setattr(setting, name, value)
    audit.record(session, AuditAction.CHANGE_SETTING, setting, {name: [old, value]})
    session.flush()


def confirm_settings(session: AnySession) -> None:
    """Note that somebody has saved the settings, were it as they are: they leave version 1. Flushes."""
    setting = get_setting(session)
    if setting.version == 1:
        flag_modified(setting, "private_customer_enabled")
        session.flush()


def parse_value(name: str, text: str) -> Any:
    """Return the text as a value of the setting.

    :raises UnknownSettingError: if there is no such setting
    :raises InvalidSettingError: if the text is no value of it
    """
    if name not in PARSERS:
        raise UnknownSettingError(name)
    return PARSERS[name](name, text.strip())


def format_value(session: AnySession, name: str) -> str:
    """Return a setting as text that :func:`parse_value` reads; the default while there is no row. Writes nothing.

    :raises UnknownSettingError: if there is no such setting
    """
    if name not in PARSERS:
        raise UnknownSettingError(name)
    setting = session.get(CompanySetting, 1)
    default: Any = CompanySetting.__mapper__.columns[name].default
    value = getattr(setting, name) if setting is not None else default.arg
    return str(value).lower() if isinstance(value, bool) else str(value)


def _switch(name: str, text: str) -> bool:
    try:
        return _SWITCH_WORDS[text.casefold()]
    except KeyError:
        raise InvalidSettingError(name, text, "on or off") from None


def _company_name(name: str, text: str) -> str:
    limit = 100
    if len(text) > limit or not text.isprintable():
        raise InvalidSettingError(name, text, f"a name of at most {limit} characters")
    return text


def _colour(name: str, text: str) -> str:
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", text):
        raise InvalidSettingError(name, text, "a colour such as #206bc4")
    return text.lower()


def _time_zone(name: str, text: str) -> str:
    if text not in zoneinfo.available_timezones():
        raise InvalidSettingError(name, text, "a time zone such as Asia/Shanghai")
    return text


def _visit_error_m(name: str, text: str) -> int:
    metres = int(text) if text.isascii() and text.isdecimal() and len(text) <= len(str(MAX_VISIT_ERROR_M)) else 0
    if not 0 < metres <= MAX_VISIT_ERROR_M:
        raise InvalidSettingError(name, text, f"a number of metres from 1 to {MAX_VISIT_ERROR_M}")
    return metres


#: Setting -> how its text is read. What is not here cannot be set.
PARSERS: Mapping[str, Callable[[str, str], Any]] = {
    "colour": _colour,
    "company_name": _company_name,
    "private_customer_enabled": _switch,
    "time_zone": _time_zone,
    "visit_error_m": _visit_error_m,
}
