"""The settings: all on one page, what concerns customers alone as ⑧ of the customer settings."""

import re

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from services import settings

ALL = "/admin/company_setting/"
CUSTOMERS = "/admin/company_setting/?part=customers"


def names(page: str) -> list[str]:
    """Return the fields of the form in their order."""
    form = page.partition("data-model-form")[2].partition("</form>")[0]
    found = re.findall(r'<(?:input|select)[^>]* name="(\w+)"', form)
    return [name for name in found if name not in {"csrf_token", "url"}]


def test_pages_show_all_or_what_concerns_customers(admin_client: FlaskClient) -> None:
    everything, customers = admin_client.get(ALL).text, admin_client.get(CUSTOMERS).text

    assert names(everything) == [
        "company_name",
        "colour",
        "time_zone",
        "private_customer_enabled",
        "visit_error_m",
        "version",
    ]
    assert names(customers) == ["private_customer_enabled", "version"]
    assert '<h1 class="page-title">Company settings</h1>' in everything
    assert '<h1 class="page-title">Other settings</h1>' in customers
    assert re.search(r'aria-current="page"><span>Other settings<', customers)
    assert re.search(r'aria-current="page"><span>Company settings<', everything)


def test_part_changes_nothing_else(admin_client: FlaskClient, session: Session) -> None:
    setting = settings.get_setting(session)
    settings.change_setting(session, "company_name", "客配")
    session.commit()

    data = {"private_customer_enabled": "1", "company_name": "other", "version": setting.version}
    answer = admin_client.post(CUSTOMERS, data=data)
    session.refresh(setting)

    assert answer.location == CUSTOMERS
    assert (setting.private_customer_enabled, setting.company_name) == (True, "客配")


def test_time_zone_is_picked_by_name(admin_client: FlaskClient, session: Session) -> None:
    setting = settings.get_setting(session)
    session.commit()
    page = admin_client.get(ALL).text
    assert '<option selected value="Asia/Shanghai">Asia/Shanghai (UTC+08:00)</option>' in page

    data = {"company_name": "", "colour": "#206bc4", "time_zone": "Mars/Olympus", "version": setting.version}
    refused = admin_client.post(ALL, data=data)
    session.refresh(setting)

    assert "There is no such time zone" in refused.text
    assert setting.time_zone == "Asia/Shanghai"
