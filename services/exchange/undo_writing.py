"""Takes rows of an import back: restores what it changed, deletes what it added, adds again what it deleted."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import bindparam, delete, insert, inspect, select, update
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from auth.actor import Actor
from auth.visibility import among, dialect_of
from models import Customer, CustomerFollower, Employee
from models.mixins import NameMixin, SortableMixin, TreeMixin
from services import employees
from services.errors import ServiceError
from services.exchange.bulk import update_rows
from services.exchange.plain_values import plain, typed
from services.exchange.undo_checks import Part, Undo
from services.ordering import renumber
from services.reporting_line import check_reporting_line


class _MisshapenError(ServiceError):
    """A tree would not be one any more, or too deep."""


_REFUSALS = (IntegrityError, DataError, StaleDataError, ServiceError)


def take_back(session: Session, part: Part, numbers: Sequence[int], actor: Actor | None) -> set[int]:
    """Take rows of the file back; return the numbers of those that the rest of the data has no place for any more.

    Of rows that are refused together the halves are tried, and so on, so that one alone stays.
    """
    if not numbers:
        return set()
    try:
        with session.begin_nested():
            _take_back(session, part.of(numbers), actor)
    except _REFUSALS:
        if len(numbers) == 1:
            return set(numbers)
        middle = len(numbers) // 2
        refused = take_back(session, part, numbers[:middle], actor)
        return refused | take_back(session, part, numbers[middle:], actor)
    return set()


def _take_back(session: Session, undos: Sequence[Undo], actor: Actor | None) -> None:
    models = list(dict.fromkeys(undo.model for undo in undos))
    for model in models:
        _park(session, model, [undo for undo in undos if undo.model is model])
    for model in models:
        _restore(session, model, [undo for undo in undos if undo.model is model and _is_restored(undo)], actor)
    for model in models:  # the last written first: what hangs on a row before the row
        _delete(session, model, [undo.row_id for undo in undos if undo.model is model and undo.is_added])
    _add_again(session, [undo for undo in undos if undo.after is None])
    for model in models:
        _check(session, model, [undo for undo in undos if undo.model is model])


def restore_places(session: Session, undos: Iterable[Undo]) -> None:
    """Give siblings their places of before back where they still have what the import gave them."""
    for undo in undos:
        if not undo.is_edited and undo.now is not None and undo.before is not None:
            _write_columns(session, undo.model, undo.row_id, undo.before)


def _is_restored(undo: Undo) -> bool:
    return undo.before is not None and undo.after is not None and undo.now is not None


def _park(session: Session, model: Any, undos: Iterable[Undo]) -> None:
    """Let names go that others take, before anybody takes one: two may swap theirs."""
    if not issubclass(model, NameMixin):
        return
    moved = [undo.row_id for undo in undos if undo.is_added or {"name", "parent_id"} & (undo.before or {}).keys()]
    _write_column(session, model, "name_key", {row_id: f"\1{row_id}" for row_id in moved})


def _restore(session: Session, model: Any, undos: Sequence[Undo], actor: Actor | None) -> None:
    strict: dict[int, dict[str, Any]] = {}
    for undo in undos:
        before, now = undo.before or {}, undo.now or {}
        values = {name: typed(model, name, held) for name, held in before.items() if name != "version"}
        if undo.is_strict:
            names = {"name": now["name"]} if "name" in now and "parent_id" in values else {}
            strict[undo.row_id] = {**names, **values, "version": now["version"]}
        else:
            still = {name for name in values if plain(now[name]) == (undo.after or {}).get(name)}
            _write_columns(session, model, undo.row_id, {name: values[name] for name in still})
    update_rows(session, model, strict, actor)


def _delete(session: Session, model: Any, ids: Sequence[int]) -> None:
    """Delete rows, the last added first: nodes before their parents."""
    if not ids:
        return
    table = inspect(model).local_table
    if model is Employee:
        # People who were added together may be each other's supervisors.
        below = update(Employee).where(among(Employee.id, ids, dialect_of(session))).values(supervisor_id=None)
        session.execute(below.execution_options(synchronize_session=False))
    rows = [{"row_id": row_id} for row_id in sorted(ids, reverse=True)]
    session.connection().execute(delete(table).where(table.c.id == bindparam("row_id")), rows)


def _add_again(session: Session, undos: Iterable[Undo]) -> None:
    """Let people follow again who were taken off, unless they do or own the customer by now."""
    for undo in undos:
        values = {name: typed(CustomerFollower, name, held) for name, held in (undo.before or {}).items()}
        customer_id, employee_id = values["customer_id"], values["employee_id"]
        follows = select(CustomerFollower.id).where(
            CustomerFollower.customer_id == customer_id, CustomerFollower.employee_id == employee_id
        )
        owners = session.scalars(select(Customer.owner_id).where(Customer.id == customer_id)).all()
        if owners and employee_id not in owners and session.scalar(follows) is None:
            session.execute(insert(CustomerFollower).values(values))


def _check(session: Session, model: Any, undos: Sequence[Undo]) -> None:
    """Refuse what would leave a circle, a tree too deep, or no company admin."""
    written = [undo for undo in undos if _is_restored(undo)]
    if issubclass(model, TreeMixin):
        _check_tree(session, model, [undo.row_id for undo in written if "parent_id" in (undo.before or {})])
        for parent_id in _touched_parents(undos):
            renumber(session, model, parent_id)
    elif issubclass(model, SortableMixin):
        renumber(session, model)
    if model is Employee and written:
        now = select(Employee.id, Employee.supervisor_id).where(
            among(Employee.id, [undo.row_id for undo in written], dialect_of(session))
        )
        check_reporting_line(session, dict(session.execute(now).all()))
    if model is Employee:
        employees.check_last_admin(session)


def _touched_parents(undos: Iterable[Undo]) -> set[int | None]:
    """Return the nodes below which siblings have come or gone, but those that went themselves."""
    gone = {undo.row_id for undo in undos if undo.is_added}
    touched = {undo.now["parent_id"] for undo in undos if undo.now is not None}
    touched |= {undo.before["parent_id"] for undo in undos if undo.before is not None and "parent_id" in undo.before}
    return touched - gone


def _check_tree(session: Session, model: Any, moved: Iterable[int]) -> None:
    """Refuse a tree of which a node stands below itself, or too deep."""
    moved = list(moved)
    if not moved:
        return
    parents: dict[int, int | None] = dict(session.execute(select(model.id, model.parent_id)).all())
    for node in parents:
        at: int | None = node
        for _ in range(model.max_depth):
            at = parents[at] if at is not None else None
        if at is not None:
            raise _MisshapenError(f"{model.__tablename__} {node}")


def _write_column(session: Session, model: Any, name: str, values: dict[int, Any]) -> None:
    """Write one column of many rows past their versions."""
    if values:
        table: Any = inspect(model).local_table
        statement = update(table).where(table.c.id == bindparam("row_id")).values({name: bindparam("value")})
        rows = [{"row_id": row_id, "value": value} for row_id, value in values.items()]
        session.connection().execute(statement, rows)


def _write_columns(session: Session, model: Any, row_id: int, values: dict[str, Any]) -> None:
    if values:
        statement = update(model).where(model.id == row_id).values(values)
        session.execute(statement.execution_options(synchronize_session=False))
