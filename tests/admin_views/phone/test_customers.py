"""The customers of the phone: those followed, found by typing and by nearness; one customer in its sections."""

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Contact, Customer, Employee, FollowUp, FollowUpProgress, Region, db
from models.scope import UnfilteredReason, unfiltered
from models.types import utc_now
from tests import factories
from tests.conftest import counted
from tests.factories import Company

ClientAs = Callable[[str], FlaskClient]


def listed(page: str) -> list[int]:
    """Return the ids of the customers of a list, in its order."""
    return [
        int(number)
        for number in re.findall(r'class="line" href="/m/(?:customer|visit/new)/\?(?:id|customer)=(\d+)"', page)
    ]


def every(session: Session, model: type, **values: object) -> list:
    """Return the rows with some values, whoever sees them."""
    session.rollback()
    with unfiltered(session, UnfilteredReason.COMMAND) as inner:
        return list(inner.scalars(select(model).filter_by(**values)))


@pytest.mark.parametrize(
    ("login", "names"), [("a1", "c1 c2 c3"), ("b1", "c3"), ("leadA", "c5"), ("va", "c11"), ("a2", ""), ("admin", "")]
)
@pytest.mark.parametrize("path", ["/m/customers/", "/m/visit/pick/"])
def test_list_holds_what_one_follows(
    client_as: ClientAs, company: Company, *, login: str, names: str, path: str
) -> None:
    assert listed(client_as(login).get(path).text) == [company[name].id for name in names.split()]


def test_inactive_customers_are_listed_but_not_picked(client_as: ClientAs, session: Session, company: Company) -> None:
    retired = factories.make_customer(session, owner=company.a2, is_active=False)
    client = client_as("a2")

    assert listed(client.get("/m/customers/").text) == [retired.id]
    assert listed(client.get("/m/visit/pick/").text) == []
    assert client.get(f"/m/visit/new/?customer={retired.id}").status_code == 403


def test_search_knows_pinyin_initials_and_phones(client_as: ClientAs, session: Session, company: Company) -> None:
    found = factories.make_customer(session, "成都科技", owner=company.a1, phone="028-8888")
    client = client_as("a1")

    for search in ("cdkj", "科技", "8888", " 成都  028 "):
        assert listed(client.get("/m/customers/", query_string={"search": search}).text) == [found.id], search
    for search in ("zzz", "%", "'; --"):
        assert listed(client.get("/m/customers/", query_string={"search": search}).text) == [], search


def test_near_ones_come_first(client_as: ClientAs, session: Session, company: Company) -> None:
    def make(name: str, lat: str, lng: str) -> int:
        return factories.make_customer(session, name, owner=company.a2, lat=Decimal(lat), lng=Decimal(lng)).id

    far, near, west = make("a", "31", "104"), make("b", "30.658", "104.081"), make("c", "30.6575", "103.98")
    factories.make_customer(session, "without", owner=company.a2)
    client = client_as("a2")

    page = client.get("/m/customers/?near=30.6575,104.0808").text

    assert listed(page) == [near, west, far]
    assert ("59 m" in page, "9.6 km" in page, "39 km" in page) == (True, True, True)
    for nonsense in ("91,0", "NaN,0", "x", "1", "1,2,3", "0" * 999):
        refused = client.get("/m/customers/", query_string={"near": nonsense})
        assert (refused.status_code, len(listed(refused.text))) == (200, 4), nonsense
        assert "Enter both latitude" in refused.text


def test_more_are_loaded_page_by_page(client_as: ClientAs, session: Session, company: Company) -> None:
    ids = [factories.make_customer(session, f"n{number:02}", owner=company.a2).id for number in range(45)]
    client = client_as("a2")

    pages = [client.get(f"/m/customers/?page={number}").text for number in range(3)]

    assert [listed(page) for page in pages] == [ids[:20], ids[20:40], ids[40:]]
    assert ["data-more" in page for page in pages] == [True, True, False]
    assert listed(client.get("/m/customers/?page=-1").text) == ids[:20]
    assert client.get("/m/customers/?page=99999999999999999999").status_code == 200


@pytest.mark.parametrize(
    ("path", "most"),
    [("/m/customers/", 1), ("/m/customers/?search=x", 1), ("/m/visit/pick/", 1), ("/m/visits/", 1), ("/m/", 2)],
)
def test_lists_cost_few_statements(
    app: Flask, client_as: ClientAs, company: Company, session: Session, *, path: str, most: int
) -> None:
    """Beside the log-in's two: a list of the phone has four at most."""
    for number in range(30):
        customer = factories.make_customer(session, owner=company.a1, progress_id=None)
        factories.make_visit(session, customer, user=company.a1, planned_at=utc_now() - timedelta(days=number))
        factories.make_follow_up(session, customer, author=company.a1, next_follow_at=utc_now())
    client = client_as("a1")
    client.get(path)
    with app.app_context():
        engine = db.engine

    with counted(engine) as statements:
        assert client.get(path).status_code == 200

    assert len(statements) <= 2 + most


def test_customer_is_shown_in_sections(client_as: ClientAs, session: Session, company: Company) -> None:
    progress = factories.save(session, FollowUpProgress(name="Intent"))
    factories.make_contact(session, company.c1, name="Wang", mobile="139-1", is_primary=True)
    factories.make_follow_up(session, company.c1, author=company.a1, content="said", progress_after_id=progress.id)
    factories.make_visit(session, company.c1, user=company.leadA, summary="seen", progress_after_id=progress.id)
    client = client_as("a1")

    def section(tab: str) -> str:
        answer = client.get(f"/m/customer/?id={company.c1.id}&tab={tab}")
        assert answer.status_code == 200
        return answer.text

    assert "Customer code" in section("info")
    assert 'href="tel:139-1"' in section("contacts")
    assert "said" in section("follow_ups")
    assert ("seen" in section("visits"), "leadA" in section("visits")) == (True, True)
    assert section("progress").count("Intent") == 2
    assert client.get(f"/m/customer/?id={company.c1.id}&tab=other").status_code == 404


def test_leader_reads_and_admin_edits(client_as: ClientAs, company: Company) -> None:
    east, admin = client_as("east"), client_as("admin")

    assert client_as("a1").get(f"/m/customer/?id={company.c1.id}").text.count("/m/visit/new/") == 1
    for client, may_edit in ((east, False), (admin, True)):
        page = client.get(f"/m/customer/?id={company.c1.id}&tab=contacts").text
        assert ("/m/contact/new/" in page, "/m/customer/edit/" in page) == (may_edit, may_edit)
        assert "/m/visit/new/" not in page
        assert client.get(f"/m/visit/new/?customer={company.c1.id}").status_code == 403
    for path in ("customer/edit/?id", "contact/new/?customer", "follow_up/new/?customer"):
        assert east.get(f"/m/{path}={company.c1.id}").status_code == 403


def test_customer_is_created_and_edited(client_as: ClientAs, session: Session, company: Company) -> None:
    region = factories.save(session, Region(name="Chengdu"))
    client = client_as("a1")
    data = {"name": "New firm", "region": region.id, "lat": "30.5", "lng": "104.5", "visibility": "private"}

    answer = client.post("/m/customer/new/", data=data)
    row = every(session, Customer, name="New firm")[0]

    assert answer.location == f"/m/customer/?id={row.id}"
    assert (row.owner_id, row.region_id, row.lat, row.visibility) == (
        company.a1.id,
        region.id,
        Decimal("30.5"),
        "private",
    )
    changed = client.post(
        f"/m/customer/edit/?id={row.id}", data=data | {"version": row.version, "phone": "1", "is_active": "y"}
    )
    assert changed.location == answer.location
    assert every(session, Customer, id=row.id)[0].phone == "1"


def test_refused_form_keeps_what_was_typed(client_as: ClientAs, session: Session, company: Company) -> None:
    client = client_as("a1")
    data = {"name": "C2", "remark": "typed <script>alert(1)</script>", "lat": "91", "lng": "x"}

    page = client.post("/m/customer/new/", data=data).text
    taken = client.post("/m/customer/new/", data={"name": "C2", "remark": "typed"}).text

    assert "typed &lt;script&gt;" in page
    assert 'value="x"' in page
    assert "There is a customer of this name already" in taken
    assert 'id="field-name-error"' in taken
    assert every(session, Customer, remark="typed") == []


def test_second_writer_sees_what_is_there(client_as: ClientAs, session: Session, company: Company) -> None:
    client = client_as("a1")
    data = {"name": "C1", "version": "1", "is_active": "y", "phone": "first"}
    assert client.post(f"/m/customer/edit/?id={company.c1.id}", data=data).status_code == 302

    page = client.post(f"/m/customer/edit/?id={company.c1.id}", data=data | {"phone": "second"}).text

    assert ("Now:" in page, 'value="second"' in page) == (True, True)
    assert every(session, Customer, id=company.c1.id)[0].phone == "first"


def test_visibility_is_offered_to_who_may_set_it(client_as: ClientAs, session: Session, company: Company) -> None:
    def has_field(login: str) -> bool:
        page = client_as(login).get(f"/m/customer/edit/?id={company.c3.id}").text
        assert ("data-sight-url" in page) == ('name="visibility"' in page)
        return 'name="visibility"' in page

    assert [has_field(login) for login in ("a1", "b1", "leadA")] == [True, True, False]
    factories.switch_private(session, is_on=False)
    assert not has_field("a1")
    refused = client_as("a1").post("/m/customer/new/", data={"name": "x", "visibility": "private"})
    assert refused.status_code == 400


def test_contact_and_follow_up_are_added(client_as: ClientAs, session: Session, company: Company) -> None:
    client, customer_id = client_as("a1"), company.c1.id
    page = client.get(f"/m/follow_up/new/?customer={customer_id}").text
    assert f'name="customer" value="{customer_id}"' in page

    contact = {"customer": customer_id, "name": "Li <b>", "role": "purchasing", "birthday": "1990-02-30"}
    refused = client.post(f"/m/contact/new/?customer={customer_id}", data=contact)
    unborn = client.post(f"/m/contact/new/?customer={customer_id}", data=contact | {"birthday": "2199-01-01"})
    saved = client.post(f"/m/contact/new/?customer={customer_id}", data=contact | {"birthday": "1990-02-03"})
    told = {"customer": customer_id, "content": "x", "method": "wechat", "next_follow_at": "2099-05-04T09:30"}
    follow_up = client.post(f"/m/follow_up/new/?customer={customer_id}", data=told)
    blank = client.post(f"/m/follow_up/new/?customer={customer_id}", data=told | {"content": " "})
    past = told | {"next_follow_at": "2026-05-04T09:30"}
    backwards = client.post(f"/m/follow_up/new/?customer={customer_id}", data=past).text

    assert ("Li &lt;b&gt;" in refused.text, refused.status_code) == (True, 200)
    assert ("does not lie in the future" in unborn.text, "Li &lt;b&gt;" in unborn.text) == (True, True)
    assert saved.location == f"/m/customer/?id={customer_id}&tab=contacts"
    assert follow_up.location == f"/m/customer/?id={customer_id}&tab=follow_ups"
    assert blank.status_code == 200
    assert "The next follow-up lies before the follow-up itself." in backwards
    rows = every(session, FollowUp, customer_id=customer_id)
    assert [(row.content, row.author_id, row.next_follow_at.hour) for row in rows] == [("x", company.a1.id, 1)]
    assert client.get(f"/m/follow_up/new/?customer={customer_id}").text.count("Li &lt;b&gt;") == 1
    edit = client.post(
        f"/m/contact/edit/?id={every(session, Contact, customer_id=customer_id)[0].id}",
        data={"name": "Li Si", "version": 1},
    )
    assert edit.status_code == 302
    assert [row.name for row in every(session, Contact, customer_id=customer_id)] == ["Li Si"]


def test_record_hangs_on_the_customer_of_the_address(client_as: ClientAs, session: Session, company: Company) -> None:
    client = client_as("a1")

    answer = client.post(
        f"/m/follow_up/new/?customer={company.c1.id}", data={"customer": company.c2.id, "content": "elsewhere"}
    )

    assert answer.status_code == 400
    assert every(session, FollowUp) == []


def test_scripts_in_texts_stay_texts(client_as: ClientAs, session: Session, company: Company) -> None:
    bad = "<script>alert(1)</script>"
    row = factories.make_customer(
        session, bad, owner=company.a2, address=bad, phone="1", remark=bad, website="javascript:alert(1)"
    )
    factories.make_contact(session, row, name=bad, position=bad, mobile=bad)
    factories.make_follow_up(session, row, author=company.a2, content=bad, next_follow_at=utc_now())
    visit = factories.make_visit(
        session, row, user=company.a2, summary=bad, check_in_address=bad, check_in_at=utc_now(), status="visiting"
    )
    session.get_one(Employee, company.a2.id).name = bad
    session.commit()
    client = client_as("a2")
    tabs = [f"/m/customer/?id={row.id}&tab={tab}" for tab in ("info", "contacts", "follow_ups", "visits", "progress")]

    for path in (
        *tabs,
        "/m/",
        "/m/customers/",
        "/m/visits/",
        "/m/me/",
        f"/m/visit/?id={visit.id}",
        f"/m/customer/edit/?id={row.id}",
    ):
        page = client.get(path)
        assert page.status_code == 200, path
        assert bad not in page.text, path
        assert 'href="javascript:' not in page.text, path
