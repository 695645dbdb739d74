"""Words or commands, and what is said where no model is asked."""

import os
from pathlib import Path

import pytest

from hexai.surfaces.cli.commands import summaries
from hexai.version import __version__
from tests.support.command_line import Kind, run_cli, simulated, write_config


@pytest.fixture(autouse=True)
def _echo() -> None:
    """Let everything that is asked be said back."""
    simulated("echo")


@pytest.mark.parametrize("option", ["--version", "-version"])
def test_the_version_is_printed_bare(option: str) -> None:
    """Also behind other options, where the quick way does not see it."""
    for line in ([option], ["--json", option]):
        result = run_cli(*line)
        assert (result.code, result.out, result.err) == (
            0,
            f"hexai {__version__}\n",
            "",
        )


@pytest.mark.parametrize("option", ["--help", "-h", "-help"])
def test_help_shows_options_commands_and_examples(option: str) -> None:
    """It ends with 0 and goes to standard output."""
    result = run_cli(option)
    assert (result.code, result.err) == (0, "")
    for part in ("--model PROVIDER:MODEL", "-0, -1, …", "models list", "Examples:"):
        assert part in result.out


def test_a_command_has_help_of_its_own() -> None:
    """It shows the command's own options."""
    result = run_cli("models", "list", "--help")
    assert result.code == 0
    assert "hexai models list [OPTIONS]" in result.out
    assert "--json" in result.out


@pytest.mark.parametrize(
    "words",
    [
        "show me the largest files",
        "explain tar -xzf",
        "models for time series",
        "models test the waters",
        "models test 3 times",
        "models pull 3.5 million visitors a year",
        "config check nginx syntax",
        "history export laws 1920",
        "list all primes",
        "pull requests",
        "test this",
        "compare rust go",
        "stats 95 percentile",
        "config files of nginx",
        "vote for me please",
        "vote bad arguments",
        "vote tie breaking rules",
        "vote a sensible way",
        "slow 12 things",
        "note this",
        "chat about monads",
        "history of Rome",
        "action items",
        "forget what I said about monads",
        "forget about 3",
        "export of a module in JS",
        "import numpy",
        "check my config",
        "list --nonsense",
        "help me now",
        "what --nonsense does",
        "hello",
    ],
)
def test_what_does_not_parse_as_a_command_is_a_prompt(words: str) -> None:
    """All that follows a command's name must be its arguments."""
    result = run_cli(*words.split(), stderr="terminal")
    assert (result.code, result.out) == (0, words)


@pytest.mark.parametrize("words", ["config", "stats", "models list", "help"])
def test_behind_a_double_dash_everything_is_a_prompt(words: str) -> None:
    """Even what is a command."""
    result = run_cli("--", *words.split())
    assert (result.code, result.out) == (0, words)


def test_a_menu_that_is_not_there_is_not_asked() -> None:
    """`action` is a command and no prompt, even where nobody can run it."""
    result = run_cli("action")
    assert (result.code, result.out) == (2, "")
    assert result.err == "hexai: there is no menu here\n"


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("confg", "hexai config"),
        ("Modles", "hexai models"),
        ("stat", "hexai stats"),
        ("help", "hexai --help"),
        ("version", "hexai --version"),
    ],
)
def test_a_lone_word_that_looks_like_a_command_is_an_error(
    word: str, meant: str
) -> None:
    """It is told how to run the command, and how to ask the word."""
    result = run_cli(word)
    assert (result.code, result.out) == (2, "")
    assert f"did you mean `{meant}`?" in result.err
    assert f"hexai -- {word}" in result.err


_SLIPS = [
    *("confg", "conifg", "cofnig", "config.", "confgi", "hisotry", "histroy"),
    *("histry", "hstory", "modles", "mdoels", "model", "modls", "stauts", "stats."),
    *("stast", "sttas", "statss", "status", "shwo", "sow", "shw", "showw", "vot"),
    *("voet", "votes", "chta", "cht", "chats", "bnech", "benhc", "benc", "taem"),
    *("teams", "lps", "reprot", "reports", "reprt", "acton", "actoin", "aciton"),
    *("leaderbord", "leadrboard", "lederboard"),
]
_WORDS = [
    *("what", "how", "who", "test", "short", "state", "start", "stop", "note"),
    *("date", "that", "rate", "slow", "snow", "shot", "cat", "hat", "chart"),
    *("repeat", "section", "option", "export", "import", "confirm", "modern"),
    *("revert", "quote", "beach", "term", "tea", "branch", "list", "sort", "port"),
    *("story", "then", "them", "ship", "best", "else"),
]


@pytest.mark.parametrize("word", _SLIPS)
def test_a_slip_of_a_command_is_no_question(word: str) -> None:
    """Letters that are missing, too many, wrong or turned around."""
    result = run_cli(word)
    assert (result.code, result.out) == (2, "")
    assert "did you mean `hexai " in result.err


@pytest.mark.parametrize("word", _WORDS)
def test_a_plain_word_is_an_instruction(word: str) -> None:
    """Short commands are near to many of them."""
    assert run_cli(word).out == word


@pytest.mark.parametrize(
    "words", ["config diff tools", "history import laws", "bench compare two cpus"]
)
def test_what_fails_as_a_command_may_have_been_a_question(words: str) -> None:
    """It says how to ask it."""
    result = run_cli(*words.split())
    assert result.code != 0
    assert "to ask these words, write -- before them" in result.err
    told = run_cli("history", "import", "laws.jsonl").err
    assert "to ask" not in told


@pytest.mark.parametrize(
    "words", ["team push notifications ios", "history forget about it"]
)
def test_a_strict_command_says_how_to_ask(words: str) -> None:
    """However many words follow: what it changes is not to seem done."""
    result = run_cli(*words.split())
    assert (result.code, result.out) == (2, "")
    assert "to ask these words, write -- before them" in result.err


def test_the_team_s_status_changes_nothing_and_is_not_strict() -> None:
    """More words than one make a question, as with any other command."""
    assert run_cli("team", "status", "report", "template").out.startswith("team ")
    assert run_cli("team", "status", "report").code == 2


@pytest.mark.parametrize(
    "words", [["what?"], ["-f", "notes.md", "stat"], ["--fresh", "one"]]
)
def test_a_lone_word_that_asks_is_a_question(words: list[str], tmp_path: Path) -> None:
    """Whoever ends it so, or attaches something, has no command in mind.

    Nor has who asks in a certain way, if the word is two slips from one.
    """
    (tmp_path / "notes.md").write_text("a\n")
    simulated("echo")
    result = run_cli(*words, folder=tmp_path)
    assert (result.code, result.out.split()[0]) == (0, words[-1])


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("modles test", "models test"),
        ("models tset", "models test"),
        ("model tests", "models test"),
        ("Histroy forgt --all", "history forget --all"),
        ("modles pull smollm2", "models pull smollm2"),
        ("models tset the new one", "models test"),
        ("confg shwo --origin", "config show --origin"),
        ("config chek file.toml", "config check file.toml"),
        ("team member", "team member add"),
        ("shwo 12", "show 12"),
        ("vot B", "vote B"),
        ("stast --since 7d", "stats --since 7d"),
        ("vot a", "vote a"),
        ("voet 12 a", "vote 12 a"),
        ("chat a", "chat --only a"),
        ("history show", "history` or `hexai show"),
        ("hisotry show", "history` or `hexai show"),
        ("history list", "history"),
        ("show config", "config show"),
        ("help bench run", "bench run --help"),
        ("vote a 3", "vote 3 a"),
        ("vote B 12", "vote 12 B"),
        ("vote a a", "vote [RUN] WINNER"),
        ("vote crefull a", "vote [RUN] WINNER"),
        ("vote zzz tie", "vote [RUN] WINNER"),
        ("vote zzz bad", "vote [RUN] WINNER"),
        ("vote 3 a extra", "vote [RUN] WINNER"),
        ("models help", "models --help"),
        ("init", "config init` or `hexai team init"),
        ("pull", "models pull"),
        ("pull smollm2", "models pull smollm2"),
        ("list models", "models list"),
        ("test a", "models test a"),
        ("compare a a", "bench compare a a"),
        ("stauts --sicne 7d", "stats"),
        ("forget", "history forget` or `hexai bench forget` or `hexai team forget"),
        ("forget --all", "history forget --all"),
        (
            "forget 3",
            "history forget 3` or `hexai bench forget 3` or `hexai team forget 3",
        ),
        ("forget history", "history forget"),
        ("export x.json", "history export x.json` or `hexai bench export x.json"),
        ("import x.json", "history import x.json"),
        ("check config", "config check"),
        ("edit config", "config edit"),
        ("list --json", "models list --json` or `hexai bench list --json"),
        ("trust --revoke", "config trust"),
    ],
)
def test_a_slip_in_a_command_of_two_words_asks_nobody(words: str, meant: str) -> None:
    """A typo costs no four models' answers."""
    result = run_cli(*words.split())
    assert (result.code, result.out) == (2, "")
    assert f"did you mean `hexai {meant}`?" in result.err


@pytest.mark.parametrize(
    "words",
    [
        "config is broken after the update",
        "models that are small",
        "history of the test",
        "vot careful",
        "note this",
        "what models",
        "beach report",
    ],
)
def test_what_is_further_from_a_command_is_no_slip(words: str) -> None:
    """Two slips in a word make another word; only groups have second words."""
    result = run_cli(*words.split())
    assert (result.code, result.out) == (0, words)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("chat extra", "a chat takes no words"),
        ("show last", "it is no run"),
        ("stats ollama", "unexpected extra argument (ollama)"),
        ("models list all", "unexpected extra argument (all)"),
        ("config nginx", "has no `nginx`; it has edit, init"),
        ("config set general.max_tokens 500", "has no `set`; it has edit, init"),
        ("models add ollama qwen3:8b", "has no `add`; it has list, test, pull"),
        ("models test a b", "unexpected extra argument"),
        ("models test careful a", "unexpected extra argument"),
        ("models pull smollm2 qwen2.5-coder-0.5b", "unexpected extra argument"),
        ("models pull smollm2 now", "unexpected extra argument"),
        ("config check c.toml go.toml", "unexpected extra argument"),
        ("config diff a b c", "it compares two files"),
        ("history export a.jsonl b.jsonl", "unexpected extra argument"),
        ("bench run . foo", "unexpected extra argument (foo)"),
        ("stats a b", "unexpected extra argument"),
        ("action x", "unexpected extra argument (x)"),
        ("models a b", "has no `a`; it has list, test, pull"),
    ],
)
def test_a_command_with_a_word_that_it_cannot_take_asks_nobody(
    words: str, reason: str
) -> None:
    """So short a question is rare, and a slip costs four models' answers."""
    result = run_cli(*words.split())
    assert (result.code, result.out) == (2, "")
    assert reason in result.err
    assert "o ask these words, write -- before them" in result.err
    assert run_cli("--", *words.split()).out == words


@pytest.mark.parametrize(
    "line",
    [["show", "lists?"], ["show", "me", "all of it"], ["--fresh", "show", "lists"]],
)
def test_what_only_a_question_has_makes_one(line: list[str]) -> None:
    """A question mark, quotes behind a word, or the options of a question."""
    result = run_cli(*line)
    assert result.code == 0
    assert result.out.endswith(line[-1])


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (["chat", "what is a monad?"], "to talk about it: hexai chat, where it is"),
        (["-m", "a:b", "chat", "what is a monad?"], "to ask it: hexai 'what is a mo"),
        (["show", "my last answer"], "to ask it: hexai 'my last answer'"),
        (["models", "list", "of all of them"], "to ask it: hexai 'of all of them'"),
        (["config", "how is it?"], "to ask it: hexai 'how is it?'"),
        (["chat", "why? " * 99], 'to ask it: hexai "…"'),
    ],
)
def test_a_question_in_quotes_behind_a_command_asks_nobody(
    line: list[str], said: str
) -> None:
    """Who wrote it means the command, or the question without it."""
    result = run_cli(*line)
    assert (result.code, result.out) == (2, "")
    assert said in result.err
    assert "o ask these words, write -- before them" in result.err


@pytest.mark.parametrize("word", ["gpt-4.1", "foo:bar", "qwen3:8b@0.2"])
def test_a_model_without_a_provider_is_told_who_there_is(word: str) -> None:
    """It is not asked of the default provider, who has no such model."""
    result = run_cli("-m", word, "hi")
    assert (result.code, result.out) == (2, "")
    assert "PROVIDER:MODEL is meant" in result.err
    assert "openai, openrouter, anthropic" in result.err
    assert f"-m ollama:{word}" in result.err


@pytest.mark.parametrize("word", ["a", "a@0.5"])
def test_a_label_is_no_model(word: str) -> None:
    """It is told what takes labels."""
    result = run_cli("-m", word, "hi")
    assert (result.code, result.out) == (2, "")
    assert "that entry is asked by --only a" in result.err
    assert "PROVIDER is one of" not in result.err


def test_a_lone_command_without_its_arguments_is_an_error() -> None:
    """It is no prompt either."""
    result = run_cli("vote")
    assert result.code == 2
    assert "needs arguments: hexai " in result.err


def test_a_question_s_options_before_a_command_are_an_error() -> None:
    """Neither ignored nor a reason to send the command's name to a model."""
    result = run_cli("--json", "models", "list")
    assert (result.code, result.out) == (2, "")
    assert "`models list` is a command" in result.err


def test_options_behind_the_first_word_are_prompt_with_a_note() -> None:
    """The note names each of them, other programs' options get none."""
    result = run_cli("what", "does", "--json", "do", "to", "-xzf", stderr="terminal")
    assert (result.code, result.out) == (0, "what does --json do to -xzf")
    notes = [line for line in result.err.splitlines() if "note:" in line]
    assert notes == ["hexai: note: --json stands after the first word, so it is prompt"]
    slip = run_cli("explain", "this", "--frehs", stderr="terminal")
    assert "note: --frehs stands after the first word" in slip.err


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (["ask me", "--fresh"], "write hexai --fresh 'ask me'"),
        (["ask me", "--only", "x", "more"], "write hexai --only x 'ask me' more"),
        (["ask me", "--frehs"], "No such option '--frehs'"),
        (["ask", "me", "--only", "a"], "write hexai --only a ask me"),
        (["ask", "me", "--only=a"], "write hexai --only=a ask me"),
        (["ask", "me", "-m", "x:y"], "write hexai -m x:y ask me"),
        (["ask me" * 99, "--fresh"], 'write hexai --fresh "…"'),
    ],
)
def test_options_that_are_meant_as_such_are_not_asked(
    line: list[str], said: str
) -> None:
    """Behind quotes, and where they say who may read the question."""
    result = run_cli(*line)
    assert (result.code, result.out) == (2, "")
    assert said in result.err
    assert run_cli("--", *line).out == " ".join(line)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("stats --since tomorrow", "it is a date such as 2026-11-22"),
        ("history forget --before tomorrow", "it is a date such as 2026-11-22"),
        ("history --surface nowhere", "'nowhere' is not one of"),
        ("show --json everything", "it is no run"),
        ("config check --bogus file", "No such option '--bogus'"),
        ("bench run --dry-run --budget nan", "from 0.000001 to 1,000,000"),
        ("bench run --hours nan", "--hours"),
        ("bench run --margin nan", "--margin"),
        ("bench run --budget 1e999999", "--budget"),
        ("bench run --budget 1e-999999", "--budget"),
        ("stats please --since 7d", "please"),
        ("history import", "Missing argument"),
        ("team member add", "Missing argument"),
        ("vote 12 13 14", "it takes [RUN] WINNER"),
        ("show 12 13", "unexpected extra argument (13)"),
        ("vote -1 a", "No such option '-1'"),
        ("stats --json --csv", "--json and --csv exclude each other"),
        ("leaderboard --csv --json", "--json and --csv exclude each other"),
        ("stats please --sicne 7d", "No such option '--sicne'"),
        ("show me --everything", "No such option '--everything'"),
    ],
)
def test_what_is_meant_as_a_command_is_never_asked(words: str, reason: str) -> None:
    """A wrong option or one word too many goes to no model, which may cost money."""
    result = run_cli(*words.split(), stderr="terminal")
    assert (result.code, result.out) == (2, "")
    assert reason in result.err
    assert "to ask these words, write -- before them" in result.err
    assert run_cli("--", *words.split()).out == words


@pytest.mark.parametrize(
    "words",
    [
        "team forget Anna Example",
        "team member add Anna Example",
        "team publish now",
        "team push dry-run",
        "team member list",
        "history forget the crusades",
        "bench forget all of them",
        "config trust issues of nginx",
        "-c team forget Anna Example",
    ],
)
def test_what_changes_or_forgets_is_never_asked(words: str) -> None:
    """A name would leave this machine, and nothing would have been forgotten."""
    result = run_cli(*words.split(), stderr="terminal")
    assert (result.code, result.out) == (2, "")
    assert "it is used so: hexai " in result.err
    if not words.startswith("-"):
        assert run_cli("--", *words.split()).out == words


@pytest.mark.parametrize("words", ["team spirit in a startup", "teams of five"])
def test_a_group_alone_is_no_command_yet(words: str) -> None:
    """What follows is none of its commands."""
    assert run_cli(*words.split()).out == words


@pytest.mark.parametrize(
    "group", ["config", "models", "history", "bench", "team", "team member"]
)
def test_a_group_lists_its_commands(group: str) -> None:
    """Whoever knows its name finds the rest."""
    result = run_cli(*group.split(), "--help")
    assert result.code == 0
    names = [name for name, _ in summaries() if name.startswith(f"{group} ")]
    assert names
    for name in names:
        assert f"hexai {name} " in result.out


@pytest.mark.parametrize(
    "words",
    ["show me the largest files", "vote nobody in particular", "stats 101 for me"],
)
def test_words_that_begin_like_a_command_are_asked(words: str) -> None:
    """One word is no command yet."""
    assert run_cli(*words.split()).out == words


@pytest.mark.parametrize(
    ("line", "part"),
    [
        (["--jsno", "x"], "No such option"),
        (["--json", "--jsonl", "x"], "exclude each other"),
        (["--timeout", "0", "x"], "--timeout"),
        (["--timeout", "nan", "x"], "--timeout"),
        (["--timeout", "soon", "x"], "--timeout"),
        (["--max-concurrency", "0", "x"], "--max-concurrency"),
        (["--layout", "round", "x"], "--layout"),
        (["-m"], "requires an argument"),
        (["-3", "x"], "there is no such contender"),
        (["--only", "z", "x"], "no contender is called 'z'"),
        (["--log-texts", "x"], "--log-texts needs --log"),
        (["--tps-simulation", "-5"], 'requires a positive value, got "-5"'),
    ],
)
def test_wrong_options_are_named_and_nothing_is_asked(
    line: list[str], part: str
) -> None:
    """Usage errors end with 2 and one line."""
    result = run_cli(*line)
    assert (result.code, result.out) == (2, "")
    assert part in result.err
    assert result.err.startswith("hexai: ")
    assert result.err.count("\n") == 1


@pytest.mark.parametrize("stderr", ["file", "terminal"])
def test_what_is_not_ours_is_made_visible(stderr: Kind) -> None:
    """A word with an escape sequence cannot act by way of an error message."""
    result = run_cli("stats\x1b", stderr=stderr)
    assert "\x1b" not in result.err
    assert "stats\\x1b" in result.err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_has_a_script_for_each_shell(shell: str) -> None:
    """It asks back by the same variable."""
    result = run_cli(environ={**os.environ, "_HEXAI_COMPLETE": f"{shell}_source"})  # noqa: TID251
    assert (result.code, result.err) == (0, "")
    assert f"_HEXAI_COMPLETE={shell}_complete" in result.out


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("hexai mo", ["models"]),
        ("hexai models ", ["list", "pull", "test"]),
        ("hexai --js", ["--json", "--jsonl"]),
        ("hexai --layout c", ["columns"]),
        ("hexai models list --j", ["--json"]),
        ("hexai-lsp-server --che", ["--check"]),
        ("/usr/bin/hexai-tmux-action --act", ["--action"]),
    ],
)
def test_completion_knows_commands_and_options(line: str, offered: list[str]) -> None:
    """Words come from the same table that runs them."""
    assert sorted(_completed(line)) == offered


def test_completion_bears_words_that_are_no_utf_8() -> None:
    """Such as a file's name; who types sees no report of a bug."""
    assert _completed("hexai -f caf\udce9 models l") == ["list"]


def _completed(line: str) -> list[str]:
    """Complete a line as bash asks for it."""
    asked = {
        "COMP_LINE": line,
        "COMP_POINT": str(len(os.fsencode(line))),
        "COMP_BREAKS": " \t\n\"'><=;|&(:@",
        "_HEXAI_COMPLETE": "bash_complete",
    }
    result = run_cli(environ={**os.environ, **asked})  # noqa: TID251
    assert (result.code, result.err) == (0, "")
    return [each.partition(",")[2] for each in result.out.splitlines() if each]


_PAIR = """
[[models.cli]]
provider = "simulated"
model = "echo"
label = "at home"
[[models.cli]]
provider = "ollama"
model = "qwen3:8b"
[[models.completion]]
provider = "simulated"
model = "lorem"
label = "edits"
[providers.groq]
type = "openai"
base_url = "https://groq.example/v1"
"""


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("hexai --only ", ["at\\ home", "qwen3:8b"]),
        ("hexai --only=q", ["qwen3:8b"]),
        ("hexai --only qwen3:", ["8b"]),
        ("hexai -m simulated:e", ["echo"]),
        ("hexai -m ollama:", ["qwen3:8b", "qwen3-coder:30b"]),
        ("hexai -m gr", ["groq:"]),
        ("hexai lsp --only ", ["edits"]),
        ("hexai models pull smol", ["smollm2"]),
        ("hexai show ", []),
        ("hexai vote ", []),
    ],
)
def test_completion_knows_what_is_configured(line: str, offered: list[str]) -> None:
    """Of a word with a colon it gives what bash has not taken for a word of its own."""
    write_config(_PAIR)
    assert sorted(_completed(line)) == sorted(offered)


def test_completion_knows_the_runs_and_who_can_win_them() -> None:
    """The newest first, and of a run its labels."""
    simulated("echo", "lorem?tokens=3")
    for _ in range(2):
        assert run_cli("--fresh", "hi").code == 0
    assert _completed("hexai show ") == ["2", "1"]
    assert _completed("hexai vote 1 ") == ["a", "b", "tie", "bad"]
    assert _completed("hexai vote t") == ["tie"]


def test_completion_knows_the_models_that_were_pulled() -> None:
    """Behind the provider that runs them, whether configured or not."""
    models = Path(os.environ["XDG_DATA_HOME"]) / "hexai" / "models"  # noqa: TID251
    models.mkdir(parents=True)
    (models / "smollm2.gguf").touch()
    assert _completed("hexai -m local:") == ["smollm2"]


def test_completion_says_nothing_of_a_broken_configuration() -> None:
    """Whoever presses Tab has asked for nothing else."""
    write_config("[nonsense")
    assert _completed("hexai --only ") == []


def test_a_completion_that_nobody_knows_is_an_error() -> None:
    """It names those that there are."""
    result = run_cli(environ={**os.environ, "_HEXAI_COMPLETE": "csh_source"})  # noqa: TID251
    assert (result.code, result.out) == (2, "")
    assert "bash_source" in result.err
