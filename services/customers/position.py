"""Where a customer is: both coordinates or neither, on the globe (WGS84)."""

from decimal import Decimal

from services.customers.errors import PositionError


def check_position(lat: Decimal | None, lng: Decimal | None) -> None:
    """Let a whole position on the globe pass, or none; degrees.

    :raises PositionError: if one coordinate is missing, or lies outside of its range
    """
    if (lat is None) != (lng is None):
        raise PositionError("latitude and longitude belong together")
    if lat is not None and lng is not None and not (abs(lat) <= 90 and abs(lng) <= 180):  # noqa: PLR2004 -- degrees
        raise PositionError(f"{lat}, {lng} is no position")
