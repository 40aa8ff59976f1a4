"""Every page of the product in a browser: nothing stopped by the policy, no script error, accessible, fit for a phone.

On SQLite alone: what is drawn does not depend on the database. What is asked stands in ``walk/stops.py``; the pages are
found in the application's rules (``walk/addresses.py``).
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache

import pytest
from playwright.sync_api import Browser, BrowserContext

from models.inspection import models_with_pages
from tests.browser.walk import addresses
from tests.browser.walk.companies import Company, served
from tests.browser.walk.stops import Walker, walking

TABLES = sorted(model.__tablename__ for model in models_with_pages())
#: Who walks through everything: log-in at the demo company, and language.
WALKERS = (("admin", "zh-CN"), ("amy", "en-GB"))
REFUSALS = (400, 403, 404, 405, 413, 429, 500, 503)
Companies = Callable[[str], Company]
#: Called with company, log-in and language.
Contexts = Callable[[str, str | None, str], BrowserContext]


@pytest.fixture(scope="session")
def companies(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Companies]:
    """Yield what starts a company at its first visit and then keeps it."""
    with ExitStack() as stack:

        def start(name: str) -> Company:
            return stack.enter_context(served(tmp_path_factory.mktemp(name), is_demo=name == "demo"))

        yield cache(start)


@pytest.fixture(scope="session")
def contexts(browser: Browser, companies: Companies) -> Iterator[Contexts]:
    """Yield what gives a person a browser of their own, and keeps it."""
    with ExitStack() as stack:

        def make(company: str, login: str | None, language: str) -> BrowserContext:
            context = companies(company).context(browser, login, language)
            stack.callback(context.close)
            return context

        yield cache(make)


@pytest.fixture
def demo(companies: Companies) -> Company:
    """Return the demo company."""
    return companies("demo")


@pytest.fixture
def admin(contexts: Contexts, demo: Company) -> Iterator[Walker]:
    """Yield a walker as the admin of the demo company."""
    with walking(contexts("demo", "admin", "zh-CN"), demo.url) as walker:
        yield walker


@pytest.mark.parametrize(("login", "language"), WALKERS, ids=["admin", "own_only"])
@pytest.mark.parametrize("table", TABLES)
def test_pages_of_table(contexts: Contexts, demo: Company, login: str, language: str, table: str) -> None:
    view = addresses.views(demo.app)[table]
    pages = addresses.pages_of(demo.app, demo.client(login), view)

    is_asked = login == "admin" or table == "customer"  # others are drawn as the admin sees them, with less on them
    asks_axe = is_asked and not addresses.is_like_an_earlier_one(view.model)
    with walking(contexts("demo", login, language), demo.url, asks_axe=asks_axe) as walker:
        for page in pages:
            walker.visit(page)
            if page == f"/admin/{table}/new/":
                walker.send_form()

    if login == "admin":
        names = {page.partition("?")[0].removeprefix(f"/admin/{table}/").rstrip("/") for page in pages}
        assert names >= addresses.expected_pages(view)


def test_lists_and_first_steps_of_a_new_company(companies: Companies, contexts: Contexts) -> None:
    company = companies("new")
    client = company.client("admin")
    lists = [f"/admin/{table}/" for table in TABLES]

    with walking(contexts("new", "admin", "en-GB"), company.url) as walker:
        for page in ("/admin/", *(page for page in lists if client.get(page).status_code == 200)):
            walker.visit(page)


@pytest.mark.parametrize(("login", "language"), WALKERS, ids=["admin", "own_only"])
def test_pages_of_no_table(contexts: Contexts, demo: Company, login: str, language: str) -> None:
    pages = addresses.other_pages(demo.app, demo.client(login))

    with walking(contexts("demo", login, language), demo.url) as walker:
        for page in pages:
            walker.visit(page)

    assert {"/admin/", "/password"} <= set(pages)


def test_pages_of_a_leader(contexts: Contexts, demo: Company) -> None:
    """What the walk by rules does not reach: a line opened, a preview of a hand-over."""
    leader, amy, ben = (demo.employee_id(login) for login in ("lead-east", "amy", "ben"))
    with walking(contexts("demo", "lead-east", "zh-CN"), demo.url) as walker:
        for page in (
            f"/admin/team/?open=all&leader={leader}&week=2026-W10&sort=-customers",
            f"/admin/team/?leader={amy}",
            f"/admin/activity/?person={leader}&below=1&kind=visit",
            f"/admin/activity/?person={amy}&to=2000-01-01",
            f"/admin/hand_over/?employee={amy}",
            f"/admin/hand_over/?employee={amy}&to={ben}&co_following=give",
        ):
            walker.visit(page)


@pytest.mark.parametrize("language", ["zh-CN", "en-GB"])
def test_pages_without_log_in(contexts: Contexts, demo: Company, language: str) -> None:
    with walking(contexts("demo", None, language), demo.url) as walker:
        walker.visit("/login")
        walker.send_form()
        walker.visit(addresses.link_page(demo.app, "ben"))
        walker.send_form()
        walker.visit("/link/no-such-link")


@pytest.mark.parametrize("status", REFUSALS)
def test_refusals(admin: Walker, status: int) -> None:
    admin.visit(f"/refused/{status}")

    assert str(status) in admin.page.inner_text("main")


def test_prompt_of_a_private_customer(contexts: Contexts, demo: Company) -> None:
    client = demo.client("vera")
    pages = (f"/admin/customer/details/?id={number}" for number in range(1, 100))
    prompt = next(page for page in pages if client.get(page).status_code == 403)

    with walking(contexts("demo", "vera", "en-GB"), demo.url) as walker:
        walker.visit(prompt)
        walker.visit("/admin/customer/?search=公司")
        assert walker.page.locator("#stubs").count() == 1


def test_one_time_link_as_the_admin_sees_it(admin: Walker) -> None:
    admin.page.goto("/admin/employee/?search=ben")
    admin.page.goto(str(admin.page.locator(".model-list tbody td a").first.get_attribute("href")))

    with admin.page.expect_navigation():
        admin.page.locator("form[action*='/employee/link/'] button").click()
    admin.look()

    assert "/link/" in admin.page.content()


@pytest.mark.parametrize("table", ["customer", "region"])
def test_steps_of_an_import(admin: Walker, demo: Company, table: str) -> None:
    exported = demo.client("admin").get(f"/admin/{table}/export/csv/?names=field").get_data(as_text=True)
    known, fresh = "".join(exported.splitlines(keepends=True)[:4]), "name\n走一走\n看一看\n"

    def check(content: str, mode: str) -> None:
        admin.page.goto(f"/admin/{table}/import/")
        file = {"name": f"{table}.csv", "mimeType": "text/csv", "buffer": content.encode()}
        admin.page.set_input_files("[name=file]", file)
        admin.page.check(f"[name=mode][value={mode}]")
        admin.send_form()

    check("no such column\n1\n", "skip")
    assert admin.page.locator("#columns-form").is_visible()
    check(known, "insert")
    assert admin.page.locator("#faults tbody tr").count() >= 3
    check(fresh, "insert")
    admin.page.click("#confirm button")
    admin.look()
    assert admin.page.locator("#state").get_attribute("data-state") == "done"
    assert admin.page.locator("[data-count=inserted]").inner_text() == "2"


def test_open_menus_and_dialogs(admin: Walker) -> None:
    for page in ("/admin/", "/admin/customer/"):
        admin.visit(page)
        for opener in admin.page.locator("[data-bs-toggle=dropdown]:visible").all():
            opener.click()
            admin.look()
            admin.page.keyboard.press("Escape")
    admin.visit("/admin/region/")
    admin.page.locator("#tree-root > .tree-item").first.focus()
    admin.page.keyboard.press("Shift+F10")
    admin.look()
    admin.page.locator("#tree-menu").get_by_text("移动到", exact=False).click()
    admin.look()
