"""How many rows stand at nodes: here and below, hidden ones included, by one statement."""

import pytest
from sqlalchemy.orm import Session

from auth.actor import load_actor, set_actor
from models import Customer, Department, Employee, Industry, Region, Role
from models.scope import UnfilteredReason, unfiltered
from services.tree_usage import counted_rows, node_counts
from services.trees import add_node
from tests.people import employee
from tests.trees import plant, statements


@pytest.fixture
def ids(session: Session) -> dict[str, int]:
    """Return name -> id of the forest: two customers in 武侯区, one in 成都 itself, one in 上海."""
    found = plant(session)
    places = ("武侯区", "武侯区", "成都", "上海")
    with unfiltered(session, UnfilteredReason.COMMAND) as every:
        every.add_all(Customer(code=f"C{at}", name=f"c{at}", region_id=found[place]) for at, place in enumerate(places))
    session.commit()
    return found


@pytest.mark.parametrize(("tree", "expected"), [(Region, "region"), (Industry, "industry"), (Department, "department")])
def test_counted_rows_are_those_whose_list_has_the_filter(tree: type, expected: str) -> None:
    counted = counted_rows(tree)

    assert counted is not None
    assert (counted[0], counted[1].name) == (Employee if tree is Department else Customer, expected)


def test_node_counts_holds_below_and_own_by_one_statement(session: Session, ids: dict[str, int]) -> None:
    with statements() as sent:
        roots = node_counts(session, Region, parent_ids=[None])
    below = node_counts(session, Region, parent_ids=[ids["成都"], ids["上海"]])

    assert roots == {ids["成都"]: (3, 1), ids["上海"]: (1, 1)}
    assert below == {ids["武侯区"]: (2, 2)}
    assert node_counts(session, Region, ids=[ids["武侯区"], ids["重庆"], 999]) == {ids["武侯区"]: (2, 2)}
    assert node_counts(session, Region) == {}
    assert len(sent) == 1


def test_node_counts_ignores_what_the_actor_sees(session: Session, ids: dict[str, int]) -> None:
    actor = load_actor(session, employee(session, "config_admin").id)
    assert actor is not None
    set_actor(session, actor)

    assert node_counts(session, Region, ids=[ids["成都"]]) == {ids["成都"]: (3, 1)}


def test_node_counts_counts_employees_of_departments(session: Session) -> None:
    head = add_node(session, Department, name="Head office", parent_id=None)
    sales = add_node(session, Department, name="Sales", parent_id=head.id)
    role = Role(code="r", name="r")
    session.add(role)
    session.flush()
    session.add(Employee(login="a", name="a", role_id=role.id, department_id=sales.id))
    session.flush()

    assert node_counts(session, Department, parent_ids=[None]) == {head.id: (1, 0)}
