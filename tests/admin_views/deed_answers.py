"""Reads what the pages of deeds answer, and what they did."""

import re

from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from models import Customer
from models.scope import UnfilteredReason, unfiltered


def stored(session: Session, row: Customer) -> tuple[int | None, set[int], str]:
    """Return owner, co-followers and visibility as they stand in the database."""
    session.rollback()
    with unfiltered(session, UnfilteredReason.COMMAND) as every:
        found = every.get_one(Customer, row.id)
        result = found.owner_id, {follower.employee_id for follower in found.co_followers}, found.visibility
    session.rollback()
    return result


def messages(client: FlaskClient, answer: TestResponse) -> list[str]:
    """Return what a person reads on the page to which an answer leads."""
    assert answer.status_code == 302, answer.text
    with client.session_transaction() as cookie:
        return [message for _, message in cookie.pop("_flashes", [])]


def sides(page: str) -> dict[str, list[str]]:
    """Return the names below "gain sight" and "lose sight" of a preview; empty where nobody is concerned."""
    found = {}
    for title, people in re.findall(r"</span> (gain|lose) sight[^<]*</h2>(.*?)</section>", page, re.DOTALL):
        found[title] = [" ".join(re.sub(r"<[^>]+>", " ", name).split()) for name in re.findall(r"<li>.*?</li>", people)]
    return found


def options(page: str, name: str) -> set[str]:
    """Return the log-ins that a picker offers."""
    select = re.search(rf'<select[^>]* name="{name}".*?</select>', page, re.DOTALL)
    assert select is not None
    return set(re.findall(r"\(([\w-]+)\)", select[0]))
