"""The demo company as its tests make it: on a fixed day, small."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from auth.actor import AnySession
from services.seed.demo import DemoResult, seed_demo

TODAY = date(2026, 3, 2)
#: The midnight in Shanghai at which that day begins.
NOW = datetime(2026, 3, 1, 16, tzinfo=UTC)
PASSWORD = "a password of the demo"
NAMED = ("admin", "boss", "lead-east", "lead-west", "amy", "ben", "vera")


def seed(session: AnySession, regions_file: Path, **options: Any) -> DemoResult:
    """Run the demo seed with 60 customers and seed 7 unless told otherwise."""
    defaults = {"password": PASSWORD, "today": TODAY, "customers": 60, "seed": 7}
    return seed_demo(session, regions_file=regions_file, **{**defaults, **options})
