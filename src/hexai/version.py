"""The version, as a constant: reading package metadata costs 30 ms."""

__version__ = "0.1.0"
