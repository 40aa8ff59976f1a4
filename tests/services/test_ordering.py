"""The order of flat lists, and what every flush does for it."""

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import ChannelType, Customer, CustomerGrade, Employee, Region, Role
from models.scope import UnfilteredReason, unfiltered
from services.ordering import ListMismatchError, StaleVersionError, list_version, next_sort_order, reorder
from services.usage import InUseError, delete_unused


@pytest.fixture
def grades(session: Session) -> dict[str, int]:
    """Store grades A to E and return name -> id."""
    rows = [CustomerGrade(name=name) for name in "ABCDE"]
    session.add_all(rows)
    session.commit()
    return {row.name: row.id for row in rows}


def places(session: Session, model: Any = CustomerGrade) -> list[tuple[str, int]]:
    return [
        tuple(row) for row in session.execute(select(model.name, model.sort_order).order_by(model.sort_order, model.id))
    ]


def shuffled(grades: dict[str, int], names: str) -> Sequence[int]:
    return [grades[name] for name in names]


def test_new_rows_go_last(session: Session, grades: dict[str, int]) -> None:
    session.add(CustomerGrade(name="F"))
    session.flush()

    assert places(session) == [("A", 1), ("B", 2), ("C", 3), ("D", 4), ("E", 5), ("F", 6)]
    assert next_sort_order(session, CustomerGrade) == 7


def test_new_nodes_go_last_among_siblings_even_with_new_parents(session: Session) -> None:
    old = Region(name="old")
    session.add(old)
    session.flush()
    new = Region(name="new")
    session.add_all(
        [
            new,
            Region(name="new 1", parent=new),
            Region(name="new 2", parent=new),
            Region(name="old 1", parent=old),
            Region(name="old 2", parent_id=old.id),
        ]
    )
    session.flush()

    expected = {"old": 1, "new": 2, "new 1": 1, "new 2": 2, "old 1": 1, "old 2": 2}
    assert dict(places(session, Region)) == expected


def test_deleted_rows_leave_no_gap(session: Session, grades: dict[str, int]) -> None:
    for name in "BD":
        session.delete(session.get_one(CustomerGrade, grades[name]))
    session.add(CustomerGrade(name="F"))
    session.commit()

    assert places(session) == [("A", 1), ("C", 2), ("E", 3), ("F", 4)]


def test_reorder_writes_dense_places_and_keeps_row_versions(session: Session, grades: dict[str, int]) -> None:
    loaded = session.get_one(CustomerGrade, grades["E"])
    before = list_version(session, CustomerGrade)

    order = reorder(session, CustomerGrade, shuffled(grades, "EABCD"), version=before)

    assert order == shuffled(grades, "EABCD")
    assert places(session) == [("E", 1), ("A", 2), ("B", 3), ("C", 4), ("D", 5)]
    assert (loaded.sort_order, loaded.version) == (1, 1)
    assert list_version(session, CustomerGrade) != before


@pytest.mark.parametrize("names", ["ABCD", "ABCDEE", "ABCDD", ""])
def test_reorder_refuses_ids_that_are_not_the_list(session: Session, grades: dict[str, int], names: str) -> None:
    with pytest.raises(ListMismatchError):
        reorder(session, CustomerGrade, shuffled(grades, names), version=list_version(session, CustomerGrade))

    assert [name for name, _ in places(session)] == list("ABCDE")


def test_reorder_refuses_stale_list(session: Session, grades: dict[str, int]) -> None:
    version = list_version(session, CustomerGrade)
    reorder(session, CustomerGrade, shuffled(grades, "BACDE"), version=version)

    with pytest.raises(StaleVersionError):
        reorder(session, CustomerGrade, shuffled(grades, "ABCED"), version=version)

    assert [name for name, _ in places(session)] == list("BACDE")


def test_reorder_refuses_list_that_has_grown(session: Session, grades: dict[str, int]) -> None:
    version = list_version(session, CustomerGrade)
    session.add(CustomerGrade(name="F"))
    session.flush()

    with pytest.raises(StaleVersionError):
        reorder(session, CustomerGrade, shuffled(grades, "EDCBA"), version=version)


def test_reorder_takes_a_thousand_rows(session: Session) -> None:
    session.add_all(ChannelType(name=f"channel {n}") for n in range(1000))
    session.flush()
    ids = list(session.scalars(select(ChannelType.id).order_by(ChannelType.sort_order.desc())))

    reorder(session, ChannelType, ids, version=list_version(session, ChannelType))

    assert session.scalars(select(ChannelType.id).order_by(ChannelType.sort_order)).all() == ids
    assert next_sort_order(session, ChannelType) == 1001


def test_delete_unused_refuses_value_of_unseen_customer(session: Session, grades: dict[str, int]) -> None:
    with unfiltered(session, UnfilteredReason.COMMAND) as every:
        every.add(Customer(code="C1", name="c", grade_id=grades["A"]))

    with pytest.raises(InUseError) as refused:
        delete_unused(session, session.get_one(CustomerGrade, grades["A"]))
    delete_unused(session, session.get_one(CustomerGrade, grades["B"]))

    assert refused.value.uses == {"customer": 1}
    assert places(session) == [("A", 1), ("C", 2), ("D", 3), ("E", 4)]


def test_delete_unused_counts_rows_of_its_own_table(session: Session) -> None:
    role = Role(code="r", name="r")
    session.add(role)
    session.flush()
    boss = Employee(login="boss", name="boss", role_id=role.id)
    session.add(boss)
    session.flush()
    session.add(Employee(login="amy", name="amy", role_id=role.id, supervisor_id=boss.id))
    session.flush()

    with pytest.raises(InUseError) as refused:
        delete_unused(session, boss)

    assert (refused.value.uses, refused.value.child_count) == ({}, 1)
