"""Positions on the globe (WGS84, degrees): read from what phones send, and how far they are apart."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from math import asin, cos, radians, sin, sqrt
from typing import Any

from sqlalchemy import ColumnElement, Float, case, cast, func

from services.customers.errors import PositionError
from services.customers.position import check_position

#: Mean radius of the earth (IUGG), in metres.
EARTH_RADIUS_M = 6_371_008.8
#: What columns keep: a tenth of a metre.
_STEP = Decimal("0.000001")
_SIGNS = 32


@dataclass(frozen=True, slots=True)
class Position:
    """A place on the globe."""

    lat: Decimal
    lng: Decimal


def read_position(lat: str, lng: str) -> Position | None:
    """Return the position that two texts mean, to six decimals; None if both are blank.

    :raises PositionError: if one is missing, is no number, or lies on no map
    """
    texts = (lat.strip(), lng.strip())
    if texts == ("", ""):
        return None
    if any(len(text) > _SIGNS or not text.isascii() for text in texts):
        raise PositionError("no number")
    try:
        numbers = [Decimal(text) for text in texts]
    except InvalidOperation as error:
        raise PositionError("no number") from error
    if not all(number.is_finite() for number in numbers):
        raise PositionError("no finite number")
    check_position(*numbers)
    return Position(*(number.quantize(_STEP) for number in numbers))


def distance_m(one: Position, other: Position) -> int:
    """Return the distance along the surface in whole metres, by the haversine formula."""
    lat, other_lat = radians(one.lat), radians(other.lat)
    half_lat, half_lng = (other_lat - lat) / 2, (radians(other.lng) - radians(one.lng)) / 2
    chord = sin(half_lat) ** 2 + cos(lat) * cos(other_lat) * sin(half_lng) ** 2
    return round(2 * EARTH_RADIUS_M * asin(min(1.0, sqrt(chord))))


def nearness(lat: Any, lng: Any, here: Position) -> ColumnElement[float]:
    """Return an SQL value by which rows sort from near to far, good within a country.

    Degrees of longitude shrink towards the poles; neither database is sure to know a cosine, so it is computed here.
    """
    away_lat = cast(lat, Float) - float(here.lat)
    away_lng = func.abs(cast(lng, Float) - float(here.lng))
    shorter = case((away_lng > 180, 360 - away_lng), else_=away_lng) * cos(radians(here.lat))  # noqa: PLR2004 -- degrees
    return away_lat * away_lat + shorter * shorter
