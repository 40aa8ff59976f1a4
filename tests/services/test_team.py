"""The line below a leader, and the figures of its people: leavers, loops, and nothing that the leader does not see."""

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from auth.errors import HiddenRowError, PermissionDeniedError
from models.types import utc_now
from services.statistics import Period
from services.team import Figures, figures_of, line_below
from tests import factories
from tests.conftest import acting_in, counted
from tests.factories import Company

NOW = utc_now()
WEEK = Period(NOW.date() - timedelta(days=2), NOW.date() + timedelta(days=2))


@pytest.fixture
def company(bare_session: Session) -> Company:
    """Return the company of DOMAIN 3.7."""
    return factories.company(bare_session)


def outline(session: Session, leader_id: int | None) -> list[str]:
    """Return the line as "..name+below", set in by its level."""
    return [f"{'.' * one.level}{one.name}+{one.below_count}" for one in line_below(session, leader_id)]


def test_line_holds_everybody_below_in_order(engine: Engine, company: Company) -> None:
    with acting_in(engine, company.boss.id) as session:
        assert outline(session, company.east.id) == [
            "east+9",
            ".leadA+3",
            "..a1+0",
            "..a2+0",
            "..gone+0",
            ".leadB+2",
            "..b1+0",
            "..va+0",
            ".off+1",
            "..o1+0",
        ]
        assert {one.name for one in line_below(session, company.east.id) if not one.is_active} == {"gone", "off"}


def test_line_of_a_loop_ends_and_everybody_has_a_place_in_the_company(engine: Engine, company: Company) -> None:
    with acting_in(engine, company.z.id) as session:
        assert outline(session, company.z.id) == ["z+3", ".y+2", "..x+1", "...x1+0"]
    with acting_in(engine, company.admin.id) as session:
        every = line_below(session, None)

    assert sorted(one.name for one in every) == sorted(company.people)
    assert {one.name for one in every if one.above_id is None} == {"admin", "boss", "solo", "z"}


@pytest.mark.parametrize(
    ("login", "leader", "error"),
    [
        ("leadA", "leadB", HiddenRowError),
        ("leadA", "boss", HiddenRowError),
        ("leadA", None, PermissionDeniedError),
        ("a1", "a1", PermissionDeniedError),
        ("va", "leadA", PermissionDeniedError),
        ("cfg", None, PermissionDeniedError),
    ],
)
def test_line_is_shown_to_those_who_lead_it(
    engine: Engine, company: Company, login: str, leader: str | None, error: type[Exception]
) -> None:
    with acting_in(engine, company[login].id) as session, pytest.raises(error):
        line_below(session, company[leader].id if leader else None)


def test_figures_count_what_the_leader_sees(engine: Engine, bare_session: Session, company: Company) -> None:
    a1, session = company.a1, bare_session
    day = timedelta(days=1)
    factories.make_customer(session, "idle", owner=a1, is_active=False)
    waiting = factories.make_customer(session, "waiting", owner=a1)
    kept = factories.make_customer(session, "kept", owner=a1)
    for customer in (waiting, kept):
        factories.make_follow_up(session, customer, author=a1, created_at=NOW - 40 * day, next_follow_at=NOW - 20 * day)
    factories.make_follow_up(session, kept, author=a1, created_at=NOW - day / 2)
    factories.make_visit(session, company.c1, user=a1, status="done", check_in_at=NOW - day / 4, check_out_at=NOW)
    factories.make_visit(session, company.c1, user=a1, status="done", check_in_at=NOW - 30 * day, check_out_at=NOW)
    factories.make_visit(session, company.c1, user=a1, planned_at=NOW - 5 * day)
    # To a customer that a1 has lost since: its page shows it to nobody of the line, so it is counted by itself.
    lost = {"check_in_at": NOW - day / 8, "check_out_at": NOW, "status": "done"}
    factories.make_visit(session, company.c4, user=a1, **lost)
    factories.make_follow_up(session, company.c4, author=a1, next_follow_at=NOW - 20 * day)

    with acting_in(engine, company.leadA.id) as own:
        found = figures_of(own, [company.a1.id, company.a2.id], WEEK)

    assert found[company.a2.id] == Figures()
    assert found[a1.id] == Figures(
        customers=6,
        active_customers=5,
        overdue_follow_ups=1,
        follow_ups=1,
        visits=1,
        lost_visits=1,
        overdue_visits=1,
        last_activity_at=NOW - day / 4,
    )


def test_figures_cost_the_same_for_any_number_of_people(engine: Engine, company: Company) -> None:
    costs = []
    for ids in ([company.a1.id], [person.id for person in company.people.values()]):
        with acting_in(engine, company.admin.id) as session, counted(engine) as statements:
            figures_of(session, ids, Period(date(2026, 1, 5), date(2026, 1, 11)))
        costs.append(len(statements))

    assert costs[0] == costs[1] <= 5


def test_visits_to_lost_customers_count_for_the_own_team_only(
    engine: Engine, bare_session: Session, company: Company
) -> None:
    """One to C4, which a1 does not follow, and one to C10 of the pool; one of long ago."""
    for customer, days in ((company.c4, 1), (company.c10, 1), (company.c1, 1), (company.c4, 30)):
        begun = NOW - timedelta(days=days)
        factories.make_visit(bare_session, customer, user=company.a1, status="done", check_in_at=begun)
    found = {}
    for login in ("leadA", "boss", "leadB", "admin"):
        with acting_in(engine, company[login].id) as own:
            figures = figures_of(own, [company.a1.id], WEEK)[company.a1.id]
            found[login] = (figures.visits, figures.lost_visits)

    assert found == {"leadA": (1, 2), "boss": (1, 2), "leadB": (0, 0), "admin": (3, 0)}
