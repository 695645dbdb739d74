"""Asking on the command line: what goes out, what is shown, how it ends."""

import json
import os
import re
from pathlib import Path

import pytest

from tests.support.answers import openai_answer
from tests.support.command_line import Result, run_cli, simulated, write_config
from tests.support.ollama import Model, Ollama, serve
from tests.support.replies import status
from tests.support.upstream import Upstream

DONE = re.compile(
    r"done provider=\S+ model=\S+ (queued=[\d.]+s )?ttft=[\d.]+s time=[\d.]+s "
    r"in=~?\d+ out=~?\d+( tok/s=~?\d+)? cost=\S+"
)


def one_upstream(upstream: Upstream, more: str = "") -> Path:
    """Configure a profile at the fault server as the only contender."""
    return write_config(
        f"""
        [providers.fake]
        type = "openai"
        base_url = "{upstream.url}"
        [[models.cli]]
        provider = "fake"
        model = "m1"
        {more}
        """
    )


STAYS_HERE = """
local_only = true
[providers.fake]
type = "{type}"
base_url = "{url}"
local = true
[[models.cli]]
provider = "fake"
model = "m1"
"""


def asked(*arguments: str, stdin: str = "") -> tuple[Result, list[dict[str, str]]]:
    """Ask an upstream that answers, and give the messages that it got."""
    with Upstream(openai_answer("fine")) as upstream:
        one_upstream(upstream)
        result = run_cli(*arguments, stdin=stdin)
    assert (result.code, result.out) == (0, "fine")
    messages: list[dict[str, str]] = upstream.requests[0].json["messages"]
    return result, messages


class TestInput:
    """Where the prompt and the system prompt come from."""

    def test_words_are_joined_by_single_spaces(self) -> None:
        """They need no quotes."""
        _, messages = asked("why", "is  this", "so")
        assert messages[-1] == {"role": "user", "content": "why is  this so"}

    def test_piped_text_alone_is_the_prompt(self) -> None:
        """It is trimmed."""
        _, messages = asked(stdin="\n  some log\n\n")
        assert messages[-1]["content"] == "some log"

    def test_a_dash_alone_is_what_is_piped_in(self) -> None:
        """As other programs have it; it is no question."""
        assert asked("-", stdin="a log\n")[1][-1]["content"] == "a log"
        assert run_cli("-").code == 2

    def test_words_come_before_piped_text(self) -> None:
        """With a colon and a blank line between."""
        _, messages = asked("why", "this", stdin="a log\n")
        assert messages[-1]["content"] == "why this:\n\na log"

    def test_what_is_no_utf8_is_replaced(self) -> None:
        """A request must be valid; the rest of the text is worth asking about."""
        _, messages = asked("caf\udce9", stdin="\udcff\udcfd rest")
        assert messages[-1]["content"] == "caf\ufffd:\n\n\ufffd\ufffd rest"
        _, messages = asked("--system", "caf\udce9", "why")
        assert messages[0]["content"] == "caf\ufffd"

    def test_what_is_replaced_of_it_is_told(self) -> None:
        """On standard error, whoever reads it."""
        simulated("echo")
        result = run_cli(stdin="\udcff rest")
        assert (result.code, result.out) == (0, "\ufffd rest")
        assert "what is no UTF-8 in standard input went as" in result.err

    @pytest.mark.parametrize(
        ("stdin", "said"),
        [
            ("a\0b", "is binary, no text"),
            ("\udcff\udcfeh\0i\0", "is UTF-16, not UTF-8; convert it"),
            ("\x1f\udc8b\x08", "is compressed by gzip, no text; unpack it"),
            ("\udc89PNG\r\n\x1a\n\0", "attach it: … | hexai -f - …"),
        ],
    )
    def test_what_is_no_text_is_not_asked(self, stdin: str, said: str) -> None:
        """Nobody can read it, and clouds would bill it."""
        simulated("echo")
        result = run_cli("look at", "this", stdin=stdin)
        assert (result.code, result.out) == (2, "")
        assert f"standard input {said}" in result.err or said in result.err

    def test_nothing_is_no_attachment(self) -> None:
        """Where standard input is named and empty."""
        simulated("echo")
        result = run_cli("-f", "-", "look", stdin=" \n")
        assert (result.code, result.out) == (2, "")
        assert "attaches what is piped in, and nothing is" in result.err

    def test_the_word_explain_asks_for_a_longer_answer(self) -> None:
        """Only as a whole word, and only among the arguments."""
        _, (short, _) = asked("name", "it")
        _, (long, _) = asked("Explain", "it")
        assert short["content"] != long["content"]
        assert asked("it", stdin="please explain")[1][0] == short
        assert asked("unexplained", "things")[1][0] == short

    def test_a_system_prompt_of_ones_own_replaces_both(self) -> None:
        """`-s` wins; blank leaves the system prompt out."""
        _, messages = asked("-s", "Be a pirate.", "explain", "it")
        assert messages[0] == {"role": "system", "content": "Be a pirate."}
        assert [m["role"] for m in asked("-s", "", "hi")[1]] == ["user"]

    def test_too_much_input_is_refused(self) -> None:
        """More than 8 MiB, before anything is sent."""
        simulated("echo")
        result = run_cli(stdin="x" * (8 * 1024 * 1024 + 1))
        assert (result.code, result.out) == (2, "")
        assert "more than 8 MiB" in result.err

    @pytest.mark.parametrize("stdin", ["", " \n\t\n"])
    def test_no_input_is_an_error(self, stdin: str) -> None:
        """An empty pipe opens no editor."""
        simulated("echo")
        result = run_cli(stdin=stdin)
        assert (result.code, result.out) == (2, "")
        assert "no input" in result.err

    def test_without_words_on_a_terminal_the_editor_opens(self, tmp_path: Path) -> None:
        """What is written there is asked, and counts as the user's own words."""
        simulated("echo")
        editor = tmp_path / "ed"
        editor.write_text('#!/bin/sh\nprintf "one\ntwo\n" > "$2"\n', "utf-8")
        editor.chmod(0o755)
        environ = {**os.environ, "VISUAL": f"{editor} --wait"}  # noqa: TID251
        result = run_cli("--layout", "plain", stdin=None, stdout="terminal",
                         environ=environ)  # fmt: skip
        assert (result.code, result.out) == (0, "one\ntwo\n")

    def test_without_an_editor_the_user_is_told_what_to_do(self) -> None:
        """No program is guessed."""
        simulated("echo")
        result = run_cli(stdin=None, stdout="terminal")
        assert result.code == 2
        assert "EDITOR" in result.err


class TestPiped:
    """Standard output that is no terminal."""

    def test_one_answer_is_printed_exactly(self) -> None:
        """Neither a heading nor a line break is added; a terminal gets the rest."""
        with Upstream(openai_answer(["a\n", "  b\x1b[31m"])) as upstream:
            one_upstream(upstream)
            result = run_cli("hi", stderr="terminal")
        assert (result.code, result.out) == (0, "a\n  b\x1b[31m")
        assert DONE.fullmatch(result.err.rstrip("\n"))

    def test_a_line_of_two_megabytes_is_an_answer_like_any(self) -> None:
        """Shown on a terminal from its first to its last word, and kept as it came."""
        pieces = [f"part {number} of one line " * 3500 for number in range(32)]
        with Upstream(openai_answer(pieces)) as upstream:
            one_upstream(upstream)
            shown = run_cli("hi", stdout="terminal")
        assert (shown.code, "cut off" in shown.err) == (0, False)
        assert len(shown.out) > len("".join(pieces)) > 2_000_000
        assert run_cli("show", "--only-text").out.strip() == "".join(pieces).strip()

    @pytest.mark.parametrize("warned", [False, True])
    def test_a_program_that_wants_one_answer_gets_nothing_else(
        self, warned: bool
    ) -> None:
        """Helix takes standard error in its place as soon as there is any."""
        path = simulated("echo", more="[mcp]\nx = 1\n" if warned else "")
        result = run_cli("-0", "hi")
        assert (result.code, result.out, result.err) == (0, "hi", "")
        shown = run_cli("--fresh", "hi", stderr="terminal").err
        assert ("mcp" in shown, "done " in shown) == (warned, True)
        assert path.exists()

    @pytest.mark.parametrize("model", ["echo?fail=401", "echo?fail=503"])
    def test_a_program_is_told_why_there_is_no_answer(self, model: str) -> None:
        """All that was held, and the reason."""
        simulated(model, more="[mcp]\nx = 1\n")
        result = run_cli("hi")
        assert result.code == 1
        warned, failed = result.err.splitlines()[:2]
        assert "mcp" in warned
        assert failed.startswith("failed provider=simulated")

    def test_what_nobody_was_told_is_told_with_the_next_command(self) -> None:
        """A note that is said once is not lost in silence."""
        write_config('[models]\ncli = { provider = "ollama", model = "m:1b" }')
        with serve(Ollama({"m:1b": Model()})) as upstream:
            variable = {**os.environ, "OLLAMA_HOST": upstream.url}  # noqa: TID251
            silent = run_cli("hi", environ=variable)
            told = run_cli("hi", environ=variable, stderr="terminal")
            again = run_cli("hi", environ=variable, stderr="terminal")
        notes = [result.err.count("note: ") for result in (silent, told, again)]
        assert notes == [0, 1, 0]

    @pytest.mark.parametrize("broken", [False, True])
    def test_who_is_quiet_leaves_failures_to_the_exit_code(self, broken: bool) -> None:
        """So Helix keeps what was selected, and shows the code."""
        simulated("echo?fail=401", more="[cli]\nblind = 7\n" if broken else "")
        result = run_cli("--quiet", "hi", "--json", stderr="terminal")
        assert (result.code, result.out, result.err) == (1, "", "")

    def test_quiet_is_silent_for_people_too(self) -> None:
        """By option or by configuration, however many answer."""
        simulated("echo", "echo")
        by_option = run_cli("--quiet", "hi", stderr="terminal")
        simulated("echo", "echo", more="[cli]\nquiet = true\n")
        by_key = run_cli("--fresh", "hi", stderr="terminal")
        assert [(each.code, each.err) for each in (by_option, by_key)] == [(0, "")] * 2
        assert "=== a ===" in by_option.out

    def test_several_answers_have_their_lines_in_a_pipe(self) -> None:
        """Only one that goes in somewhere is disturbed by them."""
        simulated("echo", "echo")
        assert run_cli("hi").err.count("done provider=simulated") == 2

    def test_several_answers_stand_in_entry_order(self) -> None:
        """However long each of them takes."""
        simulated("echo?delay=0.05", "echo", "lorem?tokens=3&seed=1")
        result = run_cli("hi")
        assert result.code == 0
        assert result.out.startswith(
            "=== a ===\nhi\n\n=== b (same as a) ===\nhi\n\n=== c ===\n"
        )
        assert result.out.endswith("\n\n")
        assert [line.split()[2] for line in result.err.splitlines()] == [
            "model=echo?delay=0.05",
            "model=echo",
            "model=lorem?tokens=3&seed=1",
        ]

    def test_some_failures_end_with_4_and_none_of_them_is_hidden(self) -> None:
        """Each has its block and its reason."""
        simulated("echo?fail=401", "echo", "echo?fail=bad-answer")
        result = run_cli("hi")
        assert result.code == 4
        assert result.out == (
            "=== a (failed) ===\n\n=== b ===\nhi\n\n=== c (failed) ===\n\n"
        )
        first, second, third = result.err.splitlines()
        assert first.startswith("failed provider=simulated model=echo?fail=401: ")
        assert second.startswith("done ")
        assert third.startswith("failed ")

    def test_nothing_but_failures_end_with_1(self) -> None:
        """One contender or several."""
        simulated("echo?fail=401", "echo?fail=400")
        assert run_cli("hi").code == 1
        assert run_cli("-0", "hi").code == 1

    def test_first_prints_the_winner_alone(self) -> None:
        """The others are cancelled, which is no failure."""
        simulated("echo?fail=hang", "echo?fail=401", "echo?delay=0.05")
        result = run_cli("--first", "hi")
        assert (result.code, result.out) == (0, "hi")
        words = [line.split()[0] for line in result.err.splitlines()]
        assert words == ["cancelled", "failed", "done"]

    def test_first_without_a_winner_ends_with_1(self) -> None:
        """All have failed then."""
        simulated("echo?fail=401", "echo?fail=400")
        result = run_cli("--first", "hi")
        assert (result.code, result.out) == (1, "")

    def test_a_timeout_is_a_failure_with_its_budget(self) -> None:
        """`--timeout` goes for every contender."""
        simulated("echo?fail=hang", "echo")
        result = run_cli("--timeout", "0.1", "hi")
        assert result.code == 4
        assert "timeout: no complete answer within 0.1 s" in result.err

    def test_a_bug_lets_the_others_finish_and_ends_with_70(self) -> None:
        """What they answered is shown; then one line says where the bug is."""
        simulated("echo?fail=bug", "echo")
        result = run_cli("hi")
        assert result.code == 70
        assert "=== b ===\nhi\n" in result.out
        assert "Traceback" not in result.err
        *_, last = result.err.splitlines()
        assert last.startswith("hexai: this is a bug in Hexai: RuntimeError at ")

    def test_the_report_of_a_bug_holds_no_text_of_the_user(self) -> None:
        """Neither prompt nor values, only places."""
        simulated("echo?fail=bug")
        result = run_cli("a secret plan")
        path = Path(result.err.split("report it with ")[1].split(",")[0])
        report = path.read_text("utf-8")
        assert "simulated.py" in report
        assert "secret" not in report
        assert path.stat().st_mode & 0o777 == 0o600


class TestChoosing:
    """Whom a question goes to."""

    def test_numbers_choose_entries(self) -> None:
        """Several may be given; entry order stays."""
        simulated("lorem?tokens=1", "echo", "echo?seed=1")
        assert run_cli("-1", "hi").out == "hi"
        result = run_cli("--fresh", "-2", "-1", "hi")
        assert result.out.startswith("=== b ===\nhi\n\n=== c (same as b) ===")

    def test_labels_choose_entries(self) -> None:
        """`--only` may be repeated as well."""
        simulated("lorem?tokens=1", "echo", "echo?seed=1")
        assert run_cli("--only", "b", "hi").out == "hi"
        result = run_cli("--fresh", "--only", "c", "--only", "b", "hi")
        assert result.out.startswith("=== b ===\nhi\n\n=== c (same as b) ===")

    def test_models_on_the_command_line_replace_the_list(self) -> None:
        """In the order given."""
        simulated("lorem")
        result = run_cli("-m", "simulated:echo?seed=1", "-m", "simulated:echo", "hi")
        assert result.out.splitlines()[0] == "=== echo?seed=1 ==="
        assert result.code == 0

    def test_a_missing_key_fails_by_itself_and_says_what_to_set(self) -> None:
        """Nobody else is asked in its place."""
        simulated("echo")
        result = run_cli("-m", "openai:gpt-4.1", "hi")
        assert (result.code, result.out) == (1, "")
        assert result.err == (
            "failed provider=openai model=gpt-4.1: missing OpenAI API key for "
            "provider openai; set HEXAI_OPENAI_API_KEY or OPENAI_API_KEY\n"
        )

    def test_max_concurrency_lets_one_go_after_the_other(self) -> None:
        """The second waits, and says so."""
        simulated("echo?delay=0.05", "echo")
        result = run_cli("--max-concurrency", "1", "hi")
        assert "queued=" in result.err.splitlines()[1]


class TestJson:
    """What scripts read."""

    def test_json_is_one_object_and_nothing_else(self) -> None:
        """Keys are those of the documentation."""
        simulated("echo", "echo?fail=401")
        result = run_cli("--json", "hi")
        assert result.code == 4
        record = json.loads(result.out)
        assert list(record) == ["run_id", "entries"]
        assert [entry["status"] for entry in record["entries"]] == [
            "answered",
            "failed",
        ]
        assert list(record["entries"][0]) == [
            *("index", "label", "provider", "model", "status", "late", "text"),
            *(
                "error",
                "given",
                "queued_ms",
                "loading_ms",
                "ttft_ms",
                "total_ms",
                "usage",
                "tokens_per_s",
            ),
            *("cost_usd", "cached"),
        ]
        assert record["entries"][1]["error"]["http_status"] == 401

    def test_jsonl_tells_the_events_as_they_come(self) -> None:
        """Each line is an object; the first names the run, each ends once."""
        simulated("echo", "echo?fail=401")
        result = run_cli("--jsonl", "hi")
        records = [json.loads(line) for line in result.out.splitlines()]
        assert records[0]["event"] == "run"
        ended = [record for record in records if record["event"] == "ended"]
        assert {record["label"] for record in ended} == {"a", "b"}
        assert [r["text"] for r in records if r["event"] == "delta"] == ["hi"]
        assert records[-1]["event"] in {"ended", "settled"}

    def test_a_failed_run_is_still_an_object(self) -> None:
        """A script can tell why nobody answered."""
        simulated("echo?fail=401")
        result = run_cli("--json", "hi")
        assert result.code == 1
        assert json.loads(result.out)["entries"][0]["text"] == ""


class TestBlind:
    """Nothing names, prices or times a contender."""

    @pytest.mark.parametrize("options", [["--blind"], ["--blind", "--json"]])
    def test_letters_stand_for_contenders(self, options: list[str]) -> None:
        """Neither stream names a label, provider or model."""
        simulated("echo?seed=7", "lorem?tokens=3", "echo?fail=401")
        result = run_cli(*options, "hi")
        assert result.code == 4
        for part in ("simulated", "lorem", "echo", "ttft=", "cost="):
            assert part not in result.out + result.err
        assert result.err.startswith("failed contender=")

    def test_the_setting_is_overruled_by_the_option(self) -> None:
        """`--no-blind` shows names although `cli.blind` hides them."""
        simulated("echo", "echo?seed=1", more="[cli]\nblind = true\n")
        assert "=== A ===" in run_cli("hi").out
        assert "=== a ===" in run_cli("--fresh", "--no-blind", "hi").out


class TestCache:
    """Answers are served again for a day."""

    def test_the_same_question_is_answered_from_the_cache(self) -> None:
        """The upstream is asked once; --fresh asks anew; blind never looks."""
        with Upstream(openai_answer("fine")) as upstream:
            one_upstream(upstream)
            run_cli("hi")
            again = run_cli("hi", stderr="terminal")
            assert (again.code, again.out) == (0, "fine")
            assert " cached=" in again.err
            assert len(upstream.requests) == 1
            run_cli("--fresh", "hi")
            run_cli("--blind", "hi")
            assert len(upstream.requests) == 3

    def test_a_cached_answer_beside_a_fresh_one(self) -> None:
        """Both have their blocks, and the cached one its age."""
        with Upstream(openai_answer("fine")) as upstream:
            one_upstream(upstream, more='[[models.cli]]\nprovider = "simulated"\n'
                         'model = "echo?fail=401"\nlabel = "bad"')  # fmt: skip
            run_cli("-0", "hi")
            result = run_cli("hi")
        assert result.out == (
            "=== m1 (cached 0 s ago) ===\nfine\n\n=== bad (failed) ===\n\n"
        )
        assert result.code == 4

    def test_a_local_model_has_its_cache_under_local_only(self) -> None:
        """What the user wants to stay here is no secret."""
        with Upstream(openai_answer("fine")) as upstream:
            write_config(STAYS_HERE.format(type="openai", url=upstream.url))
            run_cli("hi")
            again = run_cli("hi", stderr="terminal")
            assert (again.code, again.out) == (0, "fine")
            assert " cached=" in again.err
            assert len(upstream.requests) == 1

    def test_an_ollama_that_was_found_local_has_its_cache_too(self) -> None:
        """Whether a model is only passed on, it must be asked; the first answer was."""
        with serve(Ollama({"m1:latest": Model()})) as upstream:
            write_config(STAYS_HERE.format(type="ollama", url=upstream.url))
            first = run_cli("hi")
            assert first.code == 0, first.err
            before = len(upstream.requests)
            again = run_cli("hi", stderr="terminal")
            assert (again.code, again.out) == (0, first.out)
            assert " cached=" in again.err
            assert len(upstream.requests) == before

    def test_a_cloud_has_no_kept_answer_under_local_only(self) -> None:
        """It is refused as if nothing had been kept."""
        with Upstream(openai_answer("fine")) as upstream:
            entry = f'[providers.far]\ntype = "openai"\nbase_url = "{upstream.url}"\n'
            entry += '[models]\ncli = { provider = "far", model = "m:1b" }\n'
            write_config(entry)
            assert run_cli("hi").out == "fine"
            write_config(f"local_only = true\n{entry}")
            refused = run_cli("hi")
        assert (refused.code, refused.out) == (1, "")
        assert "not sent: local_only is set" in refused.err

    def test_what_the_guard_refused_has_no_cache(self) -> None:
        """A secret is not kept, though a local model answered."""
        token = "ghp_" + "x9Kd83hFqPz71LmWc0Ra4TbYv6NsEj2Gu5Qo"
        with Upstream(openai_answer("fine")) as upstream:
            write_config(STAYS_HERE.format(type="openai", url=upstream.url))
            for _ in range(2):
                assert run_cli("why", stdin=f"token {token}").out == "fine"
            assert len(upstream.requests) == 2


class TestKept:
    """Input is not lost when nothing was sent."""

    CLOSED = 'base_url = "http://127.0.0.1:9"'

    def test_piped_input_is_kept_when_the_configuration_has_problems(self) -> None:
        """The file holds it and is private."""
        write_config("nonsense = 1")
        result = run_cli("why", stdin="a long log")
        assert result.code == 1
        self.assert_kept(result, "why:\n\na long log")

    def test_piped_input_is_kept_when_nobody_could_be_reached(self) -> None:
        """All contenders failed before they could send."""
        write_config(
            f'[providers.down]\ntype = "openai"\n{self.CLOSED}\n'
            '[models]\ncli = { provider = "down", model = "m:1b" }\n'
        )
        result = run_cli("--timeout", "5", "why", stdin="a long log")
        assert result.code == 1
        self.assert_kept(result, "why:\n\na long log")

    @pytest.mark.parametrize(
        "entry",
        [
            'provider = "nobody"\nmodel = "m"',
            'provider = "openai"\nmodel = "m"',
            'provider = "local"\nmodel = "/nowhere/m.gguf"',
        ],
        ids=["unknown provider", "no key", "no model"],
    )
    def test_piped_input_is_kept_when_a_contender_cannot_ask(self, entry: str) -> None:
        """What we refused ourselves went nowhere."""
        write_config(f"[[models.cli]]\n{entry}")
        result = run_cli("why", stdin="a long log")
        assert result.code == 1
        self.assert_kept(result, "why:\n\na long log")

    def test_piped_input_is_kept_when_it_must_stay_here(self) -> None:
        """It may be asked again of a local model; only secrets are not stored."""
        with Upstream(openai_answer("fine")) as upstream:
            write_config(
                "local_only = true\n"
                f'[providers.far]\ntype = "openai"\nbase_url = "{upstream.url}"\n'
                '[models]\ncli = { provider = "far", model = "m:1b" }\n'
            )
            result = run_cli("why", stdin="a long log")
        assert result.code == 1
        assert "not sent: local_only is set" in result.err
        self.assert_kept(result, "why:\n\na long log")

    def test_what_the_guard_refused_is_not_kept(self) -> None:
        """A secret went nowhere, and stays nowhere."""
        token = "ghp_" + "x9Kd83hFqPz71LmWc0Ra4TbYv6NsEj2Gu5Qo"
        with Upstream(openai_answer("fine")) as upstream:
            one_upstream(upstream)
            result = run_cli("why", stdin=f"token {token}")
        assert "not sent: " in result.err
        assert "input is kept" not in result.err

    def test_what_a_failing_editor_leaves_is_kept(self, tmp_path: Path) -> None:
        """Its crash asks nothing, and costs nothing."""
        simulated("echo")
        editor = tmp_path / "editor"
        editor.write_text('#!/bin/sh\necho typed > "$1"\nexit 3\n', "utf-8")
        editor.chmod(0o755)
        environ = {**os.environ, "HEXAI_EDITOR": str(editor)}  # noqa: TID251
        result = run_cli(stdin=None, stdout="terminal", environ=environ)
        assert (result.code, result.out) == (2, "")
        assert "the editor ended with 3, nothing was asked" in result.err
        self.assert_kept(result, "typed")

    def test_arguments_alone_are_not_kept(self) -> None:
        """The shell remembers them."""
        write_config("nonsense = 1")
        assert "input is kept" not in run_cli("why").err

    def test_what_was_sent_is_not_kept(self) -> None:
        """An upstream that refuses has read it."""
        with Upstream(status(401, "{}")) as upstream:
            one_upstream(upstream)
            result = run_cli("why", stdin="a long log")
        assert result.code == 1
        assert "input is kept" not in result.err

    def test_a_secret_is_never_kept(self) -> None:
        """Not even when the configuration is to blame."""
        write_config("nonsense = 1")
        token = "ghp_" + "x9Kd83hFqPz71LmWc0Ra4TbYv6NsEj2Gu5Qo"
        result = run_cli(stdin=f"token {token}")
        assert result.code == 1
        assert "input is kept" not in result.err
        assert token not in result.err

    def assert_kept(self, result: Result, text: str) -> None:
        """Check that stderr names a private file with the text."""
        (kept,) = re.findall("your input is kept in (.*)\n", result.err)
        path = Path(kept)
        assert path.read_text("utf-8") == text
        assert path.stat().st_mode & 0o777 == 0o600


class TestTerminal:
    """Standard output or standard error on a terminal."""

    NASTY = "\x1b]0;p\x07 \x9b31m \u202e [/][@click=app.quit]x #(touch P)"

    def test_an_answer_cannot_act_on_the_terminal(self) -> None:
        """Whatever the layout, only our own sequences pass."""
        with Upstream(openai_answer(self.NASTY)) as upstream:
            one_upstream(upstream)
            for layout in ("auto", "columns", "stacked", "plain"):
                result = run_cli("--fresh", "--layout", layout, "hi",
                                 stdout="terminal")  # fmt: skip
                assert result.code == 0
                self.assert_harmless(result.out)
                assert "x1b]0;p" in result.out

    @pytest.mark.parametrize("option", ["--json", "--jsonl"])
    def test_json_on_a_terminal_is_harmless_and_whole(self, option: str) -> None:
        """It is escaped as JSON, so that nothing is lost."""
        with Upstream(openai_answer(self.NASTY)) as upstream:
            one_upstream(upstream)
            result = run_cli(option, "hi", stdout="terminal")
        self.assert_harmless(result.out)
        assert any("touch P" in str(json.loads(x)) for x in result.out.splitlines())

    def test_a_reason_cannot_act_on_the_terminal(self) -> None:
        """On stderr it is made visible, whatever stdout is."""
        body = json.dumps({"error": {"message": self.NASTY}})
        with Upstream(status(401, body)) as upstream:
            one_upstream(upstream)
            for out in ("file", "terminal"):
                result = run_cli("hi", stdout=out, stderr="terminal")
                assert result.code == 1
                self.assert_harmless(result.err)
                assert "\x1b" not in result.err
                assert "touch P" in result.err

    def test_stderr_never_has_a_control_sequence(self) -> None:
        """The live view is drawn on stdout alone."""
        simulated("echo", "echo?fail=401")
        result = run_cli("hi", stdout="terminal", stderr="terminal")
        assert "\x1b" in result.out
        assert "\x1b" not in result.err
        told = [line.split() for line in result.err.splitlines()]
        assert [words[:2] for words in told] == [
            [],
            ["STATE", "FIRST"],
            ["a", "done"],
            ["b", "failed"],
            ["b:", "the"],
        ]

    def test_no_color_leaves_colours_out(self) -> None:
        """Position and cursor sequences stay, it is a live view."""
        simulated("echo", "echo?seed=1")
        plain = {**os.environ, "NO_COLOR": "1"}  # noqa: TID251
        colour = re.compile(r"\x1b\[[\d;]*m")
        assert colour.search(run_cli("hi", stdout="terminal").out)
        assert not colour.search(run_cli("hi", stdout="terminal", environ=plain).out)

    def test_plain_text_on_a_terminal_ends_with_a_line_break(self) -> None:
        """Or the shell's prompt would stand behind the answer."""
        simulated("echo")
        result = run_cli("--layout", "plain", "hi", stdout="terminal")
        assert result.out == "hi\n"

    def test_a_dumb_terminal_gets_plain_text(self) -> None:
        """An editor's shell, for one, knows no cursor; who insists gets columns."""
        simulated("echo", "echo?seed=1")
        dumb = {**os.environ, "TERM": "dumb"}  # noqa: TID251
        result = run_cli("hi", stdout="terminal", environ=dumb)
        assert result.out == "=== a ===\nhi\n\n=== b (same as a) ===\nhi\n\n"
        result = run_cli("--layout", "columns", "hi", stdout="terminal", environ=dumb)
        assert "\x1b" in result.out

    def assert_harmless(self, shown: str) -> None:
        """Check that only our own sequences are in what was shown."""
        ours = re.compile(r"\x1b\[\??[\d;]*[A-Za-z]")
        rest = ours.sub("", shown)
        assert not set(rest) & {"\x1b", "\x07", "\x9b", "\u202e"}


class TestFirstRun:
    """Without any configuration."""

    def test_three_lines_say_what_there_is_and_what_to_do(self) -> None:
        """Nothing is sent to the cloud whose key is there."""
        environ = {**os.environ, "OPENAI_API_KEY": "sk-MARK"}  # noqa: TID251
        result = run_cli("hi", environ=environ)
        assert (result.code, result.out) == (1, "")
        first, found, how = result.err.splitlines()
        assert "nothing is configured yet" in first
        assert "OPENAI_API_KEY in the environment" in found
        assert "hexai models pull smollm2" in how
        assert "config.toml" in how
        assert "MARK" not in result.err

    def test_who_names_a_model_needs_no_configuration(self) -> None:
        """`-m` is enough."""
        result = run_cli("-m", "simulated:echo", "hi")
        assert (result.code, result.out) == (0, "hi")


class TestLog:
    """`--log` and `--log-texts`."""

    def test_a_log_holds_no_texts_unless_asked(self, tmp_path: Path) -> None:
        """It is private, and tells who was asked and how it went."""
        simulated("echo")
        log = tmp_path / "log"
        assert run_cli("--log", str(log), "MARK").code == 0
        written = log.read_text("utf-8")
        assert "model=echo status=answered" in written
        assert "MARK" not in written
        assert log.stat().st_mode & 0o777 == 0o600
        run_cli("--fresh", "--log", str(log), "--log-texts", "MARK")
        assert "text='MARK'" in log.read_text("utf-8")


class TestSimulation:
    """`--tps-simulation`."""

    def test_the_prompt_is_shown_and_nothing_else_happens(self) -> None:
        """No configuration is read, nothing is said, nothing is kept."""
        config = write_config("not toml at all")
        result = run_cli("--tps-simulation", "1000-2000", "some", "words", stdin="in")
        assert result == Result(code=0, out="some words:\n\nin", err="")
        config.unlink()
        cache = Path(os.environ["XDG_CACHE_HOME"])  # noqa: TID251
        assert not list(cache.rglob("*"))

    def test_without_a_prompt_there_is_some_text(self) -> None:
        """The speed can be seen at once."""
        result = run_cli("--tps-simulation", "100000")
        assert result.code == 0
        assert len(result.out.split()) > 50

    @pytest.mark.parametrize(
        ("rate", "complaint"),
        [
            ("x", 'invalid --tps-simulation value "x"'),
            ("0", '--tps-simulation requires a positive value, got "0"'),
            ("20-10", "--tps-simulation minimum 20.00 exceeds maximum 10.00"),
        ],
    )
    def test_a_wrong_rate_is_told(self, rate: str, complaint: str) -> None:
        """In the Go tool's words."""
        result = run_cli("--tps-simulation", rate, "hi")
        assert (result.code, result.out, result.err) == (2, "", f"hexai: {complaint}\n")


class TestGuard:
    """What looks like a secret stays on this machine."""

    TOKEN = "ghp_" + "x9Kd83hFqPz71LmWc0Ra4TbYv6NsEj2Gu5Qo"

    def test_a_secret_never_leaves_and_a_local_model_still_answers(self) -> None:
        """The cloud contender fails by itself, saying which rule and which line."""
        with Upstream(openai_answer("leaked")) as upstream:
            one_upstream(
                upstream,
                more='[[models.cli]]\nprovider = "simulated"\nmodel = "lorem?tokens=2"',
            )
            result = run_cli("why", stdin=f"first\n{self.TOKEN}")
            assert upstream.requests == []
        assert result.code == 4
        failed, done = result.err.splitlines()
        assert "not sent: " in failed
        assert "line 2 of standard input" in failed
        assert done.startswith("done provider=simulated")
        assert self.TOKEN not in result.err

    def test_refused_text_is_stored_nowhere(self, tmp_path: Path) -> None:
        """Not in the cache, not among kept input."""
        with Upstream(openai_answer("leaked")) as upstream:
            one_upstream(upstream)
            result = run_cli(stdin=self.TOKEN)
        assert (result.code, result.out) == (1, "")
        for path in tmp_path.rglob("*"):
            assert not path.is_file() or self.TOKEN.encode() not in path.read_bytes()

    def test_a_false_alarm_can_be_overruled(self) -> None:
        """`--send-anyway` sends it, this once."""
        with Upstream(openai_answer("fine")) as upstream:
            one_upstream(upstream)
            result = run_cli("--send-anyway", stdin=self.TOKEN)
            assert upstream.requests[0].json["messages"][-1]["content"] == self.TOKEN
        assert (result.code, result.out) == (0, "fine")
