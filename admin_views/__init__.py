"""The generated pages and the few written by hand."""
