"""What a sheet holds that the reader of workbooks does not hand over: failed formulas, merges, leading zeros."""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from zipfile import ZipFile

from defusedxml.ElementTree import fromstring, iterparse

from services.exchange.cells import ErrorCell, cell_name, column_number
from services.exchange.errors import FileError
from services.exchange.formats.archives import archive_of, blocks_of_tags
from services.exchange.formats.content import Content

#: What a part that is read as a whole may hold, in bytes.
_MAX_PART = 16 * 1024 * 1024
#: A cell of an XLSX up to its value.
_CELL = re.compile(
    rb"<(?:\w+:)?c\s([^>]*)>(<(?:\w+:)?f\b[^>]*/>|<(?:\w+:)?f\b[^>]*>[^<]*</(?:\w+:)?f>)?(?:<(?:\w+:)?v>([^<]*))?"
)
_PLACE = re.compile(rb"""\br=["']([A-Z]{1,3})([0-9]{1,7})["']""")
_STYLE = re.compile(rb"""\bs=["']([0-9]{1,6})["']""")
_ERROR = re.compile(rb"""\bt=["']e["']""")
#: What stands in every block that holds an error or a formula.
_MARKS = (b't="e"', b"t='e'", b"<f", b":f")
_TEXT = re.compile(rb"""\bt=["']str["']""")
_TYPED = re.compile(rb"""\bt=["'][^n]""")
#: A format that shows a number with so many digits.
_ZEROS = re.compile(r"0{2,20}")
#: Longest text of an error.
_MAX_TEXT = 20

#: (row, column), the first being 1.
Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Merge:
    """Cells that were merged into one, which has the value of the first."""

    first: Place
    last: Place

    def __str__(self) -> str:
        """Return the range as a spreadsheet names it."""
        return f"{cell_name(self.first[1], self.first[0])}:{cell_name(self.last[1], self.last[0])}"


@dataclass(slots=True)
class SheetFacts:
    """What the reader does not hand over of one sheet."""

    errors: dict[Place, ErrorCell] = field(default_factory=dict)
    #: Numbers that are shown with leading zeros -> how many digits they show.
    digits: dict[Place, int] = field(default_factory=dict)
    merges: list[Merge] = field(default_factory=list)


def xlsx_facts(content: Content, sheet: str) -> SheetFacts:
    """Return the failed formulas and the numbers with leading zeros of a sheet of an XLSX.

    :raises FileError: if its parts are damaged
    """
    facts = SheetFacts()
    with archive_of(content) as archive:
        part = _part_of(archive, sheet)
        if part is None:
            return facts
        padded = _padded_styles(archive)
        with archive.open(part) as stream:
            for block in _blocks_of_cells(stream):
                _note_cells(block, padded, facts)
    return facts


def _blocks_of_cells(stream: Any) -> Iterator[bytes]:
    """Yield blocks that end where a row ends."""
    rest = b""
    for block in blocks_of_tags(stream):
        whole, end, rest = (rest + block).rpartition(b"row>")
        yield whole + end
        if len(rest) > _MAX_PART:
            raise FileError("damaged")
    yield rest


def _note_cells(block: bytes, padded: dict[bytes, int], facts: SheetFacts) -> None:
    if not padded and not any(mark in block for mark in _MARKS):
        return
    for attributes, formula, value in _CELL.findall(block):
        is_error = _ERROR.search(attributes) is not None or (
            bool(formula) and not value and not _TEXT.search(attributes)
        )
        style = _STYLE.search(attributes) if padded else None
        digits = padded.get(style[1], 0) if style and not _TYPED.search(attributes) else 0
        place = _PLACE.search(attributes) if is_error or digits else None
        if place is None:
            continue
        row, column = int(place[2]), column_number(place[1].decode())
        if is_error:
            facts.errors[row, column] = ErrorCell(cell_name(column, row), value.decode("ascii", "replace"))
        else:
            facts.digits[row, column] = digits


def _part_of(archive: ZipFile, sheet: str) -> str | None:
    """Return the part that holds a sheet; None if the workbook does not say."""
    workbook, relations = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
    if workbook not in archive.NameToInfo or relations not in archive.NameToInfo:
        return None
    targets = {tag.get("Id"): tag.get("Target") or "" for tag in _elements(archive, relations)}
    for tag in _elements(archive, workbook):
        if _local(tag.tag) == "sheet" and tag.get("name") == sheet:
            key = next((value for name, value in tag.items() if name.endswith("}id")), None)
            part = posixpath.normpath(posixpath.join("/xl", targets.get(key, ""))).lstrip("/")
            return part if part in archive.NameToInfo else None
    return None


def _padded_styles(archive: ZipFile) -> dict[bytes, int]:
    """Return the styles that show whole numbers with leading zeros: number of the style -> digits."""
    if "xl/styles.xml" not in archive.NameToInfo:
        return {}
    formats: dict[str | None, int] = {}
    padded: dict[bytes, int] = {}
    for tag in _elements(archive, "xl/styles.xml"):
        if _local(tag.tag) == "numFmt" and _ZEROS.fullmatch(tag.get("formatCode") or ""):
            formats[tag.get("numFmtId")] = len(tag.get("formatCode") or "")
        if _local(tag.tag) == "cellXfs":
            styles = enumerate(tag)
            padded = {b"%d" % n: formats[xf.get("numFmtId")] for n, xf in styles if xf.get("numFmtId") in formats}
    return padded


def _elements(archive: ZipFile, name: str) -> Iterator[Any]:
    if archive.NameToInfo[name].file_size > _MAX_PART:
        raise FileError("damaged")
    yield from fromstring(archive.read(name)).iter()


def _local(tag: Any) -> str:
    return str(tag).rpartition("}")[2]


def ods_facts(content: Content, sheet: str) -> SheetFacts:
    """Return the failed formulas and the merged cells of a sheet of an ODS.

    :raises FileError: if it is damaged
    """
    facts, row, column, is_meant = SheetFacts(), 0, 0, False
    with archive_of(content) as archive, archive.open("content.xml") as stream:
        for event, tag in iterparse(stream, events=("start", "end")):
            name, values = _local(tag.tag), {_local(key): value for key, value in tag.items()}
            if event == "start" and name == "table":
                is_meant, row = values.get("name") == sheet, 0
            elif event == "start" and name == "table-row":
                row, column = row + 1, 0
            elif event == "end" and name == "table-row":
                row += int(values.get("number-rows-repeated", 1)) - 1
                tag.clear()
            elif event == "end" and name in ("table-cell", "covered-table-cell"):
                column += 1
                if is_meant:
                    _note_ods_cell(tag, values, (row, column), facts)
                column += int(values.get("number-columns-repeated", 1)) - 1
    return facts


def _note_ods_cell(tag: Any, values: dict[str, str], place: Place, facts: SheetFacts) -> None:
    if any(_local(key) == "value-type" and value == "error" for key, value in tag.items()):
        facts.errors[place] = ErrorCell(cell_name(place[1], place[0]), "".join(tag.itertext())[:_MAX_TEXT] or "#N/A")
    width = int(values.get("number-columns-spanned", 1))
    height = int(values.get("number-rows-spanned", 1))
    if width > 1 or height > 1:
        facts.merges.append(Merge(place, (place[0] + height - 1, place[1] + width - 1)))
