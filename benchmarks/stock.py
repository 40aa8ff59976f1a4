"""Kepei's tables behind stock Flask-Admin: its own views and templates, declared as its manual shows.

The visibility listener guards every session of the process, so also those of this application.
"""

import secrets

from flask import Flask
from flask_admin import Admin
from flask_admin.contrib.sqla import ModelView, filters
from flask_admin.theme import Bootstrap4Theme
from flask_babel import Babel

import auth.guard  # noqa: F401 -- installs the visibility listeners
import models.engine  # noqa: F401 -- installs the SQLite listeners
from auth.actor import load_actor, set_actor
from models import Customer, db
from models.base import reading_only
from models.inspection import attribute_of, models_with_pages, page_of

#: Flask-Admin finds the filters of its own column types alone.
DATE_FILTERS = (filters.DateTimeGreaterFilter, filters.DateTimeSmallerFilter, filters.DateTimeBetweenFilter)


def _plain_filters() -> list[str]:
    return [name for name in page_of(Customer).filters if name != "created_at"]


class CustomerList(ModelView):
    """The columns, search, filters and order of Kepei's list, on a page of stock Flask-Admin."""

    page = page_of(Customer)
    column_list = page.columns
    column_searchable_list = page.search
    column_default_sort = ("created_at", True)
    can_view_details = True
    can_export = True
    page_size = 50
    can_set_page_size = True

    column_filters = [
        *(f"{name}.name" if attribute_of(Customer, name).is_relation else name for name in _plain_filters()),
        *(kind(Customer.created_at, "Created At") for kind in DATE_FILTERS),
    ]


def create_app(url: str, actor_id: int) -> Flask:
    """Build the application, in which one employee acts."""
    app = Flask(__name__)
    app.config.update(SQLALCHEMY_DATABASE_URI=url, SECRET_KEY=secrets.token_hex())
    db.init_app(app)
    Babel(app, locale_selector=lambda: "zh_CN")
    admin = Admin(app, name="Flask-Admin", theme=Bootstrap4Theme())
    for model in models_with_pages():
        view = CustomerList if model is Customer else ModelView
        admin.add_view(view(model, db, category=page_of(model).menu, endpoint=model.__tablename__))

    @app.before_request
    def act() -> None:
        reading_only.set(True)
        actor = load_actor(db.session, actor_id)
        if actor is not None:
            set_actor(db.session, actor)

    return app
