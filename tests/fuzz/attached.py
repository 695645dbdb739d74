"""Fuzzed readers of what somebody attaches, and of the options on a command line."""

from collections.abc import Sequence
from random import Random

import msgspec

from hexai.config.model_options import read_options, with_options, written
from hexai.config.schema_entries import EntryTable
from hexai.errors import UsageError
from hexai.prompts.attached import with_attachments
from hexai.service.attachments.kinds import Unfit, attachment, is_pdf


def files() -> Sequence[bytes]:
    """Give beginnings of files of many kinds."""
    return (
        b"# notes\n```\ncode\n```\n",
        b"\xef\xbb\xbfcaf\xc3\xa9\n",
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        b"\xff\xd8\xff\xe0\0\x10JFIF",
        b"RIFF\0\0\0\0WEBPVP8 ",
        b"GIF89a\x01\0",
        b"PK\3\4\0\0",
        b"\xff\xfea\0b\0",
    )


def attach_any(data: bytes, chance: Random) -> None:
    """Attach bytes whole, as a text in a fence or an image, or say why not."""
    del chance
    if is_pdf(data):
        return  # for its library to read
    try:
        made = attachment("a.txt", "/a.txt", data)
    except Unfit:
        return
    written_out = with_attachments("what?", (made,))
    if made.image is not None:
        assert made.image.data == data
        assert written_out == "what?\n\na.txt: image 1"
        return
    made.text.encode()  # whole characters only
    fence = written_out.splitlines()[3]
    _, _, below = written_out.partition(f"{fence}\n")
    inside, _, rest = below.rpartition(f"\n{fence}")
    assert (inside, rest) == (made.text.removesuffix("\n"), "")


def options() -> Sequence[bytes]:
    """Give options as they stand on a command line."""
    return (
        b"top_p=0.9\nseed=7",
        b'stop=["a", "b"]\nthink=low',
        b"temperature=0\nlogit_bias={}",
        b"model=x",
    )


def option_any(data: bytes, chance: Random) -> None:
    """Read options, so that what is sent is JSON by name; or say what is wrong."""
    del chance
    words = data.decode("utf-8", "replace").split("\n")
    try:
        table = with_options(EntryTable(), read_options(words))
    except UsageError:
        return
    stop, more = written(table, anywhere=False)
    assert all(stop)
    for name, value in more:
        assert name.isascii()
        msgspec.json.decode(value)
