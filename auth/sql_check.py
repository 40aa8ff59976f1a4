"""The last look at the SQL of a statement: it leaves only if the visibility rule stands beside every guarded table.

SQLAlchemy's loader criteria miss some ways to write a statement (an alias joined by an explicit ON clause, ``has()`` on
a table's own relationship, a bare ``select(exists())``, Core tables …) and may miss others tomorrow. So ``auth.guard``
marks each criterion, and a statement with a guarded table that lacks its mark is refused here: it fails closed.
"""

import re
from collections import Counter
from functools import lru_cache
from typing import Any

from sqlalchemy import Engine, event, null

from auth.errors import UnguardedStatementError

#: Execution option that carries the names of the guarded tables; without it a statement is not looked at.
CHECK_OPTION = "kepei_guarded_tables"
#: Aliases that begin so belong to the rule itself.
RULE_PREFIX = "rule_"

_MARK = "/* visible */"
_MARKED = re.compile(r'"?(\w+)"?\.id /\* visible \*/')
_QUOTED = re.compile(r"'(?:[^']|'')*'")
#: Where SQLAlchemy folded all criteria, the rule among them, into one that is never met: no row comes from there.
_NEVER = re.compile(r"\bWHERE\s+(?:false|0 = 1)(?=\s*(?:\)|$|(?:ORDER|GROUP|LIMIT|RETURNING|FOR|UNION|EXCEPT)\b))")
_SOURCE = re.compile(r"\b(?:FROM|UPDATE)\b|[()]")


def mark(model: Any, *, is_met: bool = True) -> Any:
    """Return a criterion whose SQL shows that the rule stands beside the model's table: always true, or never."""
    return model.id.op(f"{_MARK} IS NOT" if is_met else f"{_MARK} IS", is_comparison=True)(null())


@event.listens_for(Engine, "before_cursor_execute")
def _check_before(*arguments: Any) -> None:
    """Refuse a statement of a guarded session whose SQL shows a gap."""
    statement, context = arguments[2], arguments[4]
    tables = context.execution_options.get(CHECK_OPTION) if context is not None else None
    fault = find_fault(statement, tables) if tables else ""
    if fault:
        raise UnguardedStatementError(fault)


@lru_cache(maxsize=4096)
def find_fault(sql: str, tables: frozenset[str]) -> str:
    """Say what is wrong with a statement's SQL, or nothing.

    Every mention of a guarded table must be one of a form that is understood here, with as many marks for its alias.
    """
    plain = _without_dead_sources(_QUOTED.sub("''", sql))
    names = "|".join(sorted(tables))
    uses = Counter(alias or name for name, alias in _uses(names).findall(plain))
    uses = Counter({alias: number for alias, number in uses.items() if not alias.startswith(RULE_PREFIX)})
    marks = Counter(_MARKED.findall(plain))
    unmarked = sorted(alias for alias, number in uses.items() if marks[alias] < number)
    if unmarked:
        return f"the visibility rule does not reach {', '.join(unmarked)}"
    if _moves(names).match(plain):
        return "an UPDATE by criterion may not move rows to another customer"
    return ""


def _without_dead_sources(sql: str) -> str:
    """Cut out, for each WHERE that is never met, what stands between it and its own FROM or UPDATE."""
    for dead in reversed(list(_NEVER.finditer(sql))):
        depth = 0
        for token in reversed(list(_SOURCE.finditer(sql, 0, dead.start()))):
            depth += {")": 1, "(": -1}.get(token[0], 0)
            if token[0] not in "()" and depth == 0:
                sql = sql[: token.start()] + sql[dead.end() :]
            if depth < 0 or (token[0] not in "()" and depth == 0):
                break
    return sql


@lru_cache(maxsize=8)
def _uses(names: str) -> re.Pattern[str]:
    """Match a table where rows come from or go to, and its alias; never a column of it."""
    return re.compile(
        rf'(?:\b(?:FROM|JOIN|UPDATE|INTO|USING|ONLY|TABLE)\s+|[(,]\s*)"?({names})"?(?![\w".])(?:\s+AS\s+"?(\w+)"?)?',
        re.IGNORECASE,
    )


@lru_cache(maxsize=8)
def _moves(names: str) -> re.Pattern[str]:
    """Match an UPDATE that writes the customer of guarded rows."""
    return re.compile(rf'\s*UPDATE "?({names})"? SET [^()]*\bcustomer_id\s*=', re.IGNORECASE)  # noqa: S608 -- a pattern, no statement
