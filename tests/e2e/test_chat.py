"""`hexai chat` as a person types it: a real process, its line editor, a terminal."""

import json
import os
import re
import signal
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.answers import openai_answer
from tests.support.command_line import Terminal, run_cli, write_config
from tests.support.on_terminal import HEXAI, start_on
from tests.support.patience import PATIENCE
from tests.support.replies import stall, status
from tests.support.secrets import samples
from tests.support.tmux import Tmux
from tests.support.upstream import Upstream

pytestmark = pytest.mark.e2e

CONFIG = """
[[models.cli]]
provider = "one"
model = "m-one"
label = "careful"
[[models.cli]]
provider = "two"
model = "m-two"
label = "lively"
[providers.one]
type = "openai"
base_url = "{url}/one"
[providers.two]
type = "openai"
base_url = "{url}/two"
{more}
"""
HINT = "Ctrl-D ends"
PROMPT = "\x1b[?2004h"
"""What the line editor sends as it begins to read."""
SECRET = next(iter(samples().values()))


@pytest.fixture(name="upstream")
def fixture_upstream() -> Iterator[Upstream]:
    """Answer by the provider's name, and number its answers."""
    with Upstream() as upstream:
        for name in ("one", "two"):
            answers = (openai_answer(f"{name}-says-{n}.") for n in range(1, 9))
            upstream.on(f"/{name}/chat/completions", *answers)
        configure(upstream)
        yield upstream


def configure(upstream: Upstream, more: str = "") -> None:
    """Configure two contenders."""
    write_config(CONFIG.format(url=upstream.url, more=more))


class Chat:
    """A chat under way on a terminal."""

    def __init__(self, *options: str, early: bytes = b"") -> None:
        """`early` is typed before it starts."""
        self.terminal = Terminal(columns=250)
        self.press(early)
        self.modes = self._modes()
        self._prompts = 0
        self.process = start_on(self.terminal.descriptor, *HEXAI, "chat", *options)

    def ready(self) -> None:
        """Wait until the next line is read."""
        self._prompts += 1
        self.terminal.wait_for(PROMPT, times=self._prompts)

    def type(self, text: str, *shown: str) -> None:
        """Type a text and Enter, and wait until all of some texts were shown."""
        self.press(text.encode() + b"\r")
        for each in shown:
            self.terminal.wait_for(each)
        self.ready()

    def press(self, keys: bytes) -> None:
        """Press keys."""
        os.write(self.terminal.master, keys)

    def end(self) -> tuple[int, str]:
        """Press Ctrl-D; gives the exit code and all that was shown."""
        self.press(b"\x04")
        code = self.process.wait(PATIENCE)
        assert self._modes() == self.modes
        return code, self.terminal.text()

    def _modes(self) -> object:
        return termios.tcgetattr(self.terminal.descriptor)[:4]


@contextmanager
def chatting(*options: str) -> Iterator[Chat]:
    """Start a chat that ends with the test."""
    chat = Chat(*options)
    try:
        chat.terminal.wait_for(HINT)
        chat.ready()
        yield chat
    finally:
        chat.process.kill()
        chat.process.wait()


def sent(upstream: Upstream, name: str) -> list[list[str]]:
    """Give what each request to a provider said, without the system prompt."""
    bodies = (r.json for r in upstream.requests if r.path.startswith(f"/{name}/"))
    said = ([(m["role"], m["content"]) for m in body["messages"]] for body in bodies)
    return [[f"{r[0]}: {t}" for r, t in each if r != "system"] for each in said]


def test_each_goes_on_with_its_own_answers(upstream: Upstream) -> None:
    """And all of it is one thread of the ledger."""
    with chatting() as chat:
        chat.type("first", "one-says-1.", "two-says-1.")
        chat.type("second", "one-says-2.", "two-says-2.")
        code, _ = chat.end()

    record = json.loads(run_cli("show", "--json").out)
    assert code == 0
    assert sent(upstream, "two")[-1] == ["u: first", "a: two-says-1.", "u: second"]
    assert [each["prompt"] for each in record["earlier"]] == ["first"]
    assert record["thread"] == record["earlier"][0]["run_id"]
    assert len(upstream.connections) == 2


def test_ctrl_c_stops_the_answers_and_not_the_chat(upstream: Upstream) -> None:
    """What had come stays, and goes along; what is typed can be given up too."""
    broken = stall(openai_answer(["half-an-answer ", "never"]), after=2)
    upstream.on("/one/chat/completions", broken, openai_answer("one-goes-on."))
    with chatting("--only", "careful") as chat:
        chat.press(b"first\r")
        chat.terminal.wait_for("half-an-answer")
        chat.press(b"\x03")
        chat.terminal.wait_for("cancelled")
        chat.ready()
        chat.press(b"never asked\x03")
        chat.ready()
        chat.type("go on", "one-goes-on.")
        code, _ = chat.end()

    assert code == 0
    assert sent(upstream, "one")[-1] == ["u: first", "a: half-an-answer ", "u: go on"]


def test_what_is_typed_ahead_is_next(
    upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Enter, a line break and the end are what they are at the prompt."""
    slow = openai_answer(["one-", "is-", "slow."], gap=0.1)
    upstream.on("/one/chat/completions", slow, *map(openai_answer, ("b.", "c.")))
    monkeypatch.setenv("TERM", "xterm")
    with chatting("--only", "careful") as chat:
        chat.press(b"first\r")
        upstream.wait(lambda: len(upstream.requests) == 1)
        chat.press(b"second\x1b\rline\\\rend\rthird\r\x04")
        code = chat.process.wait(PATIENCE)

    assert code == 0
    said = [each[-1] for each in sent(upstream, "one")]
    assert said == ["u: first", "u: second\nline\nend", "u: third"]


@pytest.mark.parametrize("lines", [2, 2000])
def test_a_paste_while_an_answer_comes_asks_nothing(
    upstream: Upstream, lines: int
) -> None:
    """It stands at the next prompt with its lines, however many they are."""
    slow = openai_answer(["one-", "is-", "slow."], gap=0.3)
    upstream.on("/one/chat/completions", slow, openai_answer("one-goes-on."))
    pasted = "\n".join(f"line {number}" for number in range(lines))
    with chatting("--only", "careful") as chat:
        chat.press(b"first\r")
        upstream.wait(lambda: len(upstream.requests) == 1)
        chat.press(f"\x1b[200~{pasted}\x1b[201~".encode())
        chat.ready()
        chat.type("", "one-goes-on.")
        code, text = chat.end()

    assert code == 0
    assert [each[-1] for each in sent(upstream, "one")] == ["u: first", f"u: {pasted}"]
    last = text.rindex(PROMPT)
    assert "\x1b[?2004l" not in text[:last]  # marked while the answer came too
    assert text[last:].count("\x1b[?2004l") == 1


def test_a_paste_that_no_terminal_marks_asks_nothing(
    upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lines that come quicker than anybody types, at the prompt and before it."""
    slow = openai_answer(["one-", "is-", "slow."], gap=0.1)
    upstream.on("/one/chat/completions", slow, *map(openai_answer, ("b.", "c.")))
    monkeypatch.setenv("TERM", "linux")
    with chatting("--only", "careful") as chat:
        chat.press(b"first\r")
        upstream.wait(lambda: len(upstream.requests) == 1)
        chat.press(b"typed\rahead\r")
        chat.ready()
        chat.terminal.wait_for("ahead")
        chat.type("", "b.")
        chat.press(b"def f():\r\treturn 1\r\rand more")
        chat.terminal.wait_for("and more")
        chat.type("", "c.")
        chat.end()

    said = [each[-1] for each in sent(upstream, "one")]
    assert said[1:] == ["u: typed\nahead", "u: def f():\n\treturn 1\n\nand more"]


def test_what_is_typed_before_the_start_is_next(upstream: Upstream) -> None:
    """Where the terminal still collects lines, which makes other keys of some."""
    chat = Chat("--only", "careful", early=b"first\x1b\rline\r\x04")
    try:
        code = chat.process.wait(PATIENCE)
    finally:
        chat.process.kill()
        chat.process.wait()

    assert code == 0
    assert sent(upstream, "one") == [["u: first\nline"]]


def test_ctrl_d_before_the_start_ends_it(upstream: Upstream) -> None:
    """Whoever has changed their mind is not asked for a line."""
    chat = Chat(early=b"\x04")
    try:
        assert chat.process.wait(PATIENCE) == 0
    finally:
        chat.process.kill()
        chat.process.wait()

    assert upstream.requests == []


def test_what_is_typed_ahead_survives_a_stop(upstream: Upstream) -> None:
    """Ctrl-C ends the answers alone; and what cannot be voted on then says why."""
    broken = stall(openai_answer(["half-an-answer ", "never"]), after=2)
    upstream.on("/one/chat/completions", broken, openai_answer("one-goes-on."))
    with chatting() as chat:
        chat.press(b"first\r")
        chat.terminal.wait_for("half-an-answer")
        chat.terminal.wait_for("two-says-1.")
        chat.press(b"second ")
        chat.press(b"\x03")
        chat.ready()
        chat.type("question", "one-goes-on.")
        chat.press(b"/only careful\r")
        chat.ready()
        chat.press(b"third\r")
        chat.ready()
        chat.type("/vote careful", "only one entry was asked")
        chat.end()

    assert sent(upstream, "one")[1][-1] == "u: second question"


def test_after_a_stop_a_vote_says_why_it_cannot_be(upstream: Upstream) -> None:
    """What was stopped was no whole answer; no cache has to do with it."""
    broken = stall(openai_answer(["half-an-answer ", "never"]), after=2)
    upstream.on("/one/chat/completions", broken)
    with chatting() as chat:
        chat.press(b"first\r")
        chat.terminal.wait_for("half-an-answer")
        chat.terminal.wait_for("two-says-1.")
        chat.press(b"\x03")
        chat.ready()
        chat.type("/vote lively", "only one was given")
        _, text = chat.end()

    assert "cache" not in text


def test_files_and_a_template_go_with_the_first_question(
    upstream: Upstream, tmp_path: Path
) -> None:
    """A later question takes what /file names; what nobody answered keeps its own."""
    template = "[prompts.templates.review]\nsystem = 'SYS'\nuser = 'Look: {{input}}'\n"
    configure(upstream, template)
    for name in ("a", "b", "with blank"):
        (tmp_path / f"{name}.txt").write_text(f"TEXT-{name}\n")
    upstream.on(
        "/one/chat/completions",
        status(400),
        *(openai_answer(f"one-says-{n}.") for n in range(1, 5)),
    )
    options = ("--only", "careful", "-t", "review", "-f", str(tmp_path / "a.txt"))
    with chatting(*options) as chat:
        chat.type("fails", "failed")
        chat.type("first", "one-says-1.")
        chat.type(f"/file {tmp_path}/none.txt", "is not there")
        chat.type(f"/file {tmp_path}/with blank.txt", "goes along with the next")
        chat.type("second", "one-says-2.")
        chat.press(f"/file {tmp_path}/b\t\r".encode())
        chat.terminal.wait_for("/b.txt goes along")
        chat.ready()
        chat.type("/file", "nothing goes along with the next question")
        chat.type("third", "one-says-3.")
        chat.end()

    said = [each[-1] for each in sent(upstream, "one")]
    assert [("TEXT-a" in each, "Look: " in each) for each in said[:2]] == [
        (True, True)
    ] * 2
    assert said[1].startswith("u: Look: first")
    assert "TEXT-with blank" in said[2]
    assert "Look: " not in said[2]
    assert said[3] == "u: third"
    systems = [r.json["messages"][0]["content"] for r in upstream.requests]
    assert systems == ["SYS"] * 4


def test_commands(upstream: Upstream, tmp_path: Path) -> None:
    """They say whom to ask, with whose answer, and are never asked themselves."""
    file = tmp_path / "said.md"
    with chatting() as chat:
        chat.type("/olny careful", "did you mean /only?")
        chat.type("/from careful", "there is no answer yet")
        chat.type("first", "one-says-1.", "two-says-1.")
        chat.type("/only nobody", "nobody here is called 'nobody'")
        chat.type("/only lively", "asked from now on: lively")
        chat.type("second", "two-says-2.")
        chat.type("/only", "asked from now on: careful, lively")
        chat.type("third", "careful goes on with the answer of lively", "two-says-3.")
        chat.type("/from careful", "all go on with the answer of careful")
        chat.type("/model two:other", "asked from now on: other")
        chat.type("fourth", "two-says-4.")
        chat.type(f"/save {file}", "written to")
        chat.type(f"/save {file}", "File exists")
        chat.type(" /etc is what?", "two-says-5.")
        code, _ = chat.end()

    assert code == 0
    assert len(sent(upstream, "one")) == 2
    assert sent(upstream, "two")[3][-2:] == ["a: one-says-2.", "u: fourth"]
    assert sent(upstream, "two")[4][-1] == "u: /etc is what?"
    assert "## Question\n\nfourth\n\n### other\n\ntwo-says-4." in file.read_text(
        "utf-8"
    )
    assert file.stat().st_mode & 0o777 == 0o600


def test_who_is_asked_anew_needs_an_answer_to_go_on_with(upstream: Upstream) -> None:
    """`/model` says so in the words of a chat, before anything is typed."""
    with chatting() as chat:
        chat.type("first", "one-says-1.", "two-says-1.")
        chat.type("/model two:other", "goes on: /from, with one of careful, lively")
        chat.type("/from lively", "all go on with the answer of lively")
        chat.type("second", "two-says-2.")
        code, shown = chat.end()

    assert code == 0
    assert "--from" not in shown
    assert sent(upstream, "two")[-1] == ["u: first", "a: two-says-1.", "u: second"]


def test_who_was_left_out_goes_on_elsewhere(upstream: Upstream) -> None:
    """`/from` says with which command, and that one does it."""
    with chatting() as chat:
        chat.type("first", "one-says-1.", "two-says-1.")
        chat.type("/only lively", "asked from now on: lively")
        chat.type("second", "two-says-2.")
        chat.type("/only", "asked from now on: careful, lively")
        chat.type("/from careful", "careful was not asked last", "--only careful")
        chat.end()
        found = re.search(r"hexai chat (-c=\w+)", chat.terminal.text())

    assert found
    with chatting(found[1], "--only", "careful") as chat:
        chat.type("third", "one-says-2.")
        chat.end()
    assert sent(upstream, "one")[-1] == ["u: first", "a: one-says-1.", "u: third"]


def test_several_lines(upstream: Upstream) -> None:
    """A paste is one question."""
    with chatting("--only", "careful") as chat:
        chat.press(b"\x1b[200~a pasted\r\nline\n\x1b[201~")
        chat.type("end", "one-says-1.")
        chat.end()

    assert sent(upstream, "one")[0] == ["u: a pasted\nline\nend"]


def test_blind_until_a_vote(upstream: Upstream) -> None:
    """Letters stay whose they are; then names appear, and others can be asked."""
    configure(upstream, "[cli]\nblind = true\n")
    with chatting() as chat:
        chat.type("first", "names stay hidden until you /vote: A, B, tie, bad")
        chat.type("/only A", "this thread is blind")
        chat.type("second", "one-says-2.", "two-says-2.")
        chat.type("/vote B", "= careful", "= lively", "ahead 1:0")
        chat.type("/only careful", "asked from now on: careful")
        _, text = chat.end()

    before = text[: text.index("/vote B")]
    after_hint = before[before.index(HINT) :]
    assert "careful" not in after_hint
    assert "m-one" not in after_hint


def test_what_stands_behind_a_command_in_vain_is_told(upstream: Upstream) -> None:
    """It might be a question, so nothing is done; and nothing was said yet."""
    with chatting() as chat:
        chat.type("/quit smoking, how?", "/quit takes nothing; a blank before it asks")
        chat.type("/help me", "/help takes nothing")
        chat.type("/from", "there is no answer yet to go on with")
        code, _ = chat.end()

    assert code == 0
    assert not upstream.requests


def test_who_leaves_the_question_has_seen_the_names(upstream: Upstream) -> None:
    """A vote after that takes them, and is not kept as a blind one."""
    configure(upstream, "[cli]\nblind = true\nvote = true\n")
    with chatting() as chat:
        chat.press(b"first\r")
        chat.terminal.wait_for("s skip: ")
        chat.press(b"\x04")
        chat.terminal.wait_for("= lively")
        chat.ready()
        chat.type("/vote nobody", "say A or ")
        chat.type("/vote lively", "ahead 1:0")
        chat.end()

    [run] = map(json.loads, run_cli("history", "--json").out.splitlines())
    assert run["choice"]["labels"] == ["lively"]
    assert run["choice"]["blind"] is False


def test_a_blind_vote_that_is_said_again_stays_blind(upstream: Upstream) -> None:
    """By its letter, and by a key where a change is asked for."""
    configure(upstream, "[cli]\nblind = true\nvote = true\n")
    with chatting() as chat:
        chat.press(b"first\r")
        chat.terminal.wait_for("s skip: ")
        chat.press(b"A")
        chat.terminal.wait_for("ahead 1:0")
        chat.ready()
        chat.type("/vote A", " already")
        chat.press(b"/vote --yes\r")
        chat.terminal.wait_for("skip: ", times=2)
        chat.press(b"A")
        chat.terminal.wait_for(" already", times=2)
        chat.ready()
        chat.end()

    [run] = map(json.loads, run_cli("history", "--json").out.splitlines())
    assert run["choice"]["blind"] is True


def test_blind_though_all_fail(upstream: Upstream) -> None:
    """What cannot be voted on names nobody."""
    configure(upstream, "[cli]\nblind = true\n")
    for name in ("one", "two"):
        answers = openai_answer(f"{name}-says-1."), openai_answer(f"{name}-says-2.")
        upstream.on(
            f"/{name}/chat/completions",
            status(400),
            answers[0],
            status(400),
            answers[1],
        )
    with chatting() as chat:
        chat.type("first", "failed contender=A")
        chat.type("second", "one-says-1.", "two-says-1.")
        chat.type("third", "nothing to vote on here, so names stay hidden")
        chat.type("fourth", "one-says-2.", "two-says-2.")
        _, text = chat.end()

    assert "careful" not in text[text.index(HINT) :]


def test_a_vote_by_one_key(upstream: Upstream) -> None:
    """Asked for by /vote; a thread counts once, and says so of the second."""
    with chatting() as chat:
        chat.type("first", "one-says-1.", "two-says-1.")
        for times, told in enumerate(("careful ahead 1:0", "a thread counts once"), 1):
            chat.press(b"/vote\r")
            chat.terminal.wait_for("skip: ", times=times)
            chat.press(b"A")
            chat.terminal.wait_for(told)
            chat.ready()
            chat.type("next", "-says-2.")
        chat.end()


def test_what_is_decided_is_changed_only_if_that_is_meant(upstream: Upstream) -> None:
    """As by `hexai vote`; the same once more changes nothing."""
    with chatting() as chat:
        chat.type("first", "one-says-1.", "two-says-1.")
        chat.type("/vote careful", "careful ahead 1:0")
        chat.type("/vote lively", "decided: careful; /vote --yes lively changes that")
        chat.type("/vote", "decided: careful; /vote --yes changes that")
        chat.type("/vote careful")
        chat.type("/vote --yes lively", "lively ahead 1:0")
        chat.end()

    record = json.loads(run_cli("show", "--json").out)
    assert record["choice"]["labels"] == ["lively"]


def test_earlier_questions_come_back(upstream: Upstream) -> None:
    """From the ledger, so what is forgotten there is forgotten here."""
    with chatting("--only", "careful") as chat:
        chat.type("first", "one-says-1.")
        chat.end()
    with chatting("--only", "careful") as chat:
        chat.press(b"\x1b[A")
        chat.type(" again", "one-says-2.")
        chat.end()
    run_cli("history", "forget", "--all", "--yes")
    with chatting("--only", "careful") as chat:
        chat.press(b"\x1b[A")
        chat.type("anew", "one-says-3.")
        chat.end()

    assert [each[-1] for each in sent(upstream, "one")] == [
        *("u: first", "u: first again", "u: anew")
    ]


def test_enter_takes_what_was_searched(upstream: Upstream) -> None:
    """The line that was found stands at the prompt, and the next Enter asks it."""
    with chatting("--only", "careful") as chat:
        chat.type("hello there", "one-says-1.")
        chat.type("other", "one-says-2.")
        chat.press(b"\x12hello\r")
        chat.type("", "one-says-3.")
        code, _ = chat.end()

    assert code == 0
    assert sent(upstream, "one")[-1][-1] == "u: hello there"


@pytest.mark.parametrize("end", [b"\r", b"\x1b"], ids=["enter", "escape"])
def test_an_empty_search_finds_nothing(upstream: Upstream, end: bytes) -> None:
    """Least of all what was searched before."""
    with chatting("--only", "careful") as chat:
        chat.type("hello there", "one-says-1.")
        chat.press(b"\x12hello\r")
        chat.type("", "one-says-2.")
        chat.press(b"new\x12" + end)
        chat.type("", "one-says-3.")
        chat.end()

    assert sent(upstream, "one")[-1][-1] == "u: new"


@pytest.mark.parametrize("search", [b"\x12", b"\x13"], ids=["back", "forward"])
@pytest.mark.parametrize("end", [b"\x03", b"\x07"], ids=["ctrl-c", "ctrl-g"])
def test_a_search_is_given_up(upstream: Upstream, search: bytes, end: bytes) -> None:
    """What was typed before it stands there again, and the next key types on."""
    with chatting("--only", "careful") as chat:
        chat.type("hello", "one-says-1.")
        chat.press(b"sec" + search + b"hello" + end)
        chat.type("ond", "one-says-2.")
        code, _ = chat.end()

    assert code == 0
    assert sent(upstream, "one")[-1][-1] == "u: second"


def test_without_texts_in_the_ledger(upstream: Upstream, tmp_path: Path) -> None:
    """It goes on as long as it is open, and leaves no text behind."""
    configure(upstream, '[ledger]\nstore_text = "none"\n')
    with chatting("--only", "careful") as chat:
        chat.type("MARK1", "one-says-1.")
        chat.type("second", "one-says-2.")
        chat.end()

    assert sent(upstream, "one")[-1][:2] == ["u: MARK1", "a: one-says-1."]
    left = b"".join(
        path.read_bytes()
        for name in ("XDG_STATE_HOME", "XDG_CACHE_HOME")
        for path in Path(os.environ[name]).rglob("*")  # noqa: TID251 - the edge
        if path.is_file()
    )
    assert left != b""
    assert b"MARK1" not in left
    assert b"one-says" not in left


def test_a_secret_is_kept_back(upstream: Upstream) -> None:
    """The chat goes on without the question that held it."""
    with chatting("--only", "careful") as chat:
        chat.type("first", "one-says-1.")
        chat.type(f"look at {SECRET}", "found a secret on line 1 of what you wrote")
        chat.type("second", "one-says-2.")
        chat.end()

    assert sent(upstream, "one")[-1] == ["u: first", "a: one-says-1.", "u: second"]


def test_who_fails_comes_back(upstream: Upstream) -> None:
    """With both questions, once it can answer."""
    upstream.on("/one/chat/completions", status(400), openai_answer("one-is-back."))
    with chatting() as chat:
        chat.type("first", "two-says-1.")
        chat.type(
            "second", "careful said nothing to the question before", "one-is-back."
        )
        chat.end()

    assert sent(upstream, "one")[-1] == ["u: first\n\nsecond"]


def test_an_earlier_run_is_gone_on_with(upstream: Upstream) -> None:
    """As by `hexai -c`, which goes on with the chat in turn."""
    run_cli("first")
    with chatting("-c", "1") as chat:
        chat.type("second", "one-says-2.", "two-says-2.")
        chat.end()
    run_cli("-c", "third")

    assert [text[0] for text in sent(upstream, "one")[-1]] == ["u", "a", "u", "a", "u"]


def test_what_hides_is_not_shown(upstream: Upstream) -> None:
    """A mark stands for each character that would turn text around; it is sent."""
    with chatting("--only", "careful") as chat:
        chat.type("a\u202eb", "one-says-1.")
        _, text = chat.end()

    assert "\u202e" not in text
    assert sent(upstream, "one") == [["u: a\u202eb"]]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_the_terminal_as_it_was(
    upstream: Upstream, number: int
) -> None:
    """Where the user types, as where an answer comes."""
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, signal.SIG_DFL)
    with chatting() as chat:
        chat.type("first", "one-says-1.", "two-says-1.")
        chat.terminal.wait_for("COST")
        chat.process.send_signal(number)
        code = chat.process.wait(PATIENCE)

        assert code == 128 + number
        assert chat._modes() == chat.modes


def test_it_needs_a_terminal(upstream: Upstream) -> None:
    """What is piped in is no chat; and other words make a question of it."""
    refused = run_cli("chat", stdin="first\nsecond\n", stdout="terminal")
    asked = run_cli("chat", "about", "cats")

    assert refused.code == 2
    assert "typed at a terminal" in refused.err
    assert asked.code == 0
    assert sent(upstream, "one") == [["u: chat about cats"]]


@pytest.mark.debian
def test_in_tmux(upstream: Upstream, tmp_path: Path) -> None:
    """Answers stand in columns, the next question below them, and nothing is lost."""
    tmux = Tmux(tmp_path, columns=80, lines=24)
    try:
        tmux.start([*HEXAI, "chat"])
        tmux.wait_for(HINT)
        tmux.press("first", "Enter")
        tmux.wait_for("two-says-1.")
        tmux.resize(60, 15)
        tmux.press("second", "Enter")
        tmux.wait_for("two-says-2.")
        tmux.press("third", "M-Enter", "line")
        tmux.wait_for("  line")
        lines = tmux.everything()
    finally:
        tmux.run("kill-server")

    text = "\n".join(lines)
    assert "> first\ncareful" in text
    assert text.count("one-says-1.") == text.count("one-says-2.") == 1
    assert "> third\n  line" in text


@contextmanager
def chatting_dumbly(monkeypatch: pytest.MonkeyPatch) -> Iterator[Chat]:
    """Start a chat as the shell window of Emacs does, which edits lines itself."""
    monkeypatch.setenv("TERM", "dumb")
    chat = Chat("--only", "careful")
    try:
        chat.terminal.wait_for(f"{HINT}\n> ")
        yield chat
    finally:
        chat.process.kill()
        chat.process.wait()


def test_a_dumb_terminal_gets_text_alone(
    upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No control sequence; lines that come together, or go on, are one question."""
    with chatting_dumbly(monkeypatch) as chat:
        chat.press(b"first\nline\n")
        chat.terminal.wait_for("one-says-1.")
        chat.terminal.wait_for("\n> ", times=2)
        at = chat.terminal.size
        chat.press(b"second\\\n")
        chat.terminal.wait_for("\n  ", after=at)
        chat.press(b"line\n")
        chat.terminal.wait_for("\n> ", times=3)
        code, shown = chat.end()

    assert code == 0
    assert sent(upstream, "one")[-1] == [
        *("u: first\nline", "a: one-says-1.", "u: second\nline")
    ]
    assert "\x1b" not in shown
    assert shown.endswith("> \n")


def test_ctrl_c_gives_up_what_a_dumb_terminal_has(
    upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It ends answers, too, and no chat; a signal that ends it leaves all as it was."""
    broken = stall(openai_answer(["half-an-answer ", "never"]), after=2)
    upstream.on("/one/chat/completions", broken)
    with chatting_dumbly(monkeypatch) as chat:
        chat.press(b"never asked\x03")
        chat.terminal.wait_for("\n> ", times=2)
        chat.press(b"first\n")
        chat.terminal.wait_for("half-an-answer")
        chat.press(b"\x03")
        chat.terminal.wait_for("cancelled")
        chat.terminal.wait_for("\n> ", times=3)
        chat.process.terminate()
        code = chat.process.wait(20)
        shown = chat.terminal.text()

    assert code == 128 + signal.SIGTERM
    assert sent(upstream, "one") == [["u: first"]]
    assert "\x1b" not in shown
