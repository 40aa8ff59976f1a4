"""Pages at 360 px: what matters first stands first, and nothing is cut off. A desk shows the parts side by side."""

from playwright.sync_api import Browser, Locator

from models import db
from tests import factories
from tests.browser.walk.companies import Company

NARROW, WIDE = {"width": 360, "height": 740}, {"width": 1280, "height": 900}


def box(one: Locator) -> tuple[float, float, float]:
    """Return left, top and right of an element, in pixels."""
    found = one.bounding_box()
    assert found is not None
    return found["x"], found["y"], found["x"] + found["width"]


def test_narrow_pages_put_first_things_first_and_cut_nothing_off(browser: Browser, small_company: Company) -> None:
    with small_company.app.app_context():
        nell = factories.make_employee(db.session, "nell")
        customer_id = factories.make_customer(db.session, owner=nell).id
        db.session.remove()
    context = small_company.context(browser, "nell", "en-GB", viewport=NARROW)
    page = context.new_page()

    page.goto("/admin/")
    for name in ("#period-from", "#period-to"):
        left, _, right = box(page.locator(name))
        assert right - left >= 130  # a day and the button beside it

    page.goto(f"/m/customer/?id={customer_id}")
    assert all(box(tab)[2] <= NARROW["width"] for tab in page.locator(".tabs a").all())

    page.goto(f"/admin/customer/details/?id={customer_id}")
    parts = [page.locator(name) for name in ("#next", "#people", "#contacts", ".customer-facts", "#timeline")]
    tops = [box(part)[1] for part in parts]
    assert tops == sorted(tops)
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    assert box(parts[3])[0] == box(parts[4])[0] < box(parts[2])[0]
    assert box(parts[3])[1] < box(parts[2])[1]
    context.close()
