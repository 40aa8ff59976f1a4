"""Fixtures of the browser tests: the application behind a real server, and a real Chromium."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from auth.passwords import set_password
from models import CustomerGrade, CustomerStatus, Employee, Region, db
from tests import factories
from tests.browser.list_page import PASSWORD, log_in
from tests.browser.walk.companies import Company, served
from tests.browser.walk.stops import Walker, walking

#: Region -> the regions below it.
REGIONS = {"重庆": (), "成都": ("金牛区", "武侯区"), "上海": ()}
GRADES = ("A", "B", "C")


@pytest.fixture(scope="session")
def browser(chromium_path: str) -> Iterator[Browser]:
    """Yield a headless Chromium."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=chromium_path,
            args=["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        )
        yield running
        running.close()


@pytest.fixture
def site(app_maker: Callable[..., Flask]) -> Iterator[str]:
    """Yield the address of a served application, with CSRF protection on as in life."""
    app = app_maker(WTF_CSRF_ENABLED=True)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def open_page(browser: Browser, site: str) -> Iterator[Callable[..., Page]]:
    """Yield a maker of pages, each as a person of its own; it fails on script errors and outside requests."""
    faults: list[str] = []
    contexts = []

    def make(*, language: str = "zh-CN", width: int = 1280) -> Page:
        context = browser.new_context(
            base_url=site, locale=language, viewport={"width": width, "height": 900}, accept_downloads=True
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: faults.append(message.text) if _is_fault(message) else None)
        page.on(
            "request",
            lambda request: None if request.url.startswith((site, "data:", "blob:")) else faults.append(request.url),
        )
        return page

    yield make
    for context in contexts:
        context.close()
    assert faults == []


def _is_fault(message: object) -> bool:
    """Tell whether a console message is a fault; refused pages (403, 404) that a test asks for are none."""
    text = getattr(message, "text", "")
    return getattr(message, "type", "") == "error" and "Failed to load resource" not in text


@pytest.fixture
def small_company(tmp_path: Path) -> Iterator[Company]:
    """Yield a small company: an admin, five regions, three grades and a customer."""
    with served(tmp_path, is_demo=False) as found:
        with found.app.app_context():
            for place, (name, below) in enumerate(REGIONS.items(), start=1):
                region = Region(name=name, sort_order=place)
                db.session.add(region)
                db.session.flush()
                children = enumerate(below, start=1)
                db.session.add_all(Region(name=child, parent_id=region.id, sort_order=at) for at, child in children)
            db.session.add_all(CustomerGrade(name=name, sort_order=at) for at, name in enumerate(GRADES, start=1))
            db.session.commit()
            factories.make_customer(db.session, "成都锦江餐饮有限公司", owner=db.session.get(Employee, 1))
            db.session.remove()
        yield found


@pytest.fixture
def walker(browser: Browser, small_company: Company) -> Iterator[Walker]:
    """Yield the admin with a page in English; script errors and what the policy stops are faults."""
    context = small_company.context(browser, "admin", "en-GB")
    with walking(context, small_company.url) as found:
        yield found
    context.close()


@pytest.fixture
def page(walker: Walker) -> Page:
    """Return the admin's page."""
    return walker.page


@pytest.fixture
def open_tree(browser: Browser, small_company: Company) -> Iterator[Callable[..., Page]]:
    """Yield what opens the regions as the admin, each time in a browser of its own; script errors fail the test."""
    contexts, faults = [], []

    def start(**options: object) -> Page:
        context = small_company.context(browser, "admin", "en-GB", **options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto("/admin/region/", wait_until="networkidle")
        return page

    yield start
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture
def tree(open_tree: Callable[..., Page]) -> Page:
    """Return the page of the regions."""
    return open_tree()


@pytest.fixture
def list_company(session: Session) -> factories.Company:
    """Build the company of DOMAIN 3.7, with a log-in for a1 and the admin, and thirty customers more of a1."""
    found = factories.company(session)
    status = CustomerStatus(name="签约客户")
    session.add(status)
    for login in ("a1", "admin"):
        employee = session.get_one(Employee, found[login].id)
        set_password(employee, PASSWORD)
    session.commit()
    for number in range(30):
        factories.make_customer(
            session,
            f"成都{number:02}公司",
            owner=found.a1,
            phone=f"028-{number:04}",
            status_id=status.id if number < 2 else None,
        )
    session.remove()  # type: ignore[attr-defined] # the scoped session of the application context
    return found


@pytest.fixture
def a1(open_page: Callable[..., Page], list_company: factories.Company) -> Page:
    """Return a page of a1."""
    return log_in(open_page(), "a1")
