"""A stop watch for the requests of an application: what its SQL takes to the last row, and its templates."""

import sqlite3
import time
from collections.abc import Callable, Sequence
from typing import Any

from flask import Flask, before_render_template, template_rendered
from sqlalchemy import Engine, event


class StopWatch:
    """Adds up what the SQL and the templates of an application's requests take, in seconds.

    PostgreSQL's driver has all rows once a statement is sent. SQLite's makes them while they are fetched, so there the
    fetching counts too.
    """

    def __init__(self, app: Flask, engine: Engine) -> None:
        self.reset()
        event.listen(engine, "before_cursor_execute", self._begin_sql)
        event.listen(engine, "after_cursor_execute", self._end_sql)
        event.listen(engine, "do_connect", self._watch_fetching)
        engine.dispose()  # connections from before fetch unwatched
        before_render_template.connect(self._begin_template, app)
        template_rendered.connect(self._end_template, app)

    def reset(self) -> None:
        """Begin anew."""
        self.sql = self.templates = 0.0
        self.statements = 0

    def _begin_sql(self, *arguments: Any) -> None:
        self._sql_begun = time.perf_counter()

    def _end_sql(self, *arguments: Any) -> None:
        if not arguments[2].startswith("BEGIN"):
            self.statements += 1
        self.sql += time.perf_counter() - self._sql_begun

    def _watch_fetching(self, dialect: Any, _record: Any, _arguments: Any, options: dict[str, Any]) -> None:
        if dialect.name == "sqlite":
            options["factory"] = _connection_that_tells(self._fetched)

    def _fetched(self, seconds: float) -> None:
        self.sql += seconds

    def _begin_template(self, *_: Any, **__: Any) -> None:
        self._template_begun = time.perf_counter()

    def _end_template(self, *_: Any, **__: Any) -> None:
        self.templates += time.perf_counter() - self._template_begun


def _connection_that_tells(tell: Callable[[float], None]) -> type[sqlite3.Connection]:
    """Return a class of connections that say how long rows took to be fetched."""

    class Cursor(sqlite3.Cursor):
        def fetchone(self) -> Any:
            return _timed(super().fetchone)

        def fetchmany(self, size: int | None = None) -> list[Any]:
            return _timed(super().fetchmany, size or self.arraysize)

        def fetchall(self) -> list[Any]:
            return _timed(super().fetchall)

    def _timed(fetch: Callable[..., Any], *arguments: int) -> Any:
        begun = time.perf_counter()
        rows: Sequence[Any] | None = fetch(*arguments)
        tell(time.perf_counter() - begun)
        return rows

    class Connection(sqlite3.Connection):
        def cursor(self, *_: Any) -> Any:
            return super().cursor(Cursor)

    return Connection
