"""Fields that a deed writes, by few statements however many rows, and writes back to undo it.

A row that is written says so as after any edit: its version is raised, so that a form opened before shows the change,
and it carries the time and the person. ``sqlalchemy_utils.merge_references`` would leave both alone and could not say
which rows it moved, so the keys that it would follow are followed here.
"""

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import ColumnElement, update

from auth.actor import AnySession, get_actor
from auth.visibility import among, dialect_of
from models import Base
from models.mixins import AuthoredMixin, VersionMixin
from models.scope import UnfilteredReason, unfiltered
from services.dictionaries.errors import UndoRefusedError
from services.usage import attribute_of_key, foreign_keys_to


@dataclass(frozen=True, slots=True)
class Written:
    """One column of one table, written alike in some rows. What it holds is plain: a number, a word, a yes or no."""

    table: str
    #: Name of the mapped attribute.
    column: str
    ids: list[int]
    before: Any
    after: Any

    def as_json(self) -> dict[str, Any]:
        """Return it as ``UndoEntry.written`` keeps it."""
        return asdict(self)


def move_references(session: AnySession, value: Any, target_id: int) -> list[Written]:
    """Let every row that points at a value point at another one, hidden rows included; one UPDATE a foreign key.

    Nodes below stay where they are.
    """
    found = []
    with unfiltered(session, UnfilteredReason.VALUE_CHANGE) as every:
        for key in foreign_keys_to(type(value)):
            owner = _model_of(key.parent.table)
            if owner is not type(value):
                column = attribute_of_key(owner, key)
                found.append(_write(every, column, column == value.id, before=value.id, after=target_id))
    return [written for written in found if written.ids]


def write_field(session: AnySession, row: Any, name: str, after: Any) -> Written:
    """Set a field of a loaded row. Flushes nothing."""
    before = getattr(row, name)
    setattr(row, name, after)
    return Written(row.__tablename__, name, [row.id], before, after)


def write_back(session: AnySession, written: Written, *, deed: str) -> None:
    """Give rows back what a field held before.

    :param deed: name of the value, for the refusal
    :raises UndoRefusedError: if one of the rows holds something else by now, or is gone; nothing must be committed then
    """
    owner = _model_named(written.table)
    column = getattr(owner, written.column)
    is_same = column.is_(None) if written.after is None else column == written.after
    is_meant = among(owner.id, written.ids, dialect_of(session)) & is_same
    with unfiltered(session, UnfilteredReason.VALUE_CHANGE) as every:
        done = _write(every, column, is_meant, before=written.after, after=written.before)
    missing = len(written.ids) - len(done.ids)
    if missing:
        raise UndoRefusedError("changed", deed, table=written.table, count=missing)


def _write(every: AnySession, column: Any, criterion: ColumnElement[bool], *, before: Any, after: Any) -> Written:
    owner = column.class_
    statement = update(owner).where(criterion).values({column.key: after, **_marks(every, owner)})
    unloaded = statement.returning(owner.id).execution_options(synchronize_session=False)
    return Written(owner.__tablename__, column.key, sorted(every.scalars(unloaded)), before, after)


def _marks(every: AnySession, owner: Any) -> dict[str, Any]:
    """Return what a written row carries beside; its moment is the column's own ``onupdate``."""
    actor = get_actor(every)
    marks: dict[str, Any] = {"version": owner.version + 1} if issubclass(owner, VersionMixin) else {}
    if actor is not None and issubclass(owner, AuthoredMixin):
        marks["updated_by_id"] = actor.id
    return marks


def _model_of(table: Any) -> Any:
    return next(mapper.class_ for mapper in Base.registry.mappers if mapper.local_table is table)


def _model_named(name: str) -> Any:
    return next(mapper.class_ for mapper in Base.registry.mappers if mapper.class_.__tablename__ == name)
