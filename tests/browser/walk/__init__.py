"""The walk through every page: which pages there are, what is watched on the way, and what is asked of each.

Nothing here names a table: rules, views and filters are read from the application, so that a new page is walked
without a change.
"""
