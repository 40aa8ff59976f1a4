"""What is done to one customer from its page: claiming it, making it private or public, its co-followers."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from flask import abort, flash, g, redirect, request
from flask_admin import expose
from flask_babel import gettext
from werkzeug.wrappers import Response

from admin_views import lookups
from admin_views.deeds import Fault, attempt, pick_employee, preview, sent, sent_ids, version_mark
from admin_views.list_rows import RowEntry
from admin_views.page_mixin import PageMixin
from admin_views.sight_pages import FollowerChoice, read_visibility
from auth.errors import PermissionDeniedError
from models import Customer, Employee, db
from models.enums import Visibility
from services import customers, sight_changes
from services.customers import Deed
from services.sight_changes import SightChange

#: Customer id -> what the person may do with the customer.
Deeds = dict[int, frozenset[Deed]]


def deeds_of(row: Customer) -> frozenset[Deed]:
    """Return what the person may do with a customer; asked once a request."""
    return _deeds_in(_known_deeds(), row)


def learn_deeds(customer_ids: Iterable[int]) -> None:
    """Ask about all customers of a list at once."""
    _known_deeds().update(customers.allowed_deeds_of(db.session, customer_ids))


def _known_deeds() -> Deeds:
    known: Deeds = g.setdefault("customer_deeds", {})
    return known


def _deeds_in(known: Deeds, row: Customer) -> frozenset[Deed]:
    if row.id not in known:
        learn_deeds([row.id])
    return known[row.id]


def _offers(deed: Deed, known: Deeds) -> Callable[[Customer], bool]:
    """Return what tells whether a row's menu offers a deed; asked for each row of a list."""
    return lambda row: deed in _deeds_in(known, row)


def _may_turn_visibility(row: Customer, deeds: frozenset[Deed]) -> bool:
    is_possible = row.visibility == Visibility.PRIVATE or row.owner_id is not None
    return is_possible and customers.visibility_deed(row.visibility) in deeds


class CustomerDeedsMixin(PageMixin):
    """The pages of the deeds, and what the customer's page needs to lead to them."""

    def deed_context(self, row: Customer) -> dict[str, bool]:
        """Return which deeds the customer's page offers."""
        deeds = deeds_of(row)
        return {
            "may_transfer": Deed.REASSIGN in deeds,
            "may_claim": Deed.CLAIM in deeds,
            "may_change_followers": Deed.CHANGE_FOLLOWERS in deeds,
            "may_set_visibility": self.may_turn_visibility(row),
            "may_add": Deed.EDIT in deeds,
        }

    def deed_entries(self) -> tuple[RowEntry, ...]:
        """Return the deeds that the menu of a row offers: those that may be done with its customer."""
        url, known = self.get_url, _known_deeds()
        offered = (
            (Deed.CLAIM, RowEntry(gettext("Claim"), url(".claim_view", id=""), is_post=True)),
            (Deed.REASSIGN, RowEntry(gettext("Transfer…"), url(".transfer_view", id=""))),
            (Deed.CHANGE_FOLLOWERS, RowEntry(gettext("Co-followers…"), url(".co_followers_view", id=""))),
        )
        return (
            *(replace(entry, applies=_offers(deed, known)) for deed, entry in offered),
            *(self._visibility_entry(wanted, known) for wanted in Visibility if self.actor.private_customer_enabled),
            RowEntry(gettext("Who can see this"), url(".access_view", id="")),
        )

    def _visibility_entry(self, wanted: Visibility, known: Deeds) -> RowEntry:
        words = {Visibility.PUBLIC: gettext("Make public…"), Visibility.PRIVATE: gettext("Make private…")}
        url = self.get_url(".visibility_view", visibility=wanted.value, id="")
        return RowEntry(
            words[wanted],
            url,
            lambda row: row.visibility != wanted and _may_turn_visibility(row, _deeds_in(known, row)),
        )

    def may_turn_visibility(self, row: Customer) -> bool:
        """Tell whether the person may turn public into private, or private into public; in the pool all is public."""
        return self.actor.private_customer_enabled and _may_turn_visibility(row, deeds_of(row))

    def may_set_visibility(self, row: Customer) -> bool:
        """Tell whether the person may change the visibility from what it is now; never while the switch is off."""
        return self.actor.private_customer_enabled and customers.visibility_deed(row.visibility) in deeds_of(row)

    @expose("/claim/", methods=("POST",))
    def claim_view(self) -> Response:
        """Take the customer from the pool."""
        row = self._one()
        customers.claim(db.session, row)
        db.session.commit()
        flash(gettext("“%(name)s” is your customer now.", name=row.name), "success")
        return redirect(self.get_url(".details_view", id=row.id))

    @expose("/visibility/", methods=("GET", "POST"))
    def visibility_view(self) -> Any:
        """Ask whether the customer is to be public or private, saying who gains and who loses sight; or do it."""
        row = self._one()
        wanted = read_visibility(sent())
        if not self.actor.private_customer_enabled:
            abort(400)
        if not self.may_set_visibility(row):
            abort(403)
        if request.method == "GET":
            return self._show_visibility(row, wanted, preview(lambda: _sight_of(row, wanted)))
        fault = attempt(lambda: customers.set_visibility(db.session, row, wanted), [row])
        if fault is not None:
            return self._show_visibility(self._one(), wanted, fault)
        flash(gettext("The visibility was changed."), "success")
        return redirect(self.get_url(".details_view", id=row.id))

    @expose("/co_followers/", methods=("GET", "POST"))
    def co_followers_view(self) -> Any:
        """Show the co-followers, to add one or to remove one; or do it."""
        row = self._one()
        if Deed.CHANGE_FOLLOWERS not in deeds_of(row):
            raise PermissionDeniedError(f"customer {row.id}: {Deed.CHANGE_FOLLOWERS}")
        if request.method == "POST":
            choice = FollowerChoice.read(request.form)
            fault = attempt(lambda: _change_followers(row, choice), [row])
            if fault is None:
                flash(_done_message(choice), "success")
                return redirect(self.get_url(".co_followers_view", id=row.id))
            return self._show_co_followers(self._one(), choice, fault)
        if not request.args.get("employee"):
            return self._show_co_followers(row, None, None)
        asked = FollowerChoice.read(request.args)
        return self._show_co_followers(row, asked, preview(lambda: asked.sight(row)))

    def _one(self) -> Any:
        return self.get_one(next(iter(sent_ids()), ""))

    def _show_visibility(self, row: Customer, wanted: str, found: SightChange | Fault) -> Any:
        return self._show("customer/visibility.html", row, found, wanted=wanted)

    def _show_co_followers(
        self, row: Customer, choice: FollowerChoice | None, found: SightChange | Fault | None
    ) -> Any:
        person = db.session.get(Employee, choice.employee_id) if choice is not None else None
        to_add = choice.employee_id if choice is not None and choice.is_added else None
        return self._show(
            "customer/co_followers.html",
            row,
            found,
            co_followers=customers.co_followers_of(db.session, row),
            to_remove=person if choice is not None and not choice.is_added else None,
            is_adding=to_add is not None,
            picker=pick_employee("employee", gettext("Employee"), lookups.offered(Employee), to_add),
        )

    def _show(self, template: str, row: Customer, found: SightChange | Fault | None, **context: Any) -> Any:
        """Show a page about a deed, with its preview or the reason why it was refused."""
        fault = found if isinstance(found, Fault) else None
        page = self.render(
            template,
            row=row,
            change=None if fault else found,
            fault=fault,
            version=version_mark([row]),
            **context,
        )
        return page, fault.status if fault else 200


def _sight_of(row: Customer, wanted: str) -> SightChange:
    return sight_changes.of_visibility(db.session, row, wanted)


def _change_followers(row: Customer, choice: FollowerChoice) -> None:
    change: Callable[..., None] = customers.add_co_follower if choice.is_added else customers.remove_co_follower
    change(db.session, row, choice.employee_id)


def _done_message(choice: FollowerChoice) -> str:
    name = db.session.get_one(Employee, choice.employee_id).name
    if choice.is_added:
        return gettext("%(name)s follows this customer now.", name=name)
    return gettext("%(name)s no longer follows this customer.", name=name)
