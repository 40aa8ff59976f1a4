"""Stubs of private customers: found by name alone, by view-all holders alone, with name and owner alone."""

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from services.stubs import find_stubs
from tests import factories
from tests.conftest import acting_in


@pytest.fixture
def company(bare_session: Session) -> factories.Company:
    """Return the company of DOMAIN 3.7 with 25 more private customers and telling details."""
    found = factories.company(bare_session)
    for number in range(25):
        factories.make_customer(
            bare_session,
            f"Secret {number:02}",
            owner=found.solo,
            visibility="private",
            phone="555-1234",
            short_name="nickname",
            address="hidden street",
        )
    factories.make_customer(bare_session, "成都科技", owner=found.solo, visibility="private")
    return found


def stubs(engine: Engine, company: factories.Company, login: str, search: str) -> tuple[list[tuple[str, str]], int]:
    """Return names and owners of the stubs a viewer finds, and their number."""
    with acting_in(engine, company[login].id) as own:
        rows, total = find_stubs(own, search)
        assert all(row._fields == ("id", "name", "owner_name") for row in rows)
    return [(row.name, row.owner_name) for row in rows], total


@pytest.mark.parametrize(
    ("login", "search", "expected"),
    [
        ("va", "C1", ["C1"]),  # C10 is in the pool, C11 is va's own
        ("va", "ｃ１", ["C1"]),
        ("va", "c1 ", ["C1"]),
        ("va", "C", []),
        ("va", "C ", []),
        ("va", "", []),
        ("va", "%%", []),
        ("va", "C2", []),
        ("va", "555", []),
        ("va", "nickname", []),
        ("va", "hidden", []),
        ("va", "成都", ["成都科技"]),
        ("va", "cdkj", ["成都科技"]),
        ("va", "Secret 07", ["Secret 07"]),
        ("west", "C11", ["C11"]),
        ("a2", "C1", []),
        ("a1", "C1", []),
        ("leadA", "C4", []),
        ("cfg", "C1", []),
        ("admin", "C1", []),
    ],
)
def test_stubs_are_found_by_name_and_only_where_the_outcome_is_notice(
    engine: Engine, company: factories.Company, login: str, search: str, expected: list[str]
) -> None:
    rows, total = stubs(engine, company, login, search)

    assert ([name for name, _ in rows], total) == (expected, len(expected))  # cases 33 and 35


def test_stubs_show_twenty_and_say_how_many_more(engine: Engine, company: factories.Company) -> None:
    rows, total = stubs(engine, company, "va", "Secret")

    assert (len(rows), total) == (20, 25)
    assert rows[0] == ("Secret 00", "solo")


def test_there_are_no_stubs_while_the_switch_is_off_or_nobody_acts(
    engine: Engine, bare_session: Session, company: factories.Company
) -> None:
    nobody = find_stubs(bare_session, "Secret")
    factories.switch_private(bare_session, is_on=False)

    assert nobody == ([], 0)
    assert stubs(engine, company, "va", "Secret") == ([], 0)
