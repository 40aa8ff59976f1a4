"""Seed data: what a new company starts with (``defaults``) and a believable company to look at (``demo``)."""
