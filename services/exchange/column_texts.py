"""Values as the text of a CSV's cell, in SQL: the same signs that ``formats.writing`` makes of the value in Python."""

import sqlite3
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Engine, Numeric, String, case, event, func, literal, null, type_coerce
from sqlalchemy.pool import ConnectionPoolEntry

from models.inspection import Kind
from services.exchange.formats import SIGNS, plain_text

#: SQLite knows no time zones, so Python tells it what a moment reads as.
_SQLITE_MOMENT = "kepei_moment"
_DAY_LENGTH = len("2026-01-31")


@event.listens_for(Engine, "connect")
def _add_functions(connection: Any, _entry: ConnectionPoolEntry) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.create_function(_SQLITE_MOMENT, 2, _stored_moment_text, deterministic=True)


def _stored_moment_text(stored: str | None, zone: str) -> str | None:
    return None if stored is None else plain_text(stored_wall_time(stored, zone))


def stored_wall_time(stored: str, zone: str) -> datetime:
    """Return what a clock in the time zone shows at a moment as SQLite stores it: "2026-01-31 20:00:00.000000"."""
    moment, offset = datetime.fromisoformat(stored), _offset_on(stored[:_DAY_LENGTH], zone)
    return wall_time(moment.replace(tzinfo=UTC), ZoneInfo(zone)) if offset is None else moment + offset


@lru_cache(maxsize=4096)
def _offset_on(day: str, zone: str) -> timedelta | None:
    """Return how far the clocks are from UTC on a day of UTC; None if they are changed on it."""
    begins = datetime.fromisoformat(day).replace(tzinfo=UTC)
    moments = [*(begins + timedelta(hours=hour) for hour in range(24)), begins + timedelta(days=1, microseconds=-1)]
    offsets = {moment.astimezone(ZoneInfo(zone)).utcoffset() for moment in moments}
    return offsets.pop() if len(offsets) == 1 else None


def wall_time(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return what a clock in the time zone shows at a moment."""
    return moment.astimezone(zone).replace(tzinfo=None)


def guarded_text(text: Any, dialect: str) -> ColumnElement[Any]:
    """Return a text that a spreadsheet takes as text, as ``formats.guard`` does; a blank one is NULL."""
    first = func.ascii(text) if dialect == "postgresql" else func.unicode(text)
    return case((first.in_([ord(sign) for sign in SIGNS]), literal("'").concat(text)), (text != "", text))


def cell_text(kind: Kind, value: Any, dialect: str, zone: ZoneInfo) -> ColumnElement[Any] | None:
    """Return the text of a value of a kind; None where only Python knows how it is written.

    Whole numbers are left to the driver, which writes their digits.
    """
    make = _TEXTS.get(kind)
    return None if make is None else make(value, dialect, zone)


def _boolean(value: Any, _dialect: str, _zone: ZoneInfo) -> ColumnElement[Any]:
    return case((value.is_(True), "true"), (value.is_(False), "false"))


def _decimal(value: Any, dialect: str, _zone: ZoneInfo) -> ColumnElement[Any] | None:
    """Write all digits and no zeros at the end. SQLite stores a fraction as a float, which has its scale's digits."""
    scale = value.type.scale if isinstance(value.type, Numeric) and value.type.asdecimal else None
    if not scale:
        return None
    if dialect == "postgresql":
        return func.trim_scale(value)
    digits = func.rtrim(func.printf(f"%.{scale}f", value), "0")
    return case((value.is_not(None), func.rtrim(digits, ".")))


def _day(value: Any, dialect: str, _zone: ZoneInfo) -> ColumnElement[Any]:
    return func.to_char(value, "YYYY-MM-DD") if dialect == "postgresql" else type_coerce(value, String)


def _moment(value: Any, dialect: str, zone: ZoneInfo) -> ColumnElement[Any]:
    """Write microseconds only where there are any, as Python does."""
    if dialect == "sqlite":
        return getattr(func, _SQLITE_MOMENT)(value, zone.key)
    local = func.timezone(zone.key, value)
    is_whole = value == func.date_trunc("second", value)
    whole, exact = "YYYY-MM-DD HH24:MI:SS", "YYYY-MM-DD HH24:MI:SS.US"
    return case((value.is_(None), null()), (is_whole, func.to_char(local, whole)), else_=func.to_char(local, exact))


_Maker = Callable[[Any, str, ZoneInfo], ColumnElement[Any] | None]
_TEXTS: Mapping[Kind, _Maker] = {
    Kind.TEXT: lambda value, dialect, _zone: guarded_text(value, dialect),
    Kind.CHOICE: lambda value, dialect, _zone: guarded_text(value, dialect),
    Kind.BOOLEAN: _boolean,
    Kind.INTEGER: lambda value, _dialect, _zone: value,
    Kind.DECIMAL: _decimal,
    Kind.DATE: _day,
    Kind.MOMENT: _moment,
}
