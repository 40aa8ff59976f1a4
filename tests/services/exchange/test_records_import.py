"""Follow-ups and visits from files: in whose name, and what nobody can have done."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Visit
from models.scope import UnfilteredReason, unfiltered
from services.exchange.errors import FileError
from tests.factories import Company
from tests.files import as_person, faults, rows_import


def on_clock(**away: int) -> str:
    """Return a moment on the company's clock, so far from now."""
    return (datetime.now(ZoneInfo("Asia/Shanghai")) + timedelta(**away)).strftime("%Y-%m-%d %H:%M")


PAST, EARLIER, FUTURE = on_clock(days=-1), on_clock(days=-1, hours=-2), on_clock(days=2)


@pytest.mark.parametrize(
    ("person", "visitor", "expected"),
    [
        ("admin", "a1", []),
        ("admin", "b1", []),
        ("admin", "a2", [(2, "user", "not_follower")]),
        ("admin", "admin", [(2, "user", "not_follower")]),
    ],
)
def test_admin_imports_the_visits_of_those_who_follow(
    app: Flask, session: Session, people: Company, *, person: str, visitor: str, expected: list[tuple[int, str, str]]
) -> None:
    lines = ("customer", "user", "status", "check_in_at", "check_out_at"), ("C3", visitor, "done", EARLIER, PAST)

    with as_person(app, people[person]) as own:
        result = rows_import(own, "visit", *lines)
        own.commit()

    assert faults(result) == expected
    with unfiltered(session, UnfilteredReason.COMMAND) as every:
        stored = every.execute(select(Visit.user_id, Visit.duration_s)).all()
    assert [tuple(row) for row in stored] == ([] if expected else [(people[visitor].id, 7200)])


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"status": "done"}, [("check_in_at", "visit_needs_check_in")]),
        ({"status": "visiting"}, [("check_in_at", "visit_needs_check_in")]),
        ({"status": "done", "check_in_at": FUTURE}, [("check_in_at", "in_future")]),
        ({"status": "done", "check_in_at": PAST, "check_out_at": FUTURE}, [("check_out_at", "in_future")]),
        ({"status": "done", "check_in_at": PAST, "check_out_at": EARLIER}, [("check_out_at", "times")]),
        ({"status": "visiting", "check_in_at": EARLIER, "check_out_at": PAST}, [("status", "visit_not_ended")]),
        ({"status": "to_visit", "planned_at": FUTURE, "check_in_at": PAST}, [("status", "visit_not_begun")]),
        ({"status": "overdue"}, [("planned_at", "visit_needs_plan")]),
        ({"status": "to_visit", "planned_at": on_clock(days=800)}, [("planned_at", "too_far_ahead")]),
        ({"status": "no such", "check_in_at": PAST}, [("status", "not_a_choice")]),
        ({"status": "done", "check_in_at": PAST}, []),
        ({"status": "overdue", "planned_at": PAST}, []),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_impossible_visits_are_refused(
    app: Flask, session: Session, people: Company, values: dict[str, str], expected: list[tuple[str, str]]
) -> None:
    with as_person(app, people.admin) as own:
        result = rows_import(own, "visit", ("customer", "user", *values), ("C1", "a1", *values.values()))
        own.commit()

    assert [(fault.field, fault.code) for fault in result.faults] == expected
    with unfiltered(session, UnfilteredReason.COMMAND) as every:
        stored = every.scalars(select(Visit.status)).all()
    assert stored == ([] if expected else [values["status"].replace("overdue", "to_visit")])


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_others_import_in_their_own_name(app: Flask, session: Session, people: Company) -> None:
    lines = ("customer", "planned_at"), ("C3", FUTURE), ("C1", FUTURE)

    with as_person(app, people.b1) as own:
        result = rows_import(own, "visit", *lines, is_partial=True)
        own.commit()
        assert faults(result) == [(3, "customer", "unknown")]
        with pytest.raises(FileError):
            rows_import(own, "visit", (*lines[0], "user"), ("C3", FUTURE, "a1"))

    with unfiltered(session, UnfilteredReason.COMMAND) as every:
        assert every.scalars(select(Visit.user_id)).all() == [people.b1.id]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_follow_ups_promise_nothing_before_themselves(app: Flask, people: Company) -> None:
    lines = [
        ("customer", "author", "method", "content", "created_at", "next_follow_at"),
        ("C3", "a1", "phone", "promised", EARLIER, PAST),
        ("C3", "a1", "phone", "backwards", PAST, EARLIER),
        ("C3", "a1", "phone", "of now", "", PAST),
    ]

    with as_person(app, people.admin) as own:
        result = rows_import(own, "follow_up", *lines)

    assert faults(result) == [
        (3, "next_follow_at", "next_before"),
        (4, "next_follow_at", "next_before"),
    ]
