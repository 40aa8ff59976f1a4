"""Many nodes from an indented outline: how it is read, what is there already, what is refused; all or none."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import AuditEntry, Region
from models.names import InvalidNameError
from services.ordering import UnknownRowError
from services.outline_text import (
    LINE_LIMIT,
    TEXT_LIMIT,
    EmptyOutlineError,
    OutlineIndentError,
    OutlineSizeError,
    read_outline,
)
from services.tree_outline import RefusedOutlineError, add_outline, plan_outline
from services.trees import TreeDepthError, add_node
from tests.trees import outline, plant, statements


@pytest.fixture
def ids(session: Session) -> dict[str, int]:
    """Return name -> id of the forest."""
    return plant(session)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\nb", [(1, 1, "a"), (2, 1, "b")]),
        ("a\n  b\n    c\n  d\ne", [(1, 1, "a"), (2, 2, "b"), (3, 3, "c"), (4, 2, "d"), (5, 1, "e")]),
        ("a\n\tb\n\t\tc", [(1, 1, "a"), (2, 2, "b"), (3, 3, "c")]),
        ("a\r\n\u3000b\r\n\u3000\u3000c", [(1, 1, "a"), (2, 2, "b"), (3, 3, "c")]),
        ("  a\n      b\n  c", [(1, 1, "a"), (2, 2, "b"), (3, 1, "c")]),
        ("\ufeffa\n\n   \n b \n", [(1, 1, "a"), (4, 2, "b")]),
        ("- a\n  - b\n  • c", [(1, 1, "a"), (2, 2, "b"), (3, 2, "c")]),
        ("a\n    b\n\tc", [(1, 1, "a"), (2, 2, "b"), (3, 2, "c")]),
        ("-a", [(1, 1, "-a")]),
    ],
    ids=[
        "flat",
        "blanks",
        "tabs",
        "full-width",
        "all indented",
        "blank lines",
        "bullets",
        "tab and blanks",
        "no bullet",
    ],
)
def test_read_outline(text: str, expected: list[tuple[int, int, str]]) -> None:
    lines = read_outline(text)

    assert [(line.number, line.level, line.name) for line in lines] == expected
    assert all(line.is_aligned for line in lines)


@pytest.mark.parametrize("text", ["a\n    b\n  c", "    a\n  b"], ids=["between two levels", "left of the first"])
def test_read_outline_notes_what_stands_askew(text: str) -> None:
    assert [line.is_aligned for line in read_outline(text)][-1] is False


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", EmptyOutlineError),
        (" \n\t\n\u3000", EmptyOutlineError),
        ("a\n" * (LINE_LIMIT + 1), OutlineSizeError),
        ("a" * (TEXT_LIMIT + 1), OutlineSizeError),
    ],
    ids=["empty", "blank", "lines", "signs"],
)
def test_read_outline_refuses(text: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        read_outline(text)


def test_add_outline_adds_what_is_not_there_behind_what_is(session: Session, ids: dict[str, int]) -> None:
    text = "四川\n  绵阳\n  德阳\n成都\n  高新区\n  武侯区\n    桂溪街道\n"

    lines = add_outline(session, Region, text, parent_id=None)
    session.commit()

    found = {parent: [name for name, _ in rows] for parent, rows in outline(session).items()}
    assert found[None] == ["重庆", "成都", "上海", "四川"]
    assert found["四川"] == ["绵阳", "德阳"]
    assert found["成都"] == ["金牛区", "武侯区", "锦江区", "高新区"]
    assert found["武侯区"] == ["桂溪街道"]
    assert all([place for _, place in rows] == list(range(1, len(rows) + 1)) for rows in outline(session).values())
    assert [str(line.state) for line in lines] == ["new", "new", "new", "present", "new", "present", "new"]


def test_add_outline_under_a_node_and_twice(session: Session, ids: dict[str, int]) -> None:
    add_outline(session, Region, "浦东\n  陆家嘴", parent_id=ids["上海"])

    again = add_outline(session, Region, "浦东\n  陆家嘴", parent_id=ids["上海"])

    assert [str(line.state) for line in again] == ["present", "present"]
    assert outline(session)["上海"] == [("浦东", 1)]
    assert outline(session)["浦东"] == [("陆家嘴", 1)]


def test_add_outline_takes_lines_that_mean_the_same_as_one(session: Session) -> None:
    lines = add_outline(session, Region, "Ａ区\n  x\na区\n  y\n  X", parent_id=None)

    assert outline(session) == {None: [("Ａ区", 1)], "Ａ区": [("x", 1), ("y", 2)]}
    assert [(str(line.state), line.twin.line.number if line.twin else None) for line in lines] == [
        ("new", None),
        ("new", None),
        ("repeated", 1),
        ("new", None),
        ("repeated", 2),
    ]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("北/京", InvalidNameError),
        ("北" * 51, InvalidNameError),
        ("北\x00京", InvalidNameError),
        ("北\u202e京", InvalidNameError),
        ("\ud800", InvalidNameError),
        ("      askew", OutlineIndentError),
    ],
    ids=["slash", "51 signs", "control", "right to left", "surrogate", "indentation"],
)
def test_add_outline_refuses_all_for_one_line(
    session: Session, ids: dict[str, int], line: str, fault: type[Exception]
) -> None:
    before = outline(session)

    with pytest.raises(RefusedOutlineError) as refused:
        add_outline(session, Region, f"天津\n        和平\n{line}\n", parent_id=None)

    assert [(found.line.number, type(found.fault)) for found in refused.value.lines] == [(3, fault)]
    assert outline(session) == before


def test_add_outline_takes_emoji(session: Session) -> None:
    add_outline(session, Region, "🌏", parent_id=None)

    assert outline(session) == {None: [("🌏", 1)]}


def test_add_outline_refuses_the_seventh_level(session: Session) -> None:
    parent_id = None
    for level in range(1, 5):
        parent_id = add_node(session, Region, name=f"level {level}", parent_id=parent_id).id

    with pytest.raises(RefusedOutlineError) as refused:
        add_outline(session, Region, "5\n 6\n  7", parent_id=parent_id)
    add_outline(session, Region, "5\n 6", parent_id=parent_id)

    assert [(line.line.number, type(line.fault)) for line in refused.value.lines] == [(3, TreeDepthError)]
    assert outline(session)["5"] == [("6", 1)]


def test_add_outline_refuses_a_parent_that_is_gone(session: Session) -> None:
    with pytest.raises(UnknownRowError):
        add_outline(session, Region, "a", parent_id=999)


def test_plan_outline_writes_nothing(session: Session, ids: dict[str, int]) -> None:
    before = outline(session)

    with statements() as sent:
        plan_outline(session, Region, "天津\n  和平\n成都\n  武侯区", parent_id=None)

    assert outline(session) == before
    assert {sql.partition(" ")[0] for sql in sent} == {"SELECT"}


def test_add_outline_sends_as_many_statements_for_any_size(session: Session) -> None:
    counts = []
    for size in (3, 300):
        text = "\n".join(f"{size} {number}\n below {number}" for number in range(size))
        session.expunge_all()
        with statements() as sent:
            add_outline(session, Region, text, parent_id=None)
        counts.append(len(sent))

    assert counts[0] == counts[1]
    assert len(session.scalars(select(Region.id)).all()) == 606


def test_add_outline_is_noted_in_the_log(session: Session) -> None:
    add_outline(session, Region, "天津\n 和平", parent_id=None)

    entries = session.execute(select(AuditEntry.action, AuditEntry.table_name, AuditEntry.changes)).all()
    assert sorted(entry.changes["name"][1] for entry in entries) == ["和平", "天津"]
    assert {(entry.action, entry.table_name) for entry in entries} == {("create", "region")}
