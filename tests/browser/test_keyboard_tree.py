"""A tree by keyboard, and what is said of moves by key, menu and mouse. On SQLite alone, as ``test_keyboard.py``."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import REGIONS
from tests.browser.tree_page import drag, line, names, row
from tests.browser.walk.stops import Walker


def test_escape_closes_what_a_tree_opens(page: Page) -> None:
    page.goto("/admin/region/")
    summary = page.locator(".tree-help summary")
    summary.press("Enter")
    expect(page.locator(".tree-help dl")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".tree-help dl")).to_be_hidden()
    expect(summary).to_be_focused()

    region = row(page, "重庆")
    region.press("Shift+F10")
    expect(page.locator("#tree-menu button").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#tree-menu")).to_be_hidden()
    expect(region).to_be_focused()

    region.press("F2")
    expect(page.locator(".tree-editor input")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".tree-editor")).to_have_count(0)
    expect(region).to_be_focused()

    page.locator("#tree-add-root").press("Enter")
    page.keyboard.press("Escape")
    expect(page.locator("#tree-add-root")).to_be_focused()


def test_tree_row_moves_by_keys_and_says_so(page: Page) -> None:
    page.goto("/admin/region/")
    region, live = row(page, "重庆"), page.locator("#tree-live")

    region.press("Alt+ArrowDown")
    expect(live).to_have_text("重庆 is now at place 2 of 3 under Top level.")
    expect(region).to_be_focused()
    page.keyboard.press("Alt+ArrowRight")
    expect(live).to_have_text("重庆 is now at place 3 of 3 under 成都.")
    expect(region).to_be_focused()
    page.keyboard.press("Alt+ArrowUp")
    expect(live).to_have_text("重庆 is now at place 2 of 3 under 成都.")
    page.keyboard.press("Alt+ArrowLeft")
    expect(live).to_have_text("重庆 is now at place 2 of 3 under Top level.")
    expect(region).to_be_focused()
    page.reload()

    assert names(page) == ["成都", "重庆", "上海"]


def test_tree_row_moves_by_menu_and_dialog(page: Page) -> None:
    page.goto("/admin/region/")
    region = row(page, "上海")

    region.press("Shift+F10")
    entry = page.get_by_role("menuitem", name="Move to…")
    for _ in range(page.get_by_role("menuitem").count()):
        if entry.evaluate("(element) => element === document.activeElement"):
            break
        page.keyboard.press("ArrowDown")
    expect(entry).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.type("成都")
    expect(page.locator(".tree-targets button")).to_have_count(2)
    page.keyboard.press("Enter")

    expect(page.locator("#tree-live")).to_have_text("上海 is now at place 3 of 3 under 成都.")
    expect(region).to_be_focused()


def test_tree_refusal_is_said_and_the_row_is_where_it_was(walker: Walker) -> None:
    page = walker.page
    page.goto("/admin/region/")

    row(page, "上海").press("F2")
    page.keyboard.type("成都")
    page.keyboard.press("Enter")

    expect(page.locator(".tree-fault")).not_to_be_empty()
    expect(page.locator(".tree-editor input")).to_be_focused()
    expect(page.locator(".tree-editor input")).to_have_attribute("aria-invalid", "true")
    page.keyboard.press("Escape")
    assert names(page) == list(REGIONS)
    assert "422" in walker.faults.pop()


def test_tree_row_is_deleted_by_key_and_the_focus_goes_on(page: Page) -> None:
    page.goto("/admin/region/")

    row(page, "上海").press("Delete")
    confirm(page)
    expect(page.locator("#tree-live")).to_have_text("“上海” was deleted.")
    expect(row(page, "成都")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(row(page, "武侯区")).to_be_visible()
    page.keyboard.press("ArrowRight")
    for name in ("金牛区", "武侯区", "成都", "重庆"):
        expect(row(page, name)).to_be_focused()
        page.keyboard.press("Delete")
        confirm(page)

    expect(page.locator("#tree-empty")).to_be_visible()
    expect(page.locator("#tree-add-root")).to_be_focused()


def confirm(page: Page) -> None:
    """Do by Enter what the dialog asks."""
    expect(page.locator("#tree-deed [value=ok]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#tree-deed")).to_be_hidden()


def test_tree_hit_is_reached_by_keys(page: Page) -> None:
    page.goto("/admin/region/")

    page.locator("#tree-find").focus()
    page.keyboard.type("武侯")
    hit = page.locator(".tree-item.is-hit")
    expect(hit).to_have_count(1)
    page.keyboard.press("Enter")
    expect(hit).to_be_focused()
    page.keyboard.press("Enter")

    expect(row(page, "武侯区")).to_be_focused()
    assert names(page) == list(REGIONS)


def test_tree_walks_by_keys(page: Page) -> None:
    page.goto("/admin/region/")

    row(page, "重庆").press("End")
    expect(row(page, "上海")).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowRight")
    expect(row(page, "成都")).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowRight")
    expect(row(page, "金牛区")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(row(page, "成都")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(row(page, "成都")).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("F2")
    page.keyboard.type("Chengdu")
    page.keyboard.press("Enter")
    expect(row(page, "Chengdu")).to_be_focused()
    page.keyboard.press("Home")
    expect(row(page, "重庆")).to_be_focused()
    page.keyboard.type("ch")
    expect(row(page, "Chengdu")).to_be_focused()


def test_tree_rows_pressed_quickly_move_one_after_the_other(page: Page) -> None:
    page.goto("/admin/region/")
    row(page, "重庆").focus()

    for _ in range(2):
        page.keyboard.press("Alt+ArrowDown")
    expect(page.locator("#tree-live")).to_have_text("重庆 is now at place 3 of 3 under Top level.")
    page.keyboard.press("Alt+ArrowDown")
    expect(page.locator("#tree-live")).to_have_text("It is the last already.")

    assert names(page) == ["成都", "上海", "重庆"]


def test_drags_are_said(page: Page) -> None:
    page.goto("/admin/region/")
    drag(page, line(page, "上海"), line(page, "重庆"), part=0.1)
    expect(page.locator("#tree-live")).to_have_text("上海 is now at place 1 of 3 under Top level.")

    page.goto("/admin/customer_grade/", wait_until="networkidle")
    rows = page.locator(".model-list tbody tr")
    drag(page, rows.nth(2).locator(".order-grip"), rows.nth(0), part=0.1)
    expect(page.locator("#list-live")).to_have_text("C is now at place 1 of 3.")
