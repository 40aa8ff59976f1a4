"""Files in (``read_table``, ``look``) and out (``csv_chunks``, ``write_file``). Knows nothing of models."""

from services.exchange.formats.looking import Look, look
from services.exchange.formats.reading import Reading, Table, column_keys, read_table
from services.exchange.formats.writing import EXPORT_TYPES, csv_chunks, write_file

__all__ = [
    "EXPORT_TYPES",
    "Look",
    "Reading",
    "Table",
    "column_keys",
    "csv_chunks",
    "look",
    "read_table",
    "write_file",
]
