"""A command in a room of its own: what it has, and that it can do no harm."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hexai.bench.confined.command import run_confined
from hexai.bench.confined.job import Stop
from tests.support.rooms import FOLDER, confined, is_running, job, packed, python
from tests.support.tmux import wait_until


class TestRoom:
    """What a command sees and may do."""

    def test_it_runs_in_a_copy_with_what_is_written_over_it(self) -> None:
        """At the folder of the repository, which need not be there outside."""
        ended = confined(
            *("/bin/sh", "-c", "pwd; cat a.txt below/b.txt; exit 3"),
            files={"a.txt": "a\n", "below/b.txt": "before\n"},
            texts={"below/b.txt": "after\n"},
        )

        assert ended.code == 3
        assert not ended.passes
        assert ended.said == f"{FOLDER}\na\nafter\n"
        assert not Path(FOLDER).exists()

    def test_what_is_installed_beside_the_commits_is_seen(self, tmp_path: Path) -> None:
        """At the same place, and as it is; other files of the folder are not."""
        (tmp_path / "venv").mkdir()
        (tmp_path / "venv/tool").write_text("tool\n")
        (tmp_path / "today.txt").write_text("today\n")

        ended = confined(
            *("/bin/sh", "-c", "cat venv/tool; ls; echo x >venv/tool"),
            folder=str(tmp_path),
            shown=(str(tmp_path / "venv"), str(tmp_path / "missing")),
        )

        assert ended.said.startswith("tool\nvenv\n")
        assert "Read-only" in ended.said
        assert (tmp_path / "venv/tool").read_text() == "tool\n"

    def test_links_show_nothing_and_the_copy_comes_first(self, tmp_path: Path) -> None:
        """A repository may have either, made by somebody else."""
        (tmp_path / "secrets").mkdir()
        (tmp_path / "secrets/key").write_text("secret\n")
        (tmp_path / "repo").mkdir()
        (tmp_path / "repo/venv").symlink_to(tmp_path / "secrets")
        (tmp_path / "repo/node_modules").mkdir()
        (tmp_path / "repo/node_modules/a.js").write_text("today\n")
        folder = str(tmp_path / "repo")

        ended = confined(
            *("/bin/sh", "-c", "cat node_modules/a.js; ls; ls venv"),
            files={"node_modules/a.js": "then\n"},
            folder=folder,
            shown=(f"{folder}/venv", f"{folder}/node_modules"),
        )

        assert ended.said.startswith("then\nnode_modules\n")
        assert "key" not in ended.said

    def test_nothing_is_written_outside(self, tmp_path: Path) -> None:
        """Files are as they were, and new ones are nowhere."""
        mark = tmp_path / "mark"
        mark.write_text("mine")
        here = Path(__file__).parent / "mark"
        ended = python(
            f"""
            import pathlib
            for path in ({str(mark)!r}, {str(here)!r}, "/etc/mark", "/mark"):
                try:
                    pathlib.Path(path).write_text("theirs")
                except OSError:
                    pass
            pathlib.Path("made").write_text("x")
            pathlib.Path("/tmp/made").write_text("x")
            """
        )

        assert ended.passes, ended.said
        assert mark.read_text() == "mine"
        for path in (here, Path("/etc/mark"), Path("/mark"), Path("/tmp/made")):
            assert not path.exists()

    def test_there_is_no_network_and_no_socket_of_others(self, tmp_path: Path) -> None:
        """Not this machine's loopback, not another host, not a desktop's bus."""
        with socket.socket() as server, socket.socket(socket.AF_UNIX) as bus:
            server.bind(("127.0.0.1", 0))
            server.listen()
            bus.bind(str(tmp_path / "bus"))
            bus.listen()
            ended = python(
                f"""
                import os, socket
                for address in {[server.getsockname(), ("192.0.2.1", 80)]!r}:
                    try:
                        socket.create_connection(address, timeout=2)
                    except OSError as error:
                        print(type(error).__name__)
                try:
                    socket.socket(socket.AF_UNIX).connect({str(tmp_path / "bus")!r})
                except OSError as error:
                    print(type(error).__name__)
                print(os.listdir("/run"))
                """
            )

        told = ["ConnectionRefusedError", "OSError", "FileNotFoundError", "[]"]
        assert ended.said.split("\n")[:4] == told, ended.said

    def test_programs_of_the_room_may_talk_to_each_other(self) -> None:
        """Tests start servers on loopback."""
        ended = python(
            """
            import socket
            server = socket.create_server(("127.0.0.1", 0))
            socket.create_connection(server.getsockname())
            """
        )

        assert ended.passes, ended.said

    def test_it_sees_no_other_process_and_no_variable_but_its_own(self) -> None:
        """Neither of the bench, whose environment holds keys, nor of the launcher."""
        ended = python(
            """
            import os, pathlib
            print(sorted(os.environ))
            for name in sorted(filter(str.isdigit, os.listdir("/proc"))):
                try:
                    print(name, (pathlib.Path("/proc") / name / "environ").read_bytes())
                except OSError as error:
                    print(name, error.strerror)
            """
        )

        own, first, second, rest = ended.said.split("\n")
        assert own in ("['HOME', 'PATH']", "['HOME', 'LC_CTYPE', 'PATH']")
        assert first == "1 Permission denied"
        assert second.startswith("2 ")
        assert not rest

    def test_what_is_hidden_is_not_there(self) -> None:
        """A folder is empty, and so is a file."""
        folder, file = Path(json.__file__).parent, Path("/etc/passwd")

        shown = confined("/bin/sh", "-c", f"ls {folder}; cat {file}")
        ended = confined(
            *("/bin/sh", "-c", f"ls {folder}; cat {file}"),
            hidden=(str(folder), str(file), str(folder / "missing")),
        )

        assert "decoder.py" in shown.said
        assert "root:" in shown.said
        assert not ended.said

    def test_it_has_no_power_over_its_room(self) -> None:
        """It cannot mount, nor look into the process that watches it."""
        ended = confined(
            *("/bin/sh", "-c", "grep CapEff /proc/self/status; umount /tmp; id -u"),
        )

        assert "CapEff:\t0000000000000000" in ended.said
        assert ended.said.endswith(f"{os.getuid()}\n")

    def test_a_program_that_is_not_there_is_told(self) -> None:
        """As by a shell: a script may be newer than a commit."""
        ended = confined("/usr/bin/no-such-program")

        assert ended.code == 127
        assert "no-such-program cannot be started (" in ended.said
        assert "No such file" in ended.said


def _highest_number() -> int:
    return int(Path("/proc/sys/kernel/pid_max").read_text("utf-8"))


class TestHostile:
    """Whatever a command does, it ends, and all that it started."""

    def test_one_that_sleeps_for_ever_and_ignores_signals_ends_in_time(self) -> None:
        """With its children, in sessions of their own."""
        began = time.monotonic()
        ended = python(
            """
            import os, signal, time
            for each in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                signal.signal(each, signal.SIG_IGN)
            if os.fork() == 0:
                os.setsid()
            time.sleep(1000)
            """,
            seconds=0.5,
        )

        assert ended.stop is Stop.TIME
        assert time.monotonic() - began < 15

    def test_what_it_leaves_behind_ends_with_it(self) -> None:
        """A child in the background keeps nobody waiting."""
        ended = python(
            """
            import os, time
            if os.fork() == 0:
                os.setsid()
                time.sleep(1000)
            """
        )

        assert ended.passes
        assert ended.seconds < 10

    def test_the_kernel_is_not_to_be_set(self) -> None:
        """Not by root either, who needs no privileges to write there."""
        ended = python(
            """
            import os
            for folder, below, names in os.walk("/proc"):
                below[:] = [name for name in below if name not in ("fd", "task")]
                for name in names:
                    try:
                        os.close(os.open(f"{folder}/{name}", os.O_WRONLY))
                    except OSError:
                        continue
                    print("open:", folder, name)
            """
        )

        assert ended.passes
        assert "open:" not in ended.said

    def test_the_room_has_numbers_for_so_many_processes_alone(self) -> None:
        """Where Linux has them for each room: a limit of each process is none for root.

        The machine has as many as before.
        """
        before = _highest_number()
        ended = python(
            "print(open('/proc/sys/kernel/pid_max').read())",
            processes=20,
        )

        assert _highest_number() == before
        kernel = tuple(map(int, os.uname().release.split(".")[:2]))
        assert int(ended.said) == (321 if kernel >= (6, 14) else before)

    def test_forks_are_limited(self) -> None:
        """By their number; here they end at 4,096, should nothing else end them."""
        ended = python(
            """
            import os, time
            for _ in range(12):
                try:
                    os.fork()
                except OSError:
                    os.write(1, b"refused ")
            time.sleep(1000)
            """
        )

        assert ended.stop is Stop.PROCESSES or "refused" in ended.said
        assert ended.seconds < 10

    @pytest.mark.parametrize(
        "code",
        ["x = bytearray(1 << 30)", "open('/tmp/x', 'wb').write(b'x' * (300 << 20))"],
    )
    def test_memory_is_limited(self, code: str) -> None:
        """That of processes, and of what they write."""
        ended = python(code, bytes=128 << 20)

        assert not ended.passes

    def test_what_is_written_counts_together(self) -> None:
        """Wherever it is; a few folders with a limit each would be no limit."""
        ended = python(
            """
            import time
            for folder in ("/tmp", "/dev/shm", "."):
                open(f"{folder}/x", "wb").write(b"x" * (50 << 20))
            time.sleep(1000)
            """,
            bytes=128 << 20,
        )

        assert ended.stop is Stop.MEMORY

    def test_output_is_limited(self) -> None:
        """What goes on for ever is not read for ever."""
        ended = confined("/usr/bin/yes")

        assert ended.stop is Stop.OUTPUT
        assert len(ended.said) <= 4096

    def test_nobody_is_left_of_one_that_is_waited_for_no_more(self) -> None:
        """Whoever waits for it may be cancelled."""

        async def run() -> None:
            with packed({}) as archive:
                sleeps = run_confined(job("/bin/sleep", "987.25"), archive)
                task = asyncio.ensure_future(sleeps)  # noqa: TID251 - a test's own
                while not is_running("987.25"):  # noqa: ASYNC110 - no event
                    await asyncio.sleep(0.01)
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task

        asyncio.run(run())

        assert not is_running("987.25")

    def test_nobody_is_left_when_the_bench_is_killed(self) -> None:
        """It has no time to end anything then."""
        code = (
            "from tests.support.rooms import confined\n"
            "confined('/bin/sleep', '987.5', seconds=1000.0)"
        )
        process = subprocess.Popen([sys.executable, "-c", code])
        wait_until(lambda: is_running("987.5"), "it begins")

        process.send_signal(signal.SIGKILL)
        process.wait()

        wait_until(lambda: not is_running("987.5"), "it ends")
