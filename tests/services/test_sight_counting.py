"""Counting gains and losses of customers that change in several ways at once."""

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from services.sight_counting import Change, Line, count_shifts
from tests import factories
from tests.conftest import acting_in, counted
from tests.sight import NOTHING, Found, read


@pytest.fixture
def company(bare_session: Session) -> factories.Company:
    """Return the company of DOMAIN 3.7."""
    return factories.company(bare_session)


@pytest.mark.parametrize(
    ("before", "after", "marks", "expected"),
    [
        ("a1 va", "w1", (False, True), ({"w1": 3}, {"a1": 3, "va": 3, "west": 3}, 3)),
        ("a1", "w1 va", (True, False), ({"w1": 3, "va": 3, "west": 3}, {"a1": 3}, 3)),
        ("va west", "va west", (False, True), NOTHING),  # all to whom the mark matters are near
        ("va", "a1", (False, False), ({"a1": 3}, {}, 3)),
        ("gone", "admin", (True, True), NOTHING),
        ("a1", "a1", (True, True), NOTHING),
    ],
)
def test_those_near_and_the_mark_change_together(
    engine: Engine, company: factories.Company, *, before: str, after: str, marks: tuple[bool, bool], expected: Found
) -> None:
    near = [frozenset(company[login].id for login in logins.split()) for logins in (before, after)]

    with acting_in(engine, company.admin.id) as own:
        assert read(count_shifts(own, {Change(near[0], near[1], *marks): 3})) == expected


def test_who_is_near_some_gets_the_others_from_afar(engine: Engine, company: factories.Company) -> None:
    near_va, far, marks = frozenset([company.va.id]), frozenset([company.a1.id]), (True, False)

    with acting_in(engine, company.admin.id) as own, counted(engine) as statements:
        found = count_shifts(own, {Change(near, near, *marks): count for near, count in ((near_va, 2), (far, 5))})

    assert read(found) == ({"va": 5, "west": 7}, {}, 7)
    assert len(statements) == 1


def test_a_line_ends_at_a_loop_and_keeps_to_those_who_matter() -> None:
    supervisors = {1: 2, 2: 3, 3: 1, 4: 1, 5: None}

    assert Line(supervisors).near([4]) == {1, 2, 3, 4}
    assert Line(supervisors).near([4, 5]) == {1, 2, 3, 4, 5}
    assert Line(supervisors, {2, 5}).near([4, 5]) == {2, 5}
    assert Line(supervisors).near([]) == set()
