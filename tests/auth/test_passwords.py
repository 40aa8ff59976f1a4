"""Passwords and one-time links."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy.orm import Session

from auth import passwords
from auth.passwords import (
    MAX_PASSWORD_LENGTH,
    WeakPasswordError,
    check_password,
    find_login,
    make_link_token,
    read_link_token,
    set_password,
)
from models import Employee
from tests import factories

SECRET = "secret"


@pytest.fixture
def amy(bare_session: Session) -> Employee:
    """Return an employee with a password, in the session."""
    made = factories.make_employee(bare_session, "amy")
    employee = bare_session.get_one(Employee, made.id)
    set_password(employee, "correct horse")
    bare_session.commit()
    return employee


def test_only_the_right_password_of_an_active_employee_passes(bare_session: Session, amy: Employee) -> None:
    assert check_password(amy, "correct horse")
    assert not check_password(amy, "correct horse ")
    assert not check_password(amy, "")
    assert not check_password(None, "nobody has this password")
    amy.is_active = False
    assert not check_password(amy, "correct horse")


def test_an_employee_without_a_password_cannot_log_in(bare_session: Session) -> None:
    employee = factories.make_employee(bare_session, "ben")

    assert not check_password(employee, "")
    assert not check_password(employee, "nobody has this password")


def test_an_endless_password_is_refused_unread(amy: Employee) -> None:
    too_long = "x" * (MAX_PASSWORD_LENGTH + 1)
    amy.password_hash = PasswordHasher().hash(too_long)

    assert not check_password(amy, too_long)


def test_a_log_in_is_found_without_regard_to_case_and_width(bare_session: Session, amy: Employee) -> None:
    assert find_login(bare_session, "  ＡＭＹ ") is amy
    assert find_login(bare_session, "amy2") is None
    assert find_login(bare_session, "a\0my") is None


@pytest.mark.parametrize("password", ["short", "", "x" * 257])
def test_a_password_of_the_wrong_length_is_refused(amy: Employee, password: str) -> None:
    with pytest.raises(WeakPasswordError):
        set_password(amy, password)

    assert check_password(amy, "correct horse")


def test_the_log_in_is_no_password(bare_session: Session) -> None:
    made = factories.make_employee(bare_session, "longlogin")

    with pytest.raises(WeakPasswordError):
        set_password(made, "LongLogin")


def test_a_new_password_ends_sessions_and_links(bare_session: Session, amy: Employee) -> None:
    epoch, token = amy.session_epoch, make_link_token(amy, SECRET)
    before = read_link_token(bare_session, token, SECRET)

    set_password(amy, "another horse", must_change=True)
    bare_session.commit()

    assert before is amy
    assert (amy.session_epoch, amy.must_change_password) == (epoch + 1, True)
    assert read_link_token(bare_session, token, SECRET) is None


@pytest.mark.parametrize("token", ["", "x", "eyJ.x.y", "\0"])
def test_a_made_up_link_opens_nothing(bare_session: Session, amy: Employee, token: str) -> None:
    assert read_link_token(bare_session, token, SECRET) is None
    assert read_link_token(bare_session, make_link_token(amy, "another secret"), SECRET) is None


def test_a_link_of_somebody_who_left_opens_nothing(bare_session: Session, amy: Employee) -> None:
    token = make_link_token(amy, SECRET)
    amy.is_active = False
    bare_session.commit()

    assert read_link_token(bare_session, token, SECRET) is None


def test_a_link_ends_after_three_days(bare_session: Session, amy: Employee, monkeypatch: pytest.MonkeyPatch) -> None:
    token = make_link_token(amy, SECRET)
    later = datetime.now(UTC) + timedelta(days=3, seconds=2)

    monkeypatch.setattr(time, "time", later.timestamp)

    assert passwords.LINK_LIFETIME_S == 3 * 86_400
    assert read_link_token(bare_session, token, SECRET) is None


def test_hashes_are_argon2_and_salted(amy: Employee) -> None:
    first = amy.password_hash
    set_password(amy, "correct horse")

    assert str(first).startswith("$argon2id$")
    assert amy.password_hash != first
