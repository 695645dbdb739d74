"""What is taken out below a hole, and what stays."""

from collections.abc import Iterable

import pytest

from hexai.bench.mining.holes import Document
from hexai.bench.mining.told import Cut, cut
from hexai.domain.bench import Kind
from tests.support.holes import all_written, found_in


def cut_line(
    identifier: str, text: str, rows: Iterable[int], *, at: int, kind: Kind = Kind.LINE
) -> Cut:
    """Cut the hole of one line; a commit added some lines, by number."""
    added = frozenset(rows)
    found = found_in(identifier, text, added)
    hole = next(h for h in found.holes if h.kind is kind and h.rows.start == at)
    done = cut(
        Document.of(text), hole, all_written(found.document, added), found.errors
    )
    assert done is not None
    return done


def test_all_that_was_added_below_goes() -> None:
    """Whoever wrote the first line had not written the second."""
    text = "begin = 1\nfirst = make(begin, 2)\nsecond = take(first, 3)\nold_one = 4\n"

    done = cut_line("python", text, (1, 2), at=1)

    assert done.after == "\nold_one = 4\n"
    assert done.was_told
    assert not done.told


def test_what_closes_the_hole_stays() -> None:
    """The bracket of the block that the hole opens, and of those around it."""
    text = (
        "function f() {\n  if (ready(one, 2)) {\n    use(one);\n    for (;;) {\n"
        "      more(one, 3);\n    }\n  }\n  later(one);\n}\n"
    )

    header = cut_line("typescript", text, range(9), at=1)
    inner = cut_line("typescript", text, range(9), at=4)

    assert header.after == "\n  }\n}\n"
    assert inner.after == "\n    }\n  }\n}\n"


def test_a_header_may_stand_without_its_body() -> None:
    """Its body was written after it."""
    text = "begin = 1\nif begin > compute(2):\n    use_it(begin, 3)\nold_one = 4\n"

    done = cut_line("python", text, (1, 2), at=1)

    assert done.after == "\nold_one = 4\n"
    assert not done.is_header


def test_a_header_whose_body_was_there_is_told() -> None:
    """It says of itself that it opens what stays below."""
    text = "begin = 1\nif begin > compute(2):\n    use_it(begin, 3)\nold_one = 4\n"

    assert cut_line("python", text, (1,), at=1).is_header


def test_a_body_does_not_lose_its_header() -> None:
    """The grammar would take it, at any indentation; no editor would show it."""
    text = (
        "begin = 1\nscope = make_scope(begin)\ntry:\n    with scope:\n"
        "        use_it(begin)\nfinally:\n    end(1)\n"
    )

    done = cut_line("python", text, (1, 3), at=1)

    assert "    with scope:\n        use_it(begin)\n" in done.after


def test_an_older_header_does_not_lose_its_body() -> None:
    """What was there before had one."""
    text = (
        "begin = 1\nkept = count_of(begin, 2)\nif begin:\n    use_it(kept)\n"
        "old_one = 4\n"
    )

    done = cut_line("python", text, (1, 3), at=1)

    assert "if begin:\n    use_it(kept)\n" in done.after


def test_blank_lines_before_what_follows_stay() -> None:
    """The next function stands as far away as it did."""
    text = "def f(a):\n    first(a, 1)\n    second(a, 2)\n\n\ndef old(a):\n    use(a)\n"

    done = cut_line("python", text, (1, 2, 3, 4), at=1)

    assert done.after == "\n\n\ndef old(a):\n    use(a)\n"


def test_without_a_grammar_brackets_tell_what_parses() -> None:
    """In a language that nobody reads here, brackets stay in balance."""
    text = "fun f() {\n  val one = make(2)\n  use(one)\n}\n"

    done = cut_line("kotlin", text, range(4), at=1)

    assert done.after == "\n}\n"


@pytest.mark.parametrize(
    ("rows", "told"), [((1, 3), True), ((1,), False)], ids=["by it", "before"]
)
def test_only_a_name_of_the_same_commit_tells(
    rows: tuple[int, ...], told: bool
) -> None:
    """A name that stood there before was known to who wrote the hole."""
    text = (
        "function go() {\nif (ready(freshName, 2)) {\nold(1);\n"
        "log(freshName, 3); }\n}\n"
    )

    assert cut_line("javascript", text, rows, at=1).told is told


@pytest.mark.parametrize("identifier", ["go", "rust", "typescript"])
def test_the_bracket_of_a_body_stays_below_its_parameters(identifier: str) -> None:
    """Only the statements would tell them."""
    word = {"go": "func", "rust": "fn", "typescript": "function"}[identifier]
    text = f"{word} work(first_one, second) {{\n\tuse(first_one, 2);\n}}\n\nold();\n"

    done = cut_line(identifier, text, (0, 1, 2), at=0, kind=Kind.PARAMS)

    assert done.truth == "first_one, second"
    assert done.after == ") {\n}\n\nold();\n"
