"""The documentation: what it links to is there, and what it shows works."""

import json
import re
import shlex
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from hexai.config.folders import find_folders
from hexai.config.order import load
from hexai.config.provider_defaults import provider_settings
from hexai.config.schema import Settings
from hexai.config.schema_providers import ProviderSettings
from hexai.engine import decide
from hexai.surfaces.cli.command_line import (
    option_names,
    parse_options,
    root_command,
    split_line,
    stray_options,
)
from hexai.surfaces.cli.commands import COMMANDS, find, summaries
from scripts.generate import pages

ROOT = Path(__file__).parent.parent
PAGES = sorted(
    page
    for where in ("*.md", "docs/**/*.md", "findings/*.md")
    for page in ROOT.glob(where)
)
WRITTEN = [page for page in PAGES if page not in pages()]
FRAGMENTS = sorted(path for path in ROOT.glob("changelog.d/*") if path.name[0] != ".")
_FINDINGS_PAGE = ROOT / "findings" / "README.md"
FINDINGS = sorted(ROOT.glob("findings/*.sh"))
_TYPES = ("security", "removed", "deprecated", "added", "changed", "fixed")
_BLOCK = re.compile(r"^```(?P<kind>\w*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"!?\[[^\]]*\]\((?P<target>[^)\s]+)\)")
_CODE = re.compile(r"(`+).+?\1")
QUESTION = ("show", "me", "the", "largest", "files")
"""The pages' example of a question that begins as a command does."""
_SENTENCES = re.compile(r"[a-z`)][.!?] [A-Z]")


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _prose(page: Path) -> list[str]:
    return _BLOCK.sub("", page.read_text()).splitlines()


def _blocks(page: Path, *kinds: str) -> Iterator[str]:
    for block in _BLOCK.finditer(page.read_text()):
        if block["kind"] in kinds:
            yield block["body"]


def _anchor(heading: str) -> str:
    """Name a heading as the forges do in links."""
    kept = re.sub(r"[^\w\- ]", "", heading.lower())
    return kept.strip().replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_a_page_has_one_title(page: Path) -> None:
    """The first line is the only heading of the first level."""
    titles = [line for line in _prose(page) if line.startswith("# ")]

    assert titles == _prose(page)[:1]


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_links_lead_somewhere(page: Path) -> None:
    """A link names a file or folder of the tree, and a heading that is in it."""
    dead = []
    for link in _LINK.finditer(_CODE.sub("", "\n".join(_prose(page)))):
        path, _, anchor = link["target"].partition("#")
        if "://" in path:
            continue
        file = page.parent / path if path else page
        headings = [h.lstrip("# ") for h in _headings(file)]
        if not file.exists() or (anchor and anchor not in map(_anchor, headings)):
            dead.append(link["target"])

    assert dead == []


def _headings(file: Path) -> list[str]:
    if file.suffix != ".md" or not file.is_file():
        return []
    return [line for line in _prose(file) if line.startswith("#")]


@pytest.mark.parametrize("page", WRITTEN, ids=_name)
def test_a_line_holds_one_sentence(page: Path) -> None:
    """So that a change of one sentence is a change of one line."""
    prose = [line for line in _prose(page) if not line.startswith("|")]

    assert [line for line in prose if _SENTENCES.search(line)] == []


def _commands(page: Path) -> Iterator[list[str]]:
    """Find the command lines of ours that a page shows, taken apart as a shell does."""
    shown = "".join(_blocks(page, "", "sh")) + "\n"
    shown += "\n".join(re.findall(r"`(hexai [^`]+)`", "\n".join(_prose(page))))
    for line in shown.replace('"$(', "| ").replace(')"', "").splitlines():
        lexer = shlex.shlex(line, posix=True, punctuation_chars="|;&<>()")
        lexer.whitespace_split = True
        words: list[str] = []
        for word in [*lexer, ";"]:
            if not set(word) <= set("|;&<>()"):
                words.append(word)
                continue
            if (ours := _without_assignments(words)) is not None:
                yield ours
            words = []


def _without_assignments(words: list[str]) -> list[str] | None:
    while words and re.match(r"[A-Z_]+=|if$", words[0]):
        words = words[1:]
    return words[1:] if words[:1] == ["hexai"] else None


@pytest.mark.parametrize("page", WRITTEN, ids=_name)
def test_commands_shown_are_there(page: Path) -> None:
    """Every `hexai …` parses, and none shows a command that does not exist yet."""
    root = root_command(summaries())
    names = option_names(root)
    there = {command.words[0] for command in COMMANDS if command.summary}
    for words in _commands(page):
        line = split_line(words, names)
        options = parse_options(root, line.options)
        context = find(line, options)
        if context is not None:
            assert line.words[0] in there, words
        else:
            assert not stray_options(line, names), words
            meant = line.literal or line.words == QUESTION
            assert meant or not there & set(line.words[:1]), words


def test_commands_are_found() -> None:
    """The search for command lines sees pipes, assignments and substitutions."""
    found = [words for page in WRITTEN for words in _commands(page)]

    assert ["models", "pull", "smollm2"] in found
    assert ["write a commit message"] in found
    assert len(found) > 50


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_configuration_shown_loads(page: Path, tmp_path: Path) -> None:
    """Every TOML block is a configuration without a problem or a warning.

    One that begins with another program's file is only TOML.
    """
    for block in _blocks(page, "toml"):
        if block.startswith("# ~/.config/helix/"):
            tomllib.loads(block)
            continue
        file = tmp_path / "config.toml"
        file.write_text(block)
        snapshot = load(find_folders({}, tmp_path), {}, config=file)
        assert snapshot.warnings == (), block


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_json_shown_is_json(page: Path) -> None:
    """A JSON block is one value, or one a line."""
    for block in _blocks(page, "json"):
        values = [block] if block.startswith("{\n") else block.splitlines()
        for value in values:
            json.loads(value)


@pytest.mark.parametrize("path", pages(), ids=_name)
def test_generated_pages_are_current(path: Path) -> None:
    """`scripts/generate` was run after the last change of what they are made from."""
    assert path.read_text() == pages()[path]


def test_every_page_can_be_found() -> None:
    """README.md links to each page of the documentation, or to its folder."""
    targets = {m["target"] for m in _LINK.finditer((ROOT / "README.md").read_text())}
    linked = {(ROOT / target).resolve() for target in targets if "://" not in target}

    assert [p for p in PAGES if not linked & {p, p.parent} and p.parent != ROOT] == []


def test_each_finding_has_a_row_and_a_head() -> None:
    """A script says what one would guess, what is so, where it was seen, for whom."""
    rows = re.findall(r"^\| `(.+?\.sh)` \|", _FINDINGS_PAGE.read_text(), re.MULTILINE)
    heads = {
        path.name: re.findall(r"^# (\w+):", path.read_text(), re.MULTILINE)
        for path in FINDINGS
    }

    assert sorted(rows) == sorted(heads)
    assert set(map(tuple, heads.values())) == {("Guess", "Seen", "Version", "Concerns")}


@pytest.mark.parametrize("path", FINDINGS, ids=_name)
def test_a_finding_stays_on_this_machine(path: Path) -> None:
    """It installs by name what is pinned, and asks only servers of its own."""
    text = path.read_text()
    installed = re.findall(r"bin/pip install (?:--\S+ |\\\n *)*(.+)", text)

    assert set(re.findall(r"https?://[\w.]+", text)) <= {"http://127.0.0.1"}
    assert all("==" in name for line in installed for name in line.split())
    assert path.stat().st_mode & 0o111


def test_fragments_of_the_changelog_are_well_formed() -> None:
    """Each is `<slug>.<type>.md` and says what a user notices in 25 words."""
    for fragment in FRAGMENTS:
        slug, kind, suffix = fragment.name.split(".")
        assert re.fullmatch(r"[a-z0-9-]+", slug), fragment.name
        assert kind in _TYPES, fragment.name
        assert suffix == "md", fragment.name
        assert 0 < len(fragment.read_text().split()) <= 25, fragment.name


def _rows(text: str) -> list[list[str]]:
    lines = [line.split("|")[1:-1] for line in text.splitlines() if line[:1] == "|"]
    return [[cell.strip() for cell in line] for line in lines[2:]]


def test_the_page_of_the_race_decides_as_the_engine_does() -> None:
    """Its table is the one that stands at the code."""
    page = (ROOT / "docs/explanation/race.md").read_text()

    assert _rows(page) == _rows(decide.__doc__ or "")


def _settings_of(name: str) -> ProviderSettings:
    found = provider_settings(Settings(), name)
    assert found is not None
    return found


def test_the_page_of_limits_has_the_defaults() -> None:
    """A number is what holds if nothing is configured, for a server elsewhere."""
    page = _rows((ROOT / "docs/howto/limits.md").read_text())
    told = {row[0]: [*map(int, re.findall(r"\d+", row[1]))] for row in page}
    far, near = (_settings_of(name) for name in ("openai", "ollama"))
    budgets, on_this_machine = far.budgets, near.budgets

    expected = {
        "connect_timeout": [budgets.connect],
        "load_timeout": [budgets.load, on_this_machine.load],
        "first_token_timeout": [budgets.first_token, on_this_machine.first_token],
        "idle_timeout": [budgets.idle],
        "timeout": [far.timeout],
        "fanout.max_concurrency": [Settings().fanout.max_concurrency],
    }
    assert {key: told[f"`{key}`"] for key in expected} == expected


@pytest.mark.parametrize("page", ["ARCHITECTURE.md", "docs/explanation/walks.md"])
def test_the_map_names_modules_that_are_there(page: str) -> None:
    """It follows the source, however a module is moved, and so do the walks."""
    text = (ROOT / page).read_text()
    named = set(re.findall(r"`([\w/]+\.py)`", text))
    there = [f"/{p.relative_to(ROOT)}" for p in ROOT.glob("[bst]*/**/*.py")]

    assert [n for n in named if not any(p.endswith(f"/{n}") for p in there)] == []


@pytest.mark.debian
@pytest.mark.parametrize("page", sorted(ROOT.glob("docs/man/*")), ids=lambda p: p.name)
def test_a_manual_page_is_well_formed(page: Path) -> None:
    """And shows each option as it is typed."""
    lint = ["mandoc", "-T", "lint", "-W", "error", str(page)]
    assert subprocess.run(lint, capture_output=True, check=False).stdout == b""
    shown = subprocess.run(
        ["mandoc", "-T", "ascii", str(page)], capture_output=True, check=True, text=True
    )
    plain = re.sub(".\b", "", shown.stdout)
    assert "-h, --help" in plain
    assert page.stem in plain


def test_the_tour_runs_after_its_own_steps() -> None:
    """README's labels are those that `config init` writes, and its files are there.

    Nothing of its first half asks by a template: none is configured by then.
    """
    tour, _, _ = (ROOT / "README.md").read_text().partition("## Configure it")
    labels = re.findall(r"^hexai .*--only (\S+)", tour, re.MULTILINE)
    files = re.findall(r"^.*hexai .*?(?:-f|<) (\S+)", tour, re.MULTILINE)

    assert labels
    assert set(labels) <= {"careful", "lively"}
    assert len(files) > 1
    assert [name for name in files if not (ROOT / name).exists()] == []
    assert not re.search(r"hexai .*-t ", tour)
