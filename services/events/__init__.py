"""What happened with customers, newest first: one stream of follow-ups, visits, edits and the rest.

``from services.events import EventQuery, read_events`` is how others name it.
"""

from services.events.asking import ALL_KINDS, BadCursorError, Cursor, EventQuery, Kind
from services.events.reading import Event, EventPage, read_events

__all__ = ["ALL_KINDS", "BadCursorError", "Cursor", "Event", "EventPage", "EventQuery", "Kind", "read_events"]
