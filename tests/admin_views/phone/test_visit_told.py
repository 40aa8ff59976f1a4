"""What is told of a visit on the phone: kept beside others' corrections, shown for copying where it cannot be kept."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Visit
from models.enums import Permission
from models.scope import UnfilteredReason, unfiltered
from models.types import utc_now
from tests import factories
from tests.factories import Company
from tests.functional.deed_pages import change_follower
from tests.functional.visibility_pages import give_role

ClientAs = Callable[[str], FlaskClient]


def visits_of(session: Session) -> list[Visit]:
    """Return all visits, whoever sees them."""
    session.rollback()
    with unfiltered(session, UnfilteredReason.COMMAND) as every:
        found = list(every.scalars(select(Visit).order_by(Visit.id)))
    session.rollback()
    return found


@pytest.fixture
def going(session: Session, company: Company) -> Visit:
    """Return a visit of b1 at C3 that is under way."""
    return factories.make_visit(session, company.c3, user=company.b1, status="visiting", check_in_at=utc_now())


@pytest.mark.parametrize("step", ["tell", "check_out"])
@pytest.mark.parametrize("is_seen", [False, True], ids=["lost", "read only"])
def test_what_is_told_of_a_lost_customer_is_shown_for_copying(
    client_as: ClientAs, session: Session, company: Company, going: Visit, *, step: str, is_seen: bool
) -> None:
    client = client_as("b1")
    assert change_follower(client_as("a1"), company.c3, company.b1, "remove").status_code == 302
    if is_seen:
        give_role(session, company.b1, Permission.VIEW_ALL_CUSTOMERS)

    answer = client.post(f"/m/visit/{step}/", data={"id": going.id, "summary": "typed <i>", "version": 1})

    assert answer.status_code == 200
    assert ("was not stored" in answer.text, "typed &lt;i&gt;" in answer.text) == (True, True)
    stored = visits_of(session)[0]
    assert (stored.summary, stored.status) == (None, "done" if step == "check_out" else "visiting")


@pytest.mark.parametrize("step", ["tell", "check_out"])
def test_correction_of_somebody_else_is_not_overwritten(
    client_as: ClientAs, session: Session, company: Company, going: Visit, step: str
) -> None:
    client, admin = client_as("b1"), client_as("admin")
    assert 'name="version"' in client.get(f"/m/visit/?id={going.id}").text
    corrected = admin.post(f"/admin/visit/edit/?id={going.id}", data={"summary": "corrected", "version": "1"})
    assert corrected.status_code == 302

    data = {"id": going.id, "summary": "typed", "version": 1}
    refused = client.post(f"/m/visit/{step}/", data=data)
    assert refused.status_code == 422
    for words in ("Somebody has changed it meanwhile", ">typed</textarea>", "corrected"):
        assert words in refused.text.replace("\r\n", ""), words
    assert [(visit.summary, visit.status) for visit in visits_of(session)] == [("corrected", "visiting")]

    assert client.post(f"/m/visit/{step}/", data=data | {"version": 2}).status_code == 302
    assert visits_of(session)[0].summary == "typed"


def test_visit_without_a_stored_duration(client_as: ClientAs, session: Session, company: Company) -> None:
    began = utc_now() - timedelta(hours=2)
    for ended in (began + timedelta(minutes=75), None):
        for customer in (company.c3, company.c2):  # C2 is none of b1's
            times = {"check_in_at": began, "check_out_at": ended}
            factories.make_visit(session, customer, user=company.b1, status="done", **times)
    client = client_as("b1")

    pages = [client.get(f"/m/visit/?id={visit.id}") for visit in visits_of(session)]

    assert [(page.status_code, "1 h 15 min" in page.text) for page in pages] == [(200, True)] * 2 + [(200, False)] * 2
    assert client.get("/m/visits/").text.count("1 h 15 min") == 2
