"""Contacts edited on the page of their customer: what is typed stays; who may not write changes nothing."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import AuditEntry, Contact, Customer, Employee
from tests import factories
from tests.admin_views.customer_pages import every, page_of
from tests.factories import Company

ClientAs = Callable[[str], FlaskClient]


def post(client: FlaskClient, customer: Customer, contact: Any, data: dict[str, Any]) -> Any:
    """Send the form of a contact."""
    return client.post(f"/admin/customer/contact/?id={customer.id}&contact={contact}", data=data)


def test_contact_is_added_in_place(client_as: ClientAs, session: Session, company: Company) -> None:
    own = client_as("a1")

    form = page_of(own, company.c1, "&contact=new")
    answer = post(own, company.c1, "new", {"customer": company.c1.id, "name": "<script>Li</script>", "is_primary": "1"})

    assert 'aria-label="Add contact"' in form
    assert (answer.status_code, answer.location) == (302, f"/admin/customer/details/?id={company.c1.id}#contacts")
    stored = every(session, select(Contact.name, Contact.is_primary, Contact.customer_id))
    assert stored == [("<script>Li</script>", True, company.c1.id)]
    assert "<script>Li" not in own.get(f"/admin/customer/details/?id={company.c1.id}").text


def test_refused_contact_keeps_what_was_typed(client_as: ClientAs, session: Session, company: Company) -> None:
    contact = factories.make_contact(session, company.c1, name="Li")

    answer = post(client_as("a1"), company.c1, contact.id, {"name": "", "email": "x", "phone": "028 1", "version": "1"})

    card = answer.text[answer.text.index('id="contacts"') :]
    assert answer.status_code == 200
    assert 'id="field-name-error"' in card
    assert 'value="028 1"' in card
    assert every(session, select(Contact.name)) == [("Li",)]


def test_stale_contact_is_told_beside_what_was_typed(client_as: ClientAs, session: Session, company: Company) -> None:
    contact = factories.make_contact(session, company.c1, name="Li", mobile="138")
    own, data = client_as("a1"), {"name": "Li", "mobile": "139", "version": "1"}
    post(own, company.c1, contact.id, data | {"mobile": "137"})

    answer = post(own, company.c1, contact.id, data)

    assert "Somebody has changed it meanwhile" in answer.text
    assert re.search(r'id="field-mobile-present">\s*<span>Now: <strong>137</strong>', answer.text)
    assert 'value="139"' in answer.text
    assert every(session, select(Contact.mobile)) == [("137",)]


def test_deeds_on_a_contact(client_as: ClientAs, session: Session, company: Company) -> None:
    first = factories.make_contact(session, company.c1, name="Li", is_primary=True)
    second = factories.make_contact(session, company.c1, name="Wang")
    own = client_as("a1")

    stale = post(own, company.c1, second.id, {"deed": "primary", "version": "9"})
    before = every(session, select(Contact.name).where(Contact.is_primary))
    post(own, company.c1, second.id, {"deed": "primary", "version": "1"})
    post(own, company.c1, first.id, {"deed": "delete", "version": str(first.version + 1)})
    unknown = post(own, company.c1, second.id, {"deed": "dance"})

    assert (stale.status_code, before, unknown.status_code) == (302, [("Li",)], 400)
    assert every(session, select(Contact.name, Contact.is_primary)) == [("Wang", True)]
    actions = every(session, select(AuditEntry.action).order_by(AuditEntry.id))
    assert actions == [("edit_contact",), ("delete_contact",)]


@pytest.mark.parametrize(
    ("login", "status"),
    [("leadA", 403), ("va", 403), ("a2", 404), ("cfg", 404)],
    ids=["reads", "notice", "hidden", "cfg"],
)
def test_contact_of_others_is_left_alone(
    client_as: ClientAs, session: Session, company: Company, login: str, status: int
) -> None:
    session.get_one(Employee, company.leadA.id).role_id = company.a1.role_id
    session.commit()
    contact = factories.make_contact(session, company.c1, name="secret")
    client = client_as(login)

    answers = [post(client, company.c1, contact.id, {"name": "x", "version": "1"})]
    answers.append(post(client, company.c1, contact.id, {"deed": "delete", "version": "1"}))
    answers.append(post(client, company.c1, "new", {"customer": company.c1.id, "name": "x"}))

    assert [answer.status_code for answer in answers] == [status] * 3
    assert all("secret" not in answer.text for answer in answers)
    assert every(session, select(Contact.name)) == [("secret",)]


def test_contact_of_another_customer_is_refused(client_as: ClientAs, session: Session, company: Company) -> None:
    contact = factories.make_contact(session, company.c4, name="secret")
    own = client_as("a1")

    hidden = post(own, company.c1, contact.id, {"name": "x", "version": "1"})
    moved = post(own, company.c1, "new", {"customer": company.c2.id, "name": "x"})

    assert (hidden.status_code, moved.status_code) == (404, 400)
    assert "secret" not in page_of(own, company.c1, f"&contact={contact.id}")
