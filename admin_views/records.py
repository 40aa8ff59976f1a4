"""What hangs on customers: contacts, follow-ups, visits. Written by those who may edit the customer."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Select, select

from admin_views import cells, editable
from admin_views.base import GeneratedView
from admin_views.text import text
from models import Contact, Customer, FollowUp, Visit, db
from models.enums import VISIT_STATUS_LABELS
from models.inspection import Attribute
from services import customers, follow_ups, visits
from services.company_days import day_of


class RecordView(GeneratedView):
    """Base of the three."""

    def can_edit_row(self, row: Any) -> bool:
        """Tell whether the person may edit the row's customer."""
        return editable.is_editable(row.customer_id)

    def can_delete_row(self, row: Any) -> bool:
        """Tell whether the person may delete the row."""
        return self.can_edit_row(row)

    def offered(self, attribute: Attribute) -> Select[Any]:
        """Offer the customers that one may write to."""
        if attribute.target is Customer:
            return customers.editable_customers_statement(db.session)
        return super().offered(attribute)

    def learn(self, rows: Iterable[Any]) -> None:
        """Find out in one query which rows may be edited."""
        editable.learn(row.customer_id for row in rows)

    def remove(self, row: Any) -> None:
        """Delete the row."""
        db.session.delete(row)
        db.session.flush()


class AccountView(RecordView):
    """Base of follow-ups and visits: somebody's account of what was done, corrected by few."""

    def can_edit_row(self, row: Any) -> bool:
        """Tell whether the person may correct the row."""
        return editable.is_correctable(row)

    def learn(self, rows: Iterable[Any]) -> None:
        """Find out in one query which rows may be corrected."""
        editable.learn_records(self.model, [row.id for row in rows])


class ContactView(RecordView):
    """Key contacts."""

    own_model = Contact

    def save(self, row: Any, values: dict[str, Any], *, is_created: bool) -> Any:
        """Write; a primary contact takes the place of the one before."""
        return customers.save_contact(db.session, row, values)

    def remove(self, row: Any) -> None:
        """Delete the contact, and note it."""
        customers.delete_contact(db.session, row)


class FollowUpView(AccountView):
    """Follow-ups."""

    own_model = FollowUp
    details_template = "follow_up/details.html"

    def offered(self, attribute: Attribute) -> Select[Any]:
        """Offer contacts of customers one sees."""
        return select(Contact) if attribute.target is Contact else super().offered(attribute)

    def remove(self, row: Any) -> None:
        """Delete the follow-up with its files."""
        follow_ups.delete_follow_up(db.session, row)

    def save(self, row: Any, values: dict[str, Any], *, is_created: bool) -> Any:
        """Write through the service, which moves the progress."""
        if is_created:
            return follow_ups.add_follow_up(db.session, values.pop("customer_id"), values)
        return follow_ups.update_follow_up(db.session, row, values)


class VisitView(AccountView):
    """Visits: offered are the customers that one follows."""

    own_model = Visit
    details_template = "visit/details.html"

    def offered(self, attribute: Attribute) -> Select[Any]:
        """Offer followed customers, active ones only."""
        if attribute.target is Customer:
            return visits.followed_customers_statement(self.actor)
        return super().offered(attribute)

    def form_names(self, row: Any) -> tuple[str, ...]:
        """Ask of a plan for its moment, of one that has begun for what is told; checking in and out is the phone's."""
        left_out = "progress_after" if row is None or row.check_in_at is None else "planned_at"
        return tuple(name for name in super().form_names(row) if name != left_out)

    def is_required(self, attribute: Attribute) -> bool:
        """Insist on the moment of a plan."""
        return attribute.name == "planned_at" or super().is_required(attribute)

    def title_of(self, row: Any) -> str:
        """Name a visit by its customer and its moment."""
        return f"{row.customer.name} · {cells.show_moment(row.check_in_at or row.planned_at or row.created_at)}"

    def shower(self, attribute: Attribute) -> cells.Shower:
        """Show as overdue what was planned for a day that is over."""
        if attribute.name != "status":
            return super().shower(attribute)
        today = day_of(db.session).start
        return lambda row: text(VISIT_STATUS_LABELS[visits.shown_status(row.status, row.planned_at, today)])

    def remove(self, row: Any) -> None:
        """Delete the visit with its photos."""
        visits.delete_visit(db.session, row)

    def save(self, row: Any, values: dict[str, Any], *, is_created: bool) -> Any:
        """Write through the service, which checks the customer again."""
        if is_created:
            return visits.create_visit(db.session, values.pop("customer_id"), values)
        return visits.update_visit(db.session, row, values)
