"""JSON from upstreams."""

import msgspec
import pytest
from msgspec import Struct

from hexai.providers.formats.payload import decode, field, figure, loosely


class Thing(Struct):
    """A payload with one text and one figure."""

    text: str = ""
    count: object = None


THINGS = msgspec.json.Decoder(Thing)


@pytest.mark.parametrize(
    ("payload", "text"),
    [
        (b'{"text": "a", "more": [1]}', "a"),
        (b'{"text": "\\ud83d"}', "\ud83d"),
        (b'{"text": "\\ude00b"}', "\ude00b"),
        (b'{"text": "\\u0000"}', "\0"),
        (b'{"text": "\xff\xfea"}', "\ufffd\ufffda"),
        (b'\xef\xbb\xbf{"text": "bom"}', "bom"),
    ],
)
def test_what_real_upstreams_send_is_read(payload: bytes, text: str) -> None:
    """Half characters and stray bytes cost no answer."""
    assert decode(THINGS, payload).text == text


@pytest.mark.parametrize(
    "payload",
    [b"", b"{", b"[]", b"null", b'"x"', b'{"text": 1}', b'{"text": "a" "b"}', b"<p>"],
)
def test_what_is_not_the_format_is_a_value_error(payload: bytes) -> None:
    """The client makes a bad answer of it."""
    with pytest.raises(ValueError, match=r".+"):
        decode(THINGS, payload)


@pytest.mark.parametrize("opening", [b"[", b'{"count":', b'{"other":'])
def test_depth_without_end_is_refused(opening: bytes) -> None:
    """Nesting is bounded by the decoders, not by the stack."""
    with pytest.raises((ValueError, RecursionError)):
        decode(THINGS, opening * 100_000)


def test_an_absurd_integer_is_as_good_as_none() -> None:
    """5,000 digits cost neither the answer nor a second."""
    thing = decode(THINGS, b'{"text": "a", "count": ' + b"9" * 5000 + b"}")

    assert (thing.text, thing.count) == ("a", None)


@pytest.mark.parametrize(
    ("said", "figure_"),
    [
        (0, 0),
        (10**9, 10**9),
        (10**9 + 1, None),
        (-1, None),
        (True, None),
        (1.0, None),
        ("1", None),
        (None, None),
        (float("nan"), None),
        ([1], None),
    ],
)
def test_figures_are_integers_within_bounds(said: object, figure_: int | None) -> None:
    """Whatever else is said counts as not said."""
    assert figure(said) == figure_


def test_fields_are_walked_without_trust() -> None:
    """A step that is not there, or no object, gives None."""
    value = loosely(b'{"a": {"b": 1}, "c": [1]}')

    assert field(value, "a", "b") == 1
    assert field(value, "a", "x", "y") is None
    assert field(value, "c", "b") is None
