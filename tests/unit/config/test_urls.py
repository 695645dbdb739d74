"""Base URLs: one spelling for one origin."""

import pytest

from hexai.config.urls import check_base_url, is_loopback, origin


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("http://127.0.0.1:11434", "http://127.0.0.1:11434"),
        ("http://127.0.0.1:11434/", "http://127.0.0.1:11434"),
        ("HTTPS://API.OpenAI.com/v1/", "https://api.openai.com/v1"),
        ("https://api.openai.com:443/v1", "https://api.openai.com/v1"),
        ("http://api.openai.com:80", "http://api.openai.com"),
        ("http://[0:0:0:0:0:0:0:1]:8080/v1", "http://[::1]:8080/v1"),
        ("https://bücher.example/v1", "https://xn--bcher-kva.example/v1"),
        ("https://Straße.example", "https://xn--strae-oqa.example"),
        ("http://my_server:1", "http://my_server:1"),
        ("http://localhost", "http://localhost"),
    ],
)
def test_good_urls_are_normalised(text: str, expected: str) -> None:
    """Case, default ports, trailing slashes and address forms do not matter."""
    assert check_base_url(text) == expected
    assert check_base_url(expected) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "localhost:11434",
        "ftp://host",
        "file:///etc/passwd",
        "http:/host",
        "http://",
        "http:///v1",
        "http://:80",
        "http://host:0",
        "http://host:99999",
        "http://host:port",
        "http://user@host",
        "http://user:MARK@host",
        "http://@host",
        "http://host?",
        "http://host/v1?key=MARK",
        "http://host#",
        "http://host/v1#x",
        "http://ho st",
        "http://host/\n",
        "http://host\t.evil",
        " http://host",
        "http://host\\@evil",
        "http://host%2eevil",
        "http://-host",
        "http://a..b",
        "http://host.",
        "http://" + "a" * 64,
        "http://" + "a." * 130 + "b",
        "http://127.1",
        "http://127.0.0.01",
        "http://0x7f.0.0.1",
        "http://2130706433",
        "http://256.1.1.1",
        "http://1.2.3.4.5",
        "http://[::1",
        "http://[::g]",
        "http://[v1.x]",
        "http://[1.2.3.4]",
        "http://" + "ä" * 70,
        "http://[fe80::1%25eth0]",
        "http://\u2100.example",
        "http://exa\u200bmple",
        "http://host/pfad/ä",
    ],
)
def test_bad_urls_are_refused(text: str) -> None:
    """What is wrong is said in one line, with what is allowed, without secrets."""
    with pytest.raises(ValueError, match="allowed: http://HOST") as caught:
        check_base_url(text)

    assert "MARK" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://localhost/v1", "http://localhost:80"),
        ("https://host", "https://host:443"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_an_origin_always_has_its_port(url: str, expected: str) -> None:
    """Scheme, host and port are what credentials and breakers belong to."""
    assert origin(url) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://localhost:1", True),
        ("http://127.0.0.1", True),
        ("https://127.8.9.10/v1", True),
        ("http://[::1]", True),
        ("http://0.0.0.0", False),
        ("http://[::]", False),
        ("http://128.0.0.1", False),
        ("http://127.example", False),
        ("http://127.0.0.1.example", False),
        ("http://localhost.example", False),
        ("http://192.168.1.2", False),
    ],
)
def test_loopback_is_told_by_the_address_alone(url: str, *, expected: bool) -> None:
    """Names that merely look like loopback are not."""
    assert is_loopback(url) is expected
