"""Positions: what phones send, and how far apart two are."""

from decimal import Decimal

import pytest

from services.customers import PositionError
from services.positions import Position, distance_m, read_position


def at(lat: str, lng: str) -> Position:
    """Return a position."""
    return Position(Decimal(lat), Decimal(lng))


def test_position_is_read_to_six_decimals() -> None:
    assert read_position("30.65749999", " 104.0808 ") == at("30.657500", "104.080800")
    assert read_position("-90", "180") == at("-90", "180")
    assert read_position("", " ") is None


@pytest.mark.parametrize(
    ("lat", "lng"),
    [
        ("91", "104"),
        ("30", "180.1"),
        ("30", ""),
        ("", "104"),
        ("NaN", "104"),
        ("30", "Infinity"),
        ("1e400", "1"),
        ("x", "y"),
        ("３０", "104"),
        ("0" * 40, "1"),
        ("30,5", "104"),
    ],
)
def test_no_position_is_refused(lat: str, lng: str) -> None:
    with pytest.raises(PositionError):
        read_position(lat, lng)


@pytest.mark.parametrize(
    ("one", "other", "metres"),
    [
        (at("30.6575", "104.0808"), at("30.6575", "104.0808"), 0),
        (at("0", "0"), at("0", "1"), 111_195),  # a degree of the equator: 2πR / 360
        (at("0", "179.9995"), at("0", "-179.9995"), 111),
        (at("90", "0"), at("-90", "0"), 20_015_115),  # half of a meridian: πR
        (at("31.2304", "121.4737"), at("39.9042", "116.4074"), 1_067_311),  # Shanghai to Beijing
    ],
    ids=["same", "equator", "date line", "poles", "cities"],
)
def test_distance(one: Position, other: Position, metres: int) -> None:
    assert distance_m(one, other) == pytest.approx(metres, abs=2)
