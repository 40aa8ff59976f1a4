"""Shaping a tree in a browser: mouse, fingers, search, outline, a phone. On SQLite alone, as ``test_keyboard.py``.

Keys, and deeds with two admins, have files of their own.
"""

from collections.abc import Callable

from playwright.sync_api import Page, Route, expect

from models import Region, db
from tests.browser.conftest import REGIONS
from tests.browser.tree_page import drag, line, menu, names, place_customer, row, says
from tests.browser.walk.companies import Company
from tests.browser.walk.stops import Walker


def test_mouse_puts_a_row_into_another_and_back_out(tree: Page) -> None:
    drag(tree, line(tree, "上海"), line(tree, "成都"), part=0.5)
    says(tree, "上海 is now at place 3 of 3 under 成都.")
    assert (names(tree), names(tree, "成都")) == (["重庆", "成都"], ["金牛区", "武侯区", "上海"])

    drag(tree, line(tree, "上海"), line(tree, "重庆"), part=0.1)
    says(tree, "上海 is now at place 1 of 3 under Top level.")
    tree.reload()
    assert names(tree) == ["上海", "重庆", "成都"]


def test_drop_that_is_refused_is_taken_back_with_the_reason(tree: Page, small_company: Company) -> None:
    with small_company.app.app_context():
        db.session.add(Region(name="金牛区", sort_order=4))
        db.session.commit()
    tree.reload()

    drag(tree, row(tree, "金牛区").locator("> .tree-row"), line(tree, "成都"), part=0.5)

    expect(tree.locator("#tree-alert")).to_have_text("“金牛区” is there already.")
    assert names(tree) == ["重庆", "成都", "上海", "金牛区"]
    expect(row(tree, "金牛区").last).to_be_focused()


def test_drop_is_shown_before_the_server_answers_and_taken_back_where_it_does_not(tree: Page) -> None:
    asked: list[Route] = []

    def hold(route: Route) -> None:
        asked.append(route)

    tree.route("**/admin/region/move/", hold)

    drag(tree, line(tree, "上海"), line(tree, "重庆"), part=0.1)
    expect(tree.locator("#tree-root > .tree-item").first).to_contain_text("上海")
    assert len(asked) == 1
    asked[0].abort()

    expect(tree.locator("#tree-alert")).to_have_text("The server did not answer. Nothing was changed; try again.")
    assert names(tree) == list(REGIONS)
    expect(row(tree, "上海")).to_be_focused()


def test_escape_ends_a_drag_without_a_change(tree: Page) -> None:
    start, end = line(tree, "上海").bounding_box(), line(tree, "重庆").bounding_box()
    assert start is not None
    assert end is not None
    tree.mouse.move(start["x"] + 50, start["y"] + 10)
    tree.mouse.down()
    tree.mouse.move(end["x"] + 60, end["y"] + 3, steps=10)
    expect(tree.locator(".drop-before")).to_have_count(1)
    tree.keyboard.press("Escape")
    tree.mouse.up()

    assert names(tree) == list(REGIONS)


def test_finger_drags_a_row_on_a_phone(open_tree: Callable[..., Page]) -> None:
    page = open_tree(has_touch=True, is_mobile=True, viewport={"width": 360, "height": 740})
    touch = page.context.new_cdp_session(page)
    start, end = line(page, "上海").bounding_box(), line(page, "重庆").bounding_box()
    assert start is not None
    assert end is not None
    x, y, to = start["x"] + 70, start["y"] + 20, end["y"] + 4

    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    page.wait_for_timeout(400)
    for step in range(1, 13):
        point = {"x": x, "y": y + (to - y) * step / 12}
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
        page.wait_for_timeout(20)
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    says(page, "上海 is now at place 1 of 3 under Top level.")
    assert names(page) == ["上海", "重庆", "成都"]


def test_phone_has_a_menu_a_row_with_large_targets_and_no_overflow(open_tree: Callable[..., Page]) -> None:
    page = open_tree(has_touch=True, is_mobile=True, viewport={"width": 360, "height": 740})

    for button in page.locator("#tree-root [data-act=add], #tree-root [data-act=menu]").all():
        box = button.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 44
    line(page, "成都").locator("[data-act=menu]").tap()
    page.get_by_role("menuitem", name="Move to position…").tap()
    page.fill("#tree-place-number", "3")
    page.locator("#tree-place [value=ok]").tap()

    says(page, "成都 is now at place 3 of 3 under Top level.")
    assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_open_rows_are_open_again_in_a_new_tab(tree: Page) -> None:
    line(tree, "成都").locator(".tree-toggle").click()
    expect(row(tree, "金牛区")).to_be_visible()

    again = tree.context.new_page()
    again.goto("/admin/region/")
    expect(row(again, "金牛区")).to_be_visible()
    line(again, "成都").locator(".tree-toggle").click()
    tree.reload()

    expect(row(tree, "成都")).to_have_attribute("aria-expanded", "false")


def test_search_shows_hits_below_what_stands_above_them(tree: Page) -> None:
    tree.fill("#tree-find", "武侯")

    expect(tree.locator(".tree-item.is-hit")).to_have_count(1)
    assert names(tree) == ["成都"]
    expect(tree.locator(".is-hit mark")).to_have_text("武侯")
    tree.fill("#tree-find", "nothing like it")
    expect(tree.locator("#tree-found")).to_have_text("Nothing matches.")
    tree.fill("#tree-find", "")
    expect(tree.locator("#tree-root > .tree-item > .tree-row .tree-name")).to_have_text(list(REGIONS))


def test_what_is_changed_among_hits_is_changed_in_the_tree(tree: Page) -> None:
    tree.fill("#tree-find", "金牛")
    hit = tree.locator(".tree-item.is-hit")
    expect(hit).to_have_count(1)
    hit.press("F2")
    tree.keyboard.type("金牛")
    tree.keyboard.press("Enter")
    says(tree, "It is now called 金牛.")
    expect(hit).to_be_focused()
    tree.keyboard.press("Alt+ArrowDown")
    expect(tree.locator("#tree-alert")).to_have_text("End the search to change the order.")
    tree.keyboard.press("Escape")

    expect(row(tree, "金牛")).to_be_focused()
    assert names(tree, "成都") == ["金牛", "武侯区"]


def test_numbers_of_customers_lead_to_their_list(tree: Page, small_company: Company) -> None:
    place_customer(small_company, "武侯区")
    tree.reload()

    count = line(tree, "成都").locator(".tree-count")
    expect(count).to_have_text("1Customers here and below: 1, of these here: 0")
    expect(line(tree, "上海").locator(".tree-count")).to_be_hidden()
    count.click()
    expect(tree.locator(".model-list tbody tr")).to_have_count(1)


def test_outline_is_looked_at_mended_and_added(tree: Page) -> None:
    menu(tree, "上海", "Add many below…")
    field = tree.locator("#tree-outline textarea")
    expect(field).to_be_focused()
    field.fill("浦东\n  陆家嘴\n  a/b\n黄浦")
    expect(tree.locator(".tree-line.is-refused")).to_contain_text("The name may not hold")
    expect(tree.locator("#tree-outline [type=submit]")).to_be_disabled()
    tree.keyboard.press("Escape")
    menu(tree, "上海", "Add many below…")
    expect(field).to_have_value("浦东\n  陆家嘴\n  a/b\n黄浦")
    field.fill("浦东\n  陆家嘴\n黄浦")
    tree.get_by_role("button", name="Add 3").click()

    says(tree, "3 entries were added.")
    assert names(tree, "上海") == ["浦东", "黄浦"]
    expect(row(tree, "上海")).to_be_focused()


def test_dialogs_and_hits_are_accessible(walker: Walker) -> None:
    page = walker.page
    page.goto("/admin/region/")
    page.fill("#tree-find", "区")
    expect(page.locator(".tree-item.is-hit")).to_have_count(2)
    walker.look()
    page.fill("#tree-find", "")
    page.click("#tree-outline-root")
    page.locator("#tree-outline textarea").fill("a\n  b/c\n成都")
    expect(page.locator(".tree-line")).to_have_count(3)
    walker.look()
