"""A tree that is exported and imported again is the same, siblings in order, whatever the names say."""

import csv
import io
import random
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models import Industry, Region
from models.names import InvalidNameError, clean_name, name_key
from services.trees import add_node, move_node
from tests.conftest import SHARED_DATA, needs_shared_data
from tests.files import csv_bytes, do_import, exported, faults, records
from tests.trees import outline, version_of

FORMULAS = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "'=1",
    "''",
    "'",
    "=cmd|' C calc'!A0",
    "1.38E+10",
    "0012",
    "true",
    '"',
    "a,b;c",
)


def _names() -> list[str]:
    """Return names that break software, as far as a node may have them."""
    lines = [*FORMULAS, "同名", "Ａ", "😀", "a\u2028b"]
    path = SHARED_DATA / "naughty.txt"
    lines += path.read_text(encoding="utf-8").split("\n") if path.is_file() else []
    found: dict[str, str] = {}
    for line in lines:
        try:
            name = clean_name(line, limit=50, is_path_segment=True)
        except InvalidNameError:
            continue
        found.setdefault(name_key(name), name)
    return list(found.values())


def _grow(session: Session, *, codes: bool) -> None:
    """Store a forest of naughty names, in an order that is not that of the ids."""
    chance = random.Random(5)
    nodes: list[Any] = [None]
    depth = {None: 0}
    for number, name in enumerate(_names()):
        parent = chance.choice([node for node in nodes if depth[node] < 6])
        code = f"0{number}" if codes or number % 3 == 0 else None
        node = add_node(session, Region, name=name, parent_id=parent, code=code)
        nodes.append(node.id)
        depth[node.id] = depth[parent] + 1
    for node_id in chance.sample(nodes[1:], 20):
        parent_id = session.scalar(select(Region.parent_id).where(Region.id == node_id))
        first = session.scalar(
            select(Region.id).where(
                Region.parent_id.is_(None) if parent_id is None else Region.parent_id == parent_id,
                Region.sort_order == 1,
            )
        )
        if first != node_id:
            version = version_of(session, node_id)
            move_node(session, Region, node_id, parent_id=parent_id, before_id=first, version=version)
    session.execute(update(Region).where(Region.id % 7 == 0).values(is_active=False))
    session.commit()


def _only(content: bytes, *columns: str) -> bytes:
    """Return some columns of a CSV."""
    lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    places = [lines[0].index(column) for column in columns]
    return csv_bytes(*([line[place] for place in places] for line in lines))


def _shuffled(content: bytes) -> bytes:
    lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    rest = lines[1:]
    random.Random(7).shuffle(rest)
    return csv_bytes(lines[0], *rest)


#: What is kept of an export, and whether all nodes have codes.
FORMS: dict[str, tuple[Callable[[bytes], bytes], bool]] = {
    "whole": (lambda content: content, False),
    "whole, shuffled": (_shuffled, False),
    "codes": (lambda content: _only(content, "code", "name", "parent_code", "is_active"), True),
    "codes, shuffled": (
        lambda content: _shuffled(_only(content, "code", "name", "parent_code", "is_active", "sort_order")),
        True,
    ),
    "paths": (lambda content: _only(content, "path", "code", "is_active"), False),
    "paths, shuffled": (lambda content: _shuffled(_only(content, "path", "code", "is_active", "sort_order")), False),
}


@pytest.mark.parametrize("form", FORMS)
def test_exported_tree_comes_back_into_an_empty_one(session: Session, form: str) -> None:
    shape, codes = FORMS[form]
    _grow(session, codes=codes)
    whole = exported(session, "region")

    result = do_import(session, "industry", shape(whole))

    assert faults(result) == []
    assert exported(session, "industry") == whole
    assert outline(session, Industry) == outline(session, Region)


def test_export_undoes_what_was_moved_renamed_and_reordered_since(session: Session) -> None:
    _grow(session, codes=True)
    whole = exported(session, "region")
    chance = random.Random(3)
    rows = session.execute(select(Region.id, Region.parent_id)).all()
    parents = {row.parent_id for row in rows}
    leaves = [row.id for row in rows if row.id not in parents]
    for node_id in chance.sample(leaves, 30):
        move_node(session, Region, node_id, parent_id=None, version=version_of(session, node_id))
    session.commit()

    result = do_import(session, "region", whole, "update")
    session.commit()
    again = do_import(session, "region", whole, "update")

    assert faults(result) == []
    assert exported(session, "region") == whole
    assert (again.inserted_count, again.updated_count) == (0, 0)


def test_export_reads_as_the_tree(session: Session) -> None:
    first = add_node(session, Region, name="first", parent_id=None).id
    below = add_node(session, Region, name="below", parent_id=first).id
    add_node(session, Region, name="lowest", parent_id=below)
    second = add_node(session, Region, name="second", parent_id=None).id
    add_node(session, Region, name="child", parent_id=second)
    move_node(session, Region, second, parent_id=None, before_id=first, version=1)

    paths = [row["path"] for row in records(exported(session, "region"))]

    assert paths == ["second", "second/child", "first", "first/below", "first/below/lowest"]


@needs_shared_data
@pytest.mark.parametrize("columns", [("code", "name", "parent_code"), ("code", "path")], ids=["codes", "paths"])
@pytest.mark.parametrize(
    ("endpoint", "name"), [("region", "regions_3level.csv"), ("industry", "industries.csv")], ids=["region", "industry"]
)
def test_real_tree_comes_back(session: Session, endpoint: str, name: str, columns: tuple[str, ...]) -> None:
    do_import(session, endpoint, (SHARED_DATA / name).read_bytes())
    whole = exported(session, endpoint)
    other = "industry" if endpoint == "region" else "region"

    result = do_import(session, other, _only(whole, *columns))

    assert faults(result) == []
    assert exported(session, other) == whole
