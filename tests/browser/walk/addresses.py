"""Which pages there are: each GET rule of the application is asked, and what answers with a page is walked."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.routing import Rule

from admin_views.listing_args import SHOWN_OPERATIONS, filter_attributes
from auth.passwords import make_link_token
from models import Employee, db
from models.inspection import Attribute, Kind, attributes_of, models_with_pages, page_of

#: Arguments of rules that lead to files, not to pages; the pages of an import are walked step by step.
FILE_ARGUMENTS = frozenset({"export_type", "filename", "job_id"})
#: Action of a table -> the pages that it must have for the company admin.
_ACTION_PAGES: dict[str, set[str]] = {
    "create": {"new", "edit"},
    "export": {"export"},
    "import": {"import"},
}
#: A value that a filter of each kind can read; one of choices has its own.
_FILTER_VALUES: dict[Kind, str] = {
    Kind.TEXT: "公司",
    Kind.BOOLEAN: "1",
    Kind.RELATION: "1",
    Kind.TREE: "1",
    Kind.INTEGER: "1",
    Kind.DECIMAL: "1",
    Kind.DATE: "2026-01-01",
    Kind.MOMENT: "2026-01-01",
}
_ROW = re.compile(r'data-id="(\d+)"')


def pages_of(app: Flask, client: FlaskClient, view: Any) -> list[str]:
    """Return the addresses of a view's pages for the person of the client: each rule, and its list in every state."""
    rules = [rule for rule in _rules(app) if rule.endpoint.partition(".")[0] == view.endpoint]
    index = f"/admin/{view.endpoint}/"
    found = _ROW.search(client.get(f"{index}?sort=-created_at").text)
    row_id = found[1] if found else "0"
    pages = [address for rule in rules for address in _pages_of_rule(client, rule, row_id)]
    return [*pages, *_states_of_list(view)] if index in pages and row_id != "0" else pages


def expected_pages(view: Any) -> set[str]:
    """Return which pages the walk must have found for the company admin, so that it cannot walk past them."""
    actions = [_ACTION_PAGES.get(action, set()) for action in view.page.actions]
    return {""}.union(*actions)


def is_like_an_earlier_one(model: Any) -> bool:
    """Tell whether a table's pages are drawn as those of another table that stands before it in the alphabet."""
    others = (one for one in models_with_pages() if one.__tablename__ < model.__tablename__)
    return any(_looks(one) == _looks(model) for one in others)


def _looks(model: Any) -> Any:
    attributes = attributes_of(model).values()
    return [(one.name, one.kind) for one in attributes], page_of(model).actions, page_of(model).columns


def other_pages(app: Flask, client: FlaskClient) -> list[str]:
    """Return the addresses of the pages that belong to no table; log-in and link are for those who are nobody yet."""
    tables = {view.endpoint for view in views(app).values()}
    rules = [rule for rule in _rules(app) if rule.endpoint.partition(".")[0] not in tables]
    return [address for rule in rules for address in _pages_of_rule(client, rule, "0")]


def link_page(app: Flask, login: str) -> str:
    """Return the address of a one-time link."""
    with app.app_context():
        employee = db.session.scalars(select(Employee).where(Employee.login == login)).one()
        return f"/link/{make_link_token(employee, str(app.secret_key))}"


def views(app: Flask) -> dict[str, Any]:
    """Return table name -> its view."""
    every = app.extensions["admin"][0]._views
    return {view.endpoint: view for view in every if hasattr(view, "model")}


def _rules(app: Flask) -> Iterator[Rule]:
    """Yield the rules that may lead to a page, without those whose argument says that they do not.

    :raises AssertionError: if a rule has an argument for which the walk knows no value
    """
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.arguments & FILE_ARGUMENTS:
            continue
        if rule.endpoint in {"login.link", "refused"}:
            continue
        assert not rule.arguments, f"teach the walk what stands for {rule.arguments} in {rule}"
        yield rule


def _pages_of_rule(client: FlaskClient, rule: Rule, row_id: str) -> list[str]:
    """Return the rule's address if it is a page by itself, else about a row, else nothing: a file, JSON, a refusal."""
    candidates = (rule.rule, f"{rule.rule}?id={row_id}")
    return [address for address in candidates if _is_page(client, address)][:1]


def _is_page(client: FlaskClient, address: str) -> bool:
    answer = client.get(address)
    return answer.status_code == 200 and answer.mimetype == "text/html" and "<html" in answer.text


def _states_of_list(view: Any) -> Iterator[str]:
    """Yield a list in the middle of its pages, with every filter set, and with filters that cannot be read."""
    index = f"/admin/{view.endpoint}/"
    yield f"{index}?page=1&page_size=1&sort=-created_at"
    filters = {f"{one.name}__{SHOWN_OPERATIONS[one.kind][0]}": _value(one) for one in filter_attributes(view.model)}
    if filters:
        yield f"{index}?{urlencode(filters | {'search': '公司'})}"
        yield f"{index}?{urlencode(dict.fromkeys(filters, 'x'))}"


def _value(attribute: Attribute) -> str:
    """Return a value that a filter of the attribute can read."""
    return next(iter(attribute.field.choices or ()), None) or _FILTER_VALUES[attribute.kind]
