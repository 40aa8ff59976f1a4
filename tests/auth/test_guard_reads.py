"""What a session reads: every way to a hidden row is filtered (DESIGN 4).

va sees C2, C10 and C11 in full; C1 and what hangs on it is tried in each way, with its id known.
"""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, exists, func, insert, select
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import Session, aliased, joinedload, make_transient_to_detached, selectinload, subqueryload

from models import (
    Contact,
    Customer,
    CustomerFollower,
    Employee,
    FollowUp,
    FollowUpAttachment,
    Industry,
    Visit,
    VisitPhoto,
)
from tests import factories
from tests.auth.conftest import SEEN_BY_VA
from tests.conftest import acting_in

CODES: dict[str, Callable[[Session], set[str]]] = {
    "entity": lambda s: {row.code for row in s.scalars(select(Customer))},
    "column": lambda s: set(s.scalars(select(Customer.code))),
    "aliased": lambda s: {row.code for row in s.scalars(select(aliased(Customer)))},
    "aliased column": lambda s: set(s.scalars(select(aliased(Customer).code))),
    "subquery": lambda s: set(s.scalars(select(select(Customer).subquery().c.code))),
    "aliased subquery": lambda s: {
        row.code for row in s.scalars(select(aliased(Customer, select(Customer).subquery())))
    },
    "cte": lambda s: set(s.scalars(select(select(Customer.code).cte().c.code))),
    "union": lambda s: set(s.scalars(select(Customer.code).union(select(Customer.code)))),
    "query": lambda s: {row.code for row in s.query(Customer)},
    "query column": lambda s: {code for (code,) in s.query(Customer.code)},
    "join": lambda s: set(
        s.scalars(select(Customer.code).join(Employee, Employee.id == Customer.owner_id, isouter=True))
    ),
    "join from employee": lambda s: (
        set(s.scalars(select(Customer.code).select_from(Employee).join(Customer, Customer.owner_id == Employee.id)))
        | {"C10"}
    ),
    "join in a subquery": lambda s: set(
        s.scalars(select(select(Customer.code).outerjoin(Customer.contacts).distinct().subquery().c.code))
    ),
    "populate existing": lambda s: set(s.scalars(select(Customer.code).execution_options(populate_existing=True))),
    "yield per": lambda s: {row.code for row in s.scalars(select(Customer).execution_options(yield_per=1))},
}


def _exists_of_alias() -> Any:
    other = aliased(Customer)
    return exists(select(other.id).where(other.owner_id == Employee.id))


OWNERS: dict[str, Any] = {
    "in": lambda: Employee.id.in_(select(Customer.owner_id)),
    "exists": lambda: exists().where(Customer.owner_id == Employee.id),
    "exists of an alias": _exists_of_alias,
    "count": lambda: select(func.count(Customer.id)).where(Customer.owner_id == Employee.id).scalar_subquery() > 0,
    "join": lambda: Employee.id.in_(
        select(Employee.id).join(Customer, Customer.owner_id == Employee.id).with_only_columns(Employee.id)
    ),
    "co-followers": lambda: (
        Employee.id.in_(select(Customer.owner_id).join(Customer.contacts)) | (Employee.login == "va")
    ),
}


@pytest.mark.parametrize("way", CODES)
def test_every_read_is_filtered(as_va: Session, way: str) -> None:
    assert CODES[way](as_va) == SEEN_BY_VA


def test_selects_inside_other_statements_are_filtered(as_va: Session) -> None:
    as_va.execute(
        insert(Industry).from_select(
            ["name", "name_key", "name_sort", "name_initials"],
            select(Customer.code, Customer.code, Customer.code, Customer.code),
        )
    )
    from_statement = as_va.scalars(select(Customer).from_statement(select(Customer))).all()

    assert set(as_va.scalars(select(Industry.name))) == SEEN_BY_VA
    assert {row.code for row in from_statement} == SEEN_BY_VA


@pytest.mark.parametrize("way", OWNERS)
def test_every_subquery_is_filtered(as_va: Session, way: str) -> None:
    assert set(as_va.scalars(select(Employee.login).where(OWNERS[way]()))) == {"a1", "va"}


def test_counts_and_aggregates_are_filtered(as_va: Session) -> None:
    assert as_va.scalar(select(func.count()).select_from(Customer)) == 3
    assert as_va.scalar(select(func.count(Customer.id))) == 3
    assert as_va.scalar(select(func.count()).select_from(select(Customer).subquery())) == 3
    assert as_va.query(Customer).count() == 3
    assert as_va.scalar(select(func.count()).select_from(Contact)) == 1


@pytest.mark.parametrize(
    ("model", "attribute"),
    [
        (Contact, "name"),
        (FollowUp, "content"),
        (Visit, "summary"),
        (VisitPhoto, "storage_key"),
        (FollowUpAttachment, "storage_key"),
    ],
)
def test_what_hangs_on_a_customer_is_filtered(as_va: Session, model: Any, attribute: str) -> None:
    assert as_va.scalars(select(getattr(model, attribute))).all() == ["open"]
    assert [getattr(row, attribute) for row in as_va.scalars(select(model))] == ["open"]
    assert as_va.scalars(select(getattr(aliased(model), attribute))).all() == ["open"]


def test_co_followers_are_filtered(engine: Engine, company: factories.Company) -> None:
    with acting_in(engine, company.va.id) as own:
        assert own.scalars(select(CustomerFollower)).all() == []
    with acting_in(engine, company.leadB.id) as own:
        assert own.scalars(select(CustomerFollower.employee_id)).all() == [company.b1.id]


def test_get_and_refresh_are_filtered(as_va: Session, company: factories.Company) -> None:
    assert as_va.get(Customer, company.c1.id) is None
    assert as_va.get(Customer, company.c2.id).code == "C2"
    assert as_va.get(Contact, company.contact_c1.id) is None
    with pytest.raises(InvalidRequestError):
        as_va.get_one(Customer, company.c1.id)


def test_an_object_put_into_the_session_is_not_loaded(as_va: Session, company: factories.Company) -> None:
    ghost = Customer(id=company.c1.id)
    make_transient_to_detached(ghost)
    as_va.add(ghost)

    with pytest.raises(InvalidRequestError):
        _ = ghost.name
    with pytest.raises(InvalidRequestError):
        as_va.refresh(ghost)


@pytest.mark.parametrize(
    "load", [joinedload, selectinload, subqueryload, None], ids=["joined", "selectin", "subquery", "lazy"]
)
def test_loading_to_the_parent_is_filtered(
    bare_session: Session, engine: Engine, company: factories.Company, load: Any
) -> None:
    child = factories.make_customer(bare_session, "child", owner=company.w1, parent_customer_id=company.c1.id)

    with acting_in(engine, company.w1.id) as own:
        query = select(Customer).where(Customer.id == child.id)
        row = own.scalars(query.options(load(Customer.parent_customer)) if load else query).unique().one()
        assert (row.parent_customer_id, row.parent_customer) == (company.c1.id, None)
    with acting_in(engine, company.a1.id) as own:
        assert own.scalar(select(func.count()).select_from(Customer)) == 3


@pytest.mark.parametrize(
    "load", [joinedload, selectinload, subqueryload, None], ids=["joined", "selectin", "subquery", "lazy"]
)
def test_loading_collections_shows_what_the_actor_sees(as_va: Session, company: factories.Company, load: Any) -> None:
    query = select(Customer).where(Customer.id == company.c2.id)
    row = as_va.scalars(query.options(load(Customer.contacts)) if load else query).unique().one()

    assert [contact.name for contact in row.contacts] == ["open"]
    assert row.contacts[0].customer is row
    assert [
        contact.customer.code for contact in as_va.scalars(select(Contact).options(joinedload(Contact.customer)))
    ] == ["C2"]


def test_eager_loading_below_a_limit_is_filtered(as_va: Session) -> None:
    query = select(Customer).options(joinedload(Customer.contacts)).order_by(Customer.id).limit(1)

    assert [(row.code, len(row.contacts)) for row in as_va.scalars(query).unique()] == [("C2", 1)]


def test_joins_to_the_parent_do_not_ask_hidden_rows(
    bare_session: Session, engine: Engine, company: factories.Company
) -> None:
    factories.make_customer(bare_session, "child", owner=company.w1, parent_customer_id=company.c1.id)

    with acting_in(engine, company.w1.id) as own:
        above = aliased(Customer)
        joined = select(Customer.name).join(Customer.parent_customer.of_type(above))
        outer = select(Customer.name, above.name).outerjoin(Customer.parent_customer.of_type(above))
        assert own.scalars(joined).all() == []
        assert [tuple(row) for row in own.execute(outer)] == [("child", None)]


def test_one_cached_statement_serves_each_actor_his_own(engine: Engine, company: factories.Company) -> None:
    found = {}
    for login in ("a1", "va", "a2", "leadB", "a1"):
        with acting_in(engine, company[login].id) as own:
            found[login] = sorted(own.scalars(select(Customer.code)))
            assert len(own.scalars(select(Contact)).all()) == {"a1": 2, "va": 1}.get(login, 0)

    assert found == {"a1": ["C1", "C2", "C3"], "va": sorted(SEEN_BY_VA), "a2": [], "leadB": ["C11", "C3"]}


def test_nobody_sees_no_rows(bare_session: Session, company: factories.Company) -> None:
    assert bare_session.scalars(select(Customer)).all() == []
    assert bare_session.scalar(select(func.count()).select_from(Contact)) == 0
    assert bare_session.get(Customer, company.c10.id) is None
    assert bare_session.scalar(select(func.count()).select_from(Employee)) == len(factories.PEOPLE)
