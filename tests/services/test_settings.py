"""The company's settings."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import AuditEntry, CompanySetting
from services.settings import UnknownSettingError, change_setting, get_setting, parse_value, set_private_customers


def test_missing_row_is_made_once(bare_session: Session) -> None:
    first, second = get_setting(bare_session), get_setting(bare_session)

    assert second is first
    assert (first.id, first.private_customer_enabled, first.time_zone) == (1, False, "Asia/Shanghai")
    assert bare_session.scalar(select(func.count()).select_from(CompanySetting)) == 1


def test_switch_is_audited_when_it_changes(bare_session: Session) -> None:
    for enabled in (True, True, False):
        set_private_customers(bare_session, enabled)

    changes = bare_session.scalars(select(AuditEntry.changes).order_by(AuditEntry.id)).all()
    assert changes == [{"private_customer_enabled": [False, True]}, {"private_customer_enabled": [True, False]}]
    assert get_setting(bare_session).private_customer_enabled is False


@pytest.mark.parametrize(
    ("text", "value"),
    [("on", True), ("True", True), ("1", True), (" yes ", True), ("off", False), ("FALSE", False), ("0", False)],
)
def test_switch_is_read_from_words(text: str, value: bool) -> None:  # noqa: FBT001 -- the expected value
    assert parse_value("private_customer_enabled", text) is value


def test_unknown_setting_is_refused(bare_session: Session) -> None:
    with pytest.raises(UnknownSettingError):
        change_setting(bare_session, "id", 2)
