"""Import and export of every table with a page, from what its model says.

``importer`` and ``exporter`` stand on ``resource`` (what a table's exchange is), that on ``fields`` (one column of a
file) and ``instances`` (which row a text means), these on ``converters`` (cell to value), ``results`` (what happened)
and ``formats`` (the files). ``trees`` and ``flat`` are the two ways of importing, ``tables`` what single tables add.

``imports`` makes jobs of imports: ``planning`` stores what would become of each row, ``executing`` carries out exactly
that, ``undoing`` takes it back by what ``changes`` took down. All three stand on ``importer``.
"""
