"""Ranking in a process of its own gives what ranking here does."""

from pathlib import Path

import pytest

from benchmarks.year import fill
from hexai.config.folders import find_folders
from hexai.domain.figures import Filter
from hexai.domain.ranking import Counted
from hexai.errors import LedgerError
from hexai.report.gather import Wanted, rank, ranking

ANSWERS_BY = 1_800_000_000.0


def wanted(folder: Path) -> Wanted:
    """Want all that is in the ledger of somebody who lives in a folder."""
    folders = find_folders({}, folder)
    return Wanted(folders=folders, chosen=Filter(), counted=Counted(now=ANSWERS_BY))


def test_it_gives_what_ranking_here_gives(tmp_path: Path) -> None:
    """Figure by figure, of each language too."""
    asked = wanted(tmp_path)
    fill(asked.folders.state / "ledger.db", "newcomer")

    with ranking(asked) as boards:
        assert boards() == rank(asked)
    assert [board.surface for board in rank(asked)[""] or ()] == ["cli"]


def test_what_cannot_be_read_is_told_as_here(tmp_path: Path) -> None:
    """With the words of the ledger's own error."""
    asked = wanted(tmp_path)
    asked.folders.state.mkdir(parents=True, mode=0o700)
    (asked.folders.state / "ledger.db").write_bytes(b"no database" * 1000)

    with pytest.raises(LedgerError) as here:
        rank(asked)
    with pytest.raises(LedgerError) as beside, ranking(asked) as boards:
        boards()
    assert str(beside.value) == str(here.value)


def test_it_ends_with_who_asked(tmp_path: Path) -> None:
    """Whoever gives up does not wait for it."""
    with pytest.raises(ZeroDivisionError), ranking(wanted(tmp_path)):
        raise ZeroDivisionError
