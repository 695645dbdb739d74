"""Base URLs: one spelling for one origin."""

from pathlib import Path

import pytest

from hexai.config.addresses import check_base_url, is_loopback, origin, shown_address
from hexai.config.folders import find_folders
from hexai.config.order import Snapshot, load
from hexai.domain.entry import Surface


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


def loaded(tmp_path: Path, environ: dict[str, str], file: str = "") -> Snapshot:
    """Load a configuration file in this environment."""
    given = {"HOME": str(tmp_path), **environ}
    folders = find_folders(given, tmp_path)
    folders.config_file.parent.mkdir(parents=True)
    folders.config_file.write_text(file)
    return load(folders, given)


def told(snapshot: Snapshot) -> tuple[str, ...]:
    """Give what is said where the command line asks."""
    found = snapshot.entries(Surface.CLI)
    return (*found.warnings, *found.notes)


@pytest.mark.parametrize(
    ("said", "url"),
    [
        ("box", "http://box:11434"),
        ("box:8080", "http://box:8080"),
        (":8080", "http://127.0.0.1:8080"),
        ("0.0.0.0:99", "http://127.0.0.1:99"),
        ("[::]:99", "http://[::1]:99"),
        ("http://box", "http://box"),
        ("https://box/ollama/", "https://box/ollama"),
        ('"box"', "http://box:11434"),
    ],
)
def test_an_ollama_s_address_is_the_default_and_said(
    tmp_path: Path, said: str, url: str
) -> None:
    """In every form that Ollama itself reads; a key of ours counts before it."""
    snapshot = loaded(tmp_path, {"OLLAMA_HOST": said})

    assert snapshot.settings.ollama.base_url == url
    assert told(snapshot) == (f"ollama is asked at {url}, as OLLAMA_HOST says",)


@pytest.mark.parametrize(
    "said", ["a b", "http://user:pw@box", "box:99999999", "ftp://x"]
)
def test_what_is_no_address_is_said_too(tmp_path: Path, said: str) -> None:
    """Without repeating it, as it may hold a password."""
    snapshot = loaded(tmp_path, {"OLLAMA_HOST": said})

    (warning,) = told(snapshot)
    assert snapshot.settings.ollama.base_url == "http://127.0.0.1:11434"
    assert warning.startswith("OLLAMA_HOST is no address and not used")


@pytest.mark.parametrize(
    ("environ", "file"),
    [
        ({"OLLAMA_HOST": "127.0.0.1"}, ""),
        ({"OLLAMA_HOST": "0.0.0.0"}, ""),
        ({"OLLAMA_HOST": "box"}, '[ollama]\nbase_url = "http://other:1"'),
        ({"OLLAMA_HOST": "box", "HEXAI_OLLAMA_BASE_URL": "http://other:1"}, ""),
        ({"OLLAMA_HOST": "box"}, '[provider]\nname = "openai"'),
        ({"OPENAI_BASE_URL": "http://box/v1"}, ""),
        (
            {"OPENAI_BASE_URL": "https://api.openai.com/v1/"},
            '[provider]\nname = "openai"',
        ),
        (
            {"OPENAI_BASE_URL": "http://box/v1"},
            '[provider]\nname = "openai"\n[openai]\nbase_url = "http://other/v1"',
        ),
    ],
)
def test_nothing_is_said_where_nothing_differs(
    tmp_path: Path, environ: dict[str, str], file: str
) -> None:
    """Or where somebody has decided, or another provider is asked."""
    assert told(loaded(tmp_path, environ, file)) == ()


@pytest.mark.parametrize("name", ["OPENAI_BASE_URL", "OPENAI_API_BASE"])
def test_openai_s_address_is_never_ignored_silently(tmp_path: Path, name: str) -> None:
    """The key was given for OpenAI's own origin; the user is told what to set."""
    snapshot = loaded(tmp_path, {name: "http://box/v1"}, '[provider]\nname = "openai"')

    assert snapshot.settings.openai.base_url == "https://api.openai.com/v1"
    (warning,) = told(snapshot)
    assert warning.startswith(f"{name} is not used: openai is asked at https://api.")
    assert "HEXAI_OPENAI_BASE_URL" in warning


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://a.example/x", "https://a.example/x"),
        ("https://me:secret@a.example:1/x", "https://a.example:1/x"),
        ("https://a.example/x?signature=secret#part", "https://a.example/x?…"),
        ("https://a.example/\x1b", "https://a.example/\\x1b"),
        ("https://me:secret@[::1/x", "https://…"),
    ],
)
def test_an_address_is_shown_without_its_secrets(url: str, shown: str) -> None:
    """Nor does it act on the terminal."""
    assert shown_address(url) == shown
