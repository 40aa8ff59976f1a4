"""What is typed into filters, read as what columns hold. What cannot be read is a ValueError, or one of ``decimal``."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from auth.actor import AnySession
from services.company_days import company_time_zone

#: Largest value of an INTEGER column on PostgreSQL.
MAX_INTEGER = 2**31 - 1


def refuse(value: str) -> Any:
    """Refuse a value.

    :raises ValueError: always
    """
    raise ValueError(value)


def read_integer(_session: AnySession, value: str) -> int:
    """Read a whole number that an INTEGER column may hold."""
    number = int(value) if value.isascii() else refuse(value)
    return number if abs(number) <= MAX_INTEGER else refuse(value)


def read_decimal(_session: AnySession, value: str) -> Decimal:
    """Read a number."""
    number = Decimal(value.strip())
    return number if number.is_finite() and abs(number) <= MAX_INTEGER else refuse(value)


def read_date(_session: AnySession, value: str) -> date:
    """Read a day."""
    return date.fromisoformat(value.strip())


def read_moment_from(session: AnySession, value: str) -> datetime:
    """Read a day as its beginning in the company's time zone, or a moment as typed there."""
    moment = datetime.fromisoformat(value.strip())
    zoned = moment if moment.tzinfo else moment.replace(tzinfo=company_time_zone(session))
    return zoned.astimezone(UTC)


def read_moment_to(session: AnySession, value: str) -> datetime:
    """Read a day as its end in the company's time zone, or a moment as typed there."""
    text = value.strip()
    if len(text) > len("2026-01-01"):
        return read_moment_from(session, text)
    end = datetime.combine(date.fromisoformat(text) + timedelta(days=1), time(), company_time_zone(session))
    return end.astimezone(UTC) - timedelta(microseconds=1)
