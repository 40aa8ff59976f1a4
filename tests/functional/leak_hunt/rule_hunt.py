"""Asks a rule of the URL map, by every method, about hidden, notice, seen and missing rows."""

from collections.abc import Mapping, Set as AbstractSet
from typing import Any

from werkzeug.routing import Rule

from auth.visibility import Outcome
from tests.functional.leak_hunt.answers import steady, text_of
from tests.functional.leak_hunt.company import MISSING_ID, PREY
from tests.functional.leak_hunt.hunter import Hunter
from tests.functional.leak_hunt.questions import TURNS, Question, questions

_READING, _WRITING = frozenset({"GET"}), frozenset({"POST", "PUT", "PATCH", "DELETE"})
#: Answered by the pages that answer a GET.
HEAD = frozenset({"HEAD"})
#: Answers to a form that may mean that JSON is wanted.
_NOT_UNDERSTOOD = (400, 415)


def ask_about_rows(hunter: Hunter, actor: str, rule: Rule) -> None:
    """Ask a rule about a row that the actor does not see, about one that is not there, and about one that is seen.

    A hidden row must not be told from a missing one.
    """
    customer_id = hunter.world.customers[PREY[0]]
    missing, told = ask_about(hunter, actor, rule, MISSING_ID), ask_about(hunter, actor, rule, customer_id)
    if hunter.world.outcome(actor, customer_id) is Outcome.HIDDEN:
        for one, other in zip(told, missing, strict=True):
            if one != other:
                hunter.report(actor, f"GET {rule.rule}?id={customer_id}", _difference(one, other))
    ask_about(hunter, actor, rule, customer_id, methods=_WRITING, turns=TURNS[1:])
    for seen_id in sorted(hunter.world.seen(actor))[:1]:
        ask_about(hunter, actor, rule, seen_id, methods=_READING)


def ask_about(
    hunter: Hunter,
    actor: str,
    rule: Rule,
    row_id: int,
    *,
    methods: AbstractSet[str] = _READING | _WRITING,
    turns: tuple[Mapping[str, str], ...] = TURNS[:1],
) -> list[tuple[int, str]]:
    """Ask a rule about a row; return what is told, apart from the row's id.

    A form that is not understood is sent once more as JSON.
    """
    asked = questions(hunter.app, hunter.world, actor, rule, row_id=row_id, turns=turns)
    return [_ask(hunter, actor, question) for question in asked if question.method in methods]


def _ask(hunter: Hunter, actor: str, question: Question) -> tuple[int, str]:
    query, row_id = question.query, question.row_id
    body: dict[str, Any] = {} if question.method in _READING | HEAD else {"data": query}
    answer = hunter.ask(actor, question.url, question.method, query=query, **body)
    if body and answer is not None and answer.status_code in _NOT_UNDERSTOOD:
        answer = hunter.ask(actor, question.url, question.method, query=query, json={**query, "ids": [row_id]})
    return (0, "") if answer is None else (answer.status_code, steady(text_of(answer), str(row_id), *question.texts))


def _difference(told: tuple[int, str], expected: tuple[int, str]) -> str:
    """Say how a hidden row can be told from a missing one."""
    lines = zip(told[1].splitlines(), expected[1].splitlines(), strict=False)
    first = next((f"{one.strip()[:80]!r} for {other.strip()[:80]!r}" for one, other in lines if one != other), "length")
    return f"a hidden row can be told from a missing one: {told[0]} for {expected[0]}, {first}"
