"""Import of employees: supervisors in any order, loops, roles."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from auth.actor import load_actor, set_actor
from auth.passwords import find_login
from models import Department, Employee, Role
from models.enums import COMPANY_ADMIN, Permission
from tests.conftest import SHARED_DATA, needs_shared_data
from tests.factories import make_employee, make_role
from tests.files import do_import, exported, faults, rows_import

HEADER = ("login", "name", "supervisor")


@pytest.fixture(autouse=True)
def default_role(session: Session) -> Role:
    """Store the role that new employees get."""
    return make_role(session)


def line(session: Session) -> dict[str, str | None]:
    """Return login -> login of the supervisor."""
    above = aliased(Employee)
    rows = session.execute(select(Employee.login, above.login).outerjoin(above, above.id == Employee.supervisor_id))
    return dict(rows.all())


def test_supervisors_stand_in_any_order_or_in_the_database(session: Session) -> None:
    make_employee(session, "old")

    result = rows_import(session, "employee", HEADER, ("c", "C", "b"), ("b", "B", " A "), ("A", "A", "old"))

    assert (result.inserted_count, result.faults) == (3, [])
    assert line(session) == {"old": None, "a": "old", "b": "a", "c": "b"}


def test_new_employee_gets_the_default_role_and_no_password(session: Session) -> None:
    rows_import(session, "employee", ("login", "name"), (" Ｋen ", "Ken Sánchez"))

    employee = find_login(session, "ken")

    assert employee is not None
    assert (employee.login, employee.role.code, employee.password_hash, employee.is_active) == (
        "ken",
        "own_only",
        None,
        True,
    )


def test_role_and_department_are_found_by_their_keys(session: Session) -> None:
    make_role(session, "manager").name = "主管"
    session.flush()
    rows_import(session, "department", ("code", "path"), ("", "总部/销售"), ("S2", "总部/销售二部"))

    rows_import(
        session,
        "employee",
        ("账号", "姓名", "部门", "角色"),
        ("a", "a", "总部/销售", "manager"),
        ("b", "b", "销售", "主管"),
        ("c", "c", "S2", ""),
    )

    found = session.execute(
        select(Employee.login, Department.name, Role.code)
        .join(Employee.department)
        .join(Employee.role)
        .order_by(Employee.login)
    ).all()
    assert [tuple(row) for row in found] == [
        ("a", "销售", "manager"),
        ("b", "销售", "manager"),
        ("c", "销售二部", "own_only"),
    ]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([("a", "A", "a")], [(2, "supervisor", "reporting_loop")]),
        (
            [("a", "A", "b"), ("b", "B", "a")],
            [(2, "supervisor", "reporting_loop"), (3, "supervisor", "reporting_loop")],
        ),
        ([("a", "A", "nobody")], [(2, "supervisor", "unknown")]),
        ([("a", "A", ""), ("A", "B", "")], [(3, "login", "duplicate_in_file")]),
        ([("a b", "A", "")], [(2, "login", "bad_login")]),
        ([("", "A", "")], [(2, "login", "required")]),
        ([("a", "", "")], [(2, "name", "required")]),
        (
            [("a", "", "x"), ("b", "B", "a")],
            [(2, "supervisor", "unknown"), (2, "name", "required"), (3, "supervisor", "supervisor_failed")],
        ),
    ],
    ids=["self", "loop", "unknown", "duplicate", "login with blank", "no login", "no name", "below a bad row"],
)
def test_bad_rows_are_refused(
    session: Session, lines: list[tuple[str, str, str]], expected: list[tuple[int, str, str]]
) -> None:
    result = rows_import(session, "employee", HEADER, *lines)

    assert sorted(faults(result)) == sorted(expected)
    assert line(session) == {}


def test_loop_through_the_database_is_refused(session: Session) -> None:
    rows_import(session, "employee", HEADER, ("a", "A", ""), ("b", "B", "a"), ("c", "C", "b"))

    result = rows_import(session, "employee", ("login", "supervisor"), ("a", "c"), mode="update")

    assert faults(result) == [(2, "supervisor", "reporting_loop")]
    assert line(session) == {"a": None, "b": "a", "c": "b"}


def test_swap_of_supervisor_and_report_is_possible(session: Session) -> None:
    rows_import(session, "employee", HEADER, ("a", "A", ""), ("b", "B", "a"))

    result = rows_import(session, "employee", ("login", "supervisor"), ("a", "b"), ("b", "#清空"), mode="update")

    assert (result.updated_count, result.faults) == (2, [])
    assert line(session) == {"a": "b", "b": None}


def test_update_leaves_blank_cells_and_absent_columns(session: Session) -> None:
    rows_import(session, "employee", ("login", "name", "title", "phone"), ("a", "A", "Chef", "0123"))

    rows_import(session, "employee", ("login", "name", "title"), ("a", "", "#清空"), mode="update")

    employee = session.scalars(select(Employee)).one()
    assert (employee.name, employee.title, employee.phone, employee.version) == ("A", None, "0123", 2)


def test_only_company_admins_make_company_admins(session: Session) -> None:
    make_role(session, COMPANY_ADMIN)
    make_role(session, "staff", [Permission.MANAGE_EMPLOYEES])
    person = make_employee(session, "person", role="staff")
    actor = load_actor(session, person.id)
    assert actor is not None
    set_actor(session, actor)

    result = rows_import(
        session,
        "employee",
        ("login", "name", "role"),
        ("a", "A", COMPANY_ADMIN),
        ("person", "", COMPANY_ADMIN),
        mode="update",
    )

    assert faults(result) == [(2, "role", "not_allowed_role"), (3, "role", "not_allowed_role")]


@needs_shared_data
def test_real_organisation_survives_export_and_import(session: Session) -> None:
    content = (SHARED_DATA / "org.csv").read_bytes()

    first = do_import(session, "employee", content, mapping={"employee_id": "login", "manager_id": "supervisor"})
    again = do_import(session, "employee", exported(session, "employee"), "update")

    assert (first.inserted_count, first.faults) == (290, [])
    assert (again.skipped_count, again.faults) == (290, [])
    supervisors = line(session)
    assert (supervisors["1"], supervisors["2"], supervisors["3"]) == (None, "1", "2")
