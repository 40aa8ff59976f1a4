"""The price level on a customer's page: which one holds, and where it comes from."""

from flask_babel import gettext
from markupsafe import Markup

from admin_views import palette
from admin_views.cells import show_number
from models import Customer, db
from services.customers.prices import pricing_of


def show_pricing(customer: Customer) -> Markup:
    """Return the price level at which a customer buys, its factor, and whether it is the customer's own."""
    found = pricing_of(db.session, customer)
    if found is None:
        return Markup('<span class="text-secondary">{}</span>').format(gettext("Base price"))
    origin = (
        gettext("own price level")
        if found.by_grade is None
        else gettext("by grade “%(grade)s”", grade=found.by_grade.name)
    )
    return Markup('{} × {} <span class="text-secondary">{}</span>').format(
        palette.shown(found.level), show_number(found.level.discount), origin
    )
