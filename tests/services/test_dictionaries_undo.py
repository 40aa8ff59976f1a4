"""Undo: what comes back, and what stays as people have changed it meanwhile."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from models import AuditEntry, ChannelType, Customer, CustomerGrade, PriceLevel, Region
from services import dictionaries
from services.customers import update_customer
from services.dictionaries import UndoRefusedError
from tests import factories
from tests.conftest import acting_in
from tests.dictionaries import node, of_customers, rows_of
from tests.factories import Company

Rows = list[tuple[Any, ...]]


@pytest.mark.parametrize("deed", [dictionaries.replace, dictionaries.merge], ids=lambda deed: deed.__name__)
def test_replaced_value_comes_back_with_number_place_and_customers(
    cfg: Session, names: dict[str, Any], deed: Callable[..., Any]
) -> None:
    before = rows_of(cfg, ChannelType), of_customers(cfg, "channel_type_id")

    done = deed(cfg, ChannelType, names["B"].id, target_id=names["D"].id, version=1)
    cfg.commit()
    between = [row.name for row in cfg.scalars(select(ChannelType).order_by(ChannelType.sort_order))]
    name = dictionaries.undo(cfg, ChannelType, done.token)
    cfg.commit()

    assert (name, between) == ("B", ["A", "C", "D", "E"])
    assert (rows_of(cfg, ChannelType), of_customers(cfg, "channel_type_id")) == before
    entry = cfg.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
    assert (entry.action, entry.row_id) == ("undo", names["B"].id)
    assert entry.changes == {"name": "B", "undone": f"{deed.__name__}_value{'s' if deed is dictionaries.merge else ''}"}


def test_deleted_and_deactivated_values_come_back(bare_session: Session, cfg: Session, names: dict[str, Any]) -> None:
    level = factories.save(bare_session, PriceLevel(name="dealer", discount=Decimal("0.7")))
    grade = factories.save(
        bare_session, CustomerGrade(name="A", price_level_id=level.id, description="call", is_active=False)
    )
    before = [rows_of(cfg, model) for model in (PriceLevel, CustomerGrade, ChannelType)]

    done = [
        (CustomerGrade, dictionaries.delete(cfg, CustomerGrade, grade.id, version=1)),
        (PriceLevel, dictionaries.delete(cfg, PriceLevel, level.id, version=1)),
        (ChannelType, dictionaries.deactivate(cfg, ChannelType, names["C"].id, version=1)),
    ]
    changed = [rows_of(cfg, model) for model in (PriceLevel, CustomerGrade, ChannelType)]
    for model, deed in reversed(done):
        dictionaries.undo(cfg, model, deed.token)

    assert changed != before
    assert [rows_of(cfg, model) for model in (PriceLevel, CustomerGrade, ChannelType)] == before


def test_deeds_are_undone_one_after_the_other(cfg: Session, names: dict[str, Any]) -> None:
    before = rows_of(cfg, ChannelType), of_customers(cfg, "channel_type_id")
    first = dictionaries.replace(cfg, ChannelType, names["A"].id, target_id=names["B"].id, version=1)
    second = dictionaries.replace(cfg, ChannelType, names["B"].id, target_id=names["C"].id, version=1)

    with pytest.raises(UndoRefusedError) as refused:
        dictionaries.undo(cfg, ChannelType, first.token)
    cfg.rollback()

    first = dictionaries.replace(cfg, ChannelType, names["A"].id, target_id=names["B"].id, version=1)
    second = dictionaries.replace(cfg, ChannelType, names["B"].id, target_id=names["C"].id, version=1)
    dictionaries.undo(cfg, ChannelType, second.token)
    dictionaries.undo(cfg, ChannelType, first.token)

    assert (refused.value.code, refused.value.table, refused.value.count) == ("changed", "customer", 1)
    assert (rows_of(cfg, ChannelType), of_customers(cfg, "channel_type_id")) == before


def test_merged_node_comes_back_with_its_children(bare_session: Session, cfg: Session) -> None:
    old, new = node(bare_session, "old", code="O"), node(bare_session, "new")
    for name, parent in (("b", old), ("a", old), ("own", new)):
        below = node(bare_session, name, parent)
        factories.make_customer(bare_session, f"of {name}", region_id=below.id)
    factories.make_customer(bare_session, "of old", region_id=old.id)
    before = rows_of(cfg, Region), of_customers(cfg, "region_id")

    done = dictionaries.merge(cfg, Region, old.id, target_id=new.id, version=1)
    dictionaries.undo(cfg, Region, done.token)

    assert (rows_of(cfg, Region), of_customers(cfg, "region_id")) == before


def test_merged_grade_takes_back_what_it_handed_over(bare_session: Session, cfg: Session) -> None:
    level = factories.save(bare_session, PriceLevel(name="dealer", discount=Decimal("0.7")))
    old = factories.save(bare_session, CustomerGrade(name="A", price_level_id=level.id, colour="red"))
    new = factories.save(bare_session, CustomerGrade(name="B"))
    before = rows_of(cfg, CustomerGrade)

    done = dictionaries.merge(cfg, CustomerGrade, old.id, target_id=new.id, version=1)
    between = cfg.get_one(CustomerGrade, new.id).price_level_id
    dictionaries.undo(cfg, CustomerGrade, done.token)

    assert (between, rows_of(cfg, CustomerGrade)) == (level.id, before)


def test_place_is_kept_as_far_as_the_list_still_goes(cfg: Session, bare_session: Session) -> None:
    rows = [factories.save(bare_session, ChannelType(name=name)) for name in "ABC"]
    tokens = {row.name: dictionaries.delete(cfg, ChannelType, row.id, version=1).token for row in rows[1:]}

    dictionaries.undo(cfg, ChannelType, tokens["C"])
    dictionaries.undo(cfg, ChannelType, tokens["B"])

    found = cfg.execute(select(ChannelType.name, ChannelType.sort_order).order_by(ChannelType.sort_order)).all()
    assert [tuple(row) for row in found] == [("A", 1), ("B", 2), ("C", 3)]


def test_what_was_changed_beside_stays(cfg: Session, engine: Engine, company: Company, names: dict[str, Any]) -> None:
    done = dictionaries.replace(cfg, ChannelType, names["B"].id, target_id=names["D"].id, version=1)
    cfg.commit()
    with acting_in(engine, company.admin.id) as admin:
        customer = admin.scalars(select(Customer).where(Customer.name == "of B")).one()
        update_customer(admin, customer, {"phone": "123"})
        admin.get_one(ChannelType, names["D"].id).name = "D2"
        admin.commit()

    dictionaries.undo(cfg, ChannelType, done.token)

    assert of_customers(cfg, "phone")["of B"] == "123"
    assert of_customers(cfg, "channel_type_id")["of B"] == names["B"].id
    assert cfg.get_one(ChannelType, names["D"].id).name == "D2"
