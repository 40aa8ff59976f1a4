"""Deeds on all rows that match: found anew as the person sees them, confirmed by number, all or none."""

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import AuditEntry, ChannelType, Customer
from models.scope import UnfilteredReason, unfiltered
from services import bulk
from tests.factories import Company, make_contact, make_customer

ClientAs = Callable[[str], FlaskClient]


def names(session: Session) -> set[str]:
    """Return the names of all customers."""
    session.rollback()
    with unfiltered(session, UnfilteredReason.COMMAND) as every:
        return set(every.scalars(select(Customer.name)))


def delete_all(client: FlaskClient, query: str, table: str = "customer", **data: str) -> tuple[int, str, str]:
    """Ask to delete all rows that match; return the status, the page and the mark to confirm with."""
    answer = client.post(f"/admin/{table}/action/{query}", data={"action": "delete", "all": "1"} | data)
    mark = re.search(r'name="version" value="(\w+)"', answer.text)
    return answer.status_code, answer.text, mark[1] if mark else ""


def test_delete_all_is_confirmed_by_number_then_done(client_as: ClientAs, session: Session, company: Company) -> None:
    admin, before = client_as("admin"), names(session)

    status, page, mark = delete_all(admin, "?search=C1")
    assert (status, "Delete 3 rows" in page, names(session)) == (200, True, before)
    assert "changed meanwhile" not in page
    status, _, _ = delete_all(admin, "?search=C1", version=mark)

    assert (status, names(session)) == (302, before - {"C1", "C10", "C11"})
    deleted = session.scalars(select(AuditEntry.row_id).where(AuditEntry.action == "delete")).all()
    assert sorted(deleted) == sorted([company.c1.id, company.c10.id, company.c11.id])


def test_delete_all_asks_again_where_the_list_has_changed(
    client_as: ClientAs, session: Session, company: Company
) -> None:
    admin = client_as("admin")
    mark = delete_all(admin, "?search=C1")[2]
    make_customer(session, "C12", owner=company.a1)
    before = names(session)

    status, page, again = delete_all(admin, "?search=C1", version=mark)

    assert (status, "Delete 4 rows" in page, again != mark, names(session)) == (200, True, True, before)
    assert "The rows have changed meanwhile." in page


def test_delete_all_of_one_row_is_not_confirmed_by_its_version(
    client_as: ClientAs, session: Session, company: Company
) -> None:
    before = names(session)

    status, _, mark = delete_all(client_as("admin"), "?search=C4", version="1")

    assert (status, len(mark) > 1, names(session)) == (200, True, before)


def test_delete_all_takes_what_may_be_deleted_and_says_so(
    client_as: ClientAs, session: Session, company: Company
) -> None:
    for owner, customer in (("own", company.c3), ("own", company.c3), ("other", company.c2)):
        make_contact(session, customer, name=f"{owner} contact")
    make_contact(session, company.c4, name="own contact nobody sees")
    b1, east = client_as("b1"), client_as("east")

    page, mark = delete_all(b1, "?search=own+contact", table="contact")[1:]
    assert ("Delete 2 rows" in page, "nobody sees" in page) == (True, False)
    assert delete_all(b1, "?search=own+contact", table="contact", version=mark)[0] == 302
    assert delete_all(east, "", table="contact")[0] == 403


def test_delete_all_of_a_team_names_how_many_of_them(client_as: ClientAs, session: Session, company: Company) -> None:
    make_contact(session, company.c3)
    make_contact(session, make_customer(session, owner=company.west))
    session.commit()

    page = delete_all(client_as("admin"), "", table="contact")[1]
    assert "Delete 2 rows" in page
    va = delete_all(client_as("va"), "", table="contact")
    assert va[0] == 403


def test_delete_all_is_all_or_none(admin_client: FlaskClient, session: Session, agent: ChannelType) -> None:
    session.add(ChannelType(name="KA"))
    session.commit()
    make_customer(session, "user of it", channel_type_id=agent.id)

    mark = delete_all(admin_client, "", table="channel_type")[2]
    assert delete_all(admin_client, "", table="channel_type", version=mark)[0] == 302

    assert session.scalar(select(func.count()).select_from(ChannelType)) == 2


@pytest.mark.parametrize("login", ["a1", "leadA", "va", "cfg"])
def test_delete_all_customers_is_the_admins_alone(
    client_as: ClientAs, session: Session, company: Company, login: str
) -> None:
    before = names(session)

    status, page, _ = delete_all(client_as(login), "")

    assert (status, names(session)) == ((403, before) if login != "cfg" else (422, before))
    assert "C1" not in page


def test_all_beyond_the_limit_are_refused(
    client_as: ClientAs, session: Session, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk.matching_rows, "__kwdefaults__", {"limit": 5})
    before = names(session)

    answers = [delete_all(client_as("admin"), "")[:2]]
    answer = client_as("admin").get("/admin/customer/transfer/?all=1")
    answers.append((answer.status_code, answer.text))

    assert [(status, "At most 5 rows" in page) for status, page in answers] == [(422, True)] * 2
    assert names(session) == before


def test_none_matching_is_told(client_as: ClientAs, company: Company) -> None:
    status, page, _ = delete_all(client_as("admin"), "?search=nothing+of+this+name")

    assert (status, "Nothing matches any more" in page) == (422, True)


def test_all_leads_to_the_transfer_of_all_that_match(client_as: ClientAs, company: Company) -> None:
    a1 = client_as("a1")

    answer = a1.post("/admin/customer/action/?search=C&page=3", data={"action": "transfer", "all": "1"})

    target = urlsplit(answer.location)
    assert (answer.status_code, target.path) == (302, "/admin/customer/transfer/")
    assert parse_qs(target.query) == {"all": ["1"], "search": ["C"], "url": ["/admin/customer/"]}
    page = a1.get(answer.location).text
    assert "Transfer 3 customers" in page
    assert all(name in page for name in ("C1", "C2", "C3"))


def test_transfer_of_all_is_of_the_rows_that_were_shown(
    client_as: ClientAs, session: Session, company: Company
) -> None:
    a1, query = client_as("a1"), "/admin/customer/transfer/?all=1&search=C"
    mark = re.search(r'name="version" value="(\w+)"', a1.get(query).text)
    assert mark is not None
    choice = {"all": "1", "owner": str(company.a2.id), "version": mark[1]}
    make_customer(session, "C20", owner=company.a1)

    stale = a1.post(query, data=choice)
    mark = re.search(r'name="version" value="(\w+)"', a1.get(query).text)
    assert mark is not None
    done = a1.post(query, data=choice | {"version": mark[1]})

    assert (stale.status_code, done.status_code) == (409, 302)
    session.rollback()
    with unfiltered(session, UnfilteredReason.COMMAND) as every:
        owned = every.scalars(select(Customer.name).where(Customer.owner_id == company.a2.id)).all()
    assert sorted(owned) == ["C1", "C2", "C20", "C3"]


def test_sight_of_all_counts_each_customer(client_as: ClientAs, company: Company) -> None:
    fragment = client_as("a1").get(f"/admin/customer/sight/?all=1&search=C&owner={company.a2.id}").text

    assert "3 customers" in fragment


@pytest.mark.parametrize("data", [{"action": "transfer"}, {"action": "delete"}, {"action": "delete", "all": "x"}])
def test_deed_on_nothing_is_refused(client_as: ClientAs, company: Company, data: dict[str, str]) -> None:
    assert client_as("admin").post("/admin/customer/action/", data=data).status_code == 400
