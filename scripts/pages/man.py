"""The manual pages of our commands, made from what the parsers know.

They are in the language of man(7). A backslash, a hyphen that is typed, and a dot or an
apostrophe at the start of a line mean something there, so they are written otherwise.
"""

from collections.abc import Sequence
from pathlib import Path

import click

from hexai.surfaces.cli.command_line import root_command
from hexai.surfaces.cli.commands import COMMANDS, Command
from hexai.version import __version__

_DESCRIPTION = """\
Puts one question to several language models at once, local and cloud ones, and shows
their answers side by side, with what each took in time, tokens and money.

Options end at the first word of the prompt. The words are a command only if all of them
parse as one, otherwise they are the prompt; after -- everything is. What is piped in
belongs to the prompt. With neither, an editor opens.
"""
_EXAMPLES = (
    'hexai "why does rsync skip this file"',
    'git diff | hexai "write a commit message"',
    'hexai -m ollama:qwen3:8b -m openai:gpt-4.1 "name this function" < f.py',
    'hexai --blind --vote "explain this error" < build.log',
    "hexai leaderboard",
)
_FILES = (
    ("~/.config/hexai/config.toml", "the configuration; hexai config path names it"),
    ("~/.local/state/hexai/ledger.db", "what was asked, answered and chosen"),
    (".hexaiconfig.toml", "what a project narrows"),
)
_EXIT_CODES = Path(__file__).parents[2] / "docs/reference/exit-codes.md"
_SCRIPTS = {
    "lsp": ("hexai-lsp-server", "serve an editor as a language server"),
    "action": ("hexai-tmux-action", "let a model change a selection"),
}


def pages() -> dict[str, str]:
    """Give each page by its file's name."""
    by_name = {command.name: command for command in COMMANDS}
    scripts = {
        f"{script}.1": _of_script(script, summary, by_name[name])
        for name, (script, summary) in _SCRIPTS.items()
    }
    return {"hexai.1": _of_hexai(), **scripts}


def _of_hexai() -> str:
    root = root_command()
    lines = [
        *_head("hexai", "ask your local and your cloud models side by side"),
        ".SH SYNOPSIS",
        *_usage("hexai [OPTIONS] [PROMPT WORDS]..."),
        *_usage("hexai COMMAND [OPTIONS] [ARGUMENTS]..."),
        ".SH DESCRIPTION",
        *_paragraphs(_DESCRIPTION),
        ".SH OPTIONS",
        *_options(root, "hexai"),
        ".SH COMMANDS",
    ]
    for command in COMMANDS:
        if command.summary:
            lines += _of_command(command)
    lines += _pairs("EXIT STATUS", _exits()) + _pairs("FILES", _FILES)
    lines += [".SH EXAMPLES", ".nf", *map(_text, _EXAMPLES), ".fi"]
    return _joined((*lines, *_see_also("hexai-lsp-server(1), hexai-tmux-action(1)")))


def _of_command(command: Command) -> list[str]:
    name = f"hexai {command.name}"
    parser = command.parser()
    usage = " ".join(parser.collect_usage_pieces(click.Context(parser)))
    return [
        f".SS {_text(command.name)}",
        *_usage(f"{name} {usage}"),
        *_paragraphs(parser.help or command.summary),
        *_options(parser, name),
    ]


def _of_script(script: str, summary: str, command: Command) -> str:
    parser = command.parser()
    usage = " ".join(parser.collect_usage_pieces(click.Context(parser)))
    lines = [
        *_head(script, summary),
        ".SH SYNOPSIS",
        *_usage(f"{script} {usage}"),
        ".SH DESCRIPTION",
        *_paragraphs(parser.help or command.summary),
        *_paragraphs(f"It is the same as hexai {command.name}."),
        ".SH OPTIONS",
        *_options(parser, script),
        *_see_also("hexai(1)"),
    ]
    return _joined(lines)


def _head(name: str, summary: str) -> list[str]:
    return [
        '.\\" Made from the parsers by scripts/generate.',
        f'.TH {name.upper()} 1 "" "Hexai {__version__}" "Hexai"',
        ".SH NAME",
        f"{_text(name)} \\- {_text(summary)}",
    ]


def _usage(text: str) -> list[str]:
    return [".PP", f"\\fB{_text(text)}\\fR"]


def _options(parser: click.Command, name: str) -> list[str]:
    """List the options as `--help` does, with the same words."""
    lines: list[str] = []
    with click.Context(parser, info_name=name) as context:
        for parameter in parser.get_params(context):
            record = parameter.get_help_record(context)
            if record is not None:
                option, explanation = record
                lines += [".TP", f"\\fB{_text(option)}\\fR", _text(explanation)]
    return lines


def _pairs(heading: str, pairs: tuple[tuple[str, str], ...]) -> list[str]:
    lines = [f".SH {heading}"]
    for name, explanation in pairs:
        lines += [".TP", f"\\fB{_text(name)}\\fR", _text(explanation)]
    return lines


def _paragraphs(text: str) -> list[str]:
    told = (" ".join(each.split()) for each in text.split("\n\n"))
    return [line for each in told for line in (".PP", _text(each))]


def _see_also(pages: str) -> list[str]:
    return [".SH SEE ALSO", _text(pages)]


def _text(text: str) -> str:
    """Write a text so that it is shown as it is."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("…", "...")
    return f"\\&{text}" if text[:1] in (".", "'") else text


def _joined(lines: Sequence[str]) -> str:
    """Join lines; a heading begins a paragraph by itself."""
    after = ["", *lines[:-1]]
    kept = (
        line
        for line, before in zip(lines, after, strict=True)
        if not (line == ".PP" and before.startswith((".SH", ".SS")))
    )
    return "\n".join(kept) + "\n"


def _exits() -> tuple[tuple[str, str], ...]:
    """Read the exit codes from their page."""
    rows = (
        line.replace(r"\|", "&bar;").strip("| ").split("|")
        for line in _EXIT_CODES.read_text("utf-8").splitlines()
        if line.startswith("| ")
    )
    told = [(code.strip(), meaning.strip()) for code, meaning in rows]
    plain = ((c, m.replace("`", "").replace("&bar;", "|")) for c, m in told[2:])
    return tuple(plain)
