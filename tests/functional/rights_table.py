"""The people and customers of the truth tables of rights, and how a deed ended in one word.

``public`` and ``private`` belong to a1, with b1 as co-follower; ``pool`` belongs to nobody. Each cell of a table gets
rows of its own, so that every refusal has something that could have been changed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from models import Contact, Customer, CustomerFollower, Employee
from models.enums import Permission
from tests import factories
from tests.factories import Company
from tests.functional.visibility_pages import give_role, snapshot

#: How a deed ends: done; refused to one who sees the customer; the prompt; as if there were no such customer; the form
#: again, with a field that does not offer the customer; refused by a rule that binds everybody; refused, since the form
#: has no such field; nothing to do.
DONE, DENIED, PROMPT, HIDDEN = "done", "denied", "prompt", "hidden"
NOT_OFFERED, RULE, UNREADABLE, UNCHANGED = "not offered", "rule", "unreadable", "unchanged"
ACTORS = ("a1", "b1", "east", "leadA", "leadB", "boss", "a2", "va", "cfg", "admin")
ROWS = ("public", "private", "pool")
#: What the deeds of the tables could change.
WRITTEN = ("customer", "customer_follower", "contact", "follow_up")

#: Actor -> how a deed ends on the public, the private and the pool customer.
Table = Mapping[str, tuple[str, str, str]]
ClientAs = Callable[[str], FlaskClient]


@dataclass(frozen=True)
class Cell:
    """A customer with a contact, for one actor to try a deed on."""

    customer: Customer
    contact: Contact
    company: Company
    session: Session


Deed = Callable[[FlaskClient, Cell], TestResponse]


def appoint(session: Session, company: Company) -> None:
    """Give the leaders their roles: leadA and leadB edit for their teams and see no more, boss is a stock manager.

    leadA leads the owner, leadB the co-follower, boss both. east leads both and may read alone.
    """
    for login in ("leadA", "leadB"):
        give_role(session, company[login], Permission.EDIT_TEAM_CUSTOMERS)
    manager = factories.make_role(session, "manager")
    session.get_one(Employee, company.boss.id).role_id = manager.id
    session.commit()


def found_table(client_as: ClientAs, session: Session, company: Company, deed: Deed) -> dict[str, tuple[str, ...]]:
    """Let each actor try a deed on each row; return how it ended, as a :data:`Table`."""
    cells = _make_cells(session, company)
    found: dict[str, tuple[str, ...]] = {}
    before = snapshot(session, only=WRITTEN)
    for login in ACTORS:
        client, ends = client_as(login), []
        for row in ROWS:
            answer = deed(client, cells[login, row])
            after = snapshot(session, only=WRITTEN)
            ends.append(_ending(answer, cells[login, row], is_changed=after != before))
            before = after
        found[login] = tuple(ends)
    return found


def _make_cells(session: Session, company: Company) -> dict[tuple[str, str], Cell]:
    """Return a customer with a contact for each actor and row."""
    customers = {(login, row): _make_customer(f"{login} {row}", company, row) for login in ACTORS for row in ROWS}
    factories.save(session, *customers.values())
    contacts = {key: Contact(customer_id=customer.id, name="contact") for key, customer in customers.items()}
    factories.save(session, *contacts.values())
    return {key: Cell(customer, contacts[key], company, session) for key, customer in customers.items()}


def _make_customer(name: str, company: Company, row: str) -> Customer:
    customer = Customer(code=name, name=f"firm {name}", visibility="private" if row == "private" else "public")
    if row != "pool":
        customer.owner_id = company.a1.id
        customer.co_followers = [CustomerFollower(employee_id=company.b1.id)]
    return customer


def _ending(answer: TestResponse, cell: Cell, *, is_changed: bool) -> str:
    if is_changed:
        return DONE if answer.status_code == 302 else f"changed by {answer.status}"
    return _refusal(answer, cell)


def _refusal(answer: TestResponse, cell: Cell) -> str:
    status, is_named = answer.status_code, cell.customer.name in answer.text
    if status == 403:
        return PROMPT if is_named and "ask a1-person" in answer.text else DENIED
    if status == 404:
        return "404 by name" if is_named else HIDDEN
    if status == 200 and "Choose one of the offered values." in answer.text:
        return NOT_OFFERED
    return {302: UNCHANGED, 400: UNREADABLE, 409: RULE, 422: RULE}.get(status, answer.status)
