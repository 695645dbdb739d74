"""What a model repeats is read in time that grows with its length, in small deltas too.

Deltas are read on the event loop, beside everybody else's. Time that grew with the
square would grow twenty-five-fold here; the least of some measures goes.
"""

import time
from collections.abc import Callable

import pytest

from hexai.providers.formats.control_tokens import Cutter
from hexai.providers.formats.thinking import ThinkSplitter

_UNITS = [
    *("</think>", "`</think>`", "a</think>b", "```\n</think>", "<think>", "<think"),
    *("[/THINK]", "`[/THINK] ", "<|", "<|channel|>", "<|end|>", "<|start|>x"),
    *("<s>", "`</s>`", "a</s>", '"<|im_end|>"', "<|fim_pad|>", "[SUFFIX]", "<|endof"),
    *(" ", "\n", "`", "```\n", "\n ", "word ", "日本", "<", "<|end|> "),
]
_HEADS = ["", "<think>\n", "x", "<|channel|>analysis<|message|>"]
_SHORT, _LONG = 3_000, 15_000
_GROWS = 12
"""Times as long for five times the length, at most."""
_TELLING = 0.03


def _split(model: str, *, aloud: bool) -> Callable[[list[str]], object]:
    def read(pieces: list[str]) -> None:
        splitter = ThinkSplitter(model, ["</think>"], aloud=aloud)
        for piece in pieces:
            splitter.feed(piece)
        splitter.close()

    return read


def _cut(pieces: list[str]) -> None:
    cutter = Cutter(["<|im_end|> </s> <|endoftext|>"])
    for piece in pieces:
        cutter.feed(piece)
    cutter.close()


READERS = {
    "a model of which nothing is known": _split("m", aloud=False),
    "one that thinks aloud": _split("m", aloud=True),
    "one that opens its block by template": _split("qwq-32b", aloud=False),
    "gpt-oss": _split("gpt-oss", aloud=False),
    "control tokens that the question names": _cut,
}


def _seconds(read: Callable[[list[str]], object], text: str, size: int) -> float:
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    least = 99.0
    for _ in range(3):
        began = time.thread_time()
        read(pieces)
        least = min(least, time.thread_time() - began)
        if least < _TELLING:
            break
    return least


@pytest.mark.parametrize("size", [4, 1 << 20])
@pytest.mark.parametrize("name", READERS)
def test_time_grows_with_the_length_of_a_stream(name: str, size: int) -> None:
    """Fivefold for five times the length, in pieces of four characters or in one."""
    read, square = READERS[name], {}
    for head in _HEADS:
        for unit in _UNITS:
            long = (head + unit * _LONG)[:_LONG]
            took = _seconds(read, long, size)
            if took > _TELLING and took > _GROWS * _seconds(read, long[:_SHORT], size):
                square[head, unit] = took

    assert square == {}
