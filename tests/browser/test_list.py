"""The list page in a real browser: typing, cells, columns, all that match, and a phone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from auth.passwords import set_password
from models import Customer, CustomerStatus, Employee
from models.scope import UnfilteredReason, unfiltered
from tests.factories import Company, company as build_company, make_customer

PASSWORD = "correct horse"
OpenPage = Callable[..., Page]


@pytest.fixture
def company(session: Session) -> Company:
    """Build the company of DOMAIN 3.7, with a log-in for a1 and the admin, and thirty customers more of a1."""
    found = build_company(session)
    status = CustomerStatus(name="签约客户")
    session.add(status)
    for login in ("a1", "admin"):
        employee = session.get_one(Employee, found[login].id)
        set_password(employee, PASSWORD)
    session.commit()
    for number in range(30):
        make_customer(
            session,
            f"成都{number:02}公司",
            owner=found.a1,
            phone=f"028-{number:04}",
            status_id=status.id if number < 2 else None,
        )
    session.remove()  # type: ignore[attr-defined] # the scoped session of the application context
    return found


@pytest.fixture
def a1(open_page: OpenPage, company: Company) -> Page:
    """Return a page of a1."""
    return log_in(open_page(), "a1")


def log_in(page: Page, login: str) -> Page:
    """Log in through the form."""
    page.goto("/login")
    page.fill("[name=login]", login)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/admin/")
    return page


def names(page: Page) -> list[str]:
    """Return the customers that the list shows, in order."""
    return page.locator("td[data-label=客户名称]").all_inner_texts()


def cell(page: Page, name: str, column: str) -> Locator:
    """Return a cell of the row of a customer."""
    return page.locator("tbody tr", has_text=name).locator(f"td[data-name={column}]")


def total(page: Page) -> Locator:
    """Return the words of the total."""
    return page.locator("#total")


def phone_of(session: Session, name: str) -> str | None:
    """Return the phone number that the database has."""
    with unfiltered(session, UnfilteredReason.COMMAND) as every:
        found = every.scalar(select(Customer.phone).where(Customer.name == name))
    session.rollback()  # a transaction left open would keep SQLite's lock from the page
    return found


def test_search_while_typing_keeps_focus_words_and_address(a1: Page) -> None:
    a1.goto("/admin/customer/?sort=name")
    box = a1.locator("[name=search]")

    box.press_sequentially("成都0", delay=30)
    expect(total(a1)).to_have_text("共 10 条")
    box.press_sequentially("3公")
    expect(total(a1)).to_have_text("共 1 条")

    assert names(a1) == ["成都03公司"]
    expect(box).to_be_focused()
    assert box.input_value() == "成都03公"
    assert a1.evaluate("new URLSearchParams(location.search).get('search')") == "成都03公"
    assert a1.evaluate("new URLSearchParams(location.search).get('sort')") == "name"
    a1.reload()
    assert names(a1) == ["成都03公司"]


def test_search_answer_of_an_older_word_is_not_shown(a1: Page) -> None:
    a1.goto("/admin/customer/")
    slow = []

    def hold(route: object) -> None:
        if "search=%E6%88%90" in route.request.url and not slow:  # type: ignore[attr-defined]
            slow.append(route)
        else:
            route.continue_()  # type: ignore[attr-defined]

    a1.route("**/admin/customer/?*", hold)
    a1.fill("[name=search]", "成")
    expect(a1.locator("[data-region=rows]")).to_have_attribute("aria-busy", "true")
    a1.fill("[name=search]", "C2")
    expect(total(a1)).to_have_text("共 1 条")

    assert len(slow) == 1
    assert names(a1) == ["C2"]


def test_filter_reads_as_a_sentence_and_is_taken_away(a1: Page) -> None:
    a1.goto("/admin/customer/")
    a1.click("[data-filters]")
    a1.click("label:has-text('客户状态')")
    a1.locator(".ts-dropdown .option", has_text="签约客户").click()

    chip = a1.locator(".chip")
    expect(chip).to_have_text("客户状态 是 签约客户 ×", use_inner_text=True)
    expect(total(a1)).to_have_text("共 2 条")
    chip.locator("a").click()
    expect(chip).to_have_count(0)
    expect(total(a1)).to_have_text("共 33 条")


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


def test_columns_are_chosen_and_ordered(a1: Page) -> None:
    a1.goto("/admin/customer/")
    a1.click("[data-columns]")
    dialog = a1.locator("dialog[open]")
    dialog.locator("input[value=region]").uncheck()
    dialog.locator("input[value=source]").check()
    dialog.locator("li", has=a1.locator("input[value=name]")).locator("[data-step='-1']").click()
    with a1.expect_navigation():
        dialog.locator(".btn-primary").click()

    heads = a1.locator("thead th[scope]").all_inner_texts()

    assert heads[:2] == ["客户名称", "客户编码"]
    assert "客户来源" in heads
    assert "客户区域" not in heads


def test_all_that_match_are_deleted_after_a_question(open_page: OpenPage, company: Company) -> None:
    admin = log_in(open_page(), "admin")
    admin.goto("/admin/customer/?search=成都")
    admin.locator("[data-check-all]").check()
    expect(admin.locator("[data-bulk-count]")).to_contain_text("20")
    admin.locator("[data-bulk-all]").check()
    expect(admin.locator("[data-bulk-count]")).to_contain_text("30")
    admin.click("#bulk button[value=delete]")
    expect(admin.locator("h1")).to_contain_text("30")

    admin.click("form.deed button[value=delete]")

    expect(admin.locator(".flash")).to_contain_text("30")
    expect(admin.locator(".empty")).to_be_visible()


def test_menu_of_a_row_by_keyboard(a1: Page, company: Company) -> None:
    a1.goto("/admin/customer/?search=C2")
    button = a1.locator(".row-menu")

    button.focus()
    a1.keyboard.press("Enter")
    entries = a1.locator("#row-entries [role=menuitem]")
    expect(entries.first).to_be_focused()
    assert entries.all_inner_texts() == ["详情", "编辑", "转移…", "协作人…", "设为私密…", "谁可以查看"]
    a1.keyboard.press("Escape")
    expect(button).to_be_focused()


@pytest.mark.parametrize("table", ["customer", "contact", "follow_up", "visit"])
def test_phone_shows_cards_without_sideways_scrolling(open_page: OpenPage, company: Company, table: str) -> None:
    page = log_in(open_page(width=360), "a1")
    page.goto(f"/admin/{table}/")

    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_phone_can_choose_filter_and_act(open_page: OpenPage, company: Company) -> None:
    page = log_in(open_page(width=360), "a1")
    page.goto("/admin/customer/?search=成都0")

    page.click("[data-filters]")
    page.select_option("#list-sort", "-name")
    expect(page.locator("td[data-label=客户名称]").first).to_have_text("成都09公司")
    page.locator("input[name=rowid]").first.check()
    page.click("[data-check-page]")
    expect(page.locator("[data-bulk-count]")).to_contain_text("10")
    page.locator(".row-menu").first.click()
    expect(page.locator("#row-entries")).to_be_visible()

    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    for part in ("#row-entries", "#bulk"):
        box = page.locator(part).bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 360


def test_header_stays_in_sight(a1: Page) -> None:
    a1.goto("/admin/customer/?page_size=50")

    a1.evaluate("document.querySelector('.list-scroll').scrollTop = 400")

    head, area = a1.locator("thead th").nth(1).bounding_box(), a1.locator(".list-scroll").bounding_box()
    assert head is not None
    assert area is not None
    assert abs(head["y"] - area["y"]) <= 2
