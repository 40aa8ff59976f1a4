"""What becomes of a customer over time: DOMAIN 3.6 row by row, as tables, through the pages.

The rows about visits and taken names are cases 40 and 41 of DOMAIN 3.7.
"""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from auth.visibility import Outcome
from models import Customer, Employee
from models.enums import Permission
from models.scope import UnfilteredReason, unfiltered
from tests import factories
from tests.factories import Company
from tests.functional.deed_pages import audited, change_follower, edit, edit_person, followers, supervisor_ids, transfer
from tests.functional.visibility_pages import FULL, HIDDEN, NOTICE, give_role, opening, rows_of, snapshot

ClientAs = Callable[[str], FlaskClient]
F, N, H = FULL, NOTICE, HIDDEN


def sight(
    client_as: ClientAs, company: Company, name: str, logins: str, *, owner: str | None = None
) -> dict[str, Outcome]:
    """Return what each of several people gets of a customer."""
    return {login: opening(client_as(login), company, name, owner=owner) for login in logins.split()}


#: Who -> what they get of C3, a1's private customer with co-follower b1: switch on, off, and on again.
SWITCH = {
    **dict.fromkeys(("a1", "leadA", "b1", "leadB", "east", "admin"), (F, F, F)),
    **dict.fromkeys(("a2", "w1", "cfg"), (H, H, H)),
    **dict.fromkeys(("va", "west"), (N, F, N)),
}


def test_switch_gives_and_takes_from_view_all_holders_alone(
    client_as: ClientAs, session: Session, company: Company
) -> None:
    found = []
    for is_on in (True, False, True):
        factories.switch_private(session, is_on=is_on)
        found.append(sight(client_as, company, "c3", " ".join(SWITCH)))

    assert {login: tuple(state[login] for state in found) for login in SWITCH} == SWITCH


#: Ticks of a transfer of C3 (a1's, co-follower b1) to w1 -> the co-followers left, and who sees it afterwards.
TRANSFERS: dict[str, tuple[dict[str, str], str, dict[str, Outcome]]] = {
    "as it is": (
        {},
        "b1",
        {"w1": F, "west": F, "boss": F, "b1": F, "leadB": F, "east": F, "a1": H, "leadA": H, "va": N},
    ),
    "keep": (
        {"keep_as_co_follower": "1"},
        "a1 b1",
        {"w1": F, "west": F, "boss": F, "b1": F, "leadB": F, "east": F, "a1": F, "leadA": F, "va": N},
    ),
    "remove": (
        {"remove_followers": "1"},
        "",
        {"w1": F, "west": F, "boss": F, "b1": H, "leadB": H, "east": H, "a1": H, "leadA": H, "va": N},
    ),
    "keep and remove": (
        {"keep_as_co_follower": "1", "remove_followers": "1"},
        "a1",
        {"w1": F, "west": F, "boss": F, "b1": H, "leadB": H, "east": F, "a1": F, "leadA": F, "va": N},
    ),
}


@pytest.mark.parametrize("ticks", TRANSFERS)
def test_owner_changes_and_the_mark_stays(client_as: ClientAs, session: Session, company: Company, ticks: str) -> None:
    sent, left, expected = TRANSFERS[ticks]

    answer = transfer(client_as("a1"), [company.c3], company.w1, **sent)

    assert answer.status_code == 302
    assert followers(session, company.c3) == (company.w1.id, {company[login].id for login in left.split()}, "private")
    assert sight(client_as, company, "c3", " ".join(expected), owner="w1") == expected


def test_owner_leaves_and_the_line_keeps_sight_until_the_handover(
    client_as: ClientAs, session: Session, company: Company
) -> None:
    admin, lines = client_as("admin"), supervisor_ids(session)
    a1 = client_as("a1")

    assert edit_person(admin, session, company.a1, is_active=None).status_code == 302

    assert a1.get("/admin/customer/").status_code == 302  # to the log-in
    assert supervisor_ids(session) == lines
    assert [followers(session, company[name])[0] for name in ("c1", "c2", "c3")] == [company.a1.id] * 3
    expected = {"leadA": F, "east": F, "boss": F, "admin": F, "va": N, "a2": H, "leadB": H}
    assert sight(client_as, company, "c1", " ".join(expected)) == expected
    handover = "/admin/customer/?scope=handover"
    waiting = {login: set(rows_of(client_as(login).get(handover))) for login in ("leadA", "a2")}
    assert waiting == {"leadA": {company[name].id for name in ("c1", "c2", "c3", "c6")}, "a2": set()}

    give_role(session, company.leadA, Permission.EDIT_TEAM_CUSTOMERS)
    assert transfer(client_as("leadA"), [company.c1, company.c2, company.c3, company.c6], company.a2).status_code == 302
    assert [followers(session, company[name])[0] for name in ("c1", "c2", "c3", "c6")] == [company.a2.id] * 4
    assert rows_of(client_as("leadA").get(handover)) == []


@pytest.mark.parametrize("login", ["a1", "gone", "b1"], ids=["owner", "owner who left", "co-follower"])
def test_nobody_who_follows_is_deleted(client_as: ClientAs, session: Session, company: Company, login: str) -> None:
    before = snapshot(session)

    page = client_as("admin").post("/admin/employee/delete/", data={"id": company[login].id}, follow_redirects=True)

    assert page.status_code == 200
    assert "cannot be deleted, it is in use" in page.text
    assert [name for name in factories.CUSTOMERS if company[name].name in page.text] == []
    assert snapshot(session) == before


#: Customer, the last follower's leaving -> status, owner and co-followers afterwards.
LEAVINGS: dict[str, tuple[str, str, int, str | None, str]] = {
    "private, owner to the pool": ("c1", "transfer", 422, "a1", ""),
    "private with co-follower, owner to the pool": ("c3", "transfer", 422, "a1", "b1"),
    "private, co-follower removed": ("c3", "remove b1", 302, "a1", ""),
    "public, owner to the pool": ("c2", "transfer", 302, None, ""),
    "public, owner as co-follower": ("c2", "remove a1", 422, "a1", ""),
}


@pytest.mark.parametrize("leaving", LEAVINGS)
def test_last_follower_leaves(client_as: ClientAs, session: Session, company: Company, leaving: str) -> None:
    name, deed, status, owner, left = LEAVINGS[leaving]
    a1, customer, (_, _, visibility) = client_as("a1"), company[name], followers(session, company[name])

    answer = (
        transfer(a1, [customer], None)
        if deed == "transfer"
        else change_follower(a1, customer, company[deed.split()[1]], "remove")
    )

    assert answer.status_code == status
    expected_owner = company[owner].id if owner else None
    assert followers(session, customer) == (
        expected_owner,
        {company[login].id for login in left.split()},
        visibility,
    )


def test_last_co_follower_leaves_the_pool_as_it_is(client_as: ClientAs, session: Session, company: Company) -> None:
    row = factories.make_customer(session, "pooled", co_followers=[company.b1])

    assert change_follower(client_as("admin"), row, company.b1, "remove").status_code == 302
    assert followers(session, row) == (None, set(), "public")
    assert edit(client_as("admin"), session, row, visibility="private").status_code == 400


def _no_supervisor(every: Session, company: Company) -> None:
    every.get_one(Employee, company.leadA.id).supervisor_id = None


def _leader_left(every: Session, company: Company) -> None:
    every.get_one(Employee, company.leadA.id).is_active = False


def _leader_moved(every: Session, company: Company) -> None:
    every.get_one(Employee, company.leadA.id).supervisor_id = company.west.id


def _nobody_above(every: Session, company: Company) -> None:
    every.get_one(Employee, company.a1.id).supervisor_id = None


#: What happens above a1 -> who gets what of C1 with the next request.
LINES: dict[str, tuple[Callable[[Session, Company], None], dict[str, Outcome]]] = {
    "owner without supervisor": (_nobody_above, {"a1": F, "leadA": H, "east": H, "boss": H, "admin": F, "va": N}),
    "leader without supervisor": (_no_supervisor, {"a1": F, "leadA": F, "east": H, "boss": H, "admin": F, "va": N}),
    "disabled leader between": (_leader_left, {"a1": F, "east": F, "boss": F, "admin": F, "va": N, "a2": H}),
    "leader below another": (_leader_moved, {"a1": F, "leadA": F, "east": H, "west": F, "boss": F, "va": N}),
}


@pytest.mark.parametrize("change", LINES)
def test_reporting_line_holds_as_it_is_now(
    client_as: ClientAs, session: Session, company: Company, change: str
) -> None:
    make, expected = LINES[change]
    with unfiltered(session, UnfilteredReason.COMMAND) as every:
        make(every, company)
    session.commit()

    assert sight(client_as, company, "c1", " ".join(expected)) == expected


#: Who opens what -> whether it is noted; the switch decides with the mark.
OPENINGS = [("admin", "c1", True), ("admin", "c2", False), ("a1", "c1", False), ("boss", "c1", False)]


@pytest.mark.parametrize("page", ["details", "edit"])
def test_openings_by_the_admin_are_noted(client_as: ClientAs, session: Session, company: Company, page: str) -> None:
    for is_on in (True, False):
        factories.switch_private(session, is_on=is_on)
        for login, name, is_noted in OPENINGS:
            before = len(audited(session, "open_private_customer"))
            client_as(login).get(f"/admin/customer/{page}/?id={company[name].id}")
            new = audited(session, "open_private_customer")[before:]
            expected = [("open_private_customer", company.admin.id, company[name].id, {})] if is_noted and is_on else []
            assert new == expected, (login, name, is_on)


def test_customers_above_are_counted_not_named(client_as: ClientAs, session: Session, company: Company) -> None:
    child = factories.make_customer(session, "child", owner=company.solo, visibility="private")
    with unfiltered(session, UnfilteredReason.SEED) as every:
        every.get_one(Customer, child.id).parent_customer_id = company.c10.id
    session.commit()
    before = snapshot(session, only=["customer", "contact"])

    page = client_as("admin").post("/admin/customer/delete/", data={"id": company.c10.id}, follow_redirects=True)

    assert "(Customers: 1)" in page.text
    assert snapshot(session, only=["customer", "contact"]) == before
