"""The page of imports and exports in a browser: bars that move by themselves, what ends is said, on a phone too."""

import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select

from models import Employee, ExportJob, ImportJob, db
from models.types import utc_now
from services import storage
from services.jobs import queue
from services.jobs.queue import Turn
from tests.browser.walk.companies import Company
from tests.browser.walk.stops import Walker, walking

PAGE = "/admin/jobs/"


@pytest.fixture
def company_jobs(small_company: Company) -> Iterator[dict[str, int]]:
    """Yield the ids of jobs in each state that a page shows."""
    with small_company.app.app_context():
        admin = db.session.scalars(select(Employee)).one()
        key = storage.put(io.BytesIO(b"code\n"), prefix="exports")
        kept = {"owner_id": admin.id, "attempt": 1, "expires_at": utc_now() + timedelta(days=7)}
        long_name = "非常长的文件名" * 20 + ".xlsx"
        rows: dict[str, Any] = {
            "waiting": ExportJob(endpoint="customer", file_name="later.csv", state="waiting", owner_id=admin.id),
            "running": ImportJob(endpoint="customer", file_name="now.csv", state="running", phase="run", **kept),
            "failed": ImportJob(
                endpoint="customer", file_name=long_name, state="failed", fault={"code": "empty", "data": {}}, **kept
            ),
            "planned": ImportJob(endpoint="customer", file_name="plan.csv", state="planned", **kept),
            "cancelled": ImportJob(endpoint="customer", file_name="no.csv", state="cancelled", **kept),
            "undone": ImportJob(endpoint="customer", file_name="undone.csv", state="undone", phase="undo", **kept),
            "export": ExportJob(endpoint="customer", file_name="客户.csv", state="done", file_key=key, **kept),
        }
        db.session.add_all(rows.values())
        db.session.commit()
        queue.current().beat(Turn("import", rows["running"].id, 1), done=10, total=100)
        yield {name: row.id for name, row in rows.items()}
        queue.close_all()


@pytest.fixture
def walker(small_company: Company, browser: Browser) -> Iterator[Walker]:
    context = small_company.context(browser, "admin", "en-GB")
    with walking(context, small_company.url) as found:
        yield found
    context.close()


def test_page_is_readable_in_every_state(walker: Walker, company_jobs: dict[str, int]) -> None:
    walker.visit(PAGE)

    assert walker.page.locator("[data-job]").count() == len(company_jobs)


def test_progress_moves_and_the_end_is_said(
    walker: Walker, small_company: Company, company_jobs: dict[str, int]
) -> None:
    page = walker.page
    page.goto(PAGE)
    job = page.locator(f"#import-{company_jobs['running']}")
    expect(job.locator("progress")).to_have_attribute("value", "10")
    job.get_by_role("button", name="Cancel").focus()

    with small_company.app.app_context():
        queue.current().beat(Turn("import", company_jobs["running"], 1), done=55, total=100)
    expect(job.locator("progress")).to_have_attribute("value", "55")
    expect(job).to_contain_text("Import: 55 of 100 rows")

    with small_company.app.app_context():
        row = db.session.get_one(ImportJob, company_jobs["running"])
        row.state, row.inserted_count = "done", 100
        db.session.commit()
    expect(page.locator("#jobs-live")).to_have_text("now.csv: Done")
    expect(job).to_contain_text("100 added")
    expect(job.locator("progress")).to_have_count(0)
    assert page.evaluate("document.activeElement !== document.body")


def test_deeds_by_keyboard_and_the_file(walker: Walker, company_jobs: dict[str, int]) -> None:
    page = walker.page
    page.goto(PAGE)

    page.get_by_role("button", name="Try again").first.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("It will be tried again.")

    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert download.value.suggested_filename == "客户.csv"
