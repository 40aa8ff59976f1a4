"""The page of a customer in a real browser: a contact edited where it stands, the timeline filtered in its place."""

from typing import Any

from playwright.sync_api import Browser, Page, expect

from models import Contact, db
from tests import factories
from tests.browser.walk.companies import Company
from tests.browser.walk.stops import Walker

ADDRESS = "/admin/customer/details/?id=1"


def make_contact(company: Company, **values: str) -> None:
    """Add a contact to the customer, past the page."""
    with company.app.app_context():
        factories.save(db.session, Contact(customer_id=1, **values))
        db.session.remove()


def test_contact_is_added_in_place(walker: Walker, page: Page) -> None:
    walker.visit(ADDRESS)
    page.evaluate("window.stays = true")
    contacts = page.locator("#contacts")

    contacts.get_by_role("link", name="Add contact").click()
    expect(page.locator("#field-name")).to_be_focused()
    page.fill("#field-email", "no address")
    page.fill("#field-phone", "028 1")
    contacts.get_by_role("button", name="Save").click()
    expect(page.locator("#field-name-error")).to_be_visible()
    expect(page.locator("#field-name")).to_be_focused()
    expect(page.locator("#field-phone")).to_have_value("028 1")
    walker.look()
    page.fill("#field-name", "<b>Li</b>")
    page.fill("#field-email", "li@example.com")
    page.keyboard.press("Enter")
    expect(page.locator(".flash")).to_contain_text("“<b>Li</b>” was saved.")
    expect(page.locator("#timeline")).to_contain_text("Added a contact")
    assert page.evaluate("window.stays") is True


def test_contact_is_edited_and_deleted_in_place(walker: Walker, page: Page, small_company: Company) -> None:
    make_contact(small_company, name="<b>Li</b>")
    page.goto(ADDRESS)
    page.evaluate("window.stays = true")
    contacts, timeline = page.locator("#contacts"), page.locator("#timeline")

    contacts.get_by_role("link", name="Edit “<b>Li</b>”").click()
    page.fill("#field-position", "Buyer")
    contacts.get_by_role("button", name="Save").dblclick()
    expect(contacts).to_contain_text("Buyer")
    contacts.get_by_role("button", name="Make <b>Li</b> the primary contact").click()
    expect(contacts.locator(".badge")).to_have_text("Primary")

    contacts.get_by_role("link", name="Add contact").click()
    page.fill("#field-name", "half")
    timeline.get_by_role("link", name="Edits").click()
    expect(timeline.locator(".event")).to_have_count(2)
    expect(page.locator("#field-name")).to_have_value("half")
    contacts.get_by_role("link", name="Cancel").click()
    expect(timeline.locator(".chip.is-on")).to_have_text(["Edits"])
    walker.look()
    page.once("dialog", lambda dialog: dialog.accept())
    contacts.get_by_role("button", name="Delete “<b>Li</b>”").click()
    expect(contacts).to_contain_text("No contacts yet.")
    assert page.evaluate("window.stays") is True


def test_contact_is_edited_without_scripts(browser: Browser, small_company: Company) -> None:
    make_contact(small_company, name="Wang")
    context = small_company.context(browser, "admin", "en-GB", java_script_enabled=False)
    page = context.new_page()

    page.goto(ADDRESS)
    page.locator("#contacts").get_by_role("link", name="Edit “Wang”").click()
    page.fill("#field-mobile", "138")
    page.locator("#contacts").get_by_role("button", name="Save").click()
    expect(page.locator("#contacts")).to_contain_text("138")
    page.locator("#timeline").get_by_role("link", name="Edits").click()
    expect(page.locator("#timeline .event")).to_have_count(1)
    context.close()


def test_what_was_typed_survives_the_end_of_the_session(walker: Walker, page: Page, small_company: Company) -> None:
    page.goto(f"{ADDRESS}&contact=new")
    page.fill("#field-name", "Li")
    cookies = page.context.cookies()
    page.context.clear_cookies()

    page.keyboard.press("Enter")
    expect(page.locator("[data-failed]")).to_be_visible()
    expect(page.locator("#field-name")).to_have_value("Li")
    page.context.add_cookies([{**cookie, "url": small_company.url} for cookie in _bare(cookies)])  # logged in elsewhere
    page.locator("#contacts").get_by_role("button", name="Save").click()

    expect(page.locator(".flash")).to_contain_text("“Li” was saved.")
    walker.faults.clear()  # the refused request


def _bare(cookies: list[Any]) -> list[Any]:
    return [{"name": cookie["name"], "value": cookie["value"]} for cookie in cookies]
