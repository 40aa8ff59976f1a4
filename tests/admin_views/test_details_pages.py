"""The details page: the parts of the form, paths of trees, how to treat a value, ways on, what is retired."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import ChannelType, Contact, Employee, Region
from tests.factories import make_contact, make_customer, make_employee, make_visit


@pytest.fixture
def district(session: Session) -> Region:
    """Return 四川 / 成都 / 武侯区."""
    node = None
    for name in ("四川", "成都", "武侯区"):
        node = Region(name=name, parent_id=node.id if node is not None else None, sort_order=1)
        session.add(node)
        session.flush()
    session.commit()
    assert node is not None
    return node


def lines(page: str) -> dict[str, str]:
    """Return what the page shows, by label, with its tags."""
    return dict(re.findall(r"<dt>(.*?)</dt>\s*<dd>(.*?)</dd>", page, flags=re.DOTALL))


def test_parts_are_those_of_the_form(admin_client: FlaskClient, session: Session) -> None:
    customer = make_customer(session)

    page = admin_client.get(f"/admin/customer/details/?id={customer.id}").text

    assert re.findall(r'class="details-title"[^>]*>(.*?)<', page) == [
        "Basics",
        "Classification",
        "Address and position",
        "Contact",
        "Responsibility",
        "Remark",
        "Record",
    ]


def test_tree_reads_as_its_path(admin_client: FlaskClient, session: Session, district: Region) -> None:
    customer = make_customer(session, region_id=district.id)

    page = admin_client.get(f"/admin/customer/details/?id={customer.id}").text
    form = admin_client.get(f"/admin/customer/edit/?id={customer.id}").text

    assert lines(page)["Region"] == "四川 / 成都 / 武侯区"
    assert f'<option value="{district.id}" selected>四川 / 成都 / 武侯区</option>' in form


def test_value_tells_how_to_treat_the_customer(admin_client: FlaskClient, session: Session, agent: ChannelType) -> None:
    agent.description = "每周<拜访>"
    session.commit()
    customer = make_customer(session, channel_type_id=agent.id)

    page = admin_client.get(f"/admin/customer/details/?id={customer.id}").text

    assert '<div class="details-hint">每周&lt;拜访&gt;</div>' in lines(page)["Channel type"]


def test_retired_value_and_leaver_are_said_to_be(
    admin_client: FlaskClient, session: Session, admin: Employee, agent: ChannelType
) -> None:
    agent.is_active = False
    session.commit()
    leaver = make_employee(session, "gone", is_active=False)
    customer = make_customer(session, owner=leaver, channel_type_id=agent.id)

    page = lines(admin_client.get(f"/admin/customer/details/?id={customer.id}").text)

    assert "代理渠道 (inactive)" in page["Channel type"]
    assert "gone (gone) (has left)" in page["Owner"]


@pytest.mark.parametrize(
    ("values", "label", "link"),
    [
        ({"phone": "028 123"}, "Phone", '<a href="tel:028 123">028 123</a>'),
        ({"email": "a@b.cn"}, "E-mail", '<a href="mailto:a@b.cn">a@b.cn</a>'),
        ({"email": '"><script>'}, "E-mail", '<a href="mailto:&#34;&gt;&lt;script&gt;">&#34;&gt;&lt;script&gt;</a>'),
    ],
    ids=["phone", "email", "escaped"],
)
def test_way_on_from_a_contact(
    admin_client: FlaskClient, session: Session, values: dict[str, str], label: str, link: str
) -> None:
    contact: Contact = make_contact(session, make_customer(session), **values)

    page = admin_client.get(f"/admin/contact/details/?id={contact.id}").text

    assert lines(page)[label] == link


@pytest.mark.parametrize(
    ("website", "count"),
    [("https://a.example/x", 1), ("javascript:alert(1)", 0), ("data:text/html,x", 0), ("a.example", 0)],
)
def test_website_is_a_link_only_if_it_is_a_page(
    admin_client: FlaskClient, session: Session, website: str, count: int
) -> None:
    customer = make_customer(session, website=website)

    shown = lines(admin_client.get(f"/admin/customer/details/?id={customer.id}").text)["Website"]

    link = f'<a href="{website}" target="_blank" rel="noopener noreferrer">{website}</a>'
    assert shown == (link if count else website)


def test_way_to_related_rows_only_where_one_may_go(
    admin_client: FlaskClient, session: Session, client_of: Callable[[Employee], FlaskClient]
) -> None:
    make_employee(session, "amy")
    amy = session.scalars(select(Employee).where(Employee.login == "amy")).one()
    customer = make_customer(session, owner=amy)
    path = f"/admin/customer/details/?id={customer.id}"

    assert lines(admin_client.get(path).text)["Owner"] == (
        f'<a href="/admin/employee/details/?id={amy.id}">amy (amy)</a>'
    )
    assert lines(client_of(amy).get(path).text)["Owner"] == "amy (amy)"


def test_visit_is_headed_by_its_customer_and_moment(admin_client: FlaskClient, session: Session) -> None:
    customer = make_customer(session, name="蜀味餐饮")
    moment = datetime(2026, 5, 1, 1, 30, tzinfo=UTC)
    visit = make_visit(session, customer, user=make_employee(session), check_in_at=moment)

    page = admin_client.get(f"/admin/visit/details/?id={visit.id}").text
    gone = admin_client.post("/admin/visit/delete/", data={"id": visit.id}, follow_redirects=True).text

    assert re.search(r"<h1[^>]*>\s*蜀味餐饮 · 2026-05-01 09:30\s*</h1>", page)
    assert "“蜀味餐饮 · 2026-05-01 09:30” was deleted." in gone
