"""Everything by keyboard: reached in order, seen where one is, closed by Escape, and told to who listens instead.

On SQLite alone, as the walk through every page: what keys do does not depend on the database. Trees have a file of
their own.
"""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

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


def focused(page: Page) -> dict[str, Any]:
    return dict(page.evaluate(_FOCUSED))


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


def test_list_row_moves_by_keys_and_says_so(page: Page) -> None:
    page.goto("/admin/customer_grade/", wait_until="networkidle")
    live = page.locator("#list-live")

    down = page.get_by_role("button", name="Move A down")
    down.press("Enter")
    expect(live).to_have_text("A is now at place 2 of 3.")
    expect(down).to_be_focused()
    page.keyboard.press("Enter")
    expect(live).to_have_text("A is now at place 3 of 3.")
    expect(page.get_by_role("button", name="Move A up")).to_be_focused()
    page.reload(wait_until="networkidle")

    assert grades(page) == ["B", "C", "A"]
