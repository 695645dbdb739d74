"""A model with the words of another one and next to nothing behind them.

Which tokens a server reads anew follows from words and prompts alone. A model of one
thin layer reads a hundred times faster than a real one, so prompts can be as long as
users' are. Three tokens of its vocabulary are named for gaps, so that `/infill` works;
what it answers makes no sense.

The format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md (version 3).
"""

import random
import struct
from collections.abc import Iterator, Mapping
from itertools import accumulate
from math import prod
from pathlib import Path

_WIDTH = 32
_CONTEXT = 32_768
_SEED = 11
_GAPS = {"pre": 4, "suf": 5, "mid": 6}
_UINT32, _FLOAT32, _STRING, _ARRAY = 4, 6, 8, 9
_SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
"""Bytes of numbers, by type."""
_F32, _F16 = 0, 1
_ALIGNMENT = 32
_ARCHITECTURE = {
    "block_count": 1,
    "context_length": _CONTEXT,
    "embedding_length": _WIDTH,
    "feed_forward_length": _WIDTH,
    "attention.head_count": 1,
    "attention.head_count_kv": 1,
    "rope.dimension_count": _WIDTH,
}


def write_quick_model(source: Path, target: Path) -> None:
    """Write a model with the tokenizer of another."""
    words = dict(_tokenizer(source.read_bytes()))
    (count,) = struct.unpack_from("<Q", words["tokenizer.ggml.tokens"], 8)
    entries = [_text(key) + value for key, value in words.items()]
    entries += _described()
    shapes = _shapes(count)
    sizes = [_padded(_size(shape)) for shape in shapes.values()]
    starts = accumulate(sizes, initial=0)
    tensors = [
        _tensor(name, shape, start)
        for (name, shape), start in zip(shapes.items(), starts, strict=False)
    ]
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(entries))
    head += b"".join((*entries, *tensors))
    data = b"".join(map(_dull, shapes.values()))
    target.write_bytes(head.ljust(_padded(len(head)), b"\0") + data)


def _tokenizer(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Give the entries about words in the head of a file, as they are."""
    (count,) = struct.unpack_from("<Q", data, 16)
    at = 24
    for _ in range(count):
        start = _after_text(data, at)
        key = data[at + 8 : start].decode()
        (kind,) = struct.unpack_from("<I", data, start)
        at = _after(data, kind, start + 4)
        if key.startswith("tokenizer."):
            yield key, data[start:at]


def _after(data: bytes, kind: int, at: int) -> int:
    if kind == _STRING:
        return _after_text(data, at)
    if kind != _ARRAY:
        return at + _SIZES[kind]
    inner, count = struct.unpack_from("<IQ", data, at)
    at += 12
    if inner != _STRING:
        return at + int(count) * _SIZES[inner]
    for _ in range(count):
        at = _after_text(data, at)
    return at


def _after_text(data: bytes, at: int) -> int:
    (length,) = struct.unpack_from("<Q", data, at)
    return at + 8 + int(length)


def _described() -> Iterator[bytes]:
    yield _text("general.architecture") + struct.pack("<I", _STRING) + _text("llama")
    for name, value in _ARCHITECTURE.items():
        yield _text(f"llama.{name}") + struct.pack("<II", _UINT32, value)
    epsilon = struct.pack("<If", _FLOAT32, 1e-5)
    yield _text("llama.attention.layer_norm_rms_epsilon") + epsilon
    for name, token in _GAPS.items():
        key = f"tokenizer.ggml.fim_{name}_token_id"
        yield _text(key) + struct.pack("<II", _UINT32, token)


def _shapes(words: int) -> Mapping[str, tuple[int, ...]]:
    attention = ("attn_q", "attn_k", "attn_v", "attn_output")
    square = (*attention, "ffn_gate", "ffn_up", "ffn_down")
    shapes: dict[str, tuple[int, ...]] = {
        "token_embd.weight": (_WIDTH, words),
        "output_norm.weight": (_WIDTH,),
    }
    for name in ("attn_norm", "ffn_norm"):
        shapes[f"blk.0.{name}.weight"] = (_WIDTH,)
    for name in square:
        shapes[f"blk.0.{name}.weight"] = (_WIDTH, _WIDTH)
    return shapes


def _tensor(name: str, shape: tuple[int, ...], start: int) -> bytes:
    kind = _F32 if len(shape) == 1 else _F16
    sides = struct.pack(f"<I{len(shape)}Q", len(shape), *shape)
    return _text(name) + sides + struct.pack("<IQ", kind, start)


def _dull(shape: tuple[int, ...]) -> bytes:
    """Give ones for a norm, and small numbers for all else."""
    if len(shape) == 1:
        data = struct.pack("<f", 1.0) * shape[0]
    else:
        dice = random.Random(_SEED)
        small = [struct.pack("<e", dice.gauss(0, 0.02)) for _ in range(4096)]
        data = b"".join(dice.choices(small, k=prod(shape)))
    return data.ljust(_padded(len(data)), b"\0")


def _size(shape: tuple[int, ...]) -> int:
    return prod(shape) * (4 if len(shape) == 1 else 2)


def _padded(size: int) -> int:
    return -(-size // _ALIGNMENT) * _ALIGNMENT


def _text(text: str) -> bytes:
    return struct.pack("<Q", len(text)) + text.encode()
