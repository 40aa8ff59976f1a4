"""Undo that is refused: something has changed since, or the deed is another's."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from auth.errors import PermissionDeniedError
from models import AuditEntry, ChannelType, Customer, CustomerGrade, Department, PriceLevel, Region
from services import dictionaries
from services.customers import update_customer
from services.dictionaries import UndoRefusedError
from services.ordering import UnknownRowError
from services.trees import (
    DuplicateCodeError,
    DuplicateNameError,
    TreeCycleError,
    TreeDepthError,
    add_node,
    delete_node,
    move_node,
)
from tests import factories
from tests.conftest import acting_in
from tests.dictionaries import node, of_customers, rows_of
from tests.factories import Company

Rows = list[tuple[Any, ...]]


def _give_another(admin: Session, names: dict[str, Any]) -> None:
    customer = admin.scalars(select(Customer).where(Customer.name == "of B")).one()
    update_customer(admin, customer, {"channel_type_id": names["E"].id})


def _delete_customer(admin: Session, names: dict[str, Any]) -> None:
    admin.delete(admin.scalars(select(Customer).where(Customer.name == "of B")).one())


def _take_name(admin: Session, names: dict[str, Any]) -> None:
    admin.add(ChannelType(name="Ｂ"))


def _take_number(admin: Session, names: dict[str, Any]) -> None:
    admin.add(ChannelType(id=names["B"].id, name="new"))


#: What happens meanwhile -> how undo is refused.
MEANWHILE: dict[str, tuple[Callable[[Session, dict[str, Any]], None], type[Exception], str | None]] = {
    "a customer has another value": (_give_another, UndoRefusedError, "changed"),
    "a customer is gone": (_delete_customer, UndoRefusedError, "changed"),
    "the number is taken": (_take_number, UndoRefusedError, "taken"),
    "the name is taken": (_take_name, DuplicateNameError, None),
}


@pytest.mark.parametrize("meanwhile", MEANWHILE)
def test_undo_is_refused_when_something_has_changed(
    cfg: Session,
    engine: Engine,
    company: Company,
    names: dict[str, Any],
    meanwhile: str,
) -> None:
    change, error, code = MEANWHILE[meanwhile]
    done = dictionaries.replace(cfg, ChannelType, names["B"].id, target_id=names["D"].id, version=1)
    cfg.commit()
    with acting_in(engine, company.admin.id) as admin:
        change(admin, names)
        admin.commit()
    before = rows_of(cfg, ChannelType), of_customers(cfg, "channel_type_id"), rows_of(cfg, AuditEntry)

    with pytest.raises(error) as refused:
        dictionaries.undo(cfg, ChannelType, done.token)
    cfg.rollback()

    assert getattr(refused.value, "code", None) == code
    after = rows_of(cfg, ChannelType), of_customers(cfg, "channel_type_id"), rows_of(cfg, AuditEntry)
    assert after == before


def test_deed_is_undone_once(cfg: Session, names: dict[str, Any]) -> None:
    done = dictionaries.deactivate(cfg, ChannelType, names["A"].id, version=1)
    dictionaries.undo(cfg, ChannelType, done.token)

    with pytest.raises(UndoRefusedError) as refused:
        dictionaries.undo(cfg, ChannelType, done.token)

    assert refused.value.code == "done"


def test_deactivation_is_not_undone_twice_over(cfg: Session, names: dict[str, Any]) -> None:
    done = dictionaries.deactivate(cfg, ChannelType, names["A"].id, version=1)
    dictionaries.reactivate(cfg, ChannelType, names["A"].id, version=2)

    with pytest.raises(UndoRefusedError) as refused:
        dictionaries.undo(cfg, ChannelType, done.token)

    assert (refused.value.code, refused.value.table, refused.value.count) == ("changed", "channel_type", 1)


def test_value_does_not_come_back_without_its_price_level(bare_session: Session, cfg: Session) -> None:
    level = factories.save(bare_session, PriceLevel(name="dealer", discount=Decimal("0.7")))
    grade = factories.save(bare_session, CustomerGrade(name="A", price_level_id=level.id))
    done = dictionaries.delete(cfg, CustomerGrade, grade.id, version=1)
    dictionaries.delete(cfg, PriceLevel, level.id, version=1)

    with pytest.raises(UndoRefusedError) as refused:
        dictionaries.undo(cfg, CustomerGrade, done.token)

    assert (refused.value.code, refused.value.table) == ("gone", "price_level")


def test_node_comes_back_only_where_the_tree_has_room(bare_session: Session, cfg: Session) -> None:
    top, other = node(bare_session, "top"), node(bare_session, "other")
    old = node(bare_session, "old", top)
    child = node(bare_session, "child", old)
    done = dictionaries.merge(cfg, Region, old.id, target_id=other.id, version=1)
    cfg.commit()
    chain = [other]
    for number in range(3):
        chain.append(add_node(cfg, Region, name=f"{number}", parent_id=chain[-1].id))
    cfg.commit()

    move_node(cfg, Region, top.id, parent_id=child.id, version=1)
    with pytest.raises(TreeCycleError):
        dictionaries.undo(cfg, Region, done.token)
    cfg.rollback()
    move_node(cfg, Region, top.id, parent_id=chain[-1].id, version=1)
    with pytest.raises(TreeDepthError):
        dictionaries.undo(cfg, Region, done.token)
    cfg.rollback()
    delete_node(cfg, Region, top.id)
    with pytest.raises(UndoRefusedError) as refused:
        dictionaries.undo(cfg, Region, done.token)

    assert (refused.value.code, refused.value.table) == ("gone", "region")


def test_code_that_was_given_away_is_refused(bare_session: Session, cfg: Session) -> None:
    old = node(bare_session, "old", code="X")
    done = dictionaries.delete(cfg, Region, old.id, version=1)
    add_node(cfg, Region, name="new", parent_id=None, code="X")

    with pytest.raises(DuplicateCodeError):
        dictionaries.undo(cfg, Region, done.token)


def test_token_belongs_to_its_dictionary_and_to_who_may_shape_it(
    cfg: Session, engine: Engine, company: Company, names: dict[str, Any]
) -> None:
    done = dictionaries.deactivate(cfg, ChannelType, names["A"].id, version=1)
    cfg.commit()

    for model, token in ((CustomerGrade, done.token), (ChannelType, 10**6)):
        with pytest.raises(UnknownRowError):
            dictionaries.undo(cfg, model, token)
    with pytest.raises(PermissionDeniedError):
        dictionaries.undo(cfg, Department, done.token)
    cfg.rollback()
    with acting_in(engine, company.va.id) as va, pytest.raises(PermissionDeniedError):
        dictionaries.undo(va, ChannelType, done.token)


def test_undo_is_anybodys_who_may_shape(cfg: Session, engine: Engine, company: Company, names: dict[str, Any]) -> None:
    done = dictionaries.replace(cfg, ChannelType, names["B"].id, target_id=names["D"].id, version=1)
    cfg.commit()

    with acting_in(engine, company.admin.id) as admin:
        assert dictionaries.undo(admin, ChannelType, done.token) == "B"
        actors = admin.scalars(select(AuditEntry.actor_id).order_by(AuditEntry.id)).all()

    assert actors == [company.cfg.id, company.admin.id]
