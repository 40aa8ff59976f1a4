"""Edits of customers and contacts that the audit log must know, for ``test_audit_deeds``."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from models import Contact, Customer, Employee, FollowUp, Visit
from services import customers, follow_ups, visits
from tests.factories import Company, make_follow_up, make_visit

_BEGUN = datetime(2026, 5, 1, 1, tzinfo=UTC)
#: As in ``test_audit_deeds``.
Deed = tuple[str | None, Callable[[Session, Company], object], list[tuple[str, str, dict[str, Any]]]]


def _edit(row: str, **values: Any) -> Callable[[Session, Company], object]:
    return lambda own, company: customers.update_customer(own, own.get_one(Customer, company[row].id), values)


def _contact(own: Session, company: Company) -> Contact:
    return own.get_one(Contact, company.contact.id)


def _follow_up(own: Session, company: Company) -> FollowUp:
    customer, author = own.get_one(Customer, company.c2.id), own.get_one(Employee, company.a1.id)
    return make_follow_up(own, customer, author=author, content="Called", created_at=_BEGUN)


def _visit(own: Session, company: Company) -> Visit:
    customer, user = own.get_one(Customer, company.c2.id), own.get_one(Employee, company.a1.id)
    times = dict.fromkeys(("check_in_at", "check_out_at", "created_at"), _BEGUN)
    return make_visit(own, customer, user=user, status="done", duration_s=0, summary="Sold", **times)


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
    "edit follow-up": (
        "a1",
        lambda own, company: follow_ups.update_follow_up(own, _follow_up(own, company), {"content": "Wrote"}),
        [("edit_follow_up", "c2", {"follow_up": "#1 a1-person", "follow_up.content": ["Called", "Wrote"]})],
    ),
    "delete follow-up": (
        "a1",
        lambda own, company: follow_ups.delete_follow_up(own, _follow_up(own, company)),
        [
            (
                "delete_follow_up",
                "c2",
                {
                    "follow_up": "#1 a1-person",
                    "follow_up.method": ["phone", None],
                    "follow_up.content": ["Called", None],
                    "follow_up.created_at": ["2026-05-01 09:00", None],
                },
            )
        ],
    ),
    "edit visit": (
        "a1",
        lambda own, company: visits.update_visit(own, _visit(own, company), {"summary": "Sold ten"}),
        [("edit_visit", "c2", {"visit": "#1 a1-person", "visit.summary": ["Sold", "Sold ten"]})],
    ),
    "delete visit": (
        "a1",
        lambda own, company: visits.delete_visit(own, _visit(own, company)),
        [
            (
                "delete_visit",
                "c2",
                {
                    "visit": "#1 a1-person",
                    "visit.type": ["planned", None],
                    "visit.status": ["done", None],
                    "visit.check_in_at": ["2026-05-01 09:00", None],
                    "visit.check_out_at": ["2026-05-01 09:00", None],
                    "visit.duration_s": [0, None],
                    "visit.summary": ["Sold", None],
                    "visit.created_at": ["2026-05-01 09:00", None],
                },
            )
        ],
    ),
}
