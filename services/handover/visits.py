"""The visits that the one who gives has planned and not begun: whoever takes the customer takes them over."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select, update

from auth.actor import AnySession, get_actor
from auth.visibility import among, dialect_of
from models import Visit
from services.visit_status import OVERDUE, TO_VISIT

#: Visits that can be taken over.
_IS_PLANNED = (Visit.check_in_at.is_(None), Visit.status.in_((TO_VISIT, OVERDUE)))


def planned_visits(
    session: AnySession, giver_id: int, customer_ids: Iterable[int], *, is_locking: bool
) -> dict[int, list[int]]:
    """Return customer id -> ids of the visits to it that somebody has planned, without empty ones. One statement."""
    is_meant = among(Visit.customer_id, customer_ids, dialect_of(session))
    query = select(Visit.customer_id, Visit.id).where(Visit.user_id == giver_id, is_meant, *_IS_PLANNED)
    if is_locking:
        query = query.with_for_update(of=Visit)
    found: dict[int, list[int]] = {}
    for customer_id, visit_id in session.execute(query.order_by(Visit.id)):
        found.setdefault(customer_id, []).append(visit_id)
    return found


def give_visits(session: AnySession, giver_id: int, taken: Mapping[int, Sequence[int]]) -> None:
    """Let colleagues have planned visits of somebody, before the customers go to them. One statement a colleague.

    :param taken: id of a colleague -> ids of visits
    """
    actor, dialect = get_actor(session), dialect_of(session)
    for employee_id, visit_ids in taken.items():
        written = update(Visit).where(among(Visit.id, visit_ids, dialect), Visit.user_id == giver_id, *_IS_PLANNED)
        written = written.values(user_id=employee_id, version=Visit.version + 1)
        if actor is not None:
            written = written.values(updated_by_id=actor.id)
        session.execute(written.execution_options(synchronize_session=False))
