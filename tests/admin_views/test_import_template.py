"""The template: what it offers, how it keeps what is typed, what it says, and that it comes back as data."""

import io
from typing import Any

import openpyxl
import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from models import CustomerGrade, Region
from services.exchange.formats import read_table
from services.exchange.formats.template_file import TemplateColumn, write_template
from services.exchange.resource import resource_for


@pytest.fixture
def values(session: Session) -> None:
    """Make values, some of them out of use."""
    names = ["A,级", "=B", "old"]
    session.add_all(CustomerGrade(name=name, sort_order=n, is_active=name != "old") for n, name in enumerate(names))
    sichuan, gone = Region(name="四川", sort_order=1), Region(name="gone", sort_order=2, is_active=False)
    session.add_all([sichuan, gone])
    session.flush()
    session.add(Region(name="成都", parent_id=sichuan.id, sort_order=1))
    session.add(Region(name="below gone", parent_id=gone.id, sort_order=1))
    session.commit()


def book_of(client: FlaskClient, endpoint: str, language: str = "zh-CN", query: str = "") -> Any:
    """Return the workbook of a template."""
    answer = client.get(f"/admin/{endpoint}/import/template/{query}", headers={"Accept-Language": language})
    assert answer.status_code == 200
    return openpyxl.load_workbook(io.BytesIO(answer.data))


def headers_of(book: Any) -> dict[str, str]:
    """Return header -> letters of its column."""
    return {cell.value: cell.column_letter for cell in book.worksheets[0][1]}


def offered(book: Any, header: str) -> list[str]:
    """Return what the drop-down of a column offers."""
    letters = headers_of(book)[header]
    for rule in book.worksheets[0].data_validations.dataValidation:
        if str(rule.sqref).startswith(f"{letters}2:"):
            sheet, cells = rule.formula1.split("!")
            return [row[0].value for row in book[sheet][cells.replace("$", "")]] if ":" in cells else []
    return []


def test_drop_downs_offer_values_in_use(admin_client: FlaskClient, values: None) -> None:
    book = book_of(admin_client, "customer")

    assert offered(book, "客户等级") == ["A,级", "=B"]
    assert offered(book, "客户区域") == ["四川", "四川/成都"]
    assert offered(book, "关键人角色")[:2] == ["决策人", "采购"]
    assert offered(book, "客户名称*") == []
    assert [sheet.sheet_state for sheet in book.worksheets] == ["visible", "visible", "hidden"]


def test_drop_downs_and_headers_are_in_the_persons_language(admin_client: FlaskClient, values: None) -> None:
    book = book_of(admin_client, "region", "en")

    assert offered(book, "Active") == ["yes", "no"]
    assert "Name*" in headers_of(book)


def test_sheet_is_ready_to_be_filled_in(admin_client: FlaskClient) -> None:
    book = book_of(admin_client, "customer")
    sheet, headers = book.worksheets[0], headers_of(book)

    assert sheet.freeze_panes == "A2"
    assert sheet[f"{headers['客户名称*']}1"].font.color.rgb.endswith("C00000")
    formats = {
        name: sheet.column_dimensions[headers[name]].number_format for name in ("电话", "客户编码", "关键人生日")
    }
    assert formats == {"电话": "@", "客户编码": "@", "关键人生日": "yyyy-mm-dd"}


def test_instructions_tell_columns_modes_and_limits(admin_client: FlaskClient, values: None) -> None:
    book = book_of(admin_client, "customer")
    lines = [[cell.value for cell in row] for row in book["说明"].iter_rows()]
    words = "\n".join(str(line[0]) for line in lines)
    table = {line[0]: line[1:] for line in lines if line[2]}

    assert all(part in words for part in ("#清空", "200,000", "50 MB", "跳过", "更新"))
    assert table["客户名称"][0] == "是"
    assert (table["客户区域"][0], table["客户区域"][2]) == (None, "四川/成都")


def test_values_beyond_a_list_of_excel_are_offered(tmp_path: Any) -> None:
    path = tmp_path / "t.xlsx"
    many = [f"value {number}" for number in range(1_000)]

    write_template(
        path,
        [TemplateColumn("a", is_required=False, values=many)],
        title="a/b",
        instructions_title="[x]",
        instructions=[["y"]],
    )

    book = openpyxl.load_workbook(path)
    assert offered(book, "a") == many
    assert book.sheetnames == ["a b", "x", "_lists"]


@pytest.mark.parametrize("endpoint", ["customer", "region", "customer_grade", "employee", "visit"])
@pytest.mark.parametrize("is_moved", [False, True], ids=["as it was", "instructions first"])
def test_filled_template_comes_back_as_data(
    admin_client: FlaskClient, values: None, endpoint: str, *, is_moved: bool
) -> None:
    book = book_of(admin_client, endpoint)
    sheet = book.worksheets[0]
    sheet.append(["x" for _ in sheet[1]])
    if is_moved:
        book.move_sheet(sheet, 1)
    buffer = io.BytesIO()
    book.save(buffer)

    table = read_table(buffer.getvalue(), known=resource_for(endpoint).header_words())

    assert (table.reading.sheet, len(list(table.rows))) == (sheet.title, 1)


def test_template_of_one_way_to_write_a_tree(admin_client: FlaskClient) -> None:
    assert list(headers_of(book_of(admin_client, "region", query="?form=path"))) == ["路径*"]
