"""The storefront photo of a customer: taken or removed from the desk's page and the phone's alike."""

from collections.abc import Callable
from functools import partial
from typing import Any, BinaryIO, cast

from flask import abort, flash, redirect, request
from flask_admin import expose
from flask_babel import gettext
from werkzeug.wrappers import Response

from admin_views.customer_deeds import deeds_of
from admin_views.deeds import attempt
from admin_views.page_mixin import PageMixin
from models import Customer, db
from services import storefronts
from services.customers import Deed


def change_storefront(row: Customer) -> None:
    """Take the file that a form holds as ``photo``, or with ``deed=remove`` the photo away; tell what became of it.

    :raises Forbidden: if the person may not edit the customer
    :raises BadRequest: if the form asks for something else
    """
    if Deed.EDIT not in deeds_of(row):
        abort(403)
    deed, upload = request.form.get("deed", ""), request.files.get("photo")
    if deed not in ("", "remove"):
        abort(400)
    if deed == "remove":
        _do(partial(storefronts.remove_storefront, db.session, row), gettext("The photo was removed."))
    elif upload is None or not upload.filename:
        flash(gettext("Choose a photo first."), "warning")
    else:
        has_one = row.storefront_photo is not None
        words = gettext("The photo was replaced.") if has_one else gettext("The photo was added.")
        _do(partial(storefronts.set_storefront, db.session, row, cast("BinaryIO", upload.stream)), words)


def _do(deed: Callable[[], object], words: str) -> None:
    fault = attempt(deed, ())
    flash(words if fault is None else fault.message, "success" if fault is None else "danger")


class CustomerStorefrontMixin(PageMixin):
    """Takes the photo that is sent from the desk's page."""

    @expose("/storefront/", methods=("POST",))
    def storefront_view(self) -> Response:
        """Take a photo in place of the present one, or remove that, and show the customer."""
        row: Any = self.get_one(request.form.get("id", ""))
        change_storefront(row)
        return redirect(f"{self.get_url('.details_view', id=row.id)}#storefront")
