"""The customer pages: who may write which fields, and the lists that hang on a customer.

What is done to who follows and sees a customer has pages of its own, in the mixins.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from flask import abort, request
from flask_babel import gettext
from sqlalchemy import Select

from admin_views.base import GeneratedView
from admin_views.bulk_pages import BulkAction
from admin_views.customer_access import CustomerAccessMixin
from admin_views.customer_deeds import CustomerDeedsMixin, deeds_of, learn_deeds
from admin_views.customer_names import CustomerNamesMixin
from admin_views.customer_page import CustomerPageMixin
from admin_views.customer_pricing import show_pricing
from admin_views.customer_storefront import CustomerStorefrontMixin
from admin_views.customer_transfer import CustomerTransferMixin
from admin_views.dashboard import dashboard_url
from admin_views.sight_pages import CustomerSightMixin, FormSight
from models import Customer, Employee, db
from models.inspection import Attribute
from models.meta import Label
from services import customers, stubs
from services.customers import Deed
from services.customers.scopes import followers_of, offered_scopes


class CustomerView(
    CustomerDeedsMixin,
    CustomerTransferMixin,
    CustomerAccessMixin,
    CustomerSightMixin,
    CustomerNamesMixin,
    CustomerStorefrontMixin,
    CustomerPageMixin,
    GeneratedView,
):
    """Customers."""

    own_model = Customer
    list_template = "customer/list.html"
    details_template = "customer/details.html"
    form_template = "kepei/sight_form.html"
    not_in_cells = frozenset({"visibility"})

    def can_edit_row(self, row: Any) -> bool:
        """Tell whether the person may edit the customer (DOMAIN 3.5)."""
        return Deed.EDIT in deeds_of(row)

    def can_delete_row(self, row: Any) -> bool:
        """Tell whether the person may delete the customer."""
        return Deed.DELETE in deeds_of(row)

    @property
    def can_delete(self) -> bool:
        """Tell whether the person may delete customers: the company admin alone."""
        return self.actor.is_company_admin

    def form_names(self, row: Any) -> tuple[str, ...]:
        """Leave out 可见范围 while the switch is off, or for those who may not set it."""
        names = super().form_names(row)
        may_set = self.actor.private_customer_enabled if row is None else self.may_set_visibility(row)
        dropped = set() if may_set else {"visibility"}
        if row is None and not self.actor.is_company_admin:
            dropped.add("owner")
        return tuple(name for name in names if name not in dropped)

    def is_required(self, attribute: Attribute) -> bool:
        """Insist on the name alone: a blank code is given a number."""
        return attribute.name == "name"

    def attributes(self, names: tuple[str, ...] | None) -> list[Attribute]:
        """Leave out 可见范围 while the switch is off: a mark without effect must not look like one."""
        found = super().attributes(names)
        return found if self.actor.private_customer_enabled else [one for one in found if one.name != "visibility"]

    def shown_operations(self, attribute: Attribute) -> tuple[str, ...]:
        """Offer no filter by 可见范围 while the switch is off."""
        is_idle = attribute.name == "visibility" and not self.actor.private_customer_enabled
        return () if is_idle else super().shown_operations(attribute)

    def menu_links(self) -> list[tuple[str, int, str, str]]:
        """Stand under 客户管理 once more with what awaits handover, and under 客户导入 for those who may import."""
        links = super().menu_links()
        links.append(("customers", 5, gettext("Awaiting handover"), self.get_url(".index_view", scope="handover")))
        if self.can_import:
            links.append(("customer_import", 1, gettext("Import customers"), self.get_url(".import_view")))
        return links

    def scopes(self) -> Mapping[str, Label]:
        """Offer one's own customers, the team's, the pool, and so on."""
        return offered_scopes(self.actor)

    def followers_of_scope(self, scope: str) -> Collection[int] | None:
        """Let a scope of somebody's customers start from those whom they follow."""
        return followers_of(db.session, scope)

    def bulk_actions(self) -> tuple[BulkAction, ...]:
        """Lead from chosen customers to their transfer as well."""
        return (BulkAction("transfer", gettext("Transfer…"), ".transfer_view"), *super().bulk_actions())

    def learn(self, rows: Iterable[Customer]) -> None:
        """Find out in one query what may be done with each customer."""
        learn_deeds(row.id for row in rows)

    def lookup_statement(self, attribute: Attribute, *, is_filter: bool) -> Select[Any]:
        """Offer a leader, who may give customers to the own team only, nobody else."""
        found = super().lookup_statement(attribute, is_filter=is_filter)
        if attribute.target is Employee and request.args.get("for") == "team":
            return customers.of_own_team(db.session, found)
        return found

    def sight_of_form(self, form: Any, row: Any) -> FormSight | None:
        """Let the form tell who gains and who loses sight when the visibility changes."""
        if row is None or "visibility" not in form:
            return None
        return FormSight(self.get_url(".sight_view", id=row.id), "visibility", f"visibility={row.visibility}")

    def save(self, row: Any, values: dict[str, Any], *, is_created: bool) -> Any:
        """Write through the service, which knows the rules."""
        if not is_created:
            customers.update_customer(db.session, row, values)
            return row
        return customers.create_customer(db.session, values)

    def make_form(self, row: Any) -> Any:
        """Refuse a posted 可见范围 that the form does not have: it must not be silently dropped."""
        if request.method == "POST" and "visibility" in request.form and "visibility" not in self.form_names(row):
            abort(400)
        return super().make_form(row)

    def show_in_details(self, row: Any, attribute: Attribute) -> Any:
        """Show at which price level the customer buys, and whether that is its own or its grade's."""
        return show_pricing(row) if attribute.name == "price_level" else super().show_in_details(row, attribute)

    def remove(self, row: Any) -> None:
        """Delete the customer with all that hangs on it."""
        customers.delete_customer(db.session, row)

    def list_context(self, args: Any, rows: list[Any]) -> dict[str, Any]:
        """Add the stubs of private customers for a name search, and the way to the figures of the list."""
        found, total = stubs.find_stubs(db.session, args.listing.search)
        return {"stubs": found, "stub_total": total, "dashboard_url": dashboard_url(args.listing)}
