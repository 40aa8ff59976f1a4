"""What the browser tests of trees find on the page, and do there."""

from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from models import Customer, Region, db
from models.scope import UnfilteredReason, unfiltered
from tests.browser.walk.companies import Company


def row(page: Page, name: str) -> Locator:
    """Return a row with what stands below it."""
    return page.locator(".tree-item[data-id]", has=page.locator(f"> .tree-row .tree-name:text-is('{name}')"))


def line(page: Page, name: str) -> Locator:
    """Return a row without what stands below it."""
    return row(page, name).locator("> .tree-row")


def names(page: Page, parent: str = "") -> list[str]:
    """Return the names under a row in their order; without one those of the top level."""
    start = f".tree-item:has(> .tree-row .tree-name:text-is('{parent}')) > .tree-list" if parent else "#tree-root"
    return page.locator(f"{start} > .tree-item > .tree-row .tree-name").all_inner_texts()


def menu(page: Page, name: str, entry: str) -> None:
    """Choose from the menu of a row."""
    line(page, name).hover()
    line(page, name).locator("[data-act=menu]").click()
    page.get_by_role("menuitem", name=entry).click()


def says(page: Page, text: str) -> None:
    """Expect what is said to who listens."""
    expect(page.locator("#tree-live")).to_have_text(text)


def drag(page: Page, source: Locator, target: Locator, *, part: float) -> None:
    """Drag by mouse onto a part of the target's height: 0.1 before it, 0.5 into it, 0.9 after it."""
    target.hover()
    start, end = source.bounding_box(), target.bounding_box()
    assert start is not None
    assert end is not None
    page.mouse.move(start["x"] + min(50, start["width"] / 2), start["y"] + start["height"] / 2)
    page.mouse.down()
    page.mouse.move(start["x"] + min(50, start["width"] / 2) + 8, start["y"] + start["height"] / 2 - 6, steps=4)
    page.mouse.move(end["x"] + min(60, end["width"] / 2), end["y"] + end["height"] * part, steps=12)
    page.mouse.up()


def place_customer(company: Company, region: str) -> None:
    """Put the company's customer into a region."""
    with company.app.app_context(), unfiltered(db.session, UnfilteredReason.COMMAND) as every:
        place = every.scalars(select(Region.id).where(Region.name == region)).one()
        every.scalars(select(Customer)).one().region_id = place
        every.flush()
        db.session.commit()
