"""Contacts, follow-ups and visits of the demo company's customers."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from math import asin, cos, radians, sin, sqrt
from typing import Any

from models import Contact
from models.enums import CONTACT_ROLE_LABELS
from services.seed import words
from services.seed.people import Owner
from services.seed.world import World

_EARTH_RADIUS_M = 6_371_000
_METHODS, _METHOD_WEIGHTS = ("phone", "on_site", "wechat", "email", "other"), (40, 20, 30, 8, 2)
_OTHER_ROLES = tuple(role for role in CONTACT_ROLE_LABELS if role != "decision_maker")
#: Visits still to come and missed ones are so many in a hundred of all.
_COMING_PERCENT, _OVERDUE_PERCENT = 14, 8
#: How far ahead people plan, how long ago a visit was missed at most, in days.
_COMING_DAYS, _OVERDUE_DAYS = 7, 14
#: Degrees between check-in and customer: about 200 m; one check-in in so many stands ten times as far.
_CHECK_IN_SPREAD, _FAR_EVERY = 0.0015, 20


def draft_contacts(world: World, created_at: datetime) -> list[dict[str, Any]]:
    """Return the rows of one to three contacts; the first is the primary one and decides."""
    count = world.rng.randint(1, 3)
    return [_contact(world, created_at, is_primary=place == 0) for place in range(count)]


def _contact(world: World, created_at: datetime, *, is_primary: bool) -> dict[str, Any]:
    rng, faker = world.rng, world.faker
    gender = rng.choice(("female", "male"))
    role = "decision_maker" if is_primary else rng.choice(_OTHER_ROLES)
    mobile = faker.phone_number()
    birthday = date(rng.randint(1962, 1999), rng.randint(1, 12), rng.randint(1, 28))
    return {
        **Contact.name_columns(faker.name_female() if gender == "female" else faker.name_male()),
        "role": role,
        "position": rng.choice(words.POSITIONS[role]),
        "is_primary": is_primary,
        "mobile": mobile,
        "wechat": f"wx{mobile[-8:]}" if world.chance(50) else None,
        "email": f"{mobile}@example.com" if world.chance(25) else None,
        "gender": gender,
        "birthday": birthday if world.chance(60) else None,
        "created_at": created_at,
        "updated_at": created_at,
    }


def draft_follow_ups(
    world: World, contacts: Sequence[Mapping[str, Any]], followers: Sequence[Owner], created_on: date, progress: int
) -> tuple[list[dict[str, Any]], int]:
    """Return the rows of up to five follow-ups, oldest first, and the progress after them.

    A row's ``contact_id`` is the place of the contact among ``contacts`` until that is inserted.

    :param progress: place in the dictionary of progress at the beginning
    """
    rng = world.rng
    yesterday = world.today - timedelta(days=1)
    days = [world.day_between(created_on + timedelta(days=1), yesterday) for _ in range(rng.randint(0, 5))]
    last = len(world.values["follow_up_progress"]) - 1
    rows = []
    for at in sorted(map(world.moment, days)):
        before, progress = progress, min(last, progress + rng.choice((0, 0, 1, 1, 2)))
        contact = rng.randrange(len(contacts))
        row = _follow_up(
            world, rng.choice(followers), at, contact=contact, name=contacts[contact]["name"], place=progress
        )
        is_moved = progress != before
        row["progress_before_id"] = _progress_id(world, before) if is_moved else None
        row["progress_after_id"] = _progress_id(world, progress) if is_moved else None
        rows.append(row)
    if rows and world.chance(50):
        promised_at = world.moment(world.today + timedelta(days=rng.randint(-3, 10)))
        rows[-1]["next_follow_at"] = max(promised_at, rows[-1]["created_at"] + timedelta(days=1))
    return rows, progress


def _follow_up(world: World, author: Owner, at: datetime, *, contact: int, name: str, place: int) -> dict[str, Any]:
    texts = words.FOLLOW_UP_TEXTS[min(place, len(words.FOLLOW_UP_TEXTS) - 1)]
    return {
        "author_id": author.id,
        "contact_id": contact,
        "method": world.rng.choices(_METHODS, _METHOD_WEIGHTS)[0],
        "content": world.rng.choice(texts).format(contact=name),
        "next_follow_at": None,
        "created_by_id": author.id,
        "created_at": at,
        "updated_at": at,
    }


def draft_visits(
    world: World, customer: Mapping[str, Any], followers: Sequence[Owner], created_on: date
) -> list[dict[str, Any]]:
    """Return the rows of up to three visits: done, missed, or planned for the coming days."""
    return [
        _visit(world, customer, world.rng.choice(followers), created_on)
        for _ in range(world.rng.choice((0, 0, 1, 1, 2, 3)))
    ]


def _visit(world: World, customer: Mapping[str, Any], user: Owner, created_on: date) -> dict[str, Any]:
    chance = world.rng.random() * 100
    if chance < _COMING_PERCENT:
        planned = world.moment(world.today + timedelta(days=world.rng.randint(1, _COMING_DAYS)))
        status, created_at = "to_visit", world.moment(world.today - timedelta(days=1))
    elif chance < _COMING_PERCENT + _OVERDUE_PERCENT:
        missed_on = world.today - timedelta(days=world.rng.randint(1, _OVERDUE_DAYS))
        planned = world.moment(max(created_on, missed_on))
        status, created_at = "to_visit", planned - timedelta(days=1)
    else:
        return _done_visit(world, customer, user, created_on)
    return _visit_row(user, created_at, type="planned", status=status, planned_at=planned)


def _done_visit(world: World, customer: Mapping[str, Any], user: Owner, created_on: date) -> dict[str, Any]:
    rng = world.rng
    check_in_at = world.moment(world.day_between(created_on + timedelta(days=1), world.today - timedelta(days=1)))
    duration_s = rng.randint(10 * 60, 90 * 60)
    is_planned = world.chance(60)
    return _visit_row(
        user,
        check_in_at,
        type="planned" if is_planned else "ad_hoc",
        status="done",
        planned_at=check_in_at + timedelta(minutes=rng.randint(-30, 20)) if is_planned else None,
        check_in_at=check_in_at,
        check_in_address=customer["address"],
        check_out_at=check_in_at + timedelta(seconds=duration_s),
        duration_s=duration_s,
        summary=rng.choice(words.VISIT_TEXTS),
        **_positions(world, customer),
    )


def _positions(world: World, customer: Mapping[str, Any]) -> dict[str, Any]:
    """Return where the visitor stood, in degrees WGS84, and how far from the customer, in metres."""
    lat, lng = customer["lat"], customer["lng"]
    if lat is None:
        return {}
    rng = world.rng
    spread = _CHECK_IN_SPREAD * (10 if rng.randrange(_FAR_EVERY) == 0 else 1)
    here = (round(lat + rng.uniform(-spread, spread), 6), round(lng + rng.uniform(-spread, spread), 6))
    return {
        "check_in_lat": here[0],
        "check_in_lng": here[1],
        "check_out_lat": here[0],
        "check_out_lng": here[1],
        "distance_m": round(_distance_m(here, (lat, lng))),
    }


def _visit_row(user: Owner, created_at: datetime, **values: Any) -> dict[str, Any]:
    """Return a row with every column, so that all visits fit into one statement."""
    row: dict[str, Any] = dict.fromkeys(_VISIT_COLUMNS)
    return (
        row
        | values
        | {
            "user_id": user.id,
            "created_by_id": user.id,
            "created_at": created_at,
            "updated_at": values.get("check_out_at") or created_at,
        }
    )


_VISIT_COLUMNS = (
    "planned_at",
    "check_in_at",
    "check_in_lat",
    "check_in_lng",
    "check_in_address",
    "distance_m",
    "check_out_at",
    "check_out_lat",
    "check_out_lng",
    "duration_s",
    "summary",
)


def _distance_m(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the great-circle distance of two positions in degrees (haversine formula)."""
    lat1, lng1, lat2, lng2 = map(radians, (*one, *other))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lng2 - lng1) / 2) ** 2
    return 2 * _EARTH_RADIUS_M * asin(sqrt(half))


def standing(world: World, progress: int) -> dict[str, Any]:
    """Return the customer's progress and a status that goes with it."""
    values = world.values["follow_up_progress"]
    name = values[progress][1] if progress < len(values) else ""
    likely = words.STATUS_BY_PROGRESS.get(name, ())
    fitting = [status_id for status_id, status in world.values["customer_status"] if status in likely]
    status_id = world.rng.choice(fitting) if fitting else world.draw_id("customer_status")
    return {"progress_id": _progress_id(world, progress), "status_id": status_id}


def _progress_id(world: World, progress: int) -> int | None:
    values = world.values["follow_up_progress"]
    return values[progress][0] if progress < len(values) else None
