"""Who may do what with a customer: DOMAIN 3.5 and 8 as a truth table, actor by customer by deed."""

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from auth.errors import PermissionDeniedError
from models import Customer, Employee
from models.scope import UnfilteredReason, unfiltered
from services import customers
from services.customers import Deed
from tests import factories
from tests.conftest import acting_in

ALL = frozenset(Deed)
READ: frozenset[Deed] = frozenset()
OWNER = frozenset(
    {
        Deed.EDIT,
        Deed.DEACTIVATE,
        Deed.TRANSFER,
        Deed.REASSIGN,
        Deed.CHANGE_FOLLOWERS,
        Deed.SET_VISIBILITY,
        Deed.CLEAR_PRIVATE,
    }
)
CO_FOLLOWER = frozenset({Deed.EDIT, Deed.SET_VISIBILITY, Deed.CLEAR_PRIVATE})
ADMIN = ALL - {Deed.SET_VISIBILITY}
#: A leader whose role has edit_team_customers: of the owner, and of a mere co-follower.
TEAM_LEADER = frozenset({Deed.EDIT, Deed.DEACTIVATE, Deed.REASSIGN})
CO_TEAM_LEADER = frozenset({Deed.EDIT})
CLAIMANT = frozenset({Deed.CLAIM})

#: Actor -> what they may do with C3 (a1's, b1 co-follower, private), C2 (a1's, public) and C10 (pool, public).
#: leadA and leadB are managers here; east is a leader without the permission.
RIGHTS: dict[str, tuple[frozenset[Deed], frozenset[Deed], frozenset[Deed]]] = {
    "a1": (OWNER, OWNER, READ),
    "b1": (CO_FOLLOWER, READ, READ),
    "leadA": (TEAM_LEADER, TEAM_LEADER, CLAIMANT),
    "leadB": (CO_TEAM_LEADER, READ, CLAIMANT),
    "east": (READ, READ, READ),
    "boss": (READ, READ, READ),
    "va": (READ, READ, CLAIMANT),
    "a2": (READ, READ, READ),
    "cfg": (READ, READ, READ),
    "admin": (ADMIN - {Deed.CLAIM}, ADMIN - {Deed.CLAIM}, ADMIN),
}


@pytest.fixture
def company(bare_session: Session) -> factories.Company:
    """Return the company of DOMAIN 3.7, with leadA and leadB as managers."""
    found = factories.company(bare_session)
    role_id = factories.make_role(bare_session, "manager").id
    for login in ("leadA", "leadB"):
        bare_session.get_one(Employee, found[login].id).role_id = role_id
    bare_session.commit()
    return found


@pytest.mark.parametrize("login", RIGHTS)
def test_rights_are_as_the_table_says(engine: Engine, company: factories.Company, login: str) -> None:
    with acting_in(engine, company[login].id) as own:
        found = tuple(
            frozenset(deed for deed in Deed if customers.allowed_ids(own, deed, [company[name].id]))
            for name in ("c3", "c2", "c10")
        )

    assert found == RIGHTS[login]


@pytest.mark.parametrize("login", ["a1", "b1", "leadA", "leadB", "east", "va", "a2", "admin"])
def test_one_many_and_the_pick_list_say_the_same(engine: Engine, company: factories.Company, login: str) -> None:
    ids = {customer.id for customer in company.customers.values()}
    with acting_in(engine, company[login].id) as own:
        rows = own.scalars(select(Customer)).all()
        many = customers.editable_customer_ids(own, ids)
        picked = {row.id for row in own.scalars(customers.editable_customers_statement(own))}

        assert {row.id for row in rows if customers.can_edit(own, row)} == many == picked
    assert many <= {row.id for row in rows}


@pytest.mark.parametrize(
    ("login", "new_owner", "is_allowed"),
    [
        ("a1", "w1", True),
        ("leadA", "a2", True),
        ("leadA", "leadA", True),
        ("leadA", "w1", False),
        ("leadA", "east", False),
        ("leadB", "b1", False),
        ("b1", "b1", False),
        ("east", "a2", False),
        ("admin", "w1", True),
    ],
)
def test_a_leader_reassigns_within_the_own_team_alone(
    engine: Engine, company: factories.Company, *, login: str, new_owner: str, is_allowed: bool
) -> None:
    with acting_in(engine, company[login].id) as own:
        customer = own.get_one(Customer, company.c3.id)

        assert customers.can_transfer(own, customer, company[new_owner].id) == is_allowed


@pytest.mark.parametrize(
    ("login", "name", "may_set"),
    [
        ("a1", "c1", True),
        ("a1", "c2", True),
        ("b1", "c3", True),
        ("leadA", "c1", False),
        ("east", "c2", False),
        ("admin", "c1", True),
        ("admin", "c2", False),
        ("va", "c2", False),
    ],
)
def test_visibility_is_the_followers_to_change(
    engine: Engine, bare_session: Session, company: factories.Company, *, login: str, name: str, may_set: bool
) -> None:
    with acting_in(engine, company[login].id) as own:
        with_switch = customers.can_set_visibility(own, own.get_one(Customer, company[name].id))
    factories.switch_private(bare_session, is_on=False)
    with acting_in(engine, company[login].id) as own:
        without = customers.can_set_visibility(own, own.get_one(Customer, company[name].id))

    assert (with_switch, without) == (may_set, False)


def test_nobody_may_do_anything_and_unfiltered_work_everything(
    bare_session: Session, company: factories.Company
) -> None:
    ids = [company.c2.id]

    assert customers.allowed_ids(bare_session, Deed.EDIT, ids) == set()
    with pytest.raises(PermissionDeniedError):
        customers.create_customer(bare_session, {"name": "x"})
    with unfiltered(bare_session, UnfilteredReason.COMMAND) as every:
        assert customers.allowed_ids(every, Deed.DELETE, ids) == {company.c2.id}


def test_a_row_that_is_not_editable_is_refused(engine: Engine, company: factories.Company) -> None:
    with acting_in(engine, company.east.id) as own:
        customer = own.get_one(Customer, company.c2.id)
        with pytest.raises(PermissionDeniedError):
            customers.require_editable(own, customer)
        with pytest.raises(PermissionDeniedError):
            customers.update_customer(own, customer, {"remark": "x"})
