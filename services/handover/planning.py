"""Plans a hand-over: which customer goes to whom, and who follows it then. Nothing is written here.

The rules of a transfer are ``services.customers.lifecycle``'s; here they are asked for each colleague's share at once.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import load_only

from auth.actor import Actor, AnySession, get_actor
from auth.errors import HiddenRowError, PermissionDeniedError
from auth.visibility import among, dialect_of
from models import Customer, CustomerFollower, Employee
from models.enums import Permission
from services.bulk import TooManyRowsError
from services.customers.lifecycle import check_transfer, co_followers_after
from services.customers.people import active_employees
from services.customers.rights import transferable_ids
from services.handover.asking import CoFollowing, Handover, Split
from services.handover.visits import planned_visits
from services.listing import Listing, filtered_statement

#: How many customers one hand-over may be about.
MAX_CUSTOMERS = 20_000
#: What is read of a customer.
_READ = (
    Customer.id,
    Customer.name,
    Customer.owner_id,
    Customer.visibility,
    Customer.grade_id,
    Customer.region_id,
    Customer.version,
)


@dataclass(frozen=True, slots=True)
class Move:
    """What becomes of one customer."""

    customer: Customer
    owner_id: int | None
    #: Co-followers now, and afterwards.
    before: frozenset[int]
    after: frozenset[int]

    @property
    def has_new_owner(self) -> bool:
        """Tell whether the customer gets another owner, or goes to the pool."""
        return self.owner_id != self.customer.owner_id

    @property
    def taker_id(self) -> int | None:
        """Return who takes the place of the one who gives, as owner or as co-follower; None for nobody."""
        return self.owner_id if self.has_new_owner else next(iter(self.after - self.before), None)


@dataclass(frozen=True, slots=True)
class Share:
    """What one colleague takes, or the pool (None)."""

    receiver: Employee | None
    #: Customers that change their owner, and those that only get another co-follower.
    owned: int
    co_followed: int
    #: Planned visits that come along.
    visits: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """A hand-over worked out."""

    giver: Employee
    moves: tuple[Move, ...]
    shares: tuple[Share, ...]
    #: Followings of the giver that end, nobody taking their place.
    ended: int
    #: Followings that stay, since the actor may not change them.
    untouched: int
    #: Customer id -> ids of the planned visits to it that are taken over.
    visits: Mapping[int, Sequence[int]] = field(default_factory=dict)

    @property
    def visit_count(self) -> int:
        """Return how many planned visits are taken over."""
        return sum(map(len, self.visits.values()))

    @property
    def customers(self) -> list[Customer]:
        """Return the customers that are about to change."""
        return [move.customer for move in self.moves]


def may_hand_over(actor: Actor, employee_id: int) -> bool:
    """Tell whether somebody may hand over what an employee follows: the company admin; a leader for the own team."""
    is_leader = actor.may(Permission.EDIT_TEAM_CUSTOMERS) and employee_id in actor.team
    return actor.is_company_admin or is_leader


def require_may_hand_over(session: AnySession, employee_id: int) -> Employee:
    """Return the employee whose customers are to be handed over.

    :raises PermissionDeniedError: if the actor may not
    :raises HiddenRowError: if there is no such employee
    """
    actor = get_actor(session)
    if actor is None or not may_hand_over(actor, employee_id):
        raise PermissionDeniedError(f"hand-over from employee {employee_id}")
    employee = session.get(Employee, employee_id)
    if employee is None:
        raise HiddenRowError(f"employee {employee_id}")
    return employee


def plan(session: AnySession, asked: Handover, *, is_locking: bool = False) -> Plan:
    """Work out a hand-over. The number of statements grows with the colleagues, not with the customers.

    :param is_locking: keep others from changing the customers till the end of the transaction
    :raises PermissionDeniedError: if the actor may not hand over from the employee, or not to a colleague outside
    :raises HiddenRowError: if there is no such employee
    :raises NoReceiverError: if nobody takes the customers
    :raises InactiveEmployeeError: if a colleague has left
    :raises PrivateNeedsOwnerError: if private customers were to go to the pool; it names them
    :raises TooManyRowsError: if there are more than one hand-over may be about
    :raises BadFilterError: if a filter cannot be read
    """
    giver = require_may_hand_over(session, asked.employee_id)
    receivers = asked.receivers()
    people = {person.id: person for person in active_employees(session, filter(None, receivers))}
    owned = _customers(session, asked, Customer.owner_id == giver.id, is_locking=is_locking)
    divided = dict(zip(receivers, _divided(owned, len(receivers), asked.split), strict=True))
    for receiver_id, share in divided.items():
        check_transfer(session, share, receiver_id)
    shared, untouched = _co_followed(session, asked, receivers, is_locking=is_locking)
    present = _co_followers(session, [*owned, *shared])
    moves = [
        Move(customer, receiver_id, present[customer.id], _after(asked, present[customer.id], receiver_id))
        for receiver_id, share in divided.items()
        for customer in share
    ]
    settled = [_settled(asked, *pair, present) for pair in zip(shared, cycle(receivers), strict=False)]
    taken = Counter(receiver_id for receiver_id, _ in settled)
    moves += [move for _, move in settled]
    visits = _visits(session, asked, moves, is_locking=is_locking)
    coming: Counter[int | None] = Counter()
    for move in moves:
        coming[move.taker_id] += len(visits.get(move.customer.id, ()))
    return Plan(
        giver=giver,
        moves=tuple(moves),
        shares=tuple(
            Share(
                people.get(receiver_id or 0),
                len(share),
                taken[receiver_id] if receiver_id is not None else 0,
                coming[receiver_id],
            )
            for receiver_id, share in divided.items()
        ),
        ended=taken[None],
        untouched=untouched,
        visits=visits,
    )


def _visits(session: AnySession, asked: Handover, moves: Iterable[Move], *, is_locking: bool) -> dict[int, list[int]]:
    """Return customer id -> ids of the planned visits that somebody takes over with it."""
    ids = [move.customer.id for move in moves if move.taker_id is not None]
    if asked.leave_visits or not ids:
        return {}
    return planned_visits(session, asked.employee_id, ids, is_locking=is_locking)


def _customers(session: AnySession, asked: Handover, criterion: Any, *, is_locking: bool) -> list[Customer]:
    """Return the customers that meet a criterion and the filters. One statement."""
    query: Select[Any] = filtered_statement(session, Customer, Listing(filters=tuple(asked.filters)))
    query = query.where(criterion).order_by(Customer.id).options(load_only(*_READ)).limit(MAX_CUSTOMERS + 1)
    if is_locking:
        query = query.with_for_update(of=Customer).execution_options(populate_existing=True)
    found = list(session.scalars(query))
    if len(found) > MAX_CUSTOMERS:
        raise TooManyRowsError(MAX_CUSTOMERS)
    return found


def _co_followed(
    session: AnySession, asked: Handover, receivers: Sequence[int | None], *, is_locking: bool
) -> tuple[list[Customer], int]:
    """Return the customers whose co-following by the giver is to change, and how many the actor may not change."""
    if asked.co_following is CoFollowing.KEEP:
        return [], 0
    following = select(CustomerFollower.customer_id).where(CustomerFollower.employee_id == asked.employee_id)
    found = _customers(session, asked, Customer.id.in_(following), is_locking=is_locking)
    allowed = {customer.id for customer in found}
    for receiver_id in receivers if asked.co_following is CoFollowing.GIVE else [None]:
        allowed &= transferable_ids(session, allowed, receiver_id)
    return [customer for customer in found if customer.id in allowed], len(found) - len(allowed)


def _co_followers(session: AnySession, customers: Iterable[Customer]) -> dict[int, frozenset[int]]:
    """Return customer id -> co-followers. One statement."""
    found: dict[int, set[int]] = {customer.id: set() for customer in customers}
    query = select(CustomerFollower.customer_id, CustomerFollower.employee_id)
    for customer_id, employee_id in session.execute(
        query.where(among(CustomerFollower.customer_id, found, dialect_of(session)))
    ):
        found[customer_id].add(employee_id)
    return {customer_id: frozenset(followers) for customer_id, followers in found.items()}


def _after(asked: Handover, present: frozenset[int], receiver_id: int | None) -> frozenset[int]:
    return frozenset(
        co_followers_after(
            asked.employee_id,
            present,
            receiver_id,
            keep_as_co_follower=asked.keep_as_co_follower,
            remove_followers=asked.remove_followers,
        )
    )


def _settled(
    asked: Handover, customer: Customer, receiver_id: int | None, present: Mapping[int, frozenset[int]]
) -> tuple[int | None, Move]:
    """Return who takes the giver's place as co-follower, and the move.

    Nobody takes it where the following ends, or where the colleague follows the customer already.
    """
    before = present[customer.id]
    if asked.co_following is CoFollowing.END or receiver_id == customer.owner_id or receiver_id in before:
        receiver_id = None
    gained = frozenset() if receiver_id is None else frozenset([receiver_id])
    return receiver_id, Move(customer, customer.owner_id, before, (before - {asked.employee_id}) | gained)


def _divided(customers: Sequence[Customer], count: int, split: Split) -> list[list[Customer]]:
    """Return so many shares."""
    shares: list[list[Customer]] = [[] for _ in range(count)]
    if split is Split.REGION:
        regions: dict[int, list[Customer]] = {}
        for customer in customers:
            regions.setdefault(customer.region_id or 0, []).append(customer)
        for region in sorted(regions.values(), key=lambda found: (-len(found), found[0].region_id or 0)):
            min(shares, key=len).extend(region)
        return shares
    alike = sorted(customers, key=lambda customer: (customer.grade_id or 0, customer.region_id or 0, customer.id))
    for customer, share in zip(alike, cycle(shares), strict=False):
        share.append(customer)
    return shares
