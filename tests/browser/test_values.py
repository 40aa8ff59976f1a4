"""A flat list in a real browser: names typed and pasted, a deed in a dialog, undo; and the same without scripts."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy.orm import Session

from auth.passwords import set_password
from models import CustomerStatus, Employee
from tests import factories
from tests.dictionaries import make_value

PASSWORD = "correct horse"
OpenPage = Callable[..., Page]


@pytest.fixture
def statuses(session: Session) -> None:
    """Store an admin, three statuses, and two customers of the first."""
    person = factories.make_employee(session, "root", role="company_admin")
    set_password(session.get_one(Employee, person.id), PASSWORD)
    rows = [make_value(session, CustomerStatus, name) for name in ("潜在客户", "意向客户", "签约客户")]
    for number in range(2):
        factories.make_customer(session, f"客户{number}", status_id=rows[0].id)
    session.commit()
    session.remove()  # type: ignore[attr-defined] # the scoped session of the application context


def log_in(page: Page) -> Page:
    """Log in through the form, and open the list."""
    page.goto("/login")
    page.fill("[name=login]", "root")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/admin/")
    page.goto("/admin/customer_status/")
    return page


def names(page: Page) -> list[str]:
    """Return the values that the list shows, in order."""
    return page.locator("td[data-label=名称]").all_inner_texts()


@pytest.mark.usefixtures("statuses")
def test_names_are_typed_and_pasted(open_page: OpenPage) -> None:
    page = log_in(open_page())
    field = page.get_by_role("textbox", name="新增类型")

    field.fill("目标客户")
    field.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("目标客户")
    field.fill("挂起客户\n长期客户")
    field.press("Enter")  # of several lines Enter begins another one
    page.locator(".value-add").get_by_role("button", name="确定").click()
    expect(page.get_by_role("status")).to_contain_text("已新增 2 项")
    assert names(page) == ["潜在客户", "意向客户", "签约客户", "目标客户", "挂起客户", "长期客户"]


@pytest.mark.usefixtures("statuses")
def test_deeds_ask_in_a_dialog_and_are_undone(open_page: OpenPage) -> None:
    page = log_in(open_page())

    opener = page.locator(".row-menu").first
    opener.click()
    page.get_by_role("menuitem", name="删除").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("该项正在使用，不能删除")
    dialog.get_by_role("link", name="替换为…").click()
    expect(dialog.get_by_role("heading")).to_have_text("替换“潜在客户”")
    expect(dialog.locator("dd").first).to_have_text("2")
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()

    opener.click()
    page.get_by_role("menuitem", name="替换为…").click()
    dialog.get_by_label("替换为").select_option("签约客户")
    dialog.get_by_role("button", name="替换并删除").click()
    expect(page.get_by_role("status")).to_contain_text("“潜在客户”已替换为“签约客户”（客户 2 个）。")
    assert names(page)[:2] == ["意向客户", "签约客户"]
    page.get_by_role("status").get_by_role("button", name="撤销").click()
    expect(page.get_by_role("status")).to_contain_text("“潜在客户”已恢复原样。")
    assert names(page)[:3] == ["潜在客户", "意向客户", "签约客户"]
    page.get_by_role("link", name="2", exact=True).click()
    expect(page.locator("#total")).to_have_text("共 2 条")


@pytest.mark.usefixtures("statuses")
def test_list_is_shaped_without_scripts(browser: Browser, site: str) -> None:
    context = browser.new_context(base_url=site, locale="zh-CN", java_script_enabled=False)
    page = log_in(context.new_page())

    page.locator(".row-menu").nth(1).click()
    page.get_by_role("link", name="合并…").click()
    page.get_by_label("合并到").select_option("签约客户")
    page.get_by_role("button", name="合并").click()
    merged = page.get_by_role("status").inner_text()
    page.get_by_role("button", name="撤销").click()
    undone = page.get_by_role("status").inner_text()
    page.goto("/admin/customer_status/")
    found = names(page)
    context.close()

    assert "“意向客户”已合并到“签约客户”" in merged
    assert "“意向客户”已恢复原样。" in undone
    assert found == ["潜在客户", "意向客户", "签约客户"]
