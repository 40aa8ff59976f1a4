"""Import and export of every table with a page, from what its model says.

``importer`` and ``exporter`` stand on ``resource`` (what a table's exchange is), that on ``fields`` (one column of a
file) and ``instances`` (which row a text means), these on ``converters`` (cell to value), ``results`` (what happened)
and ``formats`` (the files). ``trees`` and ``flat`` are the two ways of importing, ``tables`` what single tables add.
"""
