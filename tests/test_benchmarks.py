"""The company that benchmarks run on is one that Kepei could have made itself."""

from flask import Flask
from sqlalchemy import func, select

from auth.actor import team_of
from benchmarks import companies
from models import Counter, Customer, CustomerFollower, Employee, Industry, Region, db
from models.scope import UnfilteredReason, unfiltered
from services.doctor import CHECKS, Patient
from tests.conftest import ROOT


def _build(app: Flask, co_followers: int = 0) -> companies.Company:
    return companies.build(
        app.config["SQLALCHEMY_DATABASE_URI"], customers=200, employees=30, co_followers=co_followers
    )


def test_built_company_has_the_rows_asked_for(app: Flask) -> None:
    _build(app, co_followers=300)

    with app.app_context(), unfiltered(db.session, UnfilteredReason.COMMAND) as every:
        counts = {model: every.scalar(select(func.count()).select_from(model)) for model in (Customer, Employee)}
        assert counts == {Customer: 200, Employee: 30}
        assert every.scalar(select(func.count()).select_from(CustomerFollower)) == 300
        assert (every.scalar(select(func.count()).select_from(Region)) or 0) > 3_000
        assert (every.scalar(select(func.count()).select_from(Industry)) or 0) > 1_900


def test_built_company_is_healthy(app: Flask) -> None:
    company = _build(app, co_followers=300)

    with app.app_context(), unfiltered(db.session, UnfilteredReason.COMMAND) as every:
        every.get_one(Employee, company.admin_id).password_hash = "of a log-in that the benchmarks do without"
        patient = Patient(every, ROOT / "migrations")
        faults = [fault for _title, check in CHECKS for fault in check(patient)]
        wrong = [row.name for row in every.scalars(select(Customer)) if row.name_columns(row.name) != _keys_of(row)]
        foreign_keys = every.connection().exec_driver_sql("PRAGMA foreign_key_check").all() if _is_sqlite() else []

    assert faults == []
    assert wrong == []
    assert foreign_keys == []


def test_leads_of_built_company_have_smaller_teams_level_by_level(app: Flask) -> None:
    company = _build(app)

    with app.app_context():
        sizes = [len(team_of(db.session, lead)) for lead in company.leads]

    assert sizes == [29, 13, 5, 1]
    assert company.admin_id == 30


def test_codes_go_on_after_those_of_the_built_company(app: Flask) -> None:
    _build(app)

    with app.app_context():
        assert db.session.scalar(select(Counter.value)) == 200


def _keys_of(row: Customer) -> dict[str, str]:
    return {name: getattr(row, name) for name in ("name", "name_key", "name_sort", "name_initials")}


def _is_sqlite() -> bool:
    return db.engine.dialect.name == "sqlite"
