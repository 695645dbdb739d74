"""What a GGUF file says of itself: its tokens for gaps, its template, its size.

How a model is best asked follows from that (see `prefill.manner`), and llama.cpp's
server tells too little of it: no token, and the template only where properties are
served. So the head of the file is read here. A file is anybody's work, so every length
in it is measured against what may be there before anything is taken in, and what is odd
raises `ValueError`; llama.cpp itself will then say what is wrong with the file.

The format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md (version 3; seen
2026-11-29). All numbers are little-endian.
"""

import struct
from collections.abc import Iterator, Mapping, Sequence
from math import prod
from typing import BinaryIO, Final

from msgspec import Struct

from hexai.providers.llamacpp.model_files import MAGIC

_VERSIONS = (2, 3)
_LONGEST_HEAD = 64 << 20
"""Bytes before the tensors; a vocabulary of 262,144 tokens takes 11 MB."""
_MOST_TEXTS = 1 << 20
"""Texts in arrays, all together: tokens, and how they are merged."""
_MOST_ENTRIES = 65_536
_MOST_TENSORS = 1 << 20
_MOST_TOKENS = 1 << 20
_LONGEST_KEY = 65_535
_LONGEST_TEXT = 16 << 20
_MOST_DIMENSIONS = 8
_PIECE = 1 << 20
"""Bytes read from the file at once."""

_NUMBERS: Final = {
    number: code for number, code in enumerate("BbHhIif?..Qqd") if code != "."
}
"""How `struct` calls the types of numbers; 8 and 9 are texts and arrays."""
_STRING, _ARRAY = 8, 9
_CONTROL = 3
"""The type of a token that belongs to the format, not to a text."""

_GAP_TOKENS = (
    ("<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>"),
    ("<fim_prefix>", "<fim_suffix>", "<fim_middle>"),
    ("<fim-prefix>", "<fim-suffix>", "<fim-middle>"),
    ("<｜fim▁begin｜>", "<｜fim▁hole｜>", "<｜fim▁end｜>"),  # noqa: RUF001 - so it is
    ("<PRE>", "<SUF>", "<MID>"),
    ("▁<PRE>", "▁<SUF>", "▁<MID>"),
    ("<|code_prefix|>", "<|code_suffix|>", "<|code_middle|>"),
)
"""Names by which llama.cpp knows tokens for gaps where a file's keys name none.

Seen: https://github.com/ggml-org/llama.cpp/blob/master/src/llama-vocab.cpp, 2026-11.
"""
_GAP_KEYS = (
    ("fim_pre_token_id", "fim_suf_token_id", "fim_mid_token_id"),
    ("prefix_token_id", "suffix_token_id", "middle_token_id"),
)
"""The keys for them, and what they were called before 2024-10 (the same source)."""

_WANTED = frozenset(
    {
        "general.architecture",
        "tokenizer.ggml.add_bos_token",
        "tokenizer.ggml.bos_token_id",
        "tokenizer.ggml.model",
        "tokenizer.ggml.token_type",
        "tokenizer.ggml.tokens",
        "tokenizer.chat_template",
        *(f"tokenizer.ggml.{key}" for keys in _GAP_KEYS for key in keys),
    }
)


_CONTEXT = ".context_length"
"""What the key for the context ends with; the architecture stands before it."""


class GapTokens(Struct, frozen=True, kw_only=True):
    """The ids of the tokens around a gap."""

    prefix: int
    suffix: int
    middle: int


class Metadata(Struct, frozen=True, kw_only=True):
    """What a model's file says of it."""

    parameters: int = 0
    """How many numbers the model is made of."""
    context: int | None = None
    """Tokens that it was trained to hold; None: it does not say."""
    has_template: bool = False
    """It can be asked by chat."""
    gap: GapTokens | None = None
    """None: it was not made to fill gaps."""
    begin: int | None = None
    """The token before every text; None: it wants none."""
    control: tuple[str, ...] = ()
    """Tokens that must not come out of a text that only mentions them."""
    letters: Mapping[str, int] = {}
    """The ids of the characters that those begin with, where they are tokens."""


_Value = int | float | bool | str | Sequence[int | float | bool] | Sequence[str] | None


def read_metadata(file: BinaryIO) -> Metadata:
    """Read the head of a GGUF file; raises `ValueError` for what is none."""
    head = _Head(file)
    if head.take(4) != MAGIC or head.number("I") not in _VERSIONS:
        raise ValueError("not a GGUF file of a known version")
    tensors, entries = head.count("Q", _MOST_TENSORS), head.count("Q", _MOST_ENTRIES)
    values: dict[str, _Value] = {}
    for _ in range(entries):
        key = head.text(_LONGEST_KEY)
        values[key] = head.value(wanted=key in _WANTED or key.endswith(_CONTEXT))
    return _described(values, sum(head.tensor() for _ in range(tensors)))


def read_context(file: BinaryIO) -> int | None:
    """Give the tokens that a model was trained to hold; None: its file does not say.

    Nothing behind that is read, vocabularies above all. Raises as `read_metadata`.
    """
    head = _Head(file)
    if head.take(4) != MAGIC or head.number("I") not in _VERSIONS:
        raise ValueError("not a GGUF file of a known version")
    head.count("Q", _MOST_TENSORS)
    values: dict[str, _Value] = {}
    for _ in range(head.count("Q", _MOST_ENTRIES)):
        key = head.text(_LONGEST_KEY)
        values[key] = head.value(wanted=False)
        if (context := _trained_context(values)) is not None:
            return context
    return None


class _Head:
    """Reads a file from its beginning, and no further than a head may go."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._left = _LONGEST_HEAD
        self._texts_left = _MOST_TEXTS
        self._piece = b""
        self._at = 0

    def take(self, size: int) -> bytes:
        """Give the next bytes, all of them."""
        end = self._at + size
        if end > len(self._piece):
            if size > self._left:
                raise ValueError("the head is too long")
            rest = self._piece[self._at :]
            self._piece = rest + self._file.read(max(_PIECE, size) - len(rest))
            self._at, end = 0, size
            if end > len(self._piece):
                raise ValueError("the file ends in its head")
        self._left -= size
        if self._left < 0:
            raise ValueError("the head is too long")
        taken = self._piece[self._at : end]
        self._at = end
        return taken

    def number(self, code: str) -> int:
        """Give the next number."""
        (found,) = struct.unpack(f"<{code}", self.take(struct.calcsize(f"<{code}")))
        return found  # type: ignore[no-any-return]

    def count(self, code: str, most: int) -> int:
        """Give the next number, which says how much follows."""
        found = self.number(code)
        if found > most:
            raise ValueError(f"{found} of what there are at most {most}")
        return found

    def text(self, most: int) -> str:
        """Give the next text."""
        return self.take(self.count("Q", most)).decode("utf-8", "replace")

    def value(self, *, wanted: bool) -> _Value:
        """Pass over the next value, and give it if it is wanted."""
        kind = self.number("I")
        if kind == _STRING:
            return self.text(_LONGEST_TEXT)
        if kind == _ARRAY:
            return self._array(wanted=wanted)
        if kind not in _NUMBERS:
            raise ValueError(f"a value of the unknown type {kind}")
        return self.number(_NUMBERS[kind])

    def _array(self, *, wanted: bool) -> _Value:
        kind, count = self.number("I"), self.count("Q", _MOST_TOKENS)
        if kind == _STRING:
            self._texts_left -= count
            if self._texts_left < 0:
                raise ValueError("too many texts")
            texts = (self.take(self.count("Q", _LONGEST_KEY)) for _ in range(count))
            if wanted:
                return [text.decode("utf-8", "replace") for text in texts]
            for _ in texts:
                pass
            return None
        if kind not in _NUMBERS:
            raise ValueError(f"an array of the unknown type {kind}")
        layout = f"<{count}{_NUMBERS[kind]}"
        data = self.take(struct.calcsize(layout))
        return struct.unpack(layout, data) if wanted else None

    def tensor(self) -> int:
        """Pass over the description of a tensor, and give how many numbers it has."""
        self.text(_LONGEST_KEY)
        shape = [self.number("Q") for _ in range(self.count("I", _MOST_DIMENSIONS))]
        self.take(12)  # its type, and where it lies
        return prod(shape)


def _described(values: dict[str, _Value], parameters: int) -> Metadata:
    tokens = values.get("tokenizer.ggml.tokens")
    texts: list[str] = tokens if isinstance(tokens, list) else []
    control = tuple(_control(values, texts))
    first = {text[0] for text in control}
    return Metadata(
        parameters=parameters,
        context=_trained_context(values),
        has_template=bool(values.get("tokenizer.chat_template")),
        gap=_gap_by_key(values, len(texts)) or _gap_by_name(texts),
        begin=_begin(values, len(texts)),
        control=control,
        letters={text: at for at, text in enumerate(texts) if text in first},
    )


def _trained_context(values: dict[str, _Value]) -> int | None:
    found = values.get(f"{values.get('general.architecture')}{_CONTEXT}")
    return found if type(found) is int and found > 0 else None


def _gap_by_key(values: dict[str, _Value], tokens: int) -> GapTokens | None:
    for keys in _GAP_KEYS:
        ids = [_token(values, key, tokens) for key in keys]
        if (found := _gap(ids)) is not None:
            return found
    return None


def _gap_by_name(texts: list[str]) -> GapTokens | None:
    wanted = {name for names in _GAP_TOKENS for name in names}
    ids = {text: number for number, text in enumerate(texts) if text in wanted}
    for names in _GAP_TOKENS:
        if (found := _gap([ids.get(name) for name in names])) is not None:
            return found
    return None


def _gap(ids: Sequence[int | None]) -> GapTokens | None:
    prefix, suffix, middle = ids
    if prefix is None or suffix is None or middle is None:
        return None
    return GapTokens(prefix=prefix, suffix=suffix, middle=middle)


def _begin(values: dict[str, _Value], tokens: int) -> int | None:
    """Give the token that begins texts; SentencePiece has one unless it is said."""
    usual = values.get("tokenizer.ggml.model") == "llama"
    wanted = values.get("tokenizer.ggml.add_bos_token", usual)
    return _token(values, "bos_token_id", tokens) if wanted else None


def _token(values: dict[str, _Value], key: str, tokens: int) -> int | None:
    found = values.get(f"tokenizer.ggml.{key}")
    is_one = isinstance(found, int) and not isinstance(found, bool)
    return found if is_one and 0 <= found < tokens else None  # type: ignore[operator,return-value]


def _control(values: dict[str, _Value], texts: list[str]) -> Iterator[str]:
    kinds = values.get("tokenizer.ggml.token_type")
    if not isinstance(kinds, tuple):
        return
    for text, kind in zip(texts, kinds, strict=False):
        if kind == _CONTROL and len(text) > 1:
            yield text
