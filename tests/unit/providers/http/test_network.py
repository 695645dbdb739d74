"""The map of faults is complete."""

import httpcore2
import pytest

from hexai.errors import BadAnswer, BrokenStream, ConnectionFailed, Internal
from hexai.providers.http.network import FAULTS, named
from hexai.providers.http.route import End

EXCEPTIONS = sorted(
    (
        one
        for name in httpcore2.__all__
        if isinstance(one := getattr(httpcore2, name), type)
        and issubclass(one, Exception)
    ),
    key=lambda one: one.__name__,
)

AT = End(name="x")

EXPECTED = {
    "ConnectError": ConnectionFailed,
    "ConnectTimeout": Internal,
    "ConnectionNotAvailable": Internal,
    "LocalProtocolError": Internal,
    "NetworkError": ConnectionFailed,
    "PoolTimeout": Internal,
    "ProtocolError": Internal,
    "ProxyError": ConnectionFailed,
    "ReadError": ConnectionFailed,
    "ReadTimeout": Internal,
    "RemoteProtocolError": BadAnswer,
    "TimeoutException": Internal,
    "UnsupportedProtocol": Internal,
    "WriteError": ConnectionFailed,
    "WriteTimeout": Internal,
}
"""Time-outs are our bugs: none is ever set."""


def test_every_exception_of_the_library_has_a_name_of_ours() -> None:
    """A class that httpcore adds one day makes this test fail."""
    translated = {
        one.__name__: type(named(one("MARK"), AT, begun=False, cut=False))
        for one in EXCEPTIONS
    }

    assert translated == EXPECTED
    assert all(issubclass(one, FAULTS) for one in EXCEPTIONS)


@pytest.mark.parametrize(
    ("error", "begun", "cut", "expected"),
    [
        (httpcore2.ReadError(), True, False, BrokenStream),
        (httpcore2.RemoteProtocolError(), True, True, BrokenStream),
        (httpcore2.RemoteProtocolError(), False, True, ConnectionFailed),
        (httpcore2.RemoteProtocolError(), True, False, BadAnswer),
    ],
)
def test_a_cut_is_told_from_a_malformed_answer(
    error: Exception, *, begun: bool, cut: bool, expected: type[Exception]
) -> None:
    """The same class of httpcore means different things to the engine."""
    assert type(named(error, AT, begun=begun, cut=cut)) is expected


def test_the_library_s_texts_stay_out() -> None:
    """They may quote a header's value or the bytes of an answer."""
    for one in EXCEPTIONS:
        for words in ("MARK", "407 MARK", "503 MARK"):
            error = named(one(words), AT, begun=False, cut=False)
            assert "MARK" not in f"{error} {error!r}"
