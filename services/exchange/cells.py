"""What a cell of a file may hold beside plain values, and how cells and headers are compared."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

#: What spreadsheets show where a formula failed.
ERROR_TEXTS = frozenset(
    {"#N/A", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#SPILL!", "#CALC!", "#GETTING_DATA"}
)
#: What a header says beside its name: 客户名称*, 客户名称（必填）, Name (required).
_HEADER_MARK = re.compile(r"(\*|\((必填|选填|required|optional)\))$")


@dataclass(frozen=True, slots=True)
class ErrorCell:
    """A cell whose formula failed: it has no value that could be stored."""

    #: Its place as a spreadsheet names it, such as "B7".
    name: str
    #: What it shows, such as "#N/A"; empty for one that no program has computed yet.
    text: str

    def __str__(self) -> str:
        """Return what the cell shows."""
        return self.text


def is_blank(cell: Any) -> bool:
    """Tell whether a cell holds nothing."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def cell_name(column: int, row: int) -> str:
    """Return the name of a cell: "B7" for column 2 of row 7."""
    return f"{column_name(column)}{row}"


def column_name(column: int) -> str:
    """Return the letters of a column: "A" for 1, "AA" for 27."""
    name = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def column_number(letters: str) -> int:
    """Return 1 for "A", 27 for "AA"; 0 for none."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def folded(text: str) -> str:
    """Return a header or word as it is compared: NFKC, trimmed, casefolded."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def header_word(text: str) -> str:
    """Return a header as it is compared: folded, without blanks, line breaks and the mark of required columns."""
    word, before = "".join(folded(text).split()), ""
    while word != before:
        before, word = word, _HEADER_MARK.sub("", word)
    return word
