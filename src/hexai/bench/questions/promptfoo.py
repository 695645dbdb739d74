"""promptfoo's tests as questions: its prompts, with the variables of each test put in.

Assertions that need no judge and mean the same here become checks. All others are
named and left out, since half of a rule would be another rule.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import product

from hexai.bench.questions.checks import compile_pattern
from hexai.bench.questions.fields import Problems, json_check
from hexai.bench.questions.nodes import Node
from hexai.bench.questions.question import Check, CheckKind, OwnQuestion

_VARIABLE = re.compile(r"\{\{-?\s*([A-Za-z_][\w.]*)\s*-?\}\}")
_TEMPLATE = re.compile(r"\{[{%#]")
_KINDS: Mapping[str, CheckKind] = {
    "contains": CheckKind.CONTAINS,
    "contains-all": CheckKind.CONTAINS,
    "equals": CheckKind.EQUALS,
    "regex": CheckKind.MATCHES,
}
_JSON = "is-json"
_TEST = frozenset({"vars", "assert", "description", "metadata", "threshold", "options"})
"""Fields of a test that change nothing of what is asked, or are read."""
_MOST = 1_000
"""Combinations of a test's variables."""

Vars = Mapping[str, str]


def is_promptfoo(root: Node) -> bool:
    """Tell a configuration of promptfoo, or a list of its tests, by its tests."""
    value = root.value
    if isinstance(value, Mapping):
        return "tests" in value
    return isinstance(value, tuple) and any(
        isinstance(each.value, Mapping)
        and "question" not in each.value
        and ("vars" in each.value or "assert" in each.value)
        for each in value
    )


def read_tests(root: Node, problems: Problems) -> list[OwnQuestion]:
    """Read the tests; what is no question here is told."""
    value = root.value
    table = value if isinstance(value, Mapping) else {}
    listed = table["tests"] if table else root
    tests = listed.value
    if not isinstance(tests, tuple):
        problems.add(
            listed.line, "tests has to be a list here; write out those of other files"
        )
        return []
    default = table.get("defaultTest")
    prompts = [*_prompts(table.get("prompts"), problems)]
    found: list[OwnQuestion] = []
    for test in tests:
        found += _Test(test, default, prompts, problems).questions()
    return found


def _prompts(node: Node | None, problems: Problems) -> Iterator[Node]:
    """Give the prompts that are texts; those of other files or programs are told."""
    if node is None:
        return
    several = node.value if isinstance(node.value, tuple) else (node,)
    for each in several:
        raw = each.value.get("raw") if isinstance(each.value, Mapping) else each
        text = raw.value if raw is not None else None
        if raw is None or not isinstance(text, str):
            problems.add(each.line, "a prompt has to be a text here")
        elif text.startswith("file://"):
            problems.add(
                each.line, f"{text} is not read; write the prompt's text here instead"
            )
        else:
            yield raw


class _Test:
    """One test, with what all tests share."""

    def __init__(
        self,
        node: Node,
        default: Node | None,
        prompts: Sequence[Node],
        problems: Problems,
    ) -> None:
        self._node = node
        self._prompts = prompts
        self._problems = problems
        tables = [each for each in (default, node) if each is not None]
        self._tables = [t.value for t in tables if isinstance(t.value, Mapping)]
        if len(self._tables) < len(tables):
            problems.add(node.line, "a test has to be a table with vars and assert")

    def questions(self) -> Iterator[OwnQuestion]:
        """Give a question for each prompt and each choice of the variables."""
        for table in self._tables:
            for name, value in table.items():
                if name not in _TEST:
                    self._left_out(value.line, f"the field {name}")
        for values in self._choices():
            for prompt in self._prompts or (self._only(values),):
                if prompt is not None:
                    yield from self._question(prompt, values)

    def _choices(self) -> Iterator[Vars]:
        """Give the variables; of one that is a list, each of its values."""
        named: dict[str, Node] = {}
        for table in self._tables:
            found = table["vars"].value if "vars" in table else {}
            if isinstance(found, Mapping):
                named.update(found)
            else:
                self._problems.add(table["vars"].line, "vars has to be a table here")
        several = [self._values(name, node) for name, node in named.items()]
        count = 1
        for each in several:
            count *= len(each)
        if count > _MOST:
            line = self._node.line
            self._problems.add(line, f"its vars make {count} questions; name fewer")
            return
        for values in product(*several):
            yield dict(zip(named, values, strict=True))

    def _values(self, name: str, node: Node) -> list[str]:
        several = node.value if isinstance(node.value, tuple) else (node,)
        texts = [text for each in several if (text := _scalar(each)) is not None]
        if len(texts) < len(several) or any(t.startswith("file://") for t in texts):
            told = f"the variable {name} has to be a text, or a list of texts, here"
            self._problems.add(node.line, told)
        return texts

    def _only(self, values: Vars) -> Node | None:
        """Take a variable for the question where there is no prompt."""
        names = [each for each in ("question", "prompt", *values) if each in values]
        if len(values) > 1 and names[0] not in ("question", "prompt"):
            names = []
        if not names:
            told = "there are no prompts, and no variable that is named question"
            self._problems.add(self._node.line, told)
            return None
        return Node(value="{{" + names[0] + "}}", line=self._node.line)

    def _question(self, prompt: Node, values: Vars) -> Iterator[OwnQuestion]:
        before = len(self._problems)
        text = self._filled(prompt, values)
        checks = tuple(self._checks(values))
        if not text.strip():
            self._problems.add(self._node.line, "its question is empty")
        if len(self._problems) == before:
            line = self._node.line
            yield OwnQuestion(text=text.strip(), checks=checks, line=line)

    def _filled(self, node: Node, values: Vars) -> str:
        """Put the variables into a template, of which nothing else may be one."""
        text = _scalar(node) or ""
        for name in _VARIABLE.findall(text):
            if name not in values:
                self._problems.add(node.line, f"there is no variable {name}")
        rest = _VARIABLE.sub("", text)
        if _TEMPLATE.search(rest):
            told = "of templates only {{ variable }} is read; write the rest out"
            self._problems.add(node.line, told)
        return _VARIABLE.sub(lambda found: values.get(found[1], ""), text)

    def _checks(self, values: Vars) -> Iterator[Check]:
        for table in self._tables:
            node = table.get("assert")
            asserts = () if node is None else node.value
            if not isinstance(asserts, tuple):
                assert node is not None
                self._problems.add(node.line, "assert has to be a list")
                continue
            for each in asserts:
                yield from self._check(each, values)

    def _check(self, node: Node, values: Vars) -> Iterator[Check]:
        table = node.value if isinstance(node.value, Mapping) else {}
        kind = _scalar(table["type"]) if "type" in table else None
        value = table.get("value")
        if kind is None:
            self._problems.add(node.line, "an assertion has to have a type")
        elif kind == _JSON:
            yield from self._json(node, value)
        elif kind not in _KINDS or value is None:
            self._left_out(node.line, f"the assertion {kind}")
        else:
            yield from self._texts(_KINDS[kind], value, values, kind)

    def _texts(
        self, kind: CheckKind, node: Node, values: Vars, name: str
    ) -> Iterator[Check]:
        several = node.value if isinstance(node.value, tuple) else (node,)
        for each in several:
            text = _scalar(each)
            if text is None or text.startswith("file://"):
                self._left_out(each.line, f"the assertion {name} of something else")
                continue
            wanted = self._filled(each, values)
            told = compile_pattern(wanted) if kind is CheckKind.MATCHES else None
            if isinstance(told, str):
                self._problems.add(each.line, f"regex {wanted}: {told}")
            yield Check(kind=kind, wanted=wanted)

    def _json(self, node: Node, value: Node | None) -> Iterator[Check]:
        if value is None:
            yield Check(kind=CheckKind.JSON)
        elif isinstance(value.value, Mapping):
            yield from json_check(value, self._problems)
        else:
            self._left_out(node.line, "the assertion is-json of another file's schema")

    def _left_out(self, line: int, what: str) -> None:
        self._problems.note(line, f"{what} is not known here and was left out")


def _scalar(node: Node) -> str | None:
    """Give a scalar as it is written; None for none."""
    if isinstance(node.value, str):
        return node.value
    if isinstance(node.value, tuple | Mapping) or node.value is None:
        return None
    return str(node.value) if node.written is None else node.written
