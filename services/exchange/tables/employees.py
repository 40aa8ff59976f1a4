"""Employees: log-ins, supervisors from file or database in any order, the role they start with."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select

from models import Employee, Role
from models.enums import COMPANY_ADMIN
from models.names import name_key
from services import employees
from services.exchange.bulk import update_rows
from services.exchange.context import Context, Hooks, More
from services.exchange.results import Action, Mode, Row
from services.exchange.tables.noting import EMPLOYEE_COLUMNS, note_employees
from services.seed.defaults import seed_roles

#: Code of the role of a new employee whose line names none.
DEFAULT_ROLE = "own_only"
_LOGIN_LIMIT = 64


def _prepare(context: Context, rows: list[Row]) -> None:
    """Bring log-ins into their stored form."""
    for row in rows:
        login = row.values.get("login")
        if not login:
            continue
        clean = name_key(login)
        if not 1 <= len(clean) <= _LOGIN_LIMIT or not clean.isprintable() or any(sign.isspace() for sign in clean):
            row.refuse("login", "bad_login", value=login, limit=_LOGIN_LIMIT)
        row.values["login"] = clean


def _check(context: Context, rows: list[Row]) -> None:
    _check_roles(context, rows)
    _check_last_admin(context, rows)
    stored = context.kept["stored"] = _columns_of(context)
    logins = {row_id: columns["login"] for row_id, columns in stored.items()}
    context.kept["ids"] = {login: row_id for row_id, login in logins.items()}
    above = {columns["login"]: logins.get(columns["supervisor_id"] or 0) for columns in stored.values()}
    changed = _new_supervisors(rows, staff=above)
    above.update(changed)
    by_login = {row.values["login"]: row for row in rows if row.values.get("login")}
    for login in changed:
        if _runs_in_circle(login, above):
            by_login[login].refuse("supervisor", "reporting_loop")
    _check_supervisors_valid(by_login, changed)
    context.kept["supervisors"] = changed


def _columns_of(context: Context) -> dict[int, Any]:
    """Return id -> what checks and audit log need of everybody."""
    columns = (Employee.id, *(getattr(Employee, column) for column in EMPLOYEE_COLUMNS))
    return {values["id"]: values for values in context.every.execute(select(*columns)).mappings()}


def _refusals(context: Context, ids: Iterable[int]) -> Mapping[int, tuple[str, dict[str, Any]]]:
    """Leave company admins to company admins: who may change their log-in's row could become one."""
    if context.is_unbound or context.mode is not Mode.UPDATE:
        return {}
    admins = select(Employee.id).join(Role, Role.id == Employee.role_id).where(Role.code == COMPANY_ADMIN)
    return {row_id: ("not_editable", {}) for row_id in set(context.every.scalars(admins)) & set(ids)}


def _check_last_admin(context: Context, rows: list[Row]) -> None:
    """Refuse lines that together would leave no active company admin."""
    changed = [row for row in rows if "role_id" in row.changes]
    if not changed:
        return
    admins = select(Employee.id).join(Role, Role.id == Employee.role_id).where(Role.code == COMPANY_ADMIN)
    present = set(context.every.scalars(admins.where(Employee.is_active)))
    leaving = [row for row in changed if row.id in present]
    try:
        if leaving:
            employees.check_last_admin(context.every, without=[row.id for row in leaving if row.id is not None])
    except employees.LastAdminError:
        for row in leaving:
            row.refuse("role", "last_admin")


def _check_roles(context: Context, rows: list[Row]) -> None:
    """Let nobody but a company admin make company admins."""
    if context.is_unbound:
        return
    admin_id = context.every.scalar(select(Role.id).where(Role.code == COMPANY_ADMIN))
    for row in rows:
        is_written = row.action is Action.INSERT or "role_id" in row.changes
        is_own = context.actor is not None and row.id == context.actor.id and "role_id" in row.changes
        if is_written and (is_own or (admin_id is not None and row.values.get("role") == admin_id)):
            row.refuse("role", "not_allowed_role")


def _new_supervisors(rows: list[Row], *, staff: Mapping[str, str | None]) -> dict[str, str | None]:
    """Return login -> login of the supervisor for the lines that change it; unknown ones are refused."""
    in_file = {row.values["login"] for row in rows if row.values.get("login")}
    changed: dict[str, str | None] = {}
    for row in rows:
        login = row.values.get("login")
        if not login or "supervisor" not in row.values or row.action is Action.SKIP:
            continue
        text = row.values["supervisor"]
        supervisor = name_key(text) if text else None
        if supervisor is not None and supervisor not in staff and supervisor not in in_file:
            row.refuse("supervisor", "unknown", value=text)
        elif login not in changed and (row.action is Action.INSERT or staff.get(login) != supervisor):
            changed[login] = supervisor
            row.has_more = True
    return changed


def _runs_in_circle(login: str, above: Mapping[str, str | None]) -> bool:
    seen: set[str] = set()
    at = above.get(login)
    while at is not None and at not in seen:
        if at == login:
            return True
        seen.add(at)
        at = above.get(at)
    return False


def _check_supervisors_valid(by_login: Mapping[str, Row], changed: Mapping[str, str | None]) -> None:
    """Refuse lines whose supervisor is a new employee that cannot be written, and so on downwards."""
    is_growing = True
    while is_growing:
        is_growing = False
        for login, supervisor in changed.items():
            above = by_login.get(supervisor or "")
            is_missing = above is not None and above.id is None and not above.is_valid
            if is_missing and by_login[login].is_valid:
                by_login[login].refuse("supervisor", "supervisor_failed")
                is_growing = True


def _columns(context: Context, row: Row) -> Mapping[str, Any]:
    """Give a new employee the role of the line, else the default one."""
    if row.values.get("role") is not None:
        return {}
    if "default_role" not in context.kept:
        seed_roles(context.every)  # the database may be empty yet
        context.kept["default_role"] = context.every.scalars(select(Role.id).where(Role.code == DEFAULT_ROLE)).one()
    return {"role_id": context.kept["default_role"]}


def _after_write(context: Context, rows: list[Row]) -> None:
    """Write the reporting line when everybody has an id; the service checks it once more under its lock."""
    ids = {login: row_id for row_id, login in context.every.execute(select(Employee.id, Employee.login))}
    written = {row.values["login"]: row for row in rows}
    supervisors = {
        ids[login]: ids[supervisor] if supervisor is not None else None
        for login, supervisor in context.kept["supervisors"].items()
        if login in written and (supervisor is not None or written[login].action is Action.UPDATE)
    }
    if supervisors:
        employees.check_reporting_line(context.every, supervisors)
    versions = context.kept.get("versions", {})
    changes: dict[int, dict[str, Any]] = {}
    for row in rows:
        if row.id in supervisors:
            version = versions.get(row.id, 1) + (row.action is Action.UPDATE and bool(row.changes))
            changes[row.id] = {"supervisor_id": supervisors[row.id], "version": version}
    numbers = {row.id: row.number for row in rows if row.id is not None}
    update_rows(context.every, Employee, changes, context.actor, journal=context.journal, numbers=numbers)
    note_employees(context, rows, stored=context.kept["stored"], written=_columns_of(context))


def _more(context: Context, row: Row) -> More:
    """Tell which supervisor a line gives."""
    login = row.values.get("login")
    if login not in context.kept["supervisors"]:
        return More({})
    stored, wanted = context.kept["stored"], context.kept["supervisors"][login]
    above = stored.get(stored[row.id]["supervisor_id"]) if row.id in stored else None
    # Who is meant: somebody else may have got the log-in meanwhile.
    meant = context.kept["ids"].get(wanted)
    return More({"supervisor": (above["login"] if above is not None else None, wanted)}, (meant,))


HOOKS = Hooks(
    is_whole=True,
    deferred=frozenset({"supervisor"}),
    prepare=_prepare,
    refusals=_refusals,
    check=_check,
    columns=_columns,
    more=_more,
    after_write=_after_write,
)
