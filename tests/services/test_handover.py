"""Handing over what somebody follows: shares, followers afterwards, refusals that change nothing, few statements."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from auth.errors import HiddenRowError, PermissionDeniedError
from models import AuditEntry, Customer, CustomerFollower, CustomerGrade, Region, Visit
from models.audit_action import AuditAction
from models.scope import UnfilteredReason, unfiltered
from models.types import utc_now
from services import customers
from services.bulk import TooManyRowsError
from services.customers import InactiveEmployeeError, PrivateNeedsOwnerError
from services.handover import CoFollowing, Handover, NoReceiverError, Split, awaiting, hand_over, plan, planning
from services.listing import FilterTerm
from tests import factories
from tests.conftest import acting_in, counted
from tests.factories import Company


@pytest.fixture
def company(bare_session: Session) -> Company:
    """Return the company of DOMAIN 3.7, with leadA allowed to write for the team."""
    found = factories.company(bare_session)
    leader = factories.make_role(bare_session, "team_leader", ["edit_team_customers"])
    for person in (found.leadA, found.east):
        person.role_id = leader.id
    factories.save(bare_session, found.leadA, found.east)
    return found


def state(session: Session) -> dict[str, tuple[int | None, frozenset[int]]]:
    """Return name -> owner and co-followers of every customer."""
    with unfiltered(session, UnfilteredReason.COMMAND) as every:
        followers: dict[int, set[int]] = {}
        for customer_id, employee_id in every.execute(
            select(CustomerFollower.customer_id, CustomerFollower.employee_id)
        ):
            followers.setdefault(customer_id, set()).add(employee_id)
        rows = every.execute(select(Customer.id, Customer.name, Customer.owner_id)).all()
    session.rollback()
    return {row.name: (row.owner_id, frozenset(followers.get(row.id, ()))) for row in rows}


def done(engine: Engine, actor_id: int, asked: Handover) -> Any:
    """Let somebody hand over; return the plan."""
    with acting_in(engine, actor_id) as session:
        found = plan(session, asked, is_locking=True)
        hand_over(session, found)
        session.commit()
    return found


def changed(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Return the customers that are different."""
    return {name: after[name] for name in after if after[name] != before[name]}


def test_hand_over_gives_everything_of_a_leaver_to_one(engine: Engine, bare_session: Session, company: Company) -> None:
    factories.make_customer(bare_session, "shared", owner=company.a1, co_followers=[company.gone, company.a2])
    factories.make_customer(bare_session, "foreign", owner=company.w1, co_followers=[company.gone])
    before = state(bare_session)
    asked = Handover(company.gone.id, (company.a2.id,), co_following=CoFollowing.GIVE, keep_as_co_follower=True)

    found = done(engine, company.leadA.id, asked)

    assert changed(before, state(bare_session)) == {
        "C6": (company.a2.id, frozenset([company.gone.id])),
        "shared": (company.a1.id, frozenset([company.a2.id])),  # a2 follows it already, so the following just ends
    }
    assert [(share.receiver.name, share.owned, share.co_followed) for share in found.shares] == [("a2", 1, 0)]
    assert (found.ended, found.untouched) == (1, 1)


def test_hand_over_divides_evenly_each_grade_alike(engine: Engine, bare_session: Session, company: Company) -> None:
    grades = [CustomerGrade(name=name, sort_order=number) for number, name in enumerate("AB")]
    factories.save(bare_session, *grades)
    for number in range(9):
        factories.make_customer(bare_session, owner=company.gone, grade_id=grades[number % 3 > 0].id)
    ids = (company.a1.id, company.a2.id, company.gone.id, company.leadA.id)

    found = done(engine, company.admin.id, Handover(company.gone.id, ids))

    dealt = Counter((move.owner_id, move.customer.grade_id) for move in found.moves if move.customer.grade_id)
    assert sorted(share.owned for share in found.shares) == [3, 3, 4]  # the one who gives takes nothing
    assert {count for (_, grade), count in dealt.items() if grade == grades[0].id} == {1}
    assert {count for (_, grade), count in dealt.items() if grade == grades[1].id} == {2}


def test_hand_over_keeps_regions_together_and_follows_filters(
    engine: Engine, bare_session: Session, company: Company
) -> None:
    regions = [Region(name=name, sort_order=number) for number, name in enumerate(("east", "north", "south"))]
    factories.save(bare_session, *regions)
    for region, count in zip(regions, (5, 3, 2), strict=True):
        for _ in range(count):
            factories.make_customer(bare_session, owner=company.gone, region_id=region.id)
    asked = Handover(company.gone.id, (company.a1.id, company.a2.id), split=Split.REGION)
    narrowed = Handover(company.gone.id, (company.a1.id,), filters=[FilterTerm("region", "is", str(regions[1].id))])

    with acting_in(engine, company.leadA.id) as session:
        whole, part = plan(session, asked), plan(session, narrowed)

    takers: dict[int | None, set[int | None]] = {}
    for move in whole.moves:
        takers.setdefault(move.customer.region_id, set()).add(move.owner_id)
    assert {len(found) for found in takers.values()} == {1}
    assert sorted(share.owned for share in whole.shares) == [5, 6]
    assert {move.customer.region_id for move in part.moves} == {regions[1].id}
    assert len(part.moves) == 3


def test_hand_over_notes_each_customer_and_counts_its_version(
    engine: Engine, bare_session: Session, company: Company
) -> None:
    other = factories.make_customer(bare_session, "other", owner=company.a1, co_followers=[company.gone])
    asked = Handover(company.gone.id, (company.a2.id,), remove_followers=True, co_following=CoFollowing.END)

    done(engine, company.admin.id, asked)

    entries = bare_session.scalars(select(AuditEntry).order_by(AuditEntry.row_id)).all()
    assert {(entry.row_id, entry.action, str(entry.changes)) for entry in entries} == {
        (company.c6.id, AuditAction.TRANSFER, "{'owner': ['gone (gone)', 'a2 (a2)']}"),
        (other.id, AuditAction.REMOVE_CO_FOLLOWER, "{'co_followers': [['gone (gone)'], []]}"),
    }
    assert {entry.actor_id for entry in entries} == {company.admin.id}
    with unfiltered(bare_session, UnfilteredReason.COMMAND) as every:
        for customer in (company.c6, other):
            row = every.get_one(Customer, customer.id)
            assert (row.version, row.updated_by_id) == (customer.version + 1, company.admin.id)


@pytest.mark.parametrize(
    ("case", "error"),
    [
        (("leadA", "gone", ["w1"]), PermissionDeniedError),  # outside of the team
        (("leadA", "gone", ["a1", "w1"]), PermissionDeniedError),
        (("leadA", "gone", None), PermissionDeniedError),  # the pool is outside of every team
        (("leadA", "b1", ["a1"]), PermissionDeniedError),
        (("boss", "gone", ["a1"]), PermissionDeniedError),  # reads only
        (("a1", "a1", ["a2"]), PermissionDeniedError),
        (("va", "gone", ["a1"]), PermissionDeniedError),
        (("cfg", "gone", ["a1"]), PermissionDeniedError),
        (("admin", "gone", ["off"]), InactiveEmployeeError),
        (("admin", "gone", ["gone"]), NoReceiverError),
        (("admin", "gone", []), NoReceiverError),
        (("admin", "gone", None), PrivateNeedsOwnerError),
        (("admin", None, ["a1"]), HiddenRowError),
    ],
)
def test_hand_over_refused_changes_nothing(
    engine: Engine,
    bare_session: Session,
    company: Company,
    case: tuple[str, str | None, list[str] | None],
    error: type[Exception],
) -> None:
    login, giver, to = case
    factories.make_customer(bare_session, "open", owner=company.gone)
    before = state(bare_session)
    receivers = tuple(company[name].id for name in to or ())
    asked = Handover(company[giver].id if giver else 999_999, receivers, is_to_pool=to is None)

    with pytest.raises(error) as caught:
        done(engine, company[login].id, asked)

    assert state(bare_session) == before
    if error is PrivateNeedsOwnerError:
        assert caught.value.names == ("C6",)  # type: ignore[attr-defined]


def test_hand_over_to_the_pool(engine: Engine, bare_session: Session, company: Company) -> None:
    row = factories.make_customer(bare_session, "open", owner=company.a2, co_followers=[company.b1])

    done(engine, company.admin.id, Handover(company.a2.id, (), is_to_pool=True))

    assert state(bare_session)[row.name] == (None, frozenset([company.b1.id]))


def test_hand_over_costs_the_same_for_any_number_of_customers(
    engine: Engine, bare_session: Session, company: Company
) -> None:
    costs = []
    for count in (2, 60):
        rows = [
            Customer(
                code=f"N{count}-{number}", name=f"n{count}-{number}", owner_id=company.gone.id, visibility="public"
            )
            for number in range(count)
        ]
        for row in rows[:30]:
            row.co_followers = [CustomerFollower(employee_id=company.b1.id)]
        factories.save(bare_session, *rows)
        asked = Handover(
            company.gone.id, (company.a1.id, company.a2.id), keep_as_co_follower=True, remove_followers=True
        )
        with acting_in(engine, company.admin.id) as session, counted(engine) as statements:
            hand_over(session, plan(session, asked, is_locking=True))
            session.commit()
        costs.append(len(statements))

    assert costs[0] == costs[1] <= 20


def test_hand_over_is_about_so_many_customers_and_no_more(
    engine: Engine, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "MAX_CUSTOMERS", 2)

    with acting_in(engine, company.admin.id) as session, pytest.raises(TooManyRowsError):
        plan(session, Handover(company.a1.id, (company.a2.id,)))


@pytest.mark.parametrize(
    ("login", "expected"),
    [("admin", [("gone", 1)]), ("leadA", [("gone", 1)]), ("east", [("gone", 1)]), ("boss", []), ("va", []), ("a1", [])],
)
def test_leavers_await_those_who_may_hand_over(
    engine: Engine, company: Company, login: str, expected: list[tuple[str, int]]
) -> None:
    with acting_in(engine, company[login].id) as session:
        assert [(part.name, part.count) for part in awaiting(session)] == expected


def test_leavers_who_only_co_follow_await_too(engine: Engine, bare_session: Session, company: Company) -> None:
    factories.make_customer(bare_session, "shared", owner=company.w1, co_followers=[company.off, company.b1])
    with acting_in(engine, company.admin.id) as session:
        found = [(part.name, part.count, part.co_followed) for part in awaiting(session)]

    assert found == [("gone", 1, 0), ("off", 0, 1)]


def test_planned_visits_go_to_whoever_takes_the_customer(
    engine: Engine, bare_session: Session, company: Company
) -> None:
    """Those that have begun stay, and those of others; the entry says how many went."""
    gone, session = company.gone, bare_session
    shared = factories.make_customer(session, "shared", owner=company.a1, co_followers=[gone])
    soon = utc_now() + timedelta(days=1)
    planned = [factories.make_visit(session, company.c6, user=gone, planned_at=soon) for _ in range(2)]
    planned += [factories.make_visit(session, shared, user=gone, planned_at=soon, status="overdue")]
    stay = [
        factories.make_visit(session, company.c6, user=gone, status="done", check_in_at=soon, check_out_at=soon),
        factories.make_visit(session, company.c6, user=company.leadA, planned_at=soon),
    ]
    asked = Handover(gone.id, (company.a2.id,), co_following=CoFollowing.GIVE)
    with acting_in(engine, company.leadA.id) as own:
        assert plan(own, replace(asked, leave_visits=True)).visit_count == 0

    found = done(engine, company.leadA.id, asked)

    assert (found.visit_count, [share.visits for share in found.shares]) == (3, [3])
    with unfiltered(session, UnfilteredReason.COMMAND) as every:
        rows = [(row.user_id, row.version) for row in every.scalars(select(Visit).order_by(Visit.id))]
        told = {entry.row_id: entry.changes["planned_visits"] for entry in every.scalars(select(AuditEntry))}
    assert rows == [(company.a2.id, 2)] * len(planned) + [(row.user_id, 1) for row in stay]
    assert told == {company.c6.id: 2, shared.id: 1}


def test_planned_visits_stay_where_nobody_takes_the_customer(
    engine: Engine, bare_session: Session, company: Company
) -> None:
    row = factories.make_customer(bare_session, "open", owner=company.a2)
    visit = factories.make_visit(bare_session, row, user=company.a2, planned_at=utc_now())

    found = done(engine, company.admin.id, Handover(company.a2.id, (), is_to_pool=True))

    with unfiltered(bare_session, UnfilteredReason.COMMAND) as every:
        assert (found.visit_count, every.scalar(select(Visit.user_id))) == (0, visit.user_id)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_hand_over_of_what_somebody_else_has_just_moved_is_refused(
    engine: Engine, bare_session: Session, company: Company
) -> None:
    """Without the lock of the plan; on SQLite writers queue from the beginning."""
    with acting_in(engine, company.admin.id) as slow, acting_in(engine, company.leadA.id) as quick:
        found = plan(slow, Handover(company.gone.id, (company.a1.id,)))
        customers.transfer(quick, quick.get_one(Customer, company.c6.id), company.a2.id)
        quick.commit()

        with pytest.raises(StaleDataError):
            hand_over(slow, found)

    assert state(bare_session)["C6"] == (company.a2.id, frozenset())
