"""An answer beside what was really written."""

import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexai.bench.score import (
    LONGEST,
    NOTHING,
    count_kept,
    score,
    score_cell,
    similarity,
)
from hexai.domain.bench import Kind, Score, State, Task

_CODE = st.text(st.sampled_from("ab_1 .(){}:=\n\t'\"é"), max_size=60)
_TRUTHS = _CODE.filter(lambda text: text.strip() != "")


def task(
    truth: str,
    *,
    kind: Kind = Kind.BODY,
    before: str = "",
    after: str = "\n",
    language: str = "plaintext",
) -> Task:
    """Make a task of what stands around a hole, and in it."""
    return Task(
        id="1",
        kind=kind,
        language=language,
        path="",
        commit="c",
        committed_at=0,
        before=before,
        after=after,
        truth=truth,
    )


@pytest.mark.parametrize(
    ("truth", "answer", "keys"),
    [
        ("return self._name", "return self._name", 17 - 1),
        ("return self._name", "return self._name\n", 17 - 1),
        ("return self._name  ", "return self._name", 17 - 1),
        ("return a\r\nx", "return a\nx", 10 - 1),
        ("return self._name", "return self.x", 12 - 1 - 1),
        ("foo(bar)", "foo(baz)", 4 - 2 - 1),
        ("foo(bar)", "foo(ba", 6 - 1),
        ("foo", "foobar", 0 - 1 - 1),
        ("foobar", "foo", 3 - 1),
        ("foobar", "foo.x", 3 - 2 - 1),
        ("naïve_name", "naïve_nam", 9 - 1),
        ("return x", "pass", 0 - 1 - 1),
        ("return x", "a = b + 1", 0 - 5 - 1),
    ],
)
def test_keys_are_saved_by_what_stays(truth: str, answer: str, keys: int) -> None:
    """What stays is gained; each word and sign to be deleted, and taking it, costs."""
    length = len(truth.replace("\r\n", "\n").rstrip())

    assert score(task(truth), answer).saved == pytest.approx(keys / length)


def test_harm_ends_at_the_whole() -> None:
    """However long a wrong answer is, it loses no more than typing it all costs."""
    assert score(task("x = 1"), "no " * 500).saved == -1.0


def test_one_wrong_character_costs_what_is_behind_it() -> None:
    """The truth with one wrong character is worth less, and not nothing."""
    found = score(task("return self._name"), "return self.name")

    assert 0 < found.saved < found.kept < 1
    assert found.similar > 0.9
    assert not found.exact


def test_an_answer_that_runs_on_is_cut_to_the_hole() -> None:
    """The rest of a line is a line, and what follows it is neither good nor bad."""
    hole = task("total + 1", kind=Kind.TAIL, before="x = ")

    assert score(hole, "total + 1\ny = 2\n") == Score(
        saved=8 / 9,
        similar=1.0,
        kept=1.0,
        exact=True,
        first_line=True,
        sound=True,
        ran_on=True,
    )
    assert not score(hole, "total + 1\n\n").ran_on


def test_a_line_may_begin_with_its_break() -> None:
    """A whole next line asked for at the end of one before has two lines of text."""
    hole = task("\n    y = 2", kind=Kind.LINE, before="x = 1")

    assert score(hole, "\n    y = 2\n    z = 3").exact
    assert score(hole, "\n    y = 2\n    z = 3").ran_on


def test_a_body_has_to_end_by_itself() -> None:
    """Of a body all counts, so what goes on after it has to be deleted."""
    found = score(task("return 1"), "return 1\nprint(2)")

    assert found.saved == pytest.approx((8 - 4 - 1) / 8)
    assert found.first_line
    assert not found.exact
    assert not found.ran_on


@pytest.mark.parametrize("state", [State.EMPTY, State.REFUSED, State.TIMED_OUT])
def test_nothing_is_worth_nothing(state: State) -> None:
    """Who gives nothing to be taken saves nothing, and costs nothing."""
    assert score_cell(task("return 1"), state, "return 1") == NOTHING


@pytest.mark.parametrize("state", [State.FAILED, State.GUARDED])
def test_what_is_not_the_models_doing_has_no_score(state: State) -> None:
    """A network that fails, and the guard, say nothing of a model."""
    assert score_cell(task("return 1"), state, "") is None


@pytest.mark.parametrize("state", [State.ANSWERED, State.CUT_OFF])
def test_what_there_is_counts(state: State) -> None:
    """An answer that reached its limit is scored for what it has."""
    found = score_cell(task("return 1"), state, "return 1")

    assert found is not None
    assert found.exact


@pytest.mark.parametrize("answer", ["", " ", "\n\n", "\r\n\t"])
def test_blanks_are_nothing(answer: str) -> None:
    """An answer without a character is none."""
    assert score(task("return 1"), answer) == NOTHING


def brute_force(one: str, other: str) -> int:
    """Count by Levenshtein's own recurrence, row by row."""
    row: list[int] = [*range(len(other) + 1)]
    for i, mine in enumerate(one, 1):
        diagonal, row[0] = row[0], i
        for j, yours in enumerate(other, 1):
            diagonal, row[j] = (
                row[j],
                min(row[j] + 1, row[j - 1] + 1, diagonal + (mine != yours)),
            )
    return row[-1]


@given(_CODE, _CODE)
def test_similar_is_levenshteins(one: str, other: str) -> None:
    """How similar texts are agrees with a brute force, blanks folded."""
    first, second = (" ".join(text.split()) for text in (one, other))
    longest = max(len(first), len(second))
    expected = 1 - brute_force(first, second) / longest if longest else 1.0

    assert similarity(one, other) == pytest.approx(expected)


@given(_TRUTHS, _CODE, st.sampled_from(Kind))
def test_scores_stay_within_their_bounds(truth: str, answer: str, kind: Kind) -> None:
    """Whatever is asked and answered, figures are shares."""
    found = score(task(truth, kind=kind), answer)

    assert -1 <= found.saved < 1
    assert 0 <= found.similar <= 1
    assert 0 <= found.kept <= 1
    assert found.saved <= found.kept


@given(_TRUTHS, st.sampled_from(Kind))
def test_the_truth_scores_all_but_one_key(truth: str, kind: Kind) -> None:
    """What was written saves all of its characters but the key that takes it."""
    found = score(task(truth, kind=kind), truth)
    plain = "\n".join(line.rstrip() for line in truth.split("\n")).rstrip()

    assert found.exact
    assert found.first_line
    assert found.sound
    assert found.similar == 1
    assert found.saved == pytest.approx((len(plain) - 1) / len(plain))


@given(_CODE, _CODE)
def test_what_stays_is_in_both(answer: str, truth: str) -> None:
    """What is kept begins both texts, and breaks no word of the answer."""
    count = count_kept(answer, truth)

    assert answer[:count] == truth[:count]
    assert not (answer[:count] + "|" + answer[count:]).isidentifier()


def test_long_texts_are_cut() -> None:
    """A text of a megabyte takes no longer than one of ten thousand characters."""
    found = score(task("x = 1\n" * 40_000), "x = 1\n" * 200_000)

    assert found.exact
    assert similarity("a" * LONGEST, "a" * LONGEST) == 1


@pytest.mark.parametrize(
    ("answer", "sound"),
    [
        ("return self._foo(a)", True),
        ("return None", True),
        ("return self._foo(a", False),
        ("if a:", False),
        ("pass\nx = 1", False),
        ("a = 1\n            return a", False),
        ("return '", False),
        ("return 1)", False),
        ("return '\\d'", True),
        ("return\ud800", False),
        ("return '\0'", False),
        ("-" * 9_000 + "1", False),
        ("return " + "(" * 5_000, False),
        ("return a" + ".a" * 4_900, False),
    ],
)
def test_python_is_read_by_python(answer: str, *, sound: bool) -> None:
    """An answer is sound if the file parses with it, by the grammar and by Python."""
    hole = task(
        "return self._foo(a)",
        before="@wraps\nclass A:\n    def f(self, a):\n        ",
        after="\n\n    def g(self):\n        return 2\n\n\nx = 1\n",
        language="python",
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")

        assert score(hole, answer).sound == sound


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("def f():\n    ", "\n\n\ndef g():\n    return 2\n"),
        ("@wraps\n@other(\n    1\n)\ndef f():\n    ", "\n"),
        ('def f():\n    x = """\nsome text\n    """\n    ', "\n    return 2\n"),
        ("if a:\n    b = 1\nelse:\n    ", "\nx = 1\n"),
        ("try:\n    ", "\nexcept OSError:\n    pass\nx = 1\n"),
        ("x = [\n    1,\n]\nfor _ in x:\n    ", "\nprint(x)\n"),
    ],
)
def test_python_is_read_by_the_statement(before: str, after: str) -> None:
    """What breaks is found wherever the hole is: the lines around it say what it is."""
    hole = task("a = f(1)", before=before, after=after, language="python")

    assert score(hole, "b = 2").sound
    assert not score(hole, "if b:").sound
    assert not score(hole, "a = 1\n  b = 2").sound


@pytest.mark.parametrize(
    ("language", "before", "truth", "after", "broken"),
    [
        ("go", "func f() int {\n\t", "return 1", "\n}\n", "return (1"),
        ("rust", "fn f() -> i32 {\n    ", "1", "\n}\n", "1 }"),
        ("typescript", "const a = ", "[1]", ";\n", "[1"),
        ("java", "class A {\n  int f() {\n    ", "return 1;", "\n  }\n}\n", "if (a {"),
        ("c", "int f() {\n  ", "return 1;", "\n}\n", "return }"),
    ],
)
def test_other_languages_are_read_by_their_grammars(
    language: str, before: str, truth: str, after: str, broken: str
) -> None:
    """What does not parse is unsound in every language that has a grammar."""
    hole = task(truth, before=before, after=after, language=language)

    assert score(hole, truth).sound
    assert not score(hole, broken).sound


def test_errors_of_the_file_are_nobodys_doing() -> None:
    """A file that does not parse with the truth is no worse with the truth."""
    hole = task("return 1", before="def (:\n    ", after="\n", language="python")

    assert score(hole, "return 1").sound


def test_a_whole_file_is_not_judged_by_a_line_far_below() -> None:
    """The same text around the hole is read for a long answer as for a short one."""
    far = "\n".join(f"x{n} = {n}" for n in range(60)) + "\ndef (:\n" + "y = 1\n" * 200
    hole = task("x = 1", before="", after="\n" + far, language="python")

    assert score(hole, "x = 1").sound
    assert score(hole, "\n".join(f"a{n} = 1" for n in range(30))).sound


def test_what_repeats_the_suffix_is_unsound() -> None:
    """An answer that goes on into what follows it puts that there twice."""
    after = "\n\n    def close(self):\n        self._file.close()\n"
    hole = task("return 1", before="    def f(self):\n        ", after=after)

    assert not score(hole, "return 1" + after).sound
    assert not score(hole, "return 1\n\n    def close(self):").sound
    assert score(hole, "return 2").sound


def test_what_repeats_the_suffix_as_the_truth_does_is_sound() -> None:
    """Lines may stand there twice, if that is how they were written."""
    hole = task("self.assertTrue(found)", after="\nself.assertTrue(found)\n")

    assert score(hole, "self.assertTrue(found)").sound


def test_closing_brackets_that_an_editor_put_there_give_way() -> None:
    """An answer is read as it goes in: over the bracket right of the cursor."""
    hole = task("a int", before="func f(", after=") {\n}\n", language="go")

    assert score(hole, "a int, b int").sound
