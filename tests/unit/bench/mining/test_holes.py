"""Holes of whole documents, by grammar and by lines."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hexai.bench.mining.candidates import candidates
from hexai.bench.mining.holes import Document
from hexai.bench.mining.told import cut, without
from hexai.domain.bench import Kind
from hexai.prompts.code.grammars import parse
from hexai.prompts.code.languages import language_of
from tests.support.holes import all_written, found_in


def truths(identifier: str, text: str, kind: Kind) -> list[str]:
    """Give what stands in all holes of a kind."""
    found = found_in(identifier, text)
    return [text[hole.start : hole.end] for hole in found.holes if hole.kind is kind]


BLOCKS = {
    "python": (
        "def f(a):\n    if a > 2:\n        left = use(a, 1)\n    else:\n"
        "        right = use(a, 2)\n    with open_it(a) as b:\n        hold(b, a)\n"
        "    for c in b:\n        visit(c, 3)\n    try:\n        risk(a, 4)\n"
        "    except OSError:\n        mend(a, 5)\n    match a:\n        case 1:\n"
        "            one(a, 6)\n"
    ),
    "go": (
        "func f(a int) {\n\tif a > 2 {\n\t\tleft := use(a, 1)\n\t} else {\n"
        "\t\tright := use(a, 2)\n\t}\n\tfor c := range b {\n\t\tvisit(c, 3)\n\t}\n"
        "\tswitch a {\n\tcase 1:\n\t\tone(a, 6)\n\t}\n}\n"
    ),
    "rust": (
        "fn f(a: i32) {\n    if a > 2 {\n        left(a, 1);\n    } else {\n"
        "        right(a, 2);\n    }\n    for c in b {\n        visit(c, 3);\n    }\n"
        "    match a {\n        1 => one(a, 6),\n        _ => other(a),\n    }\n}\n"
    ),
    "typescript": (
        "function f(a: number) {\n  if (a > 2) {\n    left(a, 1);\n  } else {\n"
        "    right(a, 2);\n  }\n  for (const c of b) {\n    visit(c, 3);\n  }\n"
        "  try {\n    risk(a, 4);\n  } catch (e) {\n    mend(a, 5);\n  }\n}\n"
    ),
    "java": (
        "class A {\n  void f(int a) {\n    if (a > 2) {\n      left(a, 1);\n"
        "    } else {\n"
        "      right(a, 2);\n    }\n    for (int c : b) {\n      visit(c, 3);\n    }\n"
        "  }\n}\n"
    ),
    "c": (
        "int f(int a) {\n  if (a > 2) {\n    left(a, 1);\n  } else {\n"
        "    right(a, 2);\n  }\n  while (c) {\n    visit(c, 3);\n  }\n}\n"
    ),
    "cpp": (
        "int f(int a) {\n  if (a > 2) {\n    left(a, 1);\n  } else {\n"
        "    right(a, 2);\n  }\n  for (auto c : b) {\n    visit(c, 3);\n  }\n}\n"
    ),
    "csharp": (
        "class A {\n  void F(int a) {\n    if (a > 2) {\n      left(a, 1);\n"
        "    } else {\n"
        "      right(a, 2);\n    }\n    foreach (var c in b) {\n"
        "      visit(c, 3);\n    }\n"
        "  }\n}\n"
    ),
    "php": (
        "<?php\nfunction f($a) {\n  if ($a > 2) {\n    left($a, 1);\n  } else {\n"
        "    right($a, 2);\n  }\n  foreach ($b as $c) {\n    visit($c, 3);\n  }\n}\n"
    ),
    "ruby": (
        "def f(a)\n  if a > 2\n    left(a, 1)\n  else\n    right(a, 2)\n  end\n"
        "  while c\n    visit(c, 3)\n  end\nend\n"
    ),
    "lua": (
        "function f(a)\n  if a > 2 then\n    left(a, 1)\n  else\n"
        "    right(a, 2)\n  end\n"
        "  for c in b do\n    visit(c, 3)\n  end\nend\n"
    ),
    "shellscript": (
        "f() {\n  if test $a = 2; then\n    left --all $a 1\n  else\n"
        "    right --all $a 2\n  fi\n  for c in b; do\n    visit --all $c 3\n"
        "  done\n}\n"
    ),
    "javascript": (
        "function f(a) {\n  if (a > 2) {\n    left(a, 1);\n  } else {\n"
        "    right(a, 2);\n  }\n  while (c) {\n    visit(c, 3);\n  }\n}\n"
    ),
}
"""A function in each language that has a grammar, its branches and a loop."""


@pytest.mark.parametrize("identifier", BLOCKS)
def test_blocks_are_found_in_every_grammar(identifier: str) -> None:
    """Branches and loops are blocks, without their brackets or words."""
    found = truths(identifier, BLOCKS[identifier], Kind.BLOCK)

    inner = [truth for truth in found if "\n" not in truth]
    for name in ("left", "right", "visit"):
        assert [truth for truth in inner if truth.startswith(name)], (name, found)
    assert not any(truth.startswith(("{", "}")) for truth in found)


@pytest.mark.parametrize("identifier", BLOCKS)
def test_bodies_are_found_in_every_grammar(identifier: str) -> None:
    """A body is all between the header and what closes it."""
    text = BLOCKS[identifier]

    (found,) = truths(identifier, text, Kind.BODY)

    assert found.lstrip().startswith(("if", "if ("))
    assert "visit" in found
    assert text.replace(found, "").count("\n") >= 1


PARAMETERS = {
    "python": ("def f(first, second=2):\n    return first\n", "first, second=2"),
    "go": ("func f(a int, b string) {\n\tuse(a)\n}\n", "a int, b string"),
    "rust": ("fn f(a: i32, b: &str) {\n    use_it(a);\n}\n", "a: i32, b: &str"),
    "typescript": ("function f(aa: A, b?: B) {\n  use(aa);\n}\n", "aa: A, b?: B"),
    "java": (
        "class A {\n  void f(int a, int b) {\n    use(a);\n  }\n}\n",
        "int a, int b",
    ),
    "c": ("int f(int aa, char *b) {\n  use(aa);\n}\n", "int aa, char *b"),
    "lua": ("function f(first, second)\n  use(first)\nend\n", "first, second"),
}


@pytest.mark.parametrize("identifier", PARAMETERS)
def test_parameters_are_what_stands_between_the_brackets(identifier: str) -> None:
    """Those of a definition, whatever is deep within it."""
    text, inner = PARAMETERS[identifier]

    assert truths(identifier, text, Kind.PARAMS) == [inner]


def test_a_docstring_is_no_part_of_a_body() -> None:
    """It stays above the hole, and says what is wanted."""
    text = 'def f(a):\n    """Say what."""\n    return use(a, 2)\n'

    assert truths("python", text, Kind.BODY) == ["return use(a, 2)"]


def test_what_shares_a_line_with_its_header_is_no_block() -> None:
    """A cursor stands on a line of its own there."""
    assert truths("python", "if a > 2: use(a, 3)\n", Kind.BLOCK) == []


def test_a_block_of_imports_is_no_block() -> None:
    """What only a checker of types loads is looked up, not thought of."""
    text = "if CHECKING:\n    from alpha.beta import gamma\n    import delta.zeta\n"

    assert truths("python", text, Kind.BLOCK) == []


def test_a_tail_begins_where_an_editor_asks() -> None:
    """Behind a trigger character, or behind two letters of a word."""
    text = "import math\nresult_of = compute.total(first, second)\n"
    starts = {
        hole.start
        for seed in range(40)
        for hole in candidates(
            Document.of(text),
            language_of("python"),
            all_written(Document.of(text)),
            lambda other: parse(language_of("python"), other.encode()),
            str(seed),
        ).holes
        if hole.kind is Kind.TAIL
    }

    assert len(starts) > 5
    for start in starts:
        word = text[:start].rpartition("_")[2]
        letters = text[start - 2 : start].isalpha() and not text[start - 3].isalpha()
        assert text[start - 1] in ".:/_){(,= " or letters or not word


@pytest.mark.parametrize(
    ("identifier", "text"),
    [
        ("python", 'a = """\nsome words of a text\nand more words here\n"""\n'),
        ("go", "var a = `\nsome words of a text\nand more words here\n`\n"),
        ("typescript", "const a = `\nsome words of a text\nand more of it\n`;\n"),
        ("rust", "// some words of a text, about it\nuse alpha::beta::gamma;\n"),
        ("go", 'import (\n\t"alpha/beta"\n\tgamma "delta/epsilon"\n)\n'),
        ("java", "package alpha.beta.gamma;\nimport delta.epsilon.zeta;\n"),
        ("yaml", "# some words of a text, about it\n"),
        (
            "c",
            "int a;\n#define ONE second(third, 4) /* some words\n * more */\n",
        ),
        ("shellscript", "first=second\nthird=fourth fifth=sixth \\\n  seventh\n"),
        ("toml", 'a = "b"\nversion = "4.0.18"\nserde_json = "^1.2"\n'),
        ("yaml", "- a: b\n- uses: some/action@de0fac2e4500dabe0009e67214ff5\n"),
        ("c", "/* Copyright: some people\n * of some place, here */\n"),
    ],
)
def test_lines_that_are_no_code_are_no_holes(identifier: str, text: str) -> None:
    """In strings and comments, where names are brought in, or pinned."""
    lines = [hole for hole in found_in(identifier, text).holes if hole.rows.start]

    assert [text[hole.start : hole.end] for hole in lines] == []


def test_lines_that_are_broken_off_are_no_holes() -> None:
    """Where a line ends is no thought of anybody's."""
    text = (
        "const a = b\nconst one =\n  b.use(\n    a.other(2, 3),\n"
        "    a && b.c ||\n    c)\n"
    )
    found = found_in("typescript", text)
    holes = [text[hole.start : hole.end] for hole in found.holes]

    assert holes
    assert not [hole for hole in holes if hole.endswith(("=", "(", "||"))]
    assert found.left_out["lines that are broken off"] == 3


NAMES = st.sampled_from(["alpha", "beta_two", "gamma", "größe", "名前"])
CALLS = st.builds("{}({}, {})".format, NAMES, NAMES, st.integers(0, 99))
STATEMENTS = st.one_of(
    CALLS,
    st.builds("{} = {}".format, NAMES, CALLS),
    st.just("# a remark"),
    st.just(""),
)


@st.composite
def python_blocks(draw: st.DrawFn, depth: int = 0) -> list[str]:
    """Write statements, some of which have a body."""
    lines: list[str] = []
    for _ in range(draw(st.integers(1, 4))):
        if depth < 3 and draw(st.booleans()):
            header = draw(st.sampled_from(["if {}:", "for x in {}:", "def f(a, {}):"]))
            lines.append("    " * depth + header.format(draw(NAMES)))
            lines += draw(python_blocks(depth + 1))
            lines.append("    " * (depth + 1) + draw(CALLS))
        else:
            lines.append("    " * depth + draw(STATEMENTS))
    return lines


@st.composite
def braces(draw: st.DrawFn, depth: int = 0) -> list[str]:
    """Write the same with brackets."""
    lines: list[str] = []
    for _ in range(draw(st.integers(1, 4))):
        if depth < 3 and draw(st.booleans()):
            header = draw(st.sampled_from(["if ({}) {{", "function f(a, {}) {{"]))
            lines.append("  " * depth + header.format(draw(NAMES)))
            lines += draw(braces(depth + 1))
            lines.append("  " * depth + "}")
        else:
            lines.append("  " * depth + draw(CALLS) + ";")
    return lines


@settings(max_examples=120, deadline=None)
@given(
    document=st.one_of(
        st.tuples(st.just("python"), python_blocks()),
        st.tuples(st.just("typescript"), braces()),
        st.tuples(st.just("kotlin"), braces()),
    ),
    ending=st.sampled_from(["\n", "\r\n"]),
    chosen=st.lists(st.booleans(), min_size=80, max_size=80),
    closed=st.booleans(),
)
def test_nothing_but_the_commits_own_lines_is_taken_out(
    document: tuple[str, list[str]], ending: str, chosen: list[bool], closed: bool
) -> None:
    """What stands around a hole, with the truth, is the file minus lines below it."""
    identifier, lines = document
    text = ending.join(lines) + ending * closed
    whole = Document.of(text)
    rows = frozenset(row for row in range(len(whole.lines)) if chosen[row % 80])
    written = all_written(whole, rows)
    found = found_in(identifier, text, rows)

    for hole in found.holes:
        done = cut(whole, hole, written, found.errors)
        if done is None:
            continue
        out = frozenset(done.out)
        assert done.before + done.truth + done.after == without(whole, out)
        assert done.before == text[: hole.start]
        assert done.truth == text[hole.start : hole.end] == done.truth.strip()
        assert all(row >= hole.rows.stop for row in out)
        assert all(row in rows or not whole.lines[row].strip() for row in out)
        assert {row for row in hole.rows if whole.lines[row].strip()} <= rows
