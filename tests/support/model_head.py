"""The head of a GGUF file, with no model behind it."""

import struct


def model_head(trained: int) -> bytes:
    """Write the head of a model's file that was trained to hold so many tokens."""

    def text(value: bytes) -> bytes:
        return struct.pack("<Q", len(value)) + value

    named = text(b"general.architecture") + struct.pack("<I", 8) + text(b"llama")
    held = text(b"llama.context_length") + struct.pack("<II", 4, trained)
    return b"GGUF" + struct.pack("<IQQ", 3, 0, 2) + named + held
