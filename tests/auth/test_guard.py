"""What passes the session listeners: every way to a hidden row is filtered or refused (DESIGN 4).

a2 sees nothing of a1's private customer C1; everything here is tried with its id known.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import (
    Engine,
    delete,
    exists,
    func,
    insert,
    literal_column,
    select,
    table,
    text,
    update,
    column,
)
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import Session, aliased, joinedload, make_transient_to_detached, selectinload, subqueryload

from auth.actor import load_actor, set_actor
from auth.errors import HiddenRowError, UnguardedStatementError
from models import (
    Base,
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
from models.scope import HangsOnCustomer, UnfilteredReason, unfiltered
from tests import factories
from tests.conftest import acting_in

MARKER = "hidden-marker"


@pytest.fixture
def company(bare_session: Session) -> factories.Company:
    """Return the company with something hanging on C1 (hidden from a2) and on C11 (what va follows)."""
    found = factories.company(bare_session)
    for name, word in (("c1", MARKER), ("c2", "open")):
        customer = found[name]
        found[f"contact_{name}"] = factories.make_contact(bare_session, customer, name=word)
        found[f"follow_up_{name}"] = factories.make_follow_up(bare_session, customer, author=found.a1, content=word)
        found[f"visit_{name}"] = factories.make_visit(bare_session, customer, user=found.a1, summary=word)
        factories.save(
            bare_session,
            VisitPhoto(customer_id=customer.id, visit_id=found[f"visit_{name}"].id, storage_key=word),
            FollowUpAttachment(
                customer_id=customer.id, follow_up_id=found[f"follow_up_{name}"].id, file_name=word, storage_key=word
            ),
        )
    return found


@pytest.fixture
def as_va(engine: Engine, company: factories.Company) -> Iterator[Session]:
    """Yield a session of va, who sees C2, C10 and C11 in full."""
    with acting_in(engine, company.va.id) as own:
        yield own


def stored(session: Session, name: str = "C1") -> Any:
    """Return the customer as it stands in the database, past the rule."""
    session.rollback()
    with unfiltered(session, UnfilteredReason.COMMAND) as every:
        return every.scalar(select(Customer).where(Customer.code == name))


SEEN_BY_VA = {"C2", "C10", "C11"}
def _self_join(session: Session) -> set[str]:
    other = aliased(Customer)
    return {code for pair in session.execute(select(Customer.code, other.code).join(other, other.id > 0)) for code in pair}


CODES: dict[str, Callable[[Session], set[str]]] = {
    "entity": lambda s: {row.code for row in s.scalars(select(Customer))},
    "column": lambda s: set(s.scalars(select(Customer.code))),
    "aliased": lambda s: {row.code for row in s.scalars(select(aliased(Customer)))},
    "aliased column": lambda s: set(s.scalars(select(aliased(Customer).code))),
    "subquery": lambda s: set(s.scalars(select(select(Customer).subquery().c.code))),
    "aliased subquery": lambda s: {row.code for row in s.scalars(select(aliased(Customer, select(Customer).subquery())))},
    "cte": lambda s: set(s.scalars(select(select(Customer.code).cte().c.code))),
    "union": lambda s: set(s.scalars(select(Customer.code).union(select(Customer.code)))),
    "query": lambda s: {row.code for row in s.query(Customer)},
    "query column": lambda s: {code for (code,) in s.query(Customer.code)},
    "self join": _self_join,
    "join": lambda s: set(
        s.scalars(select(Customer.code).join(Employee, Employee.id == Customer.owner_id, isouter=True))
    ),
    "populate existing": lambda s: set(s.scalars(select(Customer.code).execution_options(populate_existing=True))),
    "yield per": lambda s: {row.code for row in s.scalars(select(Customer).execution_options(yield_per=1))},
}

OWNERS: dict[str, Any] = {
    "in": lambda: Employee.id.in_(select(Customer.owner_id)),
    "exists": lambda: exists().where(Customer.owner_id == Employee.id),
    "exists of an alias": lambda: exists(select(aliased(Customer).id).where(Customer.owner_id == Employee.id)),
    "count": lambda: select(func.count(Customer.id)).where(Customer.owner_id == Employee.id).scalar_subquery() > 0,
    "co-followers": lambda: Employee.id.in_(select(Customer.owner_id).join(Customer.contacts)) | (Employee.login == "va"),
}


@pytest.mark.parametrize("way", CODES)
def test_every_read_is_filtered(as_va: Session, way: str) -> None:
    assert CODES[way](as_va) == SEEN_BY_VA


@pytest.mark.parametrize("way", OWNERS)
def test_every_subquery_is_filtered(as_va: Session, way: str) -> None:
    assert set(as_va.scalars(select(Employee.login).where(OWNERS[way]()))) == {"a1", "va"}


def test_counts_and_aggregates_are_filtered(as_va: Session) -> None:
    assert as_va.scalar(select(func.count()).select_from(Customer)) == 3
    assert as_va.scalar(select(func.count(Customer.id))) == 3
    assert as_va.scalar(select(func.count()).select_from(select(Customer).subquery())) == 3
    assert as_va.query(Customer).count() == 3
    assert as_va.scalar(select(func.count()).select_from(Contact)) == 1
    assert as_va.scalar(select(exists().where(Customer.code == "C1"))) is False


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


@pytest.mark.parametrize("load", [joinedload, selectinload, subqueryload, None], ids=["joined", "selectin", "subquery", "lazy"])
def test_loading_to_the_parent_is_filtered(bare_session: Session, engine: Engine, company: factories.Company, load: Any) -> None:
    child = factories.make_customer(bare_session, "child", owner=company.w1, parent_customer_id=company.c1.id)

    with acting_in(engine, company.w1.id) as own:
        query = select(Customer).where(Customer.id == child.id)
        row = own.scalars(query.options(load(Customer.parent_customer)) if load else query).unique().one()
        assert (row.parent_customer_id, row.parent_customer) == (company.c1.id, None)
    with acting_in(engine, company.a1.id) as own:
        assert own.scalar(select(func.count()).select_from(Customer)) == 3


@pytest.mark.parametrize("load", [joinedload, selectinload, subqueryload, None], ids=["joined", "selectin", "subquery", "lazy"])
def test_loading_collections_shows_what_the_actor_sees(as_va: Session, company: factories.Company, load: Any) -> None:
    query = select(Customer).where(Customer.id == company.c2.id)
    row = as_va.scalars(query.options(load(Customer.contacts)) if load else query).unique().one()

    assert [contact.name for contact in row.contacts] == ["open"]
    assert row.contacts[0].customer is row
    assert [contact.customer.code for contact in as_va.scalars(select(Contact).options(joinedload(Contact.customer)))] == ["C2"]


def test_eager_loading_below_a_limit_is_filtered(as_va: Session) -> None:
    query = select(Customer).options(joinedload(Customer.contacts)).order_by(Customer.id).limit(1)

    assert [(row.code, len(row.contacts)) for row in as_va.scalars(query).unique()] == [("C2", 1)]


def test_any_and_has_do_not_ask_hidden_rows(bare_session: Session, engine: Engine, company: factories.Company) -> None:
    factories.make_customer(bare_session, "child", owner=company.w1, parent_customer_id=company.c1.id)

    with acting_in(engine, company.w1.id) as own:
        asked = select(Customer.name).where(Customer.parent_customer.has(Customer.name == "C1"))
        assert own.scalars(asked).all() == []
        joined = select(Customer.name).join(Customer.parent_customer.of_type(aliased(Customer)))
        assert own.scalars(joined).all() == []


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


def test_nobody_writes_no_rows(bare_session: Session) -> None:
    bare_session.add(Customer(code="X", name="X"))

    with pytest.raises(HiddenRowError):
        bare_session.flush()


RAW: dict[str, Callable[[factories.Company], Any]] = {
    "core select": lambda c: select(Customer.__table__),
    "core column": lambda c: select(Customer.__table__.c.name),
    "core join": lambda c: select(Employee.__table__.join(Customer.__table__, Customer.__table__.c.owner_id == Employee.__table__.c.id)),
    "core exists": lambda c: select(exists(select(Contact.__table__.c.id))),
    "core count": lambda c: select(func.count()).select_from(Customer.__table__),
    "core update": lambda c: update(Customer.__table__).values(name="x"),
    "core delete": lambda c: delete(Customer.__table__),
    "core insert": lambda c: insert(Customer.__table__).values(code="x", name="x"),
    "core insert from select": lambda c: insert(Industry.__table__).from_select(["name"], select(Customer.__table__.c.name)),
    "core cte": lambda c: select(select(Customer.__table__.c.name).cte("c")),
    "text": lambda c: text("SELECT name FROM customer"),
    "quoted text": lambda c: text('SELECT name FROM "customer"'),
    "upper text": lambda c: text("SELECT name FROM CUSTOMER"),
    "text columns": lambda c: text("SELECT name FROM customer").columns(column("name")),
    "text in select": lambda c: select(text("name")).select_from(text("customer")),
    "literal column": lambda c: select(literal_column("(SELECT max(name) FROM customer)")),
    "light table": lambda c: select(table("customer", column("name")).c.name),
    "from_statement": lambda c: select(Customer).from_statement(text("SELECT * FROM customer")),
    "from_statement of another": lambda c: select(Employee).from_statement(
        text("SELECT * FROM employee WHERE id IN (SELECT owner_id FROM customer)")
    ),
    "from_statement of a select": lambda c: select(Customer).from_statement(select(Customer)),
    "orm insert": lambda c: insert(Customer).values(code="x", name="x"),
    "orm insert returning": lambda c: insert(Contact).values(customer_id=c.c1.id, name="x").returning(Contact),
    "insert from select": lambda c: insert(Industry).from_select(["name"], select(Customer.name)),
    "insert of a subquery": lambda c: insert(Industry).values(name=select(func.max(Customer.name)).scalar_subquery()),
    "update with a move": lambda c: update(Contact).values(customer_id=c.c1.id),
}


@pytest.mark.parametrize("way", RAW)
def test_what_cannot_be_filtered_is_refused(as_va: Session, company: factories.Company, way: str) -> None:
    with pytest.raises(UnguardedStatementError):
        as_va.execute(RAW[way](company))


MANY: dict[str, Callable[[factories.Company], tuple[Any, list[dict[str, Any]]]]] = {
    "orm bulk insert": lambda c: (insert(Contact), [{"customer_id": c.c1.id, "name": "x"}]),
    "bulk update by primary key": lambda c: (update(Customer), [{"id": c.c1.id, "remark": "x"}]),
    "core many": lambda c: (insert(Customer.__table__), [{"code": "x", "name": "x"}]),
}


@pytest.mark.parametrize("way", MANY)
def test_bulk_statements_are_refused(as_va: Session, company: factories.Company, way: str) -> None:
    statement, rows = MANY[way](company)

    with pytest.raises(UnguardedStatementError):
        as_va.execute(statement, rows)


def test_statements_on_other_tables_pass(as_va: Session) -> None:
    as_va.execute(insert(Industry), [{"name": "x", "name_key": "x", "name_sort": "x", "name_initials": "x"}])
    as_va.execute(update(Industry.__table__).values(name="y"))

    assert as_va.scalar(text("SELECT name FROM industry")) == "y"
    assert as_va.scalar(select(Industry.__table__.c.name)) == "y"


def test_update_by_criterion_leaves_hidden_rows(as_va: Session) -> None:
    written = as_va.execute(update(Customer).values(remark="x").execution_options(synchronize_session=False)).rowcount
    as_va.commit()

    assert (written, stored(as_va).remark, stored(as_va, "C2").remark) == (3, None, "x")


def test_update_returning_and_by_subquery_leave_hidden_rows(as_va: Session, company: factories.Company) -> None:
    names = as_va.scalars(update(Customer).values(remark="x").returning(Customer.code)).all()
    hidden = as_va.execute(
        update(Contact).where(Contact.customer_id.in_(select(Customer.id).where(Customer.code == "C1"))).values(remark="x")
    ).rowcount
    asked = as_va.execute(
        update(Industry).where(exists().where(Customer.code == "C1")).values(description="x")
    ).rowcount

    assert (set(names), hidden, asked) == (SEEN_BY_VA, 0, 0)


def test_update_of_another_table_reads_no_hidden_row(as_va: Session, bare_session: Session, company: factories.Company) -> None:
    industry = Industry(name="I")
    as_va.add(industry)
    as_va.flush()

    name = select(Customer.name).where(Customer.code == "C1").scalar_subquery()
    as_va.execute(
        update(Industry).values(description=func.coalesce(name, "none")).execution_options(synchronize_session=False)
    )

    assert as_va.scalar(select(Industry.description)) == "none"


def test_delete_by_criterion_leaves_hidden_rows(as_va: Session, company: factories.Company) -> None:
    deleted = as_va.execute(delete(Contact).execution_options(synchronize_session=False)).rowcount
    as_va.execute(delete(Industry).where(exists().where(Customer.code == "C1")).execution_options(synchronize_session=False))
    as_va.commit()

    with unfiltered(as_va, UnfilteredReason.COMMAND) as every:
        assert (deleted, every.scalars(select(Contact.name)).all()) == (1, [MARKER])


def hidden(session: Session, model: Any, row_id: int) -> Any:
    """Return a hidden row, fetched past the rule and put into the filtered session: a fault of the program."""
    with unfiltered(session, UnfilteredReason.COMMAND) as every:
        row = every.get(model, row_id)
    session.add(row)
    return row


def blind(session: Session, model: Any, row_id: int, **values: Any) -> Any:
    """Return a row of which only the key is known, as if it were persistent."""
    row = model(id=row_id, **values)
    make_transient_to_detached(row)
    session.add(row)
    return row


UNITS: dict[str, Callable[[Session, factories.Company], None]] = {
    "update": lambda s, c: setattr(hidden(s, Customer, c.c1.id), "remark", "x"),
    "delete": lambda s, c: s.delete(hidden(s, Customer, c.c1.id)),
    "update contact": lambda s, c: setattr(hidden(s, Contact, c.contact_c1.id), "name", "x"),
    "delete contact": lambda s, c: s.delete(hidden(s, Contact, c.contact_c1.id)),
    "add contact": lambda s, c: s.add(Contact(customer_id=c.c1.id, name="x")),
    "add contact by object": lambda s, c: s.add(Contact(customer=hidden(s, Customer, c.c1.id), name="x")),
    "append contact": lambda s, c: hidden(s, Customer, c.c1.id).contacts.append(Contact(name="x")),
    "follow": lambda s, c: s.add(CustomerFollower(customer_id=c.c1.id, employee_id=c.va.id)),
    "steal contact": lambda s, c: setattr(hidden(s, Contact, c.contact_c1.id), "customer_id", c.c2.id),
    "plant contact": lambda s, c: setattr(s.get(Contact, c.contact_c2.id), "customer_id", c.c1.id),
    "plant by object": lambda s, c: setattr(s.get(Contact, c.contact_c2.id), "customer", hidden(s, Customer, c.c1.id)),
    "blind update": lambda s, c: setattr(blind(s, VisitPhoto, 1), "storage_key", "x"),
    "blind update, lying": lambda s, c: setattr(blind(s, VisitPhoto, 1, customer_id=c.c2.id), "storage_key", "x"),
    "blind delete, lying": lambda s, c: s.delete(blind(s, VisitPhoto, 1, customer_id=c.c2.id)),
    "change the key": lambda s, c: setattr(hidden(s, Customer, c.c1.id), "id", 10_000),
    "merge unloaded": lambda s, c: setattr(
        s.merge(hidden_detached(s, VisitPhoto, 1), load=False), "storage_key", "x"
    ),
}


def hidden_detached(session: Session, model: Any, row_id: int) -> Any:
    with unfiltered(session, UnfilteredReason.COMMAND) as every:
        return every.get(model, row_id)


@pytest.mark.parametrize("way", UNITS)
def test_the_unit_of_work_writes_no_hidden_row(as_va: Session, company: factories.Company, way: str) -> None:
    with pytest.raises(HiddenRowError):
        UNITS[way](as_va, company)
        as_va.flush()
    as_va.rollback()

    with unfiltered(as_va, UnfilteredReason.COMMAND) as every:
        assert every.scalar(select(func.count()).select_from(Customer).where(Customer.remark.is_not(None))) == 0
        assert {tuple(row) for row in every.execute(select(Contact.name, Contact.customer_id))} == {
            (MARKER, company.c1.id),
            ("open", company.c2.id),
        }
        assert every.scalars(select(VisitPhoto.storage_key).order_by(VisitPhoto.id)).all() == [MARKER, "open"]


def test_merge_of_a_hidden_row_neither_reads_nor_writes(as_va: Session, company: factories.Company) -> None:
    merged = as_va.merge(Customer(id=company.c1.id, name="stolen", code="C1"))

    assert merged.phone is None
    with pytest.raises(Exception, match=r"(?i)unique"):
        as_va.flush()
    assert stored(as_va).name == "C1"


def test_visible_rows_are_written(as_va: Session, company: factories.Company) -> None:
    own = as_va.get_one(Customer, company.c11.id)
    own.remark = "mine"
    own.contacts.append(Contact(name="new"))
    as_va.add(Customer(code="new", name="new", contacts=[Contact(name="of the new")]))
    as_va.delete(as_va.get_one(Contact, company.contact_c2.id))
    as_va.commit()

    assert (stored(as_va, "C11").remark, stored(as_va, "C11").updated_by_id) == ("mine", company.va.id)
    assert stored(as_va, "new").created_by_id == company.va.id


def test_unfiltered_leaves_no_hidden_row_behind(as_va: Session, company: factories.Company) -> None:
    with unfiltered(as_va, UnfilteredReason.OUTCOME) as every:
        seen = every.scalars(select(Customer).order_by(Customer.id)).all()
        assert len(seen) == len(factories.CUSTOMERS)

    assert not [row for row in as_va.identity_map.values() if isinstance(row, Customer)]
    assert all(row not in as_va for row in seen)
    assert as_va.get(Customer, company.c1.id) is None


def test_unfiltered_writes_in_the_callers_transaction(as_va: Session, company: factories.Company) -> None:
    with unfiltered(as_va, UnfilteredReason.NEW_ROW) as every:
        every.get_one(Customer, company.c1.id).remark = "x"
    as_va.rollback()

    assert stored(as_va).remark is None


def test_unfiltered_takes_reasons_of_the_list_alone(bare_session: Session) -> None:
    with pytest.raises(ValueError, match="because I want"), unfiltered(bare_session, "because I want"):  # type: ignore[arg-type]
        pass


def test_a_session_belongs_to_one_actor(bare_session: Session, company: factories.Company) -> None:
    set_actor(bare_session, load_actor(bare_session, company.a1.id))
    set_actor(bare_session, load_actor(bare_session, company.a1.id))

    with pytest.raises(ValueError, match="belongs to a1, not to a2"):
        set_actor(bare_session, load_actor(bare_session, company.a2.id))


def test_rights_taken_away_hold_in_the_same_session(bare_session: Session, company: factories.Company) -> None:
    set_actor(bare_session, load_actor(bare_session, company.va.id))
    before = len(bare_session.scalars(select(Customer)).all())
    bare_session.get_one(Employee, company.va.id).role = factories.make_role(bare_session, "own_only")
    bare_session.flush()
    set_actor(bare_session, load_actor(bare_session, company.va.id))

    assert (before, [row.code for row in bare_session.scalars(select(Customer))]) == (3, ["C11"])


def test_every_table_with_a_customer_is_guarded() -> None:
    bound = {mapper.class_ for mapper in Base.registry.mappers if "customer_id" in mapper.columns}

    assert {cls.__name__ for cls in bound if not issubclass(cls, HangsOnCustomer)} == set()
