"""A proxy on the way to an upstream: asked once where it refuses, and always named."""

import base64
import json
import os
from pathlib import Path

import pytest

from tests.support.action_desk import Desk, play
from tests.support.answers import openai_answer
from tests.support.command_line import Kind, run_cli, write_config
from tests.support.held import holding
from tests.support.replies import hang, raw, status
from tests.support.upstream import Reply, Upstream

FAR = "https://api.hexai.test:443"
PASSWORD = "s3cr3t-pass"
BASIC = base64.b64encode(f"me:{PASSWORD}".encode()).decode()
FORMS = ("text", "json", "jsonl", "terminal")
CODE = "def area(w, h):\n    r = w * h\n    return r\n"


def spoken(code: int) -> Reply:
    """Refuse by words that repeat what came in."""
    words = f"HTTP/1.1 {code} Not {BASIC} me:{PASSWORD}\r\ncontent-length: 0\r\n\r\n"
    return raw(words.encode())


def configure(
    proxy: Upstream,
    monkeypatch: pytest.MonkeyPatch,
    *,
    more: str = "",
    connect: float = 20,
) -> None:
    """Ask, on every surface, an upstream far away by this proxy."""
    url = proxy.url.replace("//", f"//me:{PASSWORD}@")
    monkeypatch.setenv("HTTPS_PROXY", url)
    entries = "".join(
        f'[[models.{surface}]]\nprovider = "far"\n{more}\n'
        for surface in ("cli", "completion", "chat", "code_action")
    )
    write_config(
        f"{entries}[providers.far]\ntype = 'openai'\nmodel = 'm'\n"
        f"base_url = 'https://api.hexai.test/v1'\nconnect_timeout = {connect}\n"
    )


@pytest.mark.parametrize(
    ("form", "code", "kind", "asked"),
    [
        *((form, 407, "authentication", 1) for form in FORMS),
        ("text", 403, "permission", 1),
        ("terminal", 503, "connection", 3),
    ],
)
def test_a_refusal_is_told_without_its_words(
    form: str,
    code: int,
    kind: str,
    asked: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A wrong password is tried once: whoever checks it may lock the account."""
    option = {"json": ["--json"], "jsonl": ["--jsonl"]}.get(form, [])
    log = ["--log", str(tmp_path / "xdg" / "log"), "--log-texts"]
    with Upstream(spoken(code)) as proxy:
        configure(proxy, monkeypatch)
        screen: Kind = "terminal" if form == "terminal" else "file"
        result = run_cli(*log, *option, "hi", stdout=screen, stderr="terminal")
        shown = run_cli("show", "--json")

    assert result.code == 1
    said = f"the proxy {proxy.url} for {FAR} opened no tunnel (status {code})"
    assert said in " ".join((result.out + result.err).split())
    assert json.loads(shown.out)["entries"][0]["error"]["kind"] == kind
    assert len(proxy.requests) == asked
    texts = (result.out, result.err, shown.out, shown.err)
    assert not [text for text in texts if PASSWORD in text or BASIC in text]
    assert holding(tmp_path, PASSWORD, BASIC) == []


@pytest.mark.parametrize(("code", "out"), [(407, ""), (403, ""), (502, "fine")])
def test_only_an_outage_of_the_proxy_falls_back(
    code: int, out: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it refuses it would refuse again; the user has to hear of it."""
    with Upstream(openai_answer("fine")) as spare, Upstream(spoken(code)) as proxy:
        configure(proxy, monkeypatch, more='fallback = { provider = "spare" }')
        config = Path(os.environ["XDG_CONFIG_HOME"]) / "hexai" / "config.toml"  # noqa: TID251
        config.write_text(
            f"{config.read_text()}[providers.spare]\ntype = 'openai'\nmodel = 'm'\n"
            f"base_url = '{spare.url}'\n"
        )
        result = run_cli("hi")

    assert result.out == out


def test_a_proxy_that_stalls_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """No connection came of it, so the budget of connections has run out."""
    with Upstream(hang()) as proxy:
        configure(proxy, monkeypatch, connect=0.5)
        result = run_cli("--json", "hi")

    [entry] = json.loads(result.out)["entries"]
    assert entry["error"]["kind"] == "timeout"
    assert entry["error"]["message"].startswith(
        f"timeout: no connection to {FAR} by the proxy {proxy.url} within 0.5 s"
    )


def test_a_proxy_that_cannot_be_used_is_told_by_its_variable(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Whatever stands there is not shown: it may be a password."""
    with Upstream() as proxy:
        configure(proxy, monkeypatch)
        monkeypatch.setenv("HTTPS_PROXY", f"socks5://me:{PASSWORD}@127.0.0.1:1080")
        result = run_cli("hi", stderr="terminal")

    assert result.code == 1
    assert "HTTPS_PROXY does not name a proxy that can be used" in result.err
    assert PASSWORD not in result.err
    assert holding(tmp_path, PASSWORD) == []


@pytest.mark.parametrize(
    ("reply", "connect"), [(spoken(407), 20), (status(403), 20), (hang(), 0.5)]
)
def test_an_editor_is_told_and_nothing_is_written(
    reply: Reply, connect: float, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """By a code action and by a completion."""
    with Upstream(reply) as proxy:
        configure(proxy, monkeypatch, connect=connect)

        async def scene(at: Desk) -> None:
            await at.choose("simplify and improve", 0, len(at.text))
            told = await at.told()
            assert f"the proxy {proxy.url}" in told
            listed = await at.client.complete(at.uri, len(at.text))
            assert listed["items"] == []
            await at.client.message("window/logMessage", 1)
            assert PASSWORD not in str(at.client.messages)
            assert BASIC not in str(at.client.messages)
            assert at.text == CODE

        play(scene, CODE, tmp_path)
    assert proxy.requests
    assert holding(tmp_path, PASSWORD, BASIC) == []
