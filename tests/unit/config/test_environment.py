"""The variables of the environment."""

import pytest
from msgspec import UNSET

from hexai.config.environment import (
    Environment,
    profile_variables,
    read_environment,
    schema_variables,
)
from hexai.config.merge import Layer, flatten, merge
from hexai.config.order import built_in
from hexai.config.problems import dotted
from hexai.config.schema_entries import EntryTable, SurfaceVariables
from hexai.domain.entry import Surface

PROFILE = {"providers": {"my-box": {"type": "openai", "model": "m"}}}


def _read(**variables: str) -> Environment:
    user = Layer(kind="user", name="config.toml", values=flatten(PROFILE))
    return read_environment(variables, merge([built_in(has_file=True), user]))


def _values(environment: Environment) -> dict[str, object]:
    return {dotted(path): value for path, value in environment.layer.values.items()}


@pytest.mark.parametrize(
    ("name", "text", "path", "value"),
    [
        ("HEXAI_MAX_TOKENS", "0", "general.max_tokens", 0),
        ("HEXAI_CODING_TEMPERATURE", "0", "general.coding_temperature", 0.0),
        ("HEXAI_CONTEXT_MODE", " window ", "general.context_mode", "window"),
        ("HEXAI_LOG_PREVIEW_LIMIT", "7", "logging.log_preview_limit", 7),
        (
            "HEXAI_COMPLETION_DEBOUNCE_MS",
            "0",
            "completion.completion_debounce_ms",
            0,
        ),
        (
            "HEXAI_MANUAL_INVOKE_MIN_PREFIX",
            "2",
            "completion.manual_invoke_min_prefix",
            2,
        ),
        ("HEXAI_TRIGGER_CHARACTERS", "., :", "triggers.trigger_characters", [".", ":"]),
        (
            "HEXAI_TRIGGER_CHARACTERS",
            '[",", " "]',
            "triggers.trigger_characters",
            [",", " "],
        ),
        ("HEXAI_INLINE_OPEN", ">!", "inline.inline_open", ">!"),
        ("HEXAI_CHAT_PREFIXES", "?,!", "chat.chat_prefixes", ["?", "!"]),
        ("HEXAI_PROVIDER", "openai", "provider.name", "openai"),
        ("HEXAI_OPENAI_MODEL", "gpt", "openai.model", "gpt"),
        ("HEXAI_OLLAMA_BASE_URL", "http://x", "ollama.base_url", "http://x"),
        ("HEXAI_ANTHROPIC_TEMPERATURE", "0.5", "anthropic.temperature", 0.5),
        ("HEXAI_MY_BOX_MODEL", "n", "providers.my-box.model", "n"),
        ("HEXAI_MY_BOX_TIMEOUT", "3", "providers.my-box.timeout", 3.0),
        ("HEXAI_IGNORE_GITIGNORE", "OFF", "ignore.gitignore", False),
        ("HEXAI_IGNORE_LSP_NOTIFY", "yes", "ignore.lsp_notify_ignored", True),
        ("HEXAI_FANOUT_MAX_CONCURRENCY", "1", "fanout.max_concurrency", 1),
        ("HEXAI_CLI_CACHE_TTL", "0", "cli.cache_ttl", 0.0),
        ("HEXAI_COMPLETION_SHUFFLE", "On", "completion.shuffle", True),
        ("HEXAI_COMPLETION_SHUFFLE", "0", "completion.shuffle", False),
        ("HEXAI_CLI_SHUFFLE", "0.25", "cli.shuffle", 0.25),
        ("HEXAI_LOCAL_ONLY", "1", "local_only", True),
        ("HEXAI_USE_CLI", "home", "use.cli", ["home"]),
        ("HEXAI_TMUX_STATUS", "off", "tmux.status", False),
        ("HEXAI_TMUX_STATUS_MAXLEN", "9", "tmux.status_maxlen", 9),
        ("HEXAI_PROMPTS_CHAT_SYSTEM", "Be brief.", "prompts.chat.system", "Be brief."),
        ("HEXAI_MODEL", "m2", "ollama.model", "m2"),
        ("HEXAI_MODEL_FORCE", "m3", "ollama.model", "m3"),
    ],
)
def test_a_variable_sets_its_key(
    name: str, text: str, path: str, value: object
) -> None:
    """By the Go tool's name where there is one, else by table and key."""
    environment = _read(**{name: text})

    assert _values(environment) == {path: value}
    assert environment.problems == environment.warnings == ()


def test_an_empty_variable_is_not_set() -> None:
    """Nor is a blank one."""
    environment = _read(HEXAI_MAX_TOKENS="", HEXAI_MODELS_CLI=" ", HEXAI_MODEL="")

    assert _values(environment) == {}


def test_bytes_that_are_no_text_are_told_where_text_is_wanted() -> None:
    """A key is checked when it is read, and the name of an editor may be anything."""
    broken = dict.fromkeys(
        [
            "HEXAI_CONTEXT_MODE",
            "HEXAI_EDITOR",
            "HEXAI_MODELS_CLI",
            "HEXAI_OPENAI_API_KEY",
            "HEXAI_OPENAI_MODEL",
            "HEXAI_TEMPERATURE_CHAT",
        ],
        "x\udcff",
    )
    environment = _read(**broken)

    assert environment.problems == (
        "HEXAI_CONTEXT_MODE: is not UTF-8",
        "HEXAI_MODELS_CLI: is not UTF-8",
        "HEXAI_OPENAI_MODEL: is not UTF-8",
        "HEXAI_TEMPERATURE_CHAT: is not UTF-8",
    )
    assert _values(environment) == {}


def test_all_wrong_variables_are_told_and_left_out() -> None:
    """Each with its name, its value and what is allowed."""
    environment = _read(
        HEXAI_MAX_TOKENS="many",
        HEXAI_IGNORE_GITIGNORE="maybe",
        HEXAI_TEMPERATURE_CLI="5",
        HEXAI_MODELS_CHAT="openai:x@7",
        HEXAI_TRIGGER_CHARACTERS="[1",
        HEXAI_CLI_BLIND="1",
    )

    assert set(environment.problems) == {
        (
            'HEXAI_MAX_TOKENS: general.max_tokens = "many": '
            "must be an integer from 0 to 1000000000"
        ),
        'HEXAI_IGNORE_GITIGNORE: ignore.gitignore = "maybe": must be true or false',
        'HEXAI_TEMPERATURE_CLI = "5": must be a number from 0 to 2, or "default"',
        "HEXAI_MODELS_CHAT: 'openai:x@7': the temperature must be from 0 to 2",
        (
            'HEXAI_TRIGGER_CHARACTERS: triggers.trigger_characters = "[1": '
            "must be a list, each a text of 1 character"
        ),
    }
    assert _values(environment) == {"cli.blind": True}


def test_the_general_model_is_for_the_provider_in_effect() -> None:
    """The provider's own variable beats it, and the forced one beats both."""
    profile = _read(HEXAI_MODEL="a", HEXAI_PROVIDER="MY-BOX")
    own = _read(HEXAI_MODEL="a", HEXAI_OLLAMA_MODEL="b")
    forced = _read(HEXAI_MODEL="a", HEXAI_OLLAMA_MODEL="b", HEXAI_MODEL_FORCE="c")
    nobody = _read(HEXAI_MODEL="a", HEXAI_PROVIDER="nobody")

    assert _values(profile)["providers.my-box.model"] == "a"
    assert _values(own) == {"ollama.model": "b"}
    assert _values(forced) == {"ollama.model": "c"}
    assert nobody.warnings == ("HEXAI_MODEL is ignored: there is no provider 'nobody'",)


def test_the_variables_of_a_surface_are_read() -> None:
    """A list as words or as JSON; model names with colons stay whole."""
    environment = _read(
        HEXAI_MODELS_CLI="ollama:qwen3-coder:30b@0, openai:gpt-4.1",
        HEXAI_MODELS_COMPLETION='["my-box:a,b"]',
        HEXAI_MODEL_CHAT="m",
        HEXAI_PROVIDER_CHAT="openai",
        HEXAI_TEMPERATURE_CODE_ACTION="0",
    )

    assert environment.surfaces == {
        Surface.CLI: SurfaceVariables(
            models=(
                EntryTable(provider="ollama", model="qwen3-coder:30b", temperature=0.0),
                EntryTable(provider="openai", model="gpt-4.1"),
            )
        ),
        Surface.COMPLETION: SurfaceVariables(
            models=(EntryTable(provider="my-box", model="a,b"),)
        ),
        Surface.CHAT: SurfaceVariables(model="m", provider="openai"),
        Surface.CODE_ACTION: SurfaceVariables(temperature=0.0),
    }
    assert environment.surfaces[Surface.CLI].model is UNSET


@pytest.mark.parametrize("value", ["[1]", "[[", "[1"])
def test_a_list_that_is_none_is_a_problem(value: str) -> None:
    """It says how a list is written."""
    environment = _read(HEXAI_MODELS_CLI=value)

    assert environment.problems == (
        "HEXAI_MODELS_CLI: must be a list: a,b or a JSON array of texts",
    )


def test_what_only_the_own_file_may_say_has_no_variable() -> None:
    """A repository's shell hook must not be able to say it."""
    names = {*schema_variables(), *profile_variables("x")}
    forbidden = ("API_KEY_COMMAND", "_LOCAL", "ALLOW_HTTP", "CA_FILE", "ALLOW_SECRETS")

    assert [name for name in names if name.endswith(forbidden)] == []


def test_a_misspelt_variable_is_told() -> None:
    """Others that begin with our name are somebody else's, and left alone."""
    environment = _read(
        HEXAI_MAX_TOKEN="1",
        HEXAI_SOMETHING_ELSE="2",
        HEXAI_EDITOR="vi",
        HEXAI_MY_BOX_API_KEY="k",
    )

    assert environment.warnings == (
        "HEXAI_MAX_TOKEN is no variable of Hexai; did you mean HEXAI_MAX_TOKENS?",
    )


def test_no_two_keys_share_a_variable() -> None:
    """Each key can be set by itself."""
    assert len(set(schema_variables().values())) == len(schema_variables())
    assert "HEXAI_COMPLETION_WAIT_ALL" in schema_variables()


def test_a_surface_s_temperature_may_be_left_to_the_model() -> None:
    """As in files: `default` says that none is sent."""
    found = _read(HEXAI_TEMPERATURE_CLI="default")

    assert found.surfaces[Surface.CLI].temperature == "default"
    assert found.problems == ()


def test_another_word_is_no_temperature() -> None:
    """The message says what one may be."""
    [problem] = _read(HEXAI_TEMPERATURE_CLI="cold").problems

    assert problem.startswith('HEXAI_TEMPERATURE_CLI = "cold": must be')
    assert problem.endswith('or "default"')
