"""Customers of the demo company, drafted in memory with their followers, contacts, follow-ups and visits.

A draft holds the columns of its rows; ids of customers and contacts are filled in when they are inserted.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from models import Customer
from models.enums import Visibility
from models.names import name_initials, name_key
from services.seed import records, words
from services.seed.log_ins import NAMED_LOG_INS
from services.seed.people import Owner
from services.seed.world import BRANCHES, Place, World

#: Share of private customers, in per cent.
PRIVATE_PERCENT = 10
_POOL_PERCENT = 4
_CO_FOLLOWED_PERCENT = 10
_NAMED = frozenset(named.login for named in NAMED_LOG_INS)
#: Each named log-in owns one public and one private customer, whatever else chance gives it.
CERTAIN_COUNT = 2 * len(NAMED_LOG_INS)
#: The oldest customers are so many days old, the youngest so many.
_OLDEST_DAYS, _YOUNGEST_DAYS = 720, 5
#: A customer's place in the chain of dealers: agent, second tier, shop; with weights.
_TIERS, _TIER_WEIGHTS = (0, 1, 2), (70, 22, 8)
#: Degrees; about 9 km.
_SPREAD = 0.08


@dataclass(slots=True)
class Draft:
    """A customer to be inserted."""

    row: dict[str, Any]
    owner: Owner | None
    #: 0 has no upper dealer, 1 has one of tier 0, 2 one of tier 1.
    tier: int
    co_followers: list[Owner] = field(default_factory=list)
    contacts: list[dict[str, Any]] = field(default_factory=list)
    follow_ups: list[dict[str, Any]] = field(default_factory=list)
    visits: list[dict[str, Any]] = field(default_factory=list)


def draft_customers(world: World, codes: Sequence[str]) -> Iterator[Draft]:
    """Yield one draft per code; the first ones are those that the named log-ins own for certain."""
    private, pool = _private_and_pool(world, len(codes))
    owners = {owner.login: owner for owner in world.owners}
    for index, code in enumerate(codes):
        certain = owners[NAMED_LOG_INS[index // 2].login] if index < CERTAIN_COUNT else None
        draft = _draft(world, certain=certain, is_private=index in private, is_pool=index in pool)
        draft.row["code"] = code
        yield draft


def _private_and_pool(world: World, count: int) -> tuple[set[int], set[int]]:
    """Return the places of the private customers, a tenth in all, and of those in the pool."""
    private = set(range(1, CERTAIN_COUNT, 2))
    free = range(CERTAIN_COUNT, count)
    wanted = max(0, count * PRIVATE_PERCENT // 100 - len(private))
    private |= set(world.rng.sample(free, min(wanted, len(free))))
    others = [index for index in free if index not in private]
    return private, set(world.rng.sample(others, min(count * _POOL_PERCENT // 100, len(others))))


def _draft(world: World, *, certain: Owner | None, is_private: bool, is_pool: bool) -> Draft:
    rng = world.rng
    branch = (certain.branch if certain else "") or rng.choices(BRANCHES, (6, 4))[0]
    owner = None if is_pool else certain or world.owner_decks[branch].draw(rng)
    place = world.draw_place(branch)
    created_on = world.today - timedelta(days=rng.randint(_YOUNGEST_DAYS, _OLDEST_DAYS))
    row = {
        **_company(world, place),
        **_address(world, place),
        "owner_id": owner.id if owner else None,
        "department_id": owner.department_id if owner else None,
        "created_by_id": owner.id if owner else None,
        "visibility": (Visibility.PRIVATE if is_private else Visibility.PUBLIC).value,
    }
    draft = Draft(row, owner, tier=0 if certain else rng.choices(_TIERS, _TIER_WEIGHTS)[0])
    row |= _dictionary_values(world, draft.tier)
    # people may only see what their own log-in was promised, so nobody else follows a named log-in's customers
    if owner and owner.login not in _NAMED and world.chance(_CO_FOLLOWED_PERCENT):
        draft.co_followers = _co_followers(world, owner, branch, is_private=is_private)
    _add_records(world, draft, created_on)
    return draft


def _company(world: World, place: Place) -> dict[str, Any]:
    """Return industry and names; a name is given once."""
    rng = world.rng
    industry_id, root = rng.choice(world.industries) if world.industries else (None, "")
    city = place.district.city.removesuffix("市")
    while True:
        brand = rng.choice(words.FIRST_SIGNS) + rng.choice(words.SECOND_SIGNS)
        trade = rng.choice(words.TRADE_WORDS.get(root, words.TRADE_WORDS[""]))
        name = f"{city}{brand}{trade}{rng.choice(words.LEGAL_FORMS)}"
        if name_key(name) not in world.names:
            break
    world.names.add(name_key(name))
    website = f"https://{name_initials(brand + trade)}.example.com" if world.chance(20) else None
    return {
        **Customer.name_columns(name),
        "short_name": brand + trade,
        "industry_id": industry_id,
        "website": website,
        "remark": rng.choice(words.REMARKS) if world.chance(15) else None,
    }


def _address(world: World, place: Place) -> dict[str, Any]:
    rng, district = world.rng, place.district
    street = f"{rng.choice(words.STREETS)}{rng.randint(1, 999)}号"
    above = district.city if district.city == district.province else district.province + district.city
    lat = lng = None
    phone = world.faker.phone_number()
    if place.city:
        lat = round(place.city.lat + rng.uniform(-_SPREAD, _SPREAD), 6)
        lng = round(place.city.lng + rng.uniform(-_SPREAD, _SPREAD), 6)
        phone = f"{place.city.area_code}-{rng.randint(2_000_000, 8_999_999) * 10 + rng.randrange(10)}"
    return {
        "region_id": district.id,
        "province": district.province,
        "city": district.city,
        "district": district.district,
        "address": f"{above}{district.district}{street}",
        "lat": lat,
        "lng": lng,
        "phone": phone,
    }


def _dictionary_values(world: World, tier: int) -> dict[str, Any]:
    """Return channel, grade, source and special price; agents stand above second tier and key accounts."""
    channels = world.values["channel_type"]
    channel_id = channels[min(tier, len(channels) - 1)][0] if channels else None
    return {
        "channel_type_id": channel_id,
        "grade_id": world.draw_id("customer_grade"),
        "source_id": world.draw_id("customer_source"),
        "price_level_id": world.draw_id("price_level") if world.chance(2) else None,
    }


def _co_followers(world: World, owner: Owner, branch: str, *, is_private: bool) -> list[Owner]:
    """Return one or two colleagues; a private customer is shared with no named log-in."""
    drawn = [world.owner_decks[branch].draw(world.rng) for _ in range(world.rng.randint(1, 2))]
    distinct = {colleague.id: colleague for colleague in drawn if colleague.id != owner.id}
    return [colleague for colleague in distinct.values() if not (is_private and colleague.login in _NAMED)]


def _add_records(world: World, draft: Draft, created_on: date) -> None:
    """Add contacts and, where somebody follows, follow-ups and visits; derive what the customer keeps of them."""
    row = draft.row
    created_at = world.moment(created_on, first_hour=8, last_hour=8)
    draft.contacts = records.draft_contacts(world, created_at)
    progress = world.rng.randint(0, 2)
    if draft.owner:
        followers = [draft.owner, *draft.co_followers]
        draft.follow_ups, progress = records.draft_follow_ups(world, draft.contacts, followers, created_on, progress)
        draft.visits = records.draft_visits(world, row, followers, created_on)
    done = [visit["check_in_at"] for visit in draft.visits if visit["check_in_at"]]
    last_followed_at = max((follow_up["created_at"] for follow_up in draft.follow_ups), default=None)
    last_visited_at = max(done, default=None)
    row |= {
        **records.standing(world, progress),
        "created_at": created_at,
        "updated_at": max(filter(None, (created_at, last_followed_at, last_visited_at))),
        "geocoded_at": created_at if row["lat"] is not None else None,
        "last_followed_at": last_followed_at,
        "last_visited_at": last_visited_at,
        "parent_customer_id": None,
    }
