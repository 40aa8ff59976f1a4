"""Deactivating and deleting values; what every deed refuses. Replacing, merging and undo are tested beside."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from auth.errors import PermissionDeniedError
from models import (
    AuditEntry,
    ChannelType,
    Customer,
    CustomerGrade,
    Department,
    FollowUpProgress,
    PriceLevel,
    Region,
)
from models.scope import UnfilteredReason, unfiltered
from services import dictionaries
from services.ordering import StaleVersionError, UnknownRowError
from services.usage import InUseError, customer_counts
from tests import factories
from tests.conftest import acting_in, counted
from tests.dictionaries import FIELDS, make_value, of_customers, values_in_order
from tests.factories import Company


@pytest.mark.parametrize("model", FIELDS, ids=lambda model: model.__name__)
def test_impact_counts_customers_that_nobody_here_sees(
    bare_session: Session, engine: Engine, company: Company, model: Any
) -> None:
    value, other = make_value(bare_session, model, "value"), make_value(bare_session, model, "other")
    with unfiltered(bare_session, UnfilteredReason.COMMAND) as every:
        for name, row in (("c1", value), ("c4", value), ("c2", other)):
            setattr(every.get_one(Customer, company[name].id), FIELDS[model], row.id)
        every.get_one(Customer, company.c4.id).is_active = False
    bare_session.commit()
    acting_as = company.cfg if model is not Department else company.admin

    with acting_in(engine, acting_as.id) as session:
        found = dictionaries.impact(session, model, value.id)
        counts = customer_counts(session, model, [value.id, other.id, 10**6])

    assert (found.name, found.version, found.customers, found.children) == ("value", 1, 2, 0)
    assert (found.price_levels, found.uses, found.is_used) == (0, {}, True)
    assert counts == {value.id: 2, other.id: 1}


def test_impact_of_a_node_counts_what_stands_below_by_one_statement(
    bare_session: Session, cfg: Session, engine: Engine
) -> None:
    top = make_value(bare_session, Region, "top")
    left = make_value(bare_session, Region, "left", parent_id=top.id)
    right = make_value(bare_session, Region, "right", parent_id=top.id)
    leaf = make_value(bare_session, Region, "leaf", parent_id=left.id)
    for node in (top, leaf, leaf, right):
        factories.make_customer(bare_session, region_id=node.id)

    with counted(engine) as statements:
        found = dictionaries.impact(cfg, Region, top.id)

    assert (found.customers, found.children, found.descendants, found.customers_below) == (1, 2, 3, 3)
    assert len(statements) == 1
    below = customer_counts(cfg, Region, [top.id, left.id, right.id], with_below=True)
    assert below == {top.id: 4, left.id: 2, right.id: 1}


def test_impact_tells_price_level_and_other_rows(bare_session: Session, cfg: Session, company: Company) -> None:
    level = make_value(bare_session, PriceLevel, "dealer")
    grade = make_value(bare_session, CustomerGrade, "A", price_level_id=level.id)
    progress = make_value(bare_session, FollowUpProgress, "trial")
    factories.make_follow_up(bare_session, company.c1, author=company.a1, content="x", progress_after_id=progress.id)
    factories.make_visit(bare_session, company.c4, user=company.solo, progress_after_id=progress.id)

    of_grade = dictionaries.impact(cfg, CustomerGrade, grade.id)
    of_level = dictionaries.impact(cfg, PriceLevel, level.id)
    of_progress = dictionaries.impact(cfg, FollowUpProgress, progress.id)

    assert (of_grade.price_levels, of_grade.others, of_grade.is_used) == (1, 0, False)
    assert (of_level.uses, of_level.others) == ({"customer_grade": 1}, 1)
    assert (of_progress.uses, of_progress.customers) == ({"follow_up": 1, "visit": 1}, 0)


def test_impact_of_nothing(cfg: Session) -> None:
    with pytest.raises(UnknownRowError):
        dictionaries.impact(cfg, Region, 99)


def test_deactivated_value_keeps_its_customers(bare_session: Session, cfg: Session, company: Company) -> None:
    grade = make_value(bare_session, CustomerGrade, "A")
    factories.make_customer(bare_session, "kept", grade_id=grade.id)

    done = dictionaries.deactivate(cfg, CustomerGrade, grade.id, version=1)
    again = dictionaries.deactivate(cfg, CustomerGrade, grade.id, version=2)
    back = dictionaries.reactivate(cfg, CustomerGrade, grade.id, version=2)

    assert of_customers(cfg, "grade_id")["kept"] == grade.id
    assert (done.name, done.token is not None, again.token, back.token is not None) == ("A", True, None, True)
    rows = cfg.execute(select(AuditEntry.action, AuditEntry.row_id, AuditEntry.changes).order_by(AuditEntry.id))
    assert [tuple(row) for row in rows] == [
        ("deactivate", grade.id, {"name": "A"}),
        ("activate", grade.id, {"name": "A"}),
    ]


def test_delete_refuses_what_is_used_and_closes_up(bare_session: Session, cfg: Session) -> None:
    first, used, last = (make_value(bare_session, ChannelType, name) for name in ("first", "used", "last"))
    factories.make_customer(bare_session, channel_type_id=used.id)

    with pytest.raises(InUseError) as refused:
        dictionaries.delete(cfg, ChannelType, used.id, version=1)
    dictionaries.delete(cfg, ChannelType, first.id, version=1)

    assert (refused.value.uses, refused.value.child_count) == ({"customer": 1}, 0)
    assert values_in_order(cfg, ChannelType) == [("used", 1), ("last", 2)]
    assert last.id != first.id


def test_price_level_in_use_is_not_deleted(bare_session: Session, cfg: Session) -> None:
    by_grade, own, free = (make_value(bare_session, PriceLevel, name) for name in ("by grade", "own", "free"))
    make_value(bare_session, CustomerGrade, "A", price_level_id=by_grade.id)
    factories.make_customer(bare_session, price_level_id=own.id)

    for level, uses in ((by_grade, {"customer_grade": 1}), (own, {"customer": 1})):
        with pytest.raises(InUseError) as refused:
            dictionaries.delete(cfg, PriceLevel, level.id, version=1)
        assert refused.value.uses == uses
    dictionaries.delete(cfg, PriceLevel, free.id, version=1)

    assert [name for name, _ in values_in_order(cfg, PriceLevel)] == ["by grade", "own"]


DEEDS: dict[str, Callable[[Session, Any, int, int, int], Any]] = {
    "deactivate": lambda session, model, id_, _target, version: dictionaries.deactivate(
        session, model, id_, version=version
    ),
    "reactivate": lambda session, model, id_, _target, version: dictionaries.reactivate(
        session, model, id_, version=version
    ),
    "delete": lambda session, model, id_, _target, version: dictionaries.delete(session, model, id_, version=version),
    "replace": lambda session, model, id_, target, version: dictionaries.replace(
        session, model, id_, target_id=target, version=version
    ),
    "merge": lambda session, model, id_, target, version: dictionaries.merge(
        session, model, id_, target_id=target, version=version
    ),
}


@pytest.mark.parametrize("deed", DEEDS)
def test_deeds_need_the_right_the_row_and_its_version(
    bare_session: Session, engine: Engine, company: Company, deed: str
) -> None:
    row, target = make_value(bare_session, ChannelType, "row"), make_value(bare_session, ChannelType, "target")
    department, into = make_value(bare_session, Department, "d"), make_value(bare_session, Department, "e")
    refused: list[tuple[str, Any, int, int, int, type[Exception]]] = [
        ("va", ChannelType, row.id, target.id, 1, PermissionDeniedError),
        ("boss", ChannelType, row.id, target.id, 1, PermissionDeniedError),
        ("cfg", Department, department.id, into.id, 1, PermissionDeniedError),
        ("cfg", ChannelType, 10**6, target.id, 1, UnknownRowError),
        ("cfg", ChannelType, row.id, target.id, 2, StaleVersionError),
    ]
    if deed in {"replace", "merge"}:
        refused.append(("cfg", ChannelType, row.id, 10**6, 1, UnknownRowError))

    for login, model, id_, target_id, version, error in refused:
        with acting_in(engine, company[login].id) as session, pytest.raises(error):
            DEEDS[deed](session, model, id_, target_id, version)

    assert values_in_order(bare_session, ChannelType) == [("row", 1), ("target", 2)]
    assert bare_session.scalars(select(AuditEntry)).all() == []


@pytest.mark.parametrize("deed", DEEDS)
def test_nobody_does_nothing(bare_session: Session, deed: str) -> None:
    row, target = make_value(bare_session, ChannelType, "row"), make_value(bare_session, ChannelType, "target")

    with pytest.raises(PermissionDeniedError):
        DEEDS[deed](bare_session, ChannelType, row.id, target.id, 1)
