"""Who sees which customer, in companies made up at random: lists, counts, reads and writes against a plain oracle."""

from collections.abc import Mapping
from dataclasses import dataclass

from hypothesis import HealthCheck, given, settings, strategies as st
from sqlalchemy import Engine, delete, func, insert, select, update
from sqlalchemy.orm import Session

from auth.actor import load_actor, set_actor
from auth.visibility import Outcome, outcome_of
from models import Customer, CustomerFollower, Employee
from models.enums import COMPANY_ADMIN
from models.scope import UnfilteredReason, unfiltered
from services.stubs import find_stubs
from tests import factories

F, N, H = Outcome.FULL, Outcome.NOTICE, Outcome.HIDDEN


@dataclass(frozen=True)
class Person:
    """An employee of a made-up company."""

    supervisor: int | None
    is_admin: bool
    has_view_all: bool
    is_active: bool


@dataclass(frozen=True)
class Record:
    """A customer of a made-up company: followers by their index."""

    owner: int | None
    co_followers: frozenset[int]
    is_private: bool


@st.composite
def companies(draw: st.DrawFn) -> tuple[list[Person], list[Record], bool]:
    """Draw people whose supervisors may form loops, customers, and the switch."""
    size = draw(st.integers(1, 9))
    indexes = st.integers(0, size - 1)
    people = [
        Person(
            supervisor=draw(st.none() | indexes.filter(lambda index, own=own: index != own)) if size > 1 else None,
            is_admin=draw(st.integers(0, 9)) == 0,
            has_view_all=draw(st.booleans()),
            is_active=draw(st.integers(0, 3)) > 0,
        )
        for own in range(size)
    ]
    records = []
    for _ in range(draw(st.integers(1, 7))):
        owner = draw(st.none() | indexes)
        co_followers = draw(st.frozensets(indexes, max_size=3)) - {owner}
        records.append(Record(owner, co_followers, is_private=owner is not None and draw(st.booleans())))
    return people, records, draw(st.booleans())


def line(people: list[Person], person: int) -> set[int]:
    """Return a person and everybody above, by the words of DOMAIN 3.2."""
    above: set[int] = set()
    current: int | None = person
    while current is not None and current not in above:
        above.add(current)
        current = people[current].supervisor
    return above


def expected(people: list[Person], record: Record, viewer: int, *, is_on: bool) -> Outcome:
    """Return the outcome by the words of DOMAIN 3.2: the oracle."""
    followers = record.co_followers | ({record.owner} if record.owner is not None else set())
    if people[viewer].is_admin or any(viewer in line(people, follower) for follower in followers):
        return F
    if not people[viewer].has_view_all:
        return H
    return N if is_on and record.is_private else F


def build(engine: Engine, people: list[Person], records: list[Record], *, is_on: bool) -> None:
    """Write a made-up company; ids are indexes + 1."""
    names = {"name_sort": "c", "name_initials": "c"}
    with Session(engine) as session:
        roles = {code: factories.make_role(session, code).id for code in ("own_only", "employee", COMPANY_ADMIN)}
        factories.switch_private(session, is_on)
        with unfiltered(session, UnfilteredReason.SEED) as every:
            for model in (CustomerFollower, Customer):
                every.execute(delete(model))
            every.execute(update(Employee).values(supervisor_id=None))
            every.execute(delete(Employee))
            rows = [_employee_row(index, person, roles) for index, person in enumerate(people)]
            every.execute(insert(Employee), rows)
            for index, person in enumerate(people):
                if person.supervisor is not None:
                    every.execute(
                        update(Employee).where(Employee.id == index + 1).values(supervisor_id=person.supervisor + 1)
                    )
            for index, record in enumerate(records):
                visibility = "private" if record.is_private else "public"
                text = f"customer {index}"
                every.execute(
                    insert(Customer).values(
                        id=index + 1,
                        code=text,
                        name=text,
                        name_key=text,
                        owner_id=None if record.owner is None else record.owner + 1,
                        visibility=visibility,
                        **names,
                    )
                )
                for follower in record.co_followers:
                    every.execute(insert(CustomerFollower).values(customer_id=index + 1, employee_id=follower + 1))
        session.commit()


def _employee_row(index: int, person: Person, roles: Mapping[str, int]) -> dict[str, object]:
    role = COMPANY_ADMIN if person.is_admin else "employee" if person.has_view_all else "own_only"
    text = f"p{index}"
    return {
        "id": index + 1,
        "login": text,
        "name": text,
        "name_key": text,
        "name_sort": text,
        "name_initials": text,
        "role_id": roles[role],
        "is_active": person.is_active,
    }


def agree(engine: Engine, people: list[Person], records: list[Record], *, is_on: bool) -> dict[int, set[int]]:
    """Compare list, total, stubs, single reads and writes with the oracle; return the customers each viewer sees."""
    seen = {}
    for viewer, person in enumerate(people):
        outcomes = {index + 1: expected(people, record, viewer, is_on=is_on) for index, record in enumerate(records)}
        full = {row_id for row_id, found in outcomes.items() if found is F}
        notice = {row_id for row_id, found in outcomes.items() if found is N}
        with Session(engine) as session:
            actor = load_actor(session, viewer + 1)
            assert (actor is not None) == person.is_active
            if actor is None:
                continue
            set_actor(session, actor)
            stubs, stub_total = find_stubs(session, "customer", limit=100)
            assert set(session.scalars(select(Customer.id))) == full  # case 48
            assert session.scalar(select(func.count()).select_from(Customer)) == len(full)
            assert ({stub.id for stub in stubs}, stub_total) == (notice, len(notice))
            assert {row_id: outcome_of(session, row_id) for row_id in outcomes} == outcomes
            assert {row_id for row_id in outcomes if session.get(Customer, row_id) is not None} == full
            silent = {"synchronize_session": False}
            updated = session.execute(update(Customer).values(remark="x"), execution_options=silent)
            followers = sum(len(records[row_id - 1].co_followers) for row_id in full)
            deleted = session.execute(delete(CustomerFollower), execution_options=silent)
            assert (updated.rowcount, deleted.rowcount) == (len(full), followers)
        seen[viewer] = full
    return seen


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(company=companies())
def test_any_company_agrees_with_the_words_of_the_specification(
    engine: Engine, company: tuple[list[Person], list[Record], bool]
) -> None:
    people, records, is_on = company
    build(engine, people, records, is_on=is_on)

    agree(engine, people, records, is_on=is_on)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(company=companies())
def test_private_takes_nothing_from_followers_lines_and_admins(
    engine: Engine, company: tuple[list[Person], list[Record], bool]
) -> None:
    people, records, _ = company
    private = [Record(record.owner, record.co_followers, is_private=record.owner is not None) for record in records]
    build(engine, people, private, is_on=True)

    for viewer, seen in agree(engine, people, private, is_on=True).items():  # case 49
        for index, record in enumerate(records):
            followers = record.co_followers | ({record.owner} if record.owner is not None else set())
            if people[viewer].is_admin or any(viewer in line(people, follower) for follower in followers):
                assert index + 1 in seen
