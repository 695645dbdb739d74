"""Files of questions, in each form; what is wrong with one is told with its line."""

import json

import pytest

from hexai.bench.questions.question import Check, CheckKind, OwnQuestion
from hexai.bench.questions.read import BadQuestions, read_questions
from hexai.bench.questions.write import write

CHECKED = OwnQuestion(
    text="Two and two?",
    system="Be terse.",
    files=("a.txt",),
    tags=("maths",),
    checks=(
        Check(kind=CheckKind.CONTAINS, wanted="4"),
        Check(kind=CheckKind.CONTAINS, wanted="four"),
        Check(kind=CheckKind.MATCHES, wanted=r"^\d"),
        Check(kind=CheckKind.EQUALS, wanted="4"),
        Check(kind=CheckKind.RUNS, wanted="grep 4"),
        Check(kind=CheckKind.JSON, wanted={"type": "integer"}),
        Check(kind=CheckKind.LINES_AT_MOST, wanted=1),
    ),
    line=1,
)
JSON = json.dumps(
    {
        "question": "Two and two?",
        "system": "Be terse.",
        "files": "a.txt",
        "tags": ["maths"],
        "contains": ["4", "four"],
        "matches": r"^\d",
        "equals": "4",
        "runs": "grep 4",
        "json": {"type": "integer"},
        "lines_at_most": 1,
    }
)
YAML = """\
- question: Two and two?
  system: Be terse.
  files: a.txt
  tags: [maths]
  contains:
    - 4
    - four
  matches: '^\\d'
  equals: 4
  runs: grep 4
  json: {type: integer}
  lines_at_most: 1
"""
TOML = """\
[[question]]
question = "Two and two?"
system = "Be terse."
files = "a.txt"
tags = ["maths"]
contains = ["4", "four"]
matches = '^\\d'
equals = "4"
runs = "grep 4"
json = {type = "integer"}
lines_at_most = 1
"""


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("q.jsonl", JSON),
        ("q.json", f"[{JSON}]"),
        ("q.yaml", YAML),
        ("q.yml", f"questions:\n{YAML}".replace("questions:\n", "questions: \n")),
        ("q.toml", TOML),
        ("standard input", JSON),
        ("standard input", f"# mine\n\n{YAML}"),
        ("standard input", TOML),
        ("standard input", f"[\n{JSON}\n]"),
    ],
)
def test_each_form_says_the_same(name: str, text: str) -> None:
    """Whatever the form, and whether a name tells it or the text does."""
    [read] = read_questions(text, name).questions

    assert (read.text, read.system, read.files) == (
        CHECKED.text,
        CHECKED.system,
        CHECKED.files,
    )
    assert (read.tags, read.checks) == (CHECKED.tags, CHECKED.checks)


def test_a_paragraph_is_a_question() -> None:
    """Blank lines part them, with blanks in them or not."""
    read = read_questions("\nWhy?\n \nHow: in\ntwo lines?\n\n\nWho?", "q.txt")

    texts = [(question.text, question.line) for question in read.questions]
    assert texts == [("Why?", 2), ("How: in\ntwo lines?", 4), ("Who?", 8)]


def test_what_yaml_takes_for_truths_and_numbers_are_texts() -> None:
    """Nobody has to know which words of YAML are none."""
    text = "- question: yes\n  contains: [no, 0x10, 1e3, 12:30]\n- off\n"
    first, second = read_questions(text, "q.yaml").questions

    assert first.text == "yes"
    assert [check.wanted for check in first.checks] == ["no", "0x10", "1e3", "12:30"]
    assert second.text == "off"


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("q.yaml", "- question: a\n  contain: b\n", "q.yaml:2: contain is no field"),
        ("q.yaml", "- question: a\n  contain: b\n", "did you mean contains?"),
        ("q.yaml", "- contains: b\n", "q.yaml:1: it has no question"),
        ("q.yaml", "- question: ' '\n", "q.yaml:1: question is empty"),
        ("q.jsonl", '{"question": "\\ud800"}', "q.jsonl:1: it is no JSON: it has half"),
        (
            "q.jsonl",
            '{"question": "a", "json": {"\\udc00": 1}}',
            "has half a character",
        ),
        (
            "q.jsonl",
            '{"question": "a", "question": "b"}',
            "question stands there twice",
        ),
        ("q.jsonl", f'{{"question": {"9" * 5000}}}', "a number has 5,000 digits"),
        ("q.yaml", "- a\n- [1]\n", "q.yaml:2: a question is a text, or a table"),
        ("q.yaml", "a: [1\n", "q.yaml:2: "),
        ("q.yaml", "", "q.yaml:1: it has to be a list of questions"),
        ("q.yaml", "x: 1\n", "q.yaml:1: it has neither questions nor tests"),
        ("q.yaml", "- &a [*a]\n", "too deeply"),
        ("q.yaml", "- question: a\n  question: b\n", "q.yaml:2: question stands"),
        ("q.yaml", "- question: a\n  matches: (\n", "q.yaml:2: matches (: missing )"),
        ("q.yaml", "- question: a\n  matches: (?=a)\n", "which has no look-around"),
        ("q.yaml", "- question: a\n  json: 3\n", "q.yaml:2: json has to be true, or"),
        ("q.yaml", "- question: a\n  json: {type: x}\n", "q.yaml:2: json is no schema"),
        ("q.yaml", "- question: a\n  lines_at_most: 0\n", "q.yaml:2: lines_at_most"),
        ("q.yaml", "- question: a\n  tags: []\n", "q.yaml:2: tags is empty"),
        ("q.jsonl", '{"question": "a"}\n{bad\n', "q.jsonl:2: it is no JSON"),
        ("q.jsonl", '{"question": 3}\n', "q.jsonl:1: question has to be a text"),
        ("q.jsonl", '"a"\n"b"\n"a"\n', "q.jsonl:3: the question of line 1 again"),
        ("q.json", '[{"question": "a"},\n{"x": 1}]', "q.json:2: it has no question"),
        ("q.json", "[1,\n", "q.json:2: "),
        ("q.json", "[" * 99_999, "nested too deeply"),
        ("q.toml", '[[question]]\nquestion = "a"\ntags = 1', "q.toml:3: tags has to"),
        ("q.toml", "a =\n", "q.toml:1: "),
        ("q.toml", 'questions = "a"', "q.toml:1: questions has to be a list"),
        ("q.txt", " \n\n", "q.txt: there is no question in it"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(name: str, text: str, told: str) -> None:
    """And with what to do, in every form."""
    with pytest.raises(BadQuestions) as error:
        read_questions(text, name)

    assert told in str(error.value)


def test_all_that_is_wrong_is_told_at_once() -> None:
    """In the order of the lines, and of many only how many more there are."""
    text = "- question: a\n  x: 1\n  json: 3\n" + "- contains: b\n" * 30
    with pytest.raises(BadQuestions) as error:
        read_questions(text, "q.yaml")

    lines = str(error.value).split("\n")
    assert [line.split(":")[1] for line in lines[:3]] == ["2", "3", "4"]
    assert lines[-1] == "q.yaml: and 12 more"


PROMPTFOO = """\
prompts:
  - "Answer {{ question }}"
  - raw: "Say {{question}}"
providers: [openai:gpt-4.1]
defaultTest:
  assert:
    - type: latency
      threshold: 10
tests:
  - vars: {question: "2+2?", right: 4}
    assert:
      - type: contains
        value: "{{right}}"
      - type: llm-rubric
        value: polite
  - vars: {question: [a, b]}
    assert:
      - type: is-json
        value: {type: object}
      - type: regex
        value: '\\d'
      - type: contains-all
        value: [x, y]
"""


def test_tests_of_promptfoo_are_questions() -> None:
    """Each prompt with each choice of variables; what is not known is named."""
    read = read_questions(PROMPTFOO, "promptfooconfig.yaml")

    assert [question.text for question in read.questions] == [
        *("Answer 2+2?", "Say 2+2?"),
        *("Answer a", "Say a", "Answer b", "Say b"),
    ]
    assert read.questions[0].checks == (Check(kind=CheckKind.CONTAINS, wanted="4"),)
    assert read.questions[2].checks == (
        Check(kind=CheckKind.JSON, wanted={"type": "object"}),
        Check(kind=CheckKind.MATCHES, wanted=r"\d"),
        Check(kind=CheckKind.CONTAINS, wanted="x"),
        Check(kind=CheckKind.CONTAINS, wanted="y"),
    )
    assert read.notes == tuple(
        f"promptfooconfig.yaml:{line}: the assertion {name} is not known here and was "
        "left out"
        for line, name in ((7, "latency"), (14, "llm-rubric"))
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("tests: file://t.yaml\n", "q.yaml:1: tests has to be a list here"),
        ("prompts: [file://p]\ntests: [{vars: {a: 1}}]\n", "q.yaml:1: file://p is not"),
        ("prompts: ['{{b}}']\ntests: [{vars: {a: 1}}]\n", "there is no variable b"),
        ("prompts: ['{% if a %}']\ntests: [{vars: {a: 1}}]\n", "of templates only"),
        ("tests: [{vars: {a: 1, b: 2}}]\n", "there are no prompts, and no variable"),
        ("tests:\n- vars: file://x\n", "q.yaml:2: vars has to be a table"),
        ("tests:\n- 3\n", "q.yaml:2: a test has to be a table"),
    ],
)
def test_what_of_promptfoo_cannot_be_read_is_told(text: str, told: str) -> None:
    """Half of a test would be another test."""
    with pytest.raises(BadQuestions) as error:
        read_questions(text, "q.yaml")

    assert told in str(error.value)


@pytest.mark.parametrize("form", [".jsonl", ".yaml"])
def test_what_is_written_reads_the_same(form: str) -> None:
    """Whatever is in a question."""
    asked = [("yes", None), ("two\n\nlines: #1\n  'x'", ""), ("\tä ☃", "be - terse")]
    read = read_questions(write(asked, form), f"q{form}")

    assert [(q.text, q.system) for q in read.questions] == [
        (text.strip(), system) for text, system in asked
    ]
