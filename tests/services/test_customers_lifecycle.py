"""Owners, co-followers, the pool, leavers and deletion: DOMAIN 3.6, row by row."""

from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from auth.errors import PermissionDeniedError
from auth.visibility import Outcome, outcome_of
from models import AuditEntry, Contact, Customer, CustomerFollower, Department, Employee
from models.scope import UnfilteredReason, unfiltered
from services import customers
from services.customers import (
    AlreadyFollowingError,
    InactiveEmployeeError,
    NotFollowingError,
    NotInPoolError,
    PrivateNeedsOwnerError,
)
from services.usage import InUseError
from tests import factories
from tests.conftest import acting_in

F, N, H = Outcome.FULL, Outcome.NOTICE, Outcome.HIDDEN


@pytest.fixture
def company(bare_session: Session) -> factories.Company:
    """Return the company of DOMAIN 3.7, with leadA allowed to write."""
    found = factories.company(bare_session)
    role = factories.make_role(bare_session, "team_leader", ["edit_team_customers"])
    bare_session.get_one(Employee, found.leadA.id).role_id = role.id
    bare_session.commit()
    return found


def followers(session: Session, customer: Customer) -> tuple[int | None, set[int], str]:
    """Return owner, co-followers and visibility as they stand in the database."""
    with unfiltered(session, UnfilteredReason.COMMAND) as every:
        row = every.get_one(Customer, customer.id)
        found = row.owner_id, {follower.employee_id for follower in row.co_followers}, row.visibility
    session.rollback()  # so that nobody waits for us
    return found


def outcomes(engine: Engine, company: factories.Company, name: str, viewers: str) -> list[Outcome]:
    """Return what each viewer gets in a request of their own."""
    found = []
    for viewer in viewers.split():
        with acting_in(engine, company[viewer].id) as own:
            found.append(outcome_of(own, company[name].id))
    return found


def audits(session: Session) -> list[tuple[str, dict[str, Any]]]:
    """Return the deeds noted so far, oldest first."""
    rows = session.execute(select(AuditEntry.action, AuditEntry.changes).order_by(AuditEntry.id))
    return [(row.action, row.changes) for row in rows]


def test_a_transfer_takes_the_customer_to_another_line(
    engine: Engine, bare_session: Session, company: factories.Company
) -> None:
    with acting_in(engine, company.a1.id) as own:  # case 26
        customers.transfer(own, own.get_one(Customer, company.c1.id), company.w1.id)
        own.commit()

    assert outcomes(engine, company, "c1", "a1 leadA east") == [H, H, H]
    assert outcomes(engine, company, "c1", "w1 west boss") == [F, F, F]
    assert followers(bare_session, company.c1) == (company.w1.id, set(), "private")
    assert audits(bare_session) == [("transfer", {"owner": ["a1 (a1)", "w1 (w1)"]})]


def test_the_old_owner_may_stay_as_co_follower(
    engine: Engine, bare_session: Session, company: factories.Company
) -> None:
    with acting_in(engine, company.a1.id) as own:  # case 27
        customers.transfer(own, own.get_one(Customer, company.c1.id), company.w1.id, keep_as_co_follower=True)
        own.commit()

    assert outcomes(engine, company, "c1", "a1 leadA east west") == [F, F, F, F]
    assert followers(bare_session, company.c1) == (company.w1.id, {company.a1.id}, "private")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, {"b1"}),
        ({"keep_as_co_follower": True}, {"a1", "b1"}),
        ({"remove_followers": True}, set()),
        ({"remove_followers": True, "keep_as_co_follower": True}, {"a1"}),
    ],
    ids=["as is", "keep", "remove", "remove and keep"],
)
def test_co_followers_stay_unless_removed(
    engine: Engine, bare_session: Session, company: factories.Company, options: dict[str, bool], expected: set[str]
) -> None:
    with acting_in(engine, company.a1.id) as own:
        customers.transfer(own, own.get_one(Customer, company.c3.id), company.a2.id, **options)
        own.commit()

    owner_id, found, _ = followers(bare_session, company.c3)
    assert (owner_id, found) == (company.a2.id, {company[login].id for login in expected})


def test_an_owner_is_never_a_co_follower(engine: Engine, bare_session: Session, company: factories.Company) -> None:
    with acting_in(engine, company.a1.id) as own:
        customer = own.get_one(Customer, company.c3.id)
        with pytest.raises(AlreadyFollowingError):
            customers.add_co_follower(own, customer, company.a1.id)
        customers.transfer(own, customer, company.b1.id)
        own.commit()

    assert followers(bare_session, company.c3) == (company.b1.id, set(), "private")


def test_the_department_changes_with_the_owner(
    engine: Engine, bare_session: Session, company: factories.Company
) -> None:
    north = factories.save(bare_session, Department(name="North"))
    bare_session.get_one(Employee, company.a2.id).department_id = north.id
    bare_session.commit()

    with acting_in(engine, company.leadA.id) as own:
        customer = own.get_one(Customer, company.c2.id)
        customers.transfer(own, customer, company.a2.id)

        assert (customer.owner_id, customer.department_id) == (company.a2.id, north.id)


@pytest.mark.parametrize(
    ("login", "name", "new_owner"),
    [("b1", "c3", "b1"), ("leadA", "c1", "w1"), ("east", "c1", "a2"), ("va", "c2", "va"), ("leadA", "c1", None)],
)
def test_a_transfer_without_the_right_changes_nothing(
    engine: Engine, bare_session: Session, company: factories.Company, *, login: str, name: str, new_owner: str | None
) -> None:
    before = followers(bare_session, company[name])
    with acting_in(engine, company[login].id) as own:
        customer = own.get_one(Customer, company[name].id)
        with pytest.raises(PermissionDeniedError):
            customers.transfer(own, customer, company[new_owner].id if new_owner else None)

    assert (followers(bare_session, company[name]), audits(bare_session)) == (before, [])


def test_nobody_who_left_becomes_owner_or_co_follower(engine: Engine, company: factories.Company) -> None:
    with acting_in(engine, company.a1.id) as own:
        customer = own.get_one(Customer, company.c1.id)
        for employee_id in (company.gone.id, 10_000):
            with pytest.raises(InactiveEmployeeError):
                customers.transfer(own, customer, employee_id)
            with pytest.raises(InactiveEmployeeError):
                customers.add_co_follower(own, customer, employee_id)


def test_the_last_follower_leaves_a_public_customer_to_the_pool(
    engine: Engine, bare_session: Session, company: factories.Company
) -> None:
    with acting_in(engine, company.a1.id) as own:  # case 30
        with pytest.raises(PrivateNeedsOwnerError):
            customers.transfer(own, own.get_one(Customer, company.c1.id), None)
        customers.transfer(own, own.get_one(Customer, company.c2.id), None)
        own.commit()

    assert followers(bare_session, company.c1) == (company.a1.id, set(), "private")
    assert followers(bare_session, company.c2) == (None, set(), "public")
    assert outcomes(engine, company, "c2", "a1 va admin") == [H, F, F]


def test_co_followers_come_and_go_by_the_owner_and_it_is_noted(
    engine: Engine, bare_session: Session, company: factories.Company
) -> None:
    with acting_in(engine, company.a1.id) as own:
        customer = own.get_one(Customer, company.c3.id)
        customers.add_co_follower(own, customer, company.w1.id)
        with pytest.raises(AlreadyFollowingError):
            customers.add_co_follower(own, customer, company.w1.id)
        customers.remove_co_follower(own, customer, company.b1.id)  # case 29
        with pytest.raises(NotFollowingError):
            customers.remove_co_follower(own, customer, company.b1.id)
        own.commit()

    assert outcomes(engine, company, "c3", "b1 leadB leadA w1 west") == [H, H, F, F, F]
    assert audits(bare_session) == [
        ("add_co_follower", {"co_followers": [["b1 (b1)"], ["b1 (b1)", "w1 (w1)"]]}),
        ("remove_co_follower", {"co_followers": [["b1 (b1)", "w1 (w1)"], ["w1 (w1)"]]}),
    ]


@pytest.mark.parametrize("login", ["b1", "leadA", "leadB"])
def test_others_do_not_change_followers(engine: Engine, company: factories.Company, login: str) -> None:
    with acting_in(engine, company[login].id) as own:
        customer = own.get_one(Customer, company.c3.id)
        with pytest.raises(PermissionDeniedError):
            customers.add_co_follower(own, customer, company.w1.id)
        with pytest.raises(PermissionDeniedError):
            customers.remove_co_follower(own, customer, company.b1.id)


def test_a_pool_customer_is_claimed_by_holders_of_the_permission(
    engine: Engine, bare_session: Session, company: factories.Company
) -> None:
    with acting_in(engine, company.va.id) as own:
        customer = own.get_one(Customer, company.c10.id)
        customers.claim(own, customer)
        with pytest.raises(NotInPoolError):
            customers.claim(own, customer)
        own.commit()

    assert followers(bare_session, company.c10) == (company.va.id, set(), "public")
    assert audits(bare_session) == [("claim", {"owner": [None, "va (va)"]})]


def test_a_claim_without_the_permission_is_refused(
    engine: Engine, bare_session: Session, company: factories.Company
) -> None:
    role = factories.make_role(bare_session, "reader", ["view_all_customers"])
    reader = factories.make_employee(bare_session, "reader", role=role.code)

    with acting_in(engine, reader.id) as own, pytest.raises(PermissionDeniedError):
        customers.claim(own, own.get_one(Customer, company.c10.id))


def test_of_two_who_claim_the_second_is_refused(
    engine: Engine, bare_session: Session, company: factories.Company
) -> None:
    with acting_in(engine, company.west.id) as late:
        seen = late.get_one(Customer, company.c10.id)
        late.commit()
        with acting_in(engine, company.va.id) as quick:
            customers.claim(quick, quick.get_one(Customer, company.c10.id))
            quick.commit()

        with pytest.raises((StaleDataError, PermissionDeniedError)):
            customers.claim(late, seen)

    assert followers(bare_session, company.c10)[0] == company.va.id


def test_the_hand_over_list_shows_what_leavers_own_to_those_who_see_it(
    engine: Engine, bare_session: Session, company: factories.Company
) -> None:
    factories.make_customer(bare_session, "C12", owner=company.gone, code="C12")
    seen = {}
    for login in ("leadA", "east", "va", "admin", "leadB", "a1"):
        with acting_in(engine, company[login].id) as own:
            seen[login] = sorted(row.code for row in own.scalars(customers.awaiting_handover()))

    assert seen == {
        "leadA": ["C12", "C6"],
        "east": ["C12", "C6"],
        "va": ["C12"],
        "admin": ["C12", "C6"],
        "leadB": [],
        "a1": [],
    }


def test_a_leader_hands_over_what_a_leaver_owned(
    engine: Engine, bare_session: Session, company: factories.Company
) -> None:
    with acting_in(engine, company.leadA.id) as own:
        customers.transfer(own, own.get_one(Customer, company.c6.id), company.a2.id)
        own.commit()

    assert outcomes(engine, company, "c6", "a2 leadA va") == [F, F, N]


def test_deletion_is_the_admins_and_refused_while_records_exist(
    engine: Engine, bare_session: Session, company: factories.Company
) -> None:
    factories.make_contact(bare_session, company.c1)
    factories.make_follow_up(bare_session, company.c2)
    factories.make_visit(bare_session, company.c2, user=company.a1)
    factories.make_customer(bare_session, "child", owner=company.solo, parent_customer_id=company.c2.id)

    with acting_in(engine, company.a1.id) as own, pytest.raises(PermissionDeniedError):
        customers.delete_customer(own, own.get_one(Customer, company.c1.id))
    with acting_in(engine, company.admin.id) as own:
        with pytest.raises(InUseError) as error:
            customers.delete_customer(own, own.get_one(Customer, company.c2.id))
        customers.delete_customer(own, own.get_one(Customer, company.c1.id))
        customers.delete_customer(own, own.get_one(Customer, company.c3.id))
        own.commit()

        assert error.value.uses == {"customer": 1, "follow_up": 1, "visit": 1}
        assert own.scalars(select(Contact)).all() == own.scalars(select(CustomerFollower)).all() == []
        assert {row.code for row in own.scalars(select(Customer))} >= {"C2", "C4"}
        owned = {"owner": ["a1 (a1)", None], "visibility": ["private", None]}
        assert audits(own) == [("delete", owned), ("delete", owned | {"co_followers": [["b1 (b1)"], []]})]
