"""Secrets in what an entry is asked with: in no cloud's request, and never kept."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.answers import openai_answer
from tests.support.command_line import run_cli, run_typed, write_config
from tests.support.held import holding
from tests.support.secrets import sample
from tests.support.upstream import Upstream

TOKEN = sample("github-token")
AWS = sample("aws-access-key")
ENTRIES = """
[providers.fake]
type = "openai"
base_url = "{url}/fake"
local = {local}

[providers.good]
type = "openai"
base_url = "{url}/good"

[[models.cli]]
provider = "fake"
model = "{model}"
label = "{label}"
{options}
[[models.cli]]
provider = "good"
model = "m2"
label = "good"
"""


@pytest.fixture(name="upstream")
def fixture_upstream() -> Iterator[Upstream]:
    """Answer everybody."""
    with Upstream() as upstream:
        for name in ("fake", "good"):
            answers = (openai_answer(f"{name} says") for _ in range(9))
            upstream.on(f"/{name}/chat/completions", *answers)
        yield upstream


def configure(
    upstream: Upstream,
    options: str = "",
    *,
    local: bool = False,
    model: str = "m1",
    more: str = "",
) -> Path:
    """Configure one who may have a secret, and one who has none."""
    entries = ENTRIES.format(
        url=upstream.url,
        local=str(local).lower(),
        model=model,
        label="own",
        options=options,
    )
    return write_config(more + entries)


def asked(upstream: Upstream) -> set[str]:
    """Say who was asked, by the provider's name."""
    return {request.path.split("/")[1] for request in upstream.requests}


def told(folder: Path) -> str:
    """Give all that commands tell of what is kept, but for texts; files stay there."""
    commands = (
        ("stats",),
        ("stats", "--json"),
        ("history", "--json"),
        ("history", "export", "--no-texts", str(folder / "all.jsonl")),
        ("show",),
        ("show", "--json"),
        ("report", "--output", str(folder / "page.html")),
    )
    said = [run_cli(*command) for command in commands]
    assert {each.code for each in said} == {0}
    return "".join(each.out + each.err for each in said)


OPTIONS = [
    f"user={TOKEN}",
    f"a.b={TOKEN}",
    f"stop={TOKEN}",
    f'stop=["END", "{TOKEN}"]',
    f'metadata={{"a": {{"b": ["{TOKEN}"]}}}}',
    f'metadata={{"{TOKEN}": 1}}',
    f"{TOKEN}=1",
]


@pytest.mark.parametrize("option", OPTIONS)
def test_an_option_of_the_line(upstream: Upstream, tmp_path: Path, option: str) -> None:
    """Neither its name nor its value leaves, and nothing says or keeps it."""
    configure(upstream)
    result = run_cli("-o", option, "hi")

    assert (result.code, upstream.requests) == (1, [])
    assert "rule github-token found a secret in its options" in result.err
    assert TOKEN not in result.out + result.err + told(tmp_path)
    assert holding(tmp_path, TOKEN) == []


@pytest.mark.parametrize("option", OPTIONS)
def test_what_stays_here_is_asked_and_not_kept(
    upstream: Upstream, tmp_path: Path, option: str
) -> None:
    """The model on this machine gets it; figures name the option by a mask."""
    configure(upstream, local=True)
    result = run_cli("-o", option, "hi")

    assert (result.code, asked(upstream)) == (4, {"fake"})
    assert TOKEN in json.dumps(upstream.requests[0].json)
    assert TOKEN not in told(tmp_path)
    assert holding(tmp_path, TOKEN) == []


def test_by_what_it_is_known(upstream: Upstream) -> None:
    """A masked option still makes a contender of its own."""
    configure(upstream, local=True)
    run_cli("--only", "own", "-o", f"a.b={TOKEN}", "-o", f"{TOKEN}=1", "hi")
    run_cli("--only", "own", "hi")
    exported = run_cli("show", "1", "--json").out

    assert "********=******** a.b=********" in exported
    assert "*" not in run_cli("show", "2", "--json").out


def test_one_entry_alone(upstream: Upstream, tmp_path: Path) -> None:
    """Whoever has none of it is asked, and the question is kept."""
    configure(upstream, f'options = {{ user = "{AWS}" }}')
    result = run_cli("hi")
    checked = run_cli("config", "check")

    assert (result.code, asked(upstream)) == (4, {"good"})
    assert "rule aws-access-key found a secret in its options" in result.err
    assert json.loads(run_cli("show", "--json").out)["prompt"] == "hi"
    assert checked.code == 0
    assert "models.cli: own is asked on this machine alone: rule aws-" in checked.err
    assert holding(tmp_path, AWS) == []


def test_the_name_of_a_model(upstream: Upstream, tmp_path: Path) -> None:
    """It stands in the request as well, and in every figure."""
    configure(upstream)
    result = run_cli("-m", f"fake:{TOKEN}", "hi")

    assert (result.code, upstream.requests) == (1, [])
    assert "found a secret in the name of its model" in result.err
    assert TOKEN not in told(tmp_path)
    assert holding(tmp_path, TOKEN) == []


@pytest.mark.parametrize(
    "words",
    [
        ("hi",),
        ("--plain", "hi"),
        ("--json", "hi"),
        ("config", "check"),
        ("models", "test"),
        ("models", "test", "--json"),
        ("-o", f"max_tokens={TOKEN}", "hi"),
    ],
)
def test_the_name_of_a_model_on_the_screen(
    upstream: Upstream, words: tuple[str, ...]
) -> None:
    """Nothing shows it, nor the label that an entry has by it, nor a wrong value."""
    path = configure(upstream, model=TOKEN)
    path.write_text(path.read_text().replace('label = "own"\n', ""))
    result = run_cli(*words)
    _, display = run_typed("", *words)

    assert result.out + result.err
    assert TOKEN not in result.out + result.err + display


def test_a_test_of_models_names_what_it_takes(upstream: Upstream) -> None:
    """It cannot be told to send anyway, but the configuration can."""
    configure(upstream, model=TOKEN)
    result = run_cli("models", "test")

    assert "put the fingerprint into ignore.allow_secrets" in result.out
    assert "--send-anyway" not in result.out + result.err


def test_a_fallback(upstream: Upstream) -> None:
    """What stays here may be asked, and whom it falls back to may not."""
    fallback = 'fallback = { provider = "good", model = "m3" }'
    stop = f'options = {{ stop = "{TOKEN}" }}'
    with Upstream() as away:
        url = away.url
    path = configure(upstream, f"{stop}\n{fallback}", local=True)
    path.write_text(path.read_text().replace(f"{upstream.url}/fake", f"{url}/fake"))
    result = run_cli("--only", "own", "hi")

    assert (result.code, upstream.requests) == (1, [])
    assert "rule github-token" in result.err


def test_as_the_user_wishes(upstream: Upstream, tmp_path: Path) -> None:
    """For once, or for good; the ledger has no part in the former."""
    configure(upstream)
    once = run_cli("--send-anyway", "--only", "own", "-o", f"user={TOKEN}", "hi")
    refused = run_cli("--only", "own", "-o", f"user={TOKEN}", "hi")
    assert holding(tmp_path, TOKEN) == []
    mark = refused.err.partition("fingerprint ")[2][:12]
    configure(upstream, more=f'[ignore]\nallow_secrets = ["{mark}"]\n')
    allowed = run_cli("--only", "own", "-o", f"user={TOKEN}", "anew")

    assert [once.code, refused.code, allowed.code] == [0, 1, 0]
    assert len(upstream.requests) == 2


def test_an_argument_of_a_template(upstream: Upstream) -> None:
    """It stands in the prompt, which is looked at whole: a token in two parts too."""
    template = '[prompts.templates.t]\nuser = "a {{one}}{{two}} b"\n'
    configure(upstream, more=template)
    half = len(TOKEN) // 2
    parts = ("-p", f"one={TOKEN[:half]}", "-p", f"two={TOKEN[half:]}")
    result = run_cli("-t", "t", *parts)

    assert (result.code, upstream.requests) == (1, [])
    assert "rule github-token" in result.err
