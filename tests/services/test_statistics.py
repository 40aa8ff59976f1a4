"""The figures of the dashboard against a plain recount of what each person sees; weeks by the company's clock."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from auth.errors import PermissionDeniedError
from models import (
    ChannelType,
    CompanySetting,
    Customer,
    CustomerGrade,
    CustomerSource,
    CustomerStatus,
    FollowUp,
    FollowUpProgress,
    Industry,
    Region,
    Visit,
)
from services.ordering import UnknownRowError
from services.statistics import Line, Period, Statistics, statistics
from tests.conftest import acting_in
from tests.factories import Company, make_customer, make_follow_up, make_visit, save

LISTS = {
    "progress": FollowUpProgress,
    "status": CustomerStatus,
    "grade": CustomerGrade,
    "source": CustomerSource,
    "channel_type": ChannelType,
}
NOW = datetime(2026, 3, 18, 4, tzinfo=UTC)
MARCH = Period(date(2026, 3, 1), date(2026, 3, 31))


@pytest.fixture
def busy(bare_session: Session, company: Company) -> Company:
    """Return the company with values of every kind, spread by chance over customers, visits and follow-ups."""
    chance = Random(5)
    values = {
        name: [save(bare_session, model(name=f"{name} {at}", sort_order=3 - at)).id for at in range(3)] + [None]
        for name, model in LISTS.items()
    }
    trees: dict[str, list[Any]] = {}
    for name, model in (("industry", Industry), ("region", Region)):
        roots = [save(bare_session, model(name=f"{name} {at}", sort_order=at)).id for at in (1, 2)]
        below = save(bare_session, model(name=f"{name} below", parent_id=roots[0], sort_order=1)).id
        trees[name] = [*roots, below, save(bare_session, model(name="deep", parent_id=below, sort_order=1)).id, None]
        company[f"{name}_root"], company[f"{name}_below"] = roots[0], below
    people = list(company.people.values())
    rows: list[Any] = []
    customers = [
        make_customer(
            bare_session,
            owner=chance.choice([*people, company.a1, company.a2]),
            visibility=chance.choice(["public", "private"]),
        )
        for _ in range(25)
    ]
    for customer in (*customers, *company.customers.values()):
        for name, ids in (values | trees).items():
            setattr(customer, f"{name}_id", chance.choice(ids))
        customer.created_at = NOW - timedelta(hours=chance.randrange(24 * 60))
        rows.append(customer)
        for _ in range(2):
            at = NOW - timedelta(hours=chance.randrange(24 * 60))
            done = {"check_in_at": at, "status": "done"} if chance.random() < 0.7 else {}
            rows.append(Visit(customer_id=customer.id, user_id=chance.choice(people).id, **done))
            rows.append(
                FollowUp(customer_id=customer.id, author_id=chance.choice(people).id, content="x", created_at=at)
            )
    save(bare_session, *rows)
    return company


def shown(lines: Iterable[Line]) -> dict[int | None, int]:
    """Return the lines that count something, by id."""
    return {line.id: line.count for line in lines if line.count}


def in_china(moment: datetime | None) -> date | None:
    """Return the day on which a moment lies in Shanghai, which has no summer time."""
    return None if moment is None else (moment + timedelta(hours=8)).date()


def lies_in(period: Period, moment: datetime | None) -> bool:
    day = in_china(moment)
    return day is not None and (period.start or date.min) <= day <= (period.end or date.max)


def roots_of(session: Session, model: Any) -> dict[int | None, int | None]:
    """Return node -> its topmost node."""
    parents = {row.id: row.parent_id for row in session.scalars(select(model))}
    found: dict[int | None, int | None] = {None: None}
    for node in parents:
        top = node
        while parents[top] is not None:
            top = parents[top]
        found[node] = top
    return found


def weeks_of(moments: Iterable[datetime | None]) -> Counter[date]:
    """Return Monday -> how many moments lie in its week."""
    days = [day for moment in moments if (day := in_china(moment)) is not None]
    return Counter(day - timedelta(days=day.weekday()) for day in days)


@pytest.mark.parametrize("period", [Period(), MARCH, Period(start=date(2026, 2, 25)), Period(end=date(2026, 2, 25))])
def test_figures_are_what_a_plain_recount_finds(engine: Engine, busy: Company, period: Period) -> None:
    for login in ("admin", "leadA", "va", "a2", "boss", "cfg"):
        with acting_in(engine, busy[login].id) as session:
            found = statistics(session, period)
            customers = [row for row in session.scalars(select(Customer)) if lies_in(period, row.created_at)]
            visits = [row for row in session.scalars(select(Visit)) if lies_in(period, row.check_in_at)]
            follow_ups = [row for row in session.scalars(select(FollowUp)) if lies_in(period, row.created_at)]
            tops = {model: roots_of(session, model) for model in (Industry, Region)}

        assert found.customers == len(customers)
        assert (found.visits, found.follow_ups) == (len(visits), len(follow_ups))
        assert found.pool == sum(row.owner_id is None for row in customers)
        for name in LISTS:
            assert shown(found.lists[name]) == Counter(getattr(row, f"{name}_id") for row in customers), name
        assert shown(found.industries.lines) == Counter(tops[Industry][row.industry_id] for row in customers)
        assert shown(found.regions.lines) == Counter(tops[Region][row.region_id] for row in customers)
        expected = weeks_of(row.created_at for row in customers), weeks_of(row.check_in_at for row in visits)
        for week in found.weeks:
            assert (week.customers, week.visits) == (expected[0][week.monday], expected[1][week.monday])
        for member in found.team:
            assert member.customers == sum(row.owner_id == member.id for row in customers)
            assert member.visits == sum(row.user_id == member.id for row in visits)
            assert member.follow_ups == sum(row.author_id == member.id for row in follow_ups)


def test_people_see_different_figures(engine: Engine, busy: Company) -> None:
    counts = {}
    for login in ("admin", "leadA", "va", "a2", "cfg"):
        with acting_in(engine, busy[login].id) as session:
            counts[login] = statistics(session).customers

    assert counts["admin"] == 36
    assert len(set(counts.values())) == 5
    assert counts["cfg"] < counts["a2"] < counts["leadA"] < counts["admin"]


def test_regions_are_drilled_into(engine: Engine, busy: Company) -> None:
    with acting_in(engine, busy.admin.id) as session:
        regions = statistics(session, region_id=busy.region_root).regions
        customers = Counter(session.scalars(select(Customer.region_id)))
        parents = {row.id: row.parent_id for row in session.scalars(select(Region))}

    below = busy.region_below
    deep = next(node for node, parent in parents.items() if parent == below)
    assert shown(line for line in regions.lines if not line.is_exact) == {below: customers[below] + customers[deep]}
    assert [line.count for line in regions.lines if line.is_exact] == [customers[busy.region_root]]
    assert [node for node, _ in regions.path] == [busy.region_root]
    assert [line.is_parent for line in regions.lines] == [True, False]


def test_an_unknown_region_and_nobody_are_refused(engine: Engine, bare_session: Session, company: Company) -> None:
    with acting_in(engine, company.admin.id) as session, pytest.raises(UnknownRowError):
        statistics(session, region_id=9_999)
    with pytest.raises(PermissionDeniedError):
        statistics(bare_session)


def test_lists_keep_their_order_and_leave_out_what_is_retired_and_unused(
    engine: Engine, bare_session: Session, company: Company
) -> None:
    names = {"talks": 2, "contract": 3, "first call": 1, "unused": 4, "used": 5}
    ids = {
        name: save(bare_session, FollowUpProgress(name=name, sort_order=at, is_active=not name.endswith("used"))).id
        for name, at in names.items()
    }
    make_customer(bare_session, owner=company.a1, progress_id=ids["used"])

    with acting_in(engine, company.a1.id) as session:
        lines = statistics(session).lists["progress"]

    assert [(line.name, line.count) for line in lines] == [
        ("", 3),
        ("first call", 0),
        ("talks", 0),
        ("contract", 0),
        ("used", 1),
    ]


def figures_of_weeks(found: Statistics) -> dict[str, tuple[int, int]]:
    """Return Monday -> customers and visits, of the weeks that have some."""
    return {str(week.monday): (week.customers, week.visits) for week in found.weeks if week.customers or week.visits}


def test_weeks_begin_at_midnight_of_the_company_also_when_the_clock_changes(
    engine: Engine, bare_session: Session, company: Company
) -> None:
    bare_session.get_one(CompanySetting, 1).time_zone = "Europe/Berlin"
    bare_session.commit()
    # The last moment of a week and the first of the next: in winter time, and in summer time from 29 March on.
    for moment in ("2026-03-22T22:59:59", "2026-03-22T23:00:00", "2026-03-29T21:59:59", "2026-03-29T22:00:00"):
        at = datetime.fromisoformat(moment).replace(tzinfo=UTC)
        customer = make_customer(bare_session, owner=company.solo, created_at=at)
        make_visit(bare_session, customer, user=company.solo, check_in_at=at, status="done")
        make_follow_up(bare_session, customer, author=company.solo, created_at=at)

    with acting_in(engine, company.solo.id) as session:
        by_week = figures_of_weeks(statistics(session, Period(date(2026, 3, 10), date(2026, 4, 2))))
        one_week = statistics(session, Period(date(2026, 3, 23), date(2026, 3, 29)))

    assert by_week == {"2026-03-16": (1, 1), "2026-03-23": (2, 2), "2026-03-30": (1, 1)}
    assert (one_week.customers, one_week.visits, one_week.follow_ups) == (2, 2, 2)


@pytest.mark.parametrize(
    ("period", "first", "last", "number"),
    [
        (Period(), "2025-12-29", "2026-03-16", 12),
        (Period(date(2026, 3, 4)), "2026-03-02", "2026-03-16", 3),
        (Period(date(2026, 6, 1)), "2026-06-01", "2026-06-01", 1),
        (Period(end=date(2026, 1, 4)), "2025-10-13", "2025-12-29", 12),
        (Period(date(1900, 1, 1), date(2026, 3, 22)), "2025-03-17", "2026-03-16", 53),
    ],
)
def test_weeks_shown(period: Period, first: str, last: str, number: int) -> None:
    mondays = period.mondays(date(2026, 3, 18))

    assert (str(mondays[0]), str(mondays[-1]), len(mondays)) == (first, last, number)
    assert {day.weekday() for day in mondays} == {0}


def test_team_is_me_and_who_reports_to_me_the_busiest_first(engine: Engine, company: Company) -> None:
    with acting_in(engine, company.leadA.id) as session:
        team = [(member.name, member.customers) for member in statistics(session).team]

    assert team == [("a1", 3), ("gone", 1), ("leadA", 1), ("a2", 0)]
