"""Writes what comes of a bench into the ledger, while it runs."""

from decimal import Decimal

from hexai.domain.bench import BenchRecord, Cell
from hexai.service.bench_records import BenchRecords


class Keeper:
    """Writes what is known into the ledger."""

    def __init__(self, records: BenchRecords, record: BenchRecord) -> None:
        """Write what is known of one bench."""
        self._records = records
        self._number = record.number

    def reserve(self, task: str, contender: int, most: Decimal) -> None:
        """Write what a cell that begins may cost at most."""
        self._records.reserve(self._number, task, contender, most)

    def put(self, cell: Cell, spent: Decimal) -> None:
        """Write a cell, and what it may have cost."""
        self._records.put(self._number, cell, spent)

    def drop(self, task: str, contender: int, spent: Decimal) -> None:
        """Write that a cell which began says nothing by now, and what it cost."""
        self._records.drop(self._number, task, contender, spent)
