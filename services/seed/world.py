"""What the makers of demo rows draw from: chance, names, places, dictionaries, owners, days."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import (
    ChannelType,
    CustomerGrade,
    CustomerSource,
    CustomerStatus,
    FollowUpProgress,
    Industry,
    PriceLevel,
)
from services.seed.cities import CITIES, WESTERN_PROVINCES, City
from services.seed.people import Owner
from services.seed.regions import District

T = TypeVar("T")
_ZONE = ZoneInfo("Asia/Shanghai")
BRANCHES = ("east", "west")
#: One customer in so many sits outside the big cities, without a position.
_ELSEWHERE_EVERY = 8


@dataclass(frozen=True, slots=True)
class Deck:
    """Things with weights, drawn by chance."""

    things: Sequence[Any]
    totals: Sequence[int]

    def draw(self, rng: Random) -> Any:
        """Return one of them."""
        return rng.choices(self.things, cum_weights=self.totals)[0]


def deck(pairs: Iterable[tuple[Any, int]]) -> Deck:
    """Build a deck of (thing, weight); what weighs nothing is left out."""
    things, totals, total = [], [], 0
    for thing, weight in pairs:
        if weight:
            total += weight
            things.append(thing)
            totals.append(total)
    return Deck(things, totals)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a customer sits."""

    district: District
    #: None outside the big cities.
    city: City | None

    @property
    def branch(self) -> str:
        """Return the branch that sells there."""
        return "west" if self.district.province in WESTERN_PROVINCES else "east"


def working_moment(rng: Random, day: date, *, first_hour: int = 9, last_hour: int = 17) -> datetime:
    """Return a moment in the working hours of a day in Shanghai, in UTC."""
    clock = time(rng.randint(first_hour, last_hour), rng.randrange(60), rng.randrange(60))
    return datetime.combine(day, clock, _ZONE).astimezone(UTC)


@dataclass(frozen=True)
class World:
    """The demo company while its customers are made."""

    rng: Random
    faker: Any
    #: The day the data looks back from, in Shanghai.
    today: date
    owners: Sequence[Owner]
    owner_decks: Mapping[str, Deck]
    #: Branch -> (big city, its places).
    city_decks: Mapping[str, Deck]
    elsewhere: Mapping[str, Sequence[Place]]
    #: Table name -> (id, name), in order.
    values: Mapping[str, Sequence[tuple[int, str]]]
    #: (id, name of its root) of the industries without one below.
    industries: Sequence[tuple[int, str]]
    #: Keys of the names given so far.
    names: set[str] = field(default_factory=set)

    def moment(self, day: date, *, first_hour: int = 9, last_hour: int = 17) -> datetime:
        """Return a moment in the working hours of a day, in UTC."""
        return working_moment(self.rng, day, first_hour=first_hour, last_hour=last_hour)

    def day_between(self, first: date, last: date) -> date:
        """Return a day from first to last, both included."""
        return first + timedelta(days=self.rng.randint(0, max(0, (last - first).days)))

    def chance(self, percent: float) -> bool:
        """Return true in so many of a hundred cases."""
        return self.rng.random() * 100 < percent

    def draw_place(self, branch: str) -> Place:
        """Return where a customer of a branch sits."""
        elsewhere = self.elsewhere[branch]
        if elsewhere and (not self.city_decks[branch].things or self.rng.randrange(_ELSEWHERE_EVERY) == 0):
            return self.rng.choice(elsewhere)
        return self.rng.choice(self.city_decks[branch].draw(self.rng))

    def draw_id(self, table: str) -> int | None:
        """Return the id of a value of a dictionary, or None if it has none."""
        values = self.values[table]
        return self.rng.choice(values)[0] if values else None


def build_world(
    session: Session, *, rng: Random, faker: Any, today: date, owners: Sequence[Owner], districts: Iterable[District]
) -> World:
    """Read the dictionaries and lay out owners and places."""
    by_name = {city.name: city for city in CITIES}
    places = [Place(district, by_name.get(district.city)) for district in districts]
    return World(
        rng=rng,
        faker=faker,
        today=today,
        owners=owners,
        owner_decks={
            branch: deck((owner, owner.weight) for owner in owners if owner.branch in {branch, ""})
            for branch in BRANCHES
        },
        city_decks={branch: _city_deck(places, branch) for branch in BRANCHES},
        elsewhere={
            branch: [place for place in places if not place.city and place.branch == branch] for branch in BRANCHES
        },
        values={model.__tablename__: _values(session, model) for model in _DICTIONARIES},
        industries=_leaf_industries(session),
    )


_DICTIONARIES: tuple[type[Any], ...] = (
    ChannelType,
    CustomerGrade,
    CustomerSource,
    CustomerStatus,
    FollowUpProgress,
    PriceLevel,
)


def _city_deck(places: Iterable[Place], branch: str) -> Deck:
    by_city: dict[City, list[Place]] = {}
    for place in places:
        if place.city and place.branch == branch:
            by_city.setdefault(place.city, []).append(place)
    return deck((here, city.weight) for city, here in by_city.items())


def _values(session: Session, model: type[Any]) -> list[tuple[int, str]]:
    query = select(model.id, model.name).where(model.is_active).order_by(model.sort_order, model.id)
    return [(row.id, row.name) for row in session.execute(query)]


def _leaf_industries(session: Session) -> list[tuple[int, str]]:
    """Return (id, name of the root) of the active industries of the first two levels that have none below."""
    query = select(Industry.id, Industry.parent_id, Industry.name).where(Industry.is_active)
    rows = session.execute(query.order_by(Industry.id)).all()
    roots = {row.id: row.name for row in rows if row.parent_id is None}
    inner = {row.parent_id for row in rows}
    # offices of the state buy nothing from this company
    leaves = (row for row in rows if row.id not in inner and roots.get(row.parent_id or row.id, "政府") != "政府")
    return [(row.id, roots[row.parent_id or row.id]) for row in leaves]
