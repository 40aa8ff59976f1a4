"""What ``doctor`` finds in an installation that has gone wrong, and that it finds nothing in one that has not."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session

from models import Customer, CustomerFollower, CustomerStatus, Employee, ImportJob, Region
from models.scope import UnfilteredReason, unfiltered
from services import jobs
from services.accounts import create_admin
from services.doctor import Patient, examine_database, examine_instance, examine_queue
from services.jobs import queue
from services.seed.defaults import seed_defaults
from tests.conftest import ROOT

MIGRATIONS = ROOT / "migrations"


@pytest.fixture
def every(bare_session: Session) -> Iterator[Session]:
    """Yield a session of a healthy company that sees every row."""
    with unfiltered(bare_session, UnfilteredReason.COMMAND) as inner:
        seed_defaults(inner)
        create_admin(inner, "anna", password="correct horse")
        context = MigrationContext.configure(inner.connection())
        context.stamp(ScriptDirectory(str(MIGRATIONS)), "head")
        yield inner


def _faults(session: Session) -> dict[str, list[str]]:
    session.flush()
    return {title: faults for title, faults in examine_database(Patient(session, MIGRATIONS)) if faults}


def _employee(session: Session, login: str) -> Employee:
    admin = session.query(Employee).first()
    assert admin
    employee = Employee(login=login, name=login, role_id=admin.role_id)
    session.add(employee)
    session.flush()
    return employee


def test_jobs_that_wait_for_no_worker_are_found(session: Session) -> None:
    assert list(examine_queue(session)) == [("jobs: 0 workers, 0 waiting, 0 in the queue", [])]
    jobs.enqueue(session, ImportJob(endpoint="region", file_name="a.csv"))
    session.commit()

    ((title, faults),) = examine_queue(session)
    assert title == "jobs: 0 workers, 1 waiting, 1 in the queue"
    assert "no worker answers" in faults[0]

    queue.current().sign_in("here:1")
    assert list(examine_queue(session)) == [("jobs: 1 workers, 1 waiting, 1 in the queue", [])]


def test_queue_that_cannot_be_reached_is_found(app: Flask, session: Session) -> None:
    app.config["REDIS_URL"] = "redis://127.0.0.1:1/0"

    ((title, faults),) = examine_queue(session)

    assert title == "the queue of jobs answers"
    assert "ConnectionError" in faults[0]


def test_healthy_company_passes_every_check(every: Session) -> None:
    checks = dict(examine_database(Patient(every, MIGRATIONS)))

    assert checks == {
        "database at the newest revision": [],
        "database server and its settings": [],
        "reporting lines end": [],
        "no owner is also a co-follower": [],
        "lists are numbered without gaps": [],
        "names and their keys agree": [],
        "a company admin can log in": [],
    }


def test_loops_of_supervisors_name_their_log_ins_once(every: Session) -> None:
    x, y, z, below, u, v = (_employee(every, login) for login in ("x", "y", "z", "below", "u", "v"))
    x.supervisor_id, y.supervisor_id, z.supervisor_id, below.supervisor_id = y.id, z.id, x.id, x.id
    u.supervisor_id, v.supervisor_id = v.id, u.id

    assert _faults(every) == {"reporting lines end": ["x > y > z > x", "u > v > u"]}


def test_owner_who_is_also_co_follower_is_named(every: Session) -> None:
    owner = _employee(every, "owner")
    customer = Customer(code="K1", name="客户", owner_id=owner.id)
    customer.co_followers.append(CustomerFollower(employee_id=owner.id))
    every.add(customer)

    assert _faults(every) == {"no owner is also a co-follower": ["customer K1: owner is owner and co-follower"]}


def test_gaps_and_doubles_in_the_order_are_named(every: Session) -> None:
    every.execute(update(CustomerStatus).where(CustomerStatus.name == "潜在客户").values(sort_order=12))
    chengdu = every.query(Region).filter_by(name="成都").one()
    every.execute(update(Region).where(Region.name == "金牛区").values(sort_order=2))

    assert _faults(every) == {
        "lists are numbered without gaps": [
            "customer_status: 11 rows are not numbered 1 to 11",
            f"region below {chengdu.id}: 3 rows are not numbered 1 to 3",
        ]
    }


def test_name_key_out_of_step_is_named(every: Session) -> None:
    status = every.query(CustomerStatus).filter_by(name="潜在客户").one()
    every.execute(update(CustomerStatus).where(CustomerStatus.id == status.id).values(name_key="old"))

    assert _faults(every) == {
        "names and their keys agree": [f"customer_status {status.id}: name_key does not fit the name"]
    }


@pytest.mark.parametrize("change", [{"is_active": False}, {"password_hash": None}], ids=["disabled", "no password"])
def test_company_without_an_admin_who_can_log_in_is_told(every: Session, change: dict[str, object]) -> None:
    every.execute(update(Employee).values(**change))

    assert _faults(every) == {
        "a company admin can log in": [
            "no active company admin has a password: run `flask --app app user create-admin LOGIN`"
        ]
    }


def test_old_revision_is_told_and_the_tables_left_alone(every: Session) -> None:
    every.connection().exec_driver_sql("UPDATE alembic_version SET version_num = 'long_ago'")
    every.execute(update(Employee).values(is_active=False))

    faults = _faults(every)

    assert list(faults) == ["database at the newest revision"]
    assert faults["database at the newest revision"][0].startswith("at long_ago, newest is ")


def test_instance_folder_is_examined(tmp_path: Path) -> None:
    (tmp_path / "secret_key").touch(mode=0o644)
    (tmp_path / "demo_password").touch(mode=0o600)

    checks = dict(examine_instance(tmp_path))
    missing = dict(examine_instance(tmp_path / "none"))

    key = tmp_path / "secret_key"
    assert checks == {
        "instance folder can be written": [],
        "secret files are their owner's alone": [f"{key} can be read by others: chmod 600 {key}"],
    }
    assert missing["instance folder can be written"] == [f"{tmp_path / 'none'}: No such file or directory"]
