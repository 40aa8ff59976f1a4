"""Asks every page about a customer, and the database what has changed.

:func:`outcome` is how the cases of DOMAIN 3.7 look at a customer: details, JSON, edit form, contact, list, total,
searches, stub block and pick list must all say the same, and a refusal must tell no more than it may.
"""

import re
from collections.abc import Iterable
from itertools import count
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from auth.visibility import Outcome
from models import Base, Contact, Customer, CustomerGrade, Employee, Region
from models.enums import Permission
from tests import factories

_numbers = count(1)
JSON = {"Accept": "application/json"}
FULL, NOTICE, HIDDEN = Outcome.FULL, Outcome.NOTICE, Outcome.HIDDEN
#: The pages about one customer.
PAGES = ("details", "json", "edit form", "access", "contact")
#: What each page answers, in one word, by outcome (DOMAIN 3.3).
EXPECTED: dict[Outcome, dict[str, str]] = {
    FULL: {
        **dict.fromkeys(PAGES, "shown"),
        "access": "named",  # who sees it and why, not what it is
        **dict.fromkeys(("list", "search of phone", "search of name", "pick list"), "row"),
    },
    NOTICE: {
        **dict.fromkeys(PAGES, "prompt"),
        **dict.fromkeys(("list", "search of phone", "pick list"), "absent"),
        "search of name": "stub",
    },
    HIDDEN: {
        **dict.fromkeys(PAGES, "not found"),
        **dict.fromkeys(("list", "search of phone", "search of name", "pick list"), "absent"),
    },
}


def marked_company(session: Session) -> factories.Company:
    """Build the company of DOMAIN 3.7 with a text in every field that is found nowhere else.

    C1 has a grade and a region of its own: ``grade`` and ``region``. Every customer has a contact: ``contact_c1``.
    """
    found = factories.company(session)
    found["grade"] = factories.save(session, CustomerGrade(name="Grade-C1-top"))
    found["region"] = factories.save(session, Region(name="Region-C1-west"))
    for login, person in found.people.items():
        person.name = f"{login}-person"
    for name, customer in found.customers.items():
        for column in ("name", "code", "short_name", "phone", "address", "website", "remark", "city", "district"):
            setattr(customer, column, f"{column}-{name}-mark")
        found[f"contact_{name}"] = Contact(
            customer_id=customer.id, name=f"contact-{name}-mark", mobile=f"mobile-{name}-mark"
        )
    found.c1.grade_id, found.c1.region_id = found.grade.id, found.region.id
    factories.save(session, *found.values())
    return found


def give_role(session: Session, person: Employee, *permissions: Permission) -> None:
    """Give somebody a new role with exactly these permissions, past the services; it holds from the next request."""
    role = factories.make_role(session, f"role{next(_numbers)}", permissions)
    session.get_one(Employee, person.id).role_id = role.id
    session.commit()


def outcome(client: FlaskClient, company: factories.Company, name: str, *, owner: str | None = None) -> Outcome:
    """Return what a client gets of a customer.

    :param owner: as of :func:`word`
    :raises AssertionError: if one page says something else than the others, or a refusal tells too much
    """
    answers = _ask(client, company, name, owner)
    for found, expected in EXPECTED.items():
        if answers == expected:
            return found
    raise AssertionError(f"{name}: the pages disagree, or tell too much: {answers}")


def opening(client: FlaskClient, company: factories.Company, name: str, *, owner: str | None = None) -> Outcome:
    """Return what a client gets of a customer's own page: one request, where :func:`outcome` asks every page.

    :param owner: as of :func:`word`
    """
    answer = client.get(f"/admin/customer/details/?id={company[name].id}")
    return {"shown": FULL, "prompt": NOTICE, "not found": HIDDEN}[word(answer, company, name, owner=owner)]


def outcomes(clients: Iterable[FlaskClient], company: factories.Company, name: str) -> list[Outcome]:
    """Return what each client gets of a customer."""
    return [outcome(client, company, name) for client in clients]


def _ask(client: FlaskClient, company: factories.Company, name: str, owner: str | None) -> dict[str, str]:
    customer, contact = company[name], company[f"contact_{name}"]
    details = f"/admin/customer/details/?id={customer.id}"
    answers = {
        "details": client.get(details),
        "json": client.get(details, headers=JSON),
        "edit form": client.get(f"/admin/customer/edit/?id={customer.id}"),
        "access": client.get(f"/admin/customer/access/?id={customer.id}"),
        "contact": client.get(f"/admin/contact/details/?id={contact.id}"),
    }
    words = {page: word(answer, company, name, owner=owner) for page, answer in answers.items()} | {
        "list": _place(client, customer, "?page_size=200"),
        "search of phone": _place(client, customer, f"?search={customer.phone}"),
        "search of name": _place(client, customer, f"?search={customer.name}"),
        "pick list": _offer(client, customer),
    }
    if (words["details"], words["edit form"]) == ("shown", "refused"):
        words["edit form"] = "shown"  # who may edit is asked elsewhere; the refusal told nothing
    return words


def word(answer: TestResponse, company: factories.Company, name: str, *, owner: str | None = None) -> str:
    """Return what an answer about a customer is: shown, named, prompt, refused, not found, else what is wrong.

    :param owner: log-in of the owner where it is another than at the beginning; ``nobody`` for the pool
    """
    body, customer = answer.text, company[name]
    owner = f"{owner}-person" if owner is not None else owner_name(company, name)
    told = [text for text in secrets(company, name) if text in body]
    if answer.status_code == 200:
        return "shown" if told else "named" if customer.name in body else "an empty page"
    if told:
        return f"{answer.status_code} that tells {told}"
    names = customer.name in body, owner in body
    is_prompt = answer.get_json() == {"code": "PRIVATE_CUSTOMER", "name": customer.name, "owner": owner}
    if answer.status_code == 403 and all(names) and (is_prompt or not answer.is_json):
        return "prompt"
    if any(names):
        return f"{answer.status_code} that tells a name"
    return {403: "refused", 404: "not found"}.get(answer.status_code, str(answer.status_code))


def secrets(company: factories.Company, name: str) -> list[str]:
    """Return the texts that stand with a customer and its contact, but for the name."""
    customer, contact = company[name], company[f"contact_{name}"]
    columns = ("code", "short_name", "phone", "address", "website", "remark", "city", "district")
    own = [company.grade.name, company.region.name] if name == "c1" else []
    return [*(getattr(customer, column) for column in columns), contact.name, contact.mobile, *own]


def owner_name(company: factories.Company, name: str) -> str:
    """Return the name of a customer's owner at the beginning; nobody's for the pool."""
    login = factories.CUSTOMERS[name][0]
    return company[login].name if login else "nobody-person"


def rows_of(answer: TestResponse) -> list[int]:
    """Return the ids of the rows of a list page, whose total must be their number.

    :raises AssertionError: if the total is another one, or the page is no list
    """
    ids = listed_ids(answer)
    if total(answer) != len(ids):
        raise AssertionError(f"{len(ids)} rows, but a total of {total(answer)}")
    return ids


def listed_ids(answer: TestResponse) -> list[int]:
    """Return the ids of the rows that a page of a list shows."""
    return [int(number) for number in re.findall(r'<tr data-id="(\d+)"', answer.text)]


def total(answer: TestResponse) -> int:
    """Return the total that a list page tells."""
    found = re.search(r'id="total">\s*(\d+) rows?\s*<', answer.text)
    if answer.status_code != 200 or found is None:
        raise AssertionError(f"no list: {answer.status}")
    return int(found[1])


def stub_block(answer: TestResponse) -> str:
    """Return the block of stubs under a list, empty if there is none."""
    found = re.search(r'<section[^>]*aria-labelledby="stubs".*?</section>', answer.text, re.DOTALL)
    return found[0] if found else ""


def stub_ids(answer: TestResponse) -> list[int]:
    """Return the ids of the customers in the stub block of a list."""
    return [int(number) for number in re.findall(r"details/\?id=(\d+)", stub_block(answer))]


def _place(client: FlaskClient, customer: Customer, query: str) -> str:
    """Return where a list has a customer: row, stub or absent."""
    answer = client.get(f"/admin/customer/{query}")
    is_row, is_stub = customer.id in rows_of(answer), customer.id in stub_ids(answer)
    if is_row:
        return "row and stub" if is_stub else "row"
    return "stub" if is_stub else "absent"


def _offer(client: FlaskClient, customer: Customer) -> str:
    """Return whether a pick list finds a customer by its name."""
    query = f"name=customer&for=filter&query={customer.name}"
    found = client.get(f"/admin/contact/ajax/lookup/?{query}").get_json()
    return "row" if {"id": customer.id, "text": customer.name} in found else "absent" if found == [] else str(found)


#: Tables that hold what an upload would do, before anybody confirms it.
PLANS = ("import_job", "import_row")


def snapshot(session: Session, *, only: Iterable[str] = (), without: Iterable[str] = ()) -> dict[str, list[Any]]:
    """Return the rows of the database by table, past the rule: of every table, or of some."""
    session.rollback()
    wanted = (set(only) or set(Base.metadata.tables)) - set(without)
    found = {
        table.name: sorted(map(tuple, session.connection().execute(select(table))), key=repr)
        for table in Base.metadata.sorted_tables
        if table.name in wanted
    }
    session.rollback()
    return found
