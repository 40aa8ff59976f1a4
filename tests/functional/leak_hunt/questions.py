"""Questions for every rule of the URL map: which addresses it has, which arguments, and what they are filled with.

Nothing is listed by page. The names of arguments are read from the source of the functions behind the rules and of
what serves them, and from the forms; what a name is filled with follows from the class that it points at.
"""

import ast
import inspect
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

from models import Base, Employee
from tests.conftest import ROOT
from tests.functional.leak_hunt.company import World, is_guarded

#: What reads an argument of a request, in the text of a call, a subscript or a comparison.
_READS = re.compile(r"\b(request|args|form|values|files|sent|data|json)\b|row_id|argument", re.IGNORECASE)
#: The id of no employee, for those who are not logged in.
NO_PERSON = 9_999
#: Name of an argument that is no id -> what it is filled with. Other names are filled with an id.
WORDS: dict[str, str] = {
    "action": "delete",
    "all": "",
    "chart": "region",
    "code": "",
    "colour": "none",
    "columns": "name",
    "delimiter": ",",
    "encoding": "gb18030",
    "for": "filter",
    "from": "2000-01-01",
    "header_row": "1",
    "keep_as_co_follower": "1",
    "kind": "import",
    "limit": "100000",
    "login": "nobody at all",
    "mode": "update",
    "name": "",
    "names": "field",
    "new_names": "",
    "new_password": "short",
    "number": "2",
    "page": "0",
    "page_size": "200",
    "partial": "1",
    "password": "short",
    "plan": "1",
    "private_customer_enabled": "0",
    "remove_followers": "1",
    "repeated": "shorter",
    "scope": "",
    "search": "",
    "set": "import",
    "sheet": "Sheet1",
    "show": "update",
    "sort": "",
    "take": "out",
    "to": "2100-12-31",
    "type": "csv",
    "url": "/admin/",
    "version": "1",
    "visibility": "public",
}
#: Name of a part of an address that is one of a few words -> one of them.
_PARTS: dict[str, str] = {"deed": "undo"}
#: Other values of arguments, tried one after the other.
TURNS: tuple[Mapping[str, str], ...] = (
    {},
    {"action": "add", "visibility": "private"},
    {"all": "1", "set": "screen"},
    {"action": "remove", "owner": "pool"},
)


@dataclass(frozen=True, slots=True)
class Question:
    """One request to ask."""

    url: str
    method: str
    #: Arguments in the address; those of a POST stand in its body, too.
    query: Mapping[str, Any]
    row_id: int
    #: Further words of the question, by which it may be told from one about another row.
    texts: tuple[str, ...] = ()


def rules_of(app: Flask) -> list[Rule]:
    """Return every rule that leads to a page; files of the application itself hold no rows."""
    rules = (rule for rule in app.url_map.iter_rules() if rule.endpoint.rpartition(".")[2] != "static")
    return sorted(rules, key=lambda rule: rule.rule)


def view_of(app: Flask, endpoint: str) -> Any:
    """Return the generated view behind an endpoint; None for other pages."""
    views = {view.endpoint: view for view in app.extensions["admin"][0]._views}
    return views.get(endpoint.rpartition(".")[0])


def model_of(app: Flask, endpoint: str) -> Any:
    """Return the table of the view behind an endpoint; None where there is none."""
    return getattr(view_of(app, endpoint), "model", None)


def may_mean_rows(app: Flask, endpoint: str) -> bool:
    """Tell whether an id can mean a marked row: in a view of such a table, or in a page of no known table."""
    model = model_of(app, endpoint)
    return is_guarded(model) if model is not None else endpoint.partition(".")[0] != "login"


def urls_of(rule: Rule, *values: Any) -> list[str]:
    """Return the addresses of a rule, its parts filled with each of the values that they can hold."""
    urls = []
    for value in values if rule.arguments else [None]:
        with suppress(ValueError):  # no number, for a part that must be one
            built = rule.build({name: _PARTS.get(name, value) for name in rule.arguments}, append_unknown=False)
            urls += [built[1]] if built is not None else []
    return urls


def questions(
    app: Flask, world: World, actor: str, rule: Rule, *, row_id: int, turns: tuple[Mapping[str, str], ...] = TURNS[:1]
) -> Iterator[Question]:
    """Yield what an actor asks of a rule about a row, by each method; where something may be written, by each turn."""
    names = argument_names(app) | _form_names(app, rule.endpoint)
    seen = sorted(world.seen(actor))[:1]
    marks = world.book.of(row_id)
    text = marks[-1].text if marks else "q-no-such-mark"
    for url in urls_of(rule, row_id, "csv", text):
        for method in sorted((rule.methods or set()) - {"OPTIONS"}):
            for turn in turns if method not in ("GET", "HEAD") else turns[:1]:
                query = _filled(names, world, actor, row_id, turn)
                if turn is TURNS[-1]:  # several rows: the first decides, and all or none are touched
                    query["id"] = query["rowid"] = [row_id, *seen]
                yield Question(url, method, query, row_id, (text,))


def _filled(names: frozenset[str], world: World, actor: str, row_id: int, turn: Mapping[str, str]) -> dict[str, Any]:
    """Return a value for each argument: for people the actor, for values of a dictionary one, else the id or a word."""
    values: dict[str, Any] = {}
    for name in sorted(names):
        target = _targets().get(name.removesuffix("_id"))
        if name in turn:
            values[name] = turn[name]
        elif name in WORDS:
            values[name] = WORDS[name]
        elif target is Employee:
            values[name] = world.people.get(actor, NO_PERSON)
        elif target is not None and target.__tablename__ in world.values:
            values[name] = world.values[target.__tablename__][0]
        else:
            values[name] = row_id
    return values


@cache
def argument_names(app: Flask) -> frozenset[str]:
    """Return the names of arguments that the functions behind the rules, or what serves them, may read."""
    behind = {inspect.getmodule(inspect.unwrap(function)) for function in app.view_functions.values()}
    serving = {module for name, module in sys.modules.items() if name.startswith("admin_views.")}
    paths = {Path(module.__file__ or "") for module in behind | serving if module is not None}
    own = (path for path in paths if path.is_relative_to(ROOT) and ".venv" not in path.parts)
    return frozenset({"id", "rowid"}).union(*(_names_read(path) for path in own))


@cache
def _names_read(path: Path) -> frozenset[str]:
    """Return the texts by which a file of the project reads a request."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(text for node in ast.walk(tree) for text in _texts_read(node))


def _texts_read(node: ast.AST) -> Iterator[str]:
    """Yield the plain texts of a call, a subscript or a comparison that reads a request."""
    parts: list[ast.expr] = []
    if isinstance(node, ast.Call):
        parts = [node.func, *node.args]
    elif isinstance(node, ast.Subscript):
        parts = [node.value, node.slice]
    elif isinstance(node, ast.Compare):
        parts = [node.left, *node.comparators]
    texts = [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    if texts and any(_READS.search(ast.unparse(part)) for part in parts if not isinstance(part, ast.Constant)):
        yield from (text for text in texts if text.isidentifier())


def _form_names(app: Flask, endpoint: str) -> frozenset[str]:
    page = getattr(view_of(app, endpoint), "page", None)
    return frozenset(getattr(page, "form", None) or ())


@cache
def _targets() -> dict[str, Any]:
    """Return table, or name of a relationship in any table -> the class that it means."""
    found: dict[str, Any] = {mapper.class_.__tablename__: mapper.class_ for mapper in Base.registry.mappers}
    for mapper in Base.registry.mappers:
        found |= {relation.key: relation.mapper.class_ for relation in mapper.relationships if not relation.uselist}
    return found
