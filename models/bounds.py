"""What numbers a column may hold, read from the CHECKs of its table, so that forms say it before the database does."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, Column, Numeric, Table

_NUMBER = r"-?\d+(?:\.\d+)?"
_TERM = rf"\w+ (?:BETWEEN {_NUMBER} AND {_NUMBER}|(?:>=|<=|>|<) {_NUMBER})"
#: Conditions joined by AND alone; of any other CHECK nothing is read.
_CONJUNCTION = re.compile(rf"{_TERM}(?: AND {_TERM})*")
_READ_TERM = re.compile(
    rf"(?P<column>\w+) (?:BETWEEN (?P<low>{_NUMBER}) AND (?P<high>{_NUMBER})|(?P<sign>>=|<=|>|<) (?P<bound>{_NUMBER}))"
)


@dataclass(frozen=True, slots=True)
class Bounds:
    """The least and the greatest number; None where there is no end."""

    low: Decimal | None = None
    high: Decimal | None = None


def step_of(column: Column[Any]) -> Decimal:
    """Return the distance between two neighbouring numbers of a column: 0.000001 for Numeric(9, 6), 1 for Integer."""
    scale = column.type.scale if isinstance(column.type, Numeric) else 0
    return Decimal(1).scaleb(-(scale or 0))


def bounds_of(column: Column[Any]) -> Bounds:
    """Return the ends of the numbers that the table's constraints allow in a column."""
    low = high = None
    for term in _terms(column.table):
        if term["column"] != column.name:
            continue
        sign, bound = term["sign"], Decimal(term["bound"] or 0)
        step = step_of(column) if sign in {">", "<"} else Decimal(0)
        if sign in {">", ">="} or term["low"]:
            low = Decimal(term["low"]) if term["low"] else bound + step
        if sign in {"<", "<="} or term["high"]:
            high = Decimal(term["high"]) if term["high"] else bound - step
    return Bounds(low, high)


def _terms(table: Any) -> list[re.Match[str]]:
    if not isinstance(table, Table):
        return []
    checks = [str(rule.sqltext) for rule in table.constraints if isinstance(rule, CheckConstraint)]
    return [term for check in checks if _CONJUNCTION.fullmatch(check) for term in _READ_TERM.finditer(check)]
