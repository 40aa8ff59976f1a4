"""Everything by keyboard: reached in order, seen where one is, closed by Escape, and told to who listens instead.

On SQLite alone, as the walk through every page: what keys do does not depend on the database.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from models import CustomerGrade, Employee, Region, db
from tests import factories
from tests.browser.walk.companies import Company, served
from tests.browser.walk.stops import Walker, walking

#: Region -> the regions below it.
REGIONS = {"重庆": (), "成都": ("金牛区", "武侯区"), "上海": ()}
GRADES = ("A", "B", "C")
#: Keeps how everything looks without the focus.
_NOTE_LOOKS = """
() => {
  globalThis.lookOf = (one) => {
    const { outlineStyle, outlineWidth, outlineColor, boxShadow } = getComputedStyle(one);
    const outline = outlineStyle === "none" ? "" : `${outlineStyle} ${outlineWidth} ${outlineColor}`;
    return `${outline} ${boxShadow}`;
  };
  globalThis.looks = new Map([...document.querySelectorAll("body *")].map((one) => [one, lookOf(one)]));
}
"""
#: What the focus is on: a name, whether it is in sight, and whether it or what holds it looks otherwise than without.
_FOCUSED = """
() => {
  const element = document.activeElement;
  const around = [element, element.closest(".ts-control"), element.closest(".ts-wrapper"), element.firstElementChild];
  const box = element.getBoundingClientRect();
  return {
    name: (element.ariaLabel || element.innerText || element.name || element.id || element.tagName).trim().slice(0, 40),
    isBody: element === document.body,
    isInSight: box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    isShown: around.some((one) => one && looks.get(one) !== lookOf(one)),
  };
}
"""


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    """Yield a small company: an admin, five regions, three grades and a customer."""
    with served(tmp_path, is_demo=False) as found:
        with found.app.app_context():
            for place, (name, below) in enumerate(REGIONS.items(), start=1):
                region = Region(name=name, sort_order=place)
                db.session.add(region)
                db.session.flush()
                children = enumerate(below, start=1)
                db.session.add_all(Region(name=child, parent_id=region.id, sort_order=at) for at, child in children)
            db.session.add_all(CustomerGrade(name=name, sort_order=at) for at, name in enumerate(GRADES, start=1))
            db.session.commit()
            factories.make_customer(db.session, "成都锦江餐饮有限公司", owner=db.session.get(Employee, 1))
            db.session.remove()
        yield found


@pytest.fixture
def walker(browser: Browser, company: Company) -> Iterator[Walker]:
    """Yield the admin with a page in English; script errors and what the policy stops are faults."""
    context = company.context(browser, "admin", "en-GB")
    with walking(context, company.url) as found:
        yield found
    context.close()


@pytest.fixture
def page(walker: Walker) -> Page:
    """Return the admin's page."""
    return walker.page


def focused(page: Page) -> dict[str, Any]:
    return dict(page.evaluate(_FOCUSED))


def row(page: Page, name: str) -> Locator:
    return page.locator(".tree-item", has=page.locator(f"> .tree-row .tree-name:text-is('{name}')"))


def roots(page: Page) -> list[str]:
    return page.locator("#tree-root > .tree-item > .tree-row .tree-name").all_inner_texts()


def grades(page: Page) -> list[str]:
    return page.locator(".model-list tbody tr td[data-label=Name]").all_inner_texts()


def test_skip_link_is_first_and_leads_past_the_menu(page: Page) -> None:
    page.goto("/admin/customer/")
    page.evaluate(_NOTE_LOOKS)

    page.keyboard.press("Tab")
    assert focused(page)["name"] == "Skip to the content"
    assert focused(page)["isInSight"]
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")

    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


@pytest.mark.parametrize(
    "path",
    ["/admin/", "/admin/customer/", "/admin/customer/new/", "/admin/region/", "/admin/customer_grade/", "/password"],
)
def test_tab_goes_through_the_page_and_shows_where_it_is(page: Page, path: str) -> None:
    page.goto(path, wait_until="networkidle")
    page.evaluate(_NOTE_LOOKS)

    stops: list[dict[str, Any]] = []
    while len(stops) < 150:
        page.keyboard.press("Tab")
        stop = focused(page)
        if stop["isBody"]:
            break
        stops.append(stop)

    assert 5 < len(stops) < 150, "the focus is caught in the page"
    assert [stop["name"] for stop in stops if not (stop["isInSight"] and stop["isShown"])] == []


def test_escape_closes_the_account_menu(page: Page) -> None:
    page.goto("/admin/")
    button = page.locator(".account")

    button.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name="Change password")).to_be_focused()
    page.keyboard.press("Escape")

    expect(button).to_be_focused()
    expect(page.get_by_role("link", name="Change password")).to_be_hidden()


def test_escape_closes_the_menu_of_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto("/admin/")
    button = page.locator(".topbar button")

    button.press("Enter")
    expect(page.locator("#sidebar")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("document.getElementById('sidebar').contains(document.activeElement)")
    page.keyboard.press("Escape")

    expect(page.locator("#sidebar")).to_be_hidden()
    expect(button).to_be_focused()


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

    assert roots(page) == ["成都", "重庆", "上海"]


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
    assert roots(page) == list(REGIONS)
    assert "422" in walker.faults.pop()


def test_tree_row_is_deleted_by_key_and_the_focus_goes_on(page: Page) -> None:
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto("/admin/region/")

    row(page, "上海").press("Delete")
    expect(page.locator("#tree-live")).to_have_text("上海 was deleted.")
    expect(row(page, "成都")).to_be_focused()
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    for name in ("金牛区", "武侯区", "成都", "重庆"):
        expect(row(page, name)).to_be_focused()
        page.keyboard.press("Delete")

    expect(page.locator("#tree-empty")).to_be_visible()
    expect(page.locator("#tree-add-root")).to_be_focused()


def test_tree_hit_is_reached_by_keys(page: Page) -> None:
    page.goto("/admin/region/")

    page.locator("#tree-find").focus()
    page.keyboard.type("武侯")
    expect(page.get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")

    expect(row(page, "武侯区")).to_be_focused()


def test_list_row_moves_by_keys_and_says_so(page: Page) -> None:
    page.goto("/admin/customer_grade/", wait_until="networkidle")
    live = page.locator("#order-live")

    down = page.get_by_role("button", name="Move A down")
    down.press("Enter")
    expect(live).to_have_text("A is now at place 2 of 3.")
    expect(down).to_be_focused()
    page.keyboard.press("Enter")
    expect(live).to_have_text("A is now at place 3 of 3.")
    expect(page.get_by_role("button", name="Move A up")).to_be_focused()
    page.reload(wait_until="networkidle")

    assert grades(page) == ["B", "C", "A"]


def test_drags_are_said(page: Page) -> None:
    page.goto("/admin/region/")
    drag(page, row(page, "上海").locator(".tree-grip"), row(page, "重庆").locator("> .tree-row"))
    expect(page.locator("#tree-live")).to_have_text("上海 is now at place 1 of 3 under Top level.")

    page.goto("/admin/customer_grade/", wait_until="networkidle")
    rows = page.locator(".model-list tbody tr")
    drag(page, rows.nth(2).locator(".order-grip"), rows.nth(0))
    expect(page.locator("#order-live")).to_have_text("C is now at place 1 of 3.")


def drag(page: Page, source: Locator, target: Locator) -> None:
    """Drag with the mouse, in steps, so that the page sees it move; drop on the upper edge of the target."""
    target.hover()
    start, end = source.bounding_box(), target.bounding_box()
    assert start is not None
    assert end is not None
    page.mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
    page.mouse.down()
    page.mouse.move(start["x"] + 8, start["y"] - 4, steps=4)
    page.mouse.move(end["x"] + min(60, end["width"] / 2), end["y"] + 4, steps=15)
    page.mouse.up()
