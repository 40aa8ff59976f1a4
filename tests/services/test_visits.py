"""Visits: only of followed customers, one open at a time; what their author keeps after losing the customer."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from auth.actor import get_actor
from auth.errors import HiddenRowError, PermissionDeniedError, PrivateCustomerError
from models import Customer, Employee, FollowUpProgress, Visit
from models.scope import UnfilteredReason, unfiltered
from models.types import utc_now
from services import customers
from services.visits import (
    ImpossibleVisitError,
    OpenVisitError,
    PlannedTimeError,
    VisitStateError,
    VisitTimesError,
    create_visit,
    followed_customers_statement,
    own_visits,
    update_visit,
)
from tests import factories
from tests.conftest import acting_in

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
LATER = utc_now() + timedelta(days=3)


@pytest.fixture
def company(bare_session: Session) -> factories.Company:
    """Return the company of DOMAIN 3.7."""
    return factories.company(bare_session)


@pytest.mark.parametrize(
    ("login", "codes"),
    [("a1", ["C1", "C2", "C3"]), ("b1", ["C3"]), ("leadA", ["C5"]), ("va", ["C11"]), ("admin", []), ("boss", [])],
)
def test_the_pick_list_holds_what_one_follows(
    engine: Engine, company: factories.Company, login: str, codes: list[str]
) -> None:
    with acting_in(engine, company[login].id) as own:
        actor = get_actor(own)
        assert actor is not None
        assert sorted(row.code for row in own.scalars(followed_customers_statement(actor))) == codes  # case 39


def test_inactive_customers_are_not_picked(engine: Engine, bare_session: Session, company: factories.Company) -> None:
    retired = factories.make_customer(bare_session, "retired", owner=company.a2, is_active=False)

    with acting_in(engine, company.a2.id) as own:
        actor = get_actor(own)
        assert actor is not None
        assert own.scalars(followed_customers_statement(actor)).all() == []
        with pytest.raises(PermissionDeniedError):
            create_visit(own, retired.id, {})


@pytest.mark.parametrize(
    ("login", "name", "error"),
    [
        ("a2", "c1", HiddenRowError),
        ("va", "c1", PrivateCustomerError),
        ("va", "c2", PermissionDeniedError),
        ("leadA", "c1", PermissionDeniedError),
        ("admin", "c1", PermissionDeniedError),
    ],
)
def test_a_customer_not_followed_is_not_visited(
    engine: Engine, bare_session: Session, company: factories.Company, *, login: str, name: str, error: type[Exception]
) -> None:
    with acting_in(engine, company[login].id) as own, pytest.raises(error):
        create_visit(own, company[name].id, {"status": "to_visit"})

    with unfiltered(bare_session, UnfilteredReason.COMMAND) as every:
        assert every.scalars(select(Visit)).all() == []


def test_a_visit_begins_and_ends(engine: Engine, bare_session: Session, company: factories.Company) -> None:
    signed = factories.save(bare_session, FollowUpProgress(name="signed"))

    with acting_in(engine, company.b1.id) as own:
        visit = create_visit(own, company.c3.id, {"planned_at": utc_now(), "user_id": company.a1.id})
        assert (visit.user_id, visit.status, visit.check_in_at) == (company.b1.id, "to_visit", None)
        update_visit(own, visit, {"status": "visiting", "check_in_at": NOON})
        update_visit(
            own,
            visit,
            {"status": "done", "check_out_at": NOON + timedelta(minutes=30), "progress_after_id": signed.id},
        )
        own.commit()
        customer = own.get_one(Customer, company.c3.id)

        assert visit.duration_s == 1800
        assert (customer.last_visited_at, customer.progress_id, customer.version) == (NOON, signed.id, 1)


def test_moments_are_filled_in_by_the_status(engine: Engine, company: factories.Company) -> None:
    with acting_in(engine, company.a1.id) as own:
        visit = create_visit(own, company.c1.id, {"status": "visiting"})
        assert visit.check_in_at is not None
        update_visit(own, visit, {"status": "done"})

        assert visit.check_out_at is not None
        assert visit.duration_s == 0


def test_one_visit_is_open_at_a_time(engine: Engine, company: factories.Company) -> None:
    with acting_in(engine, company.a1.id) as own:
        first = create_visit(own, company.c1.id, {"status": "visiting"})
        second = create_visit(own, company.c2.id, {"planned_at": utc_now()})
        with pytest.raises(OpenVisitError):
            create_visit(own, company.c2.id, {"status": "visiting"})
        with pytest.raises(OpenVisitError):
            update_visit(own, second, {"status": "visiting"})
        update_visit(own, first, {"status": "visiting", "summary": "still there"})
        update_visit(own, first, {"status": "done"})
        update_visit(own, second, {"status": "visiting"})
        own.commit()


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"check_in_at": NOON, "planned_at": LATER}, ImpossibleVisitError),
        ({"status": "overdue", "check_in_at": NOON, "planned_at": NOON}, ImpossibleVisitError),
        ({"status": "visiting", "check_in_at": NOON, "check_out_at": NOON}, ImpossibleVisitError),
        ({"status": "done"}, ImpossibleVisitError),
        ({"status": "overdue"}, PlannedTimeError),
        ({"status": "to_visit"}, PlannedTimeError),
        ({"planned_at": NOON}, PlannedTimeError),
    ],
)
def test_impossible_visits_are_refused(
    engine: Engine, company: factories.Company, values: dict[str, object], error: type[Exception]
) -> None:
    with acting_in(engine, company.a1.id) as own, pytest.raises(error):
        create_visit(own, company.c1.id, values)


def test_no_visit_goes_back(engine: Engine, bare_session: Session, company: factories.Company) -> None:
    values = {"status": "done", "check_in_at": NOON}  # nobody noted when it ended
    visit = factories.make_visit(bare_session, company.c1, user=company.a1, **values)

    with acting_in(engine, company.a1.id) as own:
        row = own.get_one(Visit, visit.id)
        for status in ("visiting", "to_visit", "overdue"):
            with pytest.raises(VisitStateError):
                update_visit(own, row, {"status": status})
            own.rollback()
        update_visit(own, row, {"summary": "told later"})
        assert (row.check_out_at, row.duration_s) == (None, None)


def test_a_missed_plan_is_moved(engine: Engine, bare_session: Session, company: factories.Company) -> None:
    visit = factories.make_visit(bare_session, company.c1, user=company.a1, status="overdue", planned_at=NOON)

    with acting_in(engine, company.a1.id) as own:
        row = own.get_one(Visit, visit.id)
        update_visit(own, row, {"summary": "call first"})  # its day stands, so it may
        with pytest.raises(PlannedTimeError):
            update_visit(own, row, {"planned_at": NOON + timedelta(days=1)})
        own.rollback()
        update_visit(own, row, {"planned_at": LATER})
        assert (row.status, row.planned_at) == ("to_visit", LATER)


def test_a_visit_does_not_end_before_it_began(engine: Engine, company: factories.Company) -> None:
    with acting_in(engine, company.a1.id) as own:
        for values in (
            {"check_in_at": NOON, "check_out_at": NOON - timedelta(seconds=1)},
            {"check_out_at": NOON},
        ):
            with pytest.raises(VisitTimesError):
                create_visit(own, company.c1.id, values)


def test_an_author_keeps_the_visit_after_losing_the_customer(
    engine: Engine, bare_session: Session, company: factories.Company
) -> None:
    with acting_in(engine, company.a1.id) as own:  # case 40
        customers.add_co_follower(own, own.get_one(Customer, company.c2.id), company.a2.id)
        own.commit()
    with acting_in(engine, company.a2.id) as own:
        visit = create_visit(own, company.c2.id, {"status": "visiting", "check_in_address": "Street 1"})
        update_visit(own, visit, {"status": "done", "summary": "secret"})
        own.commit()
    with acting_in(engine, company.a1.id) as own:
        customer = own.get_one(Customer, company.c2.id)
        customers.remove_co_follower(own, customer, company.a2.id)
        customers.set_visibility(own, customer, "private")
        customers.transfer(own, customer, company.w1.id)
        own.commit()

    found = {}
    for login in ("a2", "leadA", "boss", "va", "a1", "w1"):
        with acting_in(engine, company[login].id) as own:
            rows = own_visits(own)
            found[login] = [(row.id, row.is_full, row.customer_id, row.customer_name) for row in rows]
            assert (own.get(Visit, visit.id) is not None) == (login in {"boss", "w1"})
            assert all("summary" not in row._fields and "check_in_lat" not in row._fields for row in rows)
            assert all(row.check_in_address == "Street 1" and row.user_name == "a2" for row in rows)
    assert found == {
        "a2": [(visit.id, False, None, "C2")],
        "leadA": [(visit.id, False, None, None)],
        "boss": [(visit.id, True, company.c2.id, "C2")],
        "va": [],
        "a1": [],
        "w1": [],
    }


def test_own_visits_are_paged_and_may_leave_out_the_team(
    engine: Engine, bare_session: Session, company: factories.Company
) -> None:
    visits = [factories.make_visit(bare_session, company.c2, user=company.a1) for _ in range(3)]
    factories.make_visit(bare_session, company.c5, user=company.leadA)

    with acting_in(engine, company.leadA.id) as own:
        assert len(own_visits(own)) == 4
        assert [row.customer_name for row in own_visits(own, is_own_only=True)] == ["C5"]
    with acting_in(engine, company.a1.id) as own:
        assert [row.id for row in own_visits(own, limit=1, offset=1)] == [visits[1].id]
        own.rollback()
        assert own.get_one(Employee, company.a1.id).is_active
    assert own_visits(bare_session) == []
