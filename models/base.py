"""The declarative base and the database handle.

Every table hangs on :class:`Base`; its naming convention gives each constraint a name, so that a migration can drop
what it created on any database.
"""

import re
from collections.abc import Mapping
from contextvars import ContextVar
from typing import ClassVar

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import MetaData, Table, event
from sqlalchemy.orm import DeclarativeBase, declared_attr

from models.meta import Field, Page

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

#: Whether the work at hand only reads. SQLite then begins DEFERRED; otherwise IMMEDIATE, so that two writers queue
#: instead of failing halfway. Set by the edge (request, command), read by the engine's begin event.
reading_only: ContextVar[bool] = ContextVar("reading_only", default=False)


def snake_case(name: str) -> str:
    """Return ``FollowUp`` as ``follow_up``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


class Base(DeclarativeBase):
    """Root of all tables. The table is named after the class in snake_case."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)

    #: What the generated pages need to know; a table without it has no page.
    __page__: ClassVar[Page | None] = None
    #: Labels of properties that pages show and that are no columns.
    __computed__: ClassVar[Mapping[str, Field]] = {}

    @declared_attr.directive
    @classmethod
    def __tablename__(cls) -> str:
        """Name the table after the class."""
        return snake_case(cls.__name__)


@event.listens_for(Table, "after_parent_attach")
def _never_reuse_ids(table: Table, _metadata: MetaData) -> None:
    """Let SQLite give no id twice, as PostgreSQL does: a page, a log or an undo may still mean the row that had it."""
    table.dialect_options["sqlite"]["autoincrement"] = True


db = SQLAlchemy(metadata=Base.metadata, session_options={"expire_on_commit": False})
