"""Import of customers: columns, keys, modes, owners."""

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Contact, CustomerGrade
from models.scope import UnfilteredReason, unfiltered
from tests.factories import Company, make_contact, make_customer, make_employee, switch_private
from tests.files import as_person, faults, followers, rows_import, seen


def test_operator_imports_every_column(session: Session) -> None:
    owner, helper = make_employee(session, "owner"), make_employee(session, "helper")
    switch_private(session)
    session.add(CustomerGrade(name="A"))
    rows_import(session, "region", ("path",), ("四川/成都/武侯区",))
    rows_import(session, "region", ("path",), ("四川/乐山/市中区",))

    result = rows_import(
        session,
        "customer",
        (
            "客户编码",
            "客户名称*",
            "客户区域",
            "客户等级",
            "纬度",
            "经度",
            "电话",
            "负责人",
            "协作人账号",
            "可见范围",
            "关键人姓名",
            "关键人角色",
            "关键人生日",
            "备注",
        ),
        (
            "0001",
            "甲",
            "武侯区",
            "a",
            "30.5",
            "104.06",
            "02812345678",
            "owner",
            "helper; owner",
            "私密",
            "王一",
            "决策人",
            "1980/1/2",
            "行1\n行2",
        ),
        ("", "乙", "四川／乐山", "", "", "", "", "", "", "", "", "", "", ""),
    )
    session.commit()

    first, second = seen(session, "甲"), seen(session, "乙")
    assert result.faults == []
    assert (first.code, first.owner_id, first.visibility, first.phone, str(first.lat.normalize())) == (
        "0001",
        owner.id,
        "private",
        "02812345678",
        "30.5",
    )
    assert (first.remark, followers(session, first)) == ("行1\n行2", ["helper"])
    assert (second.owner_id, second.code) == (None, "KH000001")
    with unfiltered(session, UnfilteredReason.COMMAND) as every:
        contact = every.scalars(select(Contact)).one()
    assert (contact.name, contact.role, str(contact.birthday), contact.is_primary) == (
        "王一",
        "decision_maker",
        "1980-01-02",
        True,
    )
    assert helper.id


BAD_CELLS: list[tuple[dict[str, str], str, str]] = [
    ({"name": "", "code": "X"}, "name", "required"),
    ({"region": "nowhere"}, "region", "unknown"),
    ({"region": "a//b"}, "region", "blank_segment"),
    ({"grade": "Z"}, "grade", "unknown"),
    ({"owner": "nobody"}, "owner", "unknown"),
    ({"owner": "gone"}, "owner", "inactive"),
    ({"co_followers": "a1;nobody"}, "co_followers", "unknown"),
    ({"co_followers": "gone"}, "co_followers", "inactive"),
    ({"visibility": "secret"}, "visibility", "not_a_choice"),
    ({"visibility": "private"}, "visibility", "private_needs_owner"),
    ({"lat": "91", "lng": "1"}, "lat", "out_of_range"),
    ({"lat": "1"}, "lat", "incomplete_position"),
    ({"lat": "north", "lng": "1"}, "lat", "not_a_number"),
    ({"lat": "1.1234567", "lng": "1"}, "lat", "too_precise"),
    ({"phone": "1.38E+10"}, "phone", "scientific"),
    ({"phone": "1" * 41}, "phone", "too_long"),
    ({"contact_mobile": "138"}, "contact_name", "contact_without_name"),
    ({"contact_name": "王", "contact_birthday": "yesterday"}, "contact_birthday", "not_a_date"),
    ({"code": "C1"}, "code", "exists"),
    ({"name": "ｃ1"}, "name", "exists"),
]


@pytest.mark.parametrize(("cells", "field", "code"), BAD_CELLS, ids=lambda value: str(value)[:40])
def test_bad_cell_is_refused(session: Session, people: Company, cells: dict[str, str], field: str, code: str) -> None:
    values = {"name": "new", **cells}

    result = rows_import(session, "customer", tuple(values), tuple(values.values()), mode="insert")

    assert (2, field, code) in faults(result)
    assert not result.is_written


def test_ambiguous_name_lists_the_candidates(session: Session) -> None:
    rows_import(session, "region", ("path",), ("重庆/江北区",), ("宁波/江北区",))

    result = rows_import(session, "customer", ("name", "region"), ("a", "江北区"))

    assert faults(result) == [(2, "region", "ambiguous")]
    assert result.faults[0].data["candidates"] == "重庆/江北区, 宁波/江北区"


def test_repeated_key_in_file_is_refused(session: Session) -> None:
    result = rows_import(session, "customer", ("code", "name"), ("1", "a"), ("1", "b"), ("2", " Ａ"))

    assert faults(result) == [(3, "code", "duplicate_in_file"), (4, "name", "duplicate_in_file")]


def test_blank_owner_is_the_actor_with_the_department(app: Flask, session: Session) -> None:
    person = make_employee(session, "person")

    with as_person(app, person) as own:
        rows_import(own, "customer", ("name",), ("a",))

    customer = seen(session, "a")
    assert (customer.owner_id, customer.created_by_id) == (person.id, person.id)


def test_person_names_nobody_else_as_owner(app: Flask, session: Session, people: Company) -> None:
    with as_person(app, people.a1) as own:
        result = rows_import(own, "customer", ("name", "owner"), ("a", "b1"), ("b", "a1"))

    assert faults(result) == [(2, "owner", "not_owner")]


def test_admin_names_any_owner(app: Flask, session: Session, people: Company) -> None:
    with as_person(app, people.admin) as own:
        result = rows_import(own, "customer", ("name", "owner"), ("a", "b1"), ("b", "#清空"))

    assert result.faults == []
    assert (seen(session, "a").owner_id, seen(session, "b").owner_id) == (people.b1.id, None)


def test_update_of_owner_takes_department_and_drops_the_co_follower(session: Session, people: Company) -> None:
    result = rows_import(session, "customer", ("code", "owner"), ("C3", "b1"), mode="update")
    session.commit()

    assert result.faults == []
    assert (seen(session, "C3").owner_id, followers(session, people.c3)) == (people.b1.id, [])


def test_person_cannot_give_a_customer_away(app: Flask, session: Session, people: Company) -> None:
    with as_person(app, people.a1) as own:
        result = rows_import(own, "customer", ("code", "owner"), ("C1", "b1"), ("C2", "a1"), mode="update")

    assert faults(result) == [(2, "owner", "not_owner")]


def test_update_changes_the_primary_contact(session: Session, people: Company) -> None:
    make_contact(session, people.c2, name="old", mobile="1", is_primary=True)

    result = rows_import(
        session,
        "customer",
        ("code", "contact_name", "contact_mobile"),
        ("C2", "new", ""),
        ("C1", "first", "2"),
        mode="update",
    )
    session.commit()

    with unfiltered(session, UnfilteredReason.COMMAND) as every:
        found = every.execute(select(Contact.name, Contact.mobile, Contact.name_key).order_by(Contact.id)).all()
    assert (result.updated_count, [tuple(row) for row in found]) == (2, [("new", "1", "new"), ("first", "2", "first")])


def test_retired_value_is_refused_for_new_rows_and_kept_on_old_ones(session: Session) -> None:
    session.add(CustomerGrade(name="old", is_active=False))
    session.flush()
    make_customer(session, "has it", grade_id=session.scalars(select(CustomerGrade.id)).one(), code="1")

    created = rows_import(session, "customer", ("name", "grade"), ("new", "old"))
    updated = rows_import(session, "customer", ("code", "grade", "remark"), ("1", "old", "x"), mode="update")

    assert faults(created) == [(2, "grade", "inactive")]
    assert (updated.updated_count, updated.faults) == (1, [])


def test_code_and_version_are_kept_when_nothing_changes(session: Session, people: Company) -> None:
    result = rows_import(session, "customer", ("code", "name", "owner"), ("C2", "C2", "a1"), mode="update")

    assert (result.skipped_count, seen(session, "C2").version) == (1, 1)
