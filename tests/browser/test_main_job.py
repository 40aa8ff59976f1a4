"""The main job in a real browser: shape a tree, keep a customer, make it private, see or not see it, export."""

import csv
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from auth.passwords import set_password
from models import Employee, Role
from tests.factories import company

PASSWORD = "correct horse"

OpenPage = Callable[..., Page]


@pytest.fixture
def people(session: Session) -> None:
    """Build the company of DOMAIN 3.7, with passwords; boss is a manager, who may export."""
    company(session)
    boss_role = Role(code="manager", name="主管", permission_codes=["export_customers", "view_all_customers"])
    session.add(boss_role)
    session.flush()
    employees = session.scalars(select(Employee)).all()
    set_password(employees[0], PASSWORD)
    for employee in employees:
        employee.password_hash, employee.session_epoch = employees[0].password_hash, 2
        if employee.login == "boss":
            employee.role = boss_role
    session.commit()
    session.remove()  # type: ignore[attr-defined] # the scoped session of the application context


def log_in(page: Page, login: str) -> Page:
    """Log in through the form."""
    page.goto("/login")
    page.fill("[name=login]", login)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/admin/")
    return page


def add_root(page: Page, name: str) -> None:
    """Add a root by "+"."""
    page.click("#tree-add-root, #tree-add-first:visible")
    page.fill(".tree-editor input", name)
    page.press(".tree-editor input", "Enter")
    expect(node(page, name)).to_be_visible()
    page.keyboard.press("Escape")


def node(page: Page, name: str) -> Locator:
    """Return the row of a node by its name."""
    return page.locator(".tree-item", has=page.locator(f".tree-row .tree-name:text-is('{name}')")).last


def roots(page: Page) -> list[str]:
    """Return the names of the roots in their order."""
    return page.locator("#tree-root > .tree-item > .tree-row .tree-name").all_inner_texts()


def test_tree_add_drag_reload(open_page: OpenPage, people: None) -> None:
    page = log_in(open_page(), "admin")
    page.goto("/admin/region/")
    for name in ("重庆", "成都", "上海"):
        add_root(page, name)
    assert roots(page) == ["重庆", "成都", "上海"]

    with page.expect_response("**/admin/region/move/") as moved:
        drag(page, node(page, "上海").locator(".tree-grip"), node(page, "重庆").locator("> .tree-row"))
    assert moved.value.status == 200
    page.reload()

    assert roots(page)[0] == "上海"
    assert sorted(roots(page)) == sorted(["上海", "重庆", "成都"])


def test_tree_keyboard_moves_into_the_entry_above(open_page: OpenPage, people: None) -> None:
    page = log_in(open_page(), "admin")
    page.goto("/admin/region/")
    for name in ("成都", "武侯区"):
        add_root(page, name)

    node(page, "武侯区").focus()
    with page.expect_response("**/admin/region/move/"):
        page.keyboard.press("Alt+ArrowRight")
    page.reload()

    assert roots(page) == ["成都"]
    node(page, "成都").focus()
    page.keyboard.press("ArrowRight")
    expect(node(page, "武侯区")).to_be_visible()


def test_list_drag_reorders(open_page: OpenPage, people: None) -> None:
    page = log_in(open_page(), "admin")
    for name in ("A", "B", "C"):
        page.goto("/admin/customer_grade/new/")
        page.fill("[name=name]", name)
        page.click("button.btn-primary")
    names = page.locator(".model-list tbody tr td[data-label=名称]")
    assert names.all_inner_texts() == ["A", "B", "C"]

    rows = page.locator(".model-list tbody tr")
    with page.expect_response("**/reorder/") as answer:
        drag(page, rows.nth(2).locator(".order-grip"), rows.nth(0))
    assert answer.value.status == 200
    page.reload()

    assert names.all_inner_texts() == ["C", "A", "B"]


def test_customer_made_private_is_seen_by_line_prompted_to_peers_hidden_from_others(
    open_page: OpenPage, people: None
) -> None:
    amy = log_in(open_page(), "a1")
    amy.goto("/admin/customer/new/")
    amy.fill("[name=name]", "成都锦江餐饮有限公司")
    amy.fill("[name=phone]", "028-12345678")
    amy.click("button.btn-primary:has-text('保存'), button.btn-primary:has-text('Save')")
    amy.click("a:has-text('成都锦江餐饮有限公司'), td[data-label=客户编码] a >> nth=0")
    address = amy.url
    amy.click("button[name=visibility][value=private]")
    expect(amy.locator(".sight")).to_contain_text("va")
    amy.click("button[name=visibility][value=private]")
    expect(amy.locator("dd .badge", has_text="私密")).to_be_visible()

    va = log_in(open_page(), "va")
    assert va.goto(address).status == 403  # type: ignore[union-attr]
    expect(va.locator("main")).to_contain_text("成都锦江餐饮有限公司")
    expect(va.locator("main")).to_contain_text("a1")
    assert "028-12345678" not in va.content()
    va.goto("/admin/customer/?search=锦江餐饮")
    expect(va.locator("section", has=va.locator("#stubs"))).to_contain_text("成都锦江餐饮有限公司")
    expect(va.locator("table.model-list")).to_have_count(0)

    peer = log_in(open_page(), "a2")
    assert peer.goto(address).status == 404  # type: ignore[union-attr]
    peer.goto("/admin/customer/?search=锦江餐饮")
    assert "成都锦江餐饮有限公司" not in peer.locator("main").inner_text()

    boss = log_in(open_page(), "boss")
    assert boss.goto(address).status == 200  # type: ignore[union-attr]
    expect(boss.locator("main")).to_contain_text("028-12345678")


@pytest.mark.parametrize("login", ["boss", "admin"])
def test_export_holds_the_rows_of_the_list(open_page: OpenPage, people: None, tmp_path: Path, login: str) -> None:
    boss = log_in(open_page(), login)
    boss.goto("/admin/customer/?sort=code&page_size=100")
    listed = boss.locator(".model-list tbody tr td[data-label=客户编码]").all_inner_texts()

    boss.click("button:has-text('导出'), button:has-text('Export')")
    with boss.expect_download() as download:
        boss.click(".dropdown-item:has-text('CSV')")
    download.value.save_as(tmp_path / "customers.csv")

    rows = list(csv.DictReader(StringIO((tmp_path / "customers.csv").read_bytes().decode("utf-8-sig"))))
    assert len(listed) > 3
    assert [row["客户编码"] for row in rows] == listed


def test_export_is_refused_to_those_who_may_not(open_page: OpenPage, people: None) -> None:
    amy = log_in(open_page(), "a1")
    amy.goto("/admin/customer/")

    expect(amy.locator("button.dropdown-toggle")).to_have_count(0)
    assert amy.goto("/admin/customer/export/csv/").status == 403  # type: ignore[union-attr]


def drag(page: Page, source: Locator, target: Locator) -> None:
    """Drag with the mouse, in steps, so that the page sees it move; drop on the upper part of the target."""
    source.scroll_into_view_if_needed()
    target.hover()
    start, end = source.bounding_box(), target.bounding_box()
    assert start is not None
    assert end is not None
    page.mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
    page.mouse.down()
    page.mouse.move(start["x"] + 8, start["y"] - 4, steps=4)
    page.mouse.move(end["x"] + min(60, end["width"] / 2), end["y"] + 4, steps=15)
    page.mouse.up()


def edit_first(page: Page) -> None:
    """Open the form of the first row by its menu, once its script is there: before, it leads to the details."""
    page.wait_for_url("**/admin/customer/")
    page.wait_for_load_state()
    page.click(".row-menu >> nth=0")
    page.click("[role=menuitem]:has-text('编辑')")


def test_picker_finds_while_typing_and_can_be_emptied(open_page: OpenPage, people: None) -> None:
    page = log_in(open_page(), "admin")
    page.goto("/admin/region/")
    add_root(page, "成都")
    page.goto("/admin/customer/new/")
    page.fill("[name=name]", "有区域的客户")
    page.locator("label:has-text('客户区域')").click()
    page.keyboard.type("成都")
    page.locator(".ts-dropdown .option", has_text="成都").first.click()
    page.click("button.btn-primary")
    edit_first(page)
    picker = page.locator("select[name=region] + .ts-wrapper")
    expect(picker).to_contain_text("成都")

    picker.locator(".remove").click()
    page.click("button.btn-primary")
    edit_first(page)

    expect(page.locator("select[name=region] + .ts-wrapper .item")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
