"""Registers the phone pages, and gives their templates what they need."""

from typing import Any

from flask import Flask, url_for

from admin_views.company import company
from admin_views.phone import app_files, customers, forms, today, visit_steps, visits, words
from admin_views.phone.blueprint import blueprint
from admin_views.text import text
from models.enums import FOLLOW_UP_METHOD_LABELS, VISIT_STATUS_LABELS
from models.meta import label

#: Modules whose import adds their pages to the blueprint.
PAGES = (today, customers, forms, visits, visit_steps)
#: Name, endpoint, icon and words of each place of the bar at the bottom.
PLACES = (
    ("today", "phone.today", "calendar-event", label(en="Today", zh="今天")),
    ("customers", "phone.customer_list", "briefcase", label(en="Customers", zh="客户")),
    ("visits", "phone.my_visits", "walk", label(en="Visits", zh="拜访")),
    ("me", "phone.me", "user-circle", label(en="Me", zh="我")),
)


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.context_processor(_names)  # for the pages of refusals as well, which belong to no blueprint
    app.register_blueprint(blueprint)
    app.register_blueprint(app_files.blueprint)


def _names() -> dict[str, Any]:
    return {
        "company_colour": lambda: company().colour,
        "distance_words": words.distance_words,
        "duration_words": words.duration_words,
        "lasted_words": words.lasted_words,
        "icon_url": app_files.icon_url,
        "map_url": words.map_url,
        "method_words": lambda method: text(FOLLOW_UP_METHOD_LABELS[method]),
        "phone_places": _places,
        "short_moment": words.short_moment,
        "status_words": lambda status: text(VISIT_STATUS_LABELS[status]),
        "tab_words": customers.tab_words,
    }


def _places() -> list[tuple[str, str, str, str]]:
    """Return the places of the bar as (name, address, icon, words)."""
    return [(name, url_for(endpoint), image, text(words)) for name, endpoint, image, words in PLACES]
