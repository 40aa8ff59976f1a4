"""What an import says it would do to a tree, and that it does just that."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Region
from services.exchange.results import ChangeKind, ImportResult
from tests.conftest import SHARED_DATA, needs_shared_data
from tests.factories import make_customer, make_employee
from tests.files import do_import, exported, faults, records, rows_import
from tests.trees import outline, plant, statements

HEADER = ("code", "name", "parent_code")


@pytest.fixture
def tree(session: Session) -> Session:
    """Store a tree with codes: 1 a (2 b (3 c)), 4 d."""
    rows_import(session, "region", HEADER, ("1", "a", ""), ("2", "b", "1"), ("3", "c", "2"), ("4", "d", ""))
    session.commit()
    return session


def _ids(session: Session) -> dict[str, int]:
    return dict(session.execute(select(Region.name, Region.id)).all())


def _changes(result: ImportResult) -> list[tuple[Any, ...]]:
    """Return (row, kinds, old path, path, nodes added below, customers) of each change."""
    assert result.diff is not None
    return [
        (change.row, " ".join(change.kinds), change.old_path, change.path, change.added_below, change.customer_count)
        for change in result.diff.changes
    ]


def _totals(result: ImportResult) -> dict[str, int]:
    assert result.diff is not None
    return {str(kind): count for kind, count in result.diff.totals.items() if count}


def test_diff_names_what_moves_is_renamed_and_added(tree: Session) -> None:
    ids, owner = _ids(tree), make_employee(tree, "owner")
    for name, count in {"b": 1, "c": 2, "d": 3, "a": 4}.items():
        for _ in range(count):
            make_customer(tree, owner=owner, region_id=ids[name], visibility="private")

    result = rows_import(
        tree, "region", HEADER, ("2", "B", "4"), ("3", "C", "2"), ("9", "x", ""), ("8", "y", "9"), mode="update"
    )

    assert _changes(result) == [
        (2, "move rename", "a/b", "d/B", 0, 3),
        (3, "rename", "a/b/c", "d/B/C", 0, 2),
        (4, "add", "", "x", 1, 0),
    ]
    assert _totals(result) == {"move": 1, "rename": 2, "add": 2}
    assert result.diff is not None
    assert result.diff.customer_count == 3


def test_diff_of_a_file_that_changes_nothing_is_empty(tree: Session) -> None:
    result = do_import(tree, "region", exported(tree, "region"), "update")

    assert (_changes(result), _totals(result)) == ([], {})


def test_refused_rows_are_in_no_diff(tree: Session) -> None:
    result = rows_import(tree, "region", HEADER, ("1", "", "3"), ("4", "D", ""), mode="update")

    assert faults(result) == [(2, "parent_code", "below_itself")]
    assert _changes(result) == [(3, "rename", "d", "D", 0, 0)]


def test_retired_and_coded_nodes_are_told(session: Session) -> None:
    plant(session)

    result = rows_import(session, "region", ("code", "path", "is_active"), ("50", "重庆", "否"), mode="update")

    assert _changes(result) == [(2, "deactivate code", "重庆", "重庆", 0, 0)]


def test_fingerprint_tells_other_changes_from_other_numbers(tree: Session) -> None:
    lines = (HEADER, ("2", "B", ""))
    first = rows_import(tree, "region", *lines, mode="update", is_dry_run=True).diff
    make_customer(tree, owner=make_employee(tree, "owner"), region_id=_ids(tree)["b"])
    more_customers = rows_import(tree, "region", *lines, mode="update", is_dry_run=True).diff
    rows_import(tree, "region", HEADER, ("2", "b", "4"), mode="update")
    moved_meanwhile = rows_import(tree, "region", *lines, mode="update", is_dry_run=True).diff

    assert first is not None
    assert more_customers is not None
    assert moved_meanwhile is not None
    assert more_customers.customer_count == 1
    assert first.fingerprint() == more_customers.fingerprint()
    assert first.fingerprint() != moved_meanwhile.fingerprint()


def test_siblings_swap_their_names(tree: Session) -> None:
    result = rows_import(tree, "region", HEADER, ("1", "d", ""), ("4", "a", ""), mode="update")

    assert (faults(result), _totals(result)) == ([], {"rename": 2})
    assert outline(tree)[None] == [("d", 1), ("a", 2)]


def test_new_node_takes_the_place_that_another_leaves(tree: Session) -> None:
    result = rows_import(tree, "region", HEADER, ("9", "a", ""), ("1", "", "4"), mode="update")

    assert (faults(result), _totals(result)) == ([], {"move": 1, "add": 1})
    assert outline(tree) == {None: [("d", 1), ("a", 2)], "d": [("a", 1)], "a": [("b", 1)], "b": [("c", 1)]}


def test_nodes_that_would_share_a_name_are_refused_where_they_come(tree: Session) -> None:
    result = rows_import(tree, "region", HEADER, ("4", "b", "1"), ("9", "Ｂ", "1"), mode="update")

    assert faults(result) == [(2, "name", "duplicate_sibling"), (3, "name", "other_code")]


def test_new_code_at_a_taken_name_is_told_the_stored_one(tree: Session) -> None:
    result = rows_import(tree, "region", HEADER, ("100", "A", ""), mode="update")

    assert [str(fault) for fault in result.faults] == ["row 2, name: “A” stands there already, with the code 1"]


def test_refusal_of_a_move_refuses_who_wanted_the_place(tree: Session) -> None:
    result = rows_import(tree, "region", HEADER, ("1", "", "3"), ("9", "a", ""), mode="update", is_partial=True)

    assert faults(result) == [(2, "parent_code", "below_itself"), (3, "name", "other_code")]
    assert outline(tree)[None] == [("a", 1), ("d", 2)]


def test_edited_export_renames_a_node_whose_children_have_no_code(session: Session) -> None:
    plant(session)
    content = exported(session, "region").decode().replace(",成都,,成都,", "5101,蓉城,,成都,")

    result = do_import(session, "region", content.encode(), "update")

    assert (faults(result), _totals(result)) == ([], {"rename": 1, "code": 1})
    assert [name for name, _ in outline(session)["蓉城"]] == ["金牛区", "武侯区", "锦江区"]


def test_paths_in_any_order_follow_a_rename(tree: Session) -> None:
    result = rows_import(tree, "region", ("code", "path"), ("", "z/b/new"), ("1", "z"), mode="update")

    assert (faults(result), _totals(result)) == ([], {"rename": 1, "add": 1})
    assert outline(tree)["b"] == [("c", 1), ("new", 2)]


def test_order_column_puts_siblings_in_order_once(session: Session) -> None:
    plant(session)
    lines = (("path", "sort_order"), ("上海", "1"), ("北京", "2"), ("成都/锦江区", "1"))

    first = rows_import(session, "region", *lines, mode="update")
    found = outline(session)
    again = rows_import(session, "region", *lines, mode="update")

    assert _totals(first) == {"reorder": 2, "add": 1}
    assert found[None] == [("上海", 1), ("北京", 2), ("重庆", 3), ("成都", 4)]
    assert found["成都"] == [("锦江区", 1), ("金牛区", 2), ("武侯区", 3)]
    assert (_totals(again), again.updated_count, outline(session)) == ({}, 0, found)


@needs_shared_data
def test_diff_of_a_whole_country_is_grouped_and_exact(session: Session) -> None:
    with statements() as sent:
        result = do_import(session, "region", (SHARED_DATA / "regions_3level.csv").read_bytes(), is_dry_run=True)

    assert result.diff is not None
    assert result.diff.totals == {ChangeKind.ADD: 3351}
    assert len(result.diff.changes) == 31
    assert sum(1 + change.added_below for change in result.diff.changes) == 3351
    assert len(sent) < 10


@needs_shared_data
def test_diff_of_renamed_provinces_counts_each_customer_once(session: Session) -> None:
    content = (SHARED_DATA / "regions_3level.csv").read_bytes()
    do_import(session, "region", content)
    session.commit()
    by_code = {row["code"]: row for row in records(content)}
    district = next(code for code in by_code if by_code[code]["parent_code"] == "5101")
    ids, owner = _ids(session), make_employee(session, "owner")
    make_customer(session, owner=owner, region_id=ids[by_code[district]["name"]])
    lines = [("51", "蜀", ""), ("5101", "蓉城", "51"), (district, "某区", "5101")]

    result = rows_import(session, "region", HEADER, *lines, mode="update")

    assert [change[-1] for change in _changes(result)] == [1, 1, 1]
    assert result.diff is not None
    assert (_totals(result), result.diff.customer_count) == ({"rename": 3}, 1)
