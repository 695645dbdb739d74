"""A ledger that schema 11 wrote, before there were fingerprints: nothing is lost.

`tests/data/ledgers/schema_11.sql` is a dump of it, and `.jsonl` has the facts as that
version read them.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from hexai.domain.figures import Filter
from hexai.domain.ranking import Counted
from hexai.domain.record import ContenderRecord, Fact
from hexai.ledger.access import Ledger
from hexai.service.spool import Spool
from tests.support.records import BEGAN_AT, contender_record, run_record

OLD = Path(__file__).parents[2] / "data" / "ledgers" / "schema_11.sql"
ALWAYS = Counted(now=BEGAN_AT + 1e6)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """Open it as it was left."""
    path = tmp_path / "ledger.db"
    path.touch(mode=0o600)
    with closing(sqlite3.connect(path, isolation_level=None)) as old:
        old.executescript(OLD.read_text("utf-8"))
    with closing(Ledger(path, patience=1.0)) as opened:
        yield opened


def told() -> list[Fact]:
    """Read the facts as the older version wrote them for another ledger."""
    lines = OLD.with_suffix(".jsonl").read_bytes().splitlines()
    return [msgspec.json.decode(line, type=Fact) for line in lines]


def rows(ledger: Ledger) -> dict[str, int]:
    """Give the runs of each contender: surface, label, model, how it is told apart."""
    titles = ledger.titles()
    return {
        f"{s.surface} {titles[s].label} {s.model} {s.apart}": figures.runs
        for s, figures in ledger.figures(Filter())
    }


EXPECTED = {
    # Once two labels of this model stood in one run, so its labels tell it apart.
    "cli cold qwen3 cold": 2,
    "cli warm qwen3 warm": 1,
    "cli frosty qwen3 frosty": 1,
    # The answer of a fallback belongs to who gave it, and the cache's to nobody.
    "cli other llama ": 2,
    # Here they never met, so it was renamed.
    "completion renamed qwen3 ": 2,
    "completion quick llama ": 2,
}


def test_every_fact_is_as_it_was_told(ledger: Ledger) -> None:
    """With options that nobody knows."""
    facts = [fact for run in ledger.all() for fact in run.facts]

    assert facts == told()
    assert {
        contender.fingerprint
        for run in ledger.all()
        for contender in run.run.contenders
    } == {""}


def test_labels_tell_apart_where_they_met_in_a_run(ledger: Ledger) -> None:
    """And on that surface alone."""
    assert rows(ledger) == EXPECTED


def test_what_is_imported_comes_to_the_same(tmp_path: Path) -> None:
    """In any order, as from another ledger that an older version wrote."""
    path = tmp_path / "new.db"
    path.touch()
    with closing(Ledger(path, patience=1.0)) as ledger:
        ledger.take(*reversed(told()))

        assert rows(ledger) == EXPECTED


def test_a_spool_of_before_is_taken_in(ledger: Ledger, tmp_path: Path) -> None:
    """Its records have no fingerprint, and are of old."""
    spool = Spool(tmp_path / "spool", now=lambda: BEGAN_AT)
    spool.put([run_record(20, contender_record(0, model="qwen3", label="cold"))])
    [waiting] = (tmp_path / "spool").iterdir()
    text = waiting.read_bytes()
    for name in (b"fingerprint", b"prompts"):
        assert name in text
        text = text.replace(b'"%s":"",' % name, b"")
    waiting.write_bytes(text)

    spool.take_in(lambda facts: ledger.record(*facts))

    assert rows(ledger)["cli cold qwen3 cold"] == 3


def test_votes_of_before_still_count(ledger: Ledger) -> None:
    """Also that between two labels of one model, which was in no row."""
    [board] = [b for b in ledger.leaderboard(Filter(), ALWAYS) if b.surface == "cli"]

    met = {
        frozenset(board.models[m].title.label for m in (pair.better, pair.worse))
        for ranking in board.rankings
        for pair in ranking.comparisons
    }
    assert met == {frozenset(("cold", "warm")), frozenset(("cold", "other"))}


def test_what_comes_next_is_not_pooled_with_it(ledger: Ledger) -> None:
    """The options of old are not known, so they are not these."""
    new: ContenderRecord = contender_record(
        0, model="qwen3", label="cold", fingerprint="temperature=0"
    )
    ledger.record(run_record(30, new))

    titles = ledger.titles()
    named = {s.fingerprint: t.since for s, t in titles.items() if t.label == "cold"}
    assert named == {"": BEGAN_AT + 60, "temperature=0": BEGAN_AT + 60 * 30}
