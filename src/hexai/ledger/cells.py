"""Which contender a cell belongs to, what it is called, and since when it is there.

A cell says all that runs are told apart by, but for the time. Of that a contender is
the surface, whom it asks and with which options; its label is only what it was called,
and the newest one of the user's own names it. When a cell was used first and last is
read from an index, and only where a name depends on it: a ledger in which every label
is that of one contender, and every contender has one, is named without a look at any
run.
"""

import sqlite3
from collections.abc import Iterable, Mapping

from msgspec import Struct

from hexai.domain.figures import By, Cell, Filter, Subject, Title, is_called
from hexai.domain.fingerprint import UNKNOWN
from hexai.domain.outcome import Status
from hexai.ledger.database import json_list

_CELLS = """
SELECT cell.id, surface, language.text, project.text, provider, model.model, upstream,
    print.text, label.text, prompts.text,
    (cell.surface, cell.model) IN (SELECT surface, model FROM told_apart)
FROM cell
JOIN model ON model.id = cell.model
JOIN name AS language ON language.id = cell.language
JOIN name AS project ON project.id = cell.project
JOIN name AS print ON print.id = cell.fingerprint
JOIN name AS label ON label.id = cell.label
JOIN name AS prompts ON prompts.id = cell.prompts
"""

# All that stands before the cell in the index of statistics is named, so that only the
# entries of these cells are read. What is put in is our own, and fixed.
_TIMES = f"""
SELECT cell, min(started_at), max(started_at) FROM contender
WHERE cached IN (0, 1) AND cut IN (0, 1)
    AND status IN ({", ".join(f"'{status}'" for status in Status)})
    AND cell IN (SELECT value FROM json_each(?))
GROUP BY cell
"""  # noqa: S608


class _Used(Struct, frozen=True):
    """When a cell was used, in milliseconds."""

    first: int
    last: int


class Cells:
    """All cells of a ledger."""

    def __init__(self, connection: sqlite3.Connection, by: By = "entry") -> None:
        """Read them; `by` says what a subject is."""
        self._connection = connection
        self.by = by
        self.all: dict[int, Cell] = {}
        """By their numbers."""
        self.contenders: dict[int, Subject] = {}
        """The contender that each is of, by their numbers."""
        for number, *texts, is_apart in connection.execute(_CELLS):
            self.all[number] = cell = Cell(*texts)
            self.contenders[number] = _contender(cell, is_apart=bool(is_apart))
        self.subjects = self.contenders if by == "entry" else self._models()
        """What each is a part of, by their numbers."""

    def _models(self) -> dict[int, Subject]:
        return {
            number: Subject(cell.surface, cell.provider, cell.model, cell.upstream)
            for number, cell in self.all.items()
        }

    def matching(self, chosen: Filter) -> dict[int, Cell]:
        """Give the cells that count."""
        titles = self.titles() if chosen.model else {}
        named = {
            each
            for each, title in titles.items()
            if is_called(chosen.model, each.provider, each.model, title.label)
        }
        return {
            number: cell
            for number, cell in self.all.items()
            if chosen.matches(cell)
            and (not chosen.model or self.subjects[number] in named)
        }

    def titles(self) -> dict[Subject, Title]:
        """Name every subject, with since when it is there where that tells it apart."""
        if self.by == "model":
            return {subject: Title() for subject in self.subjects.values()}
        cells: dict[Subject, list[int]] = {}
        for number, subject in self.subjects.items():
            cells.setdefault(subject, []).append(number)
        used = self._used(cells)
        return {
            subject: self._title(numbers, used) for subject, numbers in cells.items()
        }

    def _used(self, cells: Mapping[Subject, list[int]]) -> dict[int, _Used]:
        """Read when those cells were used of which a name depends on it."""
        sharing: dict[tuple[str, str], set[Subject]] = {}
        for subject, numbers in cells.items():
            for number in numbers:
                label = self.all[number].label
                sharing.setdefault((subject.surface, label), set()).add(subject)
        asked = {
            subject
            for (_surface, label), subjects in sharing.items()
            if label and len(subjects) > 1
            for subject in subjects
        }
        asked |= {each for each, numbers in cells.items() if self._is_mixed(numbers)}
        listed = json_list(number for subject in asked for number in cells[subject])
        if not asked:
            return {}
        rows = self._connection.execute(_TIMES, (listed,))
        return {number: _Used(first, last) for number, first, last in rows}

    def _is_mixed(self, numbers: Iterable[int]) -> bool:
        """Tell whether cells have several labels, or several built-in prompts."""
        cells = [self.all[number] for number in numbers]
        return any(
            len({*values} - {""}) > 1
            for values in (
                (cell.label for cell in cells),
                (cell.prompts for cell in cells),
            )
        )

    def _title(self, numbers: list[int], used: Mapping[int, _Used]) -> Title:
        """Name a contender by the label that it had last.

        A label of the user's own goes before what an entry without one is called: who
        is asked by its model for once, with `-m`, is not renamed.
        """
        newest = max(
            (number for number in numbers if self.all[number].label),
            key=lambda number: (
                _is_own(self.all[number]),
                used[number].last if number in used else 0,
            ),
            default=None,
        )
        firsts = [used[number].first for number in numbers if number in used]
        return Title(
            label="" if newest is None else self.all[newest].label,
            since=min(firsts) / 1000 if firsts else None,
            updated=self._updated(numbers, used),
        )

    def _updated(
        self, numbers: Iterable[int], used: Mapping[int, _Used]
    ) -> tuple[float, ...]:
        """Give when it was asked by other built-in prompts for the first time."""
        begun: dict[str, int] = {}
        for number in numbers:
            prompts = self.all[number].prompts
            if prompts and number in used:
                first = used[number].first
                begun[prompts] = min(first, begun.get(prompts, first))
        return tuple(at / 1000 for at in sorted(begun.values())[1:])


def _is_own(cell: Cell) -> bool:
    """Tell a label that somebody chose from what names an entry without one."""
    named = f"{cell.provider}:{cell.model}"
    return cell.label != cell.model and cell.label.partition("#")[0] != named


def _contender(cell: Cell, *, is_apart: bool) -> Subject:
    """Say whose a cell is; of old, that is told by labels where it must be."""
    is_apart = is_apart and cell.fingerprint == UNKNOWN
    return Subject(
        surface=cell.surface,
        provider=cell.provider,
        model=cell.model,
        upstream=cell.upstream,
        fingerprint=cell.fingerprint,
        apart=cell.label if is_apart else "",
    )
