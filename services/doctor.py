"""What can go wrong with an installation, looked for by ``flask doctor``. Reads only; changes nothing.

A check yields one line per fault, naming the row; none means well. A new check is one function and one line in CHECKS.
"""

import stat
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import Base, Customer, CustomerFollower, Employee, Role
from models.enums import COMPANY_ADMIN
from models.mixins import NameMixin, SortableMixin, TreeMixin
from models.names import name_key
from services.jobs import KINDS, queue as queues
from services.jobs.worker import present_workers

MIN_POSTGRESQL_VERSION = 15
#: Files of the instance folder that hold secrets.
SECRET_FILES = ("secret_key", "demo_password")
#: Faults of one kind are listed up to this many.
_MOST_LISTED = 20


@dataclass(frozen=True)
class Patient:
    """The database under examination."""

    #: A session that sees every row.
    session: Session
    #: Folder of the migrations.
    migrations: Path


def examine_instance(instance: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield (check, its faults) for the folder that holds the installation's files."""
    yield "instance folder can be written", list(_folder_faults(instance))
    yield "secret files are their owner's alone", list(_secret_faults(instance))


def examine_queue(session: Session) -> Iterator[tuple[str, list[str]]]:
    """Yield (check, its faults) for the worker of long jobs. Without one only small imports and exports end."""
    try:
        queue = queues.current()
        workers, length = present_workers(queue), queue.length()
    except Exception as error:  # noqa: BLE001 -- Redis, SQLite and the network each have their own
        yield "the queue of jobs answers", [f"{type(error).__name__}: {error}"]
        return
    finally:
        queues.close_all()
    waiting = sum(
        session.scalar(select(func.count()).select_from(model).where(model.state == "waiting")) or 0
        for model in KINDS.values()
    )
    is_stuck = waiting > 0 and not workers
    faults = ["no worker answers: start the server, or `flask --app app worker`"] if is_stuck else []
    yield f"jobs: {len(workers)} workers, {waiting} waiting, {length} in the queue", faults


def examine_database(patient: Patient) -> Iterator[tuple[str, list[str]]]:
    """Yield (check, its faults). What reads the tables is left out while they are not at the newest revision."""
    faults = list(_schema_faults(patient))
    yield "database at the newest revision", faults
    if faults:
        return
    for title, check in CHECKS:
        yield title, list(check(patient))


def _schema_faults(patient: Patient) -> Iterator[str]:
    present = set(MigrationContext.configure(patient.session.connection()).get_current_heads())
    wanted = set(ScriptDirectory(str(patient.migrations)).get_heads())
    if present != wanted:
        names = ", ".join(sorted(present)) or "no revision"
        yield f"at {names}, newest is {', '.join(sorted(wanted))}: run `flask --app app db upgrade`"


def _server_faults(patient: Patient) -> Iterator[str]:
    connection = patient.session.connection()
    if connection.dialect.name == "sqlite":
        if connection.exec_driver_sql("PRAGMA foreign_keys").scalar() != 1:
            yield "SQLite does not check foreign keys"
        return
    major, *minor = connection.dialect.server_version_info or (0,)
    if int(major) < MIN_POSTGRESQL_VERSION:
        yield f"PostgreSQL {'.'.join(map(str, (major, *minor)))} is older than {MIN_POSTGRESQL_VERSION}"


def _supervisor_faults(patient: Patient) -> Iterator[str]:
    people = select(Employee.id, Employee.supervisor_id, Employee.login).order_by(Employee.id)
    rows = patient.session.execute(people).all()
    above = {row.id: row.supervisor_id for row in rows}
    logins = {row.id: row.login for row in rows}
    done: set[int] = set()
    for start in above:
        walked: dict[int, None] = {}
        here: int | None = start
        while here is not None and here not in done and here not in walked:
            walked[here] = None
            here = above[here]
        if here in walked:
            ids = list(walked)
            loop = ids[ids.index(here) :]
            yield " > ".join(logins[employee_id] for employee_id in [*loop, loop[0]])
        done.update(walked)


def _follower_faults(patient: Patient) -> Iterator[str]:
    doubled = (
        select(Customer.code, Employee.login)
        .join(CustomerFollower, CustomerFollower.customer_id == Customer.id)
        .join(Employee, Employee.id == CustomerFollower.employee_id)
        .where(CustomerFollower.employee_id == Customer.owner_id)
        .order_by(Customer.id)
    )
    for code, login in patient.session.execute(doubled.limit(_MOST_LISTED)):
        yield f"customer {code}: {login} is owner and co-follower"


def _order_faults(patient: Patient) -> Iterator[str]:
    for model in _models_with(SortableMixin):
        parent = model.parent_id if issubclass(model, TreeMixin) else None
        place, count = model.sort_order, func.count()
        groups = select(*([parent] if parent is not None else [])).add_columns(count).select_from(model)
        if parent is not None:
            groups = groups.group_by(parent)
        uneven = (func.min(place) != 1) | (func.max(place) != count) | (func.count(place.distinct()) != count)
        for *above, rows in patient.session.execute(groups.having(uneven).limit(_MOST_LISTED)):
            where = f" below {above[0]}" if above and above[0] is not None else ""
            yield f"{model.__tablename__}{where}: {rows} rows are not numbered 1 to {rows}"


def _name_key_faults(patient: Patient) -> Iterator[str]:
    for model in _models_with(NameMixin):
        query = select(model.id, model.name, model.name_key).execution_options(yield_per=5_000)
        wrong = [row.id for row in patient.session.execute(query) if row.name_key != name_key(row.name)]
        if wrong:
            shown = ", ".join(map(str, wrong[:_MOST_LISTED])) + (" …" if len(wrong) > _MOST_LISTED else "")
            yield f"{model.__tablename__} {shown}: name_key does not fit the name"


def _admin_faults(patient: Patient) -> Iterator[str]:
    able = (Role.code == COMPANY_ADMIN) & Employee.is_active & Employee.password_hash.is_not(None)
    if not patient.session.scalar(select(func.count()).select_from(Employee).join(Role).where(able)):
        yield "no active company admin has a password: run `flask --app app user create-admin LOGIN`"


def _secret_faults(instance: Path) -> Iterator[str]:
    for name in SECRET_FILES:
        file = instance / name
        if file.is_file() and file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            yield f"{file} can be read by others: chmod 600 {file}"


def _folder_faults(instance: Path) -> Iterator[str]:
    try:
        with tempfile.TemporaryFile(dir=instance):
            pass
    except OSError as error:
        yield f"{instance}: {error.strerror}"


def _models_with(mixin: type[Any]) -> list[type[Any]]:
    classes = (mapper.class_ for mapper in Base.registry.mappers if issubclass(mapper.class_, mixin))
    return sorted(classes, key=lambda model: model.__tablename__)


Check = Callable[[Patient], Iterator[str]]

CHECKS: tuple[tuple[str, Check], ...] = (
    ("database server and its settings", _server_faults),
    ("reporting lines end", _supervisor_faults),
    ("no owner is also a co-follower", _follower_faults),
    ("lists are numbered without gaps", _order_faults),
    ("names and their keys agree", _name_key_faults),
    ("a company admin can log in", _admin_faults),
)
