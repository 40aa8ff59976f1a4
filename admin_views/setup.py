"""Registers the generated views, the start page, and what templates need."""

from flask import Blueprint, Flask, redirect
from flask_admin import Admin
from flask_admin.theme import Bootstrap4Theme
from werkzeug.wrappers import Response

from admin_views import addresses, checks, errors, file_pages, generator, headers, health, openings, template_texts
from admin_views.activity import ActivityView
from admin_views.cells import show_moment, show_number
from admin_views.company import PRODUCT
from admin_views.frame import add_frame
from admin_views.hand_over import HandOverView, hand_over_url, offers_hand_over
from admin_views.home import HomeView
from admin_views.job_pages import JobsView
from admin_views.phone import pages as phone_pages
from admin_views.team import TeamView
from auth.devices import start_url
from services.team import may_lead

root = Blueprint("root", __name__)


@root.get("/")
def start() -> Response:
    """Send to the start page: a phone to the phone pages."""
    return redirect(start_url())


def init_app(app: Flask) -> None:
    """Register everything of this package.

    :raises ModelDeclarationError: if a model's page names what is not there
    """
    checks.check_models()
    tables = generator.make_views()
    views = [*tables, TeamView(), ActivityView(), HandOverView(), JobsView(tables)]
    admin = Admin(app, name=PRODUCT, theme=Bootstrap4Theme(), index_view=HomeView(views))
    for view in views:
        admin.add_view(view)
    for module in (addresses, template_texts, headers, health, errors, openings, file_pages, phone_pages):
        module.init_app(app)
    app.register_blueprint(root)
    add_frame(app, views)
    names = {
        "hand_over_url": hand_over_url,
        "may_lead": may_lead,
        "offers_hand_over": offers_hand_over,
        "show_moment": show_moment,
        "show_number": show_number,
    }
    app.context_processor(lambda: names)
