"""Customers, contacts and follow-ups written on a phone: the fields, checks and services of the desk's forms."""

from collections.abc import Callable
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from admin_views.customer_deeds import deeds_of
from admin_views.customer_storefront import change_storefront
from admin_views.file_pages import asked_row
from admin_views.messages import TOLD_ERRORS, message_of
from admin_views.phone.blueprint import blueprint, db, view_of
from admin_views.phone.picks import offers_of
from models import Contact, Customer, FollowUp, FollowUpAttachment
from services import attachments
from services.customers import Deed

#: From a saved row to the page that shows it.
Shown = Callable[[Any], str]


@blueprint.route("/customer/new/", methods=["GET", "POST"])
def new_customer() -> Any:
    """Create a customer."""
    return _form_page(
        Customer, None, lambda row: url_for("phone.customer_page", id=row.id), url_for("phone.customer_list")
    )


@blueprint.route("/customer/edit/", methods=["GET", "POST"])
def edit_customer() -> Any:
    """Edit a customer."""
    row = view_of(Customer).get_one(request.args.get("id", ""))
    url = url_for("phone.customer_page", id=row.id)
    return _form_page(Customer, row, lambda _: url, url)


@blueprint.get("/customer/name_taken/")
def name_taken() -> Any:
    """Tell of a customer's name what the desk's form tells while it is typed, with the phone's pages."""
    return view_of(Customer).told_of_name(lambda customer_id: url_for("phone.customer_page", id=customer_id))


@blueprint.post("/customer/storefront/")
def storefront() -> Any:
    """Take the storefront photo of a customer, or remove it."""
    row = view_of(Customer).get_one(request.form.get("id", ""))
    change_storefront(row)
    return redirect(url_for("phone.customer_page", id=row.id))


@blueprint.route("/contact/new/", methods=["GET", "POST"])
def new_contact() -> Any:
    """Add a contact to a customer."""
    return _record_page(Contact, "contacts")


@blueprint.route("/contact/edit/", methods=["GET", "POST"])
def edit_contact() -> Any:
    """Edit a contact."""
    row = view_of(Contact).get_one(request.args.get("id", ""))
    url = url_for("phone.customer_page", id=row.customer_id, tab="contacts")
    return _form_page(Contact, row, lambda _: url, url)


@blueprint.route("/follow_up/new/", methods=["GET", "POST"])
def new_follow_up() -> Any:
    """Add a follow-up to a customer."""
    return _record_page(FollowUp, "follow_ups")


@blueprint.post("/attachment/add/")
def add_attachment() -> Any:
    """Add a file to a follow-up."""
    row = view_of(FollowUp).get_one(request.form.get("id", ""))
    upload = request.files.get("file")
    try:
        if upload is None or not upload.filename:
            flash(gettext("Choose a file first."), "warning")
        else:
            attachments.add_attachment(db.session, row, upload.stream, upload.filename)  # type: ignore[arg-type]
            db.session.commit()
            flash(gettext("The file was added."), "success")
    except TOLD_ERRORS as error:
        db.session.rollback()
        flash(message_of(error), "danger")
    return redirect(url_for("phone.customer_page", id=row.customer_id, tab="follow_ups"))


@blueprint.post("/attachment/delete/")
def delete_attachment() -> Any:
    """Remove a file from a follow-up."""
    row = asked_row(FollowUpAttachment, request.form.get("id", ""))
    customer_id = row.customer_id
    attachments.remove_attachment(db.session, row)
    db.session.commit()
    flash(gettext("The file was removed."), "success")
    return redirect(url_for("phone.customer_page", id=customer_id, tab="follow_ups"))


def _record_page(model: Any, tab: str) -> Any:
    """Show or take the form of a new row that hangs on the customer of the address."""
    customer = view_of(Customer).get_one(request.args.get("customer", ""))
    if Deed.EDIT not in deeds_of(customer):
        abort(403)
    if request.method == "POST" and request.form.get("customer") != str(customer.id):
        abort(400)
    url = url_for("phone.customer_page", id=customer.id, tab=tab)
    return _form_page(model, None, lambda _: url, url, customer=customer)


def _form_page(model: Any, row: Any, shown: Shown, back_url: str, *, customer: Customer | None = None) -> Any:
    """Show a form; or take it, and go where the saved row is shown.

    :param customer: on whom a new row is to hang; its field is not shown
    """
    view = view_of(model)
    if not (view.can_create if row is None else view.can_edit and view.can_edit_row(row)):
        abort(403)
    form = view.make_form(row)
    if request.method == "POST":
        saved = view.submitted(form, row)
        if saved is not None:
            flash(gettext("“%(name)s” was saved.", name=str(saved)), "success")
            return redirect(shown(saved))
        row = None if row is None else view.get_one(row.id)
    context = {"view": view, "form": form, "row": row, "customer": customer, "offers": offers_of(view, form)}
    is_customer = model is Customer
    sight = view.sight_of_form(form, row) if is_customer else None
    checks = {"name": url_for("phone.name_taken", id=row.id if row is not None else None)} if is_customer else {}
    return render_template("phone/form.html", back_url=back_url, sight=sight, checks=checks, **context)
