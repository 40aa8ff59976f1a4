"""A small forest for tests of trees, and ways to look at it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from models import Region
from services.trees import add_node

#: The regions of DOMAIN 2.2.
FOREST: dict[str, tuple[str, ...]] = {"重庆": (), "成都": ("金牛区", "武侯区", "锦江区"), "上海": ()}


def plant(session: Session) -> dict[str, int]:
    """Store the forest; return name -> id."""
    found: dict[str, int] = {}
    for root, names in FOREST.items():
        found[root] = add_node(session, Region, name=root, parent_id=None).id
        for name in names:
            found[name] = add_node(session, Region, name=name, parent_id=found[root]).id
    session.commit()
    return found


def outline(session: Session, model: Any = Region) -> dict[str | None, list[tuple[str, int]]]:
    """Return parent's name -> [(name, place)] in order."""
    names = dict(session.execute(select(model.id, model.name)).all())
    rows = session.execute(select(model.name, model.parent_id, model.sort_order).order_by(model.sort_order, model.id))
    found: dict[str | None, list[tuple[str, int]]] = {}
    for name, parent_id, place in rows:
        found.setdefault(names.get(parent_id), []).append((name, place))
    return found


def version_of(session: Session, node_id: int) -> int:
    """Return the version of a region."""
    return session.scalars(select(Region.version).where(Region.id == node_id)).one()


@contextmanager
def statements() -> Iterator[list[str]]:
    """Collect the SQL sent meanwhile, without BEGIN."""
    sent: list[str] = []

    def collect(_connection: Any, _cursor: Any, sql: str, *_rest: Any) -> None:
        if not sql.startswith("BEGIN"):
            sent.append(sql)

    event.listen(Engine, "before_cursor_execute", collect)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", collect)


def post(client: FlaskClient, what: str, **body: Any) -> TestResponse:
    """Post JSON to an address of the region tree."""
    return client.post(f"/admin/region/{what}/", json=body)


def names_under(client: FlaskClient, parent_id: int | None) -> list[str]:
    """Return the names that the page gets for a parent."""
    answer = client.get("/admin/region/children/", query_string={"parent_id": parent_id or ""})
    return [row["name"] for row in answer.get_json()["rows"]]
