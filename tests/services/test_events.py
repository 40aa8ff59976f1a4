"""The stream of what happened: each kind in words, in order, in pages, and nothing of customers that one lost."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from models import Contact, Customer, FollowUp, FollowUpProgress
from models.audit_action import AuditAction
from services import audit, customers
from services.audit_words import Change
from services.events import BadCursorError, Cursor, Event, EventQuery, Kind, read_events
from services.follow_ups import add_follow_up, update_follow_up
from services.visits import create_visit, update_visit
from tests import factories
from tests.conftest import acting_in, counted
from tests.factories import Company

START = datetime(2026, 1, 1, tzinfo=UTC)


def hours(number: float) -> datetime:
    """Return a moment so many hours after the start."""
    return START + timedelta(hours=number)


@pytest.fixture
def steps(bare_session: Session) -> dict[str, int]:
    """Return the ids of three values of progress."""
    rows = {name: factories.save(bare_session, FollowUpProgress(name=name)) for name in ("first", "trial", "signed")}
    return {name: row.id for name, row in rows.items()}


@pytest.fixture
def history(bare_session: Session, company: Company, steps: dict[str, int]) -> Company:
    """Let things happen with C2: told at 1 h and 4 h, visited at 2 h, planned at 3 h, edited at 5 h and later."""
    told = {"author": company.a1, "content": "<script>alert(1)</script>"}
    factories.make_follow_up(bare_session, company.c2, **told, created_at=hours(1), progress_after_id=steps["first"])
    times: dict[str, Any] = {"check_in_at": hours(2), "check_out_at": hours(2.5), "duration_s": 1800}
    factories.make_visit(
        bare_session,
        company.c2,
        user=company.a1,
        status="done",
        summary="seen",
        progress_before_id=steps["first"],
        progress_after_id=steps["trial"],
        **times,
    )
    factories.make_visit(bare_session, company.c2, user=company.a1, planned_at=hours(100), created_at=hours(3))
    factories.make_follow_up(bare_session, company.c2, **told, created_at=hours(4), progress_after_id=steps["trial"])
    entries: list[tuple[AuditAction, dict[str, Any]]] = [
        (AuditAction.CHANGE_PROGRESS, {"progress": ["trial", "signed"]}),
        (AuditAction.EDIT, {"phone": ["1", "<b>2</b>"], "parent_customer": [company.c4.id, company.c1.id]}),
        (AuditAction.EDIT_CONTACT, {"contact": "Li", "contact.mobile": [None, "138"]}),
        (AuditAction.SET_VISIBILITY, {"visibility": ["private", "public"]}),
        (AuditAction.ADD_CO_FOLLOWER, {"co_followers": [[], ["b1 (b1)"]]}),
        (AuditAction.IMPORT_CHANGE, {"owner": ["b1 (b1)", "a1 (a1)"]}),
        (AuditAction.TRANSFER, {"owner": ["a1 (a1)", "b1 (b1)"]}),
        (AuditAction.OPEN_PRIVATE, {}),
    ]
    for number, (action, changes) in enumerate(entries):
        entry = audit.record(bare_session, action, company.c2, changes, by=company.a1)
        entry.at = hours(5 + number)
    moved = {"progress_before_id": steps["signed"], "progress_after_id": steps["first"]}
    factories.make_follow_up(bare_session, company.c2, author=company.a1, created_at=hours(20), **moved)
    bare_session.commit()
    return company


@pytest.fixture
def own(engine: Engine, history: Company) -> Iterator[Session]:
    """Yield the session of the owner of C2."""
    with acting_in(engine, history.a1.id) as session:
        yield session


def of(session: Session, company: Company, **asked: Any) -> tuple[Event, ...]:
    """Return the events of C2."""
    return read_events(session, EventQuery(company.c2.id, **asked), language="en").events


def told(events: tuple[Event, ...]) -> list[tuple[str, list[tuple[str, str | None, str]]]]:
    """Return the kind and the changes of events."""
    return [(event.kind, [(one.called, one.old, one.new) for one in event.changes]) for event in events]


def test_each_kind_says_who_and_what_changed(own: Session, history: Company) -> None:
    found = of(own, history)

    assert told(found)[1:] == [
        ("follow_up", [("Progress", "signed", "first")]),
        ("owner", [("Owner", "a1 (a1)", "b1 (b1)")]),
        ("edit", [("Owner", "b1 (b1)", "a1 (a1)")]),
        ("co_followers", [("Co-followers", None, "added b1 (b1)")]),
        ("visibility", [("Visibility", "Private", "Public")]),
        ("edit", [("Key contact", None, "Li"), ("Mobile", "—", "138")]),
        ("edit", [("Phone", "1", "<b>2</b>"), ("Upper dealer", "Private customer", "C1")]),
        ("progress", [("Progress", "trial", "signed")]),
        ("follow_up", [("Progress", None, "trial")]),
        ("visit", []),
        ("visit", [("Progress", "first", "trial")]),
        ("follow_up", [("Progress", None, "first")]),
    ]
    assert (found[0].kind, found[0].record_id) == (Kind.CREATED, history.c2.id)
    assert {event.who_name for event in found[1:]} == {"a1"}
    assert {event.customer_name for event in found} == {"C2"}
    visit, planned = found[11], found[10]
    assert (visit.text, visit.begun_at, visit.ended_at, visit.duration_s) == ("seen", hours(2), hours(2.5), 1800)
    assert (planned.at, planned.due_at, planned.begun_at) == (hours(3), hours(100), None)


def test_progress_before_is_what_the_customer_had(
    engine: Engine, bare_session: Session, company: Company, steps: dict[str, int]
) -> None:
    """Also where the first progress came from the form; a record that is written again keeps what it noted."""
    with acting_in(engine, company.a1.id) as own:
        customers.update_customer(own, own.get_one(Customer, company.c2.id), {"progress_id": steps["first"]})
        visit = create_visit(own, company.c2.id, {"status": "visiting", "progress_after_id": steps["trial"]})
        customers.update_customer(own, own.get_one(Customer, company.c2.id), {"progress_id": steps["first"]})
        said = add_follow_up(own, company.c2.id, {"content": "x"})
        update_follow_up(own, said, {"progress_after_id": steps["signed"]})
        update_visit(own, visit, {"summary": "seen"})
        add_follow_up(own, company.c2.id, {"content": "y", "progress_after_id": steps["signed"]})
        update_follow_up(own, said, {"progress_after_id": steps["first"]})
        own.commit()
        found = of(own, company, kinds=frozenset({Kind.FOLLOW_UP, Kind.VISIT}))

    moves = {event.text: [(one.old, one.new) for one in event.changes] for event in found}
    assert moves == {"x": [(None, "first")], "y": [(None, "signed")], "seen": [("first", "trial")]}
    with acting_in(engine, company.a1.id) as own:
        assert own.get_one(FollowUp, said.id).progress_before_id == steps["first"]


FILTERS: dict[str, tuple[dict[str, Any], list[float]]] = {
    "progress": ({"kinds": frozenset({Kind.PROGRESS})}, [20, 5, 4, 2, 1]),
    "follow-ups and progress": ({"kinds": frozenset({Kind.FOLLOW_UP, Kind.PROGRESS})}, [20, 5, 4, 2, 1]),
    "owner, also by import": ({"kinds": frozenset({Kind.OWNER})}, [11, 10]),
    "edits": ({"kinds": frozenset({Kind.EDIT})}, [10, 7, 6]),
    "period": ({"since": hours(2), "until": hours(4)}, [3, 2]),
    "nobody": ({"employee_ids": []}, []),
    "no kind": ({"kinds": frozenset()}, []),
}


@pytest.mark.parametrize("name", FILTERS)
def test_filters(own: Session, history: Company, name: str) -> None:
    asked, expected = FILTERS[name]

    assert [event.at for event in of(own, history, **asked)] == [hours(number) for number in expected]


def test_pages_hold_each_event_once_also_those_of_one_moment(
    engine: Engine, bare_session: Session, history: Company
) -> None:
    for number in range(5):
        factories.make_follow_up(bare_session, history.c2, author=history.a1, created_at=hours(5))
        entry = audit.record(bare_session, AuditAction.EDIT, history.c2, {"phone": [None, str(number)]}, by=history.a1)
        entry.at = hours(5)
    bare_session.commit()
    with acting_in(engine, history.a1.id) as own:
        whole = of(own, history, limit=100)
        paged: list[Event] = []
        place: Cursor | None = None
        while page := read_events(own, EventQuery(history.c2.id, before=place, limit=3), language="en"):
            paged += page.events
            if page.next is None:
                break
            place = Cursor.read(str(page.next))

    assert len(whole) == 23
    assert paged == list(whole)


NO_PLACES = ["", "x~1~2", "2026-01-01~1", "2026-01-01~1~²", "2026-01-01~-1~2", "2026-13-01~1~1"]


@pytest.mark.parametrize("text", [*NO_PLACES, f"2026-01-01~2~{2**63}", f"2026-01-01~{2**63}~2"])
def test_cursor_that_means_nothing(text: str) -> None:
    with pytest.raises(BadCursorError):
        Cursor.read(text)


def test_statements_do_not_grow_with_events(engine: Engine, bare_session: Session, history: Company) -> None:
    def count() -> int:
        with acting_in(engine, history.leadA.id) as own, counted(engine) as statements:
            read_events(own, EventQuery(limit=100), language="en")
        return len(statements)

    few = count()
    for _ in range(20):
        factories.make_follow_up(bare_session, history.c2, author=history.b1)
        factories.make_visit(bare_session, history.c2, user=history.a2)

    assert (few, count()) == (3, 3)


def test_lost_customer_leaves_but_ones_own_visit(engine: Engine, bare_session: Session, history: Company) -> None:
    """C2 goes to w1: a1 keeps the visits without what was said there, leadA also without the customer's name."""
    with acting_in(engine, history.admin.id) as own:
        customers.transfer(own, own.get_one(Customer, history.c2.id), history.w1.id)
        own.commit()
    mine = EventQuery(employee_ids=[history.a1.id])
    found = {}
    for login in ("a1", "leadA", "a2", "w1"):
        with acting_in(engine, history[login].id) as own:
            of_own = [event for event in read_events(own, mine, language="en").events if event.at < hours(30)]
            found[login] = [(event.at, event.customer_name, event.customer_id, event.text) for event in of_own]
            assert (of(own, history) == ()) is (login != "w1")

    assert found["a1"] == [(hours(3), "C2", None, None), (hours(2), "C2", None, None)]
    assert found["leadA"] == [(hours(3), None, None, None), (hours(2), None, None, None)]
    assert found["a2"] == []
    assert len(found["w1"]) == 12


def test_visit_to_a_customer_that_is_lost_says_nothing_of_progress(
    engine: Engine, bare_session: Session, history: Company, steps: dict[str, int]
) -> None:
    factories.make_visit(
        bare_session, history.c4, user=history.a1, check_in_at=hours(9), summary="s", progress_after_id=steps["first"]
    )
    with acting_in(engine, history.a1.id) as own:
        visits = read_events(own, EventQuery(kinds=frozenset({Kind.VISIT})), language="en").events
        moves = read_events(own, EventQuery(kinds=frozenset({Kind.PROGRESS})), language="en").events

    lost = next(event for event in visits if event.at == hours(9))
    assert (lost.changes, lost.text, lost.customer_id) == ((), None, None)
    assert hours(9) not in {event.at for event in moves}


def test_visit_to_a_customer_of_the_pool_is_kept(engine: Engine, bare_session: Session, history: Company) -> None:
    factories.make_visit(bare_session, history.c10, user=history.a1, check_in_at=hours(9), summary="s")
    visits = EventQuery(employee_ids=[history.a1.id], kinds=frozenset({Kind.VISIT}))
    found = {}
    for login in ("a1", "leadA", "admin"):
        with acting_in(engine, history[login].id) as own:
            events = read_events(own, visits, language="en").events
            found[login] = [(event.customer_name, event.customer_id) for event in events if event.at == hours(9)]

    assert found == {"a1": [("C10", None)], "leadA": [(None, None)], "admin": [("C10", history.c10.id)]}


def test_customer_above_is_named_only_to_those_who_see_it(engine: Engine, history: Company) -> None:
    with acting_in(engine, history.a1.id) as own:
        customers.update_customer(
            own, own.get_one(Customer, history.c2.id), {"parent_customer_id": history.c1.id, "phone": "3"}
        )
        customers.save_contact(own, Contact(), {"customer_id": history.c2.id, "name": "Li"})
        own.commit()
    with acting_in(engine, history.va.id) as other:
        found = of(other, history, kinds=frozenset({Kind.EDIT}), limit=2)

    assert [event.changes for event in found] == [
        (Change("Key contact", None, "Li"),),
        (Change("Phone", "—", "3"), Change("Upper dealer", "—", "Private customer")),
    ]
