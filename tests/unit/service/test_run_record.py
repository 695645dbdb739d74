"""What a run writes into the log, with texts and without."""

from pathlib import Path

import pytest

from hexai.domain.entry import Surface
from hexai.domain.messages import Message, Role
from hexai.domain.outcome import Outcome, Status
from hexai.domain.request import Request
from hexai.errors import Authentication
from hexai.service.log import FileLog
from hexai.service.run_record import Logbook

MARK = "MARK-0815"
REQUEST = Request(
    surface=Surface.CHAT, messages=(Message(Role.USER, f"what is {MARK}?"),)
)
ANSWERED = Outcome(
    index=0,
    label="home",
    status=Status.ANSWERED,
    text=f"{MARK} is a mark",
    provider="ollama",
    model="qwen3:8b",
    attempts=1,
)
FAILED = Outcome(
    index=1,
    label="cloud",
    status=Status.FAILED,
    provider="openai",
    model="gpt-4.1",
    attempts=1,
    error=Authentication(f"{MARK} is no key", http_status=401),
)


def _written(path: Path, *, texts: bool, with_texts: bool, preview: int = 0) -> str:
    log = FileLog(path / "log", texts=texts, now=lambda: 0.0)
    book = Logbook(log=log, mask=lambda text: (text, 0), run_id="018f", preview=preview)
    book.begin(REQUEST, 2, with_texts=with_texts)
    book.end((ANSWERED, FAILED), with_texts=with_texts)
    log.close()
    return (path / "log").read_text()


def test_a_run_is_a_line_and_one_for_each_outcome(tmp_path: Path) -> None:
    """They say who was asked and how it ended."""
    begun, *ended = _written(tmp_path, texts=False, with_texts=True).splitlines()
    assert begun.endswith(" run run=018f surface=chat contenders=2")
    assert [" ended run=018f index=" in line for line in ended] == [True, True]
    assert "model=qwen3:8b status=answered" in ended[0]
    assert "status=failed late=False error=authentication http_status=401" in ended[1]


@pytest.mark.parametrize(("texts", "with_texts"), [(False, True), (True, False)])
def test_no_texts_unless_asked_for_and_allowed(
    texts: bool, with_texts: bool, tmp_path: Path
) -> None:
    """Neither without the flag nor where the guard refuses them."""
    assert MARK not in _written(tmp_path, texts=texts, with_texts=with_texts)


def test_texts_are_written_if_asked_for(tmp_path: Path) -> None:
    """What was asked and what was answered, but not an upstream's own message."""
    written = _written(tmp_path, texts=True, with_texts=True)
    assert f"message run=018f role=user length=18 text='what is {MARK}?'" in written
    assert f"answer run=018f index=0 length=19 text='{MARK} is a mark'" in written
    assert "no key" not in written


def test_texts_are_cut(tmp_path: Path) -> None:
    """As many characters of each are written as the settings allow."""
    written = _written(tmp_path, texts=True, with_texts=True, preview=4)
    assert "text='what'" in written
    assert "text='MARK'" in written
    assert MARK not in written
