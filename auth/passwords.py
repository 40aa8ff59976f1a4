"""Passwords and one-time links. Knows nothing of the web."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy import select

from auth.actor import AnySession
from auth.errors import AuthError
from models import Employee
from models.names import name_key

MIN_PASSWORD_LENGTH = 8
#: Longer ones would let a visitor burn our processor.
MAX_PASSWORD_LENGTH = 256
#: How long a one-time link works, in seconds.
LINK_LIFETIME_S = 3 * 24 * 3600

_SALT = "one-time-link"
_hasher = PasswordHasher()
#: Checked for unknown log-ins, so that the answer takes as long as for known ones.
_DUMMY_HASH = _hasher.hash("nobody has this password")


class WeakPasswordError(AuthError):
    """The password is too short or too long, or says the log-in."""


def find_login(session: AnySession, login: str) -> Employee | None:
    """Return the employee of a log-in, compared without regard to case or width."""
    if not login.isprintable():
        return None
    return session.scalar(select(Employee).where(Employee.login == clean_login(login)))


def clean_login(login: str) -> str:
    """Return the log-in as stored: NFKC, trimmed, casefolded."""
    return name_key(login)


def check_password(employee: Employee | None, password: str) -> bool:
    """Tell whether the employee may log in with this password. Takes the same time for nobody."""
    if len(password) > MAX_PASSWORD_LENGTH:
        return False
    known = employee.password_hash if employee is not None and employee.is_active else None
    try:
        _hasher.verify(known or _DUMMY_HASH, password)
    except (VerificationError, InvalidHashError):
        return False
    return known is not None


def set_password(employee: Employee, password: str, *, must_change: bool = False) -> None:
    """Set the password; every session and every link of the employee ends.

    :raises WeakPasswordError: if it cannot be accepted
    """
    if not MIN_PASSWORD_LENGTH <= len(password) <= MAX_PASSWORD_LENGTH:
        raise WeakPasswordError("length")
    if name_key(password) == employee.login:
        raise WeakPasswordError("login")
    employee.password_hash = _hasher.hash(password)
    employee.must_change_password = must_change
    employee.session_epoch = (employee.session_epoch or 0) + 1


def make_link_token(employee: Employee, secret: str) -> str:
    """Return the token of a one-time link: it ends with its first use, with the next password, or after three days."""
    return URLSafeTimedSerializer(secret, salt=_SALT).dumps([employee.id, employee.session_epoch])


def read_link_token(session: AnySession, token: str, secret: str) -> Employee | None:
    """Return the active employee of a one-time link that still works, or None."""
    try:
        employee_id, epoch = URLSafeTimedSerializer(secret, salt=_SALT).loads(token, max_age=LINK_LIFETIME_S)
    except (BadSignature, ValueError, TypeError):
        return None
    employee = session.get(Employee, employee_id)
    if employee is None or not employee.is_active or employee.session_epoch != epoch:
        return None
    return employee
