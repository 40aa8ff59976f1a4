"""The scopes of the customer list: what each holds, and that none shows more than the rule."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from models import Customer
from models.types import utc_now
from services.customers.scopes import SCOPES, offered_scopes, scoped
from tests import factories
from tests.conftest import acting_in


@pytest.fixture
def company(bare_session: Session) -> factories.Company:
    """Return the company of DOMAIN 3.7, with one customer more that somebody follows in the pool."""
    found = factories.company(bare_session)
    found["c12"] = factories.make_customer(bare_session, "C12", code="C12", co_followers=[found.b1])
    return found


def codes(session: Session, scope: str) -> set[str]:
    """Return the codes that the session's actor sees in a scope."""
    return set(session.scalars(scoped(session, select(Customer), scope).with_only_columns(Customer.code)))


#: Viewer -> scope -> codes, from the lines of DOMAIN 3.7.
EXPECTED: dict[str, dict[str, set[str]]] = {
    "a1": {"mine": {"C1", "C2", "C3"}, "team": {"C1", "C2", "C3"}, "private": {"C1", "C3"}},
    "b1": {"mine": {"C3", "C12"}, "team": {"C3", "C12"}, "private": {"C3"}, "pool": {"C12"}},
    "leadA": {
        "mine": {"C5"},
        "team": {"C1", "C2", "C3", "C5", "C6"},
        "private": {"C1", "C3", "C5", "C6"},
        "handover": {"C6"},
    },
    "east": {
        "team": {"C1", "C2", "C3", "C5", "C6", "C7", "C11", "C12"},
        "private": {"C1", "C3", "C5", "C6", "C7", "C11"},
        "pool": {"C12"},
        "handover": {"C6"},
    },
    "va": {"mine": {"C11"}, "team": {"C11"}, "private": {"C11"}, "pool": {"C10", "C12"}},
    "admin": {
        "private": {"C1", "C3", "C4", "C5", "C6", "C7", "C8", "C9", "C11"},
        "pool": {"C10", "C12"},
        "handover": {"C6"},
    },
    "cfg": {},
}


@pytest.mark.parametrize("viewer", EXPECTED)
def test_scope_holds_what_its_name_says(engine: Engine, company: factories.Company, viewer: str) -> None:
    with acting_in(engine, company[viewer].id) as own:
        found = {scope: codes(own, scope) for scope in SCOPES}

    assert {scope: rows for scope, rows in found.items() if rows} == EXPECTED[viewer]


@pytest.mark.parametrize("is_on", [True, False], ids=["switch on", "switch off"])
def test_scope_shows_no_more_than_the_rule(
    engine: Engine, bare_session: Session, company: factories.Company, *, is_on: bool
) -> None:
    factories.switch_private(bare_session, is_on)
    shown: set[str] = set()
    for login in sorted(company.people.keys() - factories.LEAVERS):
        with acting_in(engine, company[login].id) as own:
            seen = set(own.scalars(select(Customer.code)))
            for scope in SCOPES:
                found = codes(own, scope)
                shown |= found
                assert found <= seen, (login, scope)

    assert shown == {f"C{number}" for number in range(1, 13)}


def test_private_scope_is_offered_while_the_switch_is_on(
    engine: Engine, bare_session: Session, company: factories.Company
) -> None:
    with acting_in(engine, company.a1.id) as own:
        on = list(offered_scopes(own.info["actor"]))
    factories.switch_private(bare_session, is_on=False)
    with acting_in(engine, company.a1.id) as own:
        off = list(offered_scopes(own.info["actor"]))
        unchanged = codes(own, "private")

    assert (on, off) == (
        ["mine", "team", "private", "pool", "overdue", "handover"],
        ["mine", "team", "pool", "overdue", "handover"],
    )
    assert unchanged == {"C1", "C2", "C3"}


def test_unknown_scope_is_the_whole_list(engine: Engine, company: factories.Company) -> None:
    with acting_in(engine, company.a1.id) as own:
        assert codes(own, "") == codes(own, "everything") == {"C1", "C2", "C3"}


def test_scope_of_nobody_is_empty(bare_session: Session, company: factories.Company) -> None:
    assert [codes(bare_session, scope) for scope in SCOPES] == [set()] * len(SCOPES)


def test_overdue_scope_holds_promises_that_nobody_kept(
    engine: Engine, bare_session: Session, company: factories.Company
) -> None:
    """A promise of today is not overdue yet; a later follow-up keeps one; who is not active waits for nobody."""
    now, day = utc_now(), timedelta(days=1)
    idle = factories.make_customer(bare_session, "idle", owner=company.a1, is_active=False)
    for customer, promised in ((company.c1, 2), (company.c2, 2), (company.c3, 0), (company.c5, 2), (idle, 2)):
        factories.make_follow_up(bare_session, customer, created_at=now - 5 * day, next_follow_at=now - promised * day)
    factories.make_follow_up(bare_session, company.c2, created_at=now - day)

    with acting_in(engine, company.a1.id) as own:
        assert codes(own, "overdue") == {"C1"}
    with acting_in(engine, company.leadA.id) as own:
        assert codes(own, "overdue") == {"C1", "C5"}
