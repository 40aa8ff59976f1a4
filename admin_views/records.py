"""What hangs on customers: contacts, follow-ups, visits. Written by those who may edit the customer."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Select, select

from admin_views import editable
from admin_views.base import GeneratedView
from models import Contact, Customer, FollowUp, Visit, db
from models.inspection import Attribute
from services import customers, follow_ups, visits


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
        """Delete the row with its files."""
        db.session.delete(row)
        db.session.flush()


class ContactView(RecordView):
    """Key contacts."""

    own_model = Contact

    def save(self, row: Any, values: dict[str, Any], *, is_created: bool) -> Any:
        """Write; a primary contact takes the place of the one before."""
        return customers.save_contact(db.session, row, values)


class FollowUpView(RecordView):
    """Follow-ups."""

    own_model = FollowUp

    def offered(self, attribute: Attribute) -> Select[Any]:
        """Offer contacts of customers one sees."""
        return select(Contact) if attribute.target is Contact else super().offered(attribute)

    def save(self, row: Any, values: dict[str, Any], *, is_created: bool) -> Any:
        """Write through the service, which moves the progress."""
        if is_created:
            return follow_ups.add_follow_up(db.session, values.pop("customer_id"), values)
        return follow_ups.update_follow_up(db.session, row, values)


class VisitView(RecordView):
    """Visits: offered are the customers that one follows."""

    own_model = Visit

    def offered(self, attribute: Attribute) -> Select[Any]:
        """Offer followed customers, active ones only."""
        if attribute.target is Customer:
            return visits.followed_customers_statement(self.actor)
        return super().offered(attribute)

    def save(self, row: Any, values: dict[str, Any], *, is_created: bool) -> Any:
        """Write through the service, which checks the customer again."""
        if is_created:
            return visits.create_visit(db.session, values.pop("customer_id"), values)
        return visits.update_visit(db.session, row, values)
