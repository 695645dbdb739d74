"""Fuzzed readers of what models, editors, files and people wrote."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

from hexai.config.files import ConfigFile
from hexai.config.folders import find_folders
from hexai.config.order import load_beside
from hexai.config.problems import Problem
from hexai.config.toml import CHAIN, USER, Weight, look
from hexai.errors import ConfigError
from hexai.service.actions.fitting import Frame, Unfit, fit
from hexai.service.guard.findings import find_secrets
from hexai.surfaces.lsp.protocol.stdio import Fault, Frames
from hexai.text.cleaning import clean
from hexai.text.sanitise import VisibleStream, visible
from tests.fuzz.mutate import pieces
from tests.support.secrets import sample

ANSWERS = (
    "Sure, here is the code:\n```python\nreturn a + b\n```\nHope this helps!",
    "```\n    return a + b\n```",
    "def add(a, b):\n    return a + b\n\n\nprint(add(1, 2))\n",
    "`a + b`",
    "return a + b\nreturn a + b\nreturn a + b\n" * 3,
    "> quoted\n>!x>\nwhat is this?>\n${1:CLIPBOARD}$0\\",
)
_LANGUAGES = ("python", "go", "rust", "typescript", "markdown", "")
_CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]"
)


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")[:6000]


def clean_any(data: bytes, chance: Random) -> None:
    """Make of an answer only what is in it, finished or not."""
    answer = _text(data)
    document = chance.choice(ANSWERS)
    at = chance.randrange(len(document) + 1)
    for finished in (False, True):
        got = clean(
            answer,
            before=document[:at],
            after=document[at:],
            infilled=chance.random() < 0.2,
            finished=finished,
            language=chance.choice(_LANGUAGES),
        )
        _holds_no_more(got, answer)


def fit_any(data: bytes, chance: Random) -> None:
    """Make of an answer what takes a selection's place, of what is in it alone."""
    answer, selected = _text(data), chance.choice(ANSWERS)
    frame = Frame(
        replaced=selected,
        shown=selected,
        near=chance.choice(ANSWERS),
        language=chance.choice(_LANGUAGES),
        code=chance.random() < 0.7,
        mid_line=chance.random() < 0.3,
    )
    got = fit(answer, frame)
    if not isinstance(got, Unfit):
        _holds_no_more(got, answer)


def _holds_no_more(got: str, answer: str) -> None:
    """Check that no character was invented; blanks are made to fit."""
    more = Counter(got) - Counter(answer)
    assert not "".join(more).strip(), f"invented: {more}"


def show_any(data: bytes, chance: Random) -> None:
    """Let no character through that moves a cursor, whole or in pieces."""
    text = data.decode("utf-8", "surrogateescape")[:6000]
    shown = visible(text)
    assert not _CONTROLS.search(shown)
    shown.encode()
    stream = VisibleStream()
    at = chance.randrange(len(text) + 1)
    assert stream.feed(text[:at]) + stream.feed(text[at:]) + stream.end() == shown


def guard_any(data: bytes, chance: Random) -> None:
    """Find a secret on a line of its own, whatever stands around it."""
    rule = chance.choice(_SELF_EVIDENT)
    above, below = _text(data[: len(data) // 2]), _text(data[len(data) // 2 :])
    text = f"{above}\n{sample(rule)}\n{below}"
    found = find_secrets(text.splitlines(keepends=True))
    assert list(found), f"{rule} was not found"


_SELF_EVIDENT = (
    *("anthropic-key", "openai-key", "huggingface-token", "aws-access-key"),
    *("google-api-key", "github-token", "gitlab-token", "npm-token", "slack-token"),
    *("stripe-key", "json-web-token", "url-password"),
)
"""Rules that need nothing before or behind what they find."""


def frames() -> Sequence[bytes]:
    """Give messages of an editor as they stand in a pipe."""
    bodies = (b'{"jsonrpc":"2.0","method":"x"}', b"{}", b"")
    framed = [b"Content-Length: %d\r\n\r\n%b" % (len(one), one) for one in bodies]
    return (b"".join(framed), b"noise\n" + framed[0] * 3, b"content-length:2\n\n{}")


def frame_any(data: bytes, chance: Random) -> None:
    """Cut out the same messages however the bytes come."""
    whole = _framed([data])
    assert _framed(pieces(data, chance)) == whole
    assert sum(len(one) for one in whole if isinstance(one, bytes)) <= len(data)


def _framed(parts: Sequence[bytes]) -> list[bytes | Fault]:
    reading = Frames()
    return [one for part in parts for one in reading.feed(part)]


_HOME = Path("/nonexistent/home")
_FOLDERS = find_folders({}, _HOME)


def load_any(data: bytes, chance: Random) -> None:
    """Load a configuration, or say in lines what is wrong with it."""
    _load(data.decode("utf-8", "replace"), {})


def environments() -> Sequence[bytes]:
    """Give variables, one a line."""
    return (
        b"HEXAI_MODEL=gpt\nHEXAI_MAX_TOKENS=50\nHEXAI_CLI_MODEL=a,b\n",
        b"HEXAI_OPENAI_API_KEY=k\nHEXAI_CHAT_TEMPERATURE=0.5\nOPENAI_API_KEY=x\n",
        b"HEXAI_COMPLETION_MODEL=ollama:x\nHEXAI_TRIGGER_CHARACTERS=.,:\n",
    )


def environment_any(data: bytes, chance: Random) -> None:
    """Take variables over a configuration, or say what is wrong with them."""
    lines = data.decode("utf-8", "surrogateescape").replace("\0", "").splitlines()
    pairs = (line.partition("=") for line in lines)
    _load("", {name: value for name, _, value in pairs if name})


def _load(text: str, environ: dict[str, str]) -> None:
    path = _HOME / "config.toml"
    file = ConfigFile(path=path, text=text, owner=0)
    told: tuple[str, ...] = ("nothing",)
    try:
        load_beside(file, path, _FOLDERS, environ)
    except ConfigError as error:
        told = error.problems
    assert told
    assert all(problem.strip() for problem in told)


SHAPES = (
    b'a = [[1, 2], {b.c = 3, d = [{e = "]"}]}]\n',
    b'[a."b.c".d]\ne = 1979-05-27T07:32:00.5\n[[f]]\ng = """\n"[=\n""""\n',
    b"h = '''a'b''''\ni = \"\\\"[,\" # [,=\nj = '\\'\nk = 1.5\n",
)


def weigh_any(data: bytes, chance: Random) -> None:
    """Weigh or refuse a text; what the parser finds in it was counted.

    So no string, comment or bracket hides from the look what the parser would meet.
    """
    text = data.decode("utf-8", "replace")[:6000]
    allowed = chance.choice((USER, CHAIN, Weight(size=4096, items=40)))
    looked = look(text, allowed)
    if isinstance(looked, Problem):
        assert looked.message
        return
    assert looked.size == len(text.encode())
    assert looked.items <= allowed.items
    begun = look(text[: chance.randrange(len(text) + 1)], allowed)
    assert isinstance(begun, Weight)
    assert begun.items <= looked.items
    try:
        found = tomllib.loads(text)
    except ValueError:
        return
    leaves = (leaf for value in found.values() for leaf in _leaves(value))
    assert sum(1 for _ in leaves) <= looked.items


def _leaves(value: object) -> Iterator[object]:
    if isinstance(value, dict) and value:
        for each in value.values():
            yield from _leaves(each)
    elif isinstance(value, list) and value:
        for each in value:
            yield from _leaves(each)
    else:
        yield value
