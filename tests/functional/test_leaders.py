"""A leader's way from the team page to a report's customer, follow-up and visit, and what may be corrected there."""

import html
import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from models import FollowUp, Visit
from models.enums import Permission
from models.types import utc_now
from tests import factories
from tests.factories import Company
from tests.functional.deed_pages import customer_row
from tests.functional.rights_table import ClientAs
from tests.functional.visibility_pages import give_role, snapshot

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ENGLISH = {"Accept-Language": "en"}


def first_row(client: FlaskClient, list_url: str) -> str:
    """Return the page of the first row of a list."""
    page = client.get(list_url, headers=ENGLISH).text
    found = re.search(r'href="(/admin/\w+/details/\?id=\d+)"', page.partition("<tbody>")[2])
    assert found is not None, list_url
    return html.unescape(found[1])


def figure_url(client: FlaskClient, part: str) -> str:
    """Return the list behind the figure of a report on the team page."""
    urls = re.findall(r'<a href="([^"]+)" data-figure="[1-9]', client.get("/admin/team/").text)
    return next(url for url in map(html.unescape, urls) if part in url)


@pytest.fixture
def done(session: Session, company: Company) -> dict[str, int]:
    """Let leadA write for the team, and a1 have a customer with a follow-up and a visit; return their ids."""
    give_role(session, company.leadA, Permission.EDIT_TEAM_CUSTOMERS)
    now = utc_now()
    follow_up = factories.make_follow_up(session, company.c2, author=company.a1, content="tpyo")
    times = {"check_in_at": now - timedelta(minutes=9), "check_out_at": now}
    visit = factories.make_visit(session, company.c2, user=company.a1, status="done", summary="tpyo", **times)
    return {"follow_up": follow_up.id, "visit": visit.id}


def test_leader_corrects_a_report_from_the_team_page(
    client_as: ClientAs, session: Session, company: Company, done: dict[str, int]
) -> None:
    lead_a, a1 = client_as("leadA"), company.a1.id

    opened = first_row(lead_a, f"{figure_url(lead_a, f'customer/?owner__is={a1}')}&search=C2")
    edit = opened.replace("details", "edit")
    form = lead_a.get(edit, headers=ENGLISH).text
    row = customer_row(session, company.c2)
    data = {"name": "C2 corrected", "is_active": "y", "version": row.version}
    assert edit in lead_a.get(opened).text
    assert ('name="visibility"' in form, 'name="owner"' in form) == (False, False)
    assert lead_a.post(edit, data=data | {"visibility": "private"}).status_code == 400
    assert lead_a.post(edit, data=data).status_code == 302
    changed = customer_row(session, company.c2)
    assert (changed.name, changed.owner_id, changed.visibility) == ("C2 corrected", a1, "public")

    for model, url, field in (
        (FollowUp, figure_url(lead_a, f"author__is={a1}"), "content"),
        (Visit, figure_url(lead_a, f"visit/?user__is={a1}"), "summary"),
    ):
        edit = first_row(lead_a, url).replace("details", "edit")
        name = model.__tablename__
        assert edit == f"/admin/{name}/edit/?id={done[name]}"
        sent = {"method": "phone", "type": "planned", "status": "done", field: "typo", "version": "1"}
        assert lead_a.post(edit, data=sent).status_code == 302
    session.rollback()
    stored = snapshot(session, only=("follow_up", "visit"))
    assert ("typo" in str(stored), "tpyo" in str(stored)) == (True, False)


@pytest.mark.parametrize("case", [("east", 403), ("leadB", 404), ("a2", 404), ("cfg", 404)])
def test_others_correct_nothing(
    client_as: ClientAs, session: Session, company: Company, done: dict[str, int], case: tuple[str, int]
) -> None:
    login, status = case
    client, before = client_as(login), snapshot(session)

    for name, row_id in {"customer": company.c2.id, **done}.items():
        url = f"/admin/{name}/edit/?id={row_id}"
        assert client.get(url).status_code == status
        assert client.post(url, data={"name": "x", "content": "x", "summary": "x"}).status_code == status
    assert snapshot(session) == before
