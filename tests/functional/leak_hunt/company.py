"""The company of the hunt: the people of DOMAIN 3.7, every kind of hunter, and customers marked in every column."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from sqlalchemy import select

from auth.visibility import Outcome
from models import Base, Contact, Customer, CustomerFollower, Employee, Visit, db
from models.scope import HangsOnCustomer, UnfilteredReason, unfiltered
from tests import factories
from tests.conftest import log_in
from tests.functional.leak_hunt.marks import DERIVED, Book, markable_columns, plain_type, words_of
from tests.functional.leak_hunt.sight import Sight, read_sight

#: Role -> its permissions; None: a stock role's.
ROLES: dict[str, tuple[str, ...] | None] = {
    "own_only": None,
    "employee": None,
    "manager": None,
    "config_admin": None,
    "people_manager": ("manage_employees", "manage_settings", "view_audit"),
    "exchanger": ("create_customers", "import_customers", "export_customers"),
}
#: Place -> the supervisor of who stands there. Leaders stand one above the other, over a branch of its own.
PLACES: dict[str, str | None] = {
    "peer": "leadA",
    "subordinate": "a1",
    "co_follower": "leadB",
    "outsider": None,
    "leader": "boss",
}
#: Nobody logged in.
NOBODY = "nobody"
ADMIN = "admin"
#: Those who ask everything: each kind of actor once. The other roles and places ask the lists.
HUNTERS = (
    "own_only-peer",
    "own_only-subordinate",
    "own_only-co_follower",
    "own_only-leader",
    "employee-peer",
    "manager-leader",
    "config_admin-outsider",
    "people_manager-outsider",
    "exchanger-co_follower",
)
#: Name -> (owner, co-followers, visibility, customer above), beside those of DOMAIN 3.7.
MORE_CUSTOMERS: dict[str, tuple[str | None, tuple[str, ...], str, str | None]] = {
    "c12": ("north", (), "public", "c1"),
    "c13": ("north", (), "private", "c4"),
    "c14": ("own_only-peer", (), "public", "c3"),
    "c15": ("employee-peer", (), "private", None),
    "c16": ("own_only-subordinate", (), "private", None),
    "made_private": ("a1", (), "public", None),
    "transferred": ("a1", (), "private", None),
    "claimed": (None, (), "public", None),
    "imported": ("a1", (), "private", None),
    "deleted": ("a1", (), "private", None),
}
#: The customers whom every request is about: no hunter sees them.
PREY = ("c1", "c4")
#: Ids of marked rows begin here, far from those of others. A customer and its rows have the same id in each table.
FIRST_ID = 5_001
#: An id as long as those, that no row has.
MISSING_ID = 5_999
#: Visitor -> the customer of a visit of theirs that they do not see.
LOST_VISITS = {"employee-peer": "c1", "own_only-peer": "c2"}
#: Dictionary values that customers share among them.
_VALUES = 3


@dataclass(slots=True)
class World:
    """A company, and what is known of it without asking the product."""

    app: Flask
    book: Book
    #: Name -> employee id.
    people: dict[str, int] = field(default_factory=dict)
    #: Name -> customer id.
    customers: dict[str, int] = field(default_factory=dict)
    #: (table, id) -> the row's columns, of the marked tables.
    rows: dict[tuple[str, int], dict[str, Any]] = field(default_factory=dict)
    #: Table -> ids of its three values, of dictionaries that customers point at.
    values: dict[str, list[int]] = field(default_factory=dict)
    sight: Sight = field(default_factory=lambda: Sight({}, {}, is_on=True))

    def outcome(self, actor: str, customer_id: int) -> Outcome:
        """Return what an actor gets of a customer."""
        return self.sight.outcome(self.people.get(actor), customer_id)

    def seen(self, actor: str, outcome: Outcome = Outcome.FULL) -> set[int]:
        """Return the customers of which an actor gets an outcome."""
        return self.sight.customers(self.people.get(actor), outcome)

    def seen_rows(self, actor: str, table: str) -> set[int]:
        """Return the ids of the rows of a marked table that an actor sees."""
        seen = self.seen(actor)
        rows = ((key, row) for (name, key), row in self.rows.items() if name == table)
        return {key for key, row in rows if (key if table == Customer.__tablename__ else row["customer_id"]) in seen}


def role_of(actor: str) -> str:
    """Return the role of a hunter."""
    return actor.partition("-")[0]


def marked_models() -> list[Any]:
    """Return the tables of customers and of what hangs on them, parents first. The followers decide on sight."""
    classes = {mapper.class_.__table__: mapper.class_ for mapper in Base.registry.mappers}
    ordered = (classes[table] for table in Base.metadata.sorted_tables if table in classes)
    return [cls for cls in ordered if is_guarded(cls) and cls is not CustomerFollower]


def is_guarded(model: Any) -> bool:
    """Tell whether a table's rows are seen by those alone who see their customer."""
    return isinstance(model, type) and (model is Customer or issubclass(model, HangsOnCustomer))


def build(app: Flask) -> World:
    """Build the company, before anything is done in it."""
    world = World(app, Book())
    with app.app_context():
        factories.switch_private(db.session)
        people = _make_people(db.session)
        world.people = {name: person.id for name, person in people.items()}
        _make_values(db.session, world)
        _make_customers(db.session, world)
        read(world, db.session)
    return world


def read(world: World, session: Any) -> None:
    """Read who sees what, and the marked rows, as the database has them now."""
    session.rollback()
    with unfiltered(session, UnfilteredReason.COMMAND) as every:
        world.sight = read_sight(every)
        world.rows = {
            (model.__tablename__, row["id"]): dict(row)
            for model in marked_models()
            for row in every.connection().execute(select(model.__table__)).mappings()
        }
    session.rollback()


def cookie_of(app: Flask, world: World, actor: str) -> str | None:
    """Return the session cookie of an actor; nobody has none."""
    if actor == NOBODY:
        return None
    client = app.test_client()
    with app.app_context():
        log_in(client, db.session.get_one(Employee, world.people[actor]))
    cookie = client.get_cookie(app.config["SESSION_COOKIE_NAME"])
    return cookie.value if cookie is not None else None


def _make_people(session: Any) -> dict[str, Employee]:
    made: dict[str, Employee] = {}
    for login, (supervisor, role) in factories.PEOPLE.items():
        made[login] = factories.make_employee(
            session,
            login.casefold(),
            name=f"{login}-person",
            role=role,
            supervisor=made.get(supervisor or ""),
            is_active=login not in factories.LEAVERS,
        )
    made["z"].supervisor_id = made["x"].id  # the loop
    factories.save(session, made["z"])
    for role, permissions in ROLES.items():
        factories.make_role(session, role, permissions)
        for place, supervisor in PLACES.items():
            above = made["north"] if place == "leader" and "north" in made else made.get(supervisor or "")
            name = f"{role}-{place}"
            made[name] = factories.make_employee(session, name, name=f"{name}-person", role=role, supervisor=above)
            if place == "leader":
                made["north"] = made[name]
    made["north"] = factories.make_employee(session, "north", name="north-person", supervisor=made["north"])
    return made


def _make_values(session: Any, world: World) -> None:
    """Make a few values of each table that customers and their rows point at, beside employees."""
    classes = {mapper.class_.__tablename__: mapper.class_ for mapper in Base.registry.mappers}
    columns = (column for model in marked_models() for column in model.__table__.columns)
    pointed = {key.column.table.name for column in columns for key in column.foreign_keys}
    for table in sorted(pointed):
        if table == Employee.__tablename__ or is_guarded(classes[table]):
            continue
        rows = [classes[table](**_plain_values(classes[table], number)) for number in range(1, _VALUES + 1)]
        factories.save(session, *rows)
        world.values[table] = [row.id for row in rows]


def _plain_values(model: Any, number: int) -> dict[str, Any]:
    """Return values for the columns that a row of a dictionary cannot be without."""
    needed = (
        column
        for column in model.__table__.columns
        if not (column.nullable or column.default or column.primary_key or column.key in DERIVED)
    )
    plain = {column.key: plain_type(column) for column in needed}
    return {key: f"{model.__tablename__} {number}" if type_ is str else type_(number) for key, type_ in plain.items()}


def _make_customers(session: Any, world: World) -> None:
    known = {name: (*values, None) for name, values in factories.CUSTOMERS.items()} | MORE_CUSTOMERS
    world.customers = {name: FIRST_ID + place for place, name in enumerate(known)}
    for model in marked_models():
        rows = []
        for name, (owner, co_followers, visibility, above) in known.items():
            if name == "deleted" and model not in (Customer, Contact):
                continue  # records would keep it from being deleted
            owner_id = world.people[owner] if owner else None
            row = _make_row(world, model, world.customers[name], owner_id)
            if model is Customer:
                more = [f"{role}-co_follower" for role in ROLES] if name == "c3" else []
                row.owner_id, row.visibility = owner_id, visibility
                row.parent_customer_id = world.customers[above] if above else None
                row.co_followers = [
                    CustomerFollower(employee_id=world.people[login]) for login in (*co_followers, *more)
                ]
            rows.append(row)
        factories.save(session, *rows, *(_lost_visits(world) if model is Visit else ()))


def _lost_visits(world: World) -> Iterator[Visit]:
    """Yield a visit of each of those who do not see its customer."""
    for place, (login, name) in enumerate(LOST_VISITS.items()):
        yield _make_row(world, Visit, world.customers[name], world.people[login], row_id=FIRST_ID + 500 + place)


def _make_row(world: World, model: Any, customer_id: int, owner_id: int | None, *, row_id: int | None = None) -> Any:
    """Return a row of a table with a mark in each column that can hold one."""
    number = row_id or customer_id
    values = world.book.make_row(list(markable_columns(model)), customer_id, number)
    for column in model.__table__.columns:
        if column.key in values or column.key in DERIVED:
            continue
        if column.primary_key:
            values[column.key] = number
        elif column.foreign_keys:
            values[column.key] = _pointed(world, column, customer_id, owner_id or world.people[ADMIN])
        elif words_of(column):
            values[column.key] = column.default.arg if column.default is not None else words_of(column)[0]
        else:
            values[column.key] = True
    return model(**values)


def _pointed(world: World, column: Any, customer_id: int, owner_id: int) -> int | None:
    """Return the id at which a row points: the owner, the customer or its rows, one of a dictionary's values."""
    target = next(iter(column.foreign_keys)).column.table
    if target is column.table:
        return None
    if target is Employee.__table__:
        return owner_id
    return world.values[target.name][customer_id % _VALUES] if target.name in world.values else customer_id
