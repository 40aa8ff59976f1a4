"""Options of an import: defaults, values mapped, missing values added, rows left out; what the plan says of values."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import AuditEntry, CustomerGrade, Industry, Region
from services.exchange import imports
from services.exchange.options import Options
from services.exchange.results import Mode
from tests.factories import Company, make_customer, make_employee, make_role, save, switch_private
from tests.files import as_person, followers, rows_import, seen
from tests.imports import carried_out, imported, outcomes, planned, planned_again, undone


def test_defaults_fill_blank_cells_of_new_rows_alone(session: Session, people: Company) -> None:
    save(session, CustomerGrade(name="A"), CustomerGrade(name="B"))
    rows_import(session, "customer", ("code", "grade"), ("C1", "B"), mode="update")
    session.commit()

    job = imported(
        session,
        "customer",
        ("code", "name", "grade", "phone"),
        ("N1", "new", "", "1"),
        ("N2", "other", "B", ""),
        ("N3", "third", "#清空", ""),
        ("C1", "", "", "2"),
        mode="update",
        defaults={"grade": "A", "owner": "b1", "co_followers": "a1;a2", "remark": "imported", "phone": "028"},
    )

    assert (job.state, job.inserted_count, job.updated_count) == ("done", 3, 1)
    grades = {row.id: row.name for row in session.scalars(select(CustomerGrade))}
    found = {name: seen(session, name) for name in ("new", "other", "third", "C1")}
    assert {name: (grades.get(row.grade_id), row.owner_id, row.remark, row.phone) for name, row in found.items()} == {
        "new": ("A", people.b1.id, "imported", "1"),
        "other": ("B", people.b1.id, "imported", "028"),
        "third": (None, people.b1.id, "imported", "028"),
        "C1": ("B", people.a1.id, None, "2"),
    }
    assert (followers(session, found["new"]), followers(session, people.c1)) == (["a1", "a2"], [])


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"defaults": {"code": "x"}}, "bad_default"),
        ({"defaults": {"colour": "x"}}, "bad_default"),
        ({"add_missing": ("owner",)}, "bad_add"),
        ({"add_missing": ("price_level",)}, "bad_add"),
        ({"add_missing": ("colour",)}, "bad_add"),
    ],
)
def test_options_that_cannot_be_fail_the_plan(session: Session, options: dict[str, Any], code: str) -> None:
    job = planned(session, "customer", ("name",), ("a",), **options)

    assert (job.state, job.fault["code"]) == ("failed", code)


def test_required_column_may_be_missing_where_it_has_a_default(session: Session, people: Company) -> None:
    job = imported(session, "contact", ("name",), ("x",), ("y",), defaults={"customer": "C1"})

    assert (job.state, job.inserted_count) == ("done", 2)


def test_unknown_values_are_mapped_once(session: Session, people: Company) -> None:
    save(session, CustomerGrade(name="A"))
    imported(session, "region", ("path",), ("四川/成都",))
    lines = (
        ("name", "grade", "region", "owner"),
        ("a", "一级", "蓉城", "a1"),
        ("b", "一级", "成都", "小王"),
        ("c", " 一级 ", "蓉城", ""),
        ("d", "无", "", ""),
    )
    job = planned(session, "customer", *lines)

    assert imports.unknown_values(session, job) == {
        "grade": {"一级": 3, "无": 1},
        "region": {"蓉城": 2},
        "owner": {"小王": 1},
    }

    values = {"grade": {"一级": "a", "无": ""}, "region": {"蓉城": "四川/成都"}, "owner": {"小王": "b1"}}
    imports.change_options(session, job, Options(Mode.SKIP, values=values, is_command=True))
    planned_again(session, job)
    carried_out(session, job)

    assert (job.state, job.inserted_count, imports.unknown_values(session, job)) == ("done", 4, {})
    assert seen(session, "b").owner_id == people.b1.id
    assert (seen(session, "a").grade_id is None, seen(session, "d").grade_id is None) == (False, True)


def test_missing_values_are_added_in_the_order_of_the_file(app: Flask, session: Session) -> None:
    make_role(session, "both", ["import_customers", "manage_customer_config"])
    person = make_employee(session, "both", role="both")
    save(session, CustomerGrade(name="first"))
    rows_import(session, "region", ("path",), ("四川/乐山",))
    session.commit()
    lines = (
        ("name", "grade", "region", "industry"),
        ("a", "二", "四川/成都/武侯区", ""),
        ("b", "一", "四川/成都", "科技"),
        ("c", "Ｆirst", "乐山", " 科技"),
        ("", "never", "", ""),
        ("e", "一", "重庆", "a/b/c/d/e/f/g"),
    )
    with as_person(app, person) as own:
        job = planned(
            own, "customer", *lines, is_partial=True, is_command=False, add_missing=("grade", "region", "industry")
        )
        assert imports.missing_values(own, job) == {
            "grade": ["二", "一"],
            "region": ["四川/成都/武侯区", "四川/成都"],
            "industry": ["科技"],
        }
        assert imports.plan_rows(own, job)[0].changes["region"] == (None, "四川/成都/武侯区")
        carried_out(own, job)

    assert [row[:3] for row in outcomes(session, job)] == [
        (2, "insert", "written"),
        (3, "insert", "written"),
        (4, "insert", "written"),
        (5, "error", None),
        (6, "error", None),
    ]
    grades = session.execute(select(CustomerGrade.name, CustomerGrade.sort_order).order_by(CustomerGrade.sort_order))
    assert [tuple(row) for row in grades] == [("first", 1), ("二", 2), ("一", 3)]
    assert session.scalars(select(Region.name).order_by(Region.id)).all() == ["四川", "乐山", "成都", "武侯区"]
    created = session.scalars(select(AuditEntry.table_name).where(AuditEntry.action == "create")).all()
    assert sorted(created) == ["customer_grade", "customer_grade", "industry", "region", "region"]

    save(session, make_customer(session, "uses it", grade_id=seen(session, "a").grade_id))
    with as_person(app, person) as own:
        taken_back = undone(own, own.get_one(imports.ImportJob, job.id))

    assert imports.kept_values(taken_back) == ["二"]
    grades = session.execute(select(CustomerGrade.name, CustomerGrade.sort_order).order_by(CustomerGrade.sort_order))
    assert [tuple(row) for row in grades] == [("first", 1), ("二", 2)]
    assert session.scalars(select(Region.name).order_by(Region.id)).all() == ["四川", "乐山"]
    assert session.scalars(select(Industry.name)).all() == []


def test_missing_values_are_added_by_those_who_shape_the_dictionary(app: Flask, session: Session) -> None:
    make_role(session, "importer", ["import_customers"])
    with as_person(app, make_employee(session, "importer", role="importer")) as own:
        job = planned(own, "customer", ("name", "grade"), ("a", "new"), add_missing=("grade",))

    assert (job.state, job.fault) == ("failed", {"code": "may_not_add", "data": {"header": "grade"}})


def test_rows_left_out_are_neither_read_nor_in_the_way(session: Session) -> None:
    lines = (("code", "name"), ("1", "a"), ("1", "b"), ("", ""), ("2", ""))

    job = imported(session, "customer", *lines, skipped=frozenset({2, 5}))

    assert (job.state, job.inserted_count, job.skipped_count) == ("done", 1, 2)
    assert outcomes(session, job) == [(2, "skip", None, []), (3, "insert", "written", []), (5, "skip", None, [])]


def test_values_of_rows_that_few_see_are_not_offered(app: Flask, session: Session, people: Company) -> None:
    switch_private(session)
    make_role(session, "importer", ["import_customers"])
    with as_person(app, make_employee(session, "blind", role="importer")) as own:
        job = planned(own, "contact", ("customer", "name"), ("C1", "x"), ("nowhere", "y"))
        unknown = imports.unknown_values(own, job)

    assert ([row[3] for row in outcomes(session, job)], unknown) == ([["unknown"], ["unknown"]], {})


def test_wrong_default_is_told_for_each_row(session: Session) -> None:
    job = planned(session, "customer", ("name",), ("a",), ("b",), defaults={"grade": "Z"})

    assert [row[3] for row in outcomes(session, job)] == [["unknown"], ["unknown"]]
