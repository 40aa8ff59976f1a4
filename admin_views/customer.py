"""The customer pages: who may write which fields, and the lists that hang on a customer."""

from collections.abc import Mapping
from typing import Any

from flask import abort, flash, redirect, request
from flask_admin import expose
from flask_babel import gettext
from sqlalchemy import Select, select
from werkzeug.wrappers import Response

from admin_views import editable
from admin_views.base import GeneratedView
from models import Contact, Customer, CustomerFollower, Employee, FollowUp, Visit, db
from models.enums import Visibility
from models.inspection import Attribute
from models.meta import Label
from services import customers, stubs
from services.customers.scopes import offered_scopes, scoped

#: How many of the newest follow-ups and visits the details page shows.
RECENT = 10


class CustomerView(GeneratedView):
    """Customers."""

    own_model = Customer
    list_template = "customer/list.html"
    details_template = "customer/details.html"

    def can_edit_row(self, row: Any) -> bool:
        """Tell whether the person may edit the customer (DOMAIN 3.5)."""
        return editable.is_editable(row.id)

    def can_delete_row(self, row: Any) -> bool:
        """Tell whether the person may delete the customer."""
        return customers.can_delete(db.session, row)

    @property
    def can_delete(self) -> bool:
        """Tell whether the person may delete customers: the company admin alone."""
        return self.actor.is_company_admin

    def form_names(self, row: Any) -> tuple[str, ...]:
        """Leave out 可见范围 while the switch is off, or for those who may not set it."""
        names = super().form_names(row)
        may_set = self.actor.private_customer_enabled and (row is None or customers.can_set_visibility(db.session, row))
        dropped = set() if may_set else {"visibility"}
        if row is None and not self.actor.is_company_admin:
            dropped.add("owner")
        return tuple(name for name in names if name not in dropped)

    def is_required(self, attribute: Attribute) -> bool:
        """Insist on the name alone: a blank code is given a number."""
        return attribute.name == "name"

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

    def scoped(self, statement: Select[Any], scope: str) -> Select[Any]:
        """Narrow the list to a scope."""
        return scoped(db.session, statement, scope)

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

    def remove(self, row: Any) -> None:
        """Delete the customer with all that hangs on it."""
        customers.delete_customer(db.session, row)

    def list_context(self, args: Any, rows: list[Any]) -> dict[str, Any]:
        """Add the stubs of private customers for a name search; learn in one query which rows may be edited."""
        editable.learn(row.id for row in rows)
        found, total = stubs.find_stubs(db.session, args.listing.search)
        return {"stubs": found, "stub_total": total}

    def details_context(self, row: Any) -> dict[str, Any]:
        """Add followers, contacts and the newest follow-ups and visits."""
        followers = select(Employee).join(CustomerFollower, CustomerFollower.employee_id == Employee.id)
        return {
            "co_followers": list(db.session.scalars(followers.where(CustomerFollower.customer_id == row.id))),
            "contacts": self._newest(Contact, row),
            "follow_ups": self._newest(FollowUp, row),
            "visits": self._newest(Visit, row),
            "may_set_visibility": self.actor.private_customer_enabled and customers.can_set_visibility(db.session, row),
            "may_add": customers.can_edit(db.session, row),
        }

    @staticmethod
    def _newest(model: Any, row: Any) -> list[Any]:
        statement = select(model).where(model.customer_id == row.id).order_by(model.created_at.desc(), model.id.desc())
        return list(db.session.scalars(statement.limit(RECENT)))

    @expose("/visibility/", methods=("POST",))
    def visibility_view(self) -> Response:
        """Set the customer public or private."""
        row = self.get_one(request.form.get("id", ""))
        wanted = request.form.get("visibility", "")
        if wanted not in set(Visibility) or not self.actor.private_customer_enabled:
            abort(400)
        if not customers.can_set_visibility(db.session, row):
            abort(403)
        customers.set_visibility(db.session, row, wanted)
        db.session.commit()
        flash(gettext("The visibility was changed."), "success")
        return redirect(self.get_url(".details_view", id=row.id))
