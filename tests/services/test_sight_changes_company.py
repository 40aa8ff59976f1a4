"""What a new supervisor, or the switch, would change in who sees how many customers: the people of DOMAIN 3.7."""

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from auth.errors import PermissionDeniedError
from models import Customer
from services import sight_changes
from services.employees import ReportingLoopError
from services.ordering import UnknownRowError
from tests import factories
from tests.conftest import acting_in
from tests.sight import NOTHING, Found, read


@pytest.fixture
def company(bare_session: Session) -> factories.Company:
    """Return the company of DOMAIN 3.7."""
    return factories.company(bare_session)


def of_supervisor(engine: Engine, company: factories.Company, login: str, supervisor: str | None) -> Found:
    """Return what another supervisor would change, as the admin sees it."""
    with acting_in(engine, company.admin.id) as own:
        supervisor_id = company[supervisor].id if supervisor else None
        return read(sight_changes.of_supervisor(own, company[login].id, supervisor_id))


# The reporting line


@pytest.mark.parametrize(
    ("login", "supervisor", "expected"),
    [
        ("a1", "leadB", ({"leadB": 2}, {"leadA": 3}, 3)),  # C1, C2; leadB stays above C3's co-follower
        ("a1", "leadA", NOTHING),
        ("leadA", "west", ({"west": 4}, {"east": 4}, 5)),  # C1, C3, C5, C6: C2 west sees anyway, C3 stays east's by b1
        ("leadA", None, ({}, {"east": 4, "boss": 4}, 4)),
        ("east", "solo", ({"solo": 7}, {"boss": 7}, 7)),
        ("boss", "solo", ({"solo": 7}, {}, 7)),
        ("w1", "a1", NOTHING),  # follows nobody
        ("solo", "x", ({"x": 1, "y": 1, "z": 1}, {}, 1)),  # into a loop
        ("x", "boss", ({"boss": 2}, {"y": 2, "z": 2}, 2)),  # mends it
        ("x", None, ({}, {"y": 2, "z": 2}, 2)),
        ("y", None, ({}, {"z": 2}, 2)),  # y stays above x
        ("x1", "a1", ({"a1": 1, "leadA": 1, "east": 1, "boss": 1}, {"x": 1, "y": 1, "z": 1}, 1)),
    ],
)
def test_a_new_supervisor_and_all_above_gain_what_the_old_line_loses(
    engine: Engine, company: factories.Company, *, login: str, supervisor: str | None, expected: Found
) -> None:
    assert of_supervisor(engine, company, login, supervisor) == expected


def test_a_supervisor_who_sees_all_customers_gains_private_ones_while_the_switch_is_on(
    engine: Engine, bare_session: Session, company: factories.Company
) -> None:
    on = of_supervisor(engine, company, "a1", "west")
    factories.switch_private(bare_session, is_on=False)

    assert on == ({"west": 2}, {"leadA": 3, "east": 2}, 3)
    assert of_supervisor(engine, company, "a1", "west") == ({}, {"leadA": 3, "east": 2}, 3)


def test_a_supervisor_is_refused_as_the_deed_is(
    engine: Engine, bare_session: Session, company: factories.Company
) -> None:
    hr = factories.make_employee(
        bare_session, "hr", role=factories.make_role(bare_session, "hr", ["manage_employees"]).code
    )
    for login, supervisor in (("east", "a1"), ("east", "east"), ("boss", "leadB"), ("x", "x1")):
        with pytest.raises(ReportingLoopError):
            of_supervisor(engine, company, login, supervisor)
    with acting_in(engine, company.admin.id) as own:
        for ids in ((10_000, None), (company.a1.id, 10_000)):
            with pytest.raises(UnknownRowError):
                sight_changes.of_supervisor(own, *ids)
    for actor, employee in ((company.boss, company.a1), (company.cfg, company.a1), (hr, company.admin)):
        with acting_in(engine, actor.id) as own, pytest.raises(PermissionDeniedError):
            sight_changes.of_supervisor(own, employee.id, company.boss.id)


def test_who_manages_employees_learns_numbers_of_customers_that_stay_hidden(
    engine: Engine, bare_session: Session, company: factories.Company
) -> None:
    role = factories.make_role(bare_session, "hr", ["manage_employees", "manage_settings"])
    hr = factories.make_employee(bare_session, "hr", role=role.code)

    with acting_in(engine, hr.id) as own:  # the reason SIGHT_CHANGE
        moved = read(sight_changes.of_supervisor(own, company.leadA.id, company.solo.id))
        switched = read(sight_changes.of_switch(own, is_on=False))

        assert own.scalars(select(Customer.id)).all() == []
        assert not any(isinstance(row, Customer) for row in own.identity_map.values())
    assert moved == ({"solo": 5}, {"east": 4, "boss": 4}, 5)
    assert switched == ({"va": 8, "west": 9}, {}, 9)


# The switch


def test_the_switch_matters_to_those_who_see_customers_by_their_role_alone(
    engine: Engine, bare_session: Session, company: factories.Company
) -> None:
    factories.make_employee(bare_session, "left", role="employee", is_active=False)
    factories.make_customer(bare_session, owner=company.solo, co_followers=[company.w1], visibility="private")
    found = {}
    for is_present in (True, False):
        factories.switch_private(bare_session, is_on=is_present)
        with acting_in(engine, company.admin.id) as own:
            found[is_present] = [sight_changes.of_switch(own, is_on) for is_on in (True, False)]

    numbers = {"va": 9, "west": 9}  # of 10, less va's own, and the one that west's w1 follows
    assert [read(change) for change in found[True]] == [NOTHING, (numbers, {}, 10)]
    assert [read(change) for change in found[False]] == [({}, numbers, 10), NOTHING]


@pytest.mark.parametrize("login", ["boss", "cfg"])
def test_the_switch_is_refused_to_who_may_not_turn_it(engine: Engine, company: factories.Company, login: str) -> None:
    with acting_in(engine, company[login].id) as own, pytest.raises(PermissionDeniedError):
        sight_changes.of_switch(own, is_on=False)
