"""Use cases without the web. Each takes the session and reads who acts from it; each flushes, the edge commits."""
