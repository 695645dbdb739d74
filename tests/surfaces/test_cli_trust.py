"""`hexai config trust`: shown before it is granted, void after a changed byte."""

import hashlib
import os
from pathlib import Path

import pytest

from tests.support.command_line import run_cli, run_typed, write_config

TEXT = """\
local_only = false
[openai]
model = "theirs"
base_url = "https://b\\u00fccher.example/v1"
[prompts.chat]
system = "one \\u001b]0;p\\u0007 two"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Make a git repository with a project file, for a user with a file."""
    write_config("")
    return write(tmp_path / "p", TEXT)


def write(folder: Path, text: str) -> Path:
    """Write a project file into a git repository."""
    (folder / ".git").mkdir(parents=True, exist_ok=True)
    (folder / ".hexaiconfig.toml").write_text(text)
    return folder / ".hexaiconfig.toml"


def sha256(file: Path) -> str:
    """Give the sum of a file's bytes."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def typed(folder: Path, text: str, *words: str) -> tuple[int, str]:
    """Run a command on a terminal on which somebody has typed; gives what was shown."""
    return run_typed(text, *words, folder=folder)


def model_in(folder: Path) -> str:
    """Say which model OpenAI is asked for in a folder."""
    shown = run_cli("config", "show", folder=folder).out
    return shown.partition("[openai]\nmodel = ")[2].partition("\n")[0]


def test_every_key_is_shown_before_the_question(file: Path) -> None:
    """Escaped, with the sum of the bytes; what is never set is marked."""
    code, shown = typed(file.parent, "y\n", "config", "trust")
    assert code == 0
    before = shown.partition("Let this project set these keys?")[0]
    assert f"{file}\nsha256 {sha256(file)}\n" in before
    assert '  openai.model = "theirs"\n' in before
    assert "xn--bcher-kva.example" in before
    assert "openai.base_url" in before
    assert before.count("(ignored even if trusted)") == 1
    assert "one \\u001b]0;p\\u0007 two" in before
    assert "\x1b" not in shown
    assert "is trusted until it changes" in shown
    assert model_in(file.parent) == '"theirs"'


@pytest.mark.parametrize("answer", ["n\n", "\n", "\x04", "yess\n"])
def test_anything_but_yes_is_no(file: Path, answer: str) -> None:
    """Nothing is granted."""
    code, shown = typed(file.parent, answer, "config", "trust")
    assert (code, "is not trusted" in shown) == (1, True)
    assert model_in(file.parent) == '"gpt-4.1"'


def test_a_changed_byte_voids_it(file: Path) -> None:
    """And asking again shows the new state."""
    assert typed(file.parent, "yes\n", "config", "trust")[0] == 0
    assert "is trusted as it is" in typed(file.parent, "", "config", "trust")[1]
    file.write_text(TEXT + "#")
    assert model_in(file.parent) == '"gpt-4.1"'
    assert "has changed" in run_cli("config", "check", folder=file.parent).err
    assert sha256(file) in typed(file.parent, "n\n", "config", "trust")[1]


def test_without_a_terminal_the_sum_is_needed(file: Path) -> None:
    """Nobody would see what is granted."""
    refused = run_cli("config", "trust", folder=file.parent)
    assert (refused.code, refused.out) == (2, "")
    assert "--yes" in refused.err
    wrong = run_cli("config", "trust", "--yes", "0" * 64, folder=file.parent)
    assert (wrong.code, wrong.out) == (1, "")
    assert "is not in the state of that sum" in wrong.err
    right = run_cli("config", "trust", "--yes", sha256(file), folder=file.parent)
    assert right.code == 0
    assert model_in(file.parent) == '"theirs"'


def test_a_sum_grants_only_the_file_that_it_is_of(file: Path) -> None:
    """Others above stay as they are."""
    inner = write(file.parent / "inner", '[anthropic]\nmodel = "x"\n')
    result = run_cli("config", "trust", "--yes", sha256(inner), folder=inner.parent)
    assert (result.code, str(file) in result.out) == (0, False)
    assert model_in(inner.parent) == '"gpt-4.1"'


def test_a_path_names_a_file_or_a_folder(file: Path) -> None:
    """Absolute, or relative to where one is."""
    for path in (str(file), str(file.parent), "p", "p/.hexaiconfig.toml"):
        words = ("config", "trust", path, "--yes", sha256(file))
        result = run_cli(*words, folder=file.parent.parent)
        assert (result.code, str(file) in result.out) == (0, True)


@pytest.mark.parametrize(
    ("text", "part"),
    [("[", "is not valid TOML"), ("[general]\nmax_tokens = ''\n", "it has problems")],
)
def test_a_file_with_problems_cannot_be_trusted(
    file: Path, text: str, part: str
) -> None:
    """Why is told."""
    file.write_text(text)
    result = run_cli("config", "trust", "--yes", sha256(file), folder=file.parent)
    assert result.code == 1
    assert part in result.err
    code, shown = typed(file.parent, "y\n", "config", "trust")
    assert code == 1
    assert "cannot be trusted" in shown
    assert "[y/N]" not in shown


def test_what_is_of_no_use_is_told_when_it_is_trusted(file: Path) -> None:
    """It keeps nobody from asking, and lets nothing out until it is mended."""
    file.write_text("[providers.team]\nbase_url = 'http://127.0.0.1:1'\n")
    result = run_cli("config", "trust", "--yes", sha256(file), folder=file.parent)
    assert result.code == 1
    assert f"of no use until it is mended: {file}:1: providers.team.type" in result.err

    checked = run_cli("config", "check", folder=file.parent)
    assert checked.code == 0
    assert "nothing goes from here to a cloud" in checked.err
    again = run_cli("config", "trust", "--yes", sha256(file), folder=file.parent)
    assert (again.code, "cannot be trusted: it has problems" in again.err) == (1, True)


def test_what_only_restricts_needs_no_trust(file: Path) -> None:
    """It holds already; whoever trusts it does so for `bench run --test`."""
    file.write_text("local_only = true\n")
    code, shown = typed(file.parent, "n\n", "config", "trust")
    assert (code, "sets nothing that needs trust" in shown) == (1, True)
    assert "`hexai bench run --test` may run its code" in shown
    assert "no project file is trusted" in run_cli("config", "trust", "--list").out
    assert typed(file.parent, "y\n", "config", "trust")[0] == 0
    assert str(file) in run_cli("config", "trust", "--list").out


def test_no_project_file_is_an_error(tmp_path: Path) -> None:
    """It says where it looked."""
    result = run_cli("config", "trust", "--yes", "0" * 64, folder=tmp_path)
    assert result.code == 1
    assert f"above {tmp_path}" in result.err


def test_what_cannot_be_looked_at_holds_no_trust() -> None:
    """A name that is too long stands for a folder that nobody may enter."""
    there = {**os.environ, "XDG_STATE_HOME": f"/{'x' * 300}"}  # noqa: TID251
    listed = run_cli("config", "trust", "--list", environ=there)
    assert (listed.code, listed.err) == (0, "")
    assert "no project file is trusted" in listed.out


def test_what_is_trusted_can_be_listed_and_revoked(file: Path) -> None:
    """By file or folder; the file need not be there any more."""
    run_cli("config", "trust", "--yes", sha256(file), folder=file.parent)
    listed = run_cli("config", "trust", "--list").out
    assert str(file) in listed
    assert listed.splitlines()[1].endswith("  trusted")
    file.write_text(TEXT + "#")
    assert "has changed" in run_cli("config", "trust", "--list").out
    file.unlink()
    assert run_cli("config", "trust", "--list").out.splitlines()[1].endswith("  gone")

    revoked = run_cli("config", "trust", "--revoke", "p", folder=file.parent.parent)
    assert (revoked.code, "is not trusted any more" in revoked.out) == (0, True)
    again = run_cli("config", "trust", "--revoke", str(file))
    assert (again.code, again.out) == (1, "")
    unseen = run_cli("config", "trust", "--revoke", f"/{'x' * 300}")
    assert "was not trusted" in unseen.err
    file.write_text(TEXT)
    assert model_in(file.parent) == '"gpt-4.1"'


@pytest.mark.parametrize(
    "words",
    [["--list", "--revoke", "x"], ["x", "--list"], ["x", "--revoke", "y"]],
)
def test_only_one_thing_at_a_time(words: list[str]) -> None:
    """Anything else is a usage error."""
    result = run_cli("config", "trust", *words)
    assert (result.code, result.out) == (2, "")


def test_a_word_that_is_no_sum_trusts_nothing_and_is_not_asked() -> None:
    """Who asks a question writes no option."""
    write_config('[provider]\nname = "simulated"\n[simulated]\nmodel = "echo"\n')
    result = run_cli("config", "trust", "--yes", "minister")
    assert (result.code, result.out) == (2, "")
    assert "hexai config trust" in result.err
