"""Customer codes: serial numbers KH000001, KH000002 … from one counter."""

import re
from collections.abc import Iterable
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite

from auth.actor import AnySession
from auth.visibility import dialect_of
from models import Counter, Customer
from models.scope import UnfilteredReason, unfiltered

COUNTER = "customer_code"
#: Codes looked up in one query.
_BATCH = 5_000
_SERIAL = re.compile("KH[0-9]{6,12}")
_INSERT = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}


def format_code(number: int) -> str:
    """Return the code of a number: ``KH000001``."""
    return f"KH{number:06d}"


def is_serial(code: str) -> bool:
    """Tell whether a code looks like one of ours."""
    return _SERIAL.fullmatch(code) is not None


def next_customer_codes(session: AnySession, count: int) -> list[str]:
    """Take the next codes; those that somebody typed by hand are skipped.

    One UPDATE takes the numbers and keeps the counter till the transaction's end, so nothing is lost on rollback, and
    two transactions never get the same code.

    :returns: count codes, ascending
    """
    if count <= 0:
        return []
    last = _advance(session, count)
    free = _free_codes(session, range(last - count + 1, last + 1))
    window = count
    while len(free) < count:
        window *= 2
        first, last = last + 1, _advance(session, window)
        free += _free_codes(session, range(first, last + 1))
    taken = free[:count]
    if taken[-1] != last:  # the counter's row is ours until the commit, so what was not needed goes back
        session.execute(update(Counter).where(Counter.name == COUNTER).values(value=taken[-1]))
    return [format_code(number) for number in taken]


def _advance(session: AnySession, count: int) -> int:
    """Move the counter on and return its new value."""
    statement = (
        update(Counter)
        .where(Counter.name == COUNTER)
        .values(value=Counter.value + count)
        .returning(Counter.value)
        .execution_options(synchronize_session=False)
    )
    value = session.scalar(statement)
    if value is not None:
        return value
    fresh: Any = _INSERT[dialect_of(session)](Counter).values(name=COUNTER, value=0)
    session.execute(fresh.on_conflict_do_nothing())
    return session.execute(statement).scalar_one()


def _free_codes(session: AnySession, numbers: Iterable[int]) -> list[int]:
    """Return those of the numbers whose code no customer has, hidden ones included."""
    by_code = {format_code(number): number for number in numbers}
    codes = list(by_code)
    used: set[str] = set()
    with unfiltered(session, UnfilteredReason.SERIAL_CODE) as every:
        for start in range(0, len(codes), _BATCH):
            used.update(every.scalars(select(Customer.code).where(Customer.code.in_(codes[start : start + _BATCH]))))
    return [number for code, number in by_code.items() if code not in used]
