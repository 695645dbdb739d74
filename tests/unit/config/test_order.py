"""From files and environment to a snapshot, or to everything that is wrong."""

import os
from pathlib import Path

import pytest

from hexai.config.entries import EntryOptions
from hexai.config.folders import Folders, find_folders
from hexai.config.order import Snapshot, load
from hexai.domain.entry import Surface
from hexai.errors import ConfigError

DATA = Path(__file__).parents[2] / "data" / "config"


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    """Folders in which there is nothing yet."""
    return find_folders({}, tmp_path)


def _write(folders: Folders, text: str) -> Path:
    folders.config.mkdir(parents=True, exist_ok=True)
    folders.config_file.write_text(text)
    return folders.config_file


def _load(folders: Folders, text: str, **environ: str) -> Snapshot:
    _write(folders, text)
    return load(folders, environ)


def _problems(folders: Folders, text: str, **environ: str) -> list[str]:
    with pytest.raises(ConfigError) as error:
        _load(folders, text, **environ)
    place = f"{folders.config_file}:"
    return [problem.removeprefix(place) for problem in error.value.problems]


def test_without_a_file_the_embedded_model_is_the_default(folders: Folders) -> None:
    """The snapshot says that there was none."""
    snapshot = load(folders, {})

    assert not snapshot.has_file
    assert snapshot.settings.provider.name == "local"
    assert [e.label for e in snapshot.entries(Surface.CLI).entries] == ["smollm2"]


def test_with_any_file_the_default_is_ollama(folders: Folders) -> None:
    """An empty file is a file."""
    snapshot = _load(folders, "")

    assert snapshot.has_file
    assert snapshot.settings.provider.name == "ollama"
    assert snapshot.file == folders.config_file


def test_another_file_replaces_the_users(folders: Folders, tmp_path: Path) -> None:
    """`--config` names the one file that counts."""
    _write(folders, "[general]\nmax_tokens = 1\n")
    other = tmp_path / "other.toml"
    other.write_text("[general]\ncoding_temperature = 1\n")

    snapshot = load(folders, {}, config=other)

    assert snapshot.settings.general.max_tokens == 4000
    assert snapshot.settings.general.coding_temperature == 1


def test_a_named_file_must_be_there(folders: Folders, tmp_path: Path) -> None:
    """A wrong `--config` never falls back to defaults."""
    with pytest.raises(ConfigError, match="there is no such file; check --config"):
        load(folders, {}, config=tmp_path / "nothing.toml")


def test_what_cannot_be_read_is_one_problem(folders: Folders, tmp_path: Path) -> None:
    """A FIFO neither hangs nor counts as no file."""
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)

    with pytest.raises(ConfigError) as error:
        load(folders, {}, config=fifo)

    assert error.value.problems == (f"{fifo}: is not a regular file",)


def test_text_that_is_not_toml_is_one_problem(folders: Folders) -> None:
    """With line and column."""
    (problem,) = _problems(folders, "[general]\nmax_tokens = \n")

    assert problem.startswith("2: column 14: is not valid TOML: ")


def test_the_environment_is_above_the_file(folders: Folders) -> None:
    """And what it does not say is the file's."""
    text = "[general]\nmax_tokens = 5\ncoding_temperature = 1\n"
    snapshot = _load(folders, text, HEXAI_MAX_TOKENS="0")

    assert snapshot.settings.general.max_tokens == 0
    assert snapshot.settings.general.coding_temperature == 1


def test_every_value_knows_where_it_is_from(folders: Folders) -> None:
    """A line of the file, a variable, or built in."""
    text = '[general]\nmax_tokens = 5\n[providers.x]\ntype = "openai"\n'
    merged = _load(folders, text, HEXAI_X_MODEL="m").merged

    def where(*path: str) -> str:
        layer = merged.origin(path)
        assert layer is not None
        return layer.where(path).removeprefix(str(folders.config))

    assert where("general", "max_tokens") == "/config.toml:2"
    assert where("providers", "x", "type") == "/config.toml:4"
    assert where("providers", "x", "model") == "HEXAI_X_MODEL"
    assert where("stats", "window_minutes") == "built-in"


def test_named_tables_merge_key_by_key(folders: Folders) -> None:
    """A file's own languages leave those that are built in."""
    snapshot = _load(folders, "[chat.triggers_off]\nphp = []\ngo = ['!>']\n")

    triggers_off = snapshot.settings.chat.triggers_off
    assert triggers_off["php"] == ()
    assert triggers_off["go"] == ("!>",)
    assert triggers_off["haskell"] == (":>",)


def test_problems_of_all_kinds_come_together(folders: Folders) -> None:
    """Wrong types, wrong meanings and wrong variables, none hiding another."""
    text = """\
[general]
max_tokens = "lots"
[openai]
base_url = "ftp://x"
[[prompts.code_action.custom]]
id = 5
title = "T"
[[models.cli]]
label = "a"
[[models.cli]]
label = "a"
colour = 1
"""
    problems = _problems(folders, text, HEXAI_STATS_WINDOW_MINUTES="0")

    assert [problem.partition(": must")[0] for problem in problems] == [
        '2: general.max_tokens = "lots"',
        (
            "4: openai.base_url: is neither http nor https; allowed: "
            "http://HOST[:PORT][/PATH] or https://…"
        ),
        (
            "5: prompts.code_action.custom[0]: needs either instruction or user, "
            "and not both"
        ),
        "6: prompts.code_action.custom[0].id = 5",
        '11: models.cli[1].label = "a"',
        (
            "12: models.cli[1].colour: unknown key; what only its provider knows goes "
            "into options = { colour = … }, and `hexai config schema` lists what there "
            "is"
        ),
        'HEXAI_STATS_WINDOW_MINUTES: stats.window_minutes = "0"',
    ]


def test_problems_are_told_by_layer_and_then_by_line(folders: Folders) -> None:
    """The variables, which have no lines, do not come between those of a file."""
    text = '[openai]\nbase_url = "x"\n[general]\nmax_tokens = "lots"\n'
    address = "ftp://x"
    problems = _problems(folders, text, HEXAI_ANTHROPIC_BASE_URL=address)

    assert [problem.partition(":")[0] for problem in problems] == [
        "2",
        "4",
        "HEXAI_ANTHROPIC_BASE_URL",
    ]


def test_a_variable_that_is_wrong_in_meaning_is_told_by_name(folders: Folders) -> None:
    """Also when its type was right."""
    problems = _problems(folders, "", HEXAI_OPENAI_BASE_URL="ftp://x")

    assert problems == [
        (
            "HEXAI_OPENAI_BASE_URL: openai.base_url: is neither http nor https; "
            "allowed: http://HOST[:PORT][/PATH] or https://…"
        )
    ]


def test_a_wrong_value_below_a_right_one_is_still_told(folders: Folders) -> None:
    """A variable does not hide what is wrong in the file."""
    problems = _problems(folders, "[general]\nmax_tokens = ''\n", HEXAI_MAX_TOKENS="1")

    assert len(problems) == 1


def test_the_go_tools_file_loads_and_means_the_same(folders: Folders) -> None:
    """Every table and key of it, with warnings for what is gone."""
    snapshot = load(folders, {}, config=DATA / "go_tool.toml")
    settings = snapshot.settings
    cli = snapshot.entries(Surface.CLI).entries

    assert [w.partition("go_tool.toml:")[2] for w in snapshot.warnings] == [
        "141: mcp: is ignored: the prompt store over MCP is gone",
        "144: tmux_edit: is ignored: the popup editor for agents is gone",
    ]
    assert settings.completion.completion_debounce_ms == 800
    assert settings.completion.wait == "all"
    assert settings.triggers.trigger_characters == (".", ":", "/", "_", " ")
    assert settings.ollama.base_url == "https://ollama.com"
    assert [e.label for e in snapshot.entries(Surface.COMPLETION).entries] == [
        "gpt-4o-mini",
        "mistral",
    ]
    assert cli[0].spec.temperature == 0.0
    assert cli[0].fallback is not None
    assert (cli[0].fallback.provider, cli[0].fallback.model) == ("work", "gpt-4o")


@pytest.mark.parametrize(
    ("text", "wait", "warnings"),
    [
        ("completion_wait_all = true", "all", 0),
        ("completion_wait_all = false", "first", 0),
        ("completion_wait_all = false\nwait = 'deadline'", "deadline", 1),
    ],
)
def test_the_older_name_of_wait_still_counts(
    folders: Folders, text: str, wait: str, warnings: int
) -> None:
    """Unless the newer one is there too."""
    snapshot = _load(folders, f"[completion]\n{text}\n")

    assert snapshot.settings.completion.wait == wait
    assert len(snapshot.warnings) == warnings


def test_the_older_name_of_wait_in_the_environment(folders: Folders) -> None:
    """The variable is above the file, as any other."""
    snapshot = _load(
        folders, "[completion]\nwait = 'deadline'\n", HEXAI_COMPLETION_WAIT_ALL="false"
    )

    assert snapshot.settings.completion.wait == "first"


def test_paths_are_relative_to_the_file(folders: Folders) -> None:
    """Never to the working directory, which may be anybody's."""
    text = """\
[local]
model = "models/own.gguf"
[openai]
ca_file = "ca.pem"
[models]
cli = ["./a.gguf", { provider = "local", model = "~/b.gguf" }, "qwen:8b"]
chat = { provider = "ollama", model = "hf.co/x/y.gguf" }
"""
    snapshot = _load(folders, text)
    config = folders.config

    assert snapshot.settings.local.model == f"{config}/models/own.gguf"
    assert snapshot.settings.openai.ca_file == f"{config}/ca.pem"
    assert [e.spec.model for e in snapshot.entries(Surface.CLI).entries] == [
        f"{config}/a.gguf",
        f"{folders.home}/b.gguf",
        "qwen:8b",
    ]
    chat = snapshot.entries(Surface.CHAT).entries[0]
    assert chat.spec.model == "hf.co/x/y.gguf"


def test_the_variables_of_a_surface_reach_its_entries(folders: Folders) -> None:
    """And options come after them."""
    text = '[models]\ncli = ["a", "b"]\n'
    snapshot = _load(
        folders, text, HEXAI_MODELS_CLI="ollama:qwen3-coder:30b@0, openai:gpt-4.1"
    )

    entries = snapshot.entries(Surface.CLI).entries
    assert [(e.spec.model, e.spec.temperature) for e in entries] == [
        ("qwen3-coder:30b", 0.0),
        ("gpt-4.1", 0.2),
    ]
    chosen = snapshot.entries(Surface.CLI, EntryOptions(indices=(1,))).entries
    assert [e.label for e in chosen] == ["gpt-4.1"]


def test_a_provider_of_the_snapshot(folders: Folders) -> None:
    """Resolved by name, or none."""
    snapshot = _load(folders, "[openai]\nmodel = 'x'\n")
    provider = snapshot.provider("openai")

    assert provider is not None
    assert provider.model == "x"
    assert snapshot.provider("nobody") is None
