"""The deeds on a value: deactivate, reactivate, delete, replace, merge."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import aliased

from auth.actor import AnySession
from models.audit_action import AuditAction
from models.mixins import TreeMixin
from services.dictionaries.errors import SameValueError
from services.dictionaries.impact import impact
from services.dictionaries.undoing import note, snapshot
from services.dictionaries.values import flush_or_stale, locked_value, present_value
from services.dictionaries.writing import Written, move_references, write_field
from services.ordering import forget_order, next_sort_order, siblings
from services.tree_queries import ancestor_ids, height_of
from services.trees import DuplicateNameError, TreeCycleError, TreeDepthError
from services.usage import InUseError

#: Fields that the remaining value takes over where it has none, when the other one is replaced by it.
_INHERITED_BY_REPLACE = ("price_level_id",)
#: The same when the two are merged.
_INHERITED_BY_MERGE = (*_INHERITED_BY_REPLACE, "description", "colour", "head_id")


@dataclass(frozen=True, slots=True)
class Done:
    """What a deed did."""

    #: Name of the value that it was about.
    name: str
    #: What :func:`services.dictionaries.undo` takes; None if nothing had to be done.
    token: int | None
    #: Name of the value that remains, if there were two.
    target: str = ""
    #: Table name -> number of its rows that have the target now.
    moved: Mapping[str, int] = field(default_factory=dict)


def deactivate(session: AnySession, model: Any, value_id: int, *, version: int | None) -> Done:
    """Take a value, and what stands below it, out of the pickers; what has it keeps it. Flushes.

    :param version: the value's version when it was read; without one a stale deed goes through
    :raises PermissionDeniedError: if the session's actor may not shape the dictionary
    :raises UnknownRowError: if there is no such value
    :raises StaleVersionError: if it was changed since it was read
    """
    return _set_active(session, model, value_id, version=version, is_active=False)


def reactivate(session: AnySession, model: Any, value_id: int, *, version: int | None) -> Done:
    """Offer a value again. As :func:`deactivate`."""
    return _set_active(session, model, value_id, version=version, is_active=True)


def delete(session: AnySession, model: Any, value_id: int, *, version: int | None) -> Done:
    """Delete a value that nothing needs; those behind it close up. Flushes.

    :raises InUseError: if it has nodes below, or other rows point at it
    :raises PermissionDeniedError, UnknownRowError, StaleVersionError: as :func:`deactivate`
    """
    value = locked_value(session, model, value_id, version=version)
    _require_unused(session, value)
    return _delete(session, value, AuditAction.DELETE, [])


def replace(session: AnySession, model: Any, value_id: int, *, target_id: int, version: int | None) -> Done:
    """Let everything that has a value have another one, inactive customers included, then delete it. Flushes.

    A grade hands its price level over to one that has none. One UPDATE for each foreign key.

    :raises SameValueError: if the two are one
    :raises InUseError: if nodes stand below it: they are moved, or merged, first
    :raises PermissionDeniedError, UnknownRowError, StaleVersionError: as :func:`deactivate`
    """
    value, target = _pair(session, model, value_id, target_id, version=version)
    child_count = impact(session, model, value_id).children
    if child_count:
        raise InUseError(value.name, uses={}, child_count=child_count)
    written = [*_hand_over(session, value, target, _INHERITED_BY_REPLACE), *move_references(session, value, target_id)]
    return _delete(session, value, AuditAction.REPLACE_VALUE, written, target=target.name)


def merge(session: AnySession, model: Any, value_id: int, *, target_id: int, version: int | None) -> Done:
    """Make one value of two: the target takes everything that has the other one, and what stands below it. Flushes.

    The target takes over price level, description, colour and head where it has none.

    :raises SameValueError: if the two are one
    :raises TreeCycleError: if the target stands below the value
    :raises TreeDepthError: if the tree would become deeper than its model allows
    :raises DuplicateNameError: if both have a node of the same name below them
    :raises PermissionDeniedError, UnknownRowError, StaleVersionError: as :func:`deactivate`
    """
    value, target = _pair(session, model, value_id, target_id, version=version)
    below = _move_children(session, value, target) if isinstance(value, TreeMixin) else []
    inherited = _hand_over(session, value, target, _INHERITED_BY_MERGE)
    written = [*inherited, *below, *move_references(session, value, target_id)]
    return _delete(session, value, AuditAction.MERGE_VALUES, written, target=target.name)


def _set_active(session: AnySession, model: Any, value_id: int, *, version: int | None, is_active: bool) -> Done:
    value = locked_value(session, model, value_id, version=version)
    if value.is_active == is_active:
        return Done(value.name, None)
    written = write_field(session, value, "is_active", is_active)
    flush_or_stale(session)
    action = AuditAction.ACTIVATE if is_active else AuditAction.DEACTIVATE
    return Done(value.name, note(session, action, value, {"name": value.name}, written=[written]))


def _pair(session: AnySession, model: Any, value_id: int, target_id: int, *, version: int | None) -> tuple[Any, Any]:
    """Return the value that goes and the one that remains."""
    value = locked_value(session, model, value_id, version=version)
    if value_id == target_id:
        raise SameValueError(value.name)
    return value, present_value(session, model, target_id)


def _require_unused(session: AnySession, value: Any) -> None:
    found = impact(session, type(value), value.id)
    if found.is_used:
        customers = {"customer": found.customers} if found.customers else {}
        raise InUseError(value.name, uses={**customers, **found.uses}, child_count=found.children)


def _hand_over(session: AnySession, value: Any, target: Any, names: tuple[str, ...]) -> list[Written]:
    """Let the target take over the fields that it has not."""
    return [
        write_field(session, target, name, getattr(value, name))
        for name in names
        if hasattr(value, name) and getattr(value, name) is not None and getattr(target, name) is None
    ]


def _move_children(session: AnySession, value: Any, target: Any) -> list[Written]:
    """Put the nodes below a value last under the target, in their order, by one UPDATE."""
    model: Any = type(value)
    in_order = select(model.id).where(model.parent_id == value.id).order_by(model.sort_order, model.id)
    ids = list(session.scalars(in_order))
    if not ids:
        return []
    above = ancestor_ids(session, model, target.id)
    if value.id in above:
        raise TreeCycleError(f"{model.__tablename__} {target.id} stands below {value.id}")
    if len(above) + height_of(session, model, ids) > model.max_depth:
        raise TreeDepthError(model.max_depth)
    _require_distinct(session, value, target)
    session.execute(
        update(model)
        .where(model.parent_id == value.id)
        .values(
            parent_id=target.id,
            sort_order=model.sort_order + next_sort_order(session, model, target.id) - 1,
            version=model.version + 1,
        )
        .execution_options(synchronize_session=False)
    )
    forget_order(session, model, "parent_id", "parent", "version")
    return [Written(model.__tablename__, "parent_id", ids, value.id, target.id)]


def _require_distinct(session: AnySession, value: Any, target: Any) -> None:
    model: Any = type(value)
    other = aliased(model)
    same = select(other.id).where(other.parent_id == target.id, other.name_key == model.name_key)
    both = select(model.name).where(siblings(model, value.id), same.exists()).order_by(model.sort_order)
    name = session.scalars(both.limit(1)).first()
    if name is not None:
        raise DuplicateNameError(name)


def _delete(session: AnySession, value: Any, action: AuditAction, written: list[Written], *, target: str = "") -> Done:
    """Delete a value to which nothing points any more, and note how it is taken back."""
    moved: dict[str, int] = {}
    for one in written:
        if one.before is not None:  # what was handed over had nothing there
            moved[one.table] = moved.get(one.table, 0) + len(one.ids)
    changes = {"name": [value.name, target or None], **({"moved": moved} if moved else {})}
    done = Done(
        value.name, note(session, action, value, changes, written=written, deleted=snapshot(value)), target, moved
    )
    session.delete(value)
    flush_or_stale(session)
    session.expire_all()  # what is loaded may have pointed at it
    return done
