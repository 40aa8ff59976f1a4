"""Files in (``read_table``) and out (``write_csv``, ``write_xlsx``, ``write_small``). Knows nothing of tables or models."""

from services.exchange.formats.reading import Table, read_table
from services.exchange.formats.writing import EXPORT_TYPES, csv_chunks, write_file

__all__ = ["EXPORT_TYPES", "Table", "csv_chunks", "read_table", "write_file"]
