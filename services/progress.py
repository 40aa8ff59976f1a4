"""Work progress 工作进展: how far a customer has come, read from its follow-ups and visits (DOMAIN 1)."""

from typing import Any

from sqlalchemy import Row, func, literal, select, union_all

from auth.actor import AnySession
from models import Employee, FollowUp, FollowUpProgress, Visit

LIMIT = 50


def progress_history(session: AnySession, customer_id: int) -> list[Row[Any]]:
    """Return what moved a customer's progress, the newest first; nothing of a customer that the actor does not see.

    :returns: rows of (at, kind, progress, colour, author_name), kind being ``follow_up`` or ``visit``
    """
    told = (
        select(
            FollowUp.created_at.label("at"),
            literal("follow_up").label("kind"),
            FollowUp.progress_after_id.label("progress_id"),
            FollowUp.author_id.label("author_id"),
        ).where(FollowUp.customer_id == customer_id, FollowUp.progress_after_id.is_not(None)),
        select(
            func.coalesce(Visit.check_out_at, Visit.check_in_at, Visit.created_at).label("at"),
            literal("visit").label("kind"),
            Visit.progress_after_id.label("progress_id"),
            Visit.user_id.label("author_id"),
        ).where(Visit.customer_id == customer_id, Visit.progress_after_id.is_not(None)),
    )
    moves = union_all(*told).subquery()
    query = (
        select(
            moves.c.at,
            moves.c.kind,
            FollowUpProgress.name.label("progress"),
            FollowUpProgress.colour,
            Employee.name.label("author_name"),
        )
        .join(FollowUpProgress, FollowUpProgress.id == moves.c.progress_id)
        .join(Employee, Employee.id == moves.c.author_id, isouter=True)
        .order_by(moves.c.at.desc())
        .limit(LIMIT)
    )
    return list(session.execute(query))
