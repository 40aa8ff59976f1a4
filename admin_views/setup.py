"""Registers the generated views, the start page, and what templates need."""

from typing import Any

from flask import Blueprint, Flask, redirect, url_for
from flask_admin import Admin
from flask_admin.theme import Bootstrap4Theme
from werkzeug.wrappers import Response

from admin_views import checks, errors, generator, headers, health, openings
from admin_views.cells import show_moment
from admin_views.home import HomeView
from admin_views.menu import Entry, menu, trail
from admin_views.text import language, text
from auth.actor import company_setting
from models import db
from services.listing import company_time_zone

root = Blueprint("root", __name__)
PRODUCT = "客配 Kepei"


@root.get("/")
def start() -> Response:
    """Send to the start page."""
    return redirect(url_for("admin.index"))


def init_app(app: Flask) -> None:
    """Register everything of this package.

    :raises ModelDeclarationError: if a model's page names what is not there
    """
    checks.check_models()
    views = generator.make_views()
    admin = Admin(app, name=PRODUCT, theme=Bootstrap4Theme(), index_view=HomeView(views))
    for view in views:
        admin.add_view(view)
    for module in (headers, health, errors, openings):
        module.init_app(app)
    app.register_blueprint(root)
    app.context_processor(lambda: _template_names(views))


def _template_names(views: list[Any]) -> dict[str, Any]:
    def main_menu(current: Any) -> tuple[Entry, ...]:
        return menu(views, current)

    return {
        "text": text,
        "language": language,
        "main_menu": main_menu,
        "menu_trail": trail,
        "show_moment": lambda moment: show_moment(moment, company_time_zone(db.session)),
        "company_name": company_name,
    }


def company_name() -> str:
    """Return the company's name, or the product's until there is one."""
    setting = company_setting(db.session)
    return (setting.company_name if setting is not None else "") or PRODUCT
