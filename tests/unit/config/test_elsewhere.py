"""Variables of other tools that say where prompts should go."""

from pathlib import Path

import pytest

from hexai.config.load import load
from hexai.config.locate import find_folders
from hexai.config.snapshot import Snapshot
from hexai.domain.entry import Surface


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
