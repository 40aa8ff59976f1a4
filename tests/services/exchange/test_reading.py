"""Text files as they come: encodings, delimiters, line ends, titles, blank and double columns; what a look tells."""

import io
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from services.exchange.cells import ErrorCell
from services.exchange.errors import FileError, HeaderError
from services.exchange.formats import Reading, column_keys, look, read_table
from services.exchange.resource import resource_for
from services.exchange.results import Mode

KNOWN = frozenset({"编码", "名称", "code", "name", "parentcode"})
SIMPLIFIED = "编码,名称\r\n01,成都锦江餐饮\r\n02,重庆渝中百货\r\n"
TRADITIONAL = "編碼,名稱\r\n01,臺北市大安區\r\n02,高雄市鳳山區\r\n"


def rows_of(content: bytes, **reading: Any) -> list[list[Any]]:
    """Return header and rows as lists."""
    table = read_table(content, Reading(**reading), known=KNOWN)
    return [list(table.header), *(list(cells) for _, cells in table.rows)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_simplified_chinese_is_read(encoding: str, line_end: str, delimiter: str) -> None:
    text = SIMPLIFIED.replace(",", delimiter).replace("\r\n", line_end)

    assert rows_of(text.encode(encoding)) == [["编码", "名称"], ["01", "成都锦江餐饮"], ["02", "重庆渝中百货"]]


def test_short_traditional_chinese_is_read_in_big5() -> None:
    table = read_table(TRADITIONAL.encode("big5"))

    assert (table.encoding, next(table.rows)[1]) == ("big5", ["01", "臺北市大安區"])


@pytest.mark.parametrize(
    ("text", "encoding"),
    [("nom,ville\nCafé,Orléans\n", "cp1252"), ("имя,город\nМосква,Россия и мир\n", "cp1251")],
)
def test_doubtful_encoding_is_offered_not_taken(text: str, encoding: str) -> None:
    content = text.encode(encoding)

    with pytest.raises(FileError) as caught:
        read_table(content)
    seen = look(content)

    assert caught.value.code == "encoding"
    assert (seen.reading.encoding, seen.warnings) == (encoding, ("encoding",))
    assert rows_of(content, encoding=encoding)[1] == text.splitlines()[1].split(",")


def test_encoding_may_be_corrected() -> None:
    content = TRADITIONAL.encode("big5")

    wrong, right = look(content, Reading(encoding="gb18030")), look(content, Reading(encoding="big5"))

    assert "big5" in wrong.encodings
    assert (wrong.fault, wrong.header == right.header, right.header) == (None, False, ("編碼", "名稱"))


@pytest.mark.parametrize(
    ("reading", "code"),
    [
        (Reading(encoding="big5"), "other_encoding"),
        (Reading(encoding="klingon"), "unknown_encoding"),
        (Reading(delimiter="x"), "unknown_delimiter"),
        (Reading(header_row=9), "no_header"),
        (Reading(header_row=3), "no_rows"),
    ],
)
def test_look_tells_why_a_choice_fails_and_keeps_the_others(reading: Reading, code: str) -> None:
    seen = look("编码,名称\n01,湖㳇镇\n02,b\n".encode(), reading, known=KNOWN)

    assert seen.fault is not None
    assert (seen.fault.code, "utf-8" in seen.encodings, len(seen.opening)) == (code, True, 3)


def test_text_that_ends_in_the_middle_of_a_sign_is_refused() -> None:
    with pytest.raises(FileError) as caught:
        read_table("名称\n成都锦江\n".encode()[:-2])

    assert caught.value.code == "cut_off"


TITLES = [
    ("客户导入表,,\n\n编码,名称,说明\n1,a,b\n", 3),
    ("编码,名称,说明\n编码,名称,a\n", 1),
    ("说明,备注,编码\n编码,a,b\n", 1),
    ("名称\n编码,名称\n1,a\n", 2),
    ("说明,甲,乙\n名称,a,b\n", 1),
    ("报表 2026\n甲,乙,丙\n1,2,3\n", 2),
    ("甲\n1,2,3\n4,5,6\n", 1),
    ("sep=;\n编码;名称\n1;a\n", 2),
]


@pytest.mark.parametrize(("text", "row"), TITLES, ids=[text[:8].replace("\n", "/") for text, _ in TITLES])
def test_header_row_is_found_below_titles_but_not_guessed(text: str, row: int) -> None:
    assert look(text.encode(), known=KNOWN).reading.header_row == row


def test_row_numbers_count_titles_and_blank_rows() -> None:
    table = read_table("表\n\n编码,名称\n1,a\n\n2,b\n".encode(), known=KNOWN)

    assert [number for number, _ in table.rows] == [4, 6]


def test_header_row_may_be_chosen() -> None:
    assert rows_of("编码,名称\ncode,name\n1,a\n".encode(), header_row=2) == [["code", "name"], ["1", "a"]]


def test_blank_columns_are_ignored_where_they_are_empty() -> None:
    assert rows_of(",编码,,名称,\n,1,,a,\n".encode()) == [["", "编码", "", "名称"], ["", "1", "", "a"]]


def test_quotes_span_lines_and_hold_delimiters() -> None:
    content = '编码,名称\n1,"a ""b""\r\nc, d"\n'.encode()

    assert rows_of(content) == [["编码", "名称"], ["1", 'a "b"\r\nc, d']]


@pytest.mark.parametrize("text", ["#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?"])
def test_error_of_a_spreadsheet_is_no_text(text: str) -> None:
    assert rows_of(f"编码,名称\n1,{text}\n".encode())[1] == ["1", ErrorCell("B2", text)]


def test_double_headers_have_names_of_their_own() -> None:
    assert column_keys(("id", "", "id", "id (2)", "id")) == ("id", "", "id (2)", "id (2) (2)", "id (3)")
    assert look(b"id,id\n1,2\n").warnings == ("duplicate_header",)


def test_double_header_is_refused_unless_one_is_chosen() -> None:
    region, header = resource_for("region"), ("编码", "名称", "名称")

    with pytest.raises(HeaderError) as caught:
        region.match(header, {}, mode=Mode.SKIP)
    chosen = region.match(header, {"名称 (2)": ""}, mode=Mode.SKIP)

    assert str(caught.value) == "the columns B “名称” and C “名称” are both “name”; choose one, or remove the other"
    assert [field and field.name for field in chosen] == ["code", "name", None]


@pytest.mark.parametrize("header", ["名 称", "名称＊", "名称（必填）", "Name (required)*", "名\n称"])
def test_header_is_known_with_blanks_and_marks(header: str) -> None:
    (field,) = resource_for("region").match((header,), {}, mode=Mode.SKIP)

    assert field is not None
    assert field.name == "name"


NO_TABLES = [
    (b"<html><body><table><tr><td>a</td></tr></table>", "web_page"),
    (b"\xef\xbb\xbf<!DOCTYPE html>", "web_page"),
    (b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>', "xml_file"),
    (b"%PDF-1.7", "not_text"),
    (b"{\\rtf1\\ansi a,b}", "not_text"),
    (b"\n\n\r\n", "empty"),
]


@pytest.mark.parametrize(("content", "code"), NO_TABLES, ids=[code for _, code in NO_TABLES])
def test_what_is_no_table_is_refused_by_its_content(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "report.xls"
    path.write_bytes(content)

    with pytest.raises(FileError) as caught:
        read_table(path)

    assert caught.value.code == code


def test_stream_stays_open_and_is_read_a_line_at_a_time() -> None:
    class Counting(io.BytesIO):
        """A stream that knows how far it was read last."""

    stream = Counting(b"code,name\n" + b"1,a\n" * 100_000)
    table = read_table(stream, Reading(encoding="utf-8", delimiter=","))

    first = list(islice(table.rows, 2))

    assert first == [(2, ["1", "a"]), (3, ["1", "a"])]
    assert stream.tell() < 100_000
    table.rows.close()  # type: ignore[attr-defined] # a generator
    assert not stream.closed


def test_reading_goes_through_a_jobs_options() -> None:
    reading = Reading("gb18030", ";", None, 3)

    assert Reading.of(reading.options() | {"unknown": 1}) == reading
    assert Reading.of({}) == Reading()


@pytest.mark.parametrize("size", [50 * 1024 * 1024 + 1])
def test_file_beyond_the_limit_is_refused(tmp_path: Path, size: int) -> None:
    path = tmp_path / "large.csv"
    with path.open("wb") as file:
        file.truncate(size)

    with pytest.raises(FileError) as caught:
        read_table(path)

    assert str(caught.value) == "the file is larger than 50 MB; split it"
