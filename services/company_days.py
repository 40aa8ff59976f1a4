"""Days as the company counts them: from midnight to midnight in its time zone, as moments in UTC."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from auth.actor import AnySession, company_setting
from models.types import utc_now


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the company: its first moment, and the first one of the day after."""

    start: datetime
    end: datetime


def company_time_zone(session: AnySession) -> ZoneInfo:
    """Return the time zone in which the company reads its moments."""
    setting = company_setting(session)
    return ZoneInfo(setting.time_zone if setting is not None else "Asia/Shanghai")


def day_of(session: AnySession, moment: datetime | None = None) -> Day:
    """Return the company's day in which a moment lies; today without one."""
    zone = company_time_zone(session)
    on: date = (moment or utc_now()).astimezone(zone).date()
    start, end = (datetime.combine(one, time(), zone).astimezone(UTC) for one in (on, on + timedelta(days=1)))
    return Day(start, end)
