"""Words and small formats of the phone pages."""

from datetime import datetime
from typing import Any

from flask import request
from flask_babel import format_decimal, gettext

from admin_views.cells import show_moment
from admin_views.company import time_zone
from admin_views.phone.blueprint import local_now
from services.visits.states import duration_of

_KILOMETRE_M = 1000
_HOUR_S, _MINUTE_S = 3600, 60
#: From here on a tenth of a kilometre tells nothing.
_FAR_KM = 10


def distance_words(metres: int) -> str:
    """Return a distance as people say it: 80 m, 3.4 km, 1,067 km."""
    if metres < _KILOMETRE_M:
        return gettext("%(number)s m", number=format_decimal(metres))
    kilometres = metres / _KILOMETRE_M
    return gettext("%(number)s km", number=format_decimal(round(kilometres, 1 if kilometres < _FAR_KM else None)))


def duration_words(seconds: int) -> str:
    """Return how long something took, to the minute."""
    hours, minutes = seconds // _HOUR_S, seconds % _HOUR_S // _MINUTE_S
    if hours:
        return gettext("%(hours)d h %(minutes)d min", hours=hours, minutes=minutes)
    return gettext("%(minutes)d min", minutes=minutes)


def lasted_words(visit: Any) -> str:
    """Return how long a visit took: as it is stored, else from its ends; nothing where nobody knows.

    :param visit: has ``duration_s``, ``check_in_at`` and ``check_out_at``
    """
    stored: int | None = visit.duration_s
    seconds = stored if stored is not None else duration_of(visit.check_in_at, visit.check_out_at)
    return duration_words(seconds) if seconds is not None else ""


def short_moment(moment: datetime) -> str:
    """Return a moment in the company's time zone: of today the time alone, of this year without the year."""
    shown, now = moment.astimezone(time_zone()), local_now()
    if shown.date() == now.date():
        return shown.strftime("%H:%M")
    return shown.strftime("%m-%d %H:%M") if shown.year == now.year else show_moment(moment)


def map_url(lat: Any, lng: Any) -> str:
    """Return the address that opens a position in the phone's own map; nothing is asked until the person does."""
    is_apple = any(name in request.user_agent.string for name in ("iPhone", "iPad"))
    return f"https://maps.apple.com/?q={lat},{lng}" if is_apple else f"geo:{lat},{lng}?q={lat},{lng}"
