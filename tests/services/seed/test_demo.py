"""Customers and settings of the demo company: their shape, and that it is made once and repeatably."""

from collections import Counter as Tally
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session

from models import (
    Base,
    Contact,
    Customer,
    CustomerFollower,
    CustomerGrade,
    Employee,
    FollowUp,
    Industry,
    PriceLevel,
    Region,
    Role,
    Visit,
)
from models.mixins import SortableMixin
from models.scope import UnfilteredReason, unfiltered
from services.seed.defaults import seed_roles
from services.seed.demo import CompanyInUseError, DemoResult
from services.settings import get_setting
from tests.conftest import create_all
from tests.demo import NAMED, NOW, seed


def _content(session: Session) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of the tables the seed fills, but for hashes and the audit log, which tell the time."""
    content = {}
    for table in Base.metadata.sorted_tables:
        columns = [column for column in table.columns if column.name != "password_hash"]
        if table.name != "audit_entry":
            content[table.name] = [tuple(row) for row in session.execute(select(*columns).order_by(*table.primary_key))]
    return content


@pytest.mark.parametrize(("customers", "private"), [(60, 7), (200, 20)], ids=["least", "a tenth"])
def test_a_tenth_is_private(every: Session, regions_file: Path, customers: int, private: int) -> None:
    seed(every, regions_file, customers=customers)

    assert Tally(every.scalars(select(Customer.visibility))) == {"private": private, "public": customers - private}


def test_company_has_its_name_and_the_switch_on(every: Session, regions_file: Path) -> None:
    seed(every, regions_file)

    setting = get_setting(every)
    assert (setting.company_name, setting.private_customer_enabled) == ("客配示范公司", True)


def test_regions_stand_after_the_default_ones(every: Session, regions_file: Path) -> None:
    seed(every, regions_file)

    roots = select(Region.sort_order, Region.name).where(Region.parent_id.is_(None)).order_by(Region.sort_order)
    names = "重庆 成都 上海 上海市 四川省 甘肃省 台湾省"
    assert [tuple(row) for row in every.execute(roots)] == list(enumerate(names.split(), start=1))


def test_price_levels_belong_to_grades(every: Session, regions_file: Path) -> None:
    seed(every, regions_file)

    levels = {level.name: str(level.discount) for level in every.scalars(select(PriceLevel))}
    grades = {grade.name: str(grade.price_level) for grade in every.scalars(select(CustomerGrade))}
    assert levels == {"一级经销商价": "0.7000", "二批价": "0.8000", "零售价": "1.0000"}
    assert grades == {"A": "一级经销商价", "B": "二批价", "C": "零售价", "D": "零售价", "E": "None"}


def test_customers_are_filled_in(every: Session, regions_file: Path) -> None:
    seed(every, regions_file, customers=200)

    customers = every.scalars(select(Customer).order_by(Customer.id)).all()
    assert sorted(row.code for row in customers) == [f"KH{number:06d}" for number in range(1, 201)]
    assert len({row.name_key for row in customers}) == 200
    inner = set(every.scalars(select(Region.parent_id)))
    for row in customers:
        assert row.region_id is not None
        assert row.region_id not in inner
        assert row.address.startswith(row.province)
        assert None not in (row.industry, row.channel_type, row.grade, row.status, row.source, row.progress)
        assert (row.lat is None) == (row.city not in {"上海市", "成都市"})
    assert sum(row.owner_id is None for row in customers) == 8
    depths = Tally(_depth(row) for row in customers)
    assert depths[0] > depths[1] > depths[2] > 0
    assert set(depths) == {0, 1, 2}


def _depth(customer: Customer) -> int:
    return 0 if customer.parent_customer is None else 1 + _depth(customer.parent_customer)


def test_records_stand_between_the_customers_beginning_and_today(every: Session, regions_file: Path) -> None:
    seed(every, regions_file, customers=200)

    customers = {row.id: row for row in every.scalars(select(Customer))}
    followed: dict[int, datetime] = {}
    late = set()
    for row in every.scalars(select(FollowUp).order_by(FollowUp.created_at)):
        assert customers[row.customer_id].created_at < row.created_at < NOW
        assert row.contact.customer_id == row.customer_id
        assert row.next_follow_at is None or row.next_follow_at > row.created_at
        followed[row.customer_id] = row.created_at
    assert len(followed) > 100
    assert {row.id: row.last_followed_at for row in customers.values() if row.last_followed_at} == followed
    for visit in every.scalars(select(Visit)):
        if visit.status == "done":
            assert customers[visit.customer_id].created_at < visit.check_in_at < visit.check_out_at < NOW
            assert (visit.check_out_at - visit.check_in_at).total_seconds() == visit.duration_s
            assert (visit.distance_m is None) == (customers[visit.customer_id].lat is None)
        else:
            assert (visit.status, visit.check_in_at) == ("to_visit", None)
            late.add(visit.planned_at < NOW)
    assert set(every.scalars(select(Visit.status))) == {"done", "to_visit"}
    assert late == {True, False}


def test_last_follow_up_gives_the_progress(every: Session, regions_file: Path) -> None:
    seed(every, regions_file, customers=200)

    last = {}
    moved = select(FollowUp).where(FollowUp.progress_after_id.is_not(None)).order_by(FollowUp.created_at, FollowUp.id)
    for row in every.scalars(moved):
        assert row.progress_before_id == last.get(row.customer_id, row.progress_before_id)
        last[row.customer_id] = row.progress_after_id
    progress = {row.id: row.progress_id for row in every.scalars(select(Customer)) if row.id in last}
    assert len(last) > 80
    assert progress == last


def test_co_followers_are_never_owners_nor_near_named_log_ins(every: Session, regions_file: Path) -> None:
    seed(every, regions_file, customers=300)

    pairs = every.execute(
        select(Customer.owner_id, CustomerFollower.employee_id, Employee.login)
        .join_from(CustomerFollower, Customer, Customer.id == CustomerFollower.customer_id)
        .join(Employee, Employee.id == Customer.owner_id)
    ).all()
    assert len(pairs) > 10
    assert all(owner_id != follower_id for owner_id, follower_id, _ in pairs)
    assert not {login for *_, login in pairs} & set(NAMED)


def test_contacts_have_one_primary(every: Session, regions_file: Path) -> None:
    seed(every, regions_file)

    per_customer = Tally(every.scalars(select(Contact.customer_id)))
    primary = Tally(every.scalars(select(Contact.customer_id).where(Contact.is_primary)))
    assert len(per_customer) == 60
    assert set(per_customer.values()) == {1, 2, 3}
    assert set(primary.values()) == {1}
    assert primary.keys() == per_customer.keys()


def test_lists_and_trees_are_numbered_without_gaps(every: Session, regions_file: Path) -> None:
    seed(every, regions_file)

    for mapper in Base.registry.mappers:
        model = mapper.class_
        if not issubclass(model, SortableMixin):
            continue
        groups: dict[Any, list[int]] = {}
        for row in every.scalars(select(model).order_by(model.sort_order)):
            groups.setdefault(getattr(row, "parent_id", None), []).append(row.sort_order)
        assert all(places == list(range(1, len(places) + 1)) for places in groups.values()), model


def test_industries_have_a_second_level(every: Session, regions_file: Path) -> None:
    seed(every, regions_file)

    food = select(Industry.id).where(Industry.name == "食品")
    below = every.scalars(select(Industry.name).where(Industry.parent_id == food.scalar_subquery())).all()
    assert sorted(below) == sorted(["休闲食品", "粮油", "乳制品", "冷冻食品"])


def test_second_run_adds_nothing(bare_session: Session, regions_file: Path) -> None:
    first = seed(bare_session, regions_file)
    with unfiltered(bare_session, UnfilteredReason.COMMAND) as every:
        before = _content(every)

    second = seed(bare_session, regions_file, seed=8, customers=100)

    with unfiltered(bare_session, UnfilteredReason.COMMAND) as every:
        assert _content(every) == before
    assert (first.is_new, first.counts["customer"]) == (True, 60)
    assert second == DemoResult(is_new=False)


def _content_of_a_run(regions_file: Path, **options: Any) -> dict[str, list[tuple[Any, ...]]]:
    """Return what a run makes in a database of its own."""
    engine = create_engine("sqlite://")
    create_all(engine)
    with Session(engine) as session:
        seed(session, regions_file, **options)
        with unfiltered(session, UnfilteredReason.COMMAND) as every:
            content = _content(every)
    engine.dispose()
    return content


def test_same_seed_makes_the_same_company_on_any_database(every: Session, regions_file: Path) -> None:
    seed(every, regions_file)

    assert _content(every) == _content_of_a_run(regions_file)


def test_another_seed_makes_another_company(regions_file: Path) -> None:
    one, other = (_content_of_a_run(regions_file, seed=seed) for seed in (1, 2))

    for table in ("customer", "contact", "employee", "follow_up", "visit"):
        assert one[table] != other[table]


def test_company_at_work_is_refused(every: Session, regions_file: Path) -> None:
    every.add(Customer(code="K1", name="真实客户"))
    every.flush()

    with pytest.raises(CompanyInUseError, match="there are customers already"):
        seed(every, regions_file)

    assert every.scalar(select(func.count()).select_from(Employee)) == 0


def test_log_in_of_somebody_else_is_refused(every: Session, regions_file: Path) -> None:
    seed_roles(every)
    role_id = every.scalars(select(Role.id).where(Role.code == "manager")).one()
    every.add(Employee(login="boss", name="真老板", role_id=role_id))
    every.flush()

    with pytest.raises(CompanyInUseError, match="the log-in boss is taken"):
        seed(every, regions_file)


def test_dictionaries_of_the_company_are_used(every: Session, regions_file: Path) -> None:
    every.add(CustomerGrade(name="战略客户", sort_order=1))
    every.flush()

    seed(every, regions_file)

    grades = every.scalars(select(CustomerGrade.name).join(Customer, Customer.grade_id == CustomerGrade.id))
    assert set(grades) == {"战略客户"}
