"""Who sees which customer, in companies made up at random: lists, counts, reads and writes against a plain oracle."""

from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from sqlalchemy import Engine, delete, func, select, update
from sqlalchemy.orm import Session, make_transient_to_detached

from auth.actor import load_actor, set_actor
from auth.errors import HiddenRowError
from auth.gathering import WHOLE_TABLES
from auth.visibility import Outcome, outcome_of
from models import Customer, CustomerFollower
from services.customers.scopes import followers_of, scoped
from services.list_order import sorted_statement
from services.listing import FilterTerm, Listing, filtered_statement
from services.row_list import RowList, followers_of_all
from services.stubs import find_stubs
from tests.random_companies import Company, F, N, Record, build, companies, expected, is_near

SILENT = {"synchronize_session": False}
#: What the unit of work is asked to do with a row.
DEEDS: dict[str, Callable[[Session, Customer], None]] = {
    "update": lambda _, customer: setattr(customer, "remark", "x"),
    "delete": lambda session, customer: session.delete(customer),
}


def agree(engine: Engine, company: Company) -> dict[int, set[int]]:
    """Compare everything that an actor may do with the oracle; return the customers each viewer sees."""
    people, records, is_on = company
    seen = {}
    for viewer, person in enumerate(people):
        outcomes = {index + 1: expected(people, record, viewer, is_on=is_on) for index, record in enumerate(records)}
        with Session(engine) as session:
            actor = load_actor(session, viewer + 1)
            assert (actor is not None) == person.is_active
            if actor is None:
                continue
            set_actor(session, actor)
            reads_agree(session, outcomes)
            units_agree(session, outcomes)
            statements_agree(session, outcomes, records)
        seen[viewer] = with_outcome(outcomes, F)
    return seen


def with_outcome(outcomes: dict[int, Outcome], wanted: Outcome) -> set[int]:
    """Return the ids of the customers with an outcome."""
    return {row_id for row_id, outcome in outcomes.items() if outcome is wanted}


def reads_agree(session: Session, outcomes: dict[int, Outcome]) -> None:
    """Compare list, total, stubs and single reads."""
    full, notice = with_outcome(outcomes, F), with_outcome(outcomes, N)
    listed = filtered_statement(session, Customer, Listing())
    assert set(session.scalars(select(Customer.id))) == full  # case 48
    assert session.scalar(select(func.count()).select_from(Customer)) == len(full)
    for ids in (select(Customer.id), select(CustomerFollower.id)):
        gathered = session.scalars(ids, execution_options={WHOLE_TABLES: True})
        assert set(gathered) == set(session.scalars(ids))
    assert {row.id for row in session.scalars(sorted_statement(listed, Customer, "").limit(100))} == full
    lists_agree(session, full)
    stubs, stub_total = find_stubs(session, "customer", limit=100)
    assert ({stub.id for stub in stubs}, stub_total) == (notice, len(notice))
    assert {row_id: outcome_of(session, row_id) for row_id in outcomes} == outcomes
    session.expunge_all()
    assert {row_id for row_id in outcomes if session.get(Customer, row_id) is not None} == full


def lists_agree(session: Session, full: set[int]) -> None:
    """Compare the ways to the page and the total of a list: from the followers and by a walk, whole and filtered."""
    active = FilterTerm("is_active", "is", "1")
    for scope, terms, gather_limit in (
        ("", (), 0),
        ("", (), 1_000),
        ("", (active,), 1_000),
        ("mine", (), 1_000),
        ("team", (active,), 0),
    ):
        filtered = filtered_statement(session, Customer, Listing(filters=terms))
        own = followers_of(session, scope)
        found = RowList(
            session,
            Customer,
            sorted_statement(scoped(session, filtered, scope), Customer, ""),
            followers=followers_of_all(session, Customer) if own is None else own,
            is_whole=not terms,
            gather_limit=gather_limit,
        )
        ids = set(session.scalars(scoped(session, select(Customer.id), scope)))
        assert ids <= full
        assert {row.id for row in found.page(limit=100, offset=0)} == ids
        assert found.count.rows == len(ids)


def units_agree(session: Session, outcomes: dict[int, Outcome]) -> None:
    """Compare what the unit of work updates and deletes, row by row, of rows that it was handed unseen."""
    for deed in DEEDS.values():
        assert {row_id for row_id in outcomes if is_written(session, row_id, deed)} == with_outcome(outcomes, F)


def is_written(session: Session, row_id: int, deed: Callable[[Session, Customer], None]) -> bool:
    """Tell whether the unit of work writes a customer of which only the key is known; undo it."""
    session.expunge_all()
    customer = Customer(id=row_id, version=1)
    make_transient_to_detached(customer)
    session.add(customer)
    deed(session, customer)
    try:
        session.flush()
    except HiddenRowError:
        return False
    finally:
        session.rollback()
    return True


def statements_agree(session: Session, outcomes: dict[int, Outcome], records: list[Record]) -> None:
    """Compare how many rows UPDATE and DELETE without any criterion of their own reach."""
    full = with_outcome(outcomes, F)
    followers = sum(len(records[row_id - 1].co_followers) for row_id in full)
    reached = []
    for statement in (update(Customer).values(remark="x"), delete(CustomerFollower), delete(Customer)):
        written: Any = session.execute(statement, execution_options=SILENT)
        reached.append(written.rowcount)
        session.rollback()  # without followers fewer customers would be seen
    assert reached == [len(full), followers, len(full)]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(company=companies())
def test_any_company_agrees_with_the_words_of_the_specification(engine: Engine, company: Company) -> None:
    build(engine, company)

    agree(engine, company)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(company=companies())
def test_private_takes_nothing_from_followers_lines_and_admins(engine: Engine, company: Company) -> None:
    people, records, _ = company
    private = [Record(record.owner, record.co_followers, is_private=record.owner is not None) for record in records]
    build(engine, (people, private, True))

    for viewer, seen in agree(engine, (people, private, True)).items():  # case 49
        for index, record in enumerate(records):
            if people[viewer].is_admin or is_near(people, record, viewer):
                assert index + 1 in seen
