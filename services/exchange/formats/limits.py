"""How much a file may hold."""

MAX_BYTES = 50 * 1024 * 1024
#: Rows below the header.
MAX_ROWS = 200_000
MAX_COLUMNS = 200
#: Cells of the rectangle that a workbook's sheet spans: the reader makes room for all of them.
MAX_CELLS = 6_000_000
#: Rows at the top of a file among which the header is looked for.
SEARCHED_ROWS = 20
