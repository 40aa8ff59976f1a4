"""Cell to value. Each converter takes a cell that is not blank and returns the value, or raises :class:`CellError`."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from models.meta import Label
from models.types import YEARS
from services.exchange.cells import ErrorCell, folded
from services.exchange.errors import CellError

Converter = Callable[[Any], Any]

#: Cell that empties a field in mode update; a blank one leaves it.
CLEAR = "#清空"
#: Signs that no database takes: NUL, and halves of a pair.
_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")
_SCIENTIFIC = re.compile(r"[+-]?\d+(\.\d+)?E[+-]?\d+", re.IGNORECASE)
_BOOLEANS: Mapping[str, bool] = {
    **dict.fromkeys(("true", "yes", "y", "1", "on", "是", "启用", "有效", "√"), True),
    **dict.fromkeys(("false", "no", "n", "0", "off", "否", "停用", "无效", "×"), False),
}
_DATE_FORMATS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d")
#: Largest value of an INTEGER column on PostgreSQL.
_MAX_INTEGER = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Setting:
    """What reading cells needs to know of the company."""

    zone: ZoneInfo


def as_text(cell: Any) -> str:
    """Return a cell as text; a whole number has no ".0".

    :raises CellError: if it is a formula that failed
    """
    if isinstance(cell, str):
        return cell
    if isinstance(cell, ErrorCell):
        raise CellError("error_cell" if cell.text else "not_computed", cell=cell.name, value=cell.text)
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return format(Decimal(repr(cell)), "f")
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def text_converter(*, limit: int | None, is_long: bool, is_identifier: bool) -> Converter:
    """Return the converter of a text column.

    :param is_long: a text of its own, kept as it is; else blanks around it are dropped
    :param is_identifier: a code or phone number, where 1.38E+10 is a number that a spreadsheet has spoilt
    """

    def convert(cell: Any) -> str:
        text = as_text(cell)
        if not is_long:
            text = text.strip()
        if _UNSTORABLE.search(text):
            raise CellError("control", value=text)
        if is_identifier and not text.isprintable():
            raise CellError("control", value=text)
        if is_identifier and (_SCIENTIFIC.fullmatch(text) or (isinstance(cell, int) and abs(cell) >= 10**15)):
            raise CellError("scientific", value=text)
        if limit is not None and len(text) > limit:
            raise CellError("too_long", limit=limit)
        return text

    return convert


def integer(cell: Any) -> int:
    """Read a whole number."""
    number = _number(cell)
    if number != number.to_integral_value():
        raise CellError("not_a_number", value=as_text(cell))
    if abs(number) > _MAX_INTEGER:
        raise CellError("out_of_range", value=as_text(cell), low=-_MAX_INTEGER, high=_MAX_INTEGER)
    return int(number)


def decimal_converter(*, precision: int | None, scale: int | None) -> Converter:
    """Return the converter of a column with so many digits, of which so many are decimals."""

    def convert(cell: Any) -> Decimal:
        number = _number(cell)
        if isinstance(cell, float) and scale is not None:
            # 0.1 + 0.2 in a workbook: what the cell shows counts.
            number = round(number, scale) if abs(number - round(number, scale)) < Decimal("1e-9") else number
        if scale is not None and number != round(number, scale):
            raise CellError("too_precise", value=as_text(cell), digits=scale)
        if precision is not None and scale is not None and abs(number) >= 10 ** (precision - scale):
            limit = 10 ** (precision - scale)
            raise CellError("out_of_range", value=as_text(cell), low=-limit, high=limit)
        return number

    return convert


def boolean(cell: Any) -> bool:
    """Read yes or no in either language."""
    if isinstance(cell, bool):
        return cell
    value = _BOOLEANS.get(folded(as_text(cell)))
    if value is None:
        raise CellError("not_a_boolean", value=as_text(cell))
    return value


def day(cell: Any) -> date:
    """Read a date in a year of our time; a workbook's moment at midnight is one."""
    found = _any_day(cell)
    if found.year not in YEARS:
        raise CellError("not_a_date", value=as_text(cell))
    return found


def _any_day(cell: Any) -> date:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = as_text(cell).strip().removesuffix(" 00:00:00")
    for form in _DATE_FORMATS:
        try:
            return datetime.strptime(text, form).replace(tzinfo=UTC).date()
        except ValueError:
            continue
    raise CellError("not_a_date", value=text)


def moment_converter(zone: ZoneInfo) -> Converter:
    """Return the converter of moments, which files hold in the company's time zone."""

    def convert(cell: Any) -> datetime:
        try:
            moment = _moment(cell)
        except (ValueError, OverflowError) as error:
            raise CellError("not_a_moment", value=as_text(cell)) from error
        if moment.year not in YEARS:
            raise CellError("not_a_moment", value=as_text(cell))
        zoned = moment if moment.tzinfo else moment.replace(tzinfo=zone)
        return zoned.astimezone(UTC)

    return convert


def choice_converter(choices: Mapping[str, Label]) -> Converter:
    """Return the converter of a column of few words: the stored word, or its label in either language."""
    words = {folded(word): stored for stored, label in choices.items() for word in (label.en, label.zh, stored)}

    def convert(cell: Any) -> str:
        stored = words.get(folded(as_text(cell)))
        if stored is None:
            raise CellError("not_a_choice", value=as_text(cell), choices=", ".join(choices))
        return stored

    return convert


def path_segments(text: str) -> list[str]:
    """Return the steps of a path such as 四川/成都/武侯区; full-width ／ parts as well.

    :raises CellError: if a step is empty
    """
    segments = [segment.strip() for segment in text.replace("／", "/").split("/")]
    if not all(segments):
        raise CellError("blank_segment", value=text)
    return segments


def _number(cell: Any) -> Decimal:
    text = as_text(cell).strip().replace("\N{FULLWIDTH COMMA}", ",")
    try:
        number = Decimal(text.replace(",", "") if re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", text) else text)
    except InvalidOperation as error:
        raise CellError("not_a_number", value=text) from error
    if isinstance(cell, bool) or not number.is_finite() or "_" in text or abs(number) >= 10**18:
        raise CellError("not_a_number", value=text)
    return number


def _moment(cell: Any) -> datetime:
    if isinstance(cell, datetime):
        return cell
    if isinstance(cell, date):
        return datetime(cell.year, cell.month, cell.day)  # noqa: DTZ001 -- the caller adds the company's zone
    return datetime.fromisoformat(as_text(cell).strip().replace("/", "-"))
