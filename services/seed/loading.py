"""Inserts the drafts of the demo company's customers."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from sqlalchemy.orm import Session

from models import Contact, Customer, CustomerFollower, FollowUp, Visit
from services.customers import next_customer_codes
from services.seed.drafts import Draft, draft_customers
from services.seed.rows import insert_rows
from services.seed.world import World

#: Customers drafted and inserted together.
_BATCH = 1_000
#: Upper dealers are chosen among the last so many of a tier.
_DEALERS_KEPT = 500


def add_customers(session: Session, world: World, count: int) -> None:
    """Draft and insert customers with what hangs on them, batch by batch, so that memory stays small. Flushes.

    :param session: an unfiltered session
    """
    codes = next_customer_codes(session, count)
    drafts = draft_customers(world, codes)
    dealers: dict[int, list[int]] = {0: [], 1: []}
    while batch := tuple(islice(drafts, _BATCH)):
        _insert_customers(session, world, batch, dealers)
        _insert_records(session, batch)


def _insert_customers(session: Session, world: World, drafts: tuple[Draft, ...], dealers: dict[int, list[int]]) -> None:
    """Insert tier by tier, so that each finds its upper dealer; the drafts' rows learn their ids."""
    for tier in (0, 1, 2):
        here = [draft for draft in drafts if draft.tier == tier]
        above = dealers.get(tier - 1)
        for draft in here:
            draft.row["parent_customer_id"] = world.rng.choice(above) if above else None
        ids = insert_rows(session, Customer, [draft.row for draft in here])
        if tier in dealers:
            dealers[tier] = [*dealers[tier], *ids][-_DEALERS_KEPT:]


def _insert_records(session: Session, drafts: tuple[Draft, ...]) -> None:
    """Insert what hangs on the customers of the drafts."""
    insert_rows(session, CustomerFollower, list(_follower_rows(drafts)))
    contacts = [row | {"customer_id": draft.row["id"]} for draft in drafts for row in draft.contacts]
    contact_ids = iter(insert_rows(session, Contact, contacts))
    follow_ups, visits = [], []
    for draft in drafts:
        own_ids = [next(contact_ids) for _ in draft.contacts]
        keys = {"customer_id": draft.row["id"]}
        follow_ups += [row | keys | {"contact_id": own_ids[row["contact_id"]]} for row in draft.follow_ups]
        visits += [row | keys for row in draft.visits]
    insert_rows(session, FollowUp, follow_ups)
    insert_rows(session, Visit, visits)


def _follower_rows(drafts: tuple[Draft, ...]) -> Iterator[dict[str, Any]]:
    for draft in drafts:
        for colleague in draft.co_followers:
            yield {
                "customer_id": draft.row["id"],
                "employee_id": colleague.id,
                "added_by_id": draft.row["owner_id"],
                "added_at": draft.row["created_at"],
            }
