"""Tests for reading what a GGUF file says of itself."""

import io
import struct
from collections.abc import Sequence
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexai.providers.llamacpp.gguf import (
    GapTokens,
    Metadata,
    read_context,
    read_metadata,
)

UINT32, BOOL, STRING, ARRAY, INT32 = 4, 7, 8, 9, 5


def text(value: str | bytes) -> bytes:
    """Write a text."""
    data = value.encode() if isinstance(value, str) else value
    return struct.pack("<Q", len(data)) + data


def entry(key: str, kind: int, value: bytes) -> bytes:
    """Write a key with its value."""
    return text(key) + struct.pack("<I", kind) + value


def number(key: str, value: int) -> bytes:
    """Write a key with a number."""
    return entry(f"tokenizer.ggml.{key}", UINT32, struct.pack("<I", value))


def tokens(*names: str, control: Sequence[int] = ()) -> list[bytes]:
    """Write a vocabulary."""
    kinds = [3 if at in control else 1 for at in range(len(names))]
    listed = struct.pack("<IQ", STRING, len(names)) + b"".join(map(text, names))
    types = struct.pack(f"<IQ{len(names)}i", INT32, len(names), *kinds)
    return [
        entry("tokenizer.ggml.tokens", ARRAY, listed),
        entry("tokenizer.ggml.token_type", ARRAY, types),
    ]


def tensor(*shape: int) -> bytes:
    """Write the description of a tensor."""
    sizes = struct.pack(f"<I{len(shape)}Q", len(shape), *shape)
    return text("t.weight") + sizes + struct.pack("<IQ", 0, 0)


def gguf(*entries: bytes, tensors: Sequence[bytes] = (), version: int = 3) -> bytes:
    """Write the head of a file."""
    counts = struct.pack("<IQQ", version, len(tensors), len(entries))
    return b"GGUF" + counts + b"".join([*entries, *tensors])


def read(data: bytes) -> Metadata:
    """Read a head, and see that its context alone is the same."""
    found = read_metadata(io.BytesIO(data))
    assert read_context(io.BytesIO(data)) == found.context
    return found


def test_a_model_says_what_it_is_made_of() -> None:
    """Parameters are those of all tensors, a template is what says something."""
    template = entry("tokenizer.chat_template", STRING, text("{{ messages }}"))
    found = read(gguf(template, tensors=[tensor(4, 8), tensor(3)]))

    assert (found.parameters, found.has_template, found.gap) == (35, True, None)


def context(value: int) -> list[bytes]:
    """Write what a model of some architecture was trained to hold."""
    held = entry("odd.context_length", UINT32, struct.pack("<I", value))
    other = entry("other.context_length", UINT32, struct.pack("<I", 7))
    return [held, entry("general.architecture", STRING, text("odd")), other]


def test_a_model_says_how_much_it_was_trained_to_hold() -> None:
    """By the key of its architecture; nothing, or no number, says nothing."""
    unsure = entry("odd.context_length", STRING, text("many"))

    assert read(gguf(*context(8192))).context == 8192
    assert read(gguf(*context(0))).context is None
    assert read(gguf(unsure, context(1)[1])).context is None
    assert read(gguf(context(8192)[0])).context is None


@pytest.mark.parametrize(
    "keys",
    [
        ("fim_pre_token_id", "fim_suf_token_id", "fim_mid_token_id"),
        ("prefix_token_id", "suffix_token_id", "middle_token_id"),
    ],
)
def test_tokens_for_gaps_are_named_by_key(keys: tuple[str, str, str]) -> None:
    """By today's keys, and by those of before."""
    named = [number(key, at) for at, key in enumerate(keys)]
    found = read(gguf(*tokens("a", "b", "c"), *named))

    assert found.gap == GapTokens(prefix=0, suffix=1, middle=2)


@pytest.mark.parametrize(
    "names",
    [
        ("<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>"),
        ("▁<PRE>", "▁<SUF>", "▁<MID>"),
        ("<fim_prefix>", "<fim_suffix>", "<fim_middle>"),
    ],
)
def test_tokens_for_gaps_are_known_by_name(names: tuple[str, str, str]) -> None:
    """As llama.cpp knows them, where no key names them."""
    found = read(gguf(*tokens("x", *names)))

    assert found.gap == GapTokens(prefix=1, suffix=2, middle=3)


def test_two_tokens_make_no_gap() -> None:
    """And an id beyond the vocabulary is none."""
    two = gguf(*tokens("<|fim_prefix|>", "<|fim_suffix|>"))
    beyond = [number(f"fim_{key}_token_id", 7) for key in ("pre", "suf", "mid")]

    assert read(two).gap is None
    assert read(gguf(*tokens("a"), *beyond)).gap is None


def test_control_tokens_are_those_of_their_type() -> None:
    """A single character is none that a text could be cut in."""
    found = read(gguf(*tokens("<|im_end|>", "<", "\n", control=[0, 2])))

    assert found.control == ("<|im_end|>",)
    assert found.letters == {"<": 1}


def test_a_text_begins_with_a_token_where_the_file_says_so() -> None:
    """SentencePiece does unless it is said not to."""
    bos = number("bos_token_id", 1)
    spm = entry("tokenizer.ggml.model", STRING, text("llama"))
    off = entry("tokenizer.ggml.add_bos_token", BOOL, b"\0")
    on = entry("tokenizer.ggml.add_bos_token", BOOL, b"\1")
    names = tokens("a", "<s>")

    assert read(gguf(*names, bos)).begin is None
    assert read(gguf(*names, bos, on)).begin == 1
    assert read(gguf(*names, bos, spm)).begin == 1
    assert read(gguf(*names, bos, spm, off)).begin is None


HUGE = struct.pack("<Q", 1 << 62)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GGUF",
        b"GGUF" + struct.pack("<IQQ", 1, 0, 0),
        b"PK\x03\x04" + b"\0" * 40,
        b"GGUF" + struct.pack("<I", 3) + HUGE + HUGE,
        b"GGUF" + struct.pack("<IQ", 3, 1 << 40) + struct.pack("<Q", 1),
        b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + HUGE,
        gguf(text("k") + struct.pack("<I", STRING) + HUGE),
        gguf(entry("k", ARRAY, struct.pack("<I", UINT32) + HUGE)),
        gguf(entry("k", ARRAY, struct.pack("<I", STRING) + HUGE)),
        gguf(entry("k", ARRAY, struct.pack("<IQ", ARRAY, 1))),
        gguf(entry("k", 99, b"")),
        gguf(tensors=[text("t") + struct.pack("<I", 1 << 30)]),
        gguf(*tokens("a", "b"))[:-3],
    ],
)
def test_a_head_that_is_odd_is_no_head(data: bytes) -> None:
    """Nothing is taken in that a length only claims to be there."""
    with pytest.raises(ValueError, match=r"\w"):
        read(data)


def test_a_head_without_an_end_is_left_off() -> None:
    """However long the file is: arrays of nothing but texts count all together."""
    array = struct.pack("<IQ", STRING, 1 << 20) + text("") * (1 << 20)
    many = [entry("k", ARRAY, array), entry("l", ARRAY, array)]

    with pytest.raises(ValueError, match="too many texts"):
        read(gguf(*many))


@given(st.binary(max_size=200), st.integers(0, 400))
def test_wrong_bytes_raise_what_is_expected(noise: bytes, at: int) -> None:
    """A head that is wrong by chance raises `ValueError`, or says something."""
    whole = gguf(*tokens("<|fim_prefix|>", "x", control=[0]), tensors=[tensor(2, 2)])
    with suppress(ValueError):
        read(whole[:at] + noise + whole[at + len(noise) :])
