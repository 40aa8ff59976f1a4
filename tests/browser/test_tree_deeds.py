"""Deeds on the nodes of a tree in a browser, each undone by one click; and two admins who are at it at once.

On SQLite alone, as ``test_keyboard.py``.
"""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import REGIONS
from tests.browser.tree_page import line, menu, names, place_customer, row, says
from tests.browser.walk.companies import Company

Open = Callable[..., Page]


def test_node_is_deactivated_and_it_is_undone(tree: Page) -> None:
    menu(tree, "成都", "Deactivate")
    expect(tree.locator(".tree-impact")).to_have_text("Entries directly below it: 2")
    tree.locator("#tree-deed [value=ok]").click()
    expect(row(tree, "成都")).to_have_accessible_name("成都 inactive")
    expect(row(tree, "成都")).to_be_focused()

    tree.keyboard.press("Control+z")

    expect(row(tree, "成都")).to_have_accessible_name("成都")
    expect(row(tree, "成都")).to_be_focused()


def test_node_in_use_is_replaced_instead_of_deleted_and_it_is_undone(tree: Page, small_company: Company) -> None:
    place_customer(small_company, "上海")
    tree.reload()

    menu(tree, "上海", "Delete")
    expect(tree.locator(".tree-impact")).to_have_text("Customers that have it: 1")
    expect(tree.locator("#tree-deed [value=ok]")).to_be_hidden()
    tree.locator("#tree-deed [value=replace]").click()
    tree.locator("#tree-pick input").fill("重庆")
    tree.locator(".tree-target").click()
    tree.locator("#tree-deed [value=ok]").click()
    expect(tree.locator("#tree-toast")).to_contain_text("“上海” was replaced by “重庆” (customers: 1).")
    expect(row(tree, "成都")).to_be_focused()
    assert names(tree) == ["重庆", "成都"]
    expect(line(tree, "重庆").locator(".tree-number")).to_have_text("1")

    tree.get_by_role("button", name="Undo").click()

    expect(row(tree, "上海")).to_be_focused()
    assert names(tree) == list(REGIONS)
    expect(line(tree, "上海").locator(".tree-number")).to_have_text("1")


def test_merged_node_takes_its_children_along(tree: Page) -> None:
    menu(tree, "成都", "Merge into…")
    tree.locator("#tree-pick input").fill("上海")
    tree.locator(".tree-target").click()
    tree.locator("#tree-deed [value=ok]").click()
    expect(row(tree, "成都")).to_have_count(0)

    row(tree, "上海").press("ArrowRight")
    expect(row(tree, "金牛区")).to_be_visible()
    assert names(tree, "上海") == ["金牛区", "武侯区"]


def test_second_admin_keeps_what_they_typed(open_tree: Open) -> None:
    first, second = open_tree(), open_tree()
    row(second, "成都").press("F2")
    second.locator(".tree-editor input").fill("成都平原")

    row(first, "成都").press("F2")
    first.locator(".tree-editor input").fill("成都市")
    first.keyboard.press("Enter")
    says(first, "It is now called 成都市.")
    second.keyboard.press("Enter")

    expect(second.locator(".tree-fault")).to_contain_text("it is now called “成都市”")
    expect(second.locator(".tree-editor input")).to_have_value("成都平原")
    second.keyboard.press("Enter")
    says(second, "It is now called 成都平原.")
    expect(row(second, "成都平原")).to_be_focused()


def test_second_admin_sees_the_first_ones_move(open_tree: Open) -> None:
    first, second = open_tree(), open_tree()
    row(first, "上海").press("Alt+ArrowUp")
    says(first, "上海 is now at place 2 of 3 under Top level.")
    row(first, "上海").press("Alt+ArrowRight")
    says(first, "上海 is now at place 1 of 1 under 重庆.")

    row(second, "上海").press("Alt+ArrowUp")

    expect(second.locator("#tree-alert")).to_contain_text("Somebody has changed “上海” meanwhile.")
    expect(row(second, "上海")).to_have_count(0)
    expect(row(second, "重庆")).to_have_attribute("aria-expanded", "false")
    assert second.evaluate("document.activeElement.getAttribute('role')") == "treeitem"


def test_second_admin_is_told_that_a_node_is_gone(open_tree: Open) -> None:
    first, second = open_tree(), open_tree()
    row(second, "上海").press("F2")
    second.locator(".tree-editor input").fill("上海市")
    row(first, "上海").press("Delete")
    first.locator("#tree-deed [value=ok]").click()
    expect(row(first, "上海")).to_have_count(0)

    second.keyboard.press("Enter")

    expect(second.locator(".tree-fault")).to_have_text("Somebody has deleted “上海” meanwhile.")
    expect(second.locator(".tree-editor input")).to_have_value("上海市")
    second.keyboard.press("Escape")
    expect(row(second, "上海")).to_have_count(0)
    expect(row(second, "成都")).to_be_focused()


def test_second_admin_keeps_the_name_of_a_new_node_whose_parent_is_gone(open_tree: Open) -> None:
    first, second = open_tree(), open_tree()
    row(second, "上海").press("+")
    second.locator(".tree-editor input").fill("浦东")
    row(first, "上海").press("Delete")
    first.locator("#tree-deed [value=ok]").click()
    expect(row(first, "上海")).to_have_count(0)

    second.keyboard.press("Enter")

    expect(second.locator(".tree-fault")).to_have_text("Somebody has deleted “上海” meanwhile.")
    expect(second.locator(".tree-editor input")).to_have_value("浦东")
    second.keyboard.press("Escape")
    expect(row(second, "上海")).to_have_count(0)
    expect(row(second, "成都")).to_be_focused()


def test_deed_on_a_node_that_was_changed_meanwhile_is_done_on_what_the_dialog_shows(open_tree: Open) -> None:
    first, second = open_tree(), open_tree()
    row(first, "上海").press("F2")
    first.keyboard.type("上海市")
    first.keyboard.press("Enter")
    says(first, "It is now called 上海市.")

    menu(second, "上海", "Deactivate")
    expect(second.locator("#tree-deed h2")).to_have_text("Deactivate “上海市”?")
    row(first, "上海市").press("F2")
    first.keyboard.type("申城")
    first.keyboard.press("Enter")
    says(first, "It is now called 申城.")
    second.locator("#tree-deed [value=ok]").click()

    expect(second.locator("#tree-alert")).to_contain_text("Somebody has changed “上海市” meanwhile.")
    expect(row(second, "申城")).to_be_focused()
    expect(row(second, "申城")).to_have_accessible_name("申城")


def test_undo_is_refused_where_something_changed_since(open_tree: Open) -> None:
    first, second = open_tree(), open_tree()
    menu(first, "上海", "Deactivate")
    first.locator("#tree-deed [value=ok]").click()
    expect(first.locator("#tree-toast")).to_be_visible()
    second.reload()
    menu(second, "上海", "Reactivate")
    expect(row(second, "上海")).to_have_accessible_name("上海")

    first.get_by_role("button", name="Undo").click()

    expect(first.locator("#tree-alert")).not_to_be_empty()
    expect(row(first, "上海")).to_have_accessible_name("上海")
    expect(row(first, "上海")).to_be_focused()
