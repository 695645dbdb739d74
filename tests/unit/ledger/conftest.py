"""A new ledger for each test that asks for it."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from hexai.ledger.database import open_database
from hexai.ledger.store import Store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Make the file as a caller of `open_database` has to."""
    file = tmp_path / "ledger.db"
    file.touch(mode=0o600)
    return file


@pytest.fixture
def connection(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a new ledger, waiting for nobody's lock."""
    opened = open_database(path, patience=0.01)
    yield opened
    opened.close()


@pytest.fixture
def store(connection: sqlite3.Connection, path: Path) -> Store:
    """Write to a new ledger."""
    return Store(connection, path)
