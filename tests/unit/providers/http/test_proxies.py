"""Proxies of the environment: for https beyond loopback, and nothing else."""

from base64 import b64decode

import pytest

from hexai.errors import ConnectionFailed
from hexai.providers.http.proxies import proxy_for

PROXY = "http://proxy.example:3128"
FAR = "https://api.example/v1"


@pytest.mark.parametrize(
    ("url", "environ", "expected"),
    [
        (FAR, {"HTTPS_PROXY": PROXY}, PROXY),
        (FAR, {"https_proxy": PROXY, "HTTPS_PROXY": "http://other"}, PROXY),
        (FAR, {"ALL_PROXY": PROXY}, PROXY),
        (FAR, {"all_proxy": "http://other", "HTTPS_PROXY": PROXY}, PROXY),
        (FAR, {"HTTPS_PROXY": "proxy.example:3128"}, PROXY),
        (FAR, {"HTTPS_PROXY": "https://p.example"}, "https://p.example:443"),
        (FAR, {"HTTPS_PROXY": "http://[::1]:1"}, "http://[::1]:1"),
        (FAR, {"HTTP_PROXY": PROXY}, None),
        (FAR, {"HTTPS_PROXY": ""}, None),
        (FAR, {}, None),
        ("http://api.example", {"HTTPS_PROXY": PROXY, "HTTP_PROXY": PROXY}, None),
        ("https://127.0.0.1:1", {"HTTPS_PROXY": PROXY}, None),
        ("https://localhost", {"ALL_PROXY": PROXY}, None),
        ("https://[::1]", {"ALL_PROXY": PROXY}, None),
    ],
)
def test_which_proxy_is_used(
    url: str, environ: dict[str, str], expected: str | None
) -> None:
    """Lower case wins, HTTPS_PROXY before ALL_PROXY, never for http or loopback."""
    found = proxy_for(url, environ)

    assert (None if found is None else found.url) == expected


@pytest.mark.parametrize(
    ("no_proxy", "excepted"),
    [
        ("api.example", True),
        ("example", True),
        (".example", True),
        ("*.example", True),
        ("API.Example", True),
        ("other, api.example:443", True),
        ("*", True),
        ("api.example:8443", False),
        ("pi.example", False),
        ("api.example.org", False),
        ("10.0.0.0/8", False),
        ("not/a/network", False),
        (" , ", False),
    ],
)
def test_hosts_can_be_excepted(no_proxy: str, *, excepted: bool) -> None:
    """NO_PROXY names hosts, domains, ports, or everything."""
    environ = {"HTTPS_PROXY": PROXY, "NO_PROXY": no_proxy}

    assert (proxy_for(FAR, environ) is None) is excepted


def test_networks_can_be_excepted() -> None:
    """NO_PROXY may give a range of addresses."""
    environ = {"HTTPS_PROXY": PROXY, "no_proxy": "10.0.0.0/8,fd00::/8"}

    assert proxy_for("https://10.1.2.3", environ) is None
    assert proxy_for("https://[fd00::1]:8443", environ) is None
    assert proxy_for("https://11.1.2.3", environ) is not None


def test_a_user_is_taken_apart_from_the_address() -> None:
    """User and password are decoded, to the bytes that were meant, and not shown."""
    for escaped, meant in PASSWORDS.items():
        value = f"http://me:{escaped}@proxy.example:3128"
        proxy = proxy_for(FAR, {"HTTPS_PROXY": value})

        assert proxy is not None
        assert proxy.credential is not None
        sent = proxy.credential.reveal()
        assert (proxy.url, b64decode(sent)) == (PROXY, b"me:" + meant)
        assert sent not in repr(proxy)
        assert escaped not in repr(proxy)


PASSWORDS = {
    "p%40ss": b"p@ss",
    "geh\u00e4usE": "geh\u00e4usE".encode(),
    "geh%E4usE": b"geh\xe4usE",  # Latin-1, escaped
    "geh\udce4usE": b"geh\xe4usE",  # as Python has such a byte of the environment
    "a:b%25": b"a:b%",
}


@pytest.mark.parametrize(
    "value",
    [
        "socks5://MARK:1",
        "http://",
        "http://[MARK",
        "http://MARK:port",
        "://",
        "http://me:MARK/1@proxy.example:3128",
        "http://me:MARK#1@proxy.example:3128",
        "http://me:MARK?1@proxy.example:3128",
    ],
)
def test_a_proxy_that_cannot_be_used_is_not_gone_around(value: str) -> None:
    """The contender fails by the variable's name, without its value."""
    with pytest.raises(ConnectionFailed, match="ALL_PROXY does not name a") as caught:
        proxy_for(FAR, {"ALL_PROXY": value})

    assert "MARK" not in str(caught.value)
