"""Response headers that keep pages private and scripts ours."""

from flask import Flask, Response, request

#: No inline script or style, no other host. Tabler's icons are data: images.
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'none'"
)
_STATIC_ENDPOINTS = {"static", "admin.static"}


def init_app(app: Flask) -> None:
    """Add the headers to every answer."""
    app.after_request(add_headers)


def add_headers(response: Response) -> Response:
    """Set what is not set yet."""
    response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("X-Frame-Options", "DENY")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    if request.endpoint not in _STATIC_ENDPOINTS:
        response.headers["Cache-Control"] = "no-store"
    return response
