"""Statements that the visibility rule does not reach are refused, with whatever they would have read or written."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import column, delete, exists, false, func, insert, literal_column, select, table, text, update
from sqlalchemy.orm import Session, aliased, joinedload

from auth.errors import UnguardedStatementError
from auth.sql_check import find_fault
from models import (
    Base,
    Contact,
    Customer,
    Employee,
    Industry,
)
from models.scope import HangsOnCustomer
from tests import factories

RAW: dict[str, Callable[[factories.Company], Any]] = {
    "core select": lambda _: select(Customer.__table__),
    "core column": lambda _: select(Customer.__table__.c.name),
    "core join": lambda _: select(
        Employee.__table__.join(Customer.__table__, Customer.__table__.c.owner_id == Employee.__table__.c.id)
    ),
    "core exists": lambda _: select(exists(select(Contact.__table__.c.id))),
    "core count": lambda _: select(func.count()).select_from(Customer.__table__),
    "core update": lambda _: update(Customer.__table__).values(name="x"),
    "core delete": lambda _: delete(Customer.__table__),
    "core insert": lambda _: insert(Customer.__table__).values(code="x", name="x"),
    "core insert from select": lambda _: insert(Industry.__table__).from_select(
        ["name"], select(Customer.__table__.c.name)
    ),
    "core cte": lambda _: select(select(Customer.__table__.c.name).cte("c")),
    "text": lambda _: text("SELECT name FROM customer"),
    "quoted text": lambda _: text('SELECT name FROM "customer"'),
    "upper text": lambda _: text("SELECT name FROM CUSTOMER"),
    "text columns": lambda _: text("SELECT name FROM customer").columns(column("name")),
    "text in select": lambda _: select(text("name")).select_from(text("customer")),
    "literal column": lambda _: select(literal_column("(SELECT max(name) FROM customer)")),
    "light table": lambda _: select(table("customer", column("name")).c.name),
    "from_statement": lambda _: select(Customer).from_statement(text("SELECT * FROM customer")),
    "from_statement of another": lambda _: select(Employee).from_statement(
        text("SELECT * FROM employee WHERE id IN (SELECT owner_id FROM customer)")
    ),
    "orm insert": lambda _: insert(Customer).values(code="x", name="x"),
    "orm insert returning": lambda c: insert(Contact).values(customer_id=c.c1.id, name="x").returning(Contact),
    "self join by ON": lambda _: select(Customer.code).join(other := aliased(Customer), other.id > 0),
    "outer self join by ON": lambda _: (
        select(other := aliased(Customer)).select_from(Employee).outerjoin(other, other.owner_id == Employee.id)
    ),
    "has": lambda _: select(Customer.name).where(Customer.parent_customer.has(Customer.name == "C1")),
    "bare exists": lambda _: select(exists().where(Customer.code == "C1")),
    "update with a move": lambda c: update(Contact).values(customer_id=c.c1.id),
}


@pytest.mark.parametrize("way", RAW)
def test_what_cannot_be_filtered_is_refused(as_va: Session, company: factories.Company, way: str) -> None:
    with pytest.raises(UnguardedStatementError):
        as_va.execute(RAW[way](company))


MANY: dict[str, Callable[[factories.Company], tuple[Any, list[dict[str, Any]]]]] = {
    "orm bulk insert": lambda c: (insert(Contact), [{"customer_id": c.c1.id, "name": "x"}]),
    "bulk update by primary key": lambda c: (update(Customer), [{"id": c.c1.id, "remark": "x"}]),
    "core many": lambda _: (insert(Customer.__table__), [{"code": "x", "name": "x"}]),
}


@pytest.mark.parametrize("way", MANY)
def test_bulk_statements_are_refused(as_va: Session, company: factories.Company, way: str) -> None:
    statement, rows = MANY[way](company)

    with pytest.raises(UnguardedStatementError):
        as_va.execute(statement, rows)


def test_statements_on_other_tables_pass(as_va: Session) -> None:
    as_va.execute(insert(Industry), [{"name": "x", "name_key": "x", "name_sort": "x", "name_initials": "x"}])
    as_va.execute(update(Industry.__table__).values(name="y"))

    assert as_va.scalar(text("SELECT name FROM industry")) == "y"
    assert as_va.scalar(select(Industry.__table__.c.name)) == "y"


def test_every_table_with_a_customer_is_guarded() -> None:
    bound = {mapper.class_ for mapper in Base.registry.mappers if "customer_id" in mapper.columns}

    assert {cls.__name__ for cls in bound if not issubclass(cls, HangsOnCustomer)} == set()


TABLES = frozenset({"customer", "contact"})


@pytest.mark.parametrize(
    ("sql", "fault"),
    [
        ("SELECT customer.id FROM customer WHERE customer.id /* visible */ IS NOT NULL", ""),
        ("SELECT customer.id FROM customer", "customer"),
        ('SELECT 1 FROM "customer" AS "c"', "c"),
        ("SELECT c.id FROM customer AS c WHERE customer.id /* visible */ IS NOT NULL", "c"),
        ("SELECT 1 FROM employee, customer", "customer"),
        ("SELECT 1 FROM (customer JOIN employee ON 1 = 1)", "customer"),
        ("SELECT 1 FROM employee LEFT OUTER JOIN contact AS contact_1 ON 1 = 1", "contact_1"),
        (
            "SELECT 1 FROM customer WHERE id IN (SELECT 2 FROM customer WHERE customer.id /* visible */ IS NOT NULL)",
            "customer",
        ),
        ("SELECT 1 FROM customer WHERE customer.name = 'customer.id /* visible */'", "customer"),
        ("SELECT 1 FROM customer WHERE false", ""),
        ("SELECT 1 FROM customer WHERE 0 = 1 ORDER BY customer.id", ""),
        ("SELECT 1 FROM customer LEFT OUTER JOIN contact AS c ON (c.id = 1) WHERE false LIMIT 1", ""),
        ("SELECT 1 FROM customer WHERE false OR 1 = 1", "customer"),
        ("SELECT (SELECT max(customer.name) FROM customer) FROM contact WHERE false", "customer"),
        ("SELECT 1 FROM customer WHERE customer.id IN (SELECT 1 FROM contact WHERE false)", "customer"),
        ("SELECT 1 FROM customer WHERE 1 = 1 UNION SELECT 1 FROM contact WHERE false", "customer"),
        ("UPDATE customer SET name=? WHERE 0 = 1", ""),
        ("UPDATE customer SET name=? WHERE customer.id = 1", "customer"),
        ("DELETE FROM contact WHERE contact.id = 1", "contact"),
        ("INSERT INTO customer (name) VALUES (?)", "customer"),
        ("SELECT customer_follower.customer_id, employee.contact FROM employee", ""),
        ("SELECT rule_customer.id FROM customer AS rule_customer", ""),
    ],
)
def test_the_sql_check_finds_gaps(sql: str, fault: str) -> None:
    expected = f"the visibility rule does not reach {fault}" if fault else ""

    assert find_fault(sql, TABLES) == expected


def test_criteria_that_are_never_met_pass(as_va: Session) -> None:
    nothing = select(Customer).where(false()).options(joinedload(Customer.parent_customer))

    assert as_va.scalars(nothing).all() == []
    assert as_va.scalar(select(func.count()).select_from(nothing.subquery())) == 0
