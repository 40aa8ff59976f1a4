"""Creating and editing customers, their names, codes and visibility."""

import threading
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from auth.errors import HiddenRowError, PermissionDeniedError, PrivateCustomerError
from models import AuditEntry, Contact, Customer, CustomerFollower, CustomerGrade, Department, Employee
from models.names import InvalidNameError
from models.scope import UnfilteredReason, unfiltered
from services import customers
from services.customers import (
    DuplicateCustomerNameError,
    ForeignOwnerError,
    ImmutableFieldError,
    InactiveEmployeeError,
    ParentCustomerCycleError,
    PrivateNeedsOwnerError,
    PrivateNotEnabledError,
)
from services.trees import DuplicateCodeError, InvalidCodeError
from tests import factories
from tests.conftest import acting_in


@pytest.fixture
def company(bare_session: Session) -> factories.Company:
    """Return the company of DOMAIN 3.7."""
    return factories.company(bare_session)


def audits(session: Session) -> list[tuple[str, dict[str, Any]]]:
    """Return the deeds noted so far, oldest first."""
    rows = session.execute(select(AuditEntry.action, AuditEntry.changes).order_by(AuditEntry.id))
    return [(row.action, row.changes) for row in rows]


# Creating


def test_a_blank_owner_and_code_are_filled_in(engine: Engine, company: factories.Company) -> None:
    with acting_in(engine, company.a2.id) as own:
        first = customers.create_customer(own, {"name": " 成都科技 ", "owner_id": None, "code": ""})
        second = customers.create_customer(own, {"name": "B"})
        own.commit()

        assert (first.name, first.name_initials, first.code, second.code) == (
            "成都科技",
            "cdkj",
            "KH000001",
            "KH000002",
        )
        assert (first.owner_id, first.visibility, first.created_by_id) == (company.a2.id, "public", company.a2.id)
        assert own.get_one(Customer, first.id) is first


def test_the_owners_department_is_taken_over_unless_another_is_named(engine: Engine, bare_session: Session) -> None:
    north, south = Department(name="North"), Department(name="South")
    factories.save(bare_session, north, south)
    amy = factories.make_employee(bare_session, "amy", department_id=north.id)

    with acting_in(engine, amy.id) as own:
        taken = customers.create_customer(own, {"name": "A"})
        named = customers.create_customer(own, {"name": "B", "department_id": south.id})

        assert (taken.department_id, named.department_id) == (north.id, south.id)


def test_an_admin_may_leave_the_owner_blank_or_name_anybody_active(engine: Engine, company: factories.Company) -> None:
    with acting_in(engine, company.admin.id) as own:
        pool = customers.create_customer(own, {"name": "P"})
        given = customers.create_customer(
            own, {"name": "G", "owner_id": company.a1.id}, co_follower_ids=[company.b1.id, company.a1.id]
        )
        with pytest.raises(InactiveEmployeeError):
            customers.create_customer(own, {"name": "X", "owner_id": company.gone.id})

        assert (pool.owner_id, given.owner_id) == (None, company.a1.id)
        followers = own.execute(select(CustomerFollower.employee_id, CustomerFollower.added_by_id)).all()
        assert (company.b1.id, company.admin.id) in [tuple(row) for row in followers]
        assert company.a1.id not in [row.employee_id for row in followers]


def test_others_create_for_themselves_alone(engine: Engine, company: factories.Company) -> None:
    with acting_in(engine, company.leadA.id) as own, pytest.raises(ForeignOwnerError):
        customers.create_customer(own, {"name": "X", "owner_id": company.a1.id})
    with acting_in(engine, company.cfg.id) as own, pytest.raises(PermissionDeniedError):
        customers.create_customer(own, {"name": "X"})


def test_work_without_an_actor_fills_the_pool(bare_session: Session) -> None:
    with unfiltered(bare_session, UnfilteredReason.COMMAND) as every:
        customer = customers.create_customer(every, {"name": "X"})

        assert (customer.owner_id, customer.created_by_id) == (None, None)


@pytest.mark.parametrize("name", ["", "   ", "x" * 101, "a\nb"])
def test_an_unusable_name_is_refused(engine: Engine, company: factories.Company, name: str) -> None:
    with acting_in(engine, company.a1.id) as own, pytest.raises(InvalidNameError):
        customers.create_customer(own, {"name": name})


def test_private_customers_need_the_switch_and_an_owner(
    engine: Engine, bare_session: Session, company: factories.Company
) -> None:
    with acting_in(engine, company.a1.id) as own:
        made = customers.create_customer(own, {"name": "X", "visibility": "private"})
        assert made.visibility == "private"
        assert audits(own) == [
            ("create", {"owner": [None, "a1 (a1)"]}),
            ("set_visibility", {"visibility": [None, "private"]}),
        ]
    with acting_in(engine, company.admin.id) as own, pytest.raises(PrivateNeedsOwnerError):
        customers.create_customer(own, {"name": "X", "visibility": "private"})
    factories.switch_private(bare_session, is_on=False)
    with acting_in(engine, company.a1.id) as own, pytest.raises(PrivateNotEnabledError):
        customers.create_customer(own, {"name": "X", "visibility": "private"})


@pytest.mark.parametrize(
    ("login", "name", "owner_name"),
    [
        ("a2", "c1", None),
        ("a2", "ｃ１ ", None),
        ("va", "C1", "a1"),
        ("va", "C2", "a1"),
        ("a1", "C1", "a1"),
        ("va", "C10", None),
    ],
)
def test_a_taken_name_tells_its_owner_to_those_who_may_know(
    engine: Engine, company: factories.Company, login: str, name: str, owner_name: str | None
) -> None:
    with acting_in(engine, company[login].id) as own:
        with pytest.raises(DuplicateCustomerNameError) as error:  # case 41
            customers.create_customer(own, {"name": name})

        assert (error.value.name, error.value.owner_name) == (name.strip(), owner_name)
        customers.check_name_free(own, "C1", except_id=company.c1.id)


def test_of_two_who_take_a_name_at_once_the_second_is_told(engine: Engine, company: factories.Company) -> None:
    errors: list[Exception] = []

    def create() -> None:
        with acting_in(engine, company.a2.id) as other:
            try:
                customers.create_customer(other, {"name": "race", "code": "X2"})
            except DuplicateCustomerNameError as error:
                errors.append(error)
            other.rollback()

    with acting_in(engine, company.a1.id) as own:
        customers.create_customer(own, {"name": "Race", "code": "X1"})
        thread = threading.Thread(target=create)
        thread.start()
        thread.join(timeout=0.5)  # it waits for our commit
        own.commit()
        thread.join(timeout=10)

    assert [type(error) for error in errors] == [DuplicateCustomerNameError]


def test_codes_by_hand_are_skipped_and_refused_when_taken(engine: Engine, company: factories.Company) -> None:
    with acting_in(engine, company.a1.id) as own:
        for number in (1, 2, 3, 5):
            customers.create_customer(own, {"name": f"N{number}", "code": f"KH{number:06d}"})

        assert customers.next_customer_codes(own, 3) == ["KH000004", "KH000006", "KH000007"]
        assert customers.next_customer_codes(own, 0) == []
        assert customers.create_customer(own, {"name": "N"}).code == "KH000008"
        with pytest.raises(DuplicateCodeError):
            customers.create_customer(own, {"name": "M", "code": "C4"})  # a hidden customer's
        with pytest.raises(InvalidCodeError):
            customers.create_customer(own, {"name": "M", "code": "x" * 33})


def test_codes_are_given_back_on_rollback_and_never_twice(engine: Engine, company: factories.Company) -> None:
    taken: list[str] = []

    def take() -> None:
        for _ in range(5):
            with acting_in(engine, company.a1.id) as own:
                codes = customers.next_customer_codes(own, 3)
                own.commit()
            taken.extend(codes)

    with acting_in(engine, company.a1.id) as own:
        assert customers.next_customer_codes(own, 2) == ["KH000001", "KH000002"]
        own.rollback()
    threads = [threading.Thread(target=take) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(taken) == [f"KH{number:06d}" for number in range(1, 46)]


# Editing


def test_only_what_differs_is_written(engine: Engine, company: factories.Company) -> None:
    with acting_in(engine, company.a1.id) as own:
        customer = own.get_one(Customer, company.c2.id)
        same = {"name": "C2", "code": "C2", "owner_id": company.a1.id, "visibility": "public", "remark": None}
        customers.update_customer(own, customer, same)
        untouched = customer.version
        customers.update_customer(own, customer, same | {"remark": "x", "name": "Ｃ2"})

        assert (untouched, customer.version, customer.remark, customer.name_key) == (1, 2, "x", "c2")
        assert audits(own) == [("edit", {"name": ["C2", "Ｃ2"], "remark": [None, "x"]})]


@pytest.mark.parametrize("values", [{"code": "X"}, {"owner_id": None}, {"created_by_id": 1}, {"version": 7}])
def test_some_fields_are_not_for_editing(engine: Engine, company: factories.Company, values: dict[str, Any]) -> None:
    with acting_in(engine, company.admin.id) as own:
        customer = own.get_one(Customer, company.c2.id)
        with pytest.raises(ImmutableFieldError):
            customers.update_customer(own, customer, values)


def test_a_new_name_must_be_free(engine: Engine, company: factories.Company) -> None:
    with acting_in(engine, company.a1.id) as own:
        customer = own.get_one(Customer, company.c2.id)
        with pytest.raises(DuplicateCustomerNameError) as error:
            customers.update_customer(own, customer, {"name": "C4"})

        assert error.value.owner_name is None
        assert customer.name == "C2"


def test_a_new_grade_is_noted_with_its_names(engine: Engine, bare_session: Session, company: factories.Company) -> None:
    grade = factories.save(bare_session, CustomerGrade(name="A"))

    with acting_in(engine, company.a1.id) as own:
        customer = own.get_one(Customer, company.c1.id)
        customers.update_customer(own, customer, {"grade_id": grade.id})
        customers.update_customer(own, customer, {"grade_id": None, "is_active": False})

        assert audits(own) == [
            ("change_grade", {"grade": [None, "A"]}),
            ("change_grade", {"grade": ["A", None]}),
            ("deactivate", {}),
        ]


def test_a_co_follower_edits_but_does_not_deactivate(engine: Engine, company: factories.Company) -> None:
    with acting_in(engine, company.b1.id) as own:
        customer = own.get_one(Customer, company.c3.id)
        customers.update_customer(own, customer, {"remark": "x", "is_active": True})
        with pytest.raises(PermissionDeniedError):
            customers.update_customer(own, customer, {"is_active": False})

        assert customer.is_active


def test_the_customer_above_must_be_seen_and_not_stand_below(
    engine: Engine, bare_session: Session, company: factories.Company
) -> None:
    below = factories.make_customer(bare_session, "below", owner=company.solo, parent_customer_id=company.c2.id)
    bottom = factories.make_customer(bare_session, "bottom", owner=company.a1, parent_customer_id=below.id)

    with acting_in(engine, company.a1.id) as own:
        customer = own.get_one(Customer, company.c2.id)
        for above in (bottom.id, customer.id):
            with pytest.raises(ParentCustomerCycleError):
                customers.update_customer(own, customer, {"parent_customer_id": above})
        with pytest.raises(HiddenRowError):
            customers.update_customer(own, customer, {"parent_customer_id": company.c4.id})
        customers.update_customer(own, customer, {"parent_customer_id": company.c1.id})
        assert customer.parent_customer.code == "C1"
    with acting_in(engine, company.va.id) as own:
        with pytest.raises(PrivateCustomerError):
            customers.create_customer(own, {"name": "x", "parent_customer_id": company.c1.id})
        with pytest.raises(HiddenRowError):
            customers.create_customer(own, {"name": "x", "parent_customer_id": 10_000})


# Visibility


def test_followers_set_and_clear_the_mark_and_it_is_noted(engine: Engine, company: factories.Company) -> None:
    with acting_in(engine, company.a1.id) as own:  # case 24
        customer = own.get_one(Customer, company.c2.id)
        customers.set_visibility(own, customer, "private")
        customers.set_visibility(own, customer, "private")
        customers.update_customer(own, customer, {"visibility": "public"})

        assert audits(own) == [
            ("set_visibility", {"visibility": ["public", "private"]}),
            ("set_visibility", {"visibility": ["private", "public"]}),
        ]
    with acting_in(engine, company.b1.id) as own:  # case 25
        customers.set_visibility(own, own.get_one(Customer, company.c3.id), "public")


@pytest.mark.parametrize(("login", "name", "visibility"), [("leadA", "c3", "public"), ("boss", "c2", "private")])
def test_leaders_leave_the_mark_alone(
    engine: Engine, company: factories.Company, login: str, name: str, visibility: str
) -> None:
    with acting_in(engine, company[login].id) as own, pytest.raises(PermissionDeniedError):
        customers.set_visibility(own, own.get_one(Customer, company[name].id), visibility)


def test_an_admin_clears_the_mark_but_does_not_set_it(engine: Engine, company: factories.Company) -> None:
    with acting_in(engine, company.admin.id) as own:
        customers.set_visibility(own, own.get_one(Customer, company.c1.id), "public")
        with pytest.raises(PermissionDeniedError):
            customers.set_visibility(own, own.get_one(Customer, company.c2.id), "private")


def test_the_mark_is_out_of_reach_while_the_switch_is_off(
    engine: Engine, bare_session: Session, company: factories.Company
) -> None:
    factories.switch_private(bare_session, is_on=False)

    with acting_in(engine, company.a1.id) as own:  # case 23
        for name, wanted in (("c2", "private"), ("c1", "public")):
            customer = own.get_one(Customer, company[name].id)
            with pytest.raises(PrivateNotEnabledError):
                customers.set_visibility(own, customer, wanted)
        with pytest.raises(PrivateNotEnabledError):
            customers.update_customer(own, own.get_one(Customer, company.c2.id), {"visibility": "private"})
        with pytest.raises(ValueError, match="secret"):
            customers.set_visibility(own, own.get_one(Customer, company.c2.id), "secret")


# Contacts


def test_one_primary_contact_takes_the_place_of_the_other(engine: Engine, company: factories.Company) -> None:
    with acting_in(engine, company.a1.id) as own:
        first = customers.save_contact(own, Contact(), {"customer_id": company.c1.id, "name": "A", "is_primary": True})
        second = customers.save_contact(own, Contact(), {"customer_id": company.c1.id, "name": "B", "is_primary": True})
        customers.save_contact(own, second, {"customer_id": company.c2.id, "mobile": "1"})

        assert (first.is_primary, second.is_primary, second.customer_id) == (False, True, company.c1.id)


@pytest.mark.parametrize(
    ("login", "error"), [("a2", HiddenRowError), ("va", PrivateCustomerError), ("leadA", PermissionDeniedError)]
)
def test_contacts_are_written_by_those_who_edit_the_customer(
    engine: Engine, bare_session: Session, company: factories.Company, login: str, error: type[Exception]
) -> None:
    with acting_in(engine, company[login].id) as own, pytest.raises(error):
        customers.save_contact(own, Contact(), {"customer_id": company.c1.id, "name": "A"})

    with unfiltered(bare_session, UnfilteredReason.COMMAND) as every:
        assert every.scalars(select(Contact)).all() == []
        assert every.get_one(Employee, company.a1.id).is_active
