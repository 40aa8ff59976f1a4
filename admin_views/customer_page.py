"""The page of a customer: facts, next follow-up, people, contacts edited in place, the chain, the timeline."""

from typing import Any

from flask import abort, flash, g, redirect, request
from flask_admin import expose
from flask_babel import gettext
from werkzeug.wrappers import Response

from admin_views import timeline
from admin_views.customer_deeds import deeds_of
from admin_views.deeds import attempt
from admin_views.page_mixin import PageMixin
from admin_views.phone.words import duration_words
from admin_views.row_ids import parse_row_id
from models import Contact, Customer, Employee, db
from models.inspection import attribute_of
from models.types import utc_now
from services import customers
from services.customers import Deed
from services.customers.chain import chain_of
from services.customers.overview import Overview, contacts_of, find_overview

#: What stands for a contact that is still to be added.
NEW = "new"


class CustomerPageMixin(PageMixin):
    """Shows one customer, and takes what is written on its page."""

    admin: Any
    deed_context: Any

    def find_shown(self, row_id: int) -> Customer | None:
        """Return the customer with what its page shows of it, by one statement."""
        found = find_overview(db.session, row_id)
        g.customer_overview = found
        return found.customer if found is not None else None

    def details_names(self) -> tuple[str, ...]:
        """Show also who made the customer, and when something was last done."""
        stamps = ("last_followed_at", "last_visited_at", "created_by", "created_at", "updated_by", "updated_at")
        return tuple(dict.fromkeys((*super().details_names(), *stamps)))

    def rest_words(self) -> str:
        """Return the title over who made the customer, and when something was last done."""
        return gettext("Record")

    def details_context(self, row: Customer) -> dict[str, Any]:
        """Add all that stands beside the facts."""
        overview: Overview = g.customer_overview
        co_followers = _co_followers(row)
        followers = [*([row.owner] if row.owner is not None else []), *co_followers]
        contacts = contacts_of(db.session, row.id)
        return {
            "co_followers": co_followers,
            "contacts": contacts,
            "contact_view": self._contact_view,
            "chosen_contact": None,
            "contact_form": None,
            "chain": chain_of(db.session, row),
            "promise": overview.promise,
            "now": utc_now(),
            "contact_words": self._contact_words,
            "duration_words": duration_words,
            "may_visit": row.is_active and self.actor.id in {person.id for person in followers},
            "timeline": timeline.timeline_of(row, timeline.read_choice(), followers, url=self._url_from(row)),
            "back": request.args.get("url"),
            **self._asked_contact(row, contacts),
            **self.deed_context(row),
        }

    @expose("/contact/", methods=("POST",))
    def contact_view(self) -> Any:
        """Take a contact that was written on the page, or one to delete or to put first."""
        row = self.get_one(request.args.get("id", ""))
        if Deed.EDIT not in deeds_of(row):
            abort(403)
        asked, view = request.args.get("contact", ""), self._contact_view
        contact = None if asked == NEW else view.get_one(asked)
        customer_id = parse_row_id(request.form.get("customer", "")) if contact is None else contact.customer_id
        if customer_id != row.id:
            abort(400)
        deed = request.form.get("deed")
        if deed is not None and contact is not None:
            return self._do(row, contact, deed)
        form = view.make_form(contact)
        saved = view.submitted(form, contact)
        if saved is not None:
            flash(gettext("“%(name)s” was saved.", name=saved.name), "success")
            return redirect(self._contacts_url(row))
        shown = self.get_shown(row.id)
        return self.show_details(shown, contact_form=form, chosen_contact=asked)

    def _do(self, row: Customer, contact: Contact, deed: str) -> Response:
        """Delete a contact, or make it the primary one."""
        name, session = contact.name, db.session
        deeds = {
            "delete": (
                lambda: customers.delete_contact(session, contact),
                gettext("“%(name)s” was deleted.", name=name),
            ),
            "primary": (
                lambda: customers.save_contact(session, contact, {"is_primary": True}),
                gettext("“%(name)s” is the primary contact now.", name=name),
            ),
        }
        if deed not in deeds:
            abort(400)
        url = self._contacts_url(row)
        do, done = deeds[deed]
        fault = attempt(do, [contact])
        flash(done if fault is None else fault.message, "success" if fault is None else "danger")
        return redirect(url)

    def _asked_contact(self, row: Customer, contacts: list[Contact]) -> dict[str, Any]:
        """Return the form of the contact that the address asks to edit, if any; ids of others are passed over."""
        asked = request.args.get("contact", "") if request.method == "GET" else ""
        if not asked or Deed.EDIT not in deeds_of(row):
            return {}
        contact = next((one for one in contacts if one.id == parse_row_id(asked)), None)
        if contact is None and asked != NEW:
            return {}
        return {"contact_form": self._contact_view.make_form(contact), "chosen_contact": asked}

    def _contact_words(self, name: str, contact: Contact) -> Any:
        """Return a field of a contact as its page shows it."""
        return self._contact_view.show(contact, attribute_of(Contact, name))

    @property
    def _contact_view(self) -> Any:
        """Return the view of contacts, whose forms and rules hold here too."""
        return next(view for view in self.admin._views if view.endpoint == Contact.__tablename__)  # noqa: SLF001 -- no other way

    def _contacts_url(self, row: Customer) -> str:
        return f"{self.get_url('.details_view', id=row.id, url=request.args.get('url'))}#contacts"

    def _url_from(self, row: Customer) -> timeline.Url:
        """Return what makes the addresses of the timeline: of its pages, and of records that it shows."""

        def url(record: str = "", of: int = 0, **args: Any) -> str:
            if record:
                return str(self.get_url(f"{record}.details_view", id=of, url=self.get_url(".details_view", id=row.id)))
            page = self.get_url(".details_view", id=row.id, url=request.args.get("url"), **args)
            return f"{page}#timeline"

        return url


def _co_followers(row: Customer) -> list[Employee]:
    people: list[Any] = [follower.employee for follower in row.co_followers]
    return sorted(people, key=lambda person: (person.name_sort, person.id))
