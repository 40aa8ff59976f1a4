"""A visit on its way: checked in where the customer is, checked out with what was said, due, overdue."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from auth.errors import HiddenRowError, PermissionDeniedError, PrivateCustomerError
from models import CompanySetting, Customer, FollowUpProgress, Visit
from models.scope import UnfilteredReason, unfiltered
from models.types import utc_now
from services import customers, visits
from services.company_days import day_of
from services.listing import FilterTerm, Listing, filtered_statement
from services.positions import Position
from services.visits import OpenVisitError, PlannedTimeError, VisitStateError, VisitTimesError
from services.visits.flow import allowed_error_m
from tests import factories
from tests.conftest import acting_in, counted

HERE = Position(Decimal("30.657500"), Decimal("104.080800"))
NEAR = {"lat": Decimal("30.657500"), "lng": Decimal("104.081800")}  # 96 m to the east
HOUR = timedelta(hours=1)


def stored(session: Session, visit_id: int) -> Visit:
    """Return a visit as the database has it, whoever sees it."""
    session.rollback()
    with unfiltered(session, UnfilteredReason.COMMAND) as every:
        found = every.get_one(Visit, visit_id)
    session.rollback()
    return found


def test_check_in_measures_the_way_to_the_customer(
    engine: Engine, bare_session: Session, company: factories.Company
) -> None:
    customer = factories.make_customer(bare_session, owner=company.a1, **NEAR)

    with acting_in(engine, company.a1.id) as own:
        visit = visits.start_visit(own, customer.id, HERE, address="North gate", fills_position=True)
        own.commit()

        assert (visit.type, visit.status, visit.user_id) == ("ad_hoc", "visiting", company.a1.id)
        assert (visit.check_in_lat, visit.check_in_lng, visit.check_in_address) == (HERE.lat, HERE.lng, "North gate")
        assert visit.distance_m == 96
        assert own.get_one(Customer, customer.id).lng == NEAR["lng"]  # a known position is nobody's to fill


@pytest.mark.parametrize("fills_position", [True, False])
def test_first_visit_may_fill_the_position(engine: Engine, company: factories.Company, *, fills_position: bool) -> None:
    with acting_in(engine, company.a1.id) as own:
        visit = visits.start_visit(own, company.c1.id, HERE, fills_position=fills_position)
        own.commit()
        customer = own.get_one(Customer, company.c1.id)

        assert (customer.lat, customer.lng) == ((HERE.lat, HERE.lng) if fills_position else (None, None))
        assert (customer.geocoded_at is not None) == fills_position
        assert visit.distance_m == (0 if fills_position else None)


def test_planned_visit_is_checked_in_and_out(engine: Engine, bare_session: Session, company: factories.Company) -> None:
    signed = factories.save(bare_session, FollowUpProgress(name="signed"))
    with acting_in(engine, company.b1.id) as own:
        visit = visits.plan_visit(own, company.c3.id, utc_now())
        visits.check_in(own, visit)  # a phone that knows no position
        assert (visit.distance_m, visit.check_in_lat, visit.type) == (None, None, "planned")
        with pytest.raises(VisitStateError):
            visits.check_in(own, visit)
        told = {"summary": "agreed", "progress_after_id": signed.id, "user_id": company.a1.id, "status": "to_visit"}
        visits.check_out(own, visit.id, HERE, told)
        own.commit()

        assert (visit.status, visit.summary, visit.check_out_lat) == ("done", "agreed", HERE.lat)
        assert visit.user_id == company.b1.id
        assert visit.duration_s is not None
        assert own.get_one(Customer, company.c3.id).progress_id == signed.id
        with pytest.raises(VisitStateError):
            visits.check_out(own, visit.id)


def test_refusal_names_the_open_visit(engine: Engine, company: factories.Company) -> None:
    with acting_in(engine, company.a1.id) as own:
        first = visits.start_visit(own, company.c1.id)
        own.commit()
        with pytest.raises(OpenVisitError) as refused:
            visits.start_visit(own, company.c2.id)
        own.rollback()

        assert refused.value.visit_id == first.id


@pytest.mark.parametrize(
    ("login", "name", "error"),
    [
        ("a2", "c1", HiddenRowError),
        ("va", "c1", PrivateCustomerError),
        ("va", "c2", PermissionDeniedError),
        ("leadA", "c1", PermissionDeniedError),
        ("a1", "retired", PermissionDeniedError),
    ],
)
def test_not_followed_is_not_begun(
    engine: Engine, bare_session: Session, company: factories.Company, *, login: str, name: str, error: type[Exception]
) -> None:
    company["retired"] = factories.make_customer(bare_session, owner=company.a1, is_active=False)
    with acting_in(engine, company[login].id) as own:
        with pytest.raises(error):
            visits.start_visit(own, company[name].id, HERE)
        with pytest.raises(error):
            visits.plan_visit(own, company[name].id, utc_now())
        assert visits.follows(own, company[name].id) is False


def test_visit_of_somebody_else_is_neither_begun_nor_ended(
    engine: Engine, bare_session: Session, company: factories.Company
) -> None:
    planned = factories.make_visit(bare_session, company.c3, user=company.b1, planned_at=utc_now())
    going = factories.make_visit(bare_session, company.c2, user=company.a2, status="visiting", check_in_at=utc_now())

    for login in ("a1", "leadA", "admin"):
        with acting_in(engine, company[login].id) as own:
            with pytest.raises(PermissionDeniedError):
                visits.check_in(own, own.get_one(Visit, planned.id))
            with pytest.raises(HiddenRowError):
                visits.check_out(own, going.id, None, {"summary": "forged"})
    assert stored(bare_session, going.id).status == "visiting"


def test_planned_visit_of_a_customer_no_longer_followed_is_not_begun(
    engine: Engine, bare_session: Session, company: factories.Company
) -> None:
    visit = factories.make_visit(bare_session, company.c2, user=company.va, planned_at=utc_now())

    with acting_in(engine, company.va.id) as own, pytest.raises(PermissionDeniedError):
        visits.check_in(own, own.get_one(Visit, visit.id))


def test_lost_customer_does_not_keep_the_visit_open(
    engine: Engine, bare_session: Session, company: factories.Company
) -> None:
    """What is told of a customer that the visitor no longer sees, or only reads, is not written."""
    began = {"status": "visiting", "check_in_at": utc_now() - HOUR}
    lost = factories.make_visit(bare_session, company.c1, user=company.a2, **began)
    read_only = factories.make_visit(bare_session, company.c2, user=company.va, **began)

    for visit, person in ((lost, company.a2), (read_only, company.va)):
        with acting_in(engine, person.id) as own:
            visits.check_out(own, visit.id, HERE, {"summary": "written blind"})
            own.commit()
        found = stored(bare_session, visit.id)
        assert (found.status, found.summary, found.check_out_lat) == ("done", None, HERE.lat)
        assert 3600 <= (found.duration_s or 0) < 3700
        assert found.version == visit.version + 1  # who has the visit's form open is told


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"check_in_at": utc_now() + HOUR}, VisitTimesError),
        ({"check_in_at": utc_now() - HOUR, "check_out_at": utc_now() + HOUR}, VisitTimesError),
        ({"planned_at": utc_now() + timedelta(days=800)}, PlannedTimeError),
    ],
    ids=["in", "out", "planned"],
)
def test_clock_nonsense_is_refused(
    engine: Engine, company: factories.Company, values: dict[str, datetime], error: type[Exception]
) -> None:
    with acting_in(engine, company.a1.id) as own, pytest.raises(error):
        visits.create_visit(own, company.c1.id, values)


@pytest.mark.parametrize("planned_at", [None, utc_now() - timedelta(days=2)])
def test_past_is_not_planned(engine: Engine, company: factories.Company, planned_at: datetime | None) -> None:
    with acting_in(engine, company.a1.id) as own, pytest.raises(PlannedTimeError):
        visits.plan_visit(own, company.c1.id, planned_at)


def test_day_is_the_companys(bare_session: Session) -> None:
    bare_session.add(CompanySetting(id=1, time_zone="Asia/Shanghai", visit_error_m=200))
    bare_session.commit()

    day = day_of(bare_session, datetime(2026, 5, 3, 17, 0, tzinfo=UTC))  # 01:00 on the 4th in Shanghai

    assert (day.start, day.end) == (datetime(2026, 5, 3, 16, tzinfo=UTC), datetime(2026, 5, 4, 16, tzinfo=UTC))
    assert allowed_error_m(bare_session) == 200


def test_due_are_open_planned_and_missed_visits(
    engine: Engine, bare_session: Session, company: factories.Company
) -> None:
    now = utc_now()
    today, start = now, day_of(bare_session).start

    def make(customer: Customer, **values: object) -> int:
        return factories.make_visit(bare_session, customer, user=company.a1, **values).id

    missed = make(company.c1, planned_at=start - HOUR)
    marked = make(company.c2, planned_at=start - 2 * HOUR, status="overdue")
    planned = make(company.c3, planned_at=today)
    make(company.c1, planned_at=day_of(bare_session).end + HOUR)
    make(company.c1, planned_at=start, status="done", check_in_at=start, check_out_at=start)
    make(company.c4, planned_at=today)  # lost since
    going = make(company.c4, status="visiting", check_in_at=now)
    factories.make_visit(bare_session, company.c3, user=company.b1, planned_at=today)

    with acting_in(engine, company.a1.id) as own:
        _ = visits.due_visits(own)
        with counted(engine) as statements:
            found = [
                (visit.id, visit.status, visit.customer_name, visit.customer_id) for visit in visits.due_visits(own)
            ]

    assert found == [
        (going, "visiting", "C4", None),
        (marked, "overdue", "C2", company.c2.id),
        (missed, "overdue", "C1", company.c1.id),
        (planned, "to_visit", "C3", company.c3.id),
    ]
    assert len(statements) == 1


def test_due_is_what_the_newest_follow_up_promises(
    engine: Engine, bare_session: Session, company: factories.Company
) -> None:
    start = day_of(bare_session).start

    def make(customer: Customer, *, promised: datetime | None, age: int = 0) -> int:
        made = {"created_at": utc_now() - age * HOUR, "next_follow_at": promised}
        return factories.make_follow_up(bare_session, customer, author=company.leadA, **made).id

    make(company.c1, promised=start, age=3)
    newest = make(company.c1, promised=start - HOUR, age=2)
    make(company.c2, promised=start, age=3)
    make(company.c2, promised=None, age=1)  # done since
    third = make(company.c3, promised=utc_now())
    make(company.c5, promised=start)  # not followed by a1
    retired = factories.make_customer(bare_session, owner=company.a1, is_active=False)
    make(retired, promised=start)

    with acting_in(engine, company.a1.id) as own:
        assert [(row.id, row.customer_name) for row in visits.due_follow_ups(own)] == [(newest, "C1"), (third, "C3")]
    with acting_in(engine, company.a2.id) as own:
        assert visits.due_follow_ups(own) == []
    assert (visits.due_visits(bare_session), visits.due_follow_ups(bare_session)) == ([], [])


def test_filter_knows_what_is_overdue(engine: Engine, bare_session: Session, company: factories.Company) -> None:
    start = day_of(bare_session).start
    for code, values in {
        "late": {"planned_at": start - HOUR},
        "stored": {"planned_at": None, "status": "overdue"},
        "today": {"planned_at": start + HOUR},
        "some day": {"planned_at": None},
    }.items():
        factories.make_visit(bare_session, company.c1, user=company.a1, summary=code, **values)

    with acting_in(engine, company.a1.id) as own:
        found = {}
        for status in ("overdue", "to_visit", "done"):
            listing = Listing(filters=(FilterTerm("status", "is", status),))
            rows = own.scalars(filtered_statement(own, Visit, listing).order_by(Visit.id))
            found[status] = [row.summary for row in rows]
    assert found == {"overdue": ["late", "stored"], "to_visit": ["today", "some day"], "done": []}


def test_own_visit_is_kept(engine: Engine, bare_session: Session, company: factories.Company) -> None:
    visit = factories.make_visit(bare_session, company.c4, user=company.a2, summary="secret")

    for login, name in (("a2", "C4"), ("leadA", None), ("solo", None)):
        with acting_in(engine, company[login].id) as own:
            row = visits.own_visit(own, visit.id)
            assert (row and row.customer_name) == name  # the team's have a list of their own
            assert row is None or (row.customer_id is None and "summary" not in row._fields)
    assert visits.own_visit(bare_session, visit.id) is None


def test_deleting_is_for_who_may_edit(engine: Engine, bare_session: Session, company: factories.Company) -> None:
    visit = factories.make_visit(bare_session, company.c3, user=company.a1)

    with acting_in(engine, company.leadA.id) as own, pytest.raises(PermissionDeniedError):
        visits.delete_visit(own, own.get_one(Visit, visit.id))
    with acting_in(engine, company.a1.id) as own:
        visits.delete_visit(own, own.get_one(Visit, visit.id))
        own.commit()
        assert own.scalars(select(Visit)).all() == []
        assert customers.can_edit(own, own.get_one(Customer, company.c3.id))
