"""Replacing and merging values: what moves to the target, and what the target cannot take."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from models import (
    AuditEntry,
    Customer,
    CustomerGrade,
    CustomerSource,
    CustomerStatus,
    Department,
    Employee,
    FollowUp,
    FollowUpProgress,
    PriceLevel,
    Region,
    Visit,
)
from models.scope import UnfilteredReason, unfiltered
from services import dictionaries
from services.dictionaries import SameValueError
from services.trees import DuplicateNameError, TreeCycleError, TreeDepthError
from services.usage import InUseError
from tests import factories
from tests.conftest import acting_in, counted
from tests.dictionaries import FIELDS, make_value, of_customers, values_in_order
from tests.factories import Company


@pytest.fixture
def admin(engine: Engine, company: Company) -> Iterator[Session]:
    """Yield the session of the company admin."""
    with acting_in(engine, company.admin.id) as session:
        session.rollback()  # so that rows can still be made
        yield session


@pytest.mark.parametrize("deed", [dictionaries.replace, dictionaries.merge], ids=lambda deed: deed.__name__)
@pytest.mark.parametrize("model", FIELDS, ids=lambda model: model.__name__)
def test_everything_moves_to_the_target(
    bare_session: Session, engine: Engine, company: Company, model: Any, deed: Callable[..., Any]
) -> None:
    old, new, other = (make_value(bare_session, model, name) for name in ("old", "new", "other"))
    field = FIELDS[model]
    factories.make_customer(bare_session, "private", owner=company.solo, visibility="private", **{field: old.id})
    factories.make_customer(bare_session, "asleep", is_active=False, **{field: old.id})
    factories.make_customer(bare_session, "had it", **{field: new.id})
    factories.make_customer(bare_session, "has another", **{field: other.id})
    acting_as = company.cfg if model is not Department else company.admin

    with acting_in(engine, acting_as.id) as session:
        done = deed(session, model, old.id, target_id=new.id, version=1)
        session.commit()
        found = of_customers(session, field)
        left = values_in_order(session, model)
        versions = of_customers(session, "version")

    assert (done.name, done.target, done.moved) == ("old", "new", {"customer": 2})
    wanted = {"private": new.id, "asleep": new.id, "had it": new.id, "has another": other.id}
    assert {name: found[name] for name in wanted} == wanted
    assert left == [("new", 1), ("other", 2)]
    assert {name: versions[name] for name in wanted} == {"private": 2, "asleep": 2, "had it": 1, "has another": 1}


def test_moved_customer_says_when_and_by_whom(bare_session: Session, cfg: Session, company: Company) -> None:
    old, new = make_value(bare_session, CustomerStatus, "old"), make_value(bare_session, CustomerStatus, "new")
    moved = factories.make_customer(bare_session, "moved", status_id=old.id)

    dictionaries.replace(cfg, CustomerStatus, old.id, target_id=new.id, version=1)

    with unfiltered(cfg, UnfilteredReason.COMMAND) as every:
        found = every.get_one(Customer, moved.id)
        assert (found.updated_by_id, found.updated_at > moved.updated_at) == (company.cfg.id, True)


def test_replaced_progress_moves_follow_ups_and_visits(bare_session: Session, cfg: Session, company: Company) -> None:
    old, new = make_value(bare_session, FollowUpProgress, "old"), make_value(bare_session, FollowUpProgress, "new")
    factories.make_follow_up(bare_session, company.c1, author=company.a1, content="x", progress_after_id=old.id)
    factories.make_visit(bare_session, company.c4, user=company.solo, progress_after_id=old.id)

    done = dictionaries.replace(cfg, FollowUpProgress, old.id, target_id=new.id, version=1)

    assert done.moved == {"follow_up": 1, "visit": 1}
    with unfiltered(cfg, UnfilteredReason.COMMAND) as every:
        assert every.scalars(select(FollowUp.progress_after_id)).all() == [new.id]
        assert every.scalars(select(Visit.progress_after_id)).all() == [new.id]
    entry = cfg.scalars(select(AuditEntry)).one()
    assert (entry.action, entry.row_id) == ("replace_value", old.id)
    assert entry.changes == {"name": ["old", "new"], "moved": {"follow_up": 1, "visit": 1}}


@pytest.mark.parametrize("deed", [dictionaries.replace, dictionaries.merge], ids=lambda deed: deed.__name__)
@pytest.mark.parametrize("has_own", [False, True], ids=["target has none", "target has its own"])
def test_grade_hands_its_price_level_over_to_one_without(
    bare_session: Session, cfg: Session, deed: Callable[..., Any], *, has_own: bool
) -> None:
    low, high = make_value(bare_session, PriceLevel, "low"), make_value(bare_session, PriceLevel, "high")
    old = make_value(bare_session, CustomerGrade, "old", price_level_id=low.id, colour="red", description="call")
    new = make_value(
        bare_session, CustomerGrade, "new", price_level_id=high.id if has_own else None, description="visit"
    )

    deed(cfg, CustomerGrade, old.id, target_id=new.id, version=1)

    row = cfg.get_one(CustomerGrade, new.id)
    assert row.price_level_id == (high.id if has_own else low.id)
    assert (row.colour, row.description) == ("red" if deed is dictionaries.merge else None, "visit")


def test_merged_department_takes_people_and_head_along(bare_session: Session, admin: Session, company: Company) -> None:
    old = make_value(bare_session, Department, "old", head_id=company.east.id)
    new = make_value(bare_session, Department, "new")
    below = make_value(bare_session, Department, "below", parent_id=old.id)
    person = factories.make_employee(bare_session, "person", department_id=old.id)

    done = dictionaries.merge(admin, Department, old.id, target_id=new.id, version=1)

    assert done.moved == {"department": 1, "employee": 1}
    assert admin.get_one(Employee, person.id).department_id == new.id
    assert admin.get_one(Department, new.id).head_id == company.east.id
    assert admin.get_one(Department, below.id).parent_id == new.id


def test_merged_node_hands_its_children_over_behind_the_targets_own(bare_session: Session, cfg: Session) -> None:
    old, new = make_value(bare_session, Region, "old"), make_value(bare_session, Region, "new")
    for name, parent in (("b", old), ("a", old), ("own", new)):
        make_value(bare_session, Region, name, parent_id=parent.id)

    dictionaries.merge(cfg, Region, old.id, target_id=new.id, version=1)

    rows = cfg.execute(select(Region.name, Region.sort_order).where(Region.parent_id == new.id))
    assert sorted((place, name) for name, place in rows) == [(1, "own"), (2, "b"), (3, "a")]


def test_node_merged_into_the_one_above_leaves_no_gap(bare_session: Session, cfg: Session) -> None:
    top = make_value(bare_session, Region, "top")
    old, sibling = (make_value(bare_session, Region, name, parent_id=top.id) for name in ("old", "sibling"))
    child = make_value(bare_session, Region, "child", parent_id=old.id)

    dictionaries.merge(cfg, Region, old.id, target_id=top.id, version=1)

    found = dict(cfg.execute(select(Region.id, Region.sort_order).where(Region.parent_id == top.id)).all())
    assert found == {sibling.id: 1, child.id: 2}


def test_node_with_children_is_not_replaced(bare_session: Session, cfg: Session) -> None:
    old, new = make_value(bare_session, Region, "old"), make_value(bare_session, Region, "new")
    make_value(bare_session, Region, "below", parent_id=old.id)

    with pytest.raises(InUseError) as refused:
        dictionaries.replace(cfg, Region, old.id, target_id=new.id, version=1)

    assert refused.value.child_count == 1


def test_merge_refuses_what_the_tree_cannot_hold(bare_session: Session, cfg: Session) -> None:
    top = make_value(bare_session, Region, "top")
    below = make_value(bare_session, Region, "below", parent_id=top.id)
    twin = make_value(bare_session, Region, "twin")
    make_value(bare_session, Region, "BELOW", parent_id=twin.id)
    node = twin
    for depth in range(5):
        node = make_value(bare_session, Region, f"level {depth}", parent_id=node.id)
    refused = [
        (top, below, TreeCycleError),
        (top, twin, DuplicateNameError),
        (top, node, TreeDepthError),
        (top, top, SameValueError),
    ]

    for source, target, error in refused:
        with pytest.raises(error):
            dictionaries.merge(cfg, Region, source.id, target_id=target.id, version=1)
    assert cfg.scalar(select(Region.parent_id).where(Region.id == below.id)) == top.id


def test_replace_costs_the_same_whatever_the_number_of_customers(
    bare_session: Session, cfg: Session, engine: Engine
) -> None:
    rows = {name: make_value(bare_session, CustomerSource, name) for name in ("few", "many", "target")}
    for number in range(41):
        factories.make_customer(bare_session, source_id=rows["few" if number == 0 else "many"].id)

    costs = []
    for name in ("few", "many"):
        with counted(engine) as statements:
            dictionaries.replace(cfg, CustomerSource, rows[name].id, target_id=rows["target"].id, version=1)
        costs.append(len(statements))

    assert costs[0] == costs[1]
