"""What an answer holds: its bytes, all of them, and the numbers and rows that it tells."""

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import tablib
from flask import Flask
from itsdangerous import BadSignature
from python_calamine import CalamineWorkbook
from werkzeug.http import parse_cookie
from werkzeug.test import TestResponse

#: How workbooks begin.
_ZIP = b"PK\x03\x04"
#: Media type of a file -> what tablib calls it.
_TABLIB_TYPES = {"application/json": "json", "application/yaml": "yaml", "text/html": "html"}
_TOTAL = re.compile(r'id="total">\s*(\d+) rows?\s*<')
_ROW = re.compile(r'<tr data-id="(\d+)"')
_STUBS = re.compile(r'<section[^>]*aria-labelledby="stubs".*?</section>', re.DOTALL)
_STUB = re.compile(r"details/\?id=(\d+)")
#: What differs from one answer to the next without telling anything.
_PASSING = re.compile(r'(name="csrf_token" value|name="csrf-token" content)="[^"]*"')


@dataclass(frozen=True, slots=True)
class Listed:
    """What a list page tells."""

    #: The total; None where there is none.
    total: int | None
    #: Ids of the rows shown.
    ids: tuple[int, ...]
    stub_ids: tuple[int, ...]


def listed(text: str) -> Listed:
    """Read a list page."""
    total = _TOTAL.search(text)
    stubs = _STUB.findall(stub_block(text))
    return Listed(
        total=int(total[1]) if total else None,
        ids=tuple(int(number) for number in _ROW.findall(text)),
        stub_ids=tuple(int(number) for number in stubs),
    )


def stub_block(text: str) -> str:
    """Return the block of stubs under a list, empty if there is none."""
    found = _STUBS.search(text)
    return found[0] if found else ""


def text_of(answer: TestResponse | None) -> str:
    """Return the text of an answer; of a workbook, which is none, and of no answer nothing."""
    is_text = answer is not None and answer.data[:4] != _ZIP
    return answer.text if answer is not None and is_text else ""


def steady(text: str, *asked: str) -> str:
    """Return a page without what differs each time, and without the words that were asked for."""
    steady_text = _PASSING.sub("", text)
    for word in asked:
        steady_text = re.sub(
            rf"(?<![0-9]){word}(?![0-9])", "#", steady_text
        )  # in an address within an address: %3D5001
    return steady_text


def all_bytes(app: Flask, answer: TestResponse) -> Iterator[bytes]:
    """Yield every byte of an answer and of the redirects before it: headers, cookies read, bodies, files unpacked."""
    for response in (*answer.history, answer):
        yield f"{response.status}\n{response.headers}".encode()
        yield from _cookies(app, response)
        yield response.data
        if response.data[:4] == _ZIP:
            yield from _unpacked(response.data)


def file_rows(answer: TestResponse) -> list[tuple[Any, ...]]:
    """Return the rows of an exported file, without the header, by its media type."""
    kind = answer.mimetype
    if kind == "text/csv":
        rows = [tuple(row) for row in csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline=""))]
        return rows[1:]
    if kind in _TABLIB_TYPES:
        return list(tablib.Dataset().load(answer.text, format=_TABLIB_TYPES[kind])) if answer.data else []
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0)
    return [tuple(row) for row in sheet.to_python()[1:] if any(cell != "" for cell in row)]


def notes(answer: TestResponse) -> list[list[Any]]:
    """Return the second sheet of a workbook; nothing for other files."""
    if answer.data[:4] != _ZIP:
        return []
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
    return workbook.get_sheet_by_index(1).to_python() if len(workbook.sheet_names) > 1 else []


def _cookies(app: Flask, response: TestResponse) -> Iterator[bytes]:
    """Yield what the session cookie holds: messages wait there for the next page."""
    for header in response.headers.getlist("Set-Cookie"):
        value = parse_cookie(header).get(app.config["SESSION_COOKIE_NAME"])
        serializer: Any = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
        if value:
            try:
                yield repr(serializer.loads(value)).encode()
            except BadSignature:
                yield value.encode()


def _unpacked(content: bytes) -> Iterator[bytes]:
    """Yield the parts of a workbook, and its cells as text: moments are numbers in the parts."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        yield from (archive.read(name) for name in archive.namelist())
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
    for name in workbook.sheet_names:
        yield repr([[str(cell) for cell in row] for row in workbook.get_sheet_by_name(name).to_python()]).encode()
