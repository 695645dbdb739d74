"""The small model with tokens for filling gaps, which its makers did not give it.

llama.cpp asks a model's file which tokens surround the text before and after a gap.
Naming three of the model's own special tokens there makes `/infill` work; what it then
says makes no sense, but it is the real server that says it.
"""

import struct
from pathlib import Path

_TOKENS = {"pre": 4, "suf": 5, "mid": 6}
_UINT32, _STRING = 4, 8
_ALIGNMENT = 32


def write_gap_model(source: Path, target: Path) -> None:
    """Copy a GGUF file, with tokens for gaps named in its head."""
    data = source.read_bytes()
    assert data[:4] == b"GGUF"
    (entries,) = struct.unpack("<Q", data[16:24])
    added = b"".join(
        _entry(f"tokenizer.ggml.fim_{name}_token_id", _UINT32, struct.pack("<I", token))
        for name, token in _TOKENS.items()
    )
    # The tensors begin at a multiple of 32 bytes, and have to go on doing so.
    missing = -(len(added) + len(_padding(0))) % _ALIGNMENT
    head = data[:16] + struct.pack("<Q", entries + len(_TOKENS) + 1)
    target.write_bytes(head + added + _padding(missing) + data[24:])


def _entry(key: str, kind: int, value: bytes) -> bytes:
    return _text(key) + struct.pack("<I", kind) + value


def _padding(length: int) -> bytes:
    return _entry("hexai.padding", _STRING, _text(" " * length))


def _text(text: str) -> bytes:
    return struct.pack("<Q", len(text)) + text.encode("ascii")
