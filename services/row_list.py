"""One list on its way to the screen: counted first, so that the way to its page is chosen by how many rows there are.

A person who sees a thousand of a million customers gets a page from the indexes of the followers; one who sees half of
them by walking the list's own order until the page is full. Neither way suits the other.
"""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from sqlalchemy import Integer, Select, SelectBase, bindparam, func, select

from auth.actor import Actor, AnySession, get_actor
from auth.visibility import dialect_of, followed_ids, indexed_followed_by, owned_ids
from models import Customer
from models.enums import Permission
from models.scope import HangsOnCustomer
from services.listing import COUNT_LIMIT, STATEMENTS_KEPT, Count, with_related

#: Up to so many followed customers a page is made by gathering and sorting them all. Both ways cost about the same
#: there, for a list of a million and a page of 20: walking meets one row of 300 that the person sees.
GATHER_LIMIT = 3_000


@dataclass
class RowList:
    """The rows of a list's SELECT. What the person may see is added by the session's listener."""

    session: AnySession
    model: Any
    #: Search, filters and order; no paging.
    statement: Select[Any]
    #: Employees, one of whom follows the customer of each row of the list; None where others' customers stand in it.
    followers: Collection[int] | None = None
    #: Whether every row, or every customer whom the followers follow, is in the list: nothing narrows it.
    is_whole: bool = False
    #: Counting stops here.
    count_limit: int = COUNT_LIMIT
    #: Up to so many followed customers a page starts from them.
    gather_limit: int = GATHER_LIMIT

    @cached_property
    def count(self) -> Count:
        """Count the rows, up to the limit."""
        if self.is_whole and self._followed is not None:
            return self._capped(self._followed)
        if self.is_whole:
            return self._capped(self.session.scalar(_whole_count(self.model, self.count_limit + 1)) or 0)
        found = self._from_followed(self.count_limit).with_only_columns(self.model.id).order_by(None)
        return self._capped(self._count(found.limit(self.count_limit + 1)))

    def page(self, *, limit: int, offset: int, shown: tuple[str, ...] = ()) -> list[Any]:
        """Return the rows of a page.

        Its ids are found before anything is loaded: a database that sorts carries no more than it sorts by.

        :param shown: names of attributes to show; relationships among them are loaded as well
        """
        chosen = _ids_statement(self._from_followed(self.gather_limit), self.model)
        ids = list(self.session.scalars(chosen, {"page_size": limit, "first_row": offset}))
        if not ids:
            return []
        rows = {row.id: row for row in self.session.scalars(_rows_statement(self.model, shown), {"ids": ids})}
        return [rows[row_id] for row_id in ids if row_id in rows]

    def from_followed(self) -> Select[Any]:
        """Return the SELECT for those who read all of it: from the followed customers, unless they are many."""
        return self._from_followed(self.count_limit)

    @cached_property
    def _followed(self) -> int | None:
        """Return how many customers the followers follow, exactly up to the counting limit; None for no followers.

        Many are told by their owners alone, who stand in one index.
        """
        if self.followers is None:
            return None
        dialect, limit = dialect_of(self.session), self.count_limit + 1
        owned = self._count(owned_ids(self.followers, dialect).limit(limit))
        return owned if owned >= limit else self._count(followed_ids(self.followers, dialect, limit=limit))

    def _from_followed(self, limit: int) -> Select[Any]:
        """Return the SELECT; where the followed customers are few, such that it starts from them."""
        if self.followers is None or self._followed is None or self._followed > limit:
            return self.statement
        dialect = dialect_of(self.session)
        if self.model is Customer:
            return self.statement.where(indexed_followed_by(self.followers, dialect, Customer))
        return self.statement.where(self.model.customer_id.in_(followed_ids(self.followers, dialect)))

    def _count(self, rows: SelectBase) -> int:
        return self.session.scalar(_counting(rows)) or 0

    def _capped(self, number: int) -> Count:
        return Count(rows=min(number, self.count_limit), is_capped=number > self.count_limit)


def _counting(rows: SelectBase) -> Select[Any]:
    return select(func.count()).select_from(rows.subquery())


@lru_cache(maxsize=STATEMENTS_KEPT)
def _whole_count(model: Any, limit: int) -> Select[Any]:
    """Return the SELECT of the number of all rows, counted up to a limit. Built once."""
    return _counting(select(model.id).limit(limit))


@lru_cache(maxsize=STATEMENTS_KEPT)
def _ids_statement(statement: Any, model: Any) -> Select[Any]:
    """Return the SELECT of the ids of ``page_size`` rows of a list from ``first_row`` on."""
    ids: Select[Any] = statement.with_only_columns(model.id, maintain_column_froms=True)
    return ids.limit(bindparam("page_size", type_=Integer)).offset(bindparam("first_row", type_=Integer))


@lru_cache(maxsize=STATEMENTS_KEPT)
def _rows_statement(model: Any, shown: tuple[str, ...]) -> Select[Any]:
    """Return the SELECT of the rows ``ids`` with what is shown of them. Built once, so that it is compiled once."""
    return with_related(select(model).where(model.id.in_(bindparam("ids", expanding=True))), model, shown)


def followers_of_all(session: AnySession, model: type[Any]) -> Collection[int] | None:
    """Return the actor's team if it follows each customer that the actor sees; None if not, or for other tables."""
    actor = get_actor(session)
    is_guarded = model is Customer or issubclass(model, HangsOnCustomer)
    return actor.team if actor is not None and is_guarded and _sees_by_team_alone(actor) else None


def _sees_by_team_alone(actor: Actor) -> bool:
    return not actor.may(Permission.VIEW_ALL_CUSTOMERS)
