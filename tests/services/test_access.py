"""Who sees a customer and why, and why somebody does not: the people of DOMAIN 3.7."""

import pytest
from sqlalchemy import Engine, insert
from sqlalchemy.orm import Session

from auth.errors import HiddenRowError, PrivateCustomerError
from auth.visibility import Outcome
from models import Customer, Employee
from models.enums import COMPANY_ADMIN
from services import access
from services.access import Ground, Missing
from services.ordering import UnknownRowError
from tests import factories
from tests.conftest import acting_in, counted

F, N, H = Outcome.FULL, Outcome.NOTICE, Outcome.HIDDEN
NEITHER, BELOW, NO_VIEW_ALL = Missing.NOT_FOLLOWER_OR_ABOVE, Missing.BELOW_A_FOLLOWER, Missing.NO_VIEW_ALL
PRIVATE = Missing.PRIVATE_BEATS_VIEW_ALL

#: Customer -> everybody who sees it, in order, each with the reasons: a chain from a follower up, or a ground.
SEEN_BY: dict[str, dict[str, tuple[str, ...]]] = {
    "c1": {
        "a1": ("owner a1",),
        "leadA": ("above_owner a1 leadA",),
        "east": ("above_owner a1 leadA east",),
        "boss": ("above_owner a1 leadA east boss",),
        "admin": ("company_admin",),
    },
    "c2": {
        "a1": ("owner a1",),
        "leadA": ("above_owner a1 leadA",),
        "east": ("above_owner a1 leadA east",),
        "boss": ("above_owner a1 leadA east boss",),
        "admin": ("company_admin",),
        "va": ("view_all",),
        "west": ("view_all",),
    },
    "c3": {
        "a1": ("owner a1",),
        "b1": ("co_follower b1",),
        "leadA": ("above_owner a1 leadA",),
        "leadB": ("above_co_follower b1 leadB",),
        "east": ("above_owner a1 leadA east", "above_co_follower b1 leadB east"),
        "boss": ("above_owner a1 leadA east boss", "above_co_follower b1 leadB east boss"),
        "admin": ("company_admin",),
    },
    "c4": {"solo": ("owner solo",), "admin": ("company_admin",)},
    "c6": {
        "gone (left)": ("owner gone",),
        "leadA": ("above_owner gone leadA",),
        "east": ("above_owner gone leadA east",),
        "boss": ("above_owner gone leadA east boss",),
        "admin": ("company_admin",),
    },
    "c7": {
        "o1": ("owner o1",),
        "off (left)": ("above_owner o1 off",),
        "east": ("above_owner o1 off east",),
        "boss": ("above_owner o1 off east boss",),
        "admin": ("company_admin",),
    },
    "c8": {
        "x1": ("owner x1",),
        "x": ("above_owner x1 x",),
        "y": ("above_owner x1 x y",),
        "z": ("above_owner x1 x y z",),
        "admin": ("company_admin",),
    },
    "c10": {"admin": ("company_admin",), "va": ("view_all",), "west": ("view_all",)},
}


@pytest.fixture
def company(bare_session: Session) -> factories.Company:
    """Return the company of DOMAIN 3.7."""
    return factories.company(bare_session)


def seen_by(session: Session, customer: Customer) -> dict[str, tuple[str, ...]]:
    """Return the viewers of a customer by name, in order, with their reasons as text."""
    found, total = access.viewers(session, session.get_one(Customer, customer.id))
    assert total == len(found)
    return {
        viewer.name + ("" if viewer.is_active else " (left)"): tuple(
            " ".join([reason.ground, *reason.chain]) for reason in viewer.reasons
        )
        for viewer in found
    }


@pytest.mark.parametrize("name", SEEN_BY)
def test_everybody_who_sees_a_customer_is_there_with_every_reason(
    engine: Engine, company: factories.Company, name: str
) -> None:
    with acting_in(engine, company.admin.id) as own:
        found = seen_by(own, company[name])

    assert list(found.items()) == list(SEEN_BY[name].items())


def test_a_private_customer_is_seen_like_a_public_one_while_the_switch_is_off(
    engine: Engine, bare_session: Session, company: factories.Company
) -> None:
    factories.switch_private(bare_session, is_on=False)

    with acting_in(engine, company.admin.id) as own:
        found = seen_by(own, company.c1)
        explained = access.explain(own, own.get_one(Customer, company.c1.id), company.va.id)

    assert list(found) == ["a1", "leadA", "east", "boss", "admin", "va", "west"]
    assert (explained.outcome, explained.missing) == (F, ())


def test_each_reason_is_told_of_who_has_several(
    engine: Engine, bare_session: Session, company: factories.Company
) -> None:
    chief = factories.make_employee(bare_session, "chief", role=COMPANY_ADMIN)
    owner = factories.make_employee(bare_session, "owner", role="employee", supervisor=chief)
    left = factories.make_employee(bare_session, "left", role=COMPANY_ADMIN, is_active=False)
    customer = factories.make_customer(bare_session, owner=owner, co_followers=[chief, left])

    with acting_in(engine, company.admin.id) as own:
        found = seen_by(own, customer)

    assert list(found.items()) == [
        ("owner", ("owner owner", "view_all")),
        ("chief", ("company_admin", "co_follower chief", "above_owner owner chief")),
        ("left (left)", ("co_follower left",)),
        ("admin", ("company_admin",)),
        ("va", ("view_all",)),
        ("west", ("view_all",)),
    ]


def test_members_of_a_loop_stand_above_each_other(
    engine: Engine, bare_session: Session, company: factories.Company
) -> None:
    customer = factories.make_customer(bare_session, owner=company.x, co_followers=[company.y], visibility="private")

    with acting_in(engine, company.z.id) as own:
        found = seen_by(own, customer)

    assert found == {
        "x": ("owner x", "above_co_follower y z x"),
        "y": ("co_follower y", "above_owner x y"),
        "z": ("above_owner x y z", "above_co_follower y z"),
        "admin": ("company_admin",),
    }


def test_viewers_come_in_pages(engine: Engine, company: factories.Company) -> None:
    with acting_in(engine, company.admin.id) as own:
        customer = own.get_one(Customer, company.c3.id)
        pages = [access.viewers(own, customer, limit=3, offset=offset) for offset in (0, 3, 6, 9)]

    assert [[viewer.name for viewer in found] for found, _ in pages] == [
        ["a1", "b1", "leadA"],
        ["leadB", "east", "boss"],
        ["admin"],
        [],
    ]
    assert {total for _, total in pages} == {7}


@pytest.mark.parametrize(
    ("login", "name", "outcome", "grounds", "missing"),
    [
        ("a1", "c1", F, [Ground.OWNER], []),
        ("b1", "c3", F, [Ground.CO_FOLLOWER], []),
        ("boss", "c1", F, [Ground.ABOVE_OWNER], []),
        ("admin", "c1", F, [Ground.COMPANY_ADMIN], []),
        ("va", "c2", F, [Ground.VIEW_ALL], []),
        ("va", "c11", F, [Ground.OWNER], []),
        ("va", "c1", N, [], [NEITHER, PRIVATE]),
        ("west", "c1", N, [], [NEITHER, PRIVATE]),
        ("a2", "c1", H, [], [NEITHER, NO_VIEW_ALL]),
        ("a2", "c2", H, [], [NEITHER, NO_VIEW_ALL]),
        ("a1", "c5", H, [], [NEITHER, BELOW, NO_VIEW_ALL]),
        ("x1", "c9", H, [], [NEITHER, BELOW, NO_VIEW_ALL]),
        ("cfg", "c10", H, [], [NEITHER, NO_VIEW_ALL]),
        ("gone", "c6", H, [Ground.OWNER], [Missing.DISABLED]),
        ("gone", "c5", H, [], [Missing.DISABLED, NEITHER, BELOW, NO_VIEW_ALL]),
        ("off", "c7", H, [Ground.ABOVE_OWNER], [Missing.DISABLED]),
    ],
)
def test_why_somebody_sees_a_customer_or_does_not(
    engine: Engine,
    company: factories.Company,
    *,
    login: str,
    name: str,
    outcome: Outcome,
    grounds: list[Ground],
    missing: list[Missing],
) -> None:
    with acting_in(engine, company.admin.id) as own:
        found = access.explain(own, own.get_one(Customer, company[name].id), company[login].id)

    assert (found.employee_id, found.name, found.is_active) == (
        company[login].id, login, login not in factories.LEAVERS
    )  # fmt: skip
    assert (found.outcome, [reason.ground for reason in found.reasons], list(found.missing)) == (
        outcome, grounds, missing
    )  # fmt: skip


def test_a_subordinate_who_sees_all_customers_gets_the_notice_of_the_leaders_private_one(
    engine: Engine, bare_session: Session, company: factories.Company
) -> None:
    bare_session.get_one(Employee, company.a1.id).role_id = company.va.role_id
    bare_session.commit()

    with acting_in(engine, company.leadA.id) as own:  # case 50
        found = access.explain(own, own.get_one(Customer, company.c5.id), company.a1.id)

    assert (found.outcome, found.missing) == (N, (NEITHER, BELOW, PRIVATE))


def test_nobody_is_told_of_a_customer_they_do_not_see(engine: Engine, company: factories.Company) -> None:
    for login, error in (("va", PrivateCustomerError), ("a2", HiddenRowError)):
        with acting_in(engine, company[login].id) as own:
            with pytest.raises(error):
                access.viewers(own, company.c1)
            with pytest.raises(error):
                access.explain(own, company.c1, company.a1.id)


def test_nobody_explains_an_employee_who_is_not_there(engine: Engine, company: factories.Company) -> None:
    with acting_in(engine, company.a1.id) as own, pytest.raises(UnknownRowError):
        access.explain(own, own.get_one(Customer, company.c1.id), 10_000)


def test_statements_do_not_grow_with_the_company(
    engine: Engine, bare_session: Session, company: factories.Company
) -> None:
    names = {"name": "n", "name_key": "n", "name_sort": "n", "name_initials": "n"}
    ids = range(1_001, 1_201)
    people = [
        {
            "id": id_,
            "login": f"n{id_}",
            "role_id": company.va.role_id,
            "supervisor_id": id_ - 1 if id_ > ids[0] else None,
            **names,
        }
        for id_ in ids
    ]
    bare_session.execute(insert(Employee), people)
    bare_session.commit()
    bottom, middle = (bare_session.get_one(Employee, id_) for id_ in (1_200, 1_100))
    large = factories.make_customer(bare_session, owner=bottom, co_followers=[middle, company.b1], visibility="private")

    counts = []
    for customer_id in (company.c3.id, large.id):
        with acting_in(engine, company.admin.id) as own, counted(engine) as statements:
            customer = own.get_one(Customer, customer_id)
            found, _ = access.viewers(own, customer, limit=500)
            access.explain(own, customer, company.a2.id)
        counts.append(len(statements))

    assert len(found) == 200 + 4 + 1  # the chain; b1, leadB, east, boss; admin
    top = next(viewer for viewer in found if viewer.employee_id == ids[0])
    assert [len(reason.chain) for reason in top.reasons] == [200, 100]
    assert counts[0] == counts[1]
