"""The values of a bench, which lie in `domain/bench.py`."""

from hexai.domain.bench import Cell, Kind, Score, State, Task, Times

__all__ = ["Cell", "Kind", "Score", "State", "Task", "Times"]
