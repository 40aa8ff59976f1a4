"""Error pages say what was wrong, what one can do, and the ways on."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from models import Employee
from tests.factories import make_employee

STATUS, SENTENCE, HINT = (
    r'class="empty-header">(.*?)<',
    r'class="empty-title">(.*?)<',
    r'class="empty-subtitle[^>]*>(.*?)<',
)


def told(page: str) -> list[str]:
    """Return what an error page says: status, sentence, what to do."""
    return [match[1] for match in (re.search(part, page) for part in (STATUS, SENTENCE, HINT)) if match]


@pytest.fixture
def amy_client(session: Session, roles: object, client_of: Callable[[Employee], FlaskClient]) -> FlaskClient:
    """Return a client of somebody who may do little."""
    return client_of(make_employee(session, "amy"))


def test_missing_right_says_whom_to_ask(amy_client: FlaskClient) -> None:
    page = amy_client.get("/admin/employee/")

    assert page.status_code == 403
    assert told(page.text) == [
        "403",
        "You do not have the right to do this.",
        "If you need it, ask your company admin to change your role.",
    ]
    assert 'href="/admin/"' in page.text


def test_hidden_and_missing_rows_read_the_same(amy_client: FlaskClient) -> None:
    answers = [amy_client.get(path) for path in ("/admin/customer/details/?id=999", "/admin/nowhere/")]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert told(answers[0].text) == told(answers[1].text)
    assert told(answers[0].text)[1:] == [
        "There is no such page or record.",
        "It may have been deleted, or be one that you do not see.",
    ]


def test_refused_post_leads_back_to_its_form(admin_client: FlaskClient) -> None:
    form = "/admin/customer/?search=x"

    page = admin_client.post("/admin/customer/action/", data={}, headers={"Referer": f"http://localhost{form}"})

    assert page.status_code == 403
    assert f'<a class="btn btn-primary" href="{form}">Back</a>' in page.text


def test_script_gets_code_and_sentence_alone(amy_client: FlaskClient) -> None:
    answer = amy_client.get("/admin/employee/", headers={"Accept": "application/json"})

    assert answer.get_json() == {"code": "forbidden", "message": "You do not have the right to do this."}
