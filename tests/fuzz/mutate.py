"""Making wrong input of right one, by chance, and the same again from the same seed.

The corpus is small: recorded streams and texts of ours. What is wrong comes from here.
"""

from collections.abc import Sequence
from random import Random

_WORDS = (
    *(b"\n", b"\r", b"\r\n", b"\n\n", b"\0", b"\xff", b"\xed\xa0\xbd", b"\xef\xbb\xbf"),
    *(b"{", b"}", b"[", b"]", b'"', b"\\", b"\\ud83d", b"\\ude00", b"\\u0000", b","),
    *(b"null", b"true", b"-1", b"1e400", b"9" * 30, b"NaN", b'""', b"{}", b"[]"),
    *(b"data:", b"data: ", b"event: error\n", b": ping\n", b"[DONE]", b"id: 1\n"),
    *(b"<think>", b"</think>", b"<|im_end|>", b"```", b"<", b">", b"stop", b"length"),
    *(b'"error":', b'"content":', b'"done":true', b'"finish_reason":"stop"'),
    *("é".encode(), "👋".encode(), "\u2028".encode(), "\u202e".encode()),
)


def mutated(data: bytes, seeds: Sequence[bytes], chance: Random) -> bytes:
    """Give the input with one to six things wrong in it."""
    for _ in range(chance.randint(1, 6)):
        data = chance.choice(_WAYS)(data, seeds, chance)
    return data


def pieces(data: bytes, chance: Random) -> list[bytes]:
    """Cut the input at places that nobody would."""
    if not data:
        return []
    count = min(len(data), chance.choice((1, 1, 2, 3, 8, 40)))
    cuts = sorted({chance.randrange(len(data) + 1) for _ in range(count)})
    return [data[a:b] for a, b in zip([0, *cuts], [*cuts, len(data)], strict=True)]


def _replace_byte(data: bytes, seeds: Sequence[bytes], chance: Random) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :]


def _insert_word(data: bytes, seeds: Sequence[bytes], chance: Random) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + chance.choice(_WORDS) + data[at:]


def _delete(data: bytes, seeds: Sequence[bytes], chance: Random) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + data[at + chance.choice((1, 1, 2, 8, 64, 512)) :]


def _repeat(data: bytes, seeds: Sequence[bytes], chance: Random) -> bytes:
    at = chance.randrange(len(data) + 1)
    part = data[at : at + chance.choice((1, 4, 32, 256))]
    return data[:at] + part * chance.choice((2, 2, 3, 20)) + data[at + len(part) :]


def _cut(data: bytes, seeds: Sequence[bytes], chance: Random) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def _swap_lines(data: bytes, seeds: Sequence[bytes], chance: Random) -> bytes:
    lines = data.splitlines(keepends=True)
    if len(lines) < 2:
        return data
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return b"".join(lines)


def _splice(data: bytes, seeds: Sequence[bytes], chance: Random) -> bytes:
    other = chance.choice(seeds)
    at, begin = chance.randrange(len(data) + 1), chance.randrange(len(other) + 1)
    end = begin + chance.choice((8, 64, 512, 4096))
    return data[:at] + other[begin:end] + data[at:]


def _digits(data: bytes, seeds: Sequence[bytes], chance: Random) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + data[at:].translate(_OTHER_DIGITS)


_OTHER_DIGITS = bytes.maketrans(b"0123456789", b"9182736450")
_WAYS = (
    *(_replace_byte, _insert_word, _insert_word, _delete, _repeat, _cut),
    *(_swap_lines, _splice, _digits),
)
