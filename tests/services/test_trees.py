"""Changing trees: every refusal, dense order, a number of statements that does not depend on size."""

from typing import Any

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from auth.actor import load_actor, set_actor
from models import Customer, Department, Employee, Region, Role
from models.names import InvalidNameError
from models.scope import UnfilteredReason, unfiltered
from services.ordering import StaleVersionError, UnknownRowError
from services.trees import (
    DuplicateCodeError,
    DuplicateNameError,
    InvalidCodeError,
    Moved,
    TreeCycleError,
    TreeDepthError,
    add_node,
    delete_node,
    move_node,
    rename_node,
)
from services.usage import InUseError
from tests.people import employee
from tests.trees import outline, plant, statements, version_of


@pytest.fixture
def ids(session: Session) -> dict[str, int]:
    """Return name -> id of the forest."""
    return plant(session)


def test_add_node_appends_among_siblings(session: Session, ids: dict[str, int]) -> None:
    add_node(session, Region, name=" 青羊区 ", parent_id=ids["成都"], code=" 510105 ")

    assert outline(session)["成都"] == [("金牛区", 1), ("武侯区", 2), ("锦江区", 3), ("青羊区", 4)]
    assert session.scalars(select(Region.code).where(Region.name == "青羊区")).one() == "510105"


@pytest.mark.parametrize(
    ("name", "code", "error"),
    [
        ("上海", None, DuplicateNameError),
        (" 上海 ", None, DuplicateNameError),
        ("", None, InvalidNameError),
        ("四川/成都", None, InvalidNameError),
        ("北\x00京", None, InvalidNameError),
        ("北" * 51, None, InvalidNameError),
        ("北京", "x" * 33, InvalidCodeError),
        ("北京", "a\x00b", InvalidCodeError),
        ("北京", "taken", DuplicateCodeError),
    ],
)
def test_add_node_refuses_bad_name_or_code(
    session: Session, ids: dict[str, int], name: str, code: str | None, error: type[Exception]
) -> None:
    session.get_one(Region, ids["上海"]).code = "taken"
    session.commit()

    with pytest.raises(error):
        add_node(session, Region, name=name, parent_id=None, code=code)

    assert len(outline(session)[None]) == 3


def test_add_node_compares_names_as_people_do(session: Session, ids: dict[str, int]) -> None:
    add_node(session, Region, name="Ａ区", parent_id=ids["成都"])

    with pytest.raises(DuplicateNameError):
        add_node(session, Region, name="a区", parent_id=ids["成都"])

    add_node(session, Region, name="a区", parent_id=ids["重庆"])
    assert outline(session)["重庆"] == [("a区", 1)]


def test_add_node_refuses_unknown_parent(session: Session, ids: dict[str, int]) -> None:
    with pytest.raises(UnknownRowError):
        add_node(session, Region, name="北京", parent_id=max(ids.values()) + 1)


def test_add_node_refuses_seventh_level(session: Session) -> None:
    parent_id = None
    for level in range(1, 7):
        parent_id = add_node(session, Region, name=f"level {level}", parent_id=parent_id).id

    with pytest.raises(TreeDepthError):
        add_node(session, Region, name="level 7", parent_id=parent_id)


@pytest.mark.parametrize(
    ("node", "place", "expected"),
    [
        ("上海", (None, "重庆", None), {None: ["上海", "重庆", "成都"]}),
        ("上海", (None, None, "重庆"), {None: ["重庆", "上海", "成都"]}),
        ("重庆", (None, None, None), {None: ["成都", "上海", "重庆"]}),
        ("重庆", (None, None, "成都"), {None: ["成都", "重庆", "上海"]}),
        ("重庆", (None, "成都", None), {None: ["重庆", "成都", "上海"]}),
        ("锦江区", ("成都", "金牛区", None), {"成都": ["锦江区", "金牛区", "武侯区"]}),
        ("重庆", ("成都", "武侯区", None), {None: ["成都", "上海"], "成都": ["金牛区", "重庆", "武侯区", "锦江区"]}),
        ("武侯区", ("上海", None, None), {"成都": ["金牛区", "锦江区"], "上海": ["武侯区"]}),
        ("金牛区", (None, None, "成都"), {None: ["重庆", "成都", "金牛区", "上海"], "成都": ["武侯区", "锦江区"]}),
        ("成都", ("上海", None, None), {None: ["重庆", "上海"], "上海": ["成都"]}),
    ],
)
def test_move_node_leaves_both_lists_dense(
    session: Session,
    ids: dict[str, int],
    node: str,
    place: tuple[str | None, str | None, str | None],
    expected: dict[str | None, list[str]],
) -> None:
    parent_id, before_id, after_id = (ids.get(name or "") for name in place)

    moved = move_node(
        session, Region, ids[node], parent_id=parent_id, before_id=before_id, after_id=after_id, version=1
    )
    session.commit()

    assert moved.version == version_of(session, ids[node])
    assert moved.order == [ids[name] for name in expected[place[0]]]
    found = outline(session)
    assert {key: [name for name, _ in found[key]] for key in expected} == expected
    assert all([place for _, place in rows] == list(range(1, len(rows) + 1)) for rows in found.values())


def test_move_node_raises_version_of_moved_node_alone(session: Session, ids: dict[str, int]) -> None:
    loaded = session.get_one(Region, ids["上海"])

    move_node(session, Region, ids["上海"], parent_id=ids["成都"], before_id=ids["金牛区"], version=1)

    versions = dict(session.execute(select(Region.name, Region.version)).all())
    assert versions == {name: 2 if name == "上海" else 1 for name in ids}
    assert (loaded.parent_id, loaded.sort_order, loaded.version) == (ids["成都"], 1, 2)


def test_move_node_to_its_own_place_writes_nothing(session: Session, ids: dict[str, int]) -> None:
    with statements() as sent:
        moved = move_node(session, Region, ids["成都"], parent_id=None, after_id=ids["重庆"], version=1)

    assert moved == Moved(version=1, order=[ids["重庆"], ids["成都"], ids["上海"]])
    assert [sql for sql in sent if sql.startswith("UPDATE")] == []
    assert version_of(session, ids["成都"]) == 1


@pytest.mark.parametrize("target", ["成都", "武侯区"])
def test_move_node_refuses_cycle(session: Session, ids: dict[str, int], target: str) -> None:
    before = outline(session)

    with pytest.raises(TreeCycleError):
        move_node(session, Region, ids["成都"], parent_id=ids[target], version=1)

    assert outline(session) == before


def test_move_node_refuses_depth_with_height_of_subtree(session: Session, ids: dict[str, int]) -> None:
    parent_id: int | None = ids["重庆"]
    for level in range(2, 6):
        parent_id = add_node(session, Region, name=f"level {level}", parent_id=parent_id).id

    with pytest.raises(TreeDepthError):
        move_node(session, Region, ids["成都"], parent_id=parent_id, version=1)

    move_node(session, Region, ids["上海"], parent_id=parent_id, version=1)
    assert outline(session)["level 5"] == [("上海", 1)]


def test_move_node_refuses_name_taken_under_new_parent(session: Session, ids: dict[str, int]) -> None:
    twin = add_node(session, Region, name="武侯区", parent_id=ids["重庆"])

    with pytest.raises(DuplicateNameError):
        move_node(session, Region, twin.id, parent_id=ids["成都"], version=1)


def test_move_node_refuses_stale_version(session: Session, ids: dict[str, int]) -> None:
    rename_node(session, Region, ids["上海"], name="上海市", version=1)

    with pytest.raises(StaleVersionError):
        move_node(session, Region, ids["上海"], parent_id=ids["成都"], version=1)


@pytest.mark.parametrize(
    "change",
    [
        {"node_id": 999},
        {"parent_id": 999},
        {"before_id": 999},
        {"before_id": "金牛区"},
        {"after_id": "金牛区"},
        {"before_id": "上海"},
    ],
    ids=["node", "parent", "before", "before of another parent", "after of another parent", "before itself"],
)
def test_move_node_refuses_unknown_row(session: Session, ids: dict[str, int], change: dict[str, Any]) -> None:
    wanted = {"node_id": ids["上海"], "parent_id": None, "version": 1}
    wanted |= {key: ids.get(value, value) for key, value in change.items()}

    with pytest.raises(UnknownRowError):
        move_node(session, Region, wanted.pop("node_id"), **wanted)


def test_move_node_heals_places_left_by_strange_hands(session: Session, ids: dict[str, int]) -> None:
    session.execute(update(Region).where(Region.parent_id.is_(None)).values(sort_order=0))

    move_node(session, Region, ids["上海"], parent_id=None, before_id=ids["重庆"], version=1)

    assert outline(session)[None] == [("上海", 1), ("重庆", 2), ("成都", 3)]


def test_move_node_sends_lock_checks_and_update_whatever_the_size(session: Session, ids: dict[str, int]) -> None:
    lock = ["SELECT"] if session.get_bind().dialect.name == "postgresql" else []
    for size in (2, 2000):
        root = add_node(session, Region, name=f"root {size}", parent_id=None).id
        _fill(session, root, size)
        moved, anchor = session.scalars(
            select(Region.id).where(Region.parent_id == root, Region.sort_order.in_([1, size])).order_by(Region.id)
        ).all()
        target = add_node(session, Region, name=f"target {size}", parent_id=None).id
        session.expire_all()
        with statements() as inside:
            move_node(session, Region, moved, parent_id=root, after_id=anchor, version=1)
        with statements() as across:
            move_node(session, Region, root, parent_id=target, version=1)

        for sent in (inside, across):
            assert [sql.partition(" ")[0] for sql in sent] == [*lock, "WITH", "UPDATE"]


def _fill(session: Session, parent_id: int, size: int) -> None:
    rows = [
        {**Region.name_columns(f"node {parent_id} {place}"), "parent_id": parent_id, "sort_order": place}
        for place in range(1, size + 1)
    ]
    session.execute(insert(Region), rows)


def test_rename_node_keeps_id_and_place(session: Session, ids: dict[str, int]) -> None:
    node = rename_node(session, Region, ids["成都"], name="成都市", version=1)
    session.commit()

    assert (node.id, node.version, node.name_initials) == (ids["成都"], 2, "cds")
    assert outline(session)[None] == [("重庆", 1), ("成都市", 2), ("上海", 3)]


def test_rename_node_lets_spelling_of_own_name_change(session: Session) -> None:
    node = add_node(session, Region, name="east", parent_id=None)

    assert rename_node(session, Region, node.id, name="East", version=1).name == "East"


@pytest.mark.parametrize(
    ("name", "version", "error"),
    [("上海", 1, DuplicateNameError), (" ", 1, InvalidNameError), ("北京", 7, StaleVersionError)],
)
def test_rename_node_refuses(
    session: Session, ids: dict[str, int], name: str, version: int, error: type[Exception]
) -> None:
    with pytest.raises(error):
        rename_node(session, Region, ids["成都"], name=name, version=version)


def test_delete_node_closes_the_gap(session: Session, ids: dict[str, int]) -> None:
    delete_node(session, Region, ids["武侯区"], version=1)
    session.commit()

    assert outline(session)["成都"] == [("金牛区", 1), ("锦江区", 2)]


def test_delete_node_refuses_children_with_their_number_and_stale_version(
    session: Session, ids: dict[str, int]
) -> None:
    with pytest.raises(InUseError) as refused:
        delete_node(session, Region, ids["成都"])

    assert (refused.value.child_count, refused.value.uses) == (3, {})
    with pytest.raises(StaleVersionError):
        delete_node(session, Region, ids["武侯区"], version=2)


def test_delete_node_counts_customers_the_actor_does_not_see(session: Session, ids: dict[str, int]) -> None:
    actor = load_actor(session, employee(session, "config_admin").id)
    assert actor is not None
    set_actor(session, actor)
    with unfiltered(session, UnfilteredReason.COMMAND) as every:
        every.add_all(Customer(code=f"C{n}", name=f"customer {n}", region_id=ids["武侯区"]) for n in range(2))

    assert session.scalars(select(Customer.id)).all() == []
    with pytest.raises(InUseError) as refused:
        delete_node(session, Region, ids["武侯区"])

    assert refused.value.uses == {"customer": 2}


def test_delete_node_counts_every_table_that_points_at_it(session: Session) -> None:
    node = add_node(session, Department, name="Sales", parent_id=None)
    role = Role(code="r", name="r")
    session.add(role)
    session.flush()
    session.add(Employee(login="a", name="a", role_id=role.id, department_id=node.id))
    session.flush()
    with unfiltered(session, UnfilteredReason.COMMAND) as every:
        every.add(Customer(code="C1", name="c", department_id=node.id))

    with pytest.raises(InUseError) as refused:
        delete_node(session, Department, node.id)

    assert refused.value.uses == {"customer": 1, "employee": 1}
