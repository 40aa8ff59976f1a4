"""Cases 37 and 38 of DOMAIN 3.7 through HTTP: every address about a customer that somebody may not open."""

from collections.abc import Callable
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from models import FollowUpAttachment, VisitPhoto
from models.enums import Permission
from models.types import utc_now
from tests import factories
from tests.factories import Company
from tests.functional.visibility_pages import JSON, give_role, snapshot, word
from tests.pictures import picture

ClientAs = Callable[[str], FlaskClient]
TEXT = "text-c1-mark"


@pytest.fixture
def rows(session: Session, company: Company) -> dict[str, int]:
    """Return the ids of C1 and of what hangs on it, by table."""
    c1 = company.c1
    follow_up = factories.make_follow_up(session, c1, author=company.a1, content=TEXT)
    visit = factories.make_visit(session, c1, user=company.a1, summary=TEXT, status="visiting", check_in_at=utc_now())
    photo = VisitPhoto(customer_id=c1.id, visit_id=visit.id, storage_key=TEXT)
    file = FollowUpAttachment(customer_id=c1.id, follow_up_id=follow_up.id, file_name=TEXT, storage_key=TEXT)
    factories.save(session, photo, file)
    return {
        "customer": c1.id,
        "contact": company.contact_c1.id,
        "follow_up": follow_up.id,
        "visit": visit.id,
        "photo": photo.id,
        "attachment": file.id,
    }


def guesses(client: FlaskClient, company: Company, rows: dict[str, int]) -> dict[str, TestResponse]:
    """Ask for everything that has an address, and post to everything that takes a post."""
    found = phone(client, rows)
    for table in ("customer", "contact", "follow_up", "visit"):
        row_id = rows[table]
        address = f"/admin/{table}"
        data = {"name": "taken over", "content": "taken over", "summary": "taken over", "version": 1, "is_active": "y"}
        found |= {
            f"{table} details": client.get(f"{address}/details/?id={row_id}"),
            f"{table} JSON": client.get(f"{address}/details/?id={row_id}", headers=JSON),
            f"{table} edit form": client.get(f"{address}/edit/?id={row_id}"),
            f"{table} edit": client.post(f"{address}/edit/?id={row_id}", data=data),
            f"{table} edit as JSON": client.post(f"{address}/edit/?id={row_id}", data=data, headers=JSON),
            f"{table} delete": client.post(f"{address}/delete/", data={"id": row_id}),
            f"{table} delete by address": client.post(f"{address}/delete/?id={row_id}"),
            f"{table} bulk": client.post(f"{address}/action/", data={"action": "delete", "rowid": row_id}),
        }
    return found | deeds(client, company)


def phone(client: FlaskClient, rows: dict[str, int]) -> dict[str, TestResponse]:
    """Ask for the files and the phone's pages, and post its steps."""
    pages = {
        f"m customer {tab}": f"/m/customer/?id={rows['customer']}&tab={tab}" for tab in ("info", "contacts", "visits")
    }
    pages |= {
        "m edit": f"/m/customer/edit/?id={rows['customer']}",
        "m contact": f"/m/contact/edit/?id={rows['contact']}",
        "m new contact": f"/m/contact/new/?customer={rows['customer']}",
        "m new follow-up": f"/m/follow_up/new/?customer={rows['customer']}",
        "m visit": f"/m/visit/?id={rows['visit']}",
        "m new visit": f"/m/visit/new/?customer={rows['customer']}",
        "photo": f"/photo/?id={rows['photo']}",
        "small photo": f"/photo/?id={rows['photo']}&size=small",
        "attachment": f"/attachment/?id={rows['attachment']}",
        "storefront": f"/storefront/?id={rows['customer']}",
        "small storefront": f"/storefront/?id={rows['customer']}&size=small",
    }
    posts = {
        "visit/start": {"customer": rows["customer"], "lat": "1", "lng": "1"},
        "visit/plan": {"customer": rows["customer"], "planned_at": "2027-01-01T09:00"},
        **{f"visit/{step}": {"id": rows["visit"]} for step in ("check_in", "check_out", "tell")},
        "visit/photo/delete": {"id": rows["photo"]},
        "attachment/delete": {"id": rows["attachment"]},
        "attachment/add": {"id": rows["follow_up"], "file": (BytesIO(b"x"), "x")},
        "customer/storefront": {"id": rows["customer"], "photo": (BytesIO(picture()), "x")},
        "visit/photo": {"id": rows["visit"], "photo": (BytesIO(picture()), "x")},
    }
    found = {what: client.get(url) for what, url in pages.items()}
    found |= {f"post {url}": client.post(url, data={"name": "taken over"}) for url in pages.values() if "edit" in url}
    return found | {f"post m/{path}": client.post(f"/m/{path}/", data=data) for path, data in posts.items()}


def deeds(client: FlaskClient, company: Company) -> dict[str, TestResponse]:
    """Ask for the pages of the deeds on C1, and post them."""
    address, row_id, person = "/admin/customer", company.c1.id, company.w1.id
    posted = {
        "visibility": {"visibility": "public"},
        "transfer": {"owner": person},
        "co_followers": {"action": "add", "employee": person},
        "claim": {},
        "storefront": {"deed": "remove"},
    }
    found = {
        f"post {name}": client.post(f"{address}/{name}/", data={"id": row_id, **data}) for name, data in posted.items()
    }
    for page in ("access", "transfer", "co_followers", "visibility"):
        found[page] = client.get(f"{address}/{page}/?id={row_id}&owner={person}&visibility=public")
    for query in ("visibility=public", f"owner={person}", f"employee={person}&action=add"):
        found[f"sight {query}"] = client.get(f"{address}/sight/?id={row_id}&{query}")
    return found


@pytest.mark.parametrize(
    ("login", "expected"), [("a2", "not found"), ("va", "prompt")], ids=["case_37-a2", "case_38-va"]
)
def test_every_address_is_closed(
    client_as: ClientAs, session: Session, company: Company, rows: dict[str, int], *, login: str, expected: str
) -> None:
    before = snapshot(session)

    answers = guesses(client_as(login), company, rows)

    words = {what: word(answer, company, "c1") for what, answer in answers.items()}
    assert {what: found for what, found in words.items() if found != expected} == {}
    assert [what for what, answer in answers.items() if TEXT in answer.text] == []
    assert snapshot(session) == before
    assert word(client_as("a1").get(f"/admin/customer/details/?id={company.c1.id}"), company, "c1") == "shown"


def test_rights_to_delete_open_nothing_hidden(
    client_as: ClientAs, session: Session, company: Company, rows: dict[str, int]
) -> None:
    """Cases 37 and 38 for somebody who holds every permission but is no company admin."""
    give_role(session, company.a2, *(code for code in Permission if code != "view_all_customers"))
    give_role(session, company.va, *Permission)
    before = snapshot(session)

    for login, expected in (("a2", "not found"), ("va", "prompt")):
        answers = guesses(client_as(login), company, rows)
        words = {what: word(answer, company, "c1") for what, answer in answers.items()}
        assert {what: found for what, found in words.items() if found != expected} == {}, login

    assert snapshot(session) == before
