"""Companies made up at random, with loops, leavers and all kinds of rights, and a plain oracle of who sees what."""

from collections.abc import Mapping
from dataclasses import dataclass

from hypothesis import strategies as st
from sqlalchemy import Engine, delete, insert, update
from sqlalchemy.orm import Session

from auth.visibility import Outcome
from models import Customer, CustomerFollower, Employee
from models.enums import COMPANY_ADMIN
from models.scope import UnfilteredReason, unfiltered
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

    @property
    def followers(self) -> frozenset[int]:
        """Return owner and co-followers."""
        return self.co_followers if self.owner is None else self.co_followers | {self.owner}


#: The people, the customers, and whether the switch is on.
Company = tuple[list[Person], list[Record], bool]


@st.composite
def companies(draw: st.DrawFn) -> Company:
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


def line(people: list[Person], person: int) -> list[int]:
    """Return a person and everybody above, from the bottom up, by the words of DOMAIN 3.2."""
    above: list[int] = []
    current: int | None = person
    while current is not None and current not in above:
        above.append(current)
        current = people[current].supervisor
    return above


def is_near(people: list[Person], record: Record, viewer: int) -> bool:
    """Tell whether the viewer follows the customer or stands above a follower, by the words of DOMAIN 3.2."""
    return any(viewer in line(people, follower) for follower in record.followers)


def expected(people: list[Person], record: Record, viewer: int, *, is_on: bool) -> Outcome:
    """Return the outcome by the words of DOMAIN 3.2: the oracle."""
    if people[viewer].is_admin or is_near(people, record, viewer):
        return F
    if not people[viewer].has_view_all:
        return H
    return N if is_on and record.is_private else F


def build(engine: Engine, company: Company) -> None:
    """Write a made-up company in place of the one before; ids are indexes + 1, names "p0", "p1" and so on."""
    people, records, is_on = company
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
