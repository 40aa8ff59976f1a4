"""Forms in a real browser: nothing typed is lost, and what is wrong is said where it is."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from auth.passwords import set_password
from models import CustomerStatus, Employee
from tests.browser.test_main_job import PASSWORD, log_in
from tests.factories import make_employee

OpenPage = Callable[..., Page]
NEW_STATUS = "/admin/customer_status/new/"


@pytest.fixture
def admins(session: Session) -> None:
    """Build two company admins who can log in."""
    for login in ("root", "twin"):
        make_employee(session, login, role="company_admin")
    for employee in session.scalars(select(Employee)):
        set_password(employee, PASSWORD)
    session.commit()
    session.remove()  # type: ignore[attr-defined] # the scoped session of the application context


def end_sessions(session: Session) -> None:
    """End every session, as a new password does."""
    session.execute(update(Employee).values(session_epoch=Employee.session_epoch + 1))
    session.commit()
    session.remove()  # type: ignore[attr-defined] # as above


def log_in_here(page: Page, login: str) -> None:
    """Log in on the page shown."""
    page.fill("[name=login]", login)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")


def type_status(page: Page) -> None:
    """Fill in the form of a new status: a text, a choice of the palette, a box."""
    page.goto(NEW_STATUS)
    page.fill("[name=name]", "想一想")
    page.locator(".palette-choice", has=page.locator(".value-green")).click()
    page.uncheck("[name=is_active]")


def test_typed_text_survives_the_end_of_the_session(open_page: OpenPage, admins: None, session: Session) -> None:
    page = log_in(open_page(), "root")
    type_status(page)
    end_sessions(session)

    page.click("button.btn-primary")
    expect(page.locator(".flash")).to_contain_text("登录已失效")
    log_in_here(page, "root")

    expect(page.locator("#form-restored")).to_be_visible()
    assert page.input_value("[name=name]") == "想一想"
    assert page.is_checked("[name=colour][value=green]")
    assert not page.is_checked("[name=is_active]")
    page.click("button.btn-primary")
    expect(page.locator(".flash")).to_contain_text("想一想")
    assert session.scalars(select(CustomerStatus.name)).all() == ["想一想"]


def test_typed_text_is_not_shown_to_another_person(open_page: OpenPage, admins: None, session: Session) -> None:
    page = log_in(open_page(), "root")
    type_status(page)
    end_sessions(session)
    page.click("button.btn-primary")

    log_in_here(page, "twin")

    page.wait_for_url(f"**{NEW_STATUS}*")
    expect(page.locator("#form-restored")).to_be_hidden()
    assert page.input_value("[name=name]") == ""


def test_typed_text_survives_an_error_page(open_page: OpenPage, admins: None) -> None:
    page = log_in(open_page(), "root")
    type_status(page)
    page.evaluate("document.querySelector('form[data-model-form] [name=csrf_token]').value = 'old'")

    page.click("button.btn-primary")
    page.click("a.btn-primary")  # back

    expect(page.locator("#form-restored")).to_be_visible()
    assert page.input_value("[name=name]") == "想一想"


def test_saved_text_does_not_come_back(open_page: OpenPage, admins: None) -> None:
    page = log_in(open_page(), "root")
    type_status(page)

    page.click("[name=_add_another]")

    expect(page.locator(".flash")).to_contain_text("想一想")
    expect(page.locator("#form-restored")).to_be_hidden()
    assert page.input_value("[name=name]") == ""
    page.goto("/admin/nothing-here/")
    page.goto(NEW_STATUS)
    assert page.input_value("[name=name]") == ""


def test_fault_takes_the_focus_and_leads_to_its_field(open_page: OpenPage, admins: None) -> None:
    page = log_in(open_page(), "root")
    page.goto(NEW_STATUS)

    page.click("button.btn-primary")

    expect(page.locator("#form-faults")).to_be_focused()
    page.click("#form-faults a")
    expect(page.locator("[name=name]")).to_be_focused()
    assert page.get_attribute("[name=name]", "aria-invalid") == "true"
    described = page.get_attribute("[name=name]", "aria-describedby") or ""
    expect(page.locator(f"#{described.split()[0]}")).to_have_text("此项必填。")


def test_leaving_with_unsaved_changes_asks(open_page: OpenPage, admins: None) -> None:
    page = log_in(open_page(), "root")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto(NEW_STATUS)
    page.goto("/admin/")
    assert asked == []

    type_status(page)
    page.goto("/admin/")

    assert asked == ["beforeunload"]


def test_colour_is_chosen_by_keyboard(open_page: OpenPage, admins: None, session: Session) -> None:
    page = log_in(open_page(), "root")
    page.goto(NEW_STATUS)
    page.fill("[name=name]", "重要")
    page.focus("[name=colour][value='']")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")

    page.wait_for_url("**/admin/customer_status/")
    expect(page.locator("td .value-red")).to_have_text("重要")
    assert session.scalars(select(CustomerStatus.colour)).all() == ["red"]
    page.goto("/admin/customer/new/")
    page.locator("select[name=status] + .ts-wrapper").click()
    expect(page.locator(".ts-dropdown .value-red")).to_have_text("重要")
    assert page.locator(".ts-dropdown .value-red").evaluate("node => getComputedStyle(node).backgroundColor") != (
        "rgba(0, 0, 0, 0)"
    )


def test_pickers_say_in_chinese_that_nothing_is_found(open_page: OpenPage, admins: None) -> None:
    page = log_in(open_page(), "root")
    page.goto("/admin/customer/new/")
    page.locator("select[name=status] + .ts-wrapper").click()
    page.keyboard.type("没有")

    expect(page.locator(".ts-dropdown .no-results")).to_have_text("没有找到")


def test_one_time_link_is_copied(open_page: OpenPage, admins: None, session: Session) -> None:
    page = log_in(open_page(), "root")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    twin = session.scalars(select(Employee.id).where(Employee.login == "twin")).one()
    session.rollback()  # on SQLite an open transaction would keep the page from writing
    page.goto(f"/admin/employee/details/?id={twin}")
    page.click("button:has-text('一次性链接')")

    page.click("[data-copy]")

    expect(page.locator("[data-copy]")).to_have_text("已复制")
    assert page.evaluate("navigator.clipboard.readText()") == page.input_value("#link")
