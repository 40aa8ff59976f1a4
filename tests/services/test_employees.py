"""The reporting line, coming and leaving, the last company admin, roles."""

import threading
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from auth.actor import team_of
from auth.errors import PermissionDeniedError
from models import AuditEntry, Customer, Department, Employee, Role
from models.scope import UnfilteredReason, unfiltered
from services import employees
from services.employees import (
    DuplicateLoginError,
    InvalidLoginError,
    LastAdminError,
    ReportingLoopError,
    check_last_admin,
    check_reporting_line,
)
from services.ordering import UnknownRowError
from services.roles import FixedRoleError
from services.trees import DuplicateCodeError, DuplicateNameError, InvalidCodeError
from services.usage import InUseError
from tests import factories
from tests.conftest import acting_in, counted


@pytest.fixture
def company(bare_session: Session) -> factories.Company:
    """Return the company of DOMAIN 3.7."""
    return factories.company(bare_session)


def row(session: Session, company: factories.Company, login: str) -> Employee:
    """Return an employee in the session."""
    return session.get_one(Employee, company[login].id)


def audits(session: Session) -> list[tuple[str, dict[str, Any]]]:
    """Return the deeds noted so far, oldest first."""
    rows = session.execute(select(AuditEntry.action, AuditEntry.changes).order_by(AuditEntry.id))
    return [(entry.action, entry.changes) for entry in rows]


# The reporting line


@pytest.mark.parametrize(
    ("login", "supervisor"), [("east", "a1"), ("east", "east"), ("boss", "leadB"), ("x", "x1"), ("a1", "a1")]
)
def test_nobody_stands_above_themselves(
    bare_session: Session, company: factories.Company, login: str, supervisor: str
) -> None:
    employee = row(bare_session, company, login)
    before = employee.supervisor_id

    with pytest.raises(ReportingLoopError) as error:  # case 31
        employees.set_supervisor(bare_session, employee, company[supervisor].id)

    assert (error.value.name, error.value.supervisor_name, employee.supervisor_id) == (login, supervisor, before)
    assert audits(bare_session) == []


@pytest.mark.parametrize(
    ("changes", "is_refused"),
    [
        ({"a1": "east", "leadA": "a1"}, False),
        ({"leadA": "a1"}, True),
        ({"leadA": "a1", "a1": None}, False),
        ({"leadA": "leadB", "leadB": "leadA"}, True),
        ({"west": "a1", "boss": None}, False),
        ({"boss": "west"}, True),
        ({"boss": "west", "west": "solo"}, False),
        ({"solo": "x1"}, False),  # below a loop that was there already
        ({"x": "boss"}, False),  # mends it
        ({"boss": "x"}, False),
        ({"boss": "x", "x": "a1"}, True),
        ({}, False),
    ],
    ids=str,
)
def test_changes_are_judged_together(
    bare_session: Session,
    company: factories.Company,
    changes: dict[str, str | None],
    is_refused: bool,  # noqa: FBT001
) -> None:
    wanted = {company[login].id: company[above].id if above else None for login, above in changes.items()}

    if not is_refused:
        check_reporting_line(bare_session, wanted)
        return
    with pytest.raises(ReportingLoopError):
        check_reporting_line(bare_session, wanted)


def test_an_unknown_supervisor_is_refused(bare_session: Session, company: factories.Company) -> None:
    with pytest.raises(UnknownRowError):
        check_reporting_line(bare_session, {company.a1.id: 10_000})


def test_a_hundred_changes_are_one_query(engine: Engine, bare_session: Session, company: factories.Company) -> None:
    logins = [login for login in factories.PEOPLE if login not in {"boss", "x", "y", "z", "x1"}]

    with counted(engine) as statements:
        check_reporting_line(bare_session, {company[login].id: company.boss.id for login in logins})

    assert len([sql for sql in statements if "pg_advisory" not in sql]) == 1


def test_two_changes_at_once_close_no_loop(engine: Engine, bare_session: Session) -> None:
    names = ("a", "b", "c", "d")
    people = {name: factories.make_employee(bare_session, name) for name in names}
    people["c2"] = factories.make_employee(bare_session, "c2", supervisor=people["d"])
    outcomes: list[str] = []
    barrier = threading.Barrier(2)

    def change(login: str, supervisor: str) -> None:
        barrier.wait()
        with Session(engine) as own:
            try:
                employee = own.get_one(Employee, people[login].id)
                employees.set_supervisor(own, employee, people[supervisor].id)
                own.commit()
                outcomes.append("done")
            except ReportingLoopError:
                outcomes.append("refused")

    threads = [
        threading.Thread(target=change, args=("a", "c2")),  # a under c2, who is under d
        threading.Thread(target=change, args=("d", "a")),  # d under a: together a loop
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["done", "refused"]


def test_a_new_supervisor_is_noted(bare_session: Session, company: factories.Company) -> None:
    employees.set_supervisor(bare_session, row(bare_session, company, "a1"), company.leadB.id)
    employees.set_supervisor(bare_session, row(bare_session, company, "a1"), company.leadB.id)
    employees.set_supervisor(bare_session, row(bare_session, company, "a1"), None)

    assert audits(bare_session) == [
        ("change_supervisor", {"supervisor": ["leadA (leada)", "leadB (leadb)"]}),
        ("change_supervisor", {"supervisor": ["leadB (leadb)", None]}),
    ]
    assert company.a1.id not in team_of(bare_session, company.boss.id)


# Coming


def test_a_new_employee_gets_the_nearest_department_head(bare_session: Session) -> None:
    head = factories.make_employee(bare_session, "head")
    gone = factories.make_employee(bare_session, "gone", is_active=False)
    top = factories.save(bare_session, Department(name="Top", head_id=head.id))
    middle = factories.save(bare_session, Department(name="Middle", parent_id=top.id, head_id=gone.id))
    bottom = factories.save(bare_session, Department(name="Bottom", parent_id=middle.id))
    role = factories.make_role(bare_session)
    values = {"name": "New", "role_id": role.id, "department_id": bottom.id, "supervisor_id": None}

    made = employees.save_employee(bare_session, Employee(), values | {"login": " ＮＥＷ "}, is_created=True)
    named = employees.save_employee(
        bare_session, Employee(), values | {"login": "new2", "supervisor_id": gone.id}, is_created=True
    )
    alone = employees.save_employee(
        bare_session, Employee(), values | {"login": "new3", "department_id": None}, is_created=True
    )

    assert (made.login, made.supervisor_id, named.supervisor_id, alone.supervisor_id) == ("new", head.id, gone.id, None)
    assert audits(bare_session)[0] == (
        "create",
        {
            "login": [None, "new"],
            "name": [None, "New"],
            "role": [None, "own_only"],
            "department": [None, "Bottom"],
            "supervisor": [None, "head (head)"],
        },
    )
    assert employees.nearest_head_id(bare_session, top.id, but=head.id) is None


@pytest.mark.parametrize("login", ["", "  ", "a b", "x" * 65, "a\tb", "a\x00"])
def test_an_unusable_log_in_is_refused(bare_session: Session, login: str) -> None:
    role = factories.make_role(bare_session)

    with pytest.raises(InvalidLoginError):
        employees.save_employee(
            bare_session, Employee(), {"login": login, "name": "N", "role_id": role.id}, is_created=True
        )


def test_a_taken_log_in_is_refused_whatever_its_case(bare_session: Session, company: factories.Company) -> None:
    with pytest.raises(DuplicateLoginError):
        employees.save_employee(bare_session, row(bare_session, company, "a1"), {"login": "ＢＯＳＳ"}, is_created=False)
    employees.save_employee(bare_session, row(bare_session, company, "a1"), {"login": "A1"}, is_created=False)

    assert row(bare_session, company, "a1").login == "a1"


def test_an_edit_goes_through_every_rule(bare_session: Session, company: factories.Company) -> None:
    employee, role = row(bare_session, company, "a1"), factories.make_role(bare_session, "manager")
    values = {"name": "A1", "role_id": role.id, "supervisor_id": company.leadB.id, "is_active": False, "title": "T"}

    employees.save_employee(bare_session, employee, values, is_created=False)

    assert (employee.name, employee.title, employee.role.code) == ("A1", "T", "manager")
    assert (employee.supervisor_id, employee.is_active) == (company.leadB.id, False)
    assert audits(bare_session) == [
        ("rename", {"name": ["a1", "A1"]}),
        ("change_role", {"role": ["own_only", "manager"]}),
        ("change_supervisor", {"supervisor": ["leadA (leada)", "leadB (leadb)"]}),
        ("disable", {}),
    ]
    with pytest.raises(ReportingLoopError):
        employees.save_employee(
            bare_session, row(bare_session, company, "boss"), {"supervisor_id": company.a2.id}, is_created=False
        )


# Leaving


def test_who_leaves_keeps_customers_and_place_and_loses_sessions(
    engine: Engine, bare_session: Session, company: factories.Company
) -> None:
    employee = row(bare_session, company, "a1")
    epoch = employee.session_epoch

    employees.disable_employee(bare_session, employee)
    bare_session.commit()

    assert (employee.is_active, employee.session_epoch, employee.supervisor_id) == (False, epoch + 1, company.leadA.id)
    assert employee.left_at is not None
    with acting_in(engine, company.leadA.id) as own:
        assert own.get_one(Customer, company.c1.id).owner_id == company.a1.id
    employees.enable_employee(bare_session, employee)
    assert (employee.is_active, employee.left_at, employee.session_epoch) == (True, None, epoch + 2)
    assert [action for action, _ in audits(bare_session)] == ["disable", "enable"]


def test_the_last_company_admin_stays(bare_session: Session, company: factories.Company) -> None:
    admin, role = row(bare_session, company, "admin"), factories.make_role(bare_session)
    gone = factories.make_employee(bare_session, "gone-admin", role="company_admin", is_active=False)

    with pytest.raises(LastAdminError):
        employees.disable_employee(bare_session, admin)
    with pytest.raises(LastAdminError):
        employees.save_employee(bare_session, admin, {"role_id": role.id}, is_created=False)
    with pytest.raises(LastAdminError):
        employees.delete_employee(bare_session, admin)
    employees.enable_employee(bare_session, bare_session.get_one(Employee, gone.id))
    employees.disable_employee(bare_session, admin)

    assert not admin.is_active


def test_a_company_that_is_being_set_up_needs_no_admin_yet(bare_session: Session) -> None:
    employee = factories.make_employee(bare_session)
    check_last_admin(bare_session)
    bare_session.get_one(Employee, employee.id).password_hash = "x"
    bare_session.flush()

    with pytest.raises(LastAdminError):
        check_last_admin(bare_session)


@pytest.mark.parametrize("login", ["a1", "b1", "leadA", "gone"])
def test_who_follows_or_leads_is_not_deleted(
    engine: Engine, bare_session: Session, company: factories.Company, login: str
) -> None:
    with acting_in(engine, company.admin.id) as own, pytest.raises(InUseError):
        employees.delete_employee(own, own.get_one(Employee, company[login].id))

    assert bare_session.get(Employee, company[login].id) is not None


def test_who_left_no_trace_is_deleted(bare_session: Session, company: factories.Company) -> None:
    employees.delete_employee(bare_session, row(bare_session, company, "a2"))

    assert bare_session.get(Employee, company.a2.id) is None
    assert audits(bare_session) == [
        ("delete", {"login": ["a2", None], "name": ["a2", None], "role": ["own_only", None]})
    ]


def test_managing_employees_is_no_way_to_become_admin(engine: Engine, bare_session: Session) -> None:
    clerk_role = factories.make_role(bare_session, "clerk", ["manage_employees"])
    clerk = factories.make_employee(bare_session, "clerk", role="clerk")
    admin = factories.make_employee(bare_session, "admin", role="company_admin")
    other = factories.make_employee(bare_session, "other")
    admin_role = factories.make_role(bare_session, "company_admin")

    with acting_in(engine, clerk.id) as own:
        for target in (clerk, other):
            with pytest.raises(PermissionDeniedError):
                employees.save_employee(
                    own, own.get_one(Employee, target.id), {"role_id": admin_role.id}, is_created=False
                )
        for deed in (employees.disable_employee, employees.enable_employee, employees.delete_employee):
            with pytest.raises(PermissionDeniedError):
                deed(own, own.get_one(Employee, admin.id))
        with pytest.raises(PermissionDeniedError):
            employees.save_role(own, own.get_one(Role, clerk_role.id), {"permission_codes": ["view_all_customers"]})
        employees.save_employee(own, own.get_one(Employee, other.id), {"title": "T"}, is_created=False)


# Roles


def test_a_role_is_made_changed_and_noted(bare_session: Session) -> None:
    role = employees.save_role(
        bare_session, Role(), {"code": "lead", "name": "组长", "permission_codes": ["view_all_customers"]}
    )
    employees.save_role(bare_session, role, {"name": "组长", "permission_codes": ["view_all_customers"]})
    employees.save_role(bare_session, role, {"name": "班长", "permission_codes": []})

    assert (role.name, role.permission_codes) == ("班长", ())
    assert audits(bare_session) == [
        ("create", {"name": [None, "组长"], "permission_codes": [[], ["view_all_customers"]]}),
        ("rename", {"name": ["组长", "班长"]}),
        ("change_permissions", {"permission_codes": [["view_all_customers"], []]}),
    ]


def test_codes_and_names_of_roles_are_unique(bare_session: Session) -> None:
    factories.make_role(bare_session, "manager")

    with pytest.raises(DuplicateCodeError):
        employees.save_role(bare_session, Role(), {"code": "manager", "name": "x"})
    with pytest.raises(DuplicateNameError):
        employees.save_role(bare_session, Role(), {"code": "other", "name": "Ｍanager"})
    with pytest.raises(InvalidCodeError):
        employees.save_role(bare_session, Role(), {"code": " ", "name": "x"})

    assert bare_session.scalar(select(func.count()).select_from(Role)) == 1


def test_the_company_admins_role_is_fixed(bare_session: Session, company: factories.Company) -> None:
    admin_role = bare_session.scalars(select(Role).where(Role.code == "company_admin")).one()

    with pytest.raises(FixedRoleError):
        employees.save_role(bare_session, admin_role, {"permission_codes": ["view_audit"]})
    with pytest.raises(FixedRoleError):
        employees.delete_role(bare_session, admin_role)
    employees.save_role(bare_session, admin_role, {"name": "老板"})
    with pytest.raises(InUseError):
        employees.delete_role(bare_session, row(bare_session, company, "a1").role)
    spare = factories.make_role(bare_session, "spare", [])
    employees.delete_role(bare_session, spare)

    assert bare_session.scalars(select(Role.code).where(Role.code == "spare")).all() == []
    with unfiltered(bare_session, UnfilteredReason.COMMAND) as every:
        assert every.scalar(select(Role.name).where(Role.code == "company_admin")) == "老板"
