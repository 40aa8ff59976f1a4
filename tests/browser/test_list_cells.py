"""Cells of a list that are edited in their place, in a real browser."""

from collections.abc import Callable

from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from tests.browser.list_page import cell, log_in, phone_of

OpenPage = Callable[..., Page]


def test_cell_is_edited_by_keyboard_and_undone(a1: Page, session: Session) -> None:
    a1.goto("/admin/customer/?search=成都&sort=name")
    phone = cell(a1, "成都00公司", "phone")

    phone.focus()
    a1.keyboard.press("Enter")
    expect(phone.locator("input")).to_be_focused()
    a1.keyboard.type("028-8888")
    a1.keyboard.press("Enter")

    expect(phone).to_have_text("028-8888")
    expect(phone).to_be_focused()
    expect(a1.locator("#list-live")).to_contain_text("028-8888")
    assert phone_of(session, "成都00公司") == "028-8888"
    a1.keyboard.press("Control+z")
    expect(phone).to_have_text("028-0000")
    assert phone_of(session, "成都00公司") == "028-0000"


def test_cell_keys_leave_and_go_on(a1: Page, session: Session) -> None:
    a1.goto("/admin/customer/?search=成都&sort=name")
    name, phone = cell(a1, "成都00公司", "name"), cell(a1, "成都00公司", "phone")

    name.dblclick()
    expect(name.locator("input")).to_be_focused()
    a1.keyboard.type("x")
    a1.keyboard.press("Escape")
    expect(name).to_have_text("成都00公司")
    expect(name).to_be_focused()
    a1.keyboard.press("F2")
    expect(name.locator("input")).to_be_focused()
    a1.keyboard.press("Tab")
    expect(phone.locator("input")).to_be_focused()
    a1.keyboard.press("Escape")
    a1.keyboard.press("ArrowDown")
    expect(cell(a1, "成都01公司", "phone")).to_be_focused()


def test_cell_refused_keeps_what_was_typed(a1: Page, session: Session) -> None:
    a1.goto("/admin/customer/?search=成都&sort=name")
    name = cell(a1, "成都00公司", "name")

    name.dblclick()
    name.locator("input").fill("成都01公司")
    a1.keyboard.press("Enter")

    expect(a1.locator(".cell-fault")).not_to_be_empty()
    expect(a1.locator(".cell-editor input")).to_have_value("成都01公司")
    expect(a1.locator(".cell-editor input")).to_be_focused()


def test_cell_refused_lets_the_mouse_go_elsewhere(a1: Page, session: Session) -> None:
    a1.goto("/admin/customer/?search=成都&sort=name")
    name = cell(a1, "成都00公司", "name")
    name.dblclick()
    name.locator("input").fill("成都01公司")

    a1.click("[name=search]")

    expect(a1.locator(".cell-fault")).not_to_be_empty()
    expect(a1.locator("[name=search]")).to_be_focused()
    expect(a1.locator(".cell-editor input")).to_have_value("成都01公司")


def test_undo_of_a_row_that_is_no_longer_shown_says_so(a1: Page, session: Session) -> None:
    a1.goto("/admin/customer/?search=成都00")
    phone = cell(a1, "成都00公司", "phone")
    phone.dblclick()
    phone.locator("input").fill("028-8888")
    a1.keyboard.press("Enter")
    expect(a1.locator("#list-toast")).to_contain_text("已保存")
    a1.fill("[name=search]", "成都01")
    expect(a1.locator("tbody")).to_contain_text("成都01公司")

    a1.click("#list-toast button")

    expect(a1.locator("#list-toast")).to_contain_text("已恢复 电话")
    expect(a1.locator("#list-toast")).to_contain_text("028-0000")
    assert phone_of(session, "成都00公司") == "028-0000"


def test_cell_changed_meanwhile_is_told_then_replaced_on_purpose(
    a1: Page, open_page: OpenPage, session: Session
) -> None:
    admin = log_in(open_page(), "admin")
    for page in (a1, admin):
        page.goto("/admin/customer/?search=成都00")
    mine, theirs = cell(a1, "成都00公司", "phone"), cell(admin, "成都00公司", "phone")
    for open_one, number in ((mine, "111"), (theirs, "222")):
        open_one.dblclick()
        open_one.locator("input").fill(number)

    admin.keyboard.press("Enter")
    expect(theirs).to_have_text("222")
    a1.keyboard.press("Enter")

    expect(a1.locator(".cell-fault")).to_contain_text("222")
    assert phone_of(session, "成都00公司") == "222"
    a1.keyboard.press("Enter")
    expect(mine).to_have_text("111")
    assert phone_of(session, "成都00公司") == "111"
