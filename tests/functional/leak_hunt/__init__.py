"""The leak hunt: every address of the map, asked by every kind of actor, in a company full of marked customers.

Each text and number of each customer, and of what hangs on it, stands nowhere else (``marks``). Whoever finds one of a
customer that is hidden from them, or only a notice, in any byte of any answer, has found a leak; so has who gets a
total that is not the number of rows they see, an answer that tells a hidden row from a missing one, an error, or a
change in the database. What may be told all the same is the table in ``exemptions``.

Nothing here names a page: rules, filters, pickers, forms and tables are read from the application, so that new ones
are hunted without a change.
"""
