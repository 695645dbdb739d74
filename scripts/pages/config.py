"""The example file and the reference page of the configuration."""

from collections.abc import Iterator

import msgspec

from hexai.config.problems import dotted
from hexai.config.shown import to_toml
from scripts.pages.tables import Key, Section, sections

_SAMPLES: dict[str, object] = {
    "temperature": 0.2,
    "include_usage": False,
    "limit_key": "max_completion_tokens",
    "num_ctx": 8192,
    "think": False,
    "reasoning_effort": "low",
    "prompt_cache": False,
    "n_batch": 512,
    "id_slot": 0,
    "warm": True,
    "ask": "continue",
    "timeout": 120,
    "connect_timeout": 5,
    "first_token_timeout": 60,
    "idle_timeout": 20,
    "load_timeout": 300,
    "max_concurrency": 4,
    "max_tokens": 800,
    "local": False,
    "completion_wait_all": True,
    "type": "openai",
    "kind": "rewrite",
}
"""What the example shows for keys without a default."""

_ENTRIES = """\
#completion = "qwen3-coder:30b"          # a model; the provider is provider.name
#chat = { provider = "anthropic", model = "claude-sonnet-4-5" }

#[[models.cli]]                          # one table each for several contenders
#provider = "ollama"
#model = "qwen3-coder:30b"
#label = "home"
#temperature = 0.0
#options = { top_p = 0.9, seed = 7, mirostat = 2 }
#[[models.cli]]
#provider = "openai"
#model = "gpt-4.1"
#timeout = 20
#fallback = { provider = "openrouter", model = "openrouter/auto" }
"""
_PROFILE = """\
#[providers.work]
#type = "openai"
#base_url = "https://models.example.com/v1"
#api_key_env = "WORK_API_KEY"
#model = "example-large"
"""
_ACTION = """\
#[[prompts.code_action.custom]]
#id = "extract-function"
#title = "Extract function"
#hotkey = "e"
#instruction = "Move the code into a function of its own, and call it."
"""
_TEMPLATE = """\
#[prompts.templates.review]
#about = "look for mistakes in a diff"
#system = "You review code. Name the worst mistake first."
#user = "Review this with an eye on {{focus}}:\\n\\n{{input}}"
#defaults = { focus = "correctness" }
"""
_MENU = """\
#[[tmux_action.menu]]
#kind = "rewrite"
#hotkey = "r"
"""
_WRITTEN_BY_HAND = {
    "models": _ENTRIES,
    "models.SURFACE": "",
    "providers.NAME": _PROFILE,
    "prompts.code_action.custom": _ACTION,
    "prompts.templates.NAME": _TEMPLATE,
    "tmux_action.menu": _MENU,
}

_EXAMPLE_HEAD = """\
# Hexai's configuration: $XDG_CONFIG_HOME/hexai/config.toml, or ~/.config/hexai/.
# Every key is here with its default, commented out; take away the # of what you change.
# docs/reference/config.md says what each allows, and which variable sets it.
# Keys of services are never in this file: they are in variables such as OPENAI_API_KEY.
"""
_PAGE_HEAD = """\
# Configuration

This page is made from the schema by `scripts/generate`.

The file is `$XDG_CONFIG_HOME/hexai/config.toml`, or `~/.config/hexai/config.toml`.
A variable that is set and not empty counts before the file.
A list in a variable is written `a,b`, or as a JSON array.
Seconds may have a fraction.
"""


def example() -> str:
    """Write `config.toml.example`; it changes nothing until something is uncommented.

    What is said of a key is said once, in the first table that has it.
    """
    told: set[str] = set()
    parts = [_EXAMPLE_HEAD, *(_example_table(each, told) for each in sections())]
    return "\n".join(part for part in parts if part)


def _example_table(section: Section, told: set[str]) -> str:
    path = dotted(section.path)
    if path in _WRITTEN_BY_HAND and path != "models":
        text = _WRITTEN_BY_HAND[path]
        return f"# {section.text}\n{text}" if text else ""
    lines = [f"# {section.text}", f"[{path}]"] if path else []
    if path == "models":
        return "\n".join([*lines, _ENTRIES])
    for key in section.keys:
        lines += _wrapped(key.text) if key.text not in told else ()
        told.add(key.text)
        lines.append(f"#{key.name} = {to_toml(_sample(key))}")
    return "\n".join(lines) + "\n"


def _wrapped(text: str) -> Iterator[str]:
    line = "#"
    for word in text.split():
        if len(line) + len(word) > 87:
            yield line
            line = "#"
        line += f" {word}"
    if line != "#":
        yield line


def _sample(key: Key) -> object:
    if key.default is not msgspec.UNSET:
        return key.default
    if key.allowed.startswith("a list"):
        return ["home"]
    return _SAMPLES.get(key.name, "")


def page() -> str:
    """Write the reference page."""
    return "\n".join([_PAGE_HEAD, *(_page_table(section) for section in sections())])


def _page_table(section: Section) -> str:
    path = dotted(section.path)
    title = f"[[{path}]]" if section.is_list else f"[{path}]"
    head = f"## `{title}`" if path else "## Above all tables"
    lines = [head, "", section.text] if path else [head]
    if not section.keys:
        return "\n".join(lines) + "\n"
    lines += ["", "| key | allowed | default | variable | |", "| --- " * 5 + "|"]
    lines += [_row(key) for key in section.keys]
    return "\n".join(lines) + "\n"


def _row(key: Key) -> str:
    unset = key.default is msgspec.UNSET
    default = "" if unset else f"`{to_toml(key.default)}`"
    variable = f"`{key.variable}`" if key.variable else ""
    cells = (f"`{key.name}`", key.allowed, default, variable, key.text)
    escaped = (cell.replace("|", "\\|") for cell in cells)
    return f"| {' | '.join(escaped)} |"
