"""The command line as a process among others: pipes, signals, closed descriptors."""

import json
import os
import pwd
import signal
import ssl
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
import trustme

from hexai.version import __version__
from tests.support.answers import openai_answer
from tests.support.command_line import Terminal, simulated, write_config
from tests.support.patience import PATIENCE
from tests.support.replies import stall
from tests.support.started import hexai, now, shell
from tests.support.timing import kept_within
from tests.support.upstream import Upstream

pytestmark = pytest.mark.e2e


def configure(*upstreams: Upstream) -> None:
    """Configure one contender for each upstream, labelled m0, m1…."""
    write_config(
        "".join(
            f'[providers.p{n}]\ntype = "openai"\nbase_url = "{upstream.url}"\n'
            f'[[models.cli]]\nprovider = "p{n}"\nmodel = "m{n}"\n'
            for n, upstream in enumerate(upstreams)
        )
    )


class TestTls:
    """Upstreams by https: asyncio has been loaded without TLS of its own."""

    def test_an_answer_comes_by_https(self, tmp_path: Path) -> None:
        """From a server whose certificate an authority of the user's has signed."""
        authority, serving = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1").configure_cert(serving)
        authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
        with Upstream(openai_answer(["over ", "TLS"]), tls=serving) as upstream:
            configure(upstream)
            done = shell(f"SSL_CERT_FILE={tmp_path}/ca.pem hexai hi")

        assert (done.stdout, done.stderr) == ("over TLS", "")


class TestPipes:
    """Neighbours in a pipeline."""

    def test_an_answer_goes_through_a_pipe_unchanged(self) -> None:
        """`hexai … | cat` ends with the answer, and with success."""
        simulated("echo")
        done = shell("hexai 'a  b' | cat; echo ${PIPESTATUS[0]}")
        assert done.stdout == "a  b0\n"

    def test_head_ends_it_quietly(self) -> None:
        """As a program that dies of SIGPIPE: nothing is said, the code is 141."""
        with Upstream(openai_answer(["line\n"] * 2000, gap=0.002)) as upstream:
            configure(upstream)
            done = shell("hexai hi | head -1; echo ${PIPESTATUS[0]}")
            assert (done.stdout, done.stderr) == ("line\n141\n", "")
            upstream.wait(upstream.all_closed)

    def test_a_reader_that_never_reads_ends_it_quietly_too(self) -> None:
        """Nothing but the first write can tell."""
        simulated("echo", "echo?seed=1")
        done = shell("hexai hi | { exec <&-; sleep 1; }; echo ${PIPESTATUS[0]}")
        assert (done.stdout, done.stderr) == ("141\n", "")

    def test_a_slow_reader_changes_nothing(self) -> None:
        """Figures and outcomes are those of the upstream, all text arrives."""
        text = "x" * 1000
        with Upstream(openai_answer([text] * 300)) as upstream:
            configure(upstream)
            done = shell("hexai hi | (sleep 1.5; wc -c); hexai show --json")
            size, record = done.stdout.split("\n", 1)
            assert size == "300000"
            [entry] = json.loads(record)["entries"]
            assert entry["status"] == "answered"
            assert entry["total_ms"] < 1000
            assert upstream.all_closed()

    def test_a_full_disk_is_told(self) -> None:
        """The answer is lost, so the code is not 0."""
        simulated("echo")
        done = shell("hexai hi > /dev/full; echo $?")
        assert done.stdout == "1\n"
        assert "cannot write the answer: No space left on device" in done.stderr

    @pytest.mark.parametrize("command", ["models list", "--help", "--version"])
    def test_a_full_disk_is_no_bug_of_ours(self, command: str) -> None:
        """What is no answer cannot be written either."""
        simulated("echo")
        done = shell(f"hexai {command} > /dev/full; echo $?")
        assert done.stdout == "1\n"
        assert done.stderr == (
            "hexai: cannot write the output: No space left on device\n"
        )

    def test_a_closed_output_is_told(self) -> None:
        """Nobody gets the answer, so the code is not 0."""
        simulated("echo")
        for words in ("hi", "models list", "--help", "--version"):
            done = shell(f"hexai {words} >&-")
            assert done.returncode == 1
            assert "it is closed" in done.stderr

    def test_closed_descriptors_do_no_harm(self) -> None:
        """Nothing that is opened later takes their place."""
        with Upstream(openai_answer("fine")) as upstream:
            configure(upstream)
            assert shell("hexai hi <&-").stdout == "fine"
            assert shell("hexai --fresh hi 2>&-").stdout == "fine"
            assert shell("hexai <&- >&- 2>&-; exit $?").returncode == 2
            for request in upstream.requests:
                assert request.path == "/chat/completions"


class TestSignals:
    """Ctrl-C and its relatives."""

    @pytest.mark.parametrize(
        ("number", "code"),
        [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)],
    )
    def test_a_signal_ends_the_run_and_what_arrived_stays(
        self, number: signal.Signals, code: int
    ) -> None:
        """Streams are closed at once, closing lines are printed, no traceback."""
        reply = stall(openai_answer(["one ", "two"]), after=2)
        with Upstream(reply) as upstream:
            configure(upstream)
            for attempt in kept_within(1.0):
                with hexai("hi") as child:
                    assert child.stdout is not None
                    assert os.read(child.stdout.fileno(), 4) == b"one "
                    sent = now()
                    child.send_signal(number)
                    upstream.wait(upstream.all_closed)
                    closed = max(one.closed_at or 0.0 for one in upstream.connections)
                    out, err = child.communicate(timeout=PATIENCE)
                assert child.returncode == code
                assert out == b""
                assert err.startswith(b"cancelled provider=p0 model=m0 ttft=")
                assert err.count(b"\n") == 1
                attempt.seconds = closed - sent

    @pytest.mark.alone
    def test_streams_are_closed_within_a_tenth_of_a_second(self) -> None:
        """An upstream should not go on generating for nobody."""
        with Upstream(stall(openai_answer(["one ", "two"]), after=2)) as upstream:
            configure(upstream, upstream)
            for attempt in kept_within(0.1):
                before = len(upstream.requests)
                with hexai("hi") as child:
                    upstream.wait(partial(_has_had, upstream, before + 2))
                    assert child.stdout is not None
                    os.read(child.stdout.fileno(), 1)
                    sent = now()
                    child.send_signal(signal.SIGINT)
                    upstream.wait(upstream.all_closed)
                    closed = max(one.closed_at or 0.0 for one in upstream.connections)
                    assert child.wait(PATIENCE) == 130
                attempt.seconds = closed - sent

    def test_ctrl_c_before_anything_is_asked_ends_it(self) -> None:
        """While it waits for standard input."""
        simulated("echo")
        with hexai(stdin=subprocess.PIPE) as child:
            wait_for_reading(child.pid)
            child.send_signal(signal.SIGINT)
            out, err = child.communicate(timeout=PATIENCE)
        assert (child.returncode, out, err) == (130, b"", b"")

    def test_ctrl_c_while_it_starts_leaves_no_traceback(self) -> None:
        """Once our code has been reached; before that it is the interpreter's."""
        with Upstream() as upstream:
            configure(upstream)
            with hexai("hi") as child:
                maps = Path(f"/proc/{child.pid}/maps")
                wait_until(lambda: "msgspec/_core" in maps.read_text("utf-8"))
                child.send_signal(signal.SIGINT)
                out, err = child.communicate(timeout=PATIENCE)
        assert (child.returncode, out) == (130, b"")
        assert err == b"" or err.startswith(b"cancelled provider=p0 ")

    def test_a_second_ctrl_c_does_not_wait(self) -> None:
        """A reader that does not read cannot hold the process."""
        reply = stall(openai_answer(["x" * 1000] * 300), after=301)
        with Upstream(reply) as upstream:
            configure(upstream)
            with hexai("hi") as child:
                assert child.stdout is not None
                os.read(child.stdout.fileno(), 1)
                child.send_signal(signal.SIGINT)
                upstream.wait(upstream.all_closed)
                child.send_signal(signal.SIGINT)
                assert child.wait(PATIENCE) == 130

    @pytest.mark.parametrize("times", [1, 2])
    def test_ctrl_c_leaves_the_terminal_as_it_was(self, times: int) -> None:
        """The cursor is visible again and what arrived can be read."""
        reply = stall(openai_answer(["one\n", "two\n", "three"]), after=3)
        terminal = Terminal()
        with Upstream(reply) as upstream:
            configure(upstream, upstream)
            with hexai("hi", stdout=terminal.descriptor) as child:
                terminal.wait_for("two")
                for _ in range(times):
                    child.send_signal(signal.SIGINT)
                assert child.wait(PATIENCE) == 130
        shown = terminal.text()
        assert "\x1b[?25l" in shown
        assert shown.rindex("\x1b[?25h") > shown.rindex("\x1b[?25l")

    @pytest.mark.parametrize("named", [None, "", "here"])
    def test_a_home_that_is_no_place_is_not_used(
        self, named: str | None, tmp_path: Path
    ) -> None:
        """Files would come to be in the working directory, or in the root."""
        environ = {"PATH": os.defpath} | ({} if named is None else {"HOME": named})
        command = [sys.executable, "-m", "hexai", "config", "path"]
        result = subprocess.run(
            command,
            cwd=tmp_path,
            env=environ,
            capture_output=True,
            text=True,
            check=True,
        )
        home = pwd.getpwuid(os.getuid()).pw_dir
        assert result.stdout == f"{home}/.config/hexai/config.toml\n"

    def test_nohup_is_respected(self, tmp_path: Path) -> None:
        """A signal that was ignored at the start stays ignored."""
        with Upstream(openai_answer(["a", "b"], gap=0.5)) as upstream:
            configure(upstream)
            done = shell(
                f"cd '{tmp_path}'; trap '' HUP; hexai hi > out & child=$!; "
                "while [ ! -s out ]; do sleep 0.02; done; kill -HUP $child; "
                "wait $child; echo $?; cat out"
            )
        assert done.stdout == "0\nab"


class TestStart:
    """What is loaded, and when."""

    def test_the_version_loads_nothing_of_ours(self) -> None:
        """Not even what the standard library has for it."""
        loaded = modules_of("--version")
        assert {name for name in loaded if name.startswith("hexai")} == {
            "hexai",
            "hexai.main",
            "hexai.version",
        }
        assert not loaded & {"click", "asyncio", "msgspec", "gc", "signal"}

    def test_help_loads_no_event_loop(self) -> None:
        """Click and nothing that asks."""
        loaded = modules_of("--help")
        assert "click" in loaded
        assert not loaded & {"asyncio", "httpx2", "ssl", "tomllib", "rich", "tomlkit"}

    def test_a_question_loads_no_more_than_it_needs(self) -> None:
        """Neither what only problems need nor what other surfaces need."""
        simulated("echo")
        loaded = modules_of("hi")
        assert "asyncio" in loaded
        assert (
            loaded
            & {
                *("rich", "tomlkit", "pygls", "textual", "rapidfuzz", "pydantic"),
                *(
                    "xllamacpp",
                    "wcwidth",
                    "hexai.service.setup.detect",
                    "hexai.service.setup.built_in_model",
                ),
                *("hexai.surfaces.cli.models", "hexai.surfaces.tmux.action"),
                *("hexai.service.crash", "hexai.surfaces.cli.simulate"),
            }
            == set()
        )

    def test_the_version_is_printed_by_the_script(self) -> None:
        """And a closed pipe is no news."""
        assert shell("hexai --version").stdout == f"hexai {__version__}\n"
        assert shell("hexai --version | exec <&-").stderr == ""


class TestHostileFolder:
    """A working directory that somebody else has filled."""

    def test_nothing_in_it_is_run_or_imported(self, tmp_path: Path) -> None:
        """Neither modules nor programs of names that we use, PATH or not."""
        folder = tmp_path / "clone"
        folder.mkdir()
        mark = tmp_path / "mark"
        names = ("hexai", "click", "msgspec", "httpx2", "xllamacpp", "asyncio", "re")
        for name in names:
            (folder / f"{name}.py").write_text(f"open({str(mark)!r}, 'w')\n", "utf-8")
        for name in ("git", "tmux", "bash", "ed", "python"):
            program = folder / name
            program.write_text(f"#!/bin/sh\ntouch {mark}\n", "utf-8")
            program.chmod(0o755)
        simulated("echo")
        asked = f"cd {folder}; PATH=.::$PATH; EDITOR=ed hexai hi; hexai models list"
        done = shell(f"{asked}; _HEXAI_COMPLETE=bash_source hexai")
        assert done.returncode == 0
        assert done.stdout.startswith("hi")
        assert not mark.exists()


def modules_of(*arguments: str) -> set[str]:
    """Name the modules that a command line has loaded when it ends."""
    with hexai(*arguments, environ={**os.environ, "PYTHONVERBOSE": "1"}) as child:  # noqa: TID251
        _, err = child.communicate(timeout=PATIENCE)
    lines = err.decode("utf-8", "replace").splitlines()
    return {
        line.split("'")[1]
        for line in lines
        if line.startswith("import '") and line.count("'") >= 2
    }


def wait_for_reading(pid: int) -> None:
    """Wait until a process sleeps in a read of its standard input."""
    place = Path(f"/proc/{pid}/syscall")
    wait_until(lambda: place.read_text("utf-8").startswith("0 0x0 "))


def wait_until(condition: Callable[[], bool]) -> None:
    """Look until something is true; fail if it never is."""
    deadline = now() + 10
    while not condition():
        if now() > deadline:
            raise AssertionError("what was waited for never came")


def _has_had(upstream: Upstream, requests: int) -> bool:
    return len(upstream.requests) == requests
