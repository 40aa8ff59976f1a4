"""Who would gain and who would lose sight of how many customers: the people of DOMAIN 3.7, before the deed."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, func, insert, select
from sqlalchemy.orm import Session

from auth.errors import PermissionDeniedError
from models import AuditEntry, Customer, CustomerFollower, Employee
from models.scope import UnfilteredReason, unfiltered
from services import sight_changes
from services.customers import (
    AlreadyFollowingError,
    InactiveEmployeeError,
    NotFollowingError,
    PrivateNeedsOwnerError,
    PrivateNotEnabledError,
)
from tests import factories
from tests.conftest import acting_in, counted
from tests.sight import NOTHING, Found, read


@pytest.fixture
def company(bare_session: Session) -> factories.Company:
    """Return the company of DOMAIN 3.7, with leadA allowed to write."""
    found = factories.company(bare_session)
    role = factories.make_role(bare_session, "team_leader", ["edit_team_customers"])
    bare_session.get_one(Employee, found.leadA.id).role_id = role.id
    bare_session.commit()
    return found


def of_transfer(
    engine: Engine, company: factories.Company, actor: str, names: str, new_owner: str | None, **options: bool
) -> Found:
    """Return what a transfer would change."""
    with acting_in(engine, company[actor].id) as own:
        rows = [own.get_one(Customer, company[name].id) for name in names.split()]
        new_owner_id = company[new_owner].id if new_owner else None
        return read(sight_changes.of_transfer(own, rows, new_owner_id, **options))


# Visibility


@pytest.mark.parametrize(
    ("actor", "name", "visibility", "expected"),
    [
        ("a1", "c2", "private", ({}, {"va": 1, "west": 1}, 1)),
        ("a1", "c2", "public", NOTHING),
        ("a1", "c1", "public", ({"va": 1, "west": 1}, {}, 1)),
        ("va", "c11", "public", ({"west": 1}, {}, 1)),
        ("b1", "c3", "public", ({"va": 1, "west": 1}, {}, 1)),
        ("admin", "c1", "public", ({"va": 1, "west": 1}, {}, 1)),
    ],
)
def test_the_mark_matters_to_those_who_see_it_by_their_role_alone(
    engine: Engine, company: factories.Company, *, actor: str, name: str, visibility: str, expected: Found
) -> None:
    with acting_in(engine, company[actor].id) as own:
        customer = own.get_one(Customer, company[name].id)

        assert read(sight_changes.of_visibility(own, customer, visibility)) == expected


def test_visibility_is_refused_as_the_deed_is(
    engine: Engine, bare_session: Session, company: factories.Company
) -> None:
    with acting_in(engine, company.leadA.id) as own, pytest.raises(PermissionDeniedError):
        sight_changes.of_visibility(own, own.get_one(Customer, company.c1.id), "public")
    with acting_in(engine, company.admin.id) as own:
        with pytest.raises(PermissionDeniedError):
            sight_changes.of_visibility(own, own.get_one(Customer, company.c2.id), "private")
        with pytest.raises(ValueError, match="secret"):
            sight_changes.of_visibility(own, own.get_one(Customer, company.c2.id), "secret")
    pool = factories.make_customer(bare_session, co_followers=[company.b1])
    with acting_in(engine, company.b1.id) as own, pytest.raises(PrivateNeedsOwnerError):
        sight_changes.of_visibility(own, own.get_one(Customer, pool.id), "private")
    factories.switch_private(bare_session, is_on=False)
    with acting_in(engine, company.a1.id) as own, pytest.raises(PrivateNotEnabledError):
        sight_changes.of_visibility(own, own.get_one(Customer, company.c2.id), "private")


# Transfer


@pytest.mark.parametrize(
    ("actor", "names", "new_owner", "options", "expected"),
    [
        ("a1", "c1", "w1", {}, ({"w1": 1, "west": 1}, {"a1": 1, "leadA": 1, "east": 1}, 1)),  # case 26
        ("a1", "c1", "w1", {"keep_as_co_follower": True}, ({"w1": 1, "west": 1}, {}, 1)),  # case 27
        ("a1", "c2", "w1", {}, ({"w1": 1}, {"a1": 1, "leadA": 1, "east": 1}, 1)),  # west sees it anyway
        ("a1", "c3", "a2", {}, ({"a2": 1}, {"a1": 1}, 1)),
        ("a1", "c3", "a2", {"remove_followers": True}, ({"a2": 1}, {"a1": 1, "b1": 1, "leadB": 1}, 1)),
        ("a1", "c3", "b1", {}, ({}, {"a1": 1, "leadA": 1}, 1)),
        ("a1", "c3", "a1", {"remove_followers": True}, NOTHING),  # as in the deed, it has its owner already
        ("a1", "c2", None, {}, ({}, {"a1": 1, "leadA": 1, "east": 1, "boss": 1}, 1)),
        ("admin", "c10", "a1", {}, ({"a1": 1, "leadA": 1, "east": 1, "boss": 1}, {}, 1)),
        ("admin", "c6", "a2", {}, ({"a2": 1}, {}, 1)),  # gone does not log in, so loses nothing
        ("admin", "c6", "gone", {}, NOTHING),  # nothing moves, so it does not matter that gone has left
        ("admin", "c8", "x", {}, ({}, {"x1": 1}, 1)),
        ("admin", "c9", "y", {}, NOTHING),  # members of a loop stand above each other
        ("leadA", "c1 c2 c5", "a2", {}, ({"a2": 3}, {"a1": 2}, 3)),
        ("admin", "c1 c2 c3 c11", "w1", {}, (
            {"w1": 4, "west": 3}, {"a1": 3, "east": 3, "leadA": 3, "leadB": 1, "va": 1}, 4)),
        ("a1", "c1 c1", "w1", {}, ({"w1": 1, "west": 1}, {"a1": 1, "leadA": 1, "east": 1}, 1)),
        ("a1", "", "w1", {}, NOTHING),
    ],
)  # fmt: skip
def test_a_transfer_moves_sight_from_one_line_to_another(
    engine: Engine,
    company: factories.Company,
    *,
    actor: str,
    names: str,
    new_owner: str | None,
    options: dict[str, bool],
    expected: Found,
) -> None:
    assert of_transfer(engine, company, actor, names, new_owner, **options) == expected


@pytest.mark.parametrize(
    ("actor", "names", "new_owner", "error"),
    [
        ("leadA", "c1", "w1", PermissionDeniedError),
        ("leadA", "c2", None, PermissionDeniedError),
        ("b1", "c3", "b1", PermissionDeniedError),
        ("va", "c11 c2", "va", PermissionDeniedError),  # one refused, all refused
        ("a1", "c2 c1", None, PrivateNeedsOwnerError),
        ("a1", "c1", "gone", InactiveEmployeeError),
    ],
)
def test_a_transfer_is_refused_as_the_deed_is(
    engine: Engine,
    company: factories.Company,
    *,
    actor: str,
    names: str,
    new_owner: str | None,
    error: type[Exception],
) -> None:
    with pytest.raises(error):
        of_transfer(engine, company, actor, names, new_owner)


# Co-followers


@pytest.mark.parametrize(
    ("login", "is_added", "expected"),
    [
        ("w1", True, ({"w1": 1, "west": 1}, {}, 1)),
        ("va", True, ({"va": 1}, {}, 1)),  # leadB is above b1 already
        ("leadA", True, NOTHING),
        ("b1", False, ({}, {"b1": 1, "leadB": 1}, 1)),  # case 29
    ],
)
def test_a_co_follower_brings_and_takes_the_line(
    engine: Engine, company: factories.Company, *, login: str, is_added: bool, expected: Found
) -> None:
    with acting_in(engine, company.a1.id) as own:
        customer = own.get_one(Customer, company.c3.id)

        assert read(sight_changes.of_co_follower(own, customer, company[login].id, is_added=is_added)) == expected


def test_a_co_follower_is_refused_as_the_deed_is(engine: Engine, company: factories.Company) -> None:
    with acting_in(engine, company.a1.id) as own:
        customer = own.get_one(Customer, company.c3.id)
        for login, is_added, error in (
            ("b1", True, AlreadyFollowingError),
            ("a1", True, AlreadyFollowingError),
            ("gone", True, InactiveEmployeeError),
            ("w1", False, NotFollowingError),
        ):
            with pytest.raises(error):
                sight_changes.of_co_follower(own, customer, company[login].id, is_added=is_added)
    for login in ("b1", "leadA"):
        with acting_in(engine, company[login].id) as own, pytest.raises(PermissionDeniedError):
            sight_changes.of_co_follower(own, own.get_one(Customer, company.c3.id), company.w1.id, is_added=True)


def test_those_of_most_customers_come_first_then_by_name(engine: Engine, company: factories.Company) -> None:
    with acting_in(engine, company.admin.id) as own:
        rows = [own.get_one(Customer, company[name].id) for name in ("c1", "c2", "c3", "c11")]
        change = sight_changes.of_transfer(own, rows, company.w1.id)

    assert [(shift.name, shift.count) for shift in change.gains] == [("w1", 4), ("west", 3)]
    assert [(shift.name, shift.count) for shift in change.losses] == [
        ("a1", 3), ("east", 3), ("leadA", 3), ("leadB", 1), ("va", 1)
    ]  # fmt: skip
    assert change.gains[0].employee_id == company.w1.id


def previews(company: factories.Company) -> dict[str, Callable[[Session], Any]]:
    """Return each preview with what the admin asks of it."""
    return {
        "visibility": lambda own: sight_changes.of_visibility(own, own.get_one(Customer, company.c1.id), "public"),
        "transfer": lambda own: sight_changes.of_transfer(
            own, own.scalars(select(Customer).where(Customer.code.startswith("C"))).all(), company.w1.id
        ),
        "co_follower": lambda own: sight_changes.of_co_follower(
            own, own.get_one(Customer, company.c1.id), company.w1.id, is_added=True
        ),
        "supervisor": lambda own: sight_changes.of_supervisor(own, company.leadA.id, company.west.id),
        "switch": lambda own: sight_changes.of_switch(own, is_on=False),
    }


def test_a_preview_changes_nothing(engine: Engine, bare_session: Session, company: factories.Company) -> None:
    def stored() -> list[Any]:
        with unfiltered(bare_session, UnfilteredReason.COMMAND) as every:
            rows = [
                every.execute(select(Customer.id, Customer.owner_id, Customer.visibility).order_by(Customer.id)).all(),
                every.execute(select(CustomerFollower.customer_id, CustomerFollower.employee_id)).all(),
                every.execute(select(Employee.id, Employee.supervisor_id).order_by(Employee.id)).all(),
                every.scalar(select(func.count()).select_from(AuditEntry)),
            ]
        bare_session.rollback()
        return rows

    before = stored()
    for preview in previews(company).values():
        with acting_in(engine, company.admin.id) as own:
            assert not preview(own).is_empty
            own.commit()

    assert stored() == before


def test_statements_do_not_grow_with_customers_and_employees(
    engine: Engine, bare_session: Session, company: factories.Company
) -> None:
    def statement_counts() -> dict[str, int]:
        found = {}
        for name, preview in previews(company).items():
            with acting_in(engine, company.admin.id) as own, counted(engine) as statements:
                preview(own)
            found[name] = len(statements)
        return found

    before = statement_counts()
    grow(bare_session, company)

    assert statement_counts() == before


def grow(session: Session, company: factories.Company) -> None:
    """Add 100 employees who see all customers, and 300 private customers of theirs and of a1's, half of them shared."""
    names = {"name": "n", "name_key": "n", "name_sort": "n", "name_initials": "n"}
    people = [
        {"id": id_, "login": f"n{id_}", "role_id": company.va.role_id, "supervisor_id": company.leadA.id, **names}
        for id_ in range(1_001, 1_101)
    ]
    texts = {"name": "n", "name_sort": "n", "name_initials": "n", "visibility": "private"}
    customers = [
        {
            "id": id_,
            "code": f"C{id_}",
            "name_key": f"n{id_}",
            "owner_id": company.a1.id if id_ % 3 else 1_001 + id_ % 100,
            **texts,
        }
        for id_ in range(1_001, 1_301)
    ]
    followers = [{"customer_id": id_, "employee_id": 1_001 + id_ // 2 % 50} for id_ in range(1_001, 1_301, 2)]
    with unfiltered(session, UnfilteredReason.SEED) as every:
        for model, rows in ((Employee, people), (Customer, customers), (CustomerFollower, followers)):
            every.execute(insert(model), rows)
    session.commit()
