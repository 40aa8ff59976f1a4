"""Files in (``read_table``) and out (``csv_chunks``, ``write_file``). Knows nothing of models."""

from services.exchange.formats.reading import Table, read_table
from services.exchange.formats.writing import EXPORT_TYPES, csv_chunks, write_file

__all__ = ["EXPORT_TYPES", "Table", "csv_chunks", "read_table", "write_file"]
