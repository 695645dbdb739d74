"""What a model says becomes what goes in at the cursor."""

import re
import time

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from hexai.text.cleaning import (
    clean,
    end_loop,
    end_with_scope,
    ends_with_line,
    fence,
    is_closed_in,
    unfence,
    unfence_whole,
    unspan,
)
from hexai.text.repetition import covered
from tests.support.corpus import Definition, definitions
from tests.support.timing import kept_within


def accepted(place: str, answer: str, language: str, *, infilled: bool = False) -> str:
    """Give the text after taking an answer at the `|` of a place."""
    before, after = place.split("|")
    text = clean(
        answer,
        before=before,
        after=after,
        infilled=infilled,
        finished=True,
        language=language,
    )
    return before + text + after[covered(text, before, after, language) :]


@pytest.mark.parametrize(
    "answer",
    [
        "ntln()",
        "Println()",
        "fmt.Println()",
        "\tfmt.Println()",
        "println()",
        "`fmt.Println()`",
        "```go\nfmt.Println()\n```",
        "```\n\tfmt.Println()\n```\n",
        "Here you are:\n```go\nfmt.Println()\n```\nIt prints a line.",
        "func main() {\n\tfmt.Println()",
        "```go\npackage main\n\nfunc main() {\n\tfmt.Println()\n}\n```",
    ],
)
def test_a_fragment_is_completed_however_it_is_said(answer: str) -> None:
    """`fmt.Pri` becomes `fmt.Println()` whatever part of it the answer repeats."""
    place = "package main\n\nfunc main() {\n\tfmt.Pri|\n}\n"
    wanted = "package main\n\nfunc main() {\n\tfmt.Println()\n}\n"
    assert wanted == accepted(place, answer, "go")


CASES = {
    "assignment": ("def f():\n    x = |\n", "x = 5", "    x = 5\n"),
    "assignment, nothing repeated": ("x = |\n", "5", "x = 5\n"),
    "assignment after a keyword": ("let n = |;\n", "n = a + b;", "let n = a + b;\n"),
    "blank that was typed": ("return |\n", " a + b", "return a + b\n"),
    "call arguments": ("print(foo(|))\n", "a, b)", "print(foo(a, b))\n"),
    "call arguments with the call": ("p(foo(|))\n", "foo(a, b)", "p(foo(a, b))\n"),
    "nested call stays": ("print(foo(|\n", "bar(1)))", "print(foo(bar(1)))\n"),
    "inside a string": ('say("hel|")\n', 'lo, world")', 'say("hello, world")\n'),
    "inside a string, word repeated": ('say("hel|")\n', "hello", 'say("hello")\n'),
    "before a closing bracket": ("a = [1, |]\n", "2, 3]", "a = [1, 2, 3]\n"),
    "rest of the line": ("if (|) {\n}\n", "x > 1) {", "if (x > 1) {\n}\n"),
    "semicolon": ("let x = |;\n", "5;", "let x = 5;\n"),
    "whole function at the bracket": (
        "def f(|)\n",
        "a, b):\n    return a",
        "def f(a, b):\n    return a\n",
    ),
    "blank line, absolute": (
        "def f(x):\n    if x:\n        |\n",
        "        return 1\n    return 2",
        "def f(x):\n    if x:\n        return 1\n    return 2\n",
    ),
    "blank line, first line bare": (
        "def f(x):\n    |\n",
        "if x:\n        return 1\n    return 2",
        "def f(x):\n    if x:\n        return 1\n    return 2\n",
    ),
    "blank line, relative": (
        "def f(x):\n    |\n",
        "if x:\n    return 1\nelse:\n    return 2",
        "def f(x):\n    if x:\n        return 1\n    else:\n        return 2\n",
    ),
    "blank line, plain statements at the margin": (
        "def f(x):\n    |\n",
        "a = 1\nb = 2\nreturn a + b",
        "def f(x):\n    a = 1\n    b = 2\n    return a + b\n",
    ),
    "header repeated, all at the margin": (
        "class A:\n    def f(self):\n        |\n",
        "def f(self):\n    a = 1\n    return a",
        "class A:\n    def f(self):\n        a = 1\n        return a\n",
    ),
    "line repeated, all at the margin": (
        "class A:\n    def f(self):\n        return |\n",
        "def f(self):\n    return [\n        1,\n    ]",
        "class A:\n    def f(self):\n        return [\n            1,\n        ]\n",
    ),
    "word that only begins alike": ("return |\n", "returned()", "return returned()\n"),
    "no line break after the colon": (
        "def f():|\n",
        "    return 1",
        "def f():\n    return 1\n",
    ),
    "list that the editor closed": (
        "x = [|]\n",
        "\n    1,\n    2,\n]",
        "x = [\n    1,\n    2,\n]\n",
    ),
    "list that the editor closed, without its end": (
        "    x = [|]\n",
        "\n        1,\n        2,",
        "    x = [\n        1,\n        2,\n    ]\n",
    ),
    "block that the editor closed": (
        "function f() {|}\n",
        "```ts\nfunction f() {\n  return 1;\n}\n```",
        "function f() {\n  return 1;\n}\n",
    ),
    "block that the editor closed, neither break": (
        "  g(() => {|});\n",
        "    h();",
        "  g(() => {\n    h();\n  });\n",
    ),
    "parameters and a body where the editor closed them": (
        "function f(|)\n",
        "\n  a: number,\n) {\n  return a;\n}",
        "function f(\n  a: number,\n) {\n  return a;\n}\n",
    ),
    "line in brackets that the editor closed": ("x = [|]\n", "1, 2]", "x = [1, 2]\n"),
    "bracket on a line of its own that the editor closed": (
        "int f()\n{|}\n",
        "{\n  return 1;\n}",
        "int f()\n{\n  return 1;\n}\n",
    ),
    "block before another one": (
        "function f() {\n  if (x) {|} else {\n    h();\n  }\n}\n",
        "\n    g();\n  } else {",
        "  if (x) {\n    g();\n  } else {\n    h();\n  }\n}\n",
    ),
    "block in a text with a bracket too many": (
        "const s = f((`;\n  if (x) {|}\n",
        "    g();\n  }",
        "  if (x) {\n    g();\n  }\n",
    ),
    "line with a call that the editor closed": (
        "def f():\n    g.h(|)\n",
        "    g.h(a)",
        "def f():\n    g.h(a)\n",
    ),
    "statement with a call that the editor closed": (
        "{\n    g.h(|);\n}\n",
        "g.h(a);",
        "{\n    g.h(a);\n}\n",
    ),
    "comment behind what the editor closed": (
        "f(|)\n",
        "a)  # as (b) says",
        "f(a)  # as (b) says\n",
    ),
    "address in quotes that the editor closed": (
        'const a = "|";\n',
        "https://a.b/c",
        'const a = "https://a.b/c";\n',
    ),
    "single quotes that the editor closed": ("f('|')\n", "it')", "f('it')\n"),
    "single quotes, and more": ("f('|')\n", "a', 'b')", "f('a', 'b')\n"),
    "single quotes begun again": ("x = '|'\n", "'it'", "x = 'it'\n"),
    "an apostrophe": ('x = "|"\n', "it's\"", 'x = "it\'s"\n'),
    "element that the editor closed": (
        "{\n  <ul>|</ul>\n}\n",
        "\n    <li>a</li>\n  </ul>",
        "  <ul>\n    <li>a</li>\n  </ul>\n}\n",
    ),
    "element at the margin that the editor closed": (
        "<ul>|</ul>;\n",
        "<ul>\n  <li>a</li>\n</ul>;",
        "<ul>\n  <li>a</li>\n</ul>;\n",
    ),
    "docstring that the editor closed": (
        'def f():\n    """|"""\n',
        "\n    Adds.\n",
        'def f():\n    """\n    Adds.\n    """\n',
    ),
    "runs on": (
        "def f():\n    |\n",
        "return 1\n\n\ndef g():\n    return 2",
        "def f():\n    return 1\n",
    ),
    "dedent is no end": (
        "def f(x):\n    try:\n        |\n",
        "g()\n    except E:\n        pass\n    return x\n\nprint(f(1))",
        "def f(x):\n    try:\n        g()\n    except E:\n        pass\n    return x\n",
    ),
    "repeats what follows": (
        "def f(x):\n    |\n    total = add(x)\n    return total\n",
        "x = x + 1\n    total = add(x)\n    return total",
        "def f(x):\n    x = x + 1\n    total = add(x)\n    return total\n",
    ),
    "loops": (
        "x = |\n",
        "a\n" + "print(x)\ny = x\n" * 9,
        "x = a\nprint(x)\ny = x\n",
    ),
    "comment repeated": (
        "# add the numbers up\n|\n",
        "# add the numbers up\ntotal = sum(numbers)",
        "# add the numbers up\ntotal = sum(numbers)\n",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_text_after_accepting_is_right(case: str) -> None:
    """What an answer repeats, leaves out or goes on with does not show afterwards."""
    place, answer, wanted = CASES[case]
    language = "typescript" if ";" in place or "{" in place else "python"
    assert accepted(place, answer, language).endswith(wanted)


LANGUAGES = {
    "go end of block": (
        "go",
        "func f(x int) int {\n\tif x > 0 {\n\t\treturn 1\n\t}\n\t|\n}\n",
        "return 2\n}\n\nfunc main() {\n\tf(1)\n}",
        "\t}\n\treturn 2\n}\n",
    ),
    "go blanks for tabs": (
        "go",
        "func f() {\n\tg()\n\t|\n}\n",
        "for i := 0; i < 3; i++ {\n    g()\n}",
        "\tg()\n\tfor i := 0; i < 3; i++ {\n\t\tg()\n\t}\n}\n",
    ),
    "go brace not there yet": (
        "go",
        "func f() {\n\t|\n",
        "g()\n}\n\nfunc h() {}",
        "func f() {\n\tg()\n}\n",
    ),
    "go signature": (
        "go",
        "func f(|)\n",
        "a int) int {\n\treturn a\n}",
        "func f(a int) int {\n\treturn a\n}\n",
    ),
    "rust match arm": (
        "rust",
        "fn f(x: &'a str) -> u8 {\n    match x {\n        |\n    }\n}\n",
        '"a" => 1,\n        _ => 2,\n    }\n}',
        '    match x {\n        "a" => 1,\n        _ => 2,\n    }\n}\n',
    ),
    "rust let": (
        "rust",
        "fn f() {\n    let x = |;\n}\n",
        "let x = vec![1, 2];",
        "    let x = vec![1, 2];\n}\n",
    ),
    "rust bracket in a character": (
        "rust",
        "fn f(c: char) -> bool {\n    c == |\n}\n",
        "'('",
        "    c == '('\n}\n",
    ),
    "typescript callback": (
        "typescript",
        'it("works", () => {\n  |\n});\n',
        "expect(f(1)).toBe(2);\n});\n\nit('more', () => {});",
        "() => {\n  expect(f(1)).toBe(2);\n});\n",
    ),
    "typescript template": (
        "typescript",
        "const s = |;\n",
        "`a${b}`;",
        "const s = `a${b}`;\n",
    ),
    "python docstring": (
        "python",
        'def f():\n    """Give |"""\n',
        'the answer."""\n    return 42',
        'def f():\n    """Give the answer."""\n    return 42\n',
    ),
}


@pytest.mark.parametrize("case", LANGUAGES)
def test_each_language_ends_where_its_blocks_do(case: str) -> None:
    """Blocks end by brackets or indentation, as the language has them."""
    language, place, answer, wanted = LANGUAGES[case]
    assert accepted(place, answer, language).endswith(wanted)


@st.composite
def splits(draw: st.DrawFn) -> tuple[Definition, int, int]:
    """Draw a definition of real code and two points within it."""
    found = draw(st.sampled_from(definitions()))
    start = draw(st.integers(found.start, found.end - 1))
    end = draw(st.integers(start + 1, min(found.end, start + 400)))
    return found, start, end


def parts(split: tuple[Definition, int, int]) -> tuple[str, str, str]:
    """Give what stands before, between and after two points."""
    found, start, end = split
    return found.text[:start], found.text[start:end], found.text[end:]


def leaves_block(before: str, middle: str) -> bool:
    """Tell whether a text goes out of the block that it begins in, or opens."""
    line = before.rpartition("\n")[2] + middle.partition("\n")[0]
    others = [each for each in middle.split("\n")[1:] if each.strip()]
    depth = len(line) - len(line.lstrip())
    depth += line.rstrip().endswith(("{", ":", "("))
    return any(
        len(each) - len(each.lstrip()) < depth
        for each in others
        if not each.lstrip().startswith((")", "]", "}"))
    )


@given(splits())
def test_the_right_infill_goes_through_unchanged(
    split: tuple[Definition, int, int],
) -> None:
    """The middle of a real file is left as it is, but for blanks at a line's end."""
    before, middle, after = parts(split)
    assume(middle.strip() and not leaves_block(before, middle))
    text = clean(
        middle,
        before=before,
        after=after,
        infilled=True,
        finished=True,
        language=split[0].language,
    )
    at_end = not after.partition("\n")[0].strip()
    assert (middle.rstrip() if at_end else middle) == text
    assert covered(text, before, after, split[0].language) == 0


@given(splits())
def test_the_right_answer_of_a_chat_model_goes_through_unchanged(
    split: tuple[Definition, int, int],
) -> None:
    """So is a chat model's, where it can be told from one that repeats or re-indents.

    It cannot be where blanks at its ends matter, where it begins with the word or line
    that stands before it, or ends with the line that stands after it; nor where its
    first line ends with the rest of the cursor's.
    """
    before, middle, after = parts(split)
    assume(middle == middle.strip() and middle and not leaves_block(before, middle))
    word = re.search(r"\w*\Z", before)
    assert word is not None
    assume(not word[0] or not middle.lower().startswith(word[0].lower()))
    above, below = before.rstrip().split("\n")[-1], after.lstrip().split("\n")[0]
    assume(not middle.startswith(above.strip() or "\0"))
    assume(not middle.endswith(below.strip() or "\0"))
    first, rest = middle.partition("\n")[0], after.partition("\n")[0]
    assume(not first.endswith(rest.strip() or "\0"))
    text = clean(
        middle,
        before=before,
        after=after,
        infilled=False,
        finished=True,
        language=split[0].language,
    )
    assert middle == text


@given(splits())
def test_what_runs_on_is_only_cut(split: tuple[Definition, int, int]) -> None:
    """Whatever the middle of a file crosses, nothing in it is changed or made up."""
    before, middle, after = parts(split)
    text = clean(
        middle, before=before, after=after, infilled=True, finished=True, language="go"
    )
    assert middle.startswith(text)


@given(st.sampled_from(definitions()), st.data())
def test_repetitions_around_an_answer_are_cut(
    found: Definition, data: st.DataObject
) -> None:
    """An answer that begins words or lines earlier gives the same as one that does not.

    It may also come in a fence.
    """
    words = re.compile(r"(?<=\w\w)[ (=.,]+(?=\w)").finditer(
        found.text, found.start, found.end
    )
    place = data.draw(st.sampled_from([match.end() for match in words]))
    before = found.text[:place]
    middle, newline, after = found.text[place:].partition("\n")
    middle = middle.rstrip()
    lines = data.draw(st.integers(1, 5))
    echo = "\n".join(before.split("\n")[-lines:])
    if data.draw(st.booleans()):
        echo = echo.lstrip()
    plain, fenced = (
        clean(
            answer,
            before=before,
            after=newline + after,
            infilled=False,
            finished=True,
            language=found.language,
        )
        for answer in (echo + middle, f"```\n{echo}{middle}\n```")
    )
    assert plain == fenced == middle


@given(st.text(), st.text(), st.text(), st.booleans(), st.booleans())
def test_any_text_is_cleaned(
    answer: str, before: str, after: str, infilled: bool, finished: bool
) -> None:
    """No text raises, and no line break but newlines comes out."""
    text = clean(
        answer,
        before=before,
        after=after,
        infilled=infilled,
        finished=finished,
        language="python",
    )
    assert "\r" not in text


CODE = st.text(
    st.sampled_from(["a", "(", ")", "{", "}", "\n", " ", "\t", '"', "`", "=", "'", "#"])
)


@given(CODE, CODE, CODE, st.booleans(), st.sampled_from(["go", "python", "rust", ""]))
def test_any_code_is_cleaned(
    answer: str, before: str, after: str, infilled: bool, language: str
) -> None:
    """Neither does text made of what the rules look for."""
    for finished in (True, False):
        clean(
            answer,
            before=before,
            after=after,
            infilled=infilled,
            finished=finished,
            language=language,
        )


@given(splits(), st.booleans())
def test_the_beginning_of_an_answer_gives_the_beginning_of_its_text(
    split: tuple[Definition, int, int], infilled: bool
) -> None:
    """What is certain while an answer comes stays so: typing along can be compared.

    But not where the cursor is within a run of quotes: whether the answer repeats one
    is told by which of them find a partner, and so by all of it.
    """
    before, middle, after = parts(split)
    assume(middle == middle.strip() and middle)
    assume(not (middle.startswith(("'", '"')) and before.endswith(middle[0])))

    def cleaned(answer: str, *, finished: bool) -> str:
        return clean(
            answer,
            before=before,
            after=after,
            infilled=infilled,
            finished=finished,
            language=split[0].language,
        )

    whole = cleaned(middle, finished=False)
    for size in range(1, min(len(middle), 40)):
        assert whole.startswith(cleaned(middle[:size], finished=False))


def test_a_hostile_answer_costs_little() -> None:
    """Repetitions, brackets and quotes by the thousand are cleaned in a moment."""
    before, after = "x = foo(" * 500 + "\n", ")" * 500 + "\n" + "}\n" * 500
    for answer in (
        "(" * 50_000,
        "a\n" * 20_000,
        '"' * 9_999,
        "`" * 9_999,
        "x = foo(" * 5_000,
    ):
        for infilled in (True, False):
            for attempt in kept_within(1.0, clock=time.process_time):
                with attempt:
                    clean(
                        answer,
                        before=before,
                        after=after,
                        infilled=infilled,
                        finished=True,
                        language="go",
                    )


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("x = 1", "x = 1"),
        ("```\nx = 1\n```", "x = 1"),
        ("```python\nx = 1\ny = 2\n```\n", "x = 1\ny = 2"),
        ("Sure:\n\n~~~py\nx\n~~~\nDone.", "x"),
        ("````md\n```\ninner\n```\n````", "```\ninner\n```"),
        ("```\nfirst\n```\nor\n```\nsecond\n```", "first"),
        ("```\nnot closed", "not closed"),
        ("```py", ""),
        ("```\n```", ""),
        ("talk\n``", "talk"),
        ("s = '''a ``` b'''", "s = '''a ``` b'''"),
    ],
)
def test_what_stands_in_the_first_fence_is_the_answer(answer: str, code: str) -> None:
    """With or without talk around it; a fence that is still coming is open."""
    assert unfence(answer, finished=False) == code


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ("```markdown\n# A\n```", "# A"),
        ("```md\n# A\n```py\nx\n```\n```", "# A\n```py\nx\n```"),
        ("```md\n# A", "# A"),
        ("```python\nx\n```", "```python\nx\n```"),
        ("see `x`", "see `x`"),
    ],
)
def test_only_a_fence_of_its_own_comes_off_markdown(answer: str, text: str) -> None:
    """Where fences are part of the text, they stay."""
    assert unfence_whole(answer) == text


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("`foo()`", "foo()"),
        (" `foo()`\n", "foo()"),
        ("`` a`b ``", " a`b "),
        ("`` `a` ``", "`a`"),
        ("`a` and `b`", "`a` and `b`"),
        ("`a\nb`", "`a\nb`"),
        ("``", "``"),
    ],
)
def test_a_code_span_comes_off_if_it_is_all(answer: str, code: str) -> None:
    """Spans within a text stay."""
    assert unspan(answer) == code


@given(st.text(st.sampled_from("`~ a\n")))
def test_nothing_closes_a_fence_from_within(text: str) -> None:
    """The fence is longer than any run of backticks in it."""
    opening, *inner, closing = fence(text).split("\n")
    assert "\n".join(inner) == text
    assert opening == closing
    assert len(opening) > max((len(run) for run in re.findall("`+", text)), default=2)


def test_a_last_line_of_backticks_may_become_a_fence_only_while_more_can_come() -> None:
    """A finished answer may be the backtick that closes a string."""
    assert unfence("x\n`", finished=False) == "x"
    assert unfence("x\n`", finished=True) == "x\n`"


CASES_SCOPE = {
    "one line": ("def f():\n    x", " = 1", "python", " = 1"),
    "top level": (
        "x",
        " = 1\ndef f():\n    pass",
        "python",
        " = 1\ndef f():\n    pass",
    ),
    "method": (
        "class A:\n    def f(self):\n        ",
        "x = 1\n\n    def g(self):\n        pass",
        "python",
        "x = 1",
    ),
    "within a signature": (
        "def f(",
        "\n    a,\n) -> int:\n    return a\nf(1)",
        "python",
        "\n    a,\n) -> int:\n    return a",
    ),
    "string at the margin": (
        "def f():\n    x = ",
        '"""\nmargin\n"""\n    return x\ny',
        "python",
        '"""\nmargin\n"""\n    return x',
    ),
    "preprocessor": (
        "int f(void) {\n  ",
        "x();\n#ifdef A\n  y();\n#endif\n}\n\nint g(void) {",
        "c",
        "x();\n#ifdef A\n  y();\n#endif\n}",
    ),
    "brace on its own line": (
        "int f(void)\n{\n  ",
        "return 1;\n}\n\nint g(void)\n{",
        "c",
        "return 1;\n}",
    ),
    "nothing but what follows": (
        "def f():\n    return 1",
        "\n\ndef g():\n    pass",
        "python",
        "",
    ),
    "goes over into what follows": (
        "def f():\n    return g(",
        "1)\n\ndef h(",
        "python",
        "1)\n\ndef h(",
    ),
}


@pytest.mark.parametrize("case", CASES_SCOPE)
def test_an_answer_ends_with_its_definition(case: str) -> None:
    """By indentation or by its closing bracket, and not where strings look like it."""
    before, answer, language, wanted = CASES_SCOPE[case]
    after = "x):\n    pass\n" if case.startswith("goes over") else "\n"
    assert end_with_scope(answer, before, after, language) == wanted


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [
        ("a\nb\na\nb\na\nb", "a\nb\na\nb\na\nb"),
        ("x\na\nb\na\nb\na\nb\na\nb\na", "x\na\nb"),
        ("x\na\na\na\na\na", "x\na"),
        ("x\n\n\n\n\n\n", "x\n\n\n\n\n\n"),
        ("# " + "-" * 300, "# " + "-" * 300),
        ("say " + "hello world " * 40, "say hello world"),
        ("x = " + "1 + " * 10, "x = " + "1 + " * 10),
    ],
)
def test_circles_are_cut_to_their_first_round(answer: str, wanted: str) -> None:
    """Rules of dashes, blank lines and short repetitions are none."""
    assert end_loop(answer) == wanted


@pytest.mark.parametrize(
    ("before", "after", "ends"),
    [
        ("x = ", "\n", True),
        ("    ", "\n", False),
        ("", "", False),
        ("def f():", "\n    pass", False),
        ("if (x) {", "}\n", False),
        ("call(", ")\n", False),
        ("    ", "value\n", True),
        ("x = a", ")\n", True),
    ],
)
def test_what_is_begun_ends_with_its_line(before: str, after: str, ends: bool) -> None:
    """Unless the line is new, or opens a block."""
    assert ends_with_line(before, after) is ends


def test_what_an_editor_closed_leaves_room() -> None:
    """Brackets and quotes right of the cursor are no text."""
    assert not is_closed_in(")]}\"'`;:,\nmore")
    assert is_closed_in(" + 1)\n")


CLOSED_BELOW = [
    ('{"a": ', ', "b": 2}', "1}", "json", "1"),
    ('{"a": ', ', "b": 2}', "1},", "json", "1"),
    ('{"a": [1, ', '], "b": 2}', "2]}", "json", "2"),
    ('{\n  "v": ', ',\n  "l": "M"\n}\n', '"1.0"\n},\n', "json", '"1.0"'),
    ('{\n  "v": ', ',\n  "l": "M"\n}\n', '"1.0",\n}\n', "json", '"1.0"'),
    ('x = {\n    "a": ', ',\n    "b": 2,\n}\n', "1\n}\n", "python", "1"),
    ("f(", ", b)\n", "g(a))", "python", "g(a)"),
    ("f(", ", b)\n", "g(\n    a\n)", "python", "g(\n    a\n)"),
    ("f(", " + b)\n", "a,\n    c))", "python", "a,\n    c))"),
]


@pytest.mark.parametrize(
    ("before", "after", "answer", "language", "wanted"), CLOSED_BELOW
)
@pytest.mark.parametrize("infilled", [True, False])
def test_what_closes_too_early_is_cut(
    before: str, after: str, answer: str, language: str, wanted: str, infilled: bool
) -> None:
    """Where the line goes on behind the cursor; its brackets stand there."""
    found = clean(
        answer,
        before=before,
        after=after,
        infilled=infilled,
        finished=True,
        language=language,
    )

    assert found == wanted
