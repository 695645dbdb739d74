"""`hexai config`: edit, path, show, check, diff and schema."""

import json
import os
import stat
import sys
import tomllib
from pathlib import Path

import pytest

from tests.support.command_line import run_cli, simulated, write_config

TWO = """\
[providers.work]
type = "openai"
base_url = "https://models.example.com/v1"
api_key_command = ["print", "MARK1"]
headers = { x-key = "MARK2" }
[[models.cli]]
provider = "ollama"
model = "qwen3:8b"
label = "home"
temperature = 0
[[models.cli]]
provider = "work"
model = "large"
"""


def environ(**more: str) -> dict[str, str]:
    """Give the test's environment with more in it."""
    return {**os.environ, **more}  # noqa: TID251 - the edge


def project(folder: Path, text: str) -> Path:
    """Make a git repository with a project file; gives the file."""
    (folder / ".git").mkdir(parents=True)
    file = folder / ".hexaiconfig.toml"
    file.write_text(text)
    return file


class TestPath:
    """Where the file is."""

    def test_it_is_named_whether_it_is_there_or_not(self) -> None:
        """Or the one that was given."""
        place = os.environ["XDG_CONFIG_HOME"]  # noqa: TID251
        assert run_cli("config", "path").out == f"{place}/hexai/config.toml\n"
        given = run_cli("--config", "/some/where.toml", "config", "path")
        assert (given.code, given.out, given.err) == (0, "/some/where.toml\n", "")


class TestShow:
    """What holds, and where it is from."""

    def test_what_is_shown_is_a_configuration(self) -> None:
        """It can be read, and shown again as the same."""
        write_config("[general]\nmax_tokens = 7\n" + TWO)
        shown = run_cli("config", "show")
        assert shown.code == 0
        data = tomllib.loads(shown.out)
        assert data["general"]["max_tokens"] == 7
        assert data["models"]["cli"][0]["temperature"] == 0.0

    def test_every_value_has_its_origin(self, tmp_path: Path) -> None:
        """Built-in, file with line, project file, variable."""
        file = write_config("[general]\nmax_tokens = 7\ncontext_window_lines = 50\n")
        restricting = project(tmp_path / "p", "[general]\ncontext_window_lines = 9\n")
        shown = run_cli(
            *("config", "show", "--origin"),
            environ=environ(HEXAI_CLI_LAYOUT="plain"),
            folder=restricting.parent,
        ).out
        assert f"max_tokens = 7  # {file}:2\n" in shown
        assert f"context_window_lines = 9  # {restricting}:2\n" in shown
        assert 'layout = "plain"  # HEXAI_CLI_LAYOUT\n' in shown
        assert "blind = false  # built-in\n" in shown

    def test_an_origin_may_be_no_utf_8(self, tmp_path: Path) -> None:
        """In JSON it has an escape for each such byte."""
        there = project(tmp_path / "caf\udce9", "[general]\nmax_tokens = 17\n")
        shown = run_cli("config", "show", "--json", folder=there.parent)
        origin = json.loads(shown.out)["general.max_tokens"]["origin"]
        assert origin == f"{there}:2"

    def test_what_a_profile_leaves_open_is_built_in(self) -> None:
        """It has no lower layer, and is in no line of the file."""
        file = write_config(TWO)
        values = json.loads(run_cli("config", "show", "--json").out)
        origins = {key: value["origin"] for key, value in values.items()}

        assert origins["providers.work.type"] == f"{file}:2"
        assert origins["providers.work.model"] == "built-in"

    def test_variables_of_a_surface_are_shown_as_its_entries(self) -> None:
        """They are what is asked."""
        write_config(TWO)
        words = "ollama:qwen3-coder:30b@0, openai:gpt-4.1"
        given = environ(HEXAI_MODELS_CLI=words, HEXAI_TEMPERATURE_CHAT="1")
        shown = run_cli("config", "show", "--json", environ=given)
        values = json.loads(shown.out)
        assert values["models.cli"] == {
            "value": ["ollama:qwen3-coder:30b@0.000", "openai:gpt-4.1@0.200"],
            "origin": "HEXAI_MODELS_CLI",
        }
        assert values["models.chat"]["origin"] == "HEXAI_TEMPERATURE_CHAT"
        assert values["models.chat"]["value"] == ["ollama:qwen3-coder:30b@1.000"]

    def test_what_a_project_uses_is_shown(self, tmp_path: Path) -> None:
        """Though it is kept apart from the settings."""
        write_config(TWO)
        file = project(tmp_path / "p", 'use.cli = ["home"]\n')
        shown = run_cli("config", "show", "--origin", folder=file.parent).out
        assert f'[use]\ncli = ["home"]  # {file}:1\n' in shown

    @pytest.mark.parametrize("option", ["--origin", "--json"])
    def test_secrets_are_hidden(self, option: str) -> None:
        """Headers and key commands may hold them."""
        write_config(TWO)
        shown = run_cli(
            "config", "show", option, environ=environ(OPENAI_API_KEY="MARK")
        )
        assert "MARK" not in shown.out + shown.err
        assert shown.out.count("(hidden)") == 2

    @pytest.mark.parametrize("option", ["--origin", "--json"])
    def test_what_is_not_ours_is_made_visible(self, option: str) -> None:
        """On a terminal and elsewhere, and it can still be read back."""
        write_config('[prompts.chat]\nsystem = "\\u001b]0;p\\u0007 \\u202e \\u009b"\n')
        shown = run_cli("config", "show", option, stdout="terminal").out
        for unsafe in "\x1b\x07\u202e\x9b":
            assert unsafe not in shown
        assert "\\u001b" in shown


class TestCheck:
    """Problems and warnings."""

    def test_a_good_file_is_told_on_standard_output(self) -> None:
        """And nothing else is said."""
        file = write_config(
            '[provider]\nname = "simulated"\n[models]\ncompletion = "echo"\n'
        )
        result = run_cli("config", "check")
        assert (result.code, result.err) == (0, "")
        assert result.out == f"{file}: no problems\n"

    def test_a_model_s_file_that_is_not_there_is_told(self, tmp_path: Path) -> None:
        """And one that is no model; each once, whatever it is asked for."""
        gone, other = tmp_path / "gone.gguf", tmp_path / "other.gguf"
        other.write_text("not a model")
        write_config(
            f'[provider]\nname = "local"\n[local]\nmodel = "{gone}"\n'
            f'[models]\ncompletion = "{other}"\n'
        )
        result = run_cli("config", "check")
        assert result.code == 0
        assert result.err.count(f"there is no file {gone}") == 1
        assert f"models.completion: {other}" in result.err
        assert f"{other} is not a GGUF file" in result.err

    def test_another_file_can_be_named(self, tmp_path: Path) -> None:
        """As for `config diff`, and once only."""
        write_config('[provider]\nname = "ollama"\n')
        other = tmp_path / "other.toml"
        other.write_text("[nonsense]\n")
        result = run_cli("config", "check", str(other))
        assert (result.code, result.out) == (1, "")
        assert f"{other}:1" in result.err
        twice = run_cli("--config", str(other), "config", "check", str(other))
        assert twice.code == 2

    def test_without_a_file_the_defaults_are_checked(self) -> None:
        """It says that there is none."""
        result = run_cli("config", "check")
        assert result.code == 0
        assert "not there; defaults hold" in result.out

    def test_all_problems_are_told_and_end_with_1(self) -> None:
        """Each with its line; nothing is called good."""
        file = write_config("[general]\nmax_tokens = 'x'\n[cli]\nbilnd = true\n")
        result = run_cli("config", "check")
        assert (result.code, result.out) == (1, "")
        lines = result.err.splitlines()
        assert lines[0].startswith(f"hexai: {file}:2: general.max_tokens")
        assert lines[1].startswith(f"hexai: {file}:4: cli.bilnd: unknown key; did you")

    def test_warnings_are_told_beside_problems(self) -> None:
        """So nobody learns of them only when the problems are gone; asking does too."""
        entry = '[[models.cli]]\nmodel = "m"\noptions = { topk = 3 }\n'
        write_config(f"[mcp]\nx = 1\n[openai]\ntemprature = 1\n{entry}")
        for words in (("config", "check"), ("hi",)):
            result = run_cli(*words)

            assert result.code == 1
            assert "warning: " in result.err
            for told in (":1: mcp: is ignored", ":4: openai.temprature", ".topk = 3"):
                assert told in result.err

    def test_entries_that_only_labels_tell_apart_are_told(self) -> None:
        """No choice between them would count; by any option they are two."""
        entry = '[[models.cli]]\nprovider = "simulated"\nmodel = "echo"\n'
        labelled = f'{entry}label = "a"\n{entry}label = "b"\n'
        write_config(f"{labelled}{entry}temperature = 1.0\n")

        result = run_cli("config", "check")

        assert result.code == 0
        assert result.err == (
            "hexai: warning: models.cli: a and b differ in nothing but their labels, "
            "so no choice between them counts\n"
        )

    def test_an_unknown_provider_and_a_missing_key_are_warnings(self) -> None:
        """Their contenders fail by themselves; each is told once."""
        write_config(
            '[provider]\nname = "simulated"\n'
            '[[models.cli]]\nprovider = "nobody"\nmodel = "x"\n'
            '[[models.cli]]\nprovider = "openai"\n'
            '[[models.cli]]\nprovider = "simulated"\n'
            'fallback = { provider = "anthropic" }\n'
            '[[models.chat]]\nprovider = "openai"\n'
        )
        result = run_cli("config", "check")
        assert result.code == 0
        first, second, third, _note = result.err.splitlines()
        assert 'provider = "nobody": there is no such provider' in first
        assert second == (
            "hexai: warning: models.chat, models.cli: gpt-4.1: missing OpenAI API key "
            "for provider openai; set HEXAI_OPENAI_API_KEY or OPENAI_API_KEY"
        )
        assert "(its fallback): missing Anthropic API key" in third

    def test_an_unknown_provider_of_a_variable_is_a_warning_too(self) -> None:
        """It stands in no file."""
        write_config('[provider]\nname = "simulated"\n')
        given = environ(HEXAI_PROVIDER_CLI="nobody")
        result = run_cli("config", "check", environ=given)
        assert result.code == 0
        assert 'models.cli: nobody: unknown provider "nobody"' in result.err

    def test_no_command_is_run_and_nobody_is_asked(self, tmp_path: Path) -> None:
        """A key command is taken at its word."""
        mark = tmp_path / "mark"
        write_config(
            '[provider]\nname = "openai"\n[openai]\n'
            f'api_key_command = ["/usr/bin/touch", "{mark}"]\n'
        )
        result = run_cli("config", "check")
        assert result.code == 0
        assert "warning" not in result.err
        assert not mark.exists()

    def test_users_of_the_go_tool_hear_that_completion_is_off(self) -> None:
        """Their file names a provider, and there it would have been asked."""
        write_config('[provider]\nname = "simulated"\n')
        off = "completion, which asks while you type, is off until [[models.completion"
        assert off in run_cli("config", "check").err
        write_config('[provider]\nname = "simulated"\n[models]\ncompletion = "echo"\n')
        assert run_cli("config", "check").err == ""

    def test_users_of_the_go_tool_hear_what_keeps_lists_back(self) -> None:
        """Where they ask for it, and not with each question."""
        slow = "completion_debounce_ms = 800\ncompletion_wait_all = true\n"
        simulated("echo", more=f"[completion]\n{slow}")
        debounce, wait = run_cli("config", "check").err.splitlines()
        assert "completion.completion_debounce_ms = 800: keeps every list" in debounce
        assert "wait for the slowest model, up to 4 s" in wait
        file = write_config(f"# one\n\n[completion]\n\n{slow}")
        debounce, wait = run_cli("config", "check").err.splitlines()[-2:]
        assert f"{file}:5: completion.completion_debounce_ms = 800:" in debounce
        assert f'{file}:6: completion.wait = "all" (from completion_wait_all):' in wait
        given = environ(HEXAI_COMPLETION_WAIT_ALL="true")
        write_config("")
        [wait] = run_cli("config", "check", environ=given).err.splitlines()
        assert "HEXAI_COMPLETION_WAIT_ALL: completion.wait" in wait
        assert "keeps" not in run_cli("hi", stderr="terminal").err

    def test_hostile_values_are_harmless_on_a_terminal(self) -> None:
        """Problems quote what is in the file."""
        write_config('[provider]\nname = "\\u001b]0;p\\u0007"\n"\\u009b31m" = 1\n')
        result = run_cli("config", "check", stderr="terminal")
        assert result.code == 1
        assert "\x1b" not in result.err
        assert "\x9b" not in result.err


class TestDiff:
    """Two files, or one and the defaults."""

    def test_a_file_is_compared_with_the_defaults(self) -> None:
        """One's own, or the one that is named; variables do not count."""
        file = write_config("[cli]\nblind = true\n")
        given = environ(HEXAI_MAX_TOKENS="1")
        told = f"defaults → {file} (1 changes):\n- cli.blind: false → true\n"
        assert run_cli("config", "diff", environ=given).out == told
        assert run_cli("config", "diff", str(file)).out == told

    def test_what_cannot_be_looked_at_is_no_bug(self) -> None:
        """A name that is too long stands for a folder that nobody may enter."""
        name = f"/{'x' * 300}"
        result = run_cli("config", "diff", name)
        assert (result.code, result.out) == (1, "")
        assert result.err == f"hexai: {name}: cannot be opened: File name too long\n"

    def test_two_files_are_compared(self, tmp_path: Path) -> None:
        """In the order given."""
        old, new = tmp_path / "a.toml", tmp_path / "b.toml"
        old.write_text("[general]\nmax_tokens = 1\n")
        new.write_text('[general]\nmax_tokens = 2\n[[models.cli]]\nmodel = "m"\n')
        result = run_cli("config", "diff", str(old), str(new))
        assert result.out == (
            f"{old} → {new} (2 changes):\n- general.max_tokens: 1 → 2\n"
            "- models.cli: (unset) → m\n"
        )
        same = run_cli("config", "diff", str(old), str(old))
        assert same.out == f"{old} → {old} (no changes detected).\n"

    def test_what_cannot_be_read_is_told(self, tmp_path: Path) -> None:
        """A missing file and one with problems end with 1."""
        broken = tmp_path / "broken.toml"
        broken.write_text("[")
        missing = run_cli("config", "diff", str(tmp_path / "none.toml"))
        assert (missing.code, missing.out) == (1, "")
        assert "there is no such file" in missing.err
        assert run_cli("config", "diff", str(broken)).code == 1

    def test_three_files_are_one_too_many(self) -> None:
        """They are no question, and nobody is asked."""
        write_config('[provider]\nname = "simulated"\n[simulated]\nmodel = "echo"\n')
        result = run_cli("config", "diff", "a", "b", "c")
        assert (result.code, result.out) == (2, "")
        assert "it compares two files" in result.err


def test_the_schema_is_json() -> None:
    """And describes what the file is checked by."""
    result = run_cli("config", "schema")
    assert (result.code, result.err) == (0, "")
    schema = json.loads(result.out)
    assert "max_tokens" in schema["$defs"]["General"]["properties"]


class TestEdit:
    """The user's editor, on the file."""

    def editor(self, tmp_path: Path, text: str, *, code: int = 0) -> str:
        """Make an editor that writes a text and ends with a code."""
        script = tmp_path / "editor.py"
        script.write_text(
            "import sys, pathlib\n"
            f"assert sys.argv[1] == '--wait'\n"
            f"pathlib.Path(sys.argv[2]).write_text({text!r})\n"
            f"sys.exit({code})\n"
        )
        return f"{sys.executable} {script} --wait"

    @pytest.mark.parametrize("words", [["config"], ["config", "edit"]])
    def test_the_file_is_opened_and_private(
        self, words: list[str], tmp_path: Path
    ) -> None:
        """The folder is made; HEXAI_EDITOR wins, and may have arguments."""
        place = Path(os.environ["XDG_CONFIG_HOME"]) / "hexai"  # noqa: TID251
        given = environ(
            HEXAI_EDITOR=self.editor(tmp_path, "[cli]\nblind = true\n"),
            EDITOR="false",
        )
        result = run_cli(*words, environ=given)
        assert (result.code, result.out, result.err) == (0, "", "")
        file = place / "config.toml"
        assert file.read_text() == "[cli]\nblind = true\n"
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(place.stat().st_mode) == 0o700

    def test_what_is_wrong_afterwards_is_told(self, tmp_path: Path) -> None:
        """The file stays as it was written."""
        given = environ(EDITOR=self.editor(tmp_path, "[cli]\nblind = 3\n"))
        result = run_cli("config", environ=given)
        assert result.code == 1
        assert "cli.blind = 3: must be true or false" in result.err

    def test_an_editor_that_fails_is_told(self, tmp_path: Path) -> None:
        """With its exit code."""
        given = environ(VISUAL=self.editor(tmp_path, "", code=3))
        result = run_cli("config", environ=given)
        assert (result.code, result.out) == (1, "")
        assert "the editor ended with 3" in result.err

    def test_without_an_editor_the_file_is_named(self) -> None:
        """So that it can be edited otherwise."""
        result = run_cli("config")
        assert result.code == 1
        assert "HEXAI_EDITOR, VISUAL, EDITOR" in result.err
        assert "config.toml" in result.err
