"""Marks: values that stand in one column of one row and nowhere else, and how they are found in an answer."""

import random
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, Column
from sqlalchemy.types import TypeDecorator

from models.meta import FIELD_KEY

#: Signs of a text mark, its beginning included.
TEXT_LENGTH = 20
#: Digits that a mark in a column of numbers to dial has.
DIAL_LENGTH = 13
#: Days of the marked dates: long before anything that the tests do.
_FIRST_DAY, _BLOCK_DAYS, _BLOCKS = date(1901, 1, 2), 32, 800
#: Noon in China, so that no time zone between moves the day.
_HOUR = time(4, 0, tzinfo=UTC)
#: Columns that follow from others, or that count writes.
DERIVED = frozenset({"name_key", "name_sort", "name_initials", "version", "sort_order"})


@dataclass(frozen=True, slots=True)
class Mark:
    """One marked value."""

    customer_id: int
    table: str
    row_id: int
    column: str
    #: How it reads in an answer.
    text: str
    #: A part of it that one can search for without asking for the mark itself.
    piece: str


class Book:
    """All marks of a company."""

    def __init__(self) -> None:
        #: What every text mark begins with; a piece leaves it out.
        self.prefix = f"q{secrets.token_hex(3)}"
        self.by_text: dict[str, Mark] = {}
        self._token = re.compile(rf"{self.prefix}[0-9a-f]*|\d+[.-]\d[\d.-]*|\d{{9,}}".encode())
        self._blocks = random.sample(range(_BLOCKS), _BLOCKS)

    def make_row(self, columns: list[Any], customer_id: int, row_id: int) -> dict[str, Any]:
        """Return a marked value for each of a table's columns; dates run in the order of the columns."""
        first = _FIRST_DAY + timedelta(days=self._blocks.pop() * _BLOCK_DAYS)
        values = {}
        for place, column in enumerate(columns):
            value, text = self._make(column, first + timedelta(days=place % _BLOCK_DAYS))
            piece = text[len(self.prefix) :] if text.startswith(self.prefix) else text[1:-1]
            self.by_text[text] = Mark(customer_id, column.table.name, row_id, column.key, text, piece)
            values[column.key] = value
        return values

    def find(self, content: bytes) -> set[Mark]:
        """Return the marks in some bytes; a text mark that was cut short counts if it can be told which it is.

        :raises AssertionError: if there is the beginning of a mark that is none
        """
        found = set()
        for token in set(self._token.findall(content)):
            text = token.decode().rstrip(".-")
            mark = self.by_text.get(text)
            if mark is None and text.startswith(self.prefix):
                mark = self._cut(text)
            if mark is not None:
                found.add(mark)
        return found

    def of(self, customer_id: int, table: str | None = None) -> list[Mark]:
        """Return the marks of a customer, of one table if one is named."""
        marks = (mark for mark in self.by_text.values() if mark.customer_id == customer_id)
        return [mark for mark in marks if table in (None, mark.table)]

    def mark(self, customer_id: int, table: str, column: str) -> Mark:
        """Return the mark in a column of a customer's first row of a table."""
        return next(mark for mark in self.of(customer_id, table) if mark.column == column)

    def _cut(self, text: str) -> Mark:
        whole = [mark for known, mark in self.by_text.items() if known.startswith(text) or text.startswith(known)]
        if not whole:
            raise AssertionError(f"{text} is no mark")
        return whole[0]

    def _make(self, column: Any, day: date) -> tuple[Any, str]:
        """Return a value for a column, and how it reads."""
        type_ = plain_type(column)
        if type_ is str:
            return (self._text(column),) * 2
        if type_ is int:
            number = random.randrange(100_000_000, 2_000_000_000)
            return number, str(number)
        if type_ in (Decimal, float):
            text = _decimal(column)
            return Decimal(text), text
        if type_ is datetime:
            return datetime.combine(day, _HOUR), day.isoformat()
        if type_ is date:
            return day, day.isoformat()
        text = self._text(column)
        return (text.encode() if type_ is bytes else {"mark": text}), text

    def _text(self, column: Any) -> str:
        if any(word in column.key for word in ("phone", "mobile")):
            return f"1{random.randrange(10 ** (DIAL_LENGTH - 2), 10 ** (DIAL_LENGTH - 1))}"
        length = min(getattr(column.type, "length", None) or TEXT_LENGTH, TEXT_LENGTH)
        return f"{self.prefix}{secrets.token_hex(TEXT_LENGTH)}"[:length]


def _decimal(column: Any) -> str:
    """Return a number with all the decimals that a column keeps, in the range of a latitude where they are many."""
    scale = getattr(column.type, "scale", None) or 6
    whole = 2 if scale >= 4 else min((column.type.precision or 9) - scale, 7)
    return f"{random.randint(1, 7)}{_digits(whole - 1)}.{_digits(scale - 1)}{random.randint(1, 9)}"


def _digits(number: int) -> str:
    return "".join(random.choices("0123456789", k=number))


def plain_type(column: Any) -> type[Any]:
    """Return the Python type of a column's values."""
    type_ = column.type.impl if isinstance(column.type, TypeDecorator) else column.type
    found: type[Any] = type_.python_type
    return found


def markable_columns(model: Any) -> Iterator[Column[Any]]:
    """Yield the columns of a table that hold what people wrote or measured: no keys, no closed sets of words."""
    for column in model.__table__.columns:
        is_key = column.primary_key or column.foreign_keys or column.key in DERIVED
        if not is_key and not words_of(column) and plain_type(column) is not bool:
            yield column


def words_of(column: Any) -> tuple[str, ...]:
    """Return the words of which a column holds one; none for a column of free values."""
    meta = column.info.get(FIELD_KEY)
    if meta is not None and meta.choices:
        return tuple(meta.choices)
    for constraint in column.table.constraints:
        if isinstance(constraint, CheckConstraint):
            check = re.fullmatch(rf"{column.name} IN \((.*)\)", str(constraint.sqltext))
            if check:
                return tuple(re.findall(r"'([^']*)'", check[1]))
    return ()
