"""The export page in a browser: columns are put in order, and the file holds just those."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy.orm import Session

from auth.passwords import set_password
from models import Employee
from tests.browser.list_page import PASSWORD, log_in
from tests.browser.test_list import OpenPage
from tests.factories import make_customer, make_employee, make_role


@pytest.fixture
def _customers(session: Session) -> None:
    make_role(session, "exporter", ["export_customers"])
    lead = make_employee(session, "lead", role="exporter")
    for name in ("甲", "乙", "丙"):
        make_customer(session, name, owner=lead, code=name)
    employee: Any = session.get_one(Employee, lead.id)
    set_password(employee, PASSWORD)
    session.commit()


@pytest.mark.usefixtures("_customers")
@pytest.mark.parametrize("width", [1280, 360])
def test_ticked_rows_come_with_chosen_columns(open_page: OpenPage, tmp_path: Path, width: int) -> None:
    page = log_in(open_page(width=width), "lead")
    page.goto("/admin/customer/?sort=-name")
    for name in ("甲", "丙"):
        page.locator(f"tr:has-text('{name}') input[name=rowid]").check()
    page.click("button[value=export]")

    expect(page.locator("#export-rows")).to_contain_text("共 2 条")
    columns = page.locator("#export-columns")
    expect(columns).to_be_hidden()
    page.check("input[value=chosen]")
    while columns.locator("input:checked").count():
        columns.locator("input:checked").first.uncheck()
    page.click("button:has-text('CSV')")
    expect(columns.locator("input").first).to_have_js_property("validationMessage", "请至少选择一列。")
    columns.locator("input[value=name]").check()
    columns.locator("input[value=code]").check()
    columns.locator("li:has(input[value=code]) [data-step='1']").click()
    with page.expect_download() as download:
        page.click("button:has-text('CSV')")
    download.value.save_as(tmp_path / "file.csv")

    lines = (tmp_path / "file.csv").read_text(encoding="utf-8-sig").split()
    assert lines == ["客户名称,客户编码", "甲,甲", "丙,丙"]
    assert download.value.suggested_filename.startswith("客户列表-")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
