"""What the tests of a customer's page share: the page and its cards, and rows past the visibility rule."""

import html
import re
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session

from models import Customer
from models.scope import UnfilteredReason, unfiltered


def page_of(client: FlaskClient, customer: Customer, query: str = "") -> str:
    """Return the page of a customer."""
    answer = client.get(f"/admin/customer/details/?id={customer.id}{query}")
    assert answer.status_code == 200
    return html.unescape(answer.text)


def part(page: str, name: str) -> str:
    """Return the text of the card of a title's id, in one line."""
    card = re.search(rf'<section class="card[^>]*aria-labelledby="{name}".*?</section>', page, re.DOTALL)
    assert card is not None
    return re.sub(r"\s+", " ", re.sub(r"<[a-z/][^>]*>", " ", card[0])).strip()


def every(session: Session, statement: Any) -> list[Any]:
    """Return rows as the database has them now, whoever may see them."""
    session.rollback()
    with unfiltered(session, UnfilteredReason.COMMAND) as whole:
        found = [tuple(row) for row in whole.execute(statement)]
    session.rollback()
    return found


def change(session: Session, row: Customer, **values: Any) -> None:
    """Write columns of a customer behind the services' back."""
    with unfiltered(session, UnfilteredReason.SEED) as whole:
        whole.execute(update(Customer).where(Customer.id == row.id).values(values))
    session.commit()


def addresses(page: str, words: str) -> str:
    """Return where the link of these words leads."""
    found = re.search(rf'<a [^>]*href="([^"#]*)[^"]*"[^>]*>(?:<svg.*?</svg>)?{words}<', page)
    assert found is not None
    return found[1]
