"""Asks the application as somebody and looks at everything that comes back."""

import io
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_plus

from flask import Flask
from sqlalchemy import event, select
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from auth.visibility import Outcome
from models import AuditEntry, Base, Customer, ExportJob, ImportChange, ImportJob, ImportRow, db
from tests.functional.leak_hunt.answers import all_bytes, text_of
from tests.functional.leak_hunt.company import World, cookie_of
from tests.functional.leak_hunt.exemptions import EXEMPTIONS, Found
from tests.functional.leak_hunt.marks import Mark

#: Tables that note what people ask for, whatever comes of it.
LOGS = frozenset(model.__tablename__ for model in (AuditEntry, ImportJob, ImportRow, ImportChange, ExportJob))
_WRITES = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)"?', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Finding:
    """One leak, error or change."""

    actor: str
    #: Endpoint that was asked, such as ``customer.index_view``; empty if there is none.
    endpoint: str
    request: str
    what: str

    def __str__(self) -> str:
        """Return a line for the report."""
        return f"{self.actor}: {self.what}: {self.request}"


@dataclass(slots=True)
class Hunter:
    """Sends requests as any actor of a world and gathers what is wrong with the answers."""

    app: Flask
    world: World
    findings: list[Finding] = field(default_factory=list)
    #: Actor -> how many requests were sent.
    sent: dict[str, int] = field(default_factory=dict)
    #: Customers whose rows alone must stay as they are, where actors may write to others; None: nothing may change.
    guarded: frozenset[int] | None = None
    _cookies: dict[str, str | None] = field(default_factory=dict)
    _written: set[str] = field(default_factory=set)

    @property
    def has_written(self) -> bool:
        """Tell whether the last request wrote anything but a log."""
        return bool(self._written - LOGS)

    def ask(
        self,
        actor: str,
        url: str,
        method: str = "GET",
        *,
        query: Mapping[str, Any] | None = None,
        file: bytes | None = None,
        may_write: bool = False,
        named_before: str = "",
        **body: Any,
    ) -> TestResponse | None:
        """Send a request, follow where it leads, and look at every byte; None if it raised.

        :param file: what is uploaded under the name ``file``, beside ``data``
        :param may_write: whether the actor may change something by it
        :param named_before: what the actor has sent earlier and gets to see again
        :param body: ``data``, ``json``, ``headers`` …
        """
        request = f"{method} {_shown(url, query)} {body or ''} {file.decode() if file else ''}".strip()
        if file is not None:
            body["data"] = {**body.get("data", {}), "file": (io.BytesIO(file), "hunt.csv")}
        self.sent[actor] = self.sent.get(actor, 0) + 1
        self._written.clear()
        try:
            answer = self._client(actor).open(url, method=method, query_string=query, follow_redirects=True, **body)
        except Exception as error:  # noqa: BLE001 -- whatever it raises is a finding
            self.report(actor, request, f"raised {error!r}")
            return None
        if answer.status_code >= 500:
            self.report(actor, request, answer.status)
        if self.has_written and not may_write:
            self.report(actor, request, f"{answer.status}, wrote {', '.join(sorted(self._written - LOGS))}")
        self._look(actor, request, answer, named_before)
        return answer

    def expect(self, actor: str, request: str, told: Any, expected: Any) -> None:
        """Report an answer that told something else than it had to."""
        if told != expected:
            self.report(actor, request, f"told {told}, but should have told {expected}")

    def report(self, actor: str, request: str, what: str) -> None:
        """Note a finding; the request begins with its method and address."""
        method, url, *_ = request.split(" ", 2)
        finding = Finding(actor, self.endpoint_of(url, method), request[:400], what)
        if finding not in self.findings:
            self.findings.append(finding)

    def endpoint_of(self, url: str, method: str) -> str:
        """Return which endpoint an address leads to; empty if none."""
        try:
            return str(self.app.url_map.bind("localhost").match(url.partition("?")[0], method)[0])
        except HTTPException:
            return ""

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Note which tables the requests inside write to and commit; report whatever else is not as before."""
        with self.app.app_context():
            engine = db.engine
        before = self.snapshot()
        listeners = {"before_cursor_execute": self._note_write, "commit": self._note_commit, "rollback": _forget_writes}
        for name, listener in listeners.items():
            event.listen(engine, name, listener)
        try:
            yield
        finally:
            for name, listener in listeners.items():
                event.remove(engine, name, listener)
        after = self.snapshot()
        changed = [name for name, rows in before.items() if self._kept(name, rows) != self._kept(name, after[name])]
        self.expect("everybody", "GET / in the end", changed, [])

    def snapshot(self) -> dict[str, list[Any]]:
        """Return every row of the database by table, but for the logs."""
        with self.app.app_context(), db.engine.connect() as connection:
            tables = (table for table in Base.metadata.sorted_tables if table.name not in LOGS)
            return {table.name: sorted(connection.execute(select(table)).mappings(), key=repr) for table in tables}

    def _kept(self, table: str, rows: list[Any]) -> list[dict[str, Any]]:
        """Return those of a table's rows that must stay as they are."""
        if self.guarded is None:
            return [dict(row) for row in rows]
        key = "id" if table == Customer.__tablename__ else "customer_id"
        return [dict(row) for row in rows if row.get(key) in self.guarded]

    def _client(self, actor: str) -> Any:
        """Return a client as fresh as a new window: nothing of an earlier request but the log-in."""
        if actor not in self._cookies:
            self._cookies[actor] = cookie_of(self.app, self.world, actor)
        client, cookie = self.app.test_client(), self._cookies[actor]
        if cookie is not None:
            client.set_cookie(self.app.config["SESSION_COOKIE_NAME"], cookie)
        return client

    def _look(self, actor: str, request: str, answer: TestResponse, named_before: str) -> None:
        named = unquote_plus(request) + named_before  # what one has typed is shown again
        for part in all_bytes(self.app, answer):
            for mark in self.world.book.find(part):
                outcome = self.world.outcome(actor, mark.customer_id)
                if outcome is Outcome.FULL or mark.text in named:
                    continue
                if not self._is_exempt(actor, answer, mark, is_in_body=part == answer.data):
                    what = f"{mark.table}.{mark.column} of customer {mark.customer_id}, who is {outcome}"
                    self.report(actor, request, f"{answer.status}, told {what}")

    def _is_exempt(self, actor: str, answer: TestResponse, mark: Mark, *, is_in_body: bool) -> bool:
        asked = answer.request
        found = Found(
            world=self.world,
            actor=actor,
            endpoint=self.endpoint_of(asked.path, asked.method),
            search=asked.args.get("search", ""),
            status=answer.status_code,
            text=text_of(answer),
            mark=mark,
            is_in_body=is_in_body,
        )
        return any(exemption.covers(found) for exemption in EXEMPTIONS)

    def _note_write(self, *arguments: Any) -> None:
        connection, statement = arguments[0], arguments[2]
        found = _WRITES.match(statement)
        if found:
            connection.info.setdefault("written", set()).add(found[1])

    def _note_commit(self, connection: Any) -> None:
        self._written |= connection.info.pop("written", set())


def summary(findings: Iterable[Finding], limit: int = 40) -> str:
    """Return findings as lines."""
    lines = [str(finding) for finding in findings]
    return "\n".join([f"{len(lines)} findings", *lines[:limit]])


def _forget_writes(connection: Any) -> None:
    connection.info.pop("written", None)


def _shown(url: str, query: Mapping[str, Any] | None) -> str:
    pairs = [
        f"{name}={value}"
        for name, found in (query or {}).items()
        for value in (found if isinstance(found, list) else [found])
    ]
    return f"{url}?{'&'.join(pairs)}".replace(" ", "+") if pairs else url
