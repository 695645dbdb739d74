"""Remembered lines: what is found is what would be found anew."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexai.service.guard.findings import (
    Finding,
    LineMemory,
    find_secrets,
    findings,
    look,
)
from tests.support.secrets import SHAPES, sample

SECRET = sample("github-token")
CODE = "    result = compute(first, second)  # as before\n"
PIECES = [
    CODE,
    "\n",
    "password =\n",
    "  'q8Zr5Tn2Lw7X'\n",
    "token:\n",
    "token = 'q8Zr5Tn2Lw7X'\n",
    "secret: example\n",
    f"key {SECRET}\n",
    "login me\n",
    "machine example.org\n",
    "password q8Zr5Tn2Lw7X\n",
    f"{sample('quoted-assignment')}\n",
    sample("private-key"),
    "-----BEGIN PRIVATE " + "KEY-----\n",
    "authorization: bearer\n",
    "q8Zr5Tn2Lw7Xq8Zr5Tn2Lw7Yq8Zr5Tn2Lw7Z\n",
    "\r\n",
]


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def _find(memory: LineMemory, lines: list[str]) -> list[Finding]:
    survey = memory.survey(lines)
    found = look(survey)
    memory.learn(survey, found)
    return list(findings(survey, found))


@given(st.lists(st.lists(st.sampled_from(PIECES), max_size=8), max_size=12))
def test_what_is_remembered_hides_and_adds_nothing(texts: list[list[str]]) -> None:
    """One memory finds in each text what a new one finds, whatever came before."""
    memory = LineMemory()
    for pieces in texts:
        lines = _lines("".join(pieces))

        assert _find(memory, lines) == find_secrets(lines)


@pytest.mark.parametrize("rule", SHAPES)
def test_every_kind_is_found_again(rule: str) -> None:
    """At the second look, at another place, and after an edit beside it."""
    memory = LineMemory()
    token = _lines(sample(rule) + "\n")
    for before in ([CODE], [CODE], [CODE] * 9, [*[CODE] * 8, "x = 1\n"]):
        lines = [*before, *token, CODE]
        found = _find(memory, lines)

        assert {finding.rule for finding in found} >= {rule}
        assert {len(before) <= finding.line < len(lines) for finding in found} == {True}


def test_a_value_below_its_name_is_found() -> None:
    """Three lines are seen at once, and blank ones are not counted."""
    lines = [CODE, "password =\n", "\n", "  \n", "  'q8Zr5Tn2Lw7X'\n", CODE]

    assert [finding.line for finding in find_secrets(lines)] == [4]


def test_a_line_is_judged_anew_when_the_next_one_changes() -> None:
    """Both lines are known and clean; one below the other they are a secret."""
    memory = LineMemory()
    name, value = "password =\n", "  'q8Zr5Tn2Lw7X'\n"

    assert _find(memory, [name, CODE, CODE, value, CODE, CODE]) == []
    assert _find(memory, [CODE, name, value, CODE]) != []


def test_a_match_hides_none_that_begins_within_it() -> None:
    """When the first of two entangled ones goes, the second is still known."""
    memory = LineMemory()
    first, second = "password:\n", "token = 'q8Zr5Tn2Lw7X'\n"
    together = _find(memory, [first, second, CODE, CODE])

    assert [finding.line for finding in together] == [1, 1]
    assert _find(memory, [CODE, second, CODE, CODE]) != []


def test_a_secret_is_found_wherever_it_stands() -> None:
    """Not only the first time: the first may be edited away."""
    memory = LineMemory()
    line = f"{SECRET}\n"

    assert len(_find(memory, [line, CODE, CODE, CODE, line])) == 2
    assert len(_find(memory, [CODE, CODE, CODE, line])) == 1


def test_only_new_lines_are_looked_at() -> None:
    """An edit makes the line and the two before it unknown, an undo none."""
    memory = LineMemory()
    lines = [f"value_{n} = {n}\n" for n in range(1000)]
    _find(memory, lines)

    assert memory.survey(lines).unknown == ()
    edited = [*lines[:500], "x\n", *lines[501:]]
    assert memory.survey(edited).unknown == ((498, 501),)
    _find(memory, edited)
    assert memory.survey(lines).unknown == ()


def test_forgetting_lets_nothing_through() -> None:
    """Far more lines and secrets than are remembered: each is still found."""
    memory = LineMemory()
    for number in range(60):
        lines = [f"k{number}_{n} = '{SECRET[:-4]}{n:04}'\n" for n in range(100)]
        lines += [f"{number} {n}\n" for n in range(900)]

        assert len(_find(memory, lines)) == 100
        assert len(_find(memory, lines)) == 100


def test_edits_fill_no_memory() -> None:
    """After 4,000 edits it holds little more than the lines of one document."""
    memory = LineMemory()
    lines = [f"value_{n} = {n}\n" for n in range(200)]
    held, unknown = [], []
    for number in range(4_000):
        lines[100] = f"edited = {number}\n"
        memory.begin()
        survey = memory.survey(lines)
        memory.learn(survey, {})
        held.append(sum(map(len, _sets_of(memory))))
        unknown.append(survey.unknown)

    assert max(held) <= 2 * (2 * 200 + 2_000 + 200)
    assert set(unknown[1:]) == {((98, 101),)}


@pytest.mark.parametrize("size", [200, 5_000])
def test_two_documents_edited_in_turn_stay_known(size: int) -> None:
    """What is typed in one makes no line of the other unknown, large or small."""
    memory = LineMemory()
    texts = [[f"value_{name}_{n} = {n}\n" for n in range(size)] for name in "ab"]
    for lines in texts:
        memory.begin()
        memory.learn(memory.survey(lines), {})
    for number in range(40):
        lines = texts[number % 2]
        lines[100] = f"edited = {number}\n"
        memory.begin()
        survey = memory.survey(lines)
        memory.learn(survey, {})

        assert sum(end - start for start, end in survey.unknown) <= 3


def _sets_of(memory: LineMemory) -> list[set[int]]:
    return [held for held in vars(memory).values() if isinstance(held, set)]


def test_a_memory_holds_no_text() -> None:
    """What was looked at is not kept, nor could it be got back."""
    memory = LineMemory()
    _find(memory, [CODE, f"{SECRET}\n"])

    held = repr(vars(memory))
    assert SECRET not in held
    assert "compute" not in held


def test_a_line_of_a_megabyte_is_looked_through() -> None:
    """A token is found wherever the pieces that it is looked at in are cut."""
    for before in (0, 65_536 - 20, 65_536, 65_536 + 16_384 - 20, 1 << 20):
        line = "x," * (before // 2) + f" {SECRET} " + "y," * 40_000

        (finding,) = find_secrets([line])

        assert line.startswith(SECRET, finding.column)


def test_a_stopped_look_ends_early() -> None:
    """A request that is gone does not keep a thread at work."""
    survey = LineMemory().survey([f"{SECRET}\n"] * 100_000)
    asked: list[bool] = []

    def stop() -> bool:
        asked.append(True)
        return len(asked) > 3

    assert len(look(survey, stop)) <= 3 * len(survey.lines)
    assert len(asked) == 4


@pytest.mark.alone
def test_an_edit_costs_little() -> None:
    """A line typed in a document of 2,000 takes two milliseconds at the most."""
    memory = LineMemory()
    lines = [
        f"    result_{n} = compute(token, {n})  # as before\n" for n in range(2000)
    ]
    _find(memory, lines)
    spent = []
    for number in range(50):
        lines[1000] = f"    edited = {number}\n"
        began = time.thread_time()
        _find(memory, lines)
        spent.append(time.thread_time() - began)

    assert sorted(spent)[len(spent) // 2] < 0.002
