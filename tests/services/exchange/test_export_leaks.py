"""What exports must not tell: rows and names of customers that the person does not see, in either way to a file."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from auth import raw_sql
from auth.errors import UnguardedStatementError
from auth.guard import visible
from auth.sql_check import CHECK_OPTION
from models import Contact, Customer, FollowUp, Visit
from services.exchange.export_request import ExportRequest
from services.exchange.exporter import Export, export
from services.exchange.exports import open_export
from services.exchange.resource import resource_of
from services.listing import FilterTerm, Listing
from tests.conftest import acting
from tests.factories import Company, make_contact, make_customer, make_follow_up, make_visit

#: How an export's rows are read -> their texts.
WAYS: dict[str, Callable[[Export], str]] = {
    "texts": lambda made: b"".join(made.csv_chunks()).decode(),
    "values": lambda made: repr([list(row) for row in made.rows()]),
}
#: What hidden customers are called in these tests.
SECRET = "secret"


def _export(session: Session, model: Any, columns: tuple[str, ...] | None = None) -> Export:
    return export(session, resource_of(model), select(model).order_by(model.id), columns=columns)


@pytest.fixture
def secrets(session: Session, people: Company) -> Company:
    """Return the company of DOMAIN 3.7, with a name to look for in everything that hangs on C1."""
    people.c1.name, people.c1.phone, people.c1.remark = f"{SECRET} c1", f"{SECRET} phone", f"{SECRET} remark"
    people.c1.__dict__.update(Customer.name_columns(f"{SECRET} c1"))
    session.commit()
    make_contact(session, people.c1, name=f"{SECRET} contact", is_primary=True, mobile=f"{SECRET} mobile")
    make_follow_up(session, people.c1, author=people.a1, content=f"{SECRET} follow-up")
    make_visit(session, people.c1, user=people.a1, summary=f"{SECRET} visit")
    make_customer(session, "child", owner=people.w1, parent_customer_id=people.c1.id)
    return people


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("model", [Customer, Contact, FollowUp, Visit])
def test_nothing_of_a_hidden_customer_is_exported(app: Flask, secrets: Company, model: Any, way: str) -> None:
    for person in ("a2", "va", "west", "leadB", "cfg"):
        with acting(app, secrets[person].id) as own:
            assert SECRET not in WAYS[way](_export(own, model)), person
    with acting(app, secrets.leadA.id) as own:
        assert SECRET in WAYS[way](_export(own, model))


@pytest.mark.parametrize("way", WAYS)
def test_chosen_columns_that_join_customers_tell_no_hidden_one(app: Flask, secrets: Company, way: str) -> None:
    columns = ("name", "parent_customer", "contact_name", "contact_mobile", "co_followers")
    with acting(app, secrets.w1.id) as own:
        told = WAYS[way](_export(own, Customer, columns))

    assert SECRET not in told
    assert "Private customer" in told


@pytest.mark.parametrize("way", WAYS)
def test_chosen_rows_are_those_that_the_person_sees(app: Flask, secrets: Company, way: str) -> None:
    ids = (secrets.c1.id, secrets.c2.id, 999_999)
    wanted = ExportRequest("customer", "csv", "x.csv", ids=ids, columns=("code", "name"))
    with acting(app, secrets.va.id) as own:
        made = open_export(own, wanted)
        told = WAYS[way](made)

    assert (SECRET in told, "C2" in told, made.row_count) == (False, True, 1)


@pytest.mark.parametrize("way", WAYS)
def test_rule_alone_keeps_hidden_rows_from_the_driver(
    app: Flask, secrets: Company, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    with acting(app, secrets.va.id) as own:
        assert SECRET not in WAYS[way](_export(own, Customer))
        monkeypatch.setattr(raw_sql, "visible", lambda _session, statement: statement)

        assert SECRET in WAYS[way](_export(own, Customer))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("model", [Customer, Contact, Visit])
def test_statement_without_the_rule_is_refused(
    app: Flask, secrets: Company, monkeypatch: pytest.MonkeyPatch, model: Any, way: str
) -> None:
    def forgetful(session: Session, statement: Select[Any]) -> Select[Any]:
        option = visible(session, statement).get_execution_options()[CHECK_OPTION]
        return statement.execution_options(**{CHECK_OPTION: option})

    monkeypatch.setattr(raw_sql, "visible", forgetful)
    with acting(app, secrets.admin.id) as own, pytest.raises(UnguardedStatementError, match="does not reach"):
        WAYS[way](_export(own, model))


def test_text_about_customers_is_refused(session: Session, secrets: Company) -> None:
    from sqlalchemy import text  # noqa: PLC0415 -- what the application must not do

    with pytest.raises(UnguardedStatementError):
        raw_sql.guarded_sql(session, select(Customer.id).where(text("customer.name = 'x'")))


def test_nobody_exports_nothing(session: Session, secrets: Company) -> None:
    assert list(_export(session, Customer).rows()) == []
    assert list(_export(session, Visit).csv_chunks())[1:] == []


def _notes(made: Export, path: Path) -> dict[str, Any]:
    made.write(path, "xlsx")
    sheet = openpyxl.load_workbook(path).worksheets[1]
    return {row[0]: row[1] for row in sheet.iter_rows(min_row=2, values_only=True)}


def test_second_sheet_says_who_took_what(app: Flask, secrets: Company, tmp_path: Path) -> None:
    listing = Listing(search="C", filters=(FilterTerm("visibility", "is", "public"),), sort="-code", scope="team")
    wanted = ExportRequest("customer", "xlsx", "x.xlsx", listing=listing, columns=("code", "name"))
    with acting(app, secrets.va.id) as own:
        told = _notes(open_export(own, wanted), tmp_path / "x.xlsx")

    assert str(told.pop("Exported at")).endswith(" (Asia/Shanghai)")
    assert told == {
        "Table": "Customers",
        "Exported by": "va (va)",
        "Part": "My team's",
        "Search": "C",
        "Filters": "Visibility: Public",
        "Order": "Customer code, descending",
        "Columns": "Customer code, Customer name",
        "Rows": 0,
        "Private customers left out": 8,
    }


def test_number_of_those_left_out_does_not_depend_on_filters(app: Flask, secrets: Company, tmp_path: Path) -> None:
    told = []
    for search in ("", "C1", SECRET, "nothing like it"):
        wanted = ExportRequest("customer", "xlsx", "x.xlsx", listing=Listing(search=search), language="zh_Hans_CN")
        with acting(app, secrets.va.id) as own:
            told.append(_notes(open_export(own, wanted), tmp_path / "x.xlsx")["未导出的私密客户数"])

    assert told == [8, 8, 8, 8]


@pytest.mark.parametrize("person", ["a2", "admin", "leadA"])
def test_who_misses_nothing_or_may_not_know_reads_no_number(
    app: Flask, secrets: Company, tmp_path: Path, person: str
) -> None:
    wanted = ExportRequest("customer", "xlsx", "x.xlsx")
    with acting(app, secrets[person].id) as own:
        assert "Private customers left out" not in _notes(open_export(own, wanted), tmp_path / "x.xlsx")


def test_mark_of_private_customers_is_no_column_while_the_switch_is_off(session: Session, people: Company) -> None:
    from services.exchange.errors import FileError  # noqa: PLC0415 -- beside its use
    from tests.factories import switch_private  # noqa: PLC0415 -- as above

    _export(session, Customer, ("visibility",))
    switch_private(session, is_on=False)
    session.info.clear()

    with pytest.raises(FileError) as caught:
        _export(session, Customer, ("visibility",))
    assert caught.value.code == "unknown_column"
