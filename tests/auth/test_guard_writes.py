"""What a session writes: no hidden row is changed, moved, deleted or hung on, by statement or by the unit of work."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, make_transient_to_detached

from auth.actor import load_actor, set_actor
from auth.errors import HiddenRowError
from models import (
    Contact,
    Customer,
    CustomerFollower,
    Employee,
    Industry,
    VisitPhoto,
)
from models.scope import UnfilteredReason, unfiltered
from tests import factories
from tests.auth.conftest import MARKER, SEEN_BY_VA


def stored(session: Session, name: str = "C1") -> Any:
    """Return the customer as it stands in the database, past the rule."""
    session.rollback()
    with unfiltered(session, UnfilteredReason.COMMAND) as every:
        return every.scalar(select(Customer).where(Customer.code == name))


def test_nobody_writes_no_rows(bare_session: Session) -> None:
    bare_session.add(Customer(code="X", name="X"))

    with pytest.raises(HiddenRowError):
        bare_session.flush()


def test_update_by_criterion_leaves_hidden_rows(as_va: Session) -> None:
    written = as_va.execute(update(Customer).values(remark="x").execution_options(synchronize_session=False)).rowcount
    as_va.commit()

    assert (written, stored(as_va).remark, stored(as_va, "C2").remark) == (3, None, "x")


def test_update_returning_and_by_subquery_leave_hidden_rows(as_va: Session, company: factories.Company) -> None:
    names = as_va.scalars(update(Customer).values(remark="x").returning(Customer.code)).all()
    hidden = as_va.execute(
        update(Contact)
        .where(Contact.customer_id.in_(select(Customer.id).where(Customer.code == "C1")))
        .values(remark="x")
    ).rowcount
    asked = as_va.execute(update(Industry).where(exists().where(Customer.code == "C1")).values(code="x")).rowcount

    assert (set(names), hidden, asked) == (SEEN_BY_VA, 0, 0)


def test_update_of_another_table_reads_no_hidden_row(
    as_va: Session, bare_session: Session, company: factories.Company
) -> None:
    industry = Industry(name="I")
    as_va.add(industry)
    as_va.flush()

    name = select(Customer.name).where(Customer.code == "C1").scalar_subquery()
    as_va.execute(
        update(Industry).values(code=func.coalesce(name, "none")).execution_options(synchronize_session=False)
    )

    assert as_va.scalar(select(Industry.code)) == "none"


def test_delete_by_criterion_leaves_hidden_rows(as_va: Session, company: factories.Company) -> None:
    deleted = as_va.execute(delete(Contact).execution_options(synchronize_session=False)).rowcount
    as_va.execute(
        delete(Industry).where(exists().where(Customer.code == "C1")).execution_options(synchronize_session=False)
    )
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


def append_to(customer: Customer) -> None:
    customer.contacts.append(Contact(name="x"))


UNITS: dict[str, Callable[[Session, factories.Company], None]] = {
    "update": lambda s, c: setattr(hidden(s, Customer, c.c1.id), "remark", "x"),
    "delete": lambda s, c: s.delete(hidden(s, Customer, c.c1.id)),
    "update contact": lambda s, c: setattr(hidden(s, Contact, c.contact_c1.id), "name", "x"),
    "delete contact": lambda s, c: s.delete(hidden(s, Contact, c.contact_c1.id)),
    "add contact": lambda s, c: s.add(Contact(customer_id=c.c1.id, name="x")),
    "add contact by object": lambda s, c: s.add(Contact(customer=hidden(s, Customer, c.c1.id), name="x")),
    "append contact": lambda s, c: append_to(hidden(s, Customer, c.c1.id)),
    "follow": lambda s, c: s.add(CustomerFollower(customer_id=c.c1.id, employee_id=c.va.id)),
    "steal contact": lambda s, c: setattr(hidden(s, Contact, c.contact_c1.id), "customer_id", c.c2.id),
    "plant contact": lambda s, c: setattr(s.get(Contact, c.contact_c2.id), "customer_id", c.c1.id),
    "plant by object": lambda s, c: setattr(s.get(Contact, c.contact_c2.id), "customer", hidden(s, Customer, c.c1.id)),
    "blind update": lambda s, _: setattr(blind(s, VisitPhoto, 1), "storage_key", "x"),
    "blind update, lying": lambda s, c: setattr(blind(s, VisitPhoto, 1, customer_id=c.c2.id), "storage_key", "x"),
    "blind delete, lying": lambda s, c: s.delete(blind(s, VisitPhoto, 1, customer_id=c.c2.id)),
    "change the key": lambda s, c: setattr(hidden(s, Customer, c.c1.id), "id", 10_000),
    "merge unloaded": lambda s, _: setattr(s.merge(hidden_detached(s, VisitPhoto, 1), load=False), "storage_key", "x"),
}


def hidden_detached(session: Session, model: Any, row_id: int) -> Any:
    with unfiltered(session, UnfilteredReason.COMMAND) as every:
        return every.get(model, row_id)


def _write(session: Session, company: factories.Company, way: str) -> None:
    UNITS[way](session, company)
    session.flush()


@pytest.mark.parametrize("way", UNITS)
def test_the_unit_of_work_writes_no_hidden_row(as_va: Session, company: factories.Company, way: str) -> None:
    with pytest.raises(HiddenRowError):
        _write(as_va, company, way)
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
    with pytest.raises(IntegrityError):
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
