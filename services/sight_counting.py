"""Counts who gains and who loses sight of how many customers when many change at once; ``services.sight_changes`` asks.

The rule itself is asked once for each employee: does a customer show that is near or not, private or not? What happens
to a group of customers is then looked up in the answer. So it costs one statement, and the rule is said in one place.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Set as AbstractSet
from dataclasses import dataclass
from itertools import compress
from typing import NamedTuple

from sqlalchemy import false, select, true

from auth.actor import AnySession
from auth.visibility import dialect_of, grounds_of_people
from models import Employee, Role
from services.reporting_line import lines_of, walk_up

#: Whether customers were private, and whether they are afterwards.
_Marks = tuple[bool, bool]
#: Where a customer stands to an employee: whether that is near, and whether it is private.
_Place = tuple[bool, bool]


@dataclass(frozen=True, slots=True)
class Shift:
    """Somebody who would gain or lose sight of customers, and of how many."""

    employee_id: int
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class SightChange:
    """Who would gain and who would lose sight: active people alone, those of most customers first, then by name."""

    gains: tuple[Shift, ...]
    losses: tuple[Shift, ...]
    #: How many customers anybody would gain or lose sight of.
    customer_count: int

    @property
    def is_empty(self) -> bool:
        """Tell whether everybody would see what they see now."""
        return not self.customer_count


class Change(NamedTuple):
    """What happens to customers: who is near them, and whether they are effectively private."""

    near_before: frozenset[int]
    near_after: frozenset[int]
    was_private: bool
    is_private: bool

    @property
    def marks(self) -> _Marks:
        """Return whether the customers were private, and whether they are afterwards."""
        return self.was_private, self.is_private

    @property
    def is_real(self) -> bool:
        """Tell whether anything is different afterwards."""
        return self.near_before != self.near_after or self.was_private != self.is_private

    @property
    def concerned(self) -> frozenset[int]:
        """Return the ids of those who are not merely far from the customers, before and after."""
        if self.was_private == self.is_private:
            return self.near_before ^ self.near_after
        return self.near_before | self.near_after


class Line:
    """The reporting line, walked in memory.

    :param supervisors: employee id -> supervisor id
    :param only: the ids that matter to the caller; none: all
    """

    def __init__(self, supervisors: Mapping[int, int | None], only: AbstractSet[int] | None = None) -> None:
        self._supervisors = supervisors
        self._only = only
        self._lines: dict[int, frozenset[int]] = {}

    def near(self, followers: Collection[int]) -> frozenset[int]:
        """Return the ids of followers and all above them."""
        for follower in followers:
            if follower not in self._lines:
                line = frozenset(walk_up(self._supervisors, follower))
                self._lines[follower] = line if self._only is None else line & self._only
        return frozenset().union(*[self._lines[follower] for follower in followers])


def read_supervisors(session: AnySession, employee_ids: Iterable[int]) -> dict[int, int | None]:
    """Return employee id -> supervisor id of employees and all above them. One statement."""
    rows = session.execute(lines_of(employee_ids, dialect_of(session)))
    return {row.id: row.supervisor_id for row in rows}


def count_shifts(session: AnySession, changes: Mapping[Change, int]) -> SightChange:
    """Return who gains and who loses sight of how many customers. One statement, or none where nothing changes.

    :param changes: change -> how many customers it happens to
    """
    real = {change: count for change, count in changes.items() if change.is_real}
    if not real:
        return SightChange((), (), 0)
    people = _read_people(session)
    far = {marks: _far_shifts(people, marks) for marks in {change.marks for change in real}}
    counts = _counts_from_afar(far, real)
    customer_count = 0
    for change, count in real.items():
        from_afar, near = far[change.marks], _near_shifts(people, change)
        for employee_id, shift in near.items():
            counts[employee_id, shift] += count
        for employee_id in near.keys() & from_afar.keys():  # was counted as if far
            counts[employee_id, from_afar[employee_id]] -= count
        if any(near.values()) or not from_afar.keys() <= near.keys():
            customer_count += count
    return SightChange(_shifts(people, counts, 1), _shifts(people, counts, -1), customer_count)


class _Person(NamedTuple):
    id: int
    name: str
    name_sort: str
    #: Where customers show to the employee.
    sees: frozenset[_Place]

    def shift(self, before: _Place, after: _Place) -> int:
        """Return 1 if a customer comes into sight, -1 if it goes out of sight, else 0."""
        return (after in self.sees) - (before in self.sees)


def _read_people(session: AnySession) -> dict[int, _Person]:
    """Return the active employees by id, with what the rule says of each."""
    places: list[_Place] = [(is_near, is_private) for is_near in (False, True) for is_private in (False, True)]
    columns = [
        grounds_of_people(true() if is_near else false(), is_private=is_private).full.label(f"sees_{number}")
        for number, (is_near, is_private) in enumerate(places)
    ]
    query = select(Employee.id, Employee.name, Employee.name_sort, *columns).join(Role, Role.id == Employee.role_id)
    return {
        row.id: _Person(*row[:3], frozenset(compress(places, row[3:])))
        for row in session.execute(query.where(Employee.is_active))
    }


def _far_shifts(people: Mapping[int, _Person], marks: _Marks) -> dict[int, int]:
    """Return employee id -> shift of those who would see a change of the mark from afar."""
    was_private, is_private = marks
    shifts = {person.id: person.shift((False, was_private), (False, is_private)) for person in people.values()}
    return {employee_id: shift for employee_id, shift in shifts.items() if shift}


def _counts_from_afar(
    far: Mapping[_Marks, Mapping[int, int]], changes: Mapping[Change, int]
) -> Counter[tuple[int, int]]:
    """Return (employee id, shift) -> customers, as if nobody were near any; so it takes no look at each customer."""
    totals: Counter[_Marks] = Counter()
    for change, count in changes.items():
        totals[change.marks] += count
    counts: Counter[tuple[int, int]] = Counter()
    for marks, total in totals.items():
        for employee_id, shift in far[marks].items():
            counts[employee_id, shift] += total
    return counts


def _near_shifts(people: Mapping[int, _Person], change: Change) -> dict[int, int]:
    """Return employee id -> shift of those concerned by a change, 0 for those to whom it makes no difference."""
    return {
        employee_id: people[employee_id].shift(
            (employee_id in change.near_before, change.was_private),
            (employee_id in change.near_after, change.is_private),
        )
        for employee_id in change.concerned
        if employee_id in people
    }


def _shifts(people: Mapping[int, _Person], counts: Mapping[tuple[int, int], int], sign: int) -> tuple[Shift, ...]:
    found = [(people[id_], count) for (id_, shift), count in counts.items() if shift == sign and count]
    found.sort(key=lambda pair: (-pair[1], pair[0].name_sort, pair[0].id))
    return tuple(Shift(person.id, person.name, count) for person, count in found)
