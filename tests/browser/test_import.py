"""An import from the file to its undo, in a real browser: each page readable, narrow enough, usable by keyboard."""

from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, expect
from sqlalchemy import select

from models import Customer, db
from models.scope import UnfilteredReason, unfiltered
from services.jobs import perform
from tests.browser.walk.companies import Company
from tests.browser.walk.stops import Walker
from tests.files import csv_bytes

LINES = (
    ("客户导入表",),
    ("全称", "电话", "等级", "区域", "内部备注"),
    ("成都锦江餐饮有限公司", "028-1", "A", "成都/武侯区", "x"),
    ("重庆火锅有限公司", "028-2", "钻石", "重庆", "y"),
    ("上海小笼有限公司", "028-3", "钻石", "上海", "z"),
    ("", "028-4", "B", "", "z"),
)
CONTENT = "\r\n".join(";".join(line) for line in LINES).encode("gb18030")


def choose(page: Page, table: str, content: bytes, name: str = "客户.csv") -> None:
    """Choose a file on the first page."""
    page.goto(f"/admin/{table}/import/")
    page.set_input_files("[name=file]", FilePayload(name=name, mimeType="text/csv", buffer=content))


def match_columns(page: Page) -> None:
    """See how the file was read, and say which column is which."""
    found = {name: page.locator(f"#{name}").input_value() for name in ("encoding", "delimiter", "header_row")}
    assert found == {"encoding": "gb18030", "delimiter": ";", "header_row": "2"}
    expect(page.locator("#preview tbody tr")).to_have_count(4)
    for label, field in {"全称": "name", "等级": "grade", "区域": "region", "内部备注": "-"}.items():
        page.get_by_label(label).select_option(field)
    page.check("[name=partial]")
    page.click("text=Check the rows")


def errors(page: Page, path: Path) -> list[str]:
    """Return the lines of the file of errors."""
    with page.expect_download() as download:
        page.click("#error-file")
    download.value.save_as(path)
    return path.read_text("utf-8-sig").splitlines()


def customers(company: Company) -> list[str]:
    """Return the names of all customers."""
    with company.app.app_context(), unfiltered(db.session, UnfilteredReason.COMMAND) as every:
        return sorted(every.scalars(select(Customer.name)))


def test_import_from_file_to_undo(walker: Walker, small_company: Company, tmp_path: Path) -> None:
    page = walker.page
    choose(page, "customer", CONTENT)
    walker.look()
    page.click("text=Check the file")
    walker.look()
    match_columns(page)
    walker.look()
    expect(page.locator("[data-count=errors]")).to_have_text("3")

    page.click("text=Say what they mean")
    walker.look()
    page.get_by_label("钻石").fill("C")
    page.click("text=Check the rows")
    walker.look()
    expect(page.locator("#faults")).to_contain_text("Customer name: it is required")
    assert errors(page, tmp_path / "errors.csv")[1].startswith(";028-4;B;;z;6;")

    page.click("#confirm button")
    walker.look()
    expect(page.locator("#state")).to_have_attribute("data-state", "done")
    assert customers(small_company) == ["上海小笼有限公司", "成都锦江餐饮有限公司", "重庆火锅有限公司"]

    page.on("dialog", lambda dialog: dialog.accept())
    page.click("#undo button")
    walker.look()
    expect(page.locator("#state")).to_have_attribute("data-state", "undone")
    assert customers(small_company) == ["成都锦江餐饮有限公司"]


def test_reading_is_corrected_and_columns_are_remembered(page: Page) -> None:
    content = "名稱,編碼\n臺北市,1\n".encode("big5")
    choose(page, "region", content)
    page.click("text=Check the file")

    page.select_option("#encoding", "gb18030")
    page.click("text=Read again")
    expect(page.locator("#preview")).not_to_contain_text("臺北市")
    page.select_option("#encoding", "big5")
    page.click("text=Read again")
    expect(page.locator("#preview")).to_contain_text("臺北市")
    page.get_by_label("名稱").select_option("name")
    page.get_by_label("編碼").select_option("code")
    page.click("text=Check the rows")
    expect(page.locator("[data-count=inserted]")).to_have_text("1")

    choose(page, "region", content)
    page.click("text=Check the file")

    expect(page.locator("[data-count=inserted]")).to_have_text("1")


@pytest.mark.parametrize("deed", ["finish", "cancel"])
def test_large_import_shows_its_progress(walker: Walker, small_company: Company, deed: str) -> None:
    page = walker.page
    content = csv_bytes(("name",), *[(f"{number:05} {'x' * 40}",) for number in range(12_000)])
    choose(page, "customer_grade", content, "等级.csv")
    page.click("text=Check the file")
    walker.look()
    expect(page.locator("progress")).to_be_visible()

    if deed == "cancel":
        page.click("text=Cancel")
        expect(page.locator("#state")).to_have_attribute("data-state", "cancelled")
        return
    job_id = int(page.url.rstrip("/").rpartition("/")[2])
    with small_company.app.app_context():
        assert perform("import", job_id) == "planned"

    expect(page.locator("[data-count=inserted]")).to_have_text("12000", timeout=15_000)
    expect(page.locator("#confirm button")).to_have_text("Import 12000 rows")
