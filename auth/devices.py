"""Where a person starts: on the phone pages or at the desk. The device decides until the person has said otherwise."""

import re

from flask import request, url_for

#: Cookie that keeps which pages a person chose on this device.
COOKIE = "pages"
COOKIE_AGE_S = 365 * 24 * 3600
PHONE, DESK = "phone", "desk"
#: Phones in the words of their browsers; tablets are large enough for the desk's pages.
_PHONES = re.compile(r"iPhone|iPod|Android.+Mobile|HarmonyOS.+Mobile|Windows Phone", re.IGNORECASE)


def start_url() -> str:
    """Return the address of the start page for this device."""
    return url_for("phone.today") if prefers_phone() else url_for("admin.index")


def prefers_phone() -> bool:
    """Tell whether the phone pages are the ones for this request."""
    chosen = request.cookies.get(COOKIE)
    return is_phone() if chosen not in (PHONE, DESK) else chosen == PHONE


def is_phone() -> bool:
    """Tell whether the browser says that it runs on a phone (Sec-CH-UA-Mobile, else its name)."""
    hint = request.headers.get("Sec-CH-UA-Mobile")
    return hint == "?1" if hint is not None else bool(_PHONES.search(request.user_agent.string))
