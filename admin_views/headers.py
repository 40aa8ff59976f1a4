"""Response headers that keep pages private and scripts ours."""

from typing import Any

from flask import Flask, Response, current_app, request
from flask.sessions import SecureCookieSessionInterface

#: Endpoints whose answers are the same for everybody and say themselves how long they may be kept.
SHARED_ENDPOINTS = frozenset({"static", "admin.static", "theme.stylesheet", "phone_app.manifest", "phone_app.icon"})
#: Header -> value, on every answer that has none of its own. No inline script or style, no other host; Tabler's icons
#: are ``data:`` images. Visits ask where they are and take photos, nothing else of the device is asked for.
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'self'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
#: Where HTTPS alone is used, browsers remember it for a year.
HTTPS_HEADER = ("Strict-Transport-Security", "max-age=31536000")
_SHARED_STATUSES = frozenset({200, 206, 304})


class SessionInterface(SecureCookieSessionInterface):
    """Flask's sessions, which have nothing to say in answers that are the same for everybody.

    Flask-Login looks into the session on each request; ``Vary: Cookie`` would then keep proxies from sharing a file.
    """

    def save_session(self, app: Flask, session: Any, response: Response) -> None:
        """Write the cookie and ``Vary``, if the answer is a person's own."""
        if request.endpoint not in SHARED_ENDPOINTS:
            super().save_session(app, session, response)


def init_app(app: Flask) -> None:
    """Add the headers to every answer."""
    app.session_interface = SessionInterface()
    app.after_request(add_headers)


def add_headers(response: Response) -> Response:
    """Set what is not set yet, and let nobody keep a page."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if current_app.config["SESSION_COOKIE_SECURE"]:
        response.headers.setdefault(*HTTPS_HEADER)
    if request.endpoint not in SHARED_ENDPOINTS or response.status_code not in _SHARED_STATUSES:
        response.headers["Cache-Control"] = "no-store"
    return response
