"""The ready-made lists of grades (DOMAIN 2.4), to choose from as long as no customer has a grade."""

from typing import Any

from sqlalchemy import exists, select

from auth.actor import AnySession
from models import Customer, CustomerGrade
from models.audit_action import AuditAction
from models.names import name_key
from models.scope import UnfilteredReason, unfiltered
from services import audit
from services.dictionaries.errors import PresetRefusedError
from services.dictionaries.values import require_shaping
from services.ordering import lock_order
from services.seed.defaults import COLOURS, GRADE_PRESETS


def offered_presets(session: AnySession) -> dict[str, tuple[str, ...]]:
    """Return the presets that may be loaded now, by key, the one that stands there already left out."""
    if _are_grades_used(session):
        return {}
    present = tuple(session.scalars(select(CustomerGrade.name).order_by(CustomerGrade.sort_order)))
    return {key: names for key, names in GRADE_PRESETS.items() if names != present}


def load_preset(session: AnySession, key: str) -> None:
    """Make the grades those of a preset, in its order; a grade that is in both stays as it is. Flushes.

    :raises PermissionDeniedError: if the session's actor may not shape the grades
    :raises PresetRefusedError: if customers have grades
    :raises KeyError: if there is no such preset
    """
    names = GRADE_PRESETS[key]
    require_shaping(session, CustomerGrade)
    lock_order(session, CustomerGrade)
    if _are_grades_used(session):
        raise PresetRefusedError(key)
    present: dict[str, Any] = {grade.name_key: grade for grade in session.scalars(select(CustomerGrade))}
    before = [grade.name for grade in sorted(present.values(), key=lambda grade: grade.sort_order)]
    kept = {name_key(name): present.pop(name_key(name), None) for name in names}
    for grade in present.values():
        session.delete(grade)
    session.flush()
    for place, name in enumerate(names, start=1):
        grade = kept[name_key(name)]
        if grade is None:
            session.add(CustomerGrade(name=name, colour=COLOURS.get(name), sort_order=place))
        else:
            grade.sort_order = place
    session.flush()
    audit.record(session, AuditAction.LOAD_PRESET, CustomerGrade, {"values": [before, list(names)]})
    session.flush()


def _are_grades_used(session: AnySession) -> bool:
    with unfiltered(session, UnfilteredReason.IN_USE_COUNT) as every:
        return bool(every.scalar(select(exists().where(Customer.grade_id.is_not(None)))))
