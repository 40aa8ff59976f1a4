"""A list on its way to the screen: counting, paging, and both ways to a page."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from models import Contact, Customer, Industry
from services.list_order import sorted_statement
from services.listing import Count, Listing, filtered_statement
from services.row_list import RowList, followers_of_all
from tests import factories
from tests.conftest import acting_in, counted

#: How many followed customers a page may start from: none, so that it walks; all.
WAYS = {"walk": 0, "gather": 1_000}


@pytest.fixture
def company(bare_session: Session) -> factories.Company:
    """Return the company of the specification's cases, with a contact for each customer."""
    company = factories.company(bare_session)
    for customer in (row for row in company.values() if isinstance(row, Customer)):
        factories.make_contact(bare_session, customer)
    bare_session.commit()
    return company


def listed(session: Session, model: type[Any], **changes: Any) -> RowList:
    """Return the whole list of a table as its page shows it."""
    statement = sorted_statement(filtered_statement(session, model, Listing()), model, "")
    made = RowList(session, model, statement, followers=followers_of_all(session, model), is_whole=model is Customer)
    return replace(made, **changes)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("model", [Customer, Contact])
@pytest.mark.parametrize("login", ["a1", "leadA", "va", "admin", "w1"])
def test_page_and_total_are_those_of_the_plain_statement(
    engine: Engine, company: factories.Company, login: str, model: Any, way: str
) -> None:
    with acting_in(engine, company[login].id) as session:
        found = listed(session, model, gather_limit=WAYS[way])
        every = [row.id for row in session.scalars(found.statement)]

        assert [row.id for row in found.page(limit=100, offset=0)] == every
        assert [row.id for row in found.page(limit=2, offset=1)] == every[1:3]
        assert found.count == Count(len(every))


@pytest.mark.parametrize("login", ["leadA", "va"])
def test_counting_stops_at_the_limit(engine: Engine, company: factories.Company, login: str) -> None:
    with acting_in(engine, company[login].id) as session:
        exact = listed(session, Customer).count.rows

        assert listed(session, Customer, count_limit=exact).count == Count(exact)
        assert listed(session, Customer, count_limit=exact - 1).count == Count(exact - 1, is_capped=True)
        assert listed(session, Customer, count_limit=1, is_whole=False).count == Count(1, is_capped=True)


def test_customer_with_many_co_followers_counts_once(
    engine: Engine, bare_session: Session, company: factories.Company
) -> None:
    team = [company[login] for login in ("a1", "a2", "gone")]
    for _ in range(3):
        factories.make_customer(bare_session, owner=None, co_followers=team)

    with acting_in(engine, company["leadA"].id) as session:
        exact = len(list(session.scalars(select(Customer.id))))

        assert listed(session, Customer, count_limit=exact).count == Count(exact)


def test_list_of_few_followed_customers_starts_from_their_followers(engine: Engine, company: factories.Company) -> None:
    with acting_in(engine, company["a1"].id) as session, counted(engine) as statements:
        found = listed(session, Customer)
        assert found.count.rows == len(found.page(limit=100, offset=0))

    owned, followed, ids, rows = (statement for statement in statements if "FROM customer" in statement)
    assert "LIMIT" in owned
    assert "UNION" in followed
    assert "SELECT rule_follower.customer_id" in ids  # where to look; the rule, asked row by row, counts
    assert "SELECT rule_follower.customer_id" not in rows


def test_empty_page_loads_nothing(engine: Engine, company: factories.Company) -> None:
    with acting_in(engine, company["cfg"].id) as session, counted(engine) as statements:
        assert listed(session, Customer).page(limit=20, offset=0) == []

    assert not any("customer.name" in statement for statement in statements)


def test_table_that_hangs_on_no_customer_has_no_followers(engine: Engine, company: factories.Company) -> None:
    with acting_in(engine, company["a1"].id) as session:
        assert followers_of_all(session, Industry) is None
        assert listed(session, Industry).count == Count(len(list(session.scalars(select(Industry)))))


def test_related_names_come_with_the_page(engine: Engine, company: factories.Company) -> None:
    with acting_in(engine, company["a1"].id) as session, counted(engine) as statements:
        rows = listed(session, Customer).page(limit=100, offset=0, shown=("owner", "region"))
        names = [row.owner.name for row in rows if row.owner]

    assert len(names) == len(rows) > 1
    assert len([statement for statement in statements if "employee_1" in statement]) == 1
