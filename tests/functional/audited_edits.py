"""Edits of customers and contacts that the audit log must know, for ``test_audit_deeds``."""

from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from models import Contact, Customer
from services import customers
from tests.factories import Company

#: As in ``test_audit_deeds``.
Deed = tuple[str | None, Callable[[Session, Company], object], list[tuple[str, str, dict[str, Any]]]]


def _edit(row: str, **values: Any) -> Callable[[Session, Company], object]:
    return lambda own, company: customers.update_customer(own, own.get_one(Customer, company[row].id), values)


def _contact(own: Session, company: Company) -> Contact:
    return own.get_one(Contact, company.contact.id)


EDITS: dict[str, Deed] = {
    "edit": (
        "a1",
        _edit("c1", phone="028", short_name="", remark="x" * 600, lat=30, lng=104),
        [
            (
                "edit",
                "c1",
                {
                    "short_name": ["short_name-c1-mark", None],
                    "phone": ["phone-c1-mark", "028"],
                    "lat": [None, "30"],
                    "lng": [None, "104"],
                    "remark": ["remark-c1-mark", "x" * 500 + "…"],
                },
            )
        ],
    ),
    "progress": (
        "a1",
        lambda own, company: _edit("c1", progress_id=company.progress.id)(own, company),
        [("change_progress", "c1", {"progress": [None, "Trial"]})],
    ),
    "add contact": (
        "a1",
        lambda own, company: customers.save_contact(
            own, Contact(), {"customer_id": company.c2.id, "name": "Li", "is_primary": True, "phone": ""}
        ),
        [("add_contact", "c2", {"contact": "Li", "contact.is_primary": [None, True]})],
    ),
    "edit contact": (
        "a1",
        lambda own, company: customers.save_contact(own, _contact(own, company), {"mobile": "139", "name": "Wang"}),
        [("edit_contact", "c2", {"contact": "Wang", "contact.mobile": ["138", "139"]})],
    ),
    "delete contact": (
        "a1",
        lambda own, company: customers.delete_contact(own, _contact(own, company)),
        [("delete_contact", "c2", {"contact": "Wang"})],
    ),
}
