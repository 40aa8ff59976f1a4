"""Reading files: encodings, delimiters, damaged and odd files, each read right or refused with a sentence; writing."""

import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from services.exchange.errors import FileError
from services.exchange.formats import (
    Notes,
    Sheet,
    csv_chunks,
    read_table,
    workbook_writing,
    write_file,
    write_sheet,
    writing,
)
from services.exchange.formats.csv_writing import CHUNK_ROWS
from services.exchange.formats.guard import guard, unguard
from tests.conftest import SHARED_DATA, needs_shared_data

SPREADSHEETS = SHARED_DATA / "spreadsheets"
#: File of ../shared/data/spreadsheets -> code of its refusal, or (header, number of rows, first row).
ODD_FILES = {
    "calamine_date_1904.xlsx": (("2021-01-01", "15"), 2, [date(2021, 1, 2), 16]),
    "calamine_errors.xlsx": "error_cell",
    "calamine_hidden_sheets.xlsx": (("1", "2"), 3, [3, 4]),
    "csvkit_latin1.csv": "encoding",
    "csvkit_utf16_le.csv": (("a", "b", "c"), 2, ["1", "2", "3"]),
    "csvkit_utf8_bom.csv": (("foo", "bar", "baz"), 2, ["1", "2", "3"]),
    "csvspectrum_quotes_and_newlines.csv": (("a", "b"), 2, ["1", 'ha \n"ha" \nha']),
    "derived_regions_3level_gb18030.csv": (("code", "name", "parent_code"), 3351, ["11", "北京市", ""]),
    "frictionless_blank_headers.csv": "blank_header",
    "frictionless_blank_rows.csv": (("id", "name", "age"), 2, ["1101", "John", "30"]),
    "frictionless_duplicate_headers.csv": (("id", "name", "id", "age", "id"), 2, ["1101", "John", "0", "30", "001101"]),
    "frictionless_leading_zeros.csv": (("value",), 3, ["01"]),
    "frictionless_merged_cells.xlsx": "merged",
    "frictionless_unicode_headers.csv": (("id", "国人"), 2, ["1", "english"]),
    "openpyxl_formulae.xlsx": "blank_header",
    "pycalamine_zero_bytes.xlsx": "empty",
    "tablib_cell_values.xlsx": "no_rows",
}


@needs_shared_data
def test_odd_files_are_all_listed() -> None:
    assert {path.name for path in SPREADSHEETS.iterdir()} == set(ODD_FILES)


@needs_shared_data
@pytest.mark.parametrize("name", ODD_FILES)
def test_odd_file_is_read_right_or_refused(name: str) -> None:
    expected = ODD_FILES[name]
    if isinstance(expected, str):
        with pytest.raises(FileError) as caught:
            list(read_table(SPREADSHEETS / name).rows)

        assert caught.value.code == expected
        return

    table = read_table(SPREADSHEETS / name)
    rows = list(table.rows)

    assert (table.header, len(rows), list(rows[0][1])) == expected


TEXT = "编码,名称\r\n01,湖㳇镇\r\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030", "utf-16-le"])
def test_text_is_read_in_encoding(encoding: str) -> None:
    bom = "\ufeff" if encoding == "utf-16-le" else ""

    table = read_table((bom + TEXT).encode(encoding))

    assert (table.header, [list(cells) for _, cells in table.rows]) == (("编码", "名称"), [["01", "湖㳇镇"]])


def test_traditional_text_in_big5_is_read() -> None:
    names = ["臺北市大安區", "高雄市鳳山區", "臺中市豐原區", "新北市板橋區", "桃園市中壢區", "臺南市東區"]
    text = "編碼,名稱\r\n" + "".join(f"{number},{name}\r\n" for number, name in enumerate(names * 20))

    table = read_table(text.encode("big5"))

    assert table.encoding == "big5"
    assert next(table.rows)[1] == ["0", "臺北市大安區"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiter_is_found(delimiter: str) -> None:
    table = read_table(f'"a,b;c"{delimiter}b\n1{delimiter}2\n'.encode())

    assert (table.header, [list(cells) for _, cells in table.rows]) == (("a,b;c", "b"), [["1", "2"]])


def _zip_without_workbook() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("readme.txt", "no workbook")
    return buffer.getvalue()


def _workbook(tmp_path: Path) -> bytes:
    path = tmp_path / "good.xlsx"
    write_file(path, "xlsx", ("name",), (str,), [["x" * 50]] * 50)
    return path.read_bytes()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b" \r\n \r\n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b",,\n1,2,3\n", "no_rows"),
        (b"name\n", "no_rows"),
        (b"name\n,\n", "no_rows"),
        (b"name,code\n", "no_rows"),
        (b"name\na,b\n", "beyond_header"),
        (b"name,,code\na,b,c\n", "blank_header"),
        (b'name\n"a\n', "broken_quotes"),
        (b"name\n\x00\x01\x02\n", "not_text"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "not_text"),
        (b"PK\x03\x04truncated", "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 no workbook", "damaged"),
        (",".join(f"c{n}" for n in range(300)).encode() + b"\n1\n", "too_many_columns"),
        (b"name\n\xff\xff\xff\xff\n", "encoding"),
        (b"name\n" + b"a" * 1_000_001, "cell_too_long"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_bad_file_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(FileError) as caught:
        list(read_table(content).rows)

    assert caught.value.code == code
    assert str(caught.value)


def test_zip_that_is_no_workbook_is_refused() -> None:
    with pytest.raises(FileError) as caught:
        read_table(_zip_without_workbook())

    assert caught.value.code == "damaged"


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.99])
def test_truncated_workbook_is_refused(tmp_path: Path, share: float) -> None:
    content = _workbook(tmp_path)

    with pytest.raises(FileError) as caught:
        read_table(content[: int(len(content) * share)])

    assert caught.value.code == "damaged"


def test_rows_beyond_the_limit_are_refused() -> None:
    with pytest.raises(FileError) as caught:
        list(read_table(b"n\n" + b"1\n" * 200_001).rows)

    assert caught.value.code == "too_many_rows"


def test_row_numbers_are_those_of_the_spreadsheet() -> None:
    table = read_table(b'name\n"a\nb"\n\nc\n')

    assert [number for number, _ in table.rows] == [2, 4]


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=30))
def test_guard_is_taken_off_again(text: str) -> None:
    guarded = guard(text)

    assert unguard(guarded) == text
    assert not guarded.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


@given(
    st.lists(
        st.text(alphabet=st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20).filter(
            str.strip
        ),
        min_size=1,
        max_size=5,
    )
)
def test_csv_gives_back_every_text(texts: list[str]) -> None:
    content = b"".join(csv_chunks(("a", "b"), [["x", text] for text in texts]))

    table = read_table(content)

    assert [cells[1] for _, cells in table.rows] == texts


def test_csv_starts_before_the_last_row_is_fetched() -> None:
    fetched = []

    def rows() -> Iterator[list[int]]:
        for number in range(3 * CHUNK_ROWS):
            fetched.append(number)
            yield [number]

    chunks = csv_chunks(("n",), rows())

    assert next(chunks) == b"\xef\xbb\xbfn\r\n"
    assert fetched == []
    next(chunks)
    assert len(fetched) == CHUNK_ROWS


CELLS = ["=1+1", True, 7, Decimal("1.25"), date(2026, 1, 31), datetime(2026, 1, 31, 14, 30), None]  # noqa: DTZ001
TYPES = (str, bool, int, Decimal, date, datetime, str)


@pytest.mark.parametrize("kind", ["xlsx", "ods", "csv"])
def test_written_file_is_read_back(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"file.{kind}"
    header = ("a", "b", "c", "d", "e", "f", "g")

    count = write_file(path, kind, header, TYPES, [CELLS])
    table = read_table(path)
    (number, cells), *more = table.rows

    assert (count, table.header, number, more) == (1, header, 2, [])
    assert cells[0] == "=1+1"
    assert [str(cell).casefold() for cell in cells[1:4]] == ["true", "7", "1.25"]
    assert [str(cell) for cell in cells[4:]] == ["2026-01-31", "2026-01-31 14:30:00", ""]


def test_xlsx_holds_typed_cells_and_no_formula(tmp_path: Path) -> None:
    import openpyxl  # noqa: PLC0415 -- slow import

    path = tmp_path / "file.xlsx"
    notes = Notes("Notes: 1/2", ("item", "content"), lambda: [("rows", 1)])
    write_sheet(path, "xlsx", Sheet("abcdefg", TYPES, iter([CELLS]), title="a/b", notes=notes))

    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]

    assert [cell.data_type for cell in sheet[2]] == ["s", "b", "n", "n", "d", "d", "n"]
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:G2")
    assert book.sheetnames == ["a b", "Notes  1 2"]
    assert [[cell.value for cell in row] for row in book.worksheets[1]] == [["item", "content"], ["rows", 1]]


def test_rows_beyond_a_sheet_stand_on_a_further_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import openpyxl  # noqa: PLC0415 -- slow import

    monkeypatch.setattr(workbook_writing, "SHEET_ROWS", 3)
    path = tmp_path / "file.xlsx"
    rows = iter([[number] for number in range(7)])
    notes = Notes("notes", ("a", "b"), lambda: [("left", len(list(rows)))])

    write_sheet(path, "xlsx", Sheet(["n"], [int], rows, title="x" * 40, expected_count=7))
    book = openpyxl.load_workbook(path)

    assert [list(sheet.values) for sheet in book] == [
        [("n",), (0,), (1,), (2,)],
        [("n",), (3,), (4,), (5,)],
        [("n",), (6,)],
    ]
    assert book.sheetnames == ["x" * 31, "x" * 29 + " 2", "x" * 29 + " 3"]
    assert {sheet.freeze_panes for sheet in book} == {"A2"}
    write_sheet(path, "xlsx", Sheet(["n"], [int], rows, notes=notes))
    assert openpyxl.load_workbook(path)["notes"]["B2"].value == 0


def test_type_of_tablib_has_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "SMALL_ROWS", 2)

    with pytest.raises(FileError) as caught:
        write_file(tmp_path / "file.json", "json", ("a",), (str,), [["x"]] * 3)

    assert (caught.value.code, caught.value.data) == ("too_many_for_type", {"value": "JSON", "limit": 2})
    assert not (tmp_path / "file.json").exists()


def test_text_too_long_for_xlsx_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError) as caught:
        write_file(tmp_path / "file.xlsx", "xlsx", ("a",), (str,), [["x" * 32_768]])

    assert caught.value.code == "cell_too_long"
