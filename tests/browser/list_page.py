"""What the browser tests of the list page share: logging in, and reading what it shows."""

from playwright.sync_api import Locator, Page
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Customer
from models.scope import UnfilteredReason, unfiltered

PASSWORD = "correct horse"


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
