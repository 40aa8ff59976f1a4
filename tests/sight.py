"""What the tests of sight changes read of an answer."""

from services.sight_changes import SightChange

#: Gains and losses by name, and the customers concerned.
Found = tuple[dict[str, int], dict[str, int], int]
NOTHING: Found = ({}, {}, 0)


def read(change: SightChange) -> Found:
    """Return a change as names and numbers; its order is a test of its own."""
    gains, losses = ({shift.name: shift.count for shift in shifts} for shifts in (change.gains, change.losses))
    assert change.is_empty == (not gains and not losses)
    return gains, losses, change.customer_count
