"""What the tree's page asks: levels, one node, search with ancestors, counts; and how many statements each costs."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import insert
from sqlalchemy.orm import Session

from models import Customer, Region
from models.scope import UnfilteredReason, unfiltered
from tests.conftest import log_in
from tests.people import employee
from tests.trees import plant, post, statements


@pytest.fixture
def admin(client: FlaskClient, session: Session) -> FlaskClient:
    """Return the client of somebody who may shape the trees."""
    return log_in(client, employee(session, "config_admin"))


@pytest.fixture
def ids(session: Session) -> dict[str, int]:
    """Return name -> id of the forest, with a customer in 武侯区."""
    found = plant(session)
    with unfiltered(session, UnfilteredReason.COMMAND) as every:
        every.add(Customer(code="C1", name="secret customer", region_id=found["武侯区"]))
    session.commit()
    return found


def test_levels_holds_children_by_parent(admin: FlaskClient, ids: dict[str, int]) -> None:
    answer = admin.get(f"/admin/region/levels/?ids={ids['成都']},{ids['上海']},999").get_json()

    assert list(answer["levels"]) == [str(ids["成都"])]
    assert [row["name"] for row in answer["levels"][str(ids["成都"])]] == ["金牛区", "武侯区", "锦江区"]
    assert (
        answer["levels"][str(ids["成都"])] == admin.get(f"/admin/region/children/?parent_id={ids['成都']}").json["rows"]
    )


def test_node_says_how_it_is_and_where_it_stands(admin: FlaskClient, ids: dict[str, int]) -> None:
    post(admin, "rename", id=ids["武侯区"], name="武侯", version=1)

    answer = admin.get(f"/admin/region/node/?id={ids['武侯区']}").get_json()

    assert answer["parent_id"] == ids["成都"]
    assert (answer["row"]["name"], answer["row"]["version"], answer["row"]["has_children"]) == ("武侯", 2, False)


def test_find_holds_hits_and_what_stands_above(admin: FlaskClient, ids: dict[str, int]) -> None:
    found = admin.get("/admin/region/find/", query_string={"q": "whq"}).get_json()

    assert (found["hits"], found["has_more"]) == ([ids["武侯区"]], False)
    assert [(row["id"], row["parent_id"], row["has_children"]) for row in found["rows"]] == [
        (ids["成都"], None, True),
        (ids["武侯区"], ids["成都"], False),
    ]


def test_find_stops_at_fifty(admin: FlaskClient, session: Session) -> None:
    rows = [{**Region.name_columns(f"区 {number}"), "sort_order": number} for number in range(1, 61)]
    session.execute(insert(Region), rows)
    session.commit()

    found = admin.get("/admin/region/find/", query_string={"q": "区"}).get_json()

    assert (len(found["hits"]), len(found["rows"]), found["has_more"]) == (50, 50, True)


def test_usage_counts_hidden_customers_too_and_names_none(admin: FlaskClient, ids: dict[str, int]) -> None:
    roots = admin.get("/admin/region/usage/?parents=0")
    below = admin.get(f"/admin/region/usage/?parents={ids['成都']}&ids={ids['上海']}")

    assert roots.get_json() == {"counts": {str(ids["成都"]): [1, 0]}}
    assert below.get_json() == {"counts": {str(ids["武侯区"]): [1, 1]}}
    assert "secret" not in roots.text + below.text


def test_pages_send_few_statements_whatever_the_size(admin: FlaskClient, session: Session) -> None:
    """Opening costs one, counting one, searching two, moving lock, checks and UPDATE."""
    lock = 1 if session.get_bind().dialect.name == "postgresql" else 0
    counts = []
    for size in (2, 500):
        root = Region(name=f"root {size}", sort_order=1 if size == 2 else 3)
        session.add(root)
        session.flush()
        rows = [
            {**Region.name_columns(f"n {size} {at}"), "parent_id": root.id, "sort_order": at}
            for at in range(1, size + 1)
        ]
        session.execute(insert(Region), rows)
        session.commit()
        last = admin.get(f"/admin/region/children/?parent_id={root.id}").get_json()["rows"][-1]["id"]
        counts.append(
            [
                _sent(admin, f"children/?parent_id={root.id}"),
                _sent(admin, f"usage/?parents={root.id}"),
                _sent(admin, f"find/?q=n {size}"),
                _sent(admin, "move", id=last, parent_id=root.id, before_id=last - 1, version=1),
                _sent(admin, "move", id=last, parent_id=None, version=2),
            ]
        )

    assert counts == [[1, 1, 2, lock + 2, lock + 2]] * 2


def _sent(client: FlaskClient, address: str, **body: int | None) -> int:
    """Return how many statements a request sends about the tree: to read it, lock it or change it."""
    with statements() as sent:
        answer = post(client, address, **body) if body else client.get(f"/admin/region/{address}")
    assert answer.status_code == 200
    return sum("region" in sql or "advisory" in sql for sql in sent)
