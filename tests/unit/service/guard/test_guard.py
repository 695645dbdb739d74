"""The guard: secrets in messages."""

import asyncio
import hashlib
import re
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexai.config.folders import find_folders
from hexai.domain.entry import Surface
from hexai.domain.messages import Message, Role
from hexai.domain.request import Clearance, Request
from hexai.service.guard import findings as guard_lines
from hexai.service.guard.findings import Finding
from hexai.service.guard.guard import Guard, Source
from hexai.service.guard.rules import TokenRule, fingerprint, guard_rules
from tests.support.secrets import SHAPES, sample, samples

TOKEN_RULES = {rule.name: rule for rule in guard_rules().tokens}
SECRET = sample("github-token")
OWN_LINE = {"line-assignment"}
"""Rules for what stands on a line of its own."""


def _find(text: str) -> list[Finding]:
    """Find each secret once."""
    found = guard_lines.find_secrets(text.splitlines(keepends=True))
    return list({finding.fingerprint: finding for finding in reversed(found)}.values())


def _found(text: str) -> list[str]:
    return [finding.rule for finding in _find(text)]


def _inspect(messages: Sequence[Message], **more: Any) -> Clearance:
    """Ask a new guard about a request with these messages."""
    guard = Guard(find_folders({}, Path("/nowhere")), {})
    request = Request(surface=Surface.CLI, messages=tuple(messages))
    return asyncio.run(guard.inspect(request, **more))


def _said(text: str, role: Role = Role.USER) -> tuple[Message, ...]:
    return (Message(Role.SYSTEM, "Be short."), Message(role, text))


def test_there_is_a_sample_of_every_kind() -> None:
    """No rule is without a test, and there are more than the promised twenty."""
    assert list(TOKEN_RULES) == list(SHAPES)
    assert len(TOKEN_RULES) > 20


@pytest.mark.parametrize("rule", SHAPES)
def test_every_kind_is_found(rule: str) -> None:
    """A secret is found by its own rule and by no other."""
    assert _found(sample(rule)) == [rule]


SURROUNDINGS = [
    ("Why does this fail? ", " Thanks."),
    ("x = '", "'\n"),
    ("(", ")"),
    ("line one\r\n", "\r\nline three"),
    ("grüße 🦉 İ ", " 🦉"),
    ("\ufeff", "\u2028"),
    ("log: ", "\x1b[0m"),
]


@pytest.mark.parametrize("rule", SHAPES)
def test_every_kind_is_found_in_a_text(rule: str) -> None:
    """What stands around a secret does not hide it."""
    own_line = "\n" if rule in OWN_LINE else ""
    for before, after in SURROUNDINGS:
        text = before + own_line + sample(rule) + own_line + after
        assert rule in _found(text), ascii(before)


@pytest.mark.parametrize("rule", SHAPES)
def test_every_kind_is_found_in_the_midst_of_many_lines(rule: str) -> None:
    """A long text is looked through to its end, and the place is told."""
    lines = ["some = code(with_names)  # and a comment"] * 400
    text = "\n".join([*lines[:300], sample(rule), *lines[300:]])

    (finding,) = _find(text)

    assert 300 <= finding.line <= 300 + sample(rule).count("\n")


def test_escaped_line_breaks_do_not_hide_a_secret() -> None:
    """A token right after a backslash and an n in JSON text is found."""
    assert _found(r'{"log": "token:\n' + SECRET + r'\nend"}') == ["github-token"]
    assert "json-web-token" in _found(r"text\n" + sample("json-web-token"))


HARMLESS = [
    "sk-...",
    "sk-your-key-here",
    "sk-proj-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "sk-" + "ant-api03-your_key_here_your_key_here_your_key",
    "sk-" + "a" * 48,
    "export OPENAI_API_KEY=<your key>",
    "export OPENAI_API_KEY=...",
    "OPENAI_API_KEY=$OTHER_KEY_2026",
    "OPENAI_API_KEY=${SECRETS_2026_KEY}",
    "OPENAI_API_KEY=$(pass show openai2)",
    "AKIA" + "IOSFODNN7EXAMPLE",
    "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCY" + "EXAMPLEKEY",
    "ghp" + "_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "ghp" + "_abcdefghijklmnopqrstuvwxyz0123456789",
    "commit 3f786850e387550fdab836ed7e6dc881de23001b",
    "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "id = '550e8400-e29b-41d4-a716-446655440000'",
    "api_key = '550e8400-e29b-41d4-a716-446655440000'",
    'password = os.environ["DB_PASSWORD_2026"]',
    'password = os.getenv("DB_PASSWORD_2026", "")',
    'password = "password"',
    'password = "changeme123"',
    'password = "********"',
    'password = ""',
    'password = f"{user2}:{word3}"',
    'password: str = Field(min_length=12, description="at least 12")',
    'secret_name = "prod/db/main-2026-x1"',
    'token_type = "Bearer2OAuth9"',
    'token = "refresh-token-v2"',
    'TOKEN_URL = "https://auth.internal/oauth2/token1"',
    "max_tokens = 4096",
    "tokens: 1200 in, 340 out",
    "token: settings.oauth2_token.value",
    "  token: OAuth2Token",
    "password: !vault secret/data/db2026",
    'secret: "vault:secret/data/db2026#x1"',
    'secret: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-x1Y2"',
    'key = "Enter your password 2 times"',
    'the API key is stored in "/etc/app/key2026.txt"',
    "PWD=/home/user/project2026",
    "postgres://user:pass@localhost:5432/db",
    "postgres://postgres:postgres@localhost/db",
    "postgres://${DB_USER}:${DB_PASS}@host/db",
    "https://user:<password>@host/",
    "https://user:***@host/",
    "http://localhost:8080/@scope/package2",
    "git@github.com:owner/repo2.git",
    "docker run -u 1000:1000 image",
    "-----BEGIN PRIVATE KEY-----",
    'if text.startswith("-----BEGIN RSA PRIVATE KEY-----"):\n    return parse(text)\n',
    "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----",
    "-----BEGIN PUBLIC KEY-----\n" + "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKC" * 3,
    "-----BEGIN CERTIFICATE-----\n" + "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKC" * 3,
    "Authorization: Bearer <token>",
    "Authorization: Bearer YOUR_ACCESS_TOKEN_HERE",
    "Authorization: Bearer ${TOKEN}",
    "task-management-with-many-words-and-2-numbers",
    "the eyJ prefix of a token",
    "def get_token(self, password, *, secret_key=None): ...",
    "explain: what is an api key, a secret and a password?",
    "<password>{{ vault_password_2 }}</password>",
    "npm_config_registry=http://localhost:4873",
    "hf_hub_download(repo_id='owner/model')",
]


@pytest.mark.parametrize("text", HARMLESS, ids=lambda text: ascii(text)[:60])
def test_what_only_looks_like_a_secret_is_none(text: str) -> None:
    """Placeholders, references, hashes, UUIDs and code are no alarm."""
    assert _found(text) == []


@pytest.mark.parametrize(
    "text",
    [
        'password: str = "q8Zr5Tn2"',
        "const apiKey = `q8Zr5Tn2Lw7X`;",
        '"client_secret" : "q8Zr5Tn2Lw7X",',
        r'"{\"password\": \"q8Zr5Tn2Lw7X\"}"',
        "os.environ['API_KEY'] = 'q8Zr5Tn2Lw7X'",
        'password := "q8Zr5Tn2Lw7X"',
        "'secret' => 'q8Zr5Tn2Lw7X'",
        'if password == "q8Zr5Tn2Lw7X":',
        "PASSWORD2='q8Zr5Tn2Lw7X'",
        "docker run -e DB_PASSWORD=q8Zr5Tn2Lw7X image",
        "spring.datasource.password=q8Zr5Tn2Lw7X",
        "  - token: q8Zr5Tn2Lw7X",
        "curl -H 'Private-Token: q8Zr5Tn2Lw7Xc4Vb' https://x",
        'headers = {"Authorization": "Basic q8Zr5Tn2Lw7Xc4Vb"}',
        "mongodb+srv://app:q8Zr5Tn2@cluster0.internal/db",
        "curl --user me:q8Zr5Tn2Lw7X https://x",
        "PassWord = 'Summer2024!'",
    ],
)
def test_values_are_known_by_their_names(text: str) -> None:
    """The forms in which people write a password or key down are found."""
    assert _found(text) != []


def test_harmless_messages_may_go_anywhere() -> None:
    """Without a secret there is no reason to keep a request here."""
    assert _inspect(_said("What is a token?")) == Clearance()
    assert _inspect(()) == Clearance()


def test_a_finding_names_rule_line_and_fingerprint_but_not_the_secret() -> None:
    """The reason says where to look and what to do, and holds no part of the token."""
    clearance = _inspect(_said(f"one\ntwo\nkey {SECRET}"))

    assert clearance.local_only == (
        "rule github-token found a secret on line 3 of the prompt"
        f" (fingerprint {fingerprint(SECRET)}); if it is harmless, use --send-anyway"
        " or put the fingerprint into ignore.allow_secrets"
    )
    assert not {SECRET[i : i + 6] for i in range(len(SECRET) - 5)} & {
        clearance.local_only[i : i + 6] for i in range(len(clearance.local_only))
    }


@pytest.mark.parametrize(
    ("role", "place"),
    [
        (Role.SYSTEM, "line 2 of the system prompt"),
        (Role.USER, "line 2 of the prompt"),
        (Role.ASSISTANT, "line 2 of an earlier answer"),
    ],
)
def test_every_message_is_looked_at(role: Role, place: str) -> None:
    """System prompt, prompt and earlier answers all count."""
    assert place in _inspect(_said(f"\n{SECRET}", role)).local_only


def test_a_finding_is_placed_in_the_text_it_came_from() -> None:
    """Lines count from the start of the arguments or of the standard input."""
    arguments = Source(name="the arguments", text="explain\nthis")
    piped = Source(name="standard input", text=f"first\n{SECRET}")
    nothing = Source(name="nothing", text="")
    sources = (nothing, arguments, piped)
    messages = _said(f"{arguments.text}:\n\n{piped.text}")

    clearance = _inspect(messages, sources=sources)
    elsewhere = _inspect((*_said("x"), Message(Role.USER, SECRET)), sources=sources[:2])

    assert "line 2 of standard input" in clearance.local_only
    assert "line 1 of the prompt" in elsewhere.local_only


def test_declared_secrets_are_allowed_and_only_they() -> None:
    """A fingerprint in the user's settings lets that one token through."""
    other = sample("slack-token")
    allowed = [fingerprint(SECRET)]

    assert _inspect(_said(SECRET), allow_secrets=allowed) == Clearance()
    clearance = _inspect(_said(f"{SECRET} {other}"), allow_secrets=allowed)
    assert clearance.local_only.startswith("rule slack-token")
    assert fingerprint(SECRET) not in clearance.local_only


def test_the_same_token_in_another_dress_has_the_same_fingerprint() -> None:
    """One fingerprint allows a token wherever it stands."""
    dressed = f'api_key = "{SECRET}"\nAPI_KEY={SECRET}\n'

    assert _inspect(_said(dressed), allow_secrets=[fingerprint(SECRET)]) == Clearance()


def test_keys_with_the_same_beginning_have_different_fingerprints() -> None:
    """A key block is told from another one by all of it."""
    block = sample("private-key")
    line = block.rindex("\n", 0, block.rindex("-----END"))
    other = block[: line - 3] + "AbC" + block[line:]

    (one,), (two,) = _find(block), _find(other)
    assert one.fingerprint != two.fingerprint


def test_a_fingerprint_is_the_start_of_a_known_hash() -> None:
    """Anybody can compute it: 12 hex digits of SHA-256, also for odd text."""
    assert fingerprint("abc") == hashlib.sha256(b"abc").hexdigest()[:12]
    assert len(fingerprint("\udcff")) == 12


def test_many_secrets_make_a_short_reason() -> None:
    """Three are named; that there are more is said."""
    reason = _inspect(_said("\n".join(samples().values()))).local_only

    assert reason.count("(fingerprint ") == 3
    assert " and more; if these are harmless" in reason


def test_one_secret_in_two_messages_is_named_once() -> None:
    """The first place is enough."""
    reason = _inspect((*_said(SECRET), Message(Role.USER, SECRET))).local_only

    assert reason.count("found a secret") == 1


@given(st.text(max_size=300))
def test_any_text_can_be_looked_at(text: str) -> None:
    """Odd characters neither crash the guard nor move what it finds."""
    padded = f"{text} {SECRET} {text}"
    lines = padded.splitlines(keepends=True)

    assert any(
        lines[finding.line].startswith(SECRET, finding.column)
        for finding in _find(padded)
        if finding.rule == "github-token"
    )


@pytest.mark.parametrize("rule", TOKEN_RULES.values(), ids=lambda rule: rule.name)
def test_no_rule_can_run_away(rule: TokenRule) -> None:
    """Every repeat is bounded, and none of varying length is inside another."""
    bare = re.sub(r"\\.|\[(?:\\.|[^\]\\])+\]", "x", rule.pattern)
    repeated_groups = re.findall(r"\(([^()]*(?:\([^()]*\)[^()]*)*)\)\{", bare)

    assert "*" not in bare
    assert "+" not in bare.replace("}+", "")
    assert not any(re.search(r"\{\d+,", group) for group in repeated_groups)
    assert max(map(int, re.findall(r"(\d+)\}", bare)), default=0) <= 8192


def _hostile(rule: TokenRule) -> Iterator[str]:
    """Give texts that begin like a secret as often as they can, and never are one."""
    almost = re.sub(r"[^-_.:=@/\"'\s]", "a", sample(rule.name))
    for anchor in rule.anchors[:3]:
        yield from (anchor, anchor + "=", anchor + ' = "', anchor + "a" * 40)
        yield from (anchor + " " * 19, anchor + "a." * 30, f"\n  {anchor}: ")
    yield sample(rule.name)[:12]
    yield almost


@pytest.mark.parametrize("rule", TOKEN_RULES.values(), ids=lambda rule: rule.name)
def test_time_grows_with_the_text_and_no_faster(rule: TokenRule) -> None:
    """Four times a hostile text takes four times as long, within what clocks can tell.

    With a square in it, it would be sixteen times.
    """
    for text in _hostile(rule):
        small, large = (_seconds(rule, text, size) for size in (2**13, 2**15))
        assert large < max(small * 10, 0.05), text[:40]


def _seconds(rule: TokenRule, text: str, size: int) -> float:
    whole = (text * (size // len(text) + 1))[:size]
    spent = []
    for _ in range(2):
        began = time.thread_time()
        sum(1 for _ in re.finditer(rule.pattern, whole))
        spent.append(time.thread_time() - began)
    return min(spent)


def test_the_largest_input_is_looked_through_in_seconds() -> None:
    """8 MiB of code that names passwords on every line take a bounded time."""
    line = "    token = self.get_token(password=settings.PASSWORD, key='x')\n"
    text = line * (8 * 2**20 // len(line)) + SECRET

    began = time.thread_time()
    found = _found(text)

    assert found == ["github-token"]
    assert time.thread_time() - began < 30


def test_a_plain_question_compiles_no_pattern() -> None:
    """A short prompt costs a look for fixed words and nothing more."""
    re.purge()
    _inspect(_said("How do I reverse a list in Python without copying it?"))

    assert re._cache == {}  # type: ignore[attr-defined] # the only place that knows
