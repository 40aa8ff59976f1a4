"""Carries a planned hand-over out, by statements about many customers at once."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import CursorResult, and_, delete, insert, select, update
from sqlalchemy.orm.exc import StaleDataError

from auth.actor import AnySession, get_actor
from auth.visibility import among, dialect_of
from models import Customer, CustomerFollower
from models.audit_action import AuditAction
from models.scope import UnfilteredReason, unfiltered
from models.types import utc_now
from services import audit
from services.customers.lifecycle import follower_changes, owner_changes
from services.customers.people import names_of
from services.handover.planning import Move, Plan
from services.handover.visits import give_visits

#: Customers of one statement.
BATCH = 5_000


def hand_over(session: AnySession, found: Plan) -> None:
    """Write a plan that was made with its customers locked; each customer gets its entry in the audit log. Flushes.

    Followers come before owners: as long as the owner is the old one, the actor sees what is written.

    :raises StaleDataError: if a customer was changed all the same
    """
    names = names_of(session, _everybody(found))
    give_visits(session, found.giver.id, _taken_visits(found))
    _end_followings(session, found.moves)
    _begin_followings(session, found.moves)
    _update(session, [move.customer.id for move in found.moves if not move.has_new_owner], {})
    for share in found.shares:
        receiver = share.receiver
        owner_id = None if receiver is None else receiver.id
        moved: dict[str, Any] = {"owner_id": owner_id}
        if receiver is not None:
            moved["department_id"] = receiver.department_id
        ids = [move.customer.id for move in found.moves if move.has_new_owner and move.owner_id == owner_id]
        _update(session, ids, moved, old_owner_id=found.giver.id)
    _note(session, found, names)


def _taken_visits(found: Plan) -> dict[int, list[int]]:
    """Return id of a colleague -> ids of the planned visits that come along."""
    taken: dict[int, list[int]] = {}
    for move in found.moves:
        if move.taker_id is not None and move.customer.id in found.visits:
            taken.setdefault(move.taker_id, []).extend(found.visits[move.customer.id])
    return taken


def _everybody(found: Plan) -> set[int]:
    people = {found.giver.id}
    for move in found.moves:
        people |= move.before | move.after | {id_ for id_ in (move.owner_id, move.customer.owner_id) if id_ is not None}
    return people


def _end_followings(session: AnySession, moves: Sequence[Move]) -> None:
    """Delete the co-followers who go: those who go everywhere by few statements, whoever they are."""
    going: dict[int, list[int]] = {}
    for move in moves:
        for employee_id in move.before - move.after:
            going.setdefault(employee_id, []).append(move.customer.id)
    dialect = dialect_of(session)
    if not going:
        return
    query = select(CustomerFollower.id, CustomerFollower.customer_id, CustomerFollower.employee_id)
    wanted = {(customer_id, employee_id) for employee_id, ids in going.items() for customer_id in ids}
    customer_ids = sorted({customer_id for customer_id, _ in wanted})
    for batch in _batches(customer_ids):
        rows = session.execute(query.where(among(CustomerFollower.customer_id, batch, dialect)))
        row_ids = [row.id for row in rows if (row.customer_id, row.employee_id) in wanted]
        gone = delete(CustomerFollower).where(among(CustomerFollower.id, row_ids, dialect))
        session.execute(gone.execution_options(synchronize_session=False))


def _begin_followings(session: AnySession, moves: Sequence[Move]) -> None:
    """Add the co-followers who come. That the actor may is what the plan has asked."""
    actor = get_actor(session)
    added_by_id = actor.id if actor is not None else None
    rows = [
        {"customer_id": move.customer.id, "employee_id": employee_id, "added_by_id": added_by_id}
        for move in moves
        for employee_id in sorted(move.after - move.before)
    ]
    if rows:
        with unfiltered(session, UnfilteredReason.NEW_ROW) as every:
            every.execute(insert(CustomerFollower), rows)


def _update(
    session: AnySession, customer_ids: Sequence[int], values: Mapping[str, Any], *, old_owner_id: int | None = None
) -> None:
    """Write values to customers, and count their versions up: whoever looked at them before is stale.

    :raises StaleDataError: if one of them is not there any more, or has another owner
    """
    actor, dialect = get_actor(session), dialect_of(session)
    stamp = {"version": Customer.version + 1, "updated_at": utc_now()}
    if actor is not None:
        stamp["updated_by_id"] = actor.id
    for batch in _batches(sorted(customer_ids)):
        criterion = among(Customer.id, batch, dialect)
        if old_owner_id is not None:
            criterion = and_(criterion, Customer.owner_id == old_owner_id)
        written = update(Customer).where(criterion).values({**stamp, **values})
        result = session.execute(written.execution_options(synchronize_session=False))
        if isinstance(result, CursorResult) and result.rowcount != len(batch):
            raise StaleDataError(f"{result.rowcount} of {len(batch)} customers are as they were")


def _note(session: AnySession, found: Plan, names: Mapping[int, str]) -> None:
    noted: dict[AuditAction, dict[int, dict[str, Any]]] = {}
    for move in found.moves:
        changes: dict[str, Any] = {**follower_changes(names, move.before, move.after)}
        if move.has_new_owner:
            action = AuditAction.TRANSFER
            changes = owner_changes(names, move.customer.owner_id, move.owner_id) | changes
        else:
            is_given = bool(move.after - move.before)
            action = AuditAction.ADD_CO_FOLLOWER if is_given else AuditAction.REMOVE_CO_FOLLOWER
        if move.customer.id in found.visits:
            changes["planned_visits"] = len(found.visits[move.customer.id])
        noted.setdefault(action, {})[move.customer.id] = changes
    for action, entries in noted.items():
        audit.record_rows(session, action, Customer, entries)


def _batches(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))
