"""Import of trees by one column for each level."""

import pytest
from sqlalchemy.orm import Session

from tests.files import exported, faults, records, rows_import
from tests.trees import outline


def _paths(session: Session) -> list[str]:
    return [row["path"] for row in records(exported(session, "region"))]


@pytest.mark.parametrize(
    "header",
    [
        ("level1", "level2", "level3"),
        ("一级", "二级", "三级"),
        ("Level 1", "Level 2*", "Level 3"),
        ("一级区域", "二级区域", "三级区域"),
    ],
    ids=lambda header: header[0],
)
def test_levels_are_the_steps_of_a_path(session: Session, header: tuple[str, ...]) -> None:
    lines = (("四川", "成都", "武侯区"), ("四川", "成都", "金牛区"), ("重庆", "", ""), ("四川", "自贡", ""))

    first = rows_import(session, "region", header, *lines)
    again = rows_import(session, "region", header, *lines, mode="update")

    assert (first.faults, first.inserted_count) == ([], 6)
    assert (again.faults, again.inserted_count, again.updated_count, again.skipped_count) == ([], 0, 0, 4)
    assert _paths(session) == ["四川", "四川/成都", "四川/成都/武侯区", "四川/成都/金牛区", "四川/自贡", "重庆"]


def test_levels_stand_in_any_columns(session: Session) -> None:
    rows_import(session, "region", ("level2", "code", "level1"), ("成都", "5101", "四川"))

    assert records(exported(session, "region"))[1] == {
        "code": "5101",
        "name": "成都",
        "parent_code": "",
        "path": "四川/成都",
        "is_active": "true",
        "sort_order": "1",
    }


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        (("a", "", "c", "", "", "", ""), ("level2", "level_gap")),
        (("", "b", "", "", "", "", ""), ("level1", "level_gap")),
        (("a", "b/c", "", "", "", "", ""), ("level2", "slash")),
        (("a", "b" * 51, "c", "", "", "", ""), ("level2", "too_long")),
        (("a", "b\u202ec", "", "", "", "", ""), ("level2", "control")),
        (tuple("abcdefg"), ("level7", "too_deep")),
        (("", "", "", "", "", "", ""), ("name", "blank_name")),
        (("good", "", "", "", "", "", ""), ("level1", "duplicate_in_file")),
    ],
    ids=["gap", "no root", "slash", "too long", "direction mark", "too deep", "blank", "twice"],
)
def test_bad_levels_are_named_and_nothing_is_written(
    session: Session, cells: tuple[str, ...], fault: tuple[str, str]
) -> None:
    header = ("remark", *(f"level{number}" for number in range(1, 8)))

    result = rows_import(
        session, "region", ("code", *header[1:]), ("", "good", *[""] * 6), ("x" if not any(cells) else "", *cells)
    )

    assert faults(result) == [(3, *fault)]
    assert not result.is_written
    assert outline(session) == {}


def test_levels_and_path_must_agree(session: Session) -> None:
    result = rows_import(session, "region", ("path", "level1", "level2"), ("a/b", "a", "b"), ("a/c", "a", "d"))

    assert faults(result) == [(3, "path", "path_mismatch")]
