"""The file of refused rows: the upload's own format, columns and cells, with number and reasons, ready to be mended."""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select

from auth.actor import AnySession
from models import ImportJob, ImportRow
from services.exchange.cells import ErrorCell, header_word
from services.exchange.formats import Table, write_file
from services.exchange.formats.guard import guard
from services.exchange.formats.reading import WORKBOOK
from services.exchange.formats.writing import plain_text
from services.exchange.importer import CHUNK
from services.exchange.instances import batches
from services.exchange.plan_reading import refused_rows
from services.exchange.plan_rows import fault_of
from services.exchange.planning import table_of
from services.exchange.resource import ADDED_HEADERS, resource_for
from services.exchange.results import RowFault

#: Code of a fault that says more than a file may hold -> the one that says less: files are passed on.
_PLAINER = {"exists_owned": "exists"}


@dataclass(frozen=True, slots=True)
class ErrorWords:
    """What the file says beside the upload's own texts, in the reader's language."""

    number: str = "Row"
    reason: str = "Reason"
    #: Between two reasons.
    between: str = "; "
    #: Between a field and what is wrong with it.
    colon: str = ": "
    #: Returns the reason that a fault is.
    text: Callable[[RowFault], str] = lambda fault: fault.sentence
    #: Language of the names of fields, ``en`` or ``zh_Hans_CN``.
    language: str = "en"


def error_file_type(job: ImportJob) -> str:
    """Return the type of the file of refused rows, which is its ending: csv, xlsx or ods."""
    if (job.summary or {}).get("encoding") != WORKBOOK:
        return "csv"
    return "ods" if job.file_name.lower().endswith(".ods") else "xlsx"


def write_error_file(session: AnySession, job: ImportJob, path: Path, words: ErrorWords | None = None) -> int:
    """Write the refused and untouched rows in the upload's own format, ready to be mended and sent again.

    All its columns and cells, then 行号 / Row and 错误原因 / Reason with all reasons. It holds nothing that the upload
    did not hold but the reasons. CSV is UTF-8 with a byte order mark and the upload's delimiter.

    :param words: in the reader's language; English ones if not given
    :returns: the number of rows
    :raises FileError: if the upload cannot be read any more
    :raises JobFault: if it has expired
    """
    words = words or ErrorWords()
    table = table_of(job)
    kept = [place for place, text in enumerate(table.header) if header_word(text) not in ADDED_HEADERS]
    header = [*(table.header[place] for place in kept), words.number, words.reason]
    rows = _rows(session, job, table, kept, words)
    kind = error_file_type(job)
    if kind == "csv":
        return _write_csv(path, table.reading.delimiter or ",", header, rows)
    return write_file(path, kind, _distinct(header), [str for _ in header], rows, title=job.endpoint)


def _rows(
    session: AnySession, job: ImportJob, table: Table, kept: Sequence[int], words: ErrorWords
) -> Iterator[list[Any]]:
    labels = {field.name: field.label.text(words.language) for field in resource_for(job.endpoint).read_fields}

    def said(fault: RowFault) -> str:
        return _reason(fault, labels, words)

    for lines in batches(table.rows, CHUNK):
        reasons = _reasons(session, job, (lines[0][0], lines[-1][0]), said, words.between)
        for number, cells in lines:
            if number in reasons:
                yield [*(_cell(cells[place]) for place in kept), number, reasons[number]]


def _reasons(
    session: AnySession, job: ImportJob, span: tuple[int, int], said: Callable[[RowFault], str], between: str
) -> dict[int, str]:
    """Return number -> all reasons of the rows between two that were refused, or not touched."""
    statement = select(ImportRow.number, ImportRow.faults).where(
        ImportRow.job_id == job.id,
        ImportRow.number.between(*span),
        refused_rows(),
    )
    return {
        row.number: between.join(said(fault_of(row.number, fault)) for fault in row.faults)
        for row in session.execute(statement)
    }


def _reason(fault: RowFault, labels: Mapping[str, str], words: ErrorWords) -> str:
    code = _PLAINER.get(fault.code, fault.code)
    data = fault.data if code == fault.code else {"value": fault.data["value"]}
    text = words.text(RowFault(fault.row, fault.field, code, data))
    return f"{labels.get(fault.field, fault.field)}{words.colon}{text}" if fault.field else text


def _cell(cell: Any) -> Any:
    """Return a cell as it was read; a failed formula as it shows."""
    return str(cell) if isinstance(cell, ErrorCell) else cell


def _write_csv(path: Path, delimiter: str, header: Sequence[str], rows: Iterator[list[Any]]) -> int:
    count = 0
    with path.open("w", encoding="utf-8-sig", errors="surrogatepass", newline="") as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerow([guard(text) for text in header])
        for row in rows:
            writer.writerow([guard(cell) if isinstance(cell, str) else plain_text(cell) for cell in row])
            count += 1
    return count


def _distinct(header: Sequence[str]) -> list[str]:
    """Return headers that a workbook's writer can tell apart: blanks are added where two are alike."""
    found: list[str] = []
    for text in header:
        name = text
        while name in found:
            name += " "
        found.append(name)
    return found
