"""What a bench and people tell each other about what they ask."""

import asyncio
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from hexai.domain.entry import RequestSpec
from hexai.domain.request import Target, Upstream
from hexai.errors import NotSent
from hexai.providers.registry import Unavailable
from hexai.service.beside import MACHINE, Beside, place_of


def test_nobody_tells_anything_while_no_bench_runs(tmp_path: Path) -> None:
    """Who asks looks for a folder, and writes nothing."""
    beside = Beside(tmp_path)

    with beside.asking(["a"]) as overlap:
        assert overlap is None

    assert not (tmp_path / "bench").exists()


def test_a_bench_sees_who_asks_and_until_when(tmp_path: Path) -> None:
    """At another place nobody asks; at this one somebody did until just now."""
    beside = Beside(tmp_path)
    beside.open()
    before = time.time()  # noqa: TID251 - compared with files' times

    with beside.asking(["a"]):
        assert beside.people("a").busy_until() >= before - 1
        assert beside.people("b").busy_until() == 0.0

    ended = beside.people("a").busy_until()
    assert before - 1 <= ended <= time.time()  # noqa: TID251
    os.utime(next((tmp_path / "bench").iterdir()), (1.0, 1.0))
    assert beside.people("a").busy_until() == 1.0


def test_two_who_ask_at_once_are_both_waited_for(tmp_path: Path) -> None:
    """The first to end does not make the second look as if it had."""
    beside = Beside(tmp_path)
    beside.open()
    mark = beside.people("a")

    with beside.asking(["a"]):
        with beside.asking(["a"]):
            pass
        file = next((tmp_path / "bench").iterdir())
        os.utime(file, (1.0, 1.0))
        assert mark.busy_until() > 1.0

    os.utime(file, (1.0, 1.0))
    assert mark.busy_until() == 1.0


def test_a_mark_goes_with_its_process(tmp_path: Path) -> None:
    """Who is killed while it asks holds nobody up for ever."""
    beside = Beside(tmp_path)
    beside.open()
    program = (
        "import sys, signal\n"
        "from pathlib import Path\n"
        "from hexai.service.beside import Beside\n"
        "with Beside(Path(sys.argv[1])).asking(['a']):\n"
        "    print('asks', flush=True)\n"
        "    signal.pause()\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "asks\n"
        file = next((tmp_path / "bench").iterdir())
        os.utime(file, (1.0, 1.0))
        assert beside.people("a").busy_until() > 1.0
        child.kill()
        child.wait()

    os.utime(file, (1.0, 1.0))
    assert beside.people("a").busy_until() == 1.0


def test_who_asks_learns_whether_a_cell_was_under_way(tmp_path: Path) -> None:
    """One that ended before does not count, one that began meanwhile does."""
    beside = Beside(tmp_path)
    beside.open()
    with beside.cells("a").held():
        pass
    for file in (tmp_path / "bench").iterdir():
        os.utime(file, (1.0, 1.0))

    with beside.asking(["a", "b"]) as overlap:
        assert overlap is not None
        assert not overlap.at("a")
        with beside.cells("a").held():
            assert overlap.at("a")
        assert overlap.at("a")
        assert not overlap.at("b")


def test_the_end_of_a_bench_removes_all_marks(tmp_path: Path) -> None:
    """So that nobody tells anything afterwards."""
    beside = Beside(tmp_path)
    beside.open()
    with beside.asking(["a"]):
        pass

    beside.close()

    assert not beside.is_open
    beside.close()


def test_marks_that_cannot_be_made_keep_nobody_from_asking(tmp_path: Path) -> None:
    """A folder that is gone, or not ours, is no reason."""
    beside = Beside(tmp_path)
    beside.open()

    with beside.asking(["a"]):
        beside.close()
    beside.open()
    (tmp_path / "bench").chmod(0o500)
    with beside.asking(["a"]):
        pass


def target(origin: str, *, local: bool | None) -> Target:
    """Make a target at an origin."""
    return Target(
        spec=RequestSpec(provider="p", model="m"),
        client=Unavailable(NotSent("nobody")),
        upstream=Upstream(origin=origin),
        local=local,
    )


@pytest.mark.parametrize(
    ("origin", "local", "expected"),
    [
        ("local:smollm2", True, MACHINE),
        ("http://127.0.0.1:11434", None, MACHINE),
        ("http://[::1]:8080", True, MACHINE),
        ("http://127.0.0.1:4000", False, "http://127.0.0.1:4000"),
        ("https://api.example:443", False, "https://api.example:443"),
        ("http://192.168.1.7:11434", True, "http://192.168.1.7:11434"),
    ],
)
def test_what_runs_here_shares_one_place(
    origin: str, local: bool | None, expected: str
) -> None:
    """Models here share a processor; a proxy to a cloud here does not use it."""
    assert place_of(target(origin, local=local)) == expected


def test_two_benches_do_not_ask_on_this_machine_at_once(tmp_path: Path) -> None:
    """Elsewhere they do; the second one waits until the cell of the first is over."""
    one, other = Beside(tmp_path), Beside(tmp_path)
    one.open()
    other.open()
    told: list[str] = []

    async def ask(beside: Beside, name: str, place: str) -> None:
        async with beside.cell(place):
            told.append(f"{name} begins")
            await asyncio.sleep(0.02)
            told.append(f"{name} ends")

    async def both(place: str) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(ask(one, "one", place))
            group.create_task(ask(other, "other", place))

    asyncio.run(both("elsewhere"))
    assert told == ["one begins", "other begins", "one ends", "other ends"]
    told.clear()
    asyncio.run(both(MACHINE))
    assert told == ["one begins", "one ends", "other begins", "other ends"]


def test_two_benches_take_turns_on_this_machine(tmp_path: Path) -> None:
    """Neither asks many cells in a row while the other one waits."""
    told: list[str] = []

    async def ask(name: str) -> None:
        beside = Beside(tmp_path)
        beside.open()
        assert beside.take(name)
        for _ in range(4):
            async with beside.cell(MACHINE):
                told.append(name)
                await asyncio.sleep(0.001)

    async def both() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(ask("one"))
            group.create_task(ask("other"))

    asyncio.run(both())

    assert sorted(told) == ["one"] * 4 + ["other"] * 4
    assert all(len({*told[n : n + 3]}) == 2 for n in range(len(told) - 3))


def test_a_bench_that_can_tell_nobody_ends_well(tmp_path: Path) -> None:
    """As where the folder of what runs cannot be made: nothing is locked."""
    (tmp_path / "file").write_text("")
    beside = Beside(tmp_path / "file/runtime")
    with suppress(OSError):
        beside.open()

    assert beside.take("bench")
    beside.close()


def test_a_bench_is_asked_by_one_process_alone(tmp_path: Path) -> None:
    """And the first to end leaves the marks of the other where they are."""
    one, other = Beside(tmp_path), Beside(tmp_path)
    for each in (one, other):
        each.open()

    assert one.take("a")
    assert not other.take("a")
    assert other.is_taken("a")
    assert other.take("b")
    one.close()
    assert other.is_open
    assert not other.is_taken("a")
    assert one.is_taken("b")
    other.close()
    assert not (tmp_path / "bench").exists()
    assert [path.name for path in (tmp_path / "benches").iterdir()] == ["all"]


def test_a_bench_that_begins_while_another_ends_is_taken(tmp_path: Path) -> None:
    """Nothing of it is tidied up with what the other one leaves."""
    tmp_path.chmod(0o700)
    wrong: list[str] = []

    def begin_and_end(bench: str) -> None:
        for _ in range(150):
            beside = Beside(tmp_path)
            beside.open()
            is_so = beside.take(bench) and Beside(tmp_path).is_taken(bench)
            wrong.extend([] if is_so else [bench])
            beside.close()

    with ThreadPoolExecutor() as pool:
        for each in [pool.submit(begin_and_end, name) for name in "abc"]:
            each.result()

    assert not wrong


def test_where_nothing_can_be_locked_a_bench_runs_all_the_same(tmp_path: Path) -> None:
    """What cannot be told is no reason not to ask."""
    (tmp_path / "benches").write_text("", "utf-8")
    beside = Beside(tmp_path)
    with pytest.raises(OSError, match="benches"):
        beside.open()

    assert beside.take("a")
    assert not beside.is_taken("a")
    beside.close()
