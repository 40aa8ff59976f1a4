"""The charts of the start page in a browser: drawn under the policy, led by a click, readable without a script."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from sqlalchemy import select

from models import CustomerGrade, Region, db
from models.types import utc_now
from tests import factories
from tests.browser.walk.companies import Company
from tests.browser.walk.stops import Walker, walking

DRAWN = "#charts[data-drawn=true]"
BAR_PIXEL = """([chart, place]) => {
  const box = document.querySelector(`#chart-${chart} .chart`);
  box.scrollIntoView({ block: "center" });
  const [x, y] = window.echarts.getInstanceByDom(box).convertToPixel("grid", [0.5, place]);
  const { left, top } = box.getBoundingClientRect();
  return [left + x, top + y];
}"""


@pytest.fixture
def lead_company(small_company: Company) -> Company:
    """Return the small company with a lead who owns three customers of 金牛区, one of grade B, and made a visit."""
    with small_company.app.app_context():
        lead = factories.make_employee(db.session, "lead")
        region = db.session.scalars(select(Region.id).where(Region.name == "金牛区")).one()
        grade = db.session.scalars(select(CustomerGrade.id).where(CustomerGrade.name == "B")).one()
        for grade_id in (None, None, grade):
            customer = factories.make_customer(db.session, owner=lead, region_id=region, grade_id=grade_id)
        factories.make_visit(db.session, customer, user=lead, check_in_at=utc_now(), status="done")
        db.session.remove()
    return small_company


@pytest.fixture
def lead(browser: Browser, lead_company: Company) -> Iterator[Walker]:
    """Yield the lead with a page in English; script errors and what the policy stops are faults."""
    context = lead_company.context(browser, "lead", "en-GB")
    with walking(context, lead_company.url) as walker:
        yield walker
    context.close()


@pytest.fixture
def page(lead: Walker) -> Page:
    """Return the lead's page, where the charts are drawn."""
    lead.page.goto("/admin/")
    lead.page.wait_for_selector(DRAWN)
    return lead.page


def words(page: Page, chart: str) -> list[str]:
    """Return what is written in a chart."""
    return page.locator(f"#chart-{chart} .chart svg text").all_text_contents()


def click_bar(page: Page, chart: str, place: int) -> None:
    """Click the bar of a line, and wait for the page behind it."""
    with page.expect_navigation():
        page.mouse.click(*page.evaluate(BAR_PIXEL, [chart, place]))


def test_charts_say_what_their_tables_say(page: Page) -> None:
    assert words(page, "grade")[:4] == ["A", "B", "C", "Not filled in"]
    assert words(page, "team")[0] == "lead"
    assert {"At this step", "Came this far", "Not filled in", "3"} <= set(words(page, "progress"))
    assert page.locator(".chart:visible").count() == page.locator(".chart").count() > 3
    assert page.locator("details.chart-data[open]").count() == 0

    page.locator("#chart-grade summary").click()

    assert page.locator("#chart-grade tbody tr").all_inner_texts() == ["A\t0", "B\t1", "C\t0", "Not filled in\t2"]


def test_a_bar_leads_to_its_list_or_deeper(page: Page) -> None:
    click_bar(page, "region", 1)
    page.wait_for_selector(DRAWN)
    assert words(page, "region")[:2] == ["金牛区", "武侯区"]

    click_bar(page, "region", 0)
    expect(page.locator("#total")).to_have_text("3 rows")


def test_charts_take_the_colours_of_the_mode(page: Page) -> None:
    label = page.locator("#chart-grade .chart svg text").first
    light = label.get_attribute("fill")

    page.emulate_media(color_scheme="dark")

    expect(label).not_to_have_attribute("fill", str(light))


def test_page_passes_in_every_shape_and_with_a_tip_open(lead: Walker) -> None:
    lead.visit("/admin/")
    lead.page.mouse.move(*lead.page.evaluate(BAR_PIXEL, ["grade", 1]))
    expect(lead.page.locator("#chart-grade .chart svg")).to_contain_text("Customers")
    lead.visit("/admin/?visibility__is=public")
    lead.page.goto("/admin/?visibility__is=public")
    lead.page.locator(".dashboard-filters summary").click()
    lead.page.get_by_label("Visibility", exact=True).select_option("private")
    with lead.page.expect_navigation():
        lead.page.get_by_role("button", name="Apply filters").click()
    expect(lead.page.get_by_text("There is nothing that the filters let through.")).to_be_visible()
    lead.visit("/admin/?from=2001-01-01&to=2001-12-31")
    lead.visit("/admin/?from=nonsense")


def test_tables_stay_open_without_the_library(lead: Walker) -> None:
    def refuse(route: Route) -> None:
        route.fulfill(status=404)

    lead.page.route("**/echarts*.js", refuse)
    lead.page.goto("/admin/")
    expect(lead.page.locator("#chart-grade table")).to_be_visible()
    assert lead.page.locator(".chart:visible").count() == 0
    lead.faults.clear()  # the browser's own word about the missing file


def test_tables_are_open_without_scripts(browser: Browser, lead_company: Company) -> None:
    context = lead_company.context(browser, "lead", "en-GB", java_script_enabled=False)
    page = context.new_page()
    page.goto("/admin/")

    expect(page.locator("#chart-grade table")).to_be_visible()
    page.locator("#chart-grade tbody tr", has_text="B").locator("a").click()
    expect(page.locator("#total")).to_have_text("1 row")
    context.close()
