"""Completion for bash, zsh and fish, by Click, of our table of commands and its values.

The shell asks by the variable `_HEXAI_COMPLETE`, as Click's scripts do it:
`eval "$(_HEXAI_COMPLETE=bash_source hexai)"` installs it. What a value can be is read
when it is asked for: labels and models from the configuration, runs from the ledger.
Where either cannot be read there is nothing to complete, and nothing is said: whoever
presses Tab has not asked for a diagnosis.
"""

import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar

import click
from click.shell_completion import (
    CompletionItem,
    FishComplete,
    ShellComplete,
    ZshComplete,
    split_arg_string,
)

from hexai.config.order import Snapshot, load
from hexai.config.provider_defaults import provider_names
from hexai.domain.entry import Surface
from hexai.domain.record import RecordedRun
from hexai.errors import HexaiError, UsageError
from hexai.service.recorded_runs import open_history
from hexai.service.setup.built_in_model import PULLABLE
from hexai.service.setup.hub import LISTED
from hexai.service.wall_clock import wall_clock
from hexai.surfaces.cli.ballot import Ballot
from hexai.surfaces.cli.command_line import root_command
from hexai.surfaces.cli.commands import COMMANDS
from hexai.surfaces.cli.last_question import find_last
from hexai.surfaces.cli.output import say
from hexai.surfaces.cli.process import Process, folders_of
from hexai.surfaces.cli.recorded import is_hidden, names_shown, when
from hexai.text.cells import truncate

VARIABLE = "_HEXAI_COMPLETE"
_RUNS = 20
"""Runs that are offered, the newest first; who wants an older one knows its number."""
_SCRIPTS = {"hexai-lsp-server": "lsp", "hexai-tmux-action": "action"}
"""What else is completed, and by which command."""
_Offers = Iterable[tuple[str, str]]
"""What can stand there, each with what is said of it."""


def complete(process: Process, instruction: str) -> int:
    """Print the script of a shell (`bash_source`), or completions (`bash_complete`)."""
    shell, _, what = instruction.partition("_")
    kind = _SHELLS.get(shell)
    if kind is None or what not in ("source", "complete"):
        raise UsageError(
            f"{VARIABLE}={instruction}: use bash_source, zsh_source or fish_source"
        )
    _Bash.environ = process.environ
    group = _as_group(process)
    command = group.commands.get(_SCRIPTS.get(_called(process.environ), ""), group)
    completion = kind(command, {}, "hexai", VARIABLE)
    if what == "source":
        # Not `source()`: it would start whatever is called bash to ask its version.
        named = {**completion.source_vars(), "scripts": " ".join(_SCRIPTS)}
        say(process, completion.source_template % named)
    else:
        say(process, completion.complete() + "\n")
    return 0


def _called(environ: Mapping[str, str]) -> str:
    """Name the program whose line is completed."""
    line = environ.get("COMP_LINE") or environ.get("COMP_WORDS", "")
    return Path(line.split(maxsplit=1)[0]).name if line.strip() else ""


class _WithValues(ShellComplete):
    """Completes what follows `--name=` too, as a part of the word that it stands in."""

    def get_completions(
        self, args: list[str], incomplete: str
    ) -> list[CompletionItem[Any]]:
        name, equals, _ = incomplete.partition("=")
        items = super().get_completions(args, incomplete)
        if not (equals and name.startswith("-")):
            return items
        return [
            item if item.type != "plain" else _item(f"{name}={item.value}", item.help)
            for item in items
        ]


class _Zsh(_WithValues, ZshComplete):
    """Click's, but that nothing stands between a key and its value."""

    source_template = ZshComplete.source_template.replace(
        'completions+=("$key")',
        'if [[ "$key" == *[=:] ]]; then compadd -S "" -U -V unsorted -- "$key"\n'
        '            else completions+=("$key"); fi',
    ).replace(
        "compdef %(complete_func)s %(prog_name)s\n",
        "compdef %(complete_func)s %(prog_name)s %(scripts)s\n",
    )

    def get_completions(
        self, args: list[str], incomplete: str
    ) -> list[CompletionItem[Any]]:
        """Say no two things alike: zsh puts such on one line, and all in disorder."""
        seen: Counter[str] = Counter()
        items = super().get_completions(args, incomplete)
        for item in items:
            if item.help:
                said = item.help
                item.help = said + " " * seen[said]  # nobody sees blanks at the end
                seen[said] += 1
        return items


class _Fish(_WithValues, FishComplete):
    """Click's, in our order: fish would put numbers of runs before who can win."""

    source_template = FishComplete.source_template.replace(
        "complete --no-files --command %(prog_name)s"
        ' --arguments "(%(complete_func)s)";',
        "for each in %(prog_name)s %(scripts)s\n"
        "    complete --keep-order --no-files --command $each"
        ' --arguments "(%(complete_func)s)"\n'
        "end",
    )


class _Bash(_WithValues):
    """Completes words with a colon: bash takes them for several, and Click's does too.

    Readline replaces what stands behind the last of `COMP_WORDBREAKS`, so no more than
    that may be given back; and since bash has split the words there, the line is split
    anew.
    """

    name = "bash"
    source_template = """\
%(complete_func)s() {
    local kind value program=$1
    case ${program##*/} in hexai-*) program=%(prog_name)s ;; esac
    COMPREPLY=()
    while IFS=, read -r kind value; do
        case $kind in
            dir) compopt -o dirnames ;;
            file) compopt -o default ;;
            plain)
                COMPREPLY+=("$value")
                case $value in *[=:]) compopt -o nospace ;; esac ;;
        esac
    done <<<"$(env COMP_LINE="$COMP_LINE" COMP_POINT="$COMP_POINT" \\
        COMP_BREAKS="$COMP_WORDBREAKS" %(complete_var)s=bash_complete "$program")"
}
complete -o nosort -F %(complete_func)s %(prog_name)s %(scripts)s
"""
    environ: ClassVar[Mapping[str, str]] = {}

    def get_completion_args(self) -> tuple[list[str], str]:
        line = self.environ.get("COMP_LINE", "")
        line = os.fsencode(line)[: int(self.environ.get("COMP_POINT") or 0)].decode(
            "utf-8", "ignore"
        )
        words = split_arg_string(line)
        incomplete = "" if not line or line[-1].isspace() else words.pop()
        breaks = set(self.environ.get("COMP_BREAKS", "")) & set(":=@")
        self._given = max((incomplete.rfind(sign) + 1 for sign in breaks), default=0)
        return words[1:], incomplete

    def format_completion(self, item: CompletionItem[Any]) -> str:
        value = item.value
        if item.type == "plain":
            value = re.sub(r"([^\w@%+=:,./~-])", r"\\\1", value[self._given :])
        return f"{item.type},{value}"


_SHELLS: dict[str, type[ShellComplete]] = {"bash": _Bash, "zsh": _Zsh, "fish": _Fish}


class _Known(click.types.StringParamType):
    """A value of which it is known what it can be."""

    name = "text"

    def __init__(self, offers: Callable[[click.Context], _Offers]) -> None:
        self._offers = offers

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem[Any]]:
        del param
        found: list[CompletionItem[Any]] = []
        with suppress(HexaiError, OSError):
            found = [
                _item(value, help_text)
                for value, help_text in self._offers(ctx)
                if value.startswith(incomplete) and value != incomplete
            ]
        return found


def _item(value: str, help_text: str | None) -> CompletionItem[Any]:
    return CompletionItem(value, help=help_text or None)


def _as_group(process: Process) -> click.Group:
    """Arrange the table as Click completes it: options, then nested commands."""
    known = _known(process)
    root = click.Group("hexai", params=root_command().params, add_help_option=False)
    _name_values(root, "", known)
    for command in COMMANDS:
        if not command.summary:
            continue
        *outer, last = command.words
        group = root
        for word in outer:
            group = _group_in(group, word)
        made = command.parser()
        made.short_help = command.summary
        _name_values(made, command.name, known)
        group.add_command(made, last)
    return root


def _group_in(group: click.Group, word: str) -> click.Group:
    inner = group.commands.get(word)
    if not isinstance(inner, click.Group):
        inner = click.Group(word)
        group.add_command(inner, word)
    return inner


_Sources = Mapping[tuple[str, str], "_Known | click.Path"]


def _name_values(command: click.Command, name: str, known: _Sources) -> None:
    """Let parameters know what their values can be; of every command, or of one."""
    for parameter in command.params:
        found = known.get((name, parameter.name or "")) or known.get(
            ("", parameter.name or "")
        )
        if found is not None and isinstance(
            parameter.type, click.types.StringParamType
        ):
            parameter.type = found


def _known(process: Process) -> _Sources:
    """Say what completes which parameter; without a command's name, that of any."""
    file = click.Path()

    def votes(context: click.Context) -> _Offers:
        if context.params.get("words"):
            return _winners(process, str(context.params["words"][0]))
        return [*_winners(process, None), *_runs(process, _can_be_voted_on)]

    return {
        ("", "models"): _Known(partial(_models, process)),
        ("", "only"): _Known(partial(_labels, process)),
        ("", "model"): _Known(partial(_models, process)),
        ("models test", "label"): _Known(partial(_all_labels, process)),
        ("", "options"): _Known(lambda _: _options()),
        ("", "template"): _Known(partial(_templates, process)),
        ("", "parameters"): _Known(partial(_parameters, process)),
        ("", "run"): _Known(lambda _: _runs(process)),
        ("vote", "words"): _Known(votes),
        ("", "follow"): _Known(
            lambda _: [*_contenders(process, None), *_runs(process)]
        ),
        ("", "origin"): _Known(lambda _: _contenders(process, None)),
        ("models pull", "name"): _Known(lambda _: _to_pull()),
        ("", "config"): file,
        ("", "log"): file,
        ("", "file"): file,
        ("", "files"): file,
        ("", "infile"): file,
        ("", "outfile"): file,
        ("config trust", "path"): file,
        ("", "project"): click.Path(file_okay=False),
    }


def _labels(process: Process, context: click.Context) -> _Offers:
    """Give the labels of whom the terminal asks, or an editor."""
    snapshot = _load(process, context)
    surface = Surface.COMPLETION if context.command.name == "lsp" else Surface.CLI
    for entry in snapshot.entries(surface).entries:
        yield entry.label, f"{entry.spec.provider}:{entry.spec.model}"


def _all_labels(process: Process, context: click.Context) -> _Offers:
    """Give the labels of all surfaces, each once."""
    snapshot = _load(process, context)
    found = {
        entry.label: f"{entry.spec.provider}:{entry.spec.model}"
        for surface in Surface
        for entry in snapshot.entries(surface).entries
    }
    return found.items()


def _models(process: Process, context: click.Context) -> _Offers:
    """Give the models that are configured somewhere, and the providers."""
    snapshot = _load(process, context)
    configured: dict[str, str] = {}
    for surface in Surface:
        for entry in snapshot.entries(surface).entries:
            word = f"{entry.spec.provider}:{entry.spec.model}"
            configured.setdefault(word, entry.label)
    for file in sorted(folders_of(process).models.glob("*.gguf")):
        configured.setdefault(f"local:{file.stem}", "")
    providers = [(f"{name}:", "") for name in provider_names(snapshot.settings)]
    return [*configured.items(), *providers]


def _load(process: Process, context: click.Context) -> Snapshot:
    said = context.find_root().params.get("config") or context.params.get("config")
    folder = Path(process.folder) if process.folder else None
    config = None if said is None else Path(said)
    return load(folders_of(process), process.environ, config=config, project=folder)


def _runs(
    process: Process, wanted: Callable[[RecordedRun], bool] = lambda _: True
) -> _Offers:
    with open_history(folders_of(process), wall_clock) as history:
        newest = [each for each in islice(history.newest(), _RUNS) if wanted(each)]
    for each in newest:
        asked = truncate(" ".join(each.run.prompt.split()), 40)
        yield str(each.number), f"{when(each.run.started_at)} {asked}".strip()


def _can_be_voted_on(recorded: RecordedRun) -> bool:
    """Tell whether there is anything to compare."""
    return Ballot(recorded.run).is_open


def _winners(process: Process, word: str | None) -> _Offers:
    """Give whom one can vote for in a run; None: the newest question."""
    recorded = _run(process, word)
    ballot = Ballot(recorded.run)
    if not ballot.is_open:
        return
    hidden = is_hidden(recorded, wall_clock())
    for letter, each in ballot.candidates.items():
        yield (
            (letter, f"answer {letter}") if hidden else (each.label, f"answer {letter}")
        )
    yield "tie", "one as good as the other"
    yield "bad", "none is good"


def _contenders(process: Process, word: str | None) -> _Offers:
    """Give what the contenders of a run are called; None: of the newest question."""
    recorded = _run(process, word)
    hidden = is_hidden(recorded, wall_clock())
    names = names_shown(recorded.run, hidden=hidden)
    return [(name, "") for name in names.values()]


def _run(process: Process, word: str | None) -> RecordedRun:
    with open_history(folders_of(process), wall_clock) as history:
        if word is not None:
            return history.run(word)
        now = wall_clock()
        if (last := find_last(history, process.terminal, now)) is None:
            raise UsageError("nothing was asked yet")
        return last.run


def _templates(process: Process, context: click.Context) -> _Offers:
    templates = _load(process, context).settings.prompts.templates
    return [(name, each.about) for name, each in templates.items()]


def _parameters(process: Process, context: click.Context) -> _Offers:
    """Give what the template of the line asks for."""
    from hexai.prompts.own_templates import parameters

    templates = _load(process, context).settings.prompts.templates
    named = templates.get(str(context.params.get("template")))
    return [(f"{name}=", "") for name in parameters(named)] if named else []


def _options() -> _Offers:
    from hexai.config.model_options import KNOWN, OWN

    return [(f"{name}=", "") for name in sorted((*KNOWN, *OWN))]


def _to_pull() -> _Offers:
    return [(model.name, "") for model in (*PULLABLE, *LISTED)]
