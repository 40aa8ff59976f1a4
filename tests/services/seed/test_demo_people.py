"""The people of the demo company: what DESIGN 8 promises of its log-ins, and the reporting line."""

from collections import Counter as Tally
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from auth.passwords import check_password, find_login, set_password
from auth.visibility import Outcome, outcome_of
from models import (
    Customer,
    Department,
    Employee,
)
from models.scope import UnfilteredReason, unfiltered
from tests.conftest import acting_in
from tests.demo import NAMED, NOW, PASSWORD, seed


def _owned(session: Session, login: str) -> Tally[str]:
    query = select(Customer.visibility).join(Employee, Employee.id == Customer.owner_id).where(Employee.login == login)
    return Tally(session.scalars(query))


def test_named_log_ins_have_role_and_supervisor(every: Session, regions_file: Path) -> None:
    seed(every, regions_file)

    people = {person.login: person for person in every.scalars(select(Employee).where(Employee.login.in_(NAMED)))}
    held = {
        login: (person.role.code, person.supervisor.login if person.supervisor else None)
        for login, person in people.items()
    }
    assert held == {
        "admin": ("company_admin", None),
        "boss": ("manager", None),
        "lead-east": ("manager", "boss"),
        "lead-west": ("manager", "boss"),
        "amy": ("own_only", "lead-east"),
        "ben": ("own_only", "lead-east"),
        "vera": ("employee", "lead-west"),
    }


@pytest.mark.parametrize("customers", [0, 60])
def test_each_named_log_in_owns_a_public_and_a_private_customer(
    every: Session, regions_file: Path, customers: int
) -> None:
    seed(every, regions_file, customers=customers)

    owned = {login: _owned(every, login) for login in NAMED}
    assert all(tally["public"] >= 1 and tally["private"] >= 1 for tally in owned.values()), owned


def test_named_log_ins_see_each_other_as_the_rule_says(
    engine: Engine, bare_session: Session, regions_file: Path
) -> None:
    seed(bare_session, regions_file, customers=120)
    bare_session.commit()
    with unfiltered(bare_session, UnfilteredReason.COMMAND) as every:
        ids = {login: person.id for login in NAMED if (person := find_login(every, login))}
        amys = select(Customer.id).where(Customer.owner_id == ids["amy"])
        private = every.scalars(amys.where(Customer.visibility == "private")).all()
        public = every.scalars(amys.where(Customer.visibility == "public")).all()
    bare_session.rollback()

    seen = {}
    for login in NAMED:
        with acting_in(engine, ids[login]) as acted:
            seen[login] = tuple({outcome_of(acted, customer) for customer in rows} for rows in (private, public))

    full, notice, hidden = ({outcome} for outcome in (Outcome.FULL, Outcome.NOTICE, Outcome.HIDDEN))
    assert seen == {
        "admin": (full, full),
        "boss": (full, full),
        "lead-east": (full, full),
        "lead-west": (notice, full),
        "amy": (full, full),
        "ben": (hidden, hidden),
        "vera": (notice, full),
    }


def test_all_log_ins_share_the_password(every: Session, regions_file: Path) -> None:
    seed(every, regions_file)

    hashes = set(every.scalars(select(Employee.password_hash)))
    assert len(hashes) == 1
    assert check_password(find_login(every, "amy"), PASSWORD)


def test_supervisors_stand_on_five_levels(every: Session, regions_file: Path) -> None:
    seed(every, regions_file)

    above = {row.id: row.supervisor_id for row in every.execute(select(Employee.id, Employee.supervisor_id))}

    def level(employee_id: int) -> int:
        supervisor_id = above[employee_id]
        return 1 if supervisor_id is None else 1 + level(supervisor_id)

    assert Tally(level(employee_id) for employee_id in above) == {1: 2, 2: 6, 3: 9, 4: 12, 5: 36}


def test_departments_are_a_tree_with_heads(every: Session, regions_file: Path) -> None:
    seed(every, regions_file)

    departments = every.scalars(select(Department)).all()
    heads = {row.name: row.head.login for row in departments if row.head}
    assert len(heads) == len(departments) == 14
    assert (heads["东区销售部"], heads["西区销售部"]) == ("lead-east", "lead-west")
    east = next(row for row in departments if row.name == "东区销售部")
    assert east.parent.name == "销售中心"
    assert {row.name for row in departments if row.parent_id == east.id} == {"上海办事处", "江浙办事处", "华北办事处"}


def test_second_run_lets_log_ins_in_again(every: Session, regions_file: Path) -> None:
    seed(every, regions_file)
    amy, ben, admin = (find_login(every, login) for login in ("amy", "ben", "admin"))
    assert amy
    assert ben
    assert admin
    set_password(amy, "something else entirely")
    ben.is_active, ben.left_at = False, NOW
    admin.login = "somebody-else"
    every.flush()

    result = seed(every, regions_file)

    every.expire_all()
    assert result.repaired == ["admin", "amy", "ben"]
    for login in NAMED:
        assert check_password(find_login(every, login), PASSWORD), login
    assert ben.left_at is None
    again = find_login(every, "admin")
    assert again
    assert again.role.code == "company_admin"
