"""Reading trees: children, paths, subtrees, search; all of it ends in a damaged tree too."""

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from models import Region
from services.ordering import UnknownRowError
from services.tree_queries import branches, children, find_nodes, levels, path_of, subtree_ids
from services.trees import TreeCycleError, move_node
from tests.trees import plant, statements


@pytest.fixture
def ids(session: Session) -> dict[str, int]:
    """Return name -> id of the forest."""
    return plant(session)


def test_children_reads_one_statement(session: Session, ids: dict[str, int]) -> None:
    with statements() as sent:
        rows = children(session, Region, None)

    assert [(row.name, row.has_children) for row in rows] == [("重庆", False), ("成都", True), ("上海", False)]
    assert [(row.sort_order, row.version, row.is_active) for row in rows] == [(place, 1, True) for place in (1, 2, 3)]
    assert len(sent) == 1


def test_children_of_leaf_and_of_nobody(session: Session, ids: dict[str, int]) -> None:
    with statements() as sent:
        assert children(session, Region, ids["上海"]) == []
        assert [row.name for row in children(session, Region, ids["成都"])] == ["金牛区", "武侯区", "锦江区"]

    assert len(sent) == 2
    with pytest.raises(UnknownRowError):
        children(session, Region, 999)


def test_levels_reads_one_statement(session: Session, ids: dict[str, int]) -> None:
    with statements() as sent:
        found = levels(session, Region, [ids["成都"], ids["上海"], 999])

    assert {key: [row.name for row in rows] for key, rows in found.items()} == {
        ids["成都"]: ["金牛区", "武侯区", "锦江区"]
    }
    assert len(sent) == 1


def test_branches_holds_ancestors_once(session: Session, ids: dict[str, int]) -> None:
    with statements() as sent:
        rows = branches(session, Region, [ids["武侯区"], ids["金牛区"], ids["上海"]])

    assert sorted(row.name for row in rows) == sorted(["成都", "金牛区", "武侯区", "上海"])
    assert len(sent) == 1


def test_path_and_subtree(session: Session, ids: dict[str, int]) -> None:
    inside = sorted(ids[name] for name in ("成都", "金牛区", "武侯区", "锦江区"))

    assert path_of(session, Region, ids["武侯区"]) == [(ids["成都"], "成都"), (ids["武侯区"], "武侯区")]
    assert subtree_ids(session, Region, ids["成都"]) == inside
    assert subtree_ids(session, Region, 999) == []


def test_reading_ends_in_a_damaged_tree(session: Session, ids: dict[str, int]) -> None:
    session.execute(update(Region).where(Region.id == ids["成都"]).values(parent_id=ids["武侯区"]))

    assert len(path_of(session, Region, ids["武侯区"])) == Region.max_depth
    assert len(subtree_ids(session, Region, ids["成都"])) == 4
    with pytest.raises(TreeCycleError):
        move_node(session, Region, ids["武侯区"], parent_id=ids["金牛区"], version=1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("武侯", ["武侯区"]),
        ("whq", ["武侯区"]),
        ("５１", ["锦江区"]),
        ("区", ["锦江区", "金牛区", "武侯区"]),
        ("%", []),
        (" ", []),
    ],
)
def test_find_nodes_by_name_initials_or_code(
    session: Session, ids: dict[str, int], text: str, expected: list[str]
) -> None:
    session.get_one(Region, ids["锦江区"]).code = "510104"
    session.flush()

    assert sorted(row.name for row in find_nodes(session, Region, text, limit=50)) == sorted(expected)
