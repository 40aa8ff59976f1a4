"""Import of trees: any order of rows, paths, modes, and every refusal with its row."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Department, Region
from tests.conftest import SHARED_DATA, needs_shared_data
from tests.files import csv_bytes, do_import, exported, faults, records, rows_import
from tests.trees import outline, plant, statements

HEADER = ("code", "name", "parent_code")
Lines = tuple[tuple[str, ...], ...]


def paths(session: Session) -> dict[str, str | None]:
    """Return path -> code."""
    return {row["path"]: row["code"] or None for row in records(exported(session, "region"))}


def stored(session: Session) -> list[Any]:
    """Return everything stored of the regions."""
    columns = (
        Region.id,
        Region.code,
        Region.name,
        Region.parent_id,
        Region.sort_order,
        Region.version,
        Region.is_active,
    )
    return list(session.execute(select(*columns).order_by(Region.id)).all())


def test_rows_in_any_order_find_their_parents(session: Session) -> None:
    result = rows_import(
        session,
        "region",
        HEADER,
        ("5101", "成都", "51"),
        ("510107", "武侯区", "5101"),
        ("51", "四川", ""),
        ("5103", "自贡", "51"),
    )

    assert (result.inserted_count, result.faults, result.is_written) == (4, [], True)
    assert paths(session) == {"四川": "51", "四川/成都": "5101", "四川/成都/武侯区": "510107", "四川/自贡": "5103"}
    assert outline(session) == {None: [("四川", 1)], "四川": [("成都", 1), ("自贡", 2)], "成都": [("武侯区", 1)]}


def test_paths_add_missing_nodes_in_file_order(session: Session) -> None:
    plant(session)

    result = rows_import(
        session, "region", ("path",), ("四川/乐山/市中区",), ("成都／青羊区",), (" 四川 / 成都 ",), ("成都/武侯区",)
    )

    assert (result.inserted_count, result.skipped_count, result.faults) == (5, 1, [])
    assert outline(session)[None] == [("重庆", 1), ("成都", 2), ("上海", 3), ("四川", 4)]
    assert outline(session)["四川"] == [("乐山", 1), ("成都", 2)]
    assert [name for name, _ in outline(session)["成都"]] == ["金牛区", "武侯区", "锦江区", "青羊区"]


def test_step_made_by_a_path_takes_the_code_of_a_later_row(session: Session) -> None:
    rows_import(session, "region", ("code", "path"), ("5101", "四川/成都"), ("51", "四川"))

    assert paths(session) == {"四川": "51", "四川/成都": "5101"}


@pytest.mark.parametrize("mode", ["skip", "update"])
def test_importing_twice_changes_nothing(session: Session, mode: str) -> None:
    lines = (HEADER, ("51", "四川", ""), ("5101", "成都", "51"))
    rows_import(session, "region", *lines)
    before = stored(session)

    result = rows_import(session, "region", *lines, mode=mode)

    assert (result.inserted_count, result.updated_count, result.skipped_count) == (0, 0, 2)
    assert stored(session) == before


BAD: dict[str, tuple[Lines, list[tuple[int, str, str]]]] = {
    "cycle": ((("1", "a", "2"), ("2", "b", "1")), [(2, "parent_code", "cycle"), (3, "parent_code", "cycle")]),
    "row below a cycle": (
        (("1", "a", "2"), ("2", "b", "1"), ("3", "c", "1")),
        [(2, "parent_code", "cycle"), (3, "parent_code", "cycle"), (4, "parent_code", "parent_failed")],
    ),
    "self-parent": ((("1", "a", "1"),), [(2, "parent_code", "self_parent")]),
    "orphan": ((("1", "a", "9"),), [(2, "parent_code", "no_parent")]),
    "duplicate sibling": ((("1", "a", ""), ("2", "Ａ", "")), [(3, "name", "duplicate_sibling")]),
    "duplicate code": ((("1", "a", ""), ("1", "b", "")), [(3, "code", "duplicate_in_file")]),
    "too long": ((("1", "a" * 51, ""),), [(2, "name", "too_long")]),
    "code too long": ((("1" * 33, "a", ""),), [(2, "code", "too_long")]),
    "slash": ((("1", "a/b", ""),), [(2, "name", "slash")]),
    "no name": ((("1", "", ""),), [(2, "name", "blank_name")]),
    "control": ((("1", "a\tb", ""),), [(2, "name", "control")]),
    "spoilt code": ((("1.38E+10", "a", ""),), [(2, "code", "scientific")]),
    "two reasons": ((("1.38E+10", "a/b", ""),), [(2, "code", "scientific"), (2, "name", "slash")]),
    "too deep": (
        tuple((str(n), f"n{n}", str(n - 1) if n > 1 else "") for n in range(1, 9)),
        [(8, "parent_code", "too_deep"), (9, "parent_code", "too_deep")],
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_rows_are_named_and_nothing_is_written(session: Session, name: str) -> None:
    lines, expected = BAD[name]

    result = rows_import(session, "region", HEADER, ("good", "good", ""), *lines)

    assert faults(result) == [(row + 1, field, code) for row, field, code in expected]
    assert not result.is_written
    assert stored(session) == []


def test_partial_import_writes_the_valid_rows(session: Session) -> None:
    result = rows_import(
        session, "region", HEADER, ("1", "a", "9"), ("2", "b", "1"), ("3", "c", ""), ("4", "d", "3"), is_partial=True
    )

    assert faults(result) == [(2, "parent_code", "no_parent"), (3, "parent_code", "parent_failed")]
    assert (result.is_written, result.inserted_count, result.failed_row_count) == (True, 2, 2)
    assert paths(session) == {"c": "3", "c/d": "4"}


def test_steps_needed_by_bad_rows_alone_are_not_written(session: Session) -> None:
    result = rows_import(session, "region", ("path",), ("a/b/c/d/e/f/g",), ("x/y",), is_partial=True)

    assert faults(result) == [(2, "path", "too_deep")]
    assert result.inserted_count == 2
    assert list(paths(session)) == ["x", "x/y"]


@pytest.mark.parametrize("path", ["a//b", "/a", "a/", " / "])
def test_empty_step_of_a_path_is_refused(session: Session, path: str) -> None:
    assert faults(rows_import(session, "region", ("path",), (path,))) == [(2, "path", "blank_segment")]


def test_contradicting_path_is_refused(session: Session) -> None:
    result = rows_import(
        session,
        "region",
        ("code", "name", "parent_code", "path"),
        ("1", "a", "", "a"),
        ("2", "b", "1", "a/c"),
        ("3", "c", "1", "c"),
    )

    assert faults(result) == [(3, "path", "path_mismatch"), (4, "path", "path_mismatch")]


def test_dry_run_writes_nothing(session: Session) -> None:
    result = rows_import(session, "region", HEADER, ("1", "a", ""), is_dry_run=True)

    assert (result.inserted_count, result.is_written) == (1, False)
    assert stored(session) == []


def test_insert_mode_refuses_existing_nodes(session: Session) -> None:
    rows_import(session, "region", HEADER, ("1", "a", ""))

    result = rows_import(session, "region", HEADER, ("1", "a", ""), ("2", "b", ""), mode="insert")

    assert faults(result) == [(2, "code", "exists")]


def test_update_renames_moves_and_retires(session: Session) -> None:
    rows_import(session, "region", HEADER, ("1", "a", ""), ("2", "b", ""), ("3", "c", ""), ("4", "d", "1"))

    result = rows_import(
        session,
        "region",
        (*HEADER, "is_active"),
        ("2", "B2", "3", ""),
        ("4", "", "", "否"),
        ("1", "", "", ""),
        mode="update",
    )

    assert (result.updated_count, result.skipped_count, result.faults) == (2, 1, [])
    assert outline(session) == {None: [("a", 1), ("c", 2)], "c": [("B2", 1)], "a": [("d", 1)]}
    assert session.scalars(select(Region.is_active).where(Region.code == "4")).one() is False
    assert session.scalars(select(Region.version).where(Region.code == "2")).one() == 2


def test_update_to_the_root_needs_the_word_for_empty(session: Session) -> None:
    rows_import(session, "region", HEADER, ("1", "a", ""), ("2", "b", "1"))

    rows_import(session, "region", HEADER, ("2", "", "#清空"), mode="update")

    assert outline(session)[None] == [("a", 1), ("b", 2)]


def test_update_refuses_a_move_below_itself(session: Session) -> None:
    rows_import(session, "region", HEADER, ("1", "a", ""), ("2", "b", "1"), ("3", "c", "2"))
    before = stored(session)

    result = rows_import(session, "region", HEADER, ("1", "", "3"), mode="update")

    assert faults(result) == [(2, "parent_code", "below_itself")]
    assert stored(session) == before


def test_update_refuses_a_move_that_takes_descendants_too_deep(session: Session) -> None:
    chain = [(f"c{n}", f"n{n}", f"c{n - 1}" if n > 1 else "") for n in range(1, 6)]
    rows_import(session, "region", HEADER, *chain, ("x", "x", ""), ("y", "y", "x"))

    result = rows_import(session, "region", HEADER, ("x", "", "c5"), mode="update")

    assert faults(result) == [(2, "parent_code", "too_deep")]


def test_code_meets_the_node_at_its_path_that_has_none(session: Session) -> None:
    ids = plant(session)

    result = rows_import(session, "region", HEADER, ("5101", "成都", ""), ("510105", "青羊区", "5101"), mode="update")

    assert (result.updated_count, result.inserted_count) == (1, 1)
    assert session.get_one(Region, ids["成都"]).code == "5101"
    assert paths(session)["成都/青羊区"] == "510105"


def test_departments_are_imported_alike(session: Session) -> None:
    rows_import(session, "department", ("路径", "启用"), ("总部/销售", "是"), ("总部/财务", "停用"))

    found = session.execute(select(Department.name, Department.is_active).order_by(Department.id)).all()
    assert [tuple(row) for row in found] == [("总部", True), ("销售", True), ("财务", False)]


@needs_shared_data
@pytest.mark.parametrize(
    ("endpoint", "name", "count"), [("region", "regions_3level.csv", 3351), ("industry", "industries.csv", 1972)]
)
def test_real_trees_survive_export_and_import(session: Session, endpoint: str, name: str, count: int) -> None:
    content = (SHARED_DATA / name).read_bytes()

    first = do_import(session, endpoint, content)
    whole = exported(session, endpoint)
    again = do_import(session, endpoint, whole, "update")

    assert (first.inserted_count, first.faults) == (count, [])
    assert (again.skipped_count, again.updated_count, again.faults) == (count, 0, [])
    given = {(row["code"], row["name"], row["parent_code"]) for row in records(content)}
    assert {(row["code"], row["name"], row["parent_code"]) for row in records(whole)} == given


@needs_shared_data
def test_gb18030_file_gives_the_same_tree(session: Session) -> None:
    do_import(session, "region", (SHARED_DATA / "spreadsheets/derived_regions_3level_gb18030.csv").read_bytes())

    assert len(paths(session)) == 3351


def test_statements_do_not_grow_with_the_file(session: Session) -> None:
    lines = [(str(n), f"n{n}", str(n // 10) if n >= 10 else "") for n in range(1, 900)]
    with statements() as sent:
        do_import(session, "region", csv_bytes(HEADER, *lines))

    assert len(sent) < 20
