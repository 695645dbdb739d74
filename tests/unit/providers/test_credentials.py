"""Keys: where they come from, to whom they go, and that nobody sees them."""

import asyncio
import copy
import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from hexai.errors import Authentication, ProviderError
from hexai.providers.credentials import ConfiguredCredential, refuse_in_clear, variables
from hexai.providers.secret import Masker, Secret
from tests.support.plain import ask, client_for, failure, plain_answer, settings_for
from tests.support.upstream import Upstream

URL = "https://api.example"
MARK = "sk-MARK-1234567890"


def key_of(environ: Mapping[str, str], **facts: Any) -> str | None:
    """Resolve the key of one provider."""
    settings = settings_for(URL, **facts)
    credential = ConfiguredCredential(settings, environ=environ, home="/")
    secret = asyncio.run(credential.secret())
    return None if secret is None else secret.reveal()


def refusal_of(environ: Mapping[str, str], **facts: Any) -> Authentication:
    """Resolve a key that cannot be had, and give the error."""
    with pytest.raises(Authentication) as caught:
        key_of(environ, **facts)
    return caught.value


ALL = {
    "OPENAI_API_KEY": "vendor",
    "HEXAI_OPENAI_API_KEY": "own",
    "GROQ_KEY": "named",
    "HEXAI_MY_GROQ_API_KEY": "profile",
}


def without(*names: str) -> dict[str, str]:
    """Give the environment without these variables."""
    return {name: value for name, value in ALL.items() if name not in names}


PROFILE = {"name": "my-groq", "built_in": False}


@pytest.mark.parametrize(
    ("environ", "facts", "expected"),
    [
        (ALL, {}, "own"),
        (without("HEXAI_OPENAI_API_KEY"), {}, "vendor"),
        ({**ALL, "HEXAI_OPENAI_API_KEY": ""}, {}, "vendor"),
        (ALL, {"api_key_env": "GROQ_KEY"}, "own"),
        (without("HEXAI_OPENAI_API_KEY"), {"api_key_env": "GROQ_KEY"}, "named"),
        (ALL, PROFILE, "profile"),
        (without("HEXAI_MY_GROQ_API_KEY"), PROFILE, None),
        (
            without("HEXAI_MY_GROQ_API_KEY"),
            {**PROFILE, "api_key_env": "GROQ_KEY"},
            "named",
        ),
        ({}, {"name": "ollama", "type": "ollama"}, None),
        ({"OLLAMA_API_KEY": "o"}, {"name": "ollama", "type": "ollama"}, "o"),
        ({"OPENAI_API_KEY": "k\n"}, {}, "k"),
        ({"OPENAI_API_KEY": "k\r\n"}, {}, "k"),
    ],
)
def test_a_key_comes_from_its_own_sources(
    environ: Mapping[str, str], facts: Mapping[str, Any], expected: str | None
) -> None:
    """The first variable that is set wins; a vendor's serves no profile."""
    assert key_of(environ, **facts) == expected


@pytest.mark.parametrize("name", ["openai", "openrouter", "anthropic"])
def test_a_missing_key_is_told_as_ever(name: str) -> None:
    """The message names the vendor, the provider and both variables."""
    shown = {"openai": "OpenAI", "openrouter": "OpenRouter", "anthropic": "Anthropic"}
    upper = name.upper()

    assert str(refusal_of({}, name=name, type=name)) == (
        f"missing {shown[name]} API key for provider {name}; "
        f"set HEXAI_{upper}_API_KEY or {upper}_API_KEY"
    )


def test_a_missing_key_of_a_profile_names_its_variables() -> None:
    """A profile with `api_key_env` does not go without a key."""
    error = refusal_of(ALL, name="lab", built_in=False, api_key_env="LAB_KEY")

    assert str(error) == (
        "missing API key for provider lab; set HEXAI_LAB_API_KEY or LAB_KEY"
    )


@pytest.mark.parametrize(
    "value", [f"{MARK}\n\n", f" {MARK}", f"{MARK} x", f"{MARK}\x7f", f"{MARK}é", "\n"]
)
def test_a_damaged_key_is_refused_unseen(value: str) -> None:
    """What no header could carry is refused by the variable's name alone."""
    error = refusal_of({"OPENAI_API_KEY": value})

    assert "OPENAI_API_KEY" in str(error)
    assert "MARK" not in f"{error} {error!r} {error.__cause__!r}"


def test_a_key_reaches_only_its_own_origin() -> None:
    """`OPENAI_API_KEY` serves the built-in openai, and no openai-like profile."""
    environ = {"OPENAI_API_KEY": MARK}
    with Upstream(plain_answer("a")) as own, Upstream(plain_answer("a")) as other:
        ask(client_for(own.url, environ=environ, name="openai", built_in=True))
        ask(client_for(other.url, environ=environ, name="lookalike"))

    assert MARK.encode() in own.connections[0].received
    assert MARK.encode() not in other.connections[0].received


@pytest.mark.parametrize(
    ("base_url", "allow_http", "expected"),
    [
        ("https://api.example", False, True),
        ("http://127.0.0.1:1", False, True),
        ("http://localhost:1", False, True),
        ("http://10.0.0.5:1", False, False),
        ("http://127.0.0.1.evil.example", False, False),
        ("http://10.0.0.5:1", True, True),
    ],
)
@pytest.mark.parametrize("with_header", [True, False])
def test_a_credential_does_not_cross_a_network_in_clear(
    base_url: str, *, allow_http: bool, expected: bool, with_header: bool
) -> None:
    """Key and configured headers need https, loopback, or the user's own word."""
    headers = (("X-Token", "t"),) if with_header else ()
    settings = settings_for(base_url, allow_http=allow_http, headers=headers)
    secret = None if with_header else Secret("k")
    if expected:
        refuse_in_clear(settings, secret)
        return
    with pytest.raises(Authentication, match="would go unencrypted") as caught:
        refuse_in_clear(settings, secret)
    assert "allow_http = true" in str(caught.value)


def test_without_a_credential_plain_http_is_fine() -> None:
    """A key-less server in the local network may be asked."""
    refuse_in_clear(settings_for("http://10.0.0.5:1"), None)


def test_nothing_is_sent_when_the_key_may_not_go() -> None:
    """The refusal comes before any connection."""
    client = client_for(
        "http://192.0.2.1:9", environ={"HEXAI_PLAIN_API_KEY": MARK}, name="plain"
    )
    error: ProviderError = failure(client)

    assert type(error) is Authentication
    assert str(error).startswith("not sent: the API key of provider plain would go")


def test_a_refused_key_names_its_source() -> None:
    """The advice is the variable to check, or the ones to set."""

    def advice(environ: Mapping[str, str], **facts: Any) -> str:
        settings = settings_for(URL, **facts)
        return ConfiguredCredential(settings, environ=environ, home="/").advice

    assert advice({"OPENAI_API_KEY": "k"}) == "check OPENAI_API_KEY"
    assert advice({}, **PROFILE) == "set HEXAI_MY_GROQ_API_KEY"
    command = ("pass", "show")
    assert advice({}, api_key_command=command) == "check what pass prints"


def test_variables_follow_the_name() -> None:
    """A dash becomes an underscore; a command replaces the vendor's variable."""
    assert variables(settings_for(URL, **PROFILE)) == ("HEXAI_MY_GROQ_API_KEY",)
    command = settings_for(URL, api_key_command=("x",))
    assert variables(command) == ("HEXAI_OPENAI_API_KEY",)


def test_a_command_gives_the_key(tmp_path: Path) -> None:
    """What the command prints is the key; a variable spares the run."""
    command = ("/bin/echo", MARK)
    mark = tmp_path / "ran"
    running = ("/bin/sh", "-c", f"echo x > {mark}; echo other")

    assert key_of({}, api_key_command=command) == MARK
    environ = {"HEXAI_OPENAI_API_KEY": "own"}
    assert key_of(environ, api_key_command=running) == "own"
    assert not mark.exists()


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (("/bin/sh", "-c", "echo MARK; exit 3"), "/bin/sh ended with code 3"),
        (("/bin/echo", "MARK\nsecond line"), "the output of /bin/echo holds"),
        (("./relative", "MARK"), "no program ./relative"),
    ],
)
def test_a_command_that_fails_is_told_unseen(
    command: tuple[str, ...], reason: str
) -> None:
    """The message names the program, and neither its arguments nor its output."""
    error = refusal_of({"PATH": "/bin"}, api_key_command=command)

    assert reason in str(error)
    assert "MARK" not in str(error)


def test_a_secret_is_unprintable() -> None:
    """No repr, text, format or pickle shows the value."""
    secret = Secret(MARK)

    assert f"{secret} {secret!r} {secret!s} {[secret]}".count("********") == 4
    assert not hasattr(secret, "__dict__")
    for leave in (pickle.dumps, copy.copy):
        with pytest.raises(TypeError) as caught:
            leave(secret)
        assert MARK not in str(caught.value)


def test_masking_leaves_short_values_alone() -> None:
    """A value too short to be a key would mask ordinary words."""
    masker = Masker()
    masker.add("to")
    masker.add(MARK)

    assert masker.mask(f"go to {MARK}") == "go to ********"
