"""Cases 26 to 32 of DOMAIN 3.7 through HTTP: owners, co-followers and reporting lines change."""

from collections.abc import Callable

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from auth.visibility import Outcome
from tests.factories import Company
from tests.functional.deed_pages import audited, change_follower, edit_person, followers, supervisor_ids, transfer
from tests.functional.visibility_pages import FULL, HIDDEN, NOTICE, outcome, snapshot

ClientAs = Callable[[str], FlaskClient]


def seen(client_as: ClientAs, company: Company, name: str, logins: str, *, owner: str | None = None) -> list[Outcome]:
    """Return what each of several people gets of a customer, which belongs to another owner by now."""
    return [outcome(client_as(login), company, name, owner=owner) for login in logins.split()]


def test_case_26_a_transfer_takes_the_customer_to_another_line(
    client_as: ClientAs, session: Session, company: Company
) -> None:
    answer = transfer(client_as("a1"), [company.c1], company.w1)

    assert answer.status_code == 302
    assert followers(session, company.c1) == (company.w1.id, set(), "private")
    assert seen(client_as, company, "c1", "w1 west boss", owner="w1") == [FULL, FULL, FULL]
    assert seen(client_as, company, "c1", "a1 leadA east", owner="w1") == [HIDDEN, HIDDEN, HIDDEN]
    assert [entry[:3] for entry in audited(session, "transfer")] == [("transfer", company.a1.id, company.c1.id)]


def test_case_27_the_old_owner_stays_as_co_follower(client_as: ClientAs, session: Session, company: Company) -> None:
    answer = transfer(client_as("a1"), [company.c1], company.w1, keep_as_co_follower="1")

    assert answer.status_code == 302
    assert followers(session, company.c1) == (company.w1.id, {company.a1.id}, "private")
    assert seen(client_as, company, "c1", "a1 leadA east west", owner="w1") == [FULL, FULL, FULL, FULL]


def test_case_28_a_move_to_another_leader_holds_from_the_next_request(
    client_as: ClientAs, session: Session, company: Company
) -> None:
    before = seen(client_as, company, "c1", "leadA leadB east")

    answer = edit_person(client_as("admin"), session, company.a1, supervisor=company.leadB.id)

    assert answer.status_code == 302
    assert before == [FULL, HIDDEN, FULL]
    assert seen(client_as, company, "c1", "leadA leadB east") == [HIDDEN, FULL, FULL]


def test_case_29_a_co_follower_who_is_removed_loses_sight_with_the_line(
    client_as: ClientAs, session: Session, company: Company
) -> None:
    answer = change_follower(client_as("a1"), company.c3, company.b1, "remove")

    assert answer.status_code == 302
    assert followers(session, company.c3) == (company.a1.id, set(), "private")
    assert seen(client_as, company, "c3", "b1 leadB leadA") == [HIDDEN, HIDDEN, FULL]


def test_case_30_the_last_follower_leaves_a_public_customer_to_the_pool(
    client_as: ClientAs, session: Session, company: Company
) -> None:
    a1, before = client_as("a1"), snapshot(session)

    refused = transfer(a1, [company.c1], None)
    assert refused.status_code == 422
    assert "A private customer needs an owner: transfer it, or make it public first." in refused.text
    assert snapshot(session) == before

    # both at once: all or none
    assert transfer(a1, [company.c2, company.c1], None).status_code == 422
    assert snapshot(session) == before

    assert transfer(a1, [company.c2], None).status_code == 302
    assert followers(session, company.c2) == (None, set(), "public")
    assert seen(client_as, company, "c2", "a1 admin", owner="nobody") == [HIDDEN, FULL]


def test_case_31_nobody_is_set_below_themselves(client_as: ClientAs, session: Session, company: Company) -> None:
    before, admin = snapshot(session), client_as("admin")
    wishes = [(company.east, company.a1), (company.east, company.east), (company.boss, company.leadB)]

    pages = [edit_person(admin, session, person, supervisor=above.id) for person, above in wishes]

    assert [page.status_code for page in pages] == [200, 200, 200]
    assert ["Nobody can stand above themselves" in page.text for page in pages] == [True, True, True]
    assert snapshot(session) == before


def test_case_32_a_swap_in_an_order_without_loop_turns_sight_round(
    client_as: ClientAs, session: Session, company: Company
) -> None:
    admin, before = client_as("admin"), supervisor_ids(session)

    wrong_way = edit_person(admin, session, company.leadA, supervisor=company.a1.id)
    assert (wrong_way.status_code, supervisor_ids(session)) == (200, before)
    first = edit_person(admin, session, company.a1, supervisor=company.east.id)
    second = edit_person(admin, session, company.leadA, supervisor=company.a1.id)

    assert (first.status_code, second.status_code) == (302, 302)
    assert seen(client_as, company, "c1", "leadA va") == [HIDDEN, NOTICE]
    assert seen(client_as, company, "c5", "a1 leadA") == [FULL, FULL]
