"""Rules that types cannot say."""

from typing import Any

import pytest

from hexai.config.decode import decode
from hexai.config.problems import dotted
from hexai.config.schema import Settings
from hexai.config.validate import find_problems, find_warnings


def _settings(tables: dict[str, Any]) -> Settings:
    settings = decode(tables)
    assert isinstance(settings, Settings), settings
    return settings


def _problems(tables: dict[str, Any]) -> dict[str, str]:
    found = find_problems(_settings(tables))
    return {dotted(problem.path): problem.message for problem in found}


def _warnings(tables: dict[str, Any]) -> dict[str, str]:
    found = find_warnings(_settings(tables))
    return {dotted(problem.path): problem.message for problem in found}


def test_the_defaults_are_in_order() -> None:
    """Nothing to say about what nobody wrote."""
    assert _problems({}) == {}
    assert _warnings({}) == {}


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ({"base_url": ""}, "base_url"),
        ({"base_url": "https://u:p@x"}, "base_url"),
        ({"api_key_env": "sk-not-a-name"}, "api_key_env"),
        ({"api_key_command": [" "]}, "api_key_command"),
        ({"headers": {"X Y": "1"}}, 'headers."X Y"'),
        ({"headers": {"X": "a\r\nB: c"}}, "headers.X"),
        ({"headers": {"X": "schön"}}, "headers.X"),
        ({"headers": {"Host": "x"}}, "headers.Host"),
        ({"ca_file": "ca.pem"}, "ca_file"),
    ],
)
def test_a_providers_table_must_make_sense(table: dict[str, Any], key: str) -> None:
    """Addresses, key sources and headers are checked before anything is sent."""
    assert list(_problems({"openai": table})) == [f"openai.{key}"]
    if table.get("base_url") != "":
        profile = {"type": "openai", **table}
        assert list(_problems({"providers": {"x": profile}})) == [f"providers.x.{key}"]


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["a b"], "a profile's name has letters, digits, - and _ only"),
        ([""], "a profile's name has letters, digits, - and _ only"),
        (["OpenAI"], "its variables HEXAI_OPENAI_… are those of openai; rename it"),
        (["a-b", "A_b"], "its variables HEXAI_A_B_… are those of a-b; rename it"),
        (
            ["request"],
            (
                "its variable HEXAI_REQUEST_TIMEOUT is that of "
                "general.request_timeout; rename it"
            ),
        ),
    ],
)
def test_a_profiles_name_must_be_its_own(names: list[str], message: str) -> None:
    """Also as part of a variable's name."""
    profiles = {name: {"type": "openai"} for name in names}

    assert list(_problems({"providers": profiles}).values()) == [message]


def test_a_whole_profile_is_in_order() -> None:
    """Every key of it may be used."""
    profile = {
        "type": "openai",
        "base_url": "https://models.example.com/v1",
        "api_key_env": "WORK_KEY",
        "api_key_command": ["pass", "show", "work"],
        "headers": {"X-Team": "a b"},
        "ca_file": "/etc/ca.pem",
    }

    assert _problems({"providers": {"work": profile}}) == {}


def test_a_profile_needs_a_type() -> None:
    """Nobody guesses what a server speaks."""
    problems = _problems({"providers": {"x": {"base_url": "http://x"}}})

    assert list(problems) == ["providers.x.type"]


def test_a_label_and_a_fallback_are_said_once() -> None:
    """Two entries of a surface have two names; a fallback is written in one way."""
    problems = _problems(
        {
            "models": {
                "cli": [{"label": "a"}, {"label": "a", "enabled": False}],
                "chat": {"label": "a", "fallback": {}, "fallback_model": "x"},
            }
        }
    )

    assert list(problems) == ["models.chat.fallback", "models.cli[1].label"]


ACTION = {"id": "x", "title": "X", "user": "u"}


@pytest.mark.parametrize(
    ("actions", "key"),
    [
        ([{**ACTION, "id": " "}], "[0].id"),
        ([{**ACTION, "title": ""}], "[0].title"),
        ([{**ACTION, "user": ""}], "[0]"),
        ([{**ACTION, "instruction": "i"}], "[0]"),
        ([{**ACTION, "hotkey": "ab"}], "[0].hotkey"),
    ],
)
def test_a_custom_action_must_be_whole(actions: list[dict[str, Any]], key: str) -> None:
    """It has an id, a title, one prompt and at most one hotkey."""
    problems = _problems({"prompts": {"code_action": {"custom": actions}}})

    assert list(problems) == [f"prompts.code_action.custom{key}"]


def test_custom_actions_do_not_share_ids_or_hotkeys() -> None:
    """Whatever their case."""
    actions = [{**ACTION, "hotkey": "k"}, {**ACTION, "id": "X", "hotkey": "K"}]
    problems = _problems({"prompts": {"code_action": {"custom": actions}}})

    assert [path[-10:] for path in problems] == [
        "custom[0].id"[-10:],
        "[0].hotkey",
        "custom[1].id"[-10:],
        "[1].hotkey",
    ]


@pytest.mark.parametrize("hotkey", ["r", "i", "c", "t", "f", "p", "s", "F"])
def test_the_hotkey_of_custom_actions_is_free(hotkey: str) -> None:
    """It is not one of the built-in menu."""
    problems = _problems({"tmux": {"custom_menu_hotkey": hotkey}})

    assert list(problems) == ["tmux.custom_menu_hotkey"]


@pytest.mark.parametrize(
    ("item", "key"),
    [
        ({}, "kind"),
        ({"kind": "custom", "custom_id": "nobody"}, "custom_id"),
        ({"kind": "skip", "hotkey": "ab"}, "hotkey"),
        ({"kind": "skip", "hotkey": " "}, "hotkey"),
        ({"kind": "skip", "hotkey": "\x1b"}, "hotkey"),
        ({"kind": "skip", "hotkey": "\u202e"}, "hotkey"),
    ],
)
def test_a_menu_line_must_do_something(item: dict[str, Any], key: str) -> None:
    """Nothing is dropped silently."""
    problems = _problems({"tmux_action": {"menu": [item]}})

    assert list(problems) == [f"tmux_action.menu[0].{key}"]


@pytest.mark.parametrize(
    ("menu", "said"),
    [
        ([{"kind": "skip"}, {"kind": "simplify", "hotkey": "s"}], "menu[1].hotkey"),
        ([{"kind": "simplify", "hotkey": "s"}, {"kind": "skip"}], "menu[1].hotkey"),
        ([{"kind": "rewrite"}, {"kind": "rewrite"}], "menu[1].hotkey"),
        ([{"kind": "custom", "custom_id": "X"}, {"kind": "skip"}], ""),
        (
            [
                {"kind": "skip", "hotkey": "k"},
                {"kind": "custom", "custom_id": " X "},
            ],
            "menu[1].hotkey",
        ),
        ([{"kind": "skip", "hotkey": "R"}, {"kind": "rewrite"}], ""),
        ([{"kind": "skip", "custom_id": "x"}], "menu[0].custom_id"),
    ],
)
def test_a_hotkey_of_two_lines_is_a_warning(
    menu: list[dict[str, Any]], said: str
) -> None:
    """Said or by default: the menu leaves it to the first line."""
    custom = [{**ACTION, "hotkey": "k"}]
    raw = {
        "prompts": {"code_action": {"custom": custom}},
        "tmux_action": {"menu": menu},
    }

    warnings = [path for path in _warnings(raw) if "menu" in path]
    assert warnings == ([f"tmux_action.{said}"] if said else [])


def test_the_hotkey_of_diagnostics_is_taken_now_and_then() -> None:
    """It is the user's as long as no diagnostics stand above the selection."""
    warnings = _warnings({"tmux": {"custom_menu_hotkey": "d"}})

    assert "where some stand above" in warnings["tmux.custom_menu_hotkey"]


def test_unknown_providers_are_warnings_with_a_hint() -> None:
    """The entry stays; its contender fails by itself."""
    warnings = _warnings(
        {
            "provider": {"name": "olama"},
            "models": {
                "cli": [
                    {"provider": "zzz", "fallback": {"provider": "opnai"}},
                    {"provider": "yyy", "enabled": False},
                ]
            },
        }
    )

    assert warnings == {
        "provider.name": "there is no such provider; did you mean ollama?",
        "models.cli[0].provider": "there is no such provider; known: local, ollama, "
        "openai, openrouter, anthropic, simulated",
        "models.cli[0].fallback": "there is no such provider; did you mean openai?",
    }


def test_an_entry_without_any_model_is_a_warning() -> None:
    """Neither it nor its provider names one."""
    warnings = _warnings(
        {
            "providers": {"x": {"type": "openai"}},
            "models": {"cli": {"provider": "x"}},
        }
    )

    assert warnings == {"models.cli": "has no model, and neither has x; set one"}


def test_more_entries_than_a_surface_asks_are_a_warning() -> None:
    """In the words of the Go tool; disabled ones do not count."""
    models = {"code_action": ["a", "b", "c"], "chat": ["a", {"enabled": False}]}

    assert _warnings({"models": models}) == {
        "models.code_action": "models.code_action supports a single entry; "
        "ignoring 2 extra"
    }


def test_a_string_that_looks_like_provider_and_model_is_a_warning() -> None:
    """A string is a model, also with a provider's name in front."""
    warnings = _warnings({"models": {"cli": ["openai:gpt", "qwen3:8b"]}})

    assert warnings == {
        "models.cli[0]": "is taken as a model of ollama; to name a provider write "
        '{ provider = "openai", model = "…" }'
    }


@pytest.mark.parametrize("kind", ["ollama", "anthropic"])
def test_an_endpoint_for_gaps_belongs_to_openai_s_format(kind: str) -> None:
    """A server of another format is on or off."""

    def profile(infill: str, kind: str) -> dict[str, Any]:
        return {"providers": {"x": {"type": kind, "infill": infill}}}

    path = "providers.x.infill"
    assert path in _problems(profile("fim/completions", kind))
    assert path not in _problems(profile("off", kind))
    assert path not in _problems(profile("fim/completions", "openai"))


@pytest.mark.parametrize(
    ("tables", "keys"),
    [
        ({"openai": {"think": False}}, {"openai.think"}),
        ({"ollama": {"reasoning_effort": "low"}}, {"ollama.reasoning_effort"}),
        ({"anthropic": {"limit_key": "max_tokens"}}, {"anthropic.limit_key"}),
        (
            {
                "providers": {
                    "box": {
                        "type": "anthropic",
                        "base_url": "http://box",
                        "think": "low",
                    }
                }
            },
            {"providers.box.think"},
        ),
        (
            {
                "models": {
                    "cli": {
                        "provider": "ollama",
                        "model": "m",
                        "reasoning_effort": "high",
                    }
                }
            },
            {"models.cli.reasoning_effort"},
        ),
        ({"ollama": {"think": "high"}, "openai": {"reasoning_effort": "low"}}, set()),
        ({"anthropic": {"prompt_cache": True}}, set()),
        (
            {"anthropic": {"prompt_cache": True, "base_url": "https://door.test/v1"}},
            {"anthropic.prompt_cache"},
        ),
        (
            {"anthropic": {"prompt_cache": False, "base_url": "https://door.test"}},
            set(),
        ),
        (
            {
                "providers": {"box": {"type": "openai", "base_url": "http://b"}},
                "models": {
                    "cli": {"provider": "box", "model": "m", "prompt_cache": True}
                },
            },
            {"models.cli.prompt_cache"},
        ),
        ({"ollama": {"warm": True}}, {"ollama.warm"}),
        ({"openai": {"warm": True}}, {"openai.warm"}),
        ({"openai": {"warm": False}}, set()),
        (
            {
                "providers": {"box": {"type": "openai", "base_url": "http://b"}},
                "models": {
                    "completion": [{"provider": "box", "model": "m", "warm": True}]
                },
            },
            {"models.completion[0].warm"},
        ),
        (
            {
                "providers": {
                    "box": {
                        "type": "openai",
                        "base_url": "http://b",
                        "local": True,
                        "warm": True,
                    }
                },
                "local": {"warm": False},
                "models": {"completion": {"provider": "local", "warm": True}},
            },
            set(),
        ),
    ],
)
def test_an_option_that_a_format_does_not_have_is_told(
    tables: dict[str, Any], keys: set[str]
) -> None:
    """It would be ignored without a word; who has it is named."""
    found = _warnings(tables)

    assert found.keys() == keys
    assert all("has no effect" in message for message in found.values())


def test_one_model_with_two_contexts_is_told() -> None:
    """An Ollama would load it anew whenever two surfaces take turns."""
    wide = {"provider": "ollama", "model": "m", "num_ctx": 16384}
    plain = {"provider": "ollama", "model": "m"}
    found = _warnings({"models": {"completion": plain, "chat": wide, "cli": wide}})

    assert found.keys() == {"models.chat.num_ctx", "models.cli.num_ctx"}
    assert "models.completion, where it is not set" in found["models.chat.num_ctx"]


def test_one_context_wherever_a_model_stands_is_fine() -> None:
    """Set by entries or by the provider; another model is another matter."""
    wide = {"provider": "ollama", "model": "m", "num_ctx": 16384}
    other = {"provider": "ollama", "model": "n", "num_ctx": 4096}
    plain = {"provider": "ollama", "model": "m"}
    models = {"completion": plain, "chat": wide, "cli": other}

    assert _warnings({"models": models, "ollama": {"num_ctx": 16384}}) == {}
