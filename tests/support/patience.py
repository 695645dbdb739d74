"""How long a test waits for what should come at once, before it fails.

It measures nothing. It is longer than a busy machine needs, and shorter than what a
request may take by default, so that whoever waits for the end of one is found out.
"""

PATIENCE = 20.0
"""Seconds."""
