"""Who sees which customer, in plain Python by the words of DOMAIN 3.2: the oracle of the hunt."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from auth.visibility import Outcome
from models import CompanySetting, Customer, CustomerFollower, Employee, Role
from models.enums import COMPANY_ADMIN, Permission, Visibility


@dataclass(frozen=True, slots=True)
class Person:
    """What decides about an employee's sight."""

    id: int
    supervisor_id: int | None
    role: str
    permissions: frozenset[str]
    is_active: bool

    def may(self, permission: str) -> bool:
        """Tell whether the person holds a permission."""
        return self.role == COMPANY_ADMIN or permission in self.permissions


@dataclass(frozen=True, slots=True)
class Record:
    """What decides about who sees a customer."""

    id: int
    owner_id: int | None
    co_followers: frozenset[int]
    is_marked: bool

    @property
    def followers(self) -> frozenset[int]:
        """Return the ids of the owner and the co-followers."""
        return self.co_followers | ({self.owner_id} if self.owner_id is not None else frozenset())


@dataclass(frozen=True, slots=True)
class Sight:
    """A company as the rule sees it."""

    people: Mapping[int, Person]
    records: Mapping[int, Record]
    is_on: bool

    def outcome(self, person_id: int | None, customer_id: int) -> Outcome:
        """Return what a person (None: nobody) gets of a customer; one that is gone is hidden from everybody."""
        person, record = self.people.get(person_id or 0), self.records.get(customer_id)
        if person is None or record is None:
            return Outcome.HIDDEN
        is_near = any(person.id in self.line(follower) for follower in record.followers)
        if person.role == COMPANY_ADMIN or is_near:
            return Outcome.FULL
        if not person.may(Permission.VIEW_ALL_CUSTOMERS):
            return Outcome.HIDDEN
        return Outcome.NOTICE if self.is_on and record.is_marked else Outcome.FULL

    def line(self, person_id: int) -> set[int]:
        """Return a person and everybody above; ends at a repeat."""
        above: set[int] = set()
        at: int | None = person_id
        while at is not None and at not in above:
            above.add(at)
            at = self.people[at].supervisor_id
        return above

    def team(self, person_id: int | None) -> set[int]:
        """Return a person and everybody below; nobody's for nobody."""
        return {other for other in self.people if person_id is not None and person_id in self.line(other)}

    def customers(self, person_id: int | None, outcome: Outcome) -> set[int]:
        """Return the ids of the customers of which a person gets the outcome."""
        return {customer_id for customer_id in self.records if self.outcome(person_id, customer_id) is outcome}


def read_sight(every: Session) -> Sight:
    """Read the company.

    :param every: a session that sees every row
    """
    roles = {role.id: role for role in every.scalars(select(Role))}
    people = {
        row.id: Person(
            row.id,
            row.supervisor_id,
            roles[row.role_id].code,
            frozenset(roles[row.role_id].permission_codes),
            is_active=row.is_active,
        )
        for row in every.scalars(select(Employee))
    }
    followers: dict[int, set[int]] = {}
    for row in every.scalars(select(CustomerFollower)):
        followers.setdefault(row.customer_id, set()).add(row.employee_id)
    records = {
        row.id: Record(
            row.id, row.owner_id, frozenset(followers.get(row.id, ())), is_marked=row.visibility == Visibility.PRIVATE
        )
        for row in every.scalars(select(Customer))
    }
    setting = every.get(CompanySetting, 1)
    return Sight(people, records, is_on=setting is not None and setting.private_customer_enabled)
