"""Decoding plain data into settings, or into all its problems."""

import msgspec
import pytest

from hexai.config.decode import decode, prune
from hexai.config.problems import KeyPath, Problem, dotted
from hexai.config.schema import Settings
from hexai.config.schema_entries import EntryTable


def _problems(data: dict[str, object]) -> dict[str, tuple[str, str]]:
    found = decode(data)
    assert isinstance(found, tuple)
    return {dotted(problem.path): (problem.value, problem.message) for problem in found}


def test_nothing_decodes_to_the_defaults() -> None:
    """Defaults live in the schema alone."""
    assert decode({}) == Settings()


def test_settings_survive_encoding_and_decoding() -> None:
    """What was decoded can be written out and decoded to the same."""
    settings = decode(
        {
            "general": {"max_tokens": 0, "coding_temperature": 0},
            "models": {"cli": ["a", {"provider": "b", "temperature": 0}]},
            "providers": {"x": {"type": "openai", "headers": {"X-A": "1"}}},
            "use": {"cli": []},
        }
    )

    assert isinstance(settings, Settings)
    assert decode(msgspec.to_builtins(settings)) == settings


def test_all_problems_are_found_at_once() -> None:
    """One wrong value does not hide another, at any depth."""
    problems = _problems(
        {
            "general": {"max_tokens": "lots", "context_mode": "huge"},
            "stats": {"window_minutes": 0},
            "models": {"cli": ["a", 5, {"temperature": "hot"}]},
            "providers": {"x": {"type": "cohere", "headers": {"A": 1}}},
            "prompts": {"code_action": {"custom": [{"id": 1}, {"scope": "file"}]}},
            "cli": [],
        }
    )

    assert problems == {
        "general.max_tokens": ('"lots"', "must be an integer from 0 to 1000000000"),
        "general.context_mode": (
            '"huge"',
            "must be one of 'minimal', 'window', 'file-on-new-func', 'always-full'",
        ),
        "stats.window_minutes": ("0", "must be an integer from 1 to 1440"),
        "models.cli[1]": ("5", "must be a text or a table"),
        "models.cli[2].temperature": (
            '"hot"',
            'must be a number from 0 to 2 or such a number as text, or "default"',
        ),
        "providers.x.type": (
            '"cohere"',
            "must be one of 'openai', 'openrouter', 'anthropic', 'ollama'",
        ),
        "providers.x.headers.A": ("", "must be a text"),
        "prompts.code_action.custom[0].id": ("1", "must be a text"),
        "prompts.code_action.custom[1].scope": (
            '"file"',
            "must be one of '', 'selection', 'diagnostics'",
        ),
        "cli": ("a list", "must be a table"),
    }


@pytest.mark.parametrize(
    ("data", "path", "message"),
    [
        ({"completions": {}}, "completions", "unknown key; did you mean completion?"),
        (
            {"openai": {"models": "x"}},
            "openai.models",
            "unknown key; did you mean model?",
        ),
        (
            {"stats": {"zzz": 1}},
            "stats.zzz",
            "unknown key; known here: window_minutes",
        ),
        (
            {"zzz": 1},
            "zzz",
            "unknown key; `hexai config schema` lists what there is",
        ),
    ],
)
def test_unknown_keys_are_problems_with_a_hint(
    data: dict[str, object], path: str, message: str
) -> None:
    """A misspelt key says what was probably meant, else what there is."""
    assert _problems(data) == {path: ("", message)}


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("top_p", "is an option of the model: write options = { top_p = … }"),
        ("stop_sequences", "is an option of the model: write options = { stop = … }"),
        ("n_predict", "is an option of the model: write max_tokens = …"),
        ("topp", "unknown key; did you mean options = { top_p = … }?"),
        ("temprature", "unknown key; did you mean temperature?"),
        ("mirostat", "unknown key; what only its provider knows goes into options = "),
    ],
)
def test_an_option_beside_those_of_an_entry_says_where_it_goes(
    key: str, message: str
) -> None:
    """One that many models have, another name of it, a slip, and one of a provider."""
    [(path, (_, told))] = _problems({"models": {"cli": [{key: 1}]}}).items()

    assert path == f"models.cli[0].{key}"
    assert told.startswith(message)


@pytest.mark.parametrize(
    ("key", "home"),
    [
        ("max_tokens", "general.max_tokens"),
        ("log_preview_limit", "logging.log_preview_limit"),
        ("completion_debounce_ms", "completion.completion_debounce_ms"),
        ("trigger_characters", "triggers.trigger_characters"),
        ("inline_open", "inline.inline_open"),
        ("chat_prefixes", "chat.chat_prefixes"),
        ("openai_base_url", "openai.base_url"),
        ("ollama_temperature", "ollama.temperature"),
    ],
)
def test_old_flat_keys_name_their_new_place(key: str, home: str) -> None:
    """Files from before there were tables say where each key belongs now."""
    message = f"keys are in tables now: write it as {home}"

    assert _problems({key: 1}) == {key: ("", message)}


def test_the_old_provider_key_is_explained() -> None:
    """`provider = "openai"` was a key, and is a table."""
    value, message = _problems({"provider": "openai"})["provider"]

    assert value == '"openai"'
    assert message == 'must be a table; write [provider] and below it name = "…"'


@pytest.mark.parametrize(
    "data",
    [
        {"openai": {"api_key": "sk-MARK"}},
        {"openai": {"api_key_env": 5, "token": "MARK"}},
        {"openai": {"api_key_command": "pass MARK"}},
        {"openai": {"headers": "MARK"}},
        {"openai": {"headers": {"X": ["MARK"]}}},
        {"openai": {"base_url": ["https://MARK@x"]}},
        {"nonsense": "MARK"},
    ],
)
def test_no_problem_shows_what_may_be_a_secret(data: dict[str, object]) -> None:
    """A key that was put in the wrong place is not repeated anywhere."""
    problems = decode(data)

    assert isinstance(problems, tuple)
    assert problems
    assert "MARK" not in repr(problems)


def test_a_key_in_the_file_says_where_keys_belong() -> None:
    """Keys are never read from a file."""
    assert _problems({"anthropic": {"api_key": "x"}}) == {
        "anthropic.api_key": (
            "",
            "keys are not read from a file; use api_key_env or api_key_command",
        )
    }


def test_long_and_strange_values_are_cut_and_escaped() -> None:
    """A value takes one line, and holds no control character."""
    text = "\x1b]0;title\x07\n" + "x" * 500
    found = decode({"general": {"max_tokens": text}})

    assert isinstance(found, tuple)
    assert found[0].value.startswith('"\\u001b]0;title\\u0007\\nxxx')
    assert len(found[0].value) == 60


@pytest.mark.parametrize(
    "value",
    [
        True,
        -1,
        2.5,
        pytest.param(10**5000, id="huge"),
        float("nan"),
        float("inf"),
        None,
        {},
        [1],
    ],
)
def test_a_number_must_be_one(value: object) -> None:
    """Neither a flag, nor a huge or missing number, passes for an integer."""
    problems = decode({"general": {"max_tokens": value}})

    assert isinstance(problems, tuple)
    assert isinstance(problems[0], Problem)
    assert problems[0].path == ("general", "max_tokens")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -0.1, "5", True])
def test_seconds_are_finite(value: object) -> None:
    """No limit is written as 0, never as infinity."""
    assert isinstance(decode({"fanout": {"timeout": value}}), tuple)


def test_entries_have_three_forms() -> None:
    """A string, a table, and an array of both."""
    settings = decode(
        {"models": {"chat": "a", "completion": {"model": "b"}, "cli": ["c", {}]}}
    )

    assert isinstance(settings, Settings)
    assert settings.models.chat == "a"
    assert settings.models.completion == EntryTable(model="b")
    assert settings.models.cli == ("c", EntryTable())


DATA = {
    "general": {"max_tokens": 1, "context_mode": "x"},
    "models": {"cli": ["a", 5, {"model": "b", "colour": 1}]},
    "chat": {"chat_prefixes": ["?", 5]},
    "custom": [{"id": 1, "title": "t"}],
}


@pytest.mark.parametrize(
    ("path", "table", "left"),
    [
        (("general", "context_mode"), "general", {"max_tokens": 1}),
        (
            ("models", "cli", 1),
            "models",
            {"cli": ["a", "", {"model": "b", "colour": 1}]},
        ),
        (("models", "cli", 2, "colour"), "models", {"cli": ["a", 5, {"model": "b"}]}),
        (("chat", "chat_prefixes", 1), "chat", {}),
        (("custom", 0, "id"), "custom", [{"title": "t"}]),
        (("general", "nothing", "at", 0, "all"), "general", DATA["general"]),
    ],
)
def test_only_what_is_wrong_goes(path: KeyPath, table: str, left: object) -> None:
    """Entries keep their places; another list goes with its wrong item."""
    assert prune(DATA, [path]) == {**DATA, table: left}


def test_the_data_itself_is_left_alone() -> None:
    """What was read may still be shown."""
    prune(DATA, [("general", "max_tokens"), ("models", "cli", 0)])

    assert DATA["general"] == {"max_tokens": 1, "context_mode": "x"}
    assert DATA["models"] == {"cli": ["a", 5, {"model": "b", "colour": 1}]}
