"""The tests. They mirror the code; ``functional/`` drives whole paths, ``browser/`` a real browser."""
