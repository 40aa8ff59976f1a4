"""Files in (``read_table``, ``look``) and out (``csv_chunks``, ``write_file`` …). Knows nothing of models."""

from services.exchange.formats.csv_writing import csv_chunks, csv_line_chunks, csv_text_chunks, plain_text
from services.exchange.formats.guard import SIGNS
from services.exchange.formats.looking import Look, look
from services.exchange.formats.reading import Reading, Table, column_keys, read_table
from services.exchange.formats.workbook_writing import SHEET_ROWS, Notes, Sheet
from services.exchange.formats.writing import EXPORT_TYPES, SMALL_ROWS, SMALL_TYPES, write_file, write_sheet

__all__ = [
    "EXPORT_TYPES",
    "SHEET_ROWS",
    "SIGNS",
    "SMALL_ROWS",
    "SMALL_TYPES",
    "Look",
    "Notes",
    "Reading",
    "Sheet",
    "Table",
    "column_keys",
    "csv_chunks",
    "csv_line_chunks",
    "csv_text_chunks",
    "look",
    "plain_text",
    "read_table",
    "write_file",
    "write_sheet",
]
