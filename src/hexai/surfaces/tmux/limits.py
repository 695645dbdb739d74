"""How large a selection may be, for who reads it and for who sends it on."""

LIMIT = 8 << 20
"""Bytes of a selection that a model may be asked about (safety.md 9)."""
PIECE = 1 << 18
"""Bytes that are read at a time."""
LARGEST = LIMIT + PIECE
"""Bytes that are read before it is known to be larger."""
