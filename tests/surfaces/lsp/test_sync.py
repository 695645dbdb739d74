"""The server's text is the editor's text, whatever is typed."""

import asyncio
import random

import pytest

from tests.support.lsp_client import LspClient, serving

_ALPHABET = [
    *"abc xyz_(){}\"'\t",
    *("\n", "\r\n", "\r"),
    *("\u2028", "\u2029", "\x0b", "\x0c", "\x85", "\x1c", "\0"),
    *("ä", "\u0301", "€", "\ufeff"),
    *("\U0001f600", "\U00010000", "\U0010ffff", "👩‍👩‍👧"),
]
_HALVES = ["\ud800", "\udfff"]
"""Of a pair: only an editor that counts in UTF-16 can have one alone."""
URI = "file:///tmp/a%20b.py"


def _typed(rng: random.Random, most: int, encoding: str) -> str:
    letters = [*_ALPHABET, *(_HALVES if encoding == "utf-16" else [])]
    return _joined("".join(rng.choices(letters, k=rng.randrange(most))))


def _joined(text: str) -> str:
    """Make one character of the halves of a pair, as JSON does."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


def _edit(rng: random.Random, client: LspClient) -> None:
    """Send one notification of one to five changes, some of which replace much."""
    edits = []
    length = len(client.texts[URI].text)
    for _ in range(rng.choice((1, 1, 1, 2, 5))):
        start = rng.randint(0, length)
        end = min(length, start + rng.choice((0, 0, 0, 1, 3, 40)))
        new = _typed(rng, 8, client.encoding)
        edits.append((start, end, new))
        length = max(0, length - (end - start) + len(new) - 4)
    client.edit(URI, *edits)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_ten_thousand_edits_leave_both_with_the_same_text(encoding: str) -> None:
    """Any unicode, all line breaks, several changes in one message, all encodings."""

    async def scenario() -> None:
        rng = random.Random(encoding)
        async with serving() as (client, server):
            await client.initialize(encodings=(encoding,))
            client.open(URI, _typed(rng, 200, encoding))
            for step in range(10_000):
                _edit(rng, client)
                if step % 500 == 499:
                    await client.ask_for_nothing(URI, 0)
                    document = server.session.documents.find(URI)
                    assert document is not None
                    assert _joined(document.lines.text) == _joined(
                        client.texts[URI].text
                    )
                    assert document.version == client.texts[URI].version
                if len(client.texts[URI].text) > 2000:
                    client.edit(URI, (100, 1900, ""))

    asyncio.run(scenario())
