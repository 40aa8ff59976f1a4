"""The list page in a real browser: typing, filters, columns, all that match, and a phone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.list_page import log_in, names, total
from tests.factories import Company

OpenPage = Callable[..., Page]


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


def test_columns_after_the_session_lead_to_the_log_in(a1: Page) -> None:
    a1.goto("/admin/customer/")
    a1.context.clear_cookies()

    a1.click("[data-columns]")

    expect(a1.locator("[name=password]")).to_be_visible()


def test_all_that_match_are_deleted_after_a_question(open_page: OpenPage, list_company: Company) -> None:
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


def test_menu_of_a_row_by_keyboard(a1: Page, list_company: Company) -> None:
    a1.goto("/admin/customer/?search=C2")
    button = a1.locator(".row-menu")

    button.focus()
    a1.keyboard.press("Enter")
    entries = a1.locator("#row-entries [role=menuitem]")
    expect(entries.first).to_be_focused()
    box = entries.first.bounding_box()
    assert box is not None
    assert box["height"] >= 30
    assert entries.all_inner_texts() == ["详情", "编辑", "转移…", "协作人…", "设为私密…", "谁可以查看"]
    a1.keyboard.press("Escape")
    expect(button).to_be_focused()


def test_row_is_deleted_by_its_name_after_a_question(open_page: OpenPage, list_company: Company) -> None:
    admin = log_in(open_page(), "admin")
    asked: list[str] = []
    admin.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.accept()))
    admin.goto("/admin/customer/?search=成都07")
    admin.click(".row-menu")

    admin.click("#row-entries .text-danger")

    expect(admin.locator(".empty")).to_be_visible()
    assert asked == ["删除“成都07公司”？此操作无法撤销。"]


@pytest.mark.parametrize("table", ["customer", "contact", "follow_up", "visit"])
def test_phone_shows_cards_without_sideways_scrolling(open_page: OpenPage, list_company: Company, table: str) -> None:
    page = log_in(open_page(width=360), "a1")
    page.goto(f"/admin/{table}/")

    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_phone_can_choose_filter_and_act(open_page: OpenPage, list_company: Company) -> None:
    page = log_in(open_page(width=360), "a1")
    page.goto("/admin/customer/?search=成都0")

    page.click("[data-filters]")
    page.select_option("#list-sort", "name")
    expect(page.locator("td[data-label=客户名称]").first).to_have_text("成都00公司")
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
