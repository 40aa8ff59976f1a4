"""The command line: exit codes, what goes to which stream, what is committed."""

import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from auth.passwords import check_password, find_login
from models import AuditEntry, CompanySetting, Customer, CustomerStatus, Employee, Role, db
from models.base import reading_only
from models.scope import UnfilteredReason, unfiltered
from tests.conftest import make_app

_PCA = [
    {"code": "310000", "name": "上海市", "children": [{"code": "310100", "name": "上海市", "children": []}]},
    {"code": "510000", "name": "四川省", "children": [{"code": "510100", "name": "成都市", "children": []}]},
]

Run = Callable[..., Result]


@pytest.fixture
def run(app: Flask) -> Run:
    """Return what runs a command and gives its result; standard input as ``input``."""
    return lambda *args, **options: app.test_cli_runner().invoke(args=list(args), **options)


@pytest.fixture
def small_country(app: Flask, tmp_path: Path) -> None:
    """Let the demo company live in two cities."""
    file = tmp_path / "pca.json"
    file.write_text(json.dumps(_PCA), encoding="utf-8")
    app.config["REGIONS_FILE"] = str(file)


def _refused(result: Result, message: str) -> bool:
    """Tell whether a command ended with code 1 and this one line on standard error."""
    return (result.exit_code, result.stdout, result.stderr) == (1, "", f"Error: {message}\n")


def test_seed_defaults_commits_and_says_what(run: Run, session: Session) -> None:
    first = run("seed", "defaults")
    second = run("seed", "defaults")

    assert (first.exit_code, first.stderr) == (0, "")
    assert first.stdout == (
        "Added 5 role, 16 industry, 6 region, 3 channel_type, 11 customer_status, 10 customer_source, "
        "8 follow_up_progress, 5 customer_grade.\n"
    )
    assert (second.exit_code, second.stdout) == (0, "Nothing to add.\n")
    assert session.scalar(select(func.count()).select_from(CustomerStatus)) == 11


def test_seed_defaults_refuses_unknown_grades(run: Run) -> None:
    result = run("seed", "defaults", "--grades", "stars")

    assert result.exit_code == 2
    assert "'letters', 'size', 'priority'" in result.stderr


@pytest.mark.usefixtures("small_country")
def test_seed_demo_prints_log_ins_and_the_kept_password(run: Run, app: Flask, session: Session) -> None:
    first = run("seed", "demo", "--customers", "60", "--seed", "3")
    second = run("seed", "demo")

    kept = Path(app.instance_path) / "demo_password"
    password = kept.read_text(encoding="ascii").strip()
    assert (first.exit_code, first.stderr) == (0, "")
    assert first.stdout.splitlines()[1:] == [
        "Demo log-ins: admin, boss, lead-east, lead-west, amy, ben, vera",
        f"Demo password: {password}",
    ]
    assert second.stdout.splitlines() == ["The demo company is there already.", *first.stdout.splitlines()[1:]]
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert len(password) == 12
    with unfiltered(session, UnfilteredReason.COMMAND) as every:
        assert every.scalar(select(func.count()).select_from(Customer)) == 60
        assert all(check_password(find_login(every, login), password) for login in ("admin", "vera"))


@pytest.mark.usefixtures("small_country")
def test_seed_demo_with_a_new_instance_folder_gives_log_ins_the_new_password(
    run: Run, app: Flask, session: Session
) -> None:
    run("seed", "demo", "--customers", "0")
    kept = Path(app.instance_path) / "demo_password"
    kept.write_text("another password\n", encoding="ascii")

    result = run("seed", "demo")

    assert result.stdout.splitlines()[1] == "Repaired log-ins: admin, boss, lead-east, lead-west, amy, ben, vera"
    assert check_password(find_login(session, "amy"), "another password")


@pytest.mark.usefixtures("small_country")
def test_seed_demo_in_a_company_at_work_is_refused_and_adds_nothing(run: Run, session: Session) -> None:
    run("user", "create-admin", "boss", input="a good password\n")

    result = run("seed", "demo")

    assert _refused(result, "no demo data was added: the log-in boss is taken; use an empty database")
    assert session.scalars(select(Employee.login)).all() == ["boss"]


def test_seed_demo_without_regions_says_what_to_run(run: Run, app: Flask, session: Session, tmp_path: Path) -> None:
    app.config["REGIONS_FILE"] = str(tmp_path / "none.json")

    result = run("seed", "demo")

    message = (
        f"{tmp_path / 'none.json'} is missing: run `make setup` (or `make run`) first; it installs the regions of China"
    )
    assert _refused(result, message)
    assert session.scalar(select(func.count()).select_from(Role)) == 0


def test_create_admin_can_log_in_and_is_audited(run: Run, session: Session) -> None:
    result = run("user", "create-admin", " Ａnna ", "--name", "安娜", input="correct horse\nignored\n")

    assert (result.exit_code, result.stdout, result.stderr) == (0, "Created company admin anna.\n", "")
    anna = find_login(session, "anna")
    assert anna
    assert (anna.name, anna.role.code, anna.must_change_password) == ("安娜", "company_admin", False)
    assert check_password(anna, "correct horse")
    entries = session.execute(select(AuditEntry.action, AuditEntry.actor_name, AuditEntry.row_id)).all()
    assert [tuple(entry) for entry in entries] == [("create_admin", "system", anna.id)]


@pytest.mark.parametrize(
    ("login", "password", "message"),
    [
        ("anna", "a good password\n", "log-in 'anna' exists already"),
        ("ANNA", "a good password\n", "log-in 'anna' exists already"),
        ("berta", "short\n", "the password needs 8 to 256 characters"),
        ("berta", "", "the password needs 8 to 256 characters"),
        ("bertabert", "BertaBert\n", "the password must not be the log-in"),
        ("", "a good password\n", "'' cannot be a log-in: 1 to 64 visible characters without blanks"),
        ("be rta", "a good password\n", "'be rta' cannot be a log-in: 1 to 64 visible characters without blanks"),
    ],
    ids=["taken", "taken in capitals", "short", "no password", "like the log-in", "blank", "with a blank"],
)
def test_create_admin_refuses(run: Run, session: Session, login: str, password: str, message: str) -> None:
    run("user", "create-admin", "anna", input="correct horse\n")

    result = run("user", "create-admin", login, input=password)

    assert _refused(result, message)
    assert session.scalars(select(Employee.login)).all() == ["anna"]


def test_set_password_replaces_it_and_ends_sessions(run: Run, session: Session) -> None:
    run("user", "create-admin", "anna", input="correct horse\n")
    before = session.scalars(select(Employee.session_epoch)).one()
    session.rollback()

    result = run("user", "set-password", "Anna", input="battery staple\r\n")

    assert (result.exit_code, result.stdout, result.stderr) == (0, "Set the password of anna.\n", "")
    session.expire_all()
    anna = find_login(session, "anna")
    assert anna
    assert check_password(anna, "battery staple")
    assert anna.session_epoch == before + 1


@pytest.mark.parametrize(
    ("login", "password", "message"),
    [
        ("berta", "a good password\n", "nobody has the log-in 'berta'"),
        ("anna", "short\n", "the password needs 8 to 256 characters"),
    ],
    ids=["unknown", "short"],
)
def test_set_password_refuses(run: Run, session: Session, login: str, password: str, message: str) -> None:
    run("user", "create-admin", "anna", input="correct horse\n")

    result = run("user", "set-password", login, input=password)

    assert _refused(result, message)
    assert check_password(find_login(session, "anna"), "correct horse")


def test_setting_is_off_then_switched_on(run: Run, session: Session) -> None:
    before = run("setting", "get", "private_customer_enabled")
    changed = run("setting", "set", "private_customer_enabled", "ON")
    after = run("setting", "get", "private_customer_enabled")

    assert (before.exit_code, before.stdout) == (0, "false\n")
    assert (changed.exit_code, changed.stdout) == (0, "private_customer_enabled is true.\n")
    assert after.stdout == "true\n"
    entries = session.execute(select(AuditEntry.table_name, AuditEntry.actor_name, AuditEntry.changes)).all()
    assert [tuple(entry) for entry in entries] == [
        ("company_setting", "system", {"private_customer_enabled": [False, True]})
    ]


def test_setting_get_writes_nothing(run: Run, session: Session) -> None:
    result = run("setting", "get", "time_zone")

    assert result.stdout == "Asia/Shanghai\n"
    assert session.scalar(select(func.count()).select_from(CompanySetting)) == 0
    assert reading_only.get() is False


_ALLOWED = "colour, company_name, private_customer_enabled, time_zone, visit_error_m"


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("get", "password"), f"unknown setting 'password'; there are: {_ALLOWED}"),
        (("set", "version", "7"), f"unknown setting 'version'; there are: {_ALLOWED}"),
        (("set", "private_customer_enabled", "maybe"), "private_customer_enabled: 'maybe' is not on or off"),
        (("set", "colour", "red"), "colour: 'red' is not a colour such as #206bc4"),
        (("set", "time_zone", "Asia/Chengdu"), "time_zone: 'Asia/Chengdu' is not a time zone such as Asia/Shanghai"),
        (("set", "company_name", "x" * 101), f"company_name: {'x' * 101!r} is not a name of at most 100 characters"),
    ],
    ids=["get unknown", "set unknown", "switch", "colour", "zone", "name"],
)
def test_setting_refuses(run: Run, session: Session, args: tuple[str, ...], message: str) -> None:
    result = run("setting", *args)

    assert _refused(result, message)
    assert session.scalar(select(func.count()).select_from(CompanySetting)) == 0


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [("colour", "#AABBCC", "#aabbcc"), ("company_name", " 客配 ", "客配"), ("time_zone", "Asia/Urumqi", "Asia/Urumqi")],
)
def test_setting_set_keeps_the_value(run: Run, name: str, value: str, kept: str) -> None:
    run("setting", "set", name, value)

    assert run("setting", "get", name).stdout == f"{kept}\n"


def test_command_in_a_database_without_tables_fails_in_one_line(blank_database_url: str, tmp_path: Path) -> None:
    app = make_app(blank_database_url, tmp_path)

    result = app.test_cli_runner().invoke(args=["seed", "defaults"])

    with app.app_context():
        db.engine.dispose()
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: database: ")
    assert result.stderr.count("\n") == 1


def test_doctor_in_a_database_without_revision_fails(run: Run) -> None:
    result = run("doctor")

    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "ok   instance folder can be written",
        "ok   secret files are their owner's alone",
        "FAIL database at the newest revision",
    ]
    assert "run `flask --app app db upgrade`" in result.stderr


def test_doctor_passes_after_the_first_steps(blank_database_url: str, tmp_path: Path) -> None:
    app = make_app(blank_database_url, tmp_path)
    runner = app.test_cli_runner()
    for args, words in ((["db", "upgrade"], None), (["user", "create-admin", "anna"], "correct horse\n")):
        assert runner.invoke(args=args, input=words).exit_code == 0

    result = runner.invoke(args=["doctor"])

    with app.app_context():
        db.engine.dispose()
    assert (result.exit_code, result.stderr) == (0, "")
    assert all(line.startswith("ok   ") for line in result.stdout.splitlines())
    assert len(result.stdout.splitlines()) == 10


def test_doctor_with_an_unreachable_database_fails(tmp_path: Path) -> None:
    app = make_app(f"sqlite:///{tmp_path / 'none' / 'kepei.sqlite'}", tmp_path)

    result = app.test_cli_runner().invoke(args=["doctor"])

    assert result.exit_code == 1
    assert result.stdout.splitlines()[0] == "ok   instance folder can be written"
    assert result.stderr == "Error: database: unable to open database file\n"
