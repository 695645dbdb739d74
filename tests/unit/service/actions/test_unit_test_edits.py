"""Tests brought into a file: what counts as an import, a test and a name of one."""

import pytest

from hexai.service.actions.fitting import Unfit
from hexai.service.actions.unit_test_edits import add_tests, cleaned_tests
from hexai.service.actions.unit_test_imports import Needs
from hexai.text.lines import Lines

PYTHON = Needs(language="python", imports=("from calc import add",), imported="add")
GO = Needs(language="go", package="calc")
RUST = Needs(language="rust")
TYPESCRIPT = Needs(
    language="typescript",
    imports=(
        "import { describe, expect, it, vi } from 'vitest';",
        "import { add } from './calc';",
    ),
    imported="add",
)


def added(file: str, answer: str, needs: Needs) -> str:
    """Give a file with the tests of an answer in it."""
    document = Lines.of(file)
    edits = add_tests(document, answer, needs)
    assert not isinstance(edits, Unfit), edits.reason
    if edits[0].span is None:
        return edits[0].text
    spans = [each.span for each in edits if each.span is not None]
    assert len({span.start for span in spans}) == len(spans), "two at one place"
    for each in sorted(edits, key=lambda each: each.span.start, reverse=True):  # type: ignore[union-attr]
        document = document.change([each]).after
    return document.text


def test_a_string_is_no_import_and_no_name() -> None:
    """Nothing within a text is taken out, renamed, or gone behind."""
    file = 'import os\n\n\ndef test_a():\n    pass\n\n\nX = """\nimport z\n"""\n'
    answer = (
        'def test_a():\n    assert add("test_a()") == """\nimport q\n"""\n'
        "    test_a(test_a=1).test_a()  # test_a()\n"
    )
    assert added(file, answer, PYTHON) == (
        "import os\nfrom calc import add\n\n\ndef test_a():\n    pass\n\n\n"
        'X = """\nimport z\n"""\n\n\n'
        'def test_a_2():\n    assert add("test_a()") == """\nimport q\n"""\n'
        "    test_a_2(test_a=1).test_a()  # test_a()\n"
    )


def test_a_class_gets_a_number_and_keeps_its_methods() -> None:
    """Of two classes by one name the first would never run; one within stays."""
    file = "class TestA:\n    class TestB:\n        def test_c(self): ...\n"
    answer = (
        "@mark\nclass TestA:\n    def test_c(self): ...\n\n\n"
        "class TestB:\n    def test_d(self): ...\n"
    )
    assert added(f"from calc import add\n\n\n{file}", answer, PYTHON) == (
        f"from calc import add\n\n\n{file}\n\n"
        "@mark\nclass TestA_2:\n    def test_c(self): ...\n\n\n"
        "class TestB:\n    def test_d(self): ...\n"
    )


@pytest.mark.parametrize(
    ("head", "gap"),
    [
        ("#!/usr/bin/env python\n# -*- coding: utf-8 -*-\n", "\n"),
        ('"""Tests.\n\nimport this\n"""\n', "\n"),
        ("# A license.\n\n", "\n"),
        ("# A license.\n\n'''Tests.'''\n", "\n"),
        ("import os; import sys  # both\n", ""),
        ("from a import (\n    b,  # (\n)\n", ""),
        ("import a.b \\\n    as c\n", ""),
        ("from __future__ import annotations\n", ""),
    ],
)
def test_python_imports_go_behind_the_head(head: str, gap: str) -> None:
    """Behind what has to be first, and behind the last import."""
    rest = "class TestX:\n    def test_x(self): ...\n"
    expected = f"{head}from calc import add\n{gap}{rest}\n\ndef test_a(): ...\n"
    assert added(f"{head}{rest}", "def test_a(): ...\n", PYTHON) == expected


def test_what_is_imported_is_not_imported_twice() -> None:
    """Over several lines, beside other names, or by what a name is called here."""
    file = "from calc import (\n    add,  # it\n    sub,\n)\nimport os.path as p\n"
    answer = "import os.path as p, re\nfrom calc import add\n\ndef test_a(): ...\n"
    assert added(file, answer, PYTHON) == (
        f"{file}import os.path as p, re\n\n\ndef test_a(): ...\n"
    )


def test_a_file_that_does_not_parse_keeps_its_text() -> None:
    """Its imports are still seen."""
    file = "import os\nfrom calc import add\ndef broken(x:\n    return (\n"
    answer = "import os\n\ndef test_a():\n    assert add"
    assert added(file, answer, PYTHON) == (f"{file}\n\ndef test_a():\n    assert add\n")


def test_other_line_ends_are_kept() -> None:
    """What is there is not touched; an answer's own ends do not matter."""
    file = "import os\r\nfrom calc import add\r\n\r\ndef f():\r\n\treturn 1\r\n"
    answer = "def test_a():\r\n    assert f() == 1\r\n"
    assert added(file, answer, PYTHON) == (
        file.removesuffix("\r\n") + "\n\n\ndef test_a():\n\tassert f() == 1\n"
    )


def test_go_imports_what_is_used_by_its_name() -> None:
    """Not what comments and strings name, nor a variable that is called so."""
    answer = (
        "package calc\n\nimport (\n"
        '\t"testing"\n\ty "gopkg.in/yaml.v3"\n\t"github.com/a/b/v2"\n)\n\n'
        "func TestA(t *testing.T) {\n"
        '\t// errors.New\n\ts := "strings.ToUpper()" + `os.Args`\n'
        "\ty.Foo()\n\tb.Bar()\n"
        "\tsort := set{TestA: 1}\n\tsort.Sort()\n\tt.Fatal(filepath.Join())\n}\n"
    )
    made = added("", answer, GO)
    assert made.partition(")\n")[0] == (
        'package calc\n\nimport (\n\t"github.com/a/b/v2"\n\t"path/filepath"\n'
        '\t"testing"\n\ty "gopkg.in/yaml.v3"\n'
    )


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("package calc\n", 'package calc\n\nimport "testing"\n'),
        (
            "/*\npackage a\n*/\npackage calc // it\n\nfunc F() {}\n",
            '/*\npackage a\n*/\npackage calc // it\nimport "testing"\n\nfunc F() {}\n',
        ),
        (
            'package calc\n\nimport ("fmt"; "os")\n',
            'package calc\n\nimport ("fmt"; "os")\nimport "testing"\n',
        ),
        (
            'package calc\n\nimport (\n\t"fmt"\n)\n',
            'package calc\n\nimport (\n\t"testing"\n\t"fmt"\n)\n',
        ),
        (
            'package calc\n\nconst s = `\nimport (\n\t"a"\n)\n`\n',
            'package calc\nimport "testing"\n\nconst s = `\nimport (\n\t"a"\n)\n`\n',
        ),
    ],
)
def test_go_imports_go_where_imports_are(head: str, expected: str) -> None:
    """Into the list, behind the last one, or behind the package clause."""
    test = "func TestA(t *testing.T) {}\n"
    assert added(head, test, GO) == f"{expected}\n{test}"


def test_a_method_does_not_take_a_functions_name() -> None:
    """In Go two of one name are two things then."""
    file = 'package calc\n\nimport "testing"\n\nfunc (s S) TestA() {}\n'
    answer = "func TestA(t *testing.T) {\n\t_ = want{TestA: 1}\n}"
    assert added(file, answer, GO) == f"{file}\n{answer}\n"


def test_typescript_imports_no_name_twice() -> None:
    """Of a list only what is missing is added; what is loaded only, once."""
    file = (
        "import { describe, it } from 'vitest';\nimport './setup';\n"
        "import {\n  add,\n} from './calc';\n\ndescribe('x', () => {});\n"
    )
    answer = (
        "import { add } from '../src/calc';\nimport './setup';\nimport './more';\n"
        "import type { T } from './t';\n\n"
        "test.each([1])('i', (x: T) => {\n  const s = `\nimport z from 'q'\n`;\n});"
    )
    assert added(file, answer, TYPESCRIPT) == (
        "import { describe, it } from 'vitest';\nimport './setup';\n"
        "import {\n  add,\n} from './calc';\n"
        "import { expect, vi } from 'vitest';\nimport './more';\n"
        "import type { T } from './t';\n\ndescribe('x', () => {});\n\n"
        "test.each([1])('i', (x: T) => {\n  const s = `\nimport z from 'q'\n`;\n});\n"
    )


def test_a_directive_stays_first() -> None:
    """Behind an import it would mean nothing."""
    needs = Needs(language="javascript", imports=("const f = require('./f');",))
    file = "#!/usr/bin/env node\n'use strict';\n// const g = require('g')\nit('a');\n"
    answer = "const { a: b } = require('a');\n\nit('b', () => b());"
    assert added(file, answer, needs) == (
        "#!/usr/bin/env node\n'use strict';\nconst f = require('./f');\n"
        "const { a: b } = require('a');\n\n"
        "// const g = require('g')\nit('a');\n\nit('b', () => b());\n"
    )


def test_a_rust_module_ends_at_its_own_bracket() -> None:
    """A bracket at the margin may belong to a text; a `use` stands there once."""
    file = (
        "fn add() {}\n\n#[cfg(test)]\n#[allow(dead_code)]\nmod tests {\n"
        '    use super::*;\n    use std::fmt;\n    const S: &str = "\n}\n";\n\n'
        "    #[test]\n    fn adds() {}\n}\n\nfn other() {}\n"
    )
    answer = (
        "#[cfg(test)]\nmod tests {\n    use super::*;\n    use std::fmt;\n"
        "    use std::io;\n\n    #[tokio::test]\n"
        "    async fn adds() {\n        super::adds();\n        adds();\n    }\n}\n"
    )
    assert added(file, answer, RUST) == file.replace(
        "fn adds() {}\n}\n",
        "fn adds() {}\n\n    use std::io;\n\n    #[tokio::test]\n"
        "    async fn adds_2() {\n        super::adds();\n        adds_2();\n    }\n"
        "}\n",
    )


@pytest.mark.parametrize("module", ["mod tests;", "mod tests {}"])
def test_a_rust_module_that_takes_no_tests_is_left_alone(module: str) -> None:
    """A second one by that name would not compile."""
    document = Lines.of(f"fn add() {{}}\n\n#[cfg(test)]\n{module}\n")
    refused = add_tests(document, "#[test]\nfn adds() {}\n", RUST)
    assert isinstance(refused, Unfit)
    assert "module of tests" in refused.reason


@pytest.mark.parametrize(
    ("language", "answer"),
    [
        ("python", "# def test_a(): pass\nx = 'def test_b():'"),
        ("python", "def helper():\n    pass"),
        ("go", "// func TestA(t *testing.T) {}\nvar x = `func TestB() {}`"),
        ("go", "func (s S) TestA() {}"),
        ("javascript", "// test('x')\nconst s = 'it(';"),
        ("javascript", "const it = 1;\nfetch(it);"),
        ("rust", "// #[test]\nfn f() {}"),
        ("rust", "#[cfg(test)]\nfn f() {}"),
    ],
)
def test_what_only_looks_like_a_test_is_none(language: str, answer: str) -> None:
    """A comment, a text, a method or a helper is not enough."""
    assert cleaned_tests(answer, language) == Unfit("the answer holds no test")


@pytest.mark.parametrize(
    ("language", "answer"),
    [
        (
            "python",
            "class TestA(Base):\n    class B:\n        def test_c(self): ...",
        ),
        ("python", "@mark.x\nasync def test_a(): ..."),
        ("go", "func FuzzA(f *testing.F) {}"),
        ("javascript", "describe.skip('a', () => { it('b'); });"),
        ("javascript", "await test('a', async () => {});"),
        ("typescript", "it.each<number>([1])('a', (x: number) => {});"),
        ("typescriptreact", "test('a', () => { render(<A b={1} />); });"),
        (
            "rust",
            "mod tests {\n    #[tokio::test(a = 1)]\n    async fn a() {}\n}",
        ),
    ],
)
def test_a_test_is_known_wherever_it_may_stand(language: str, answer: str) -> None:
    """Within classes and modules, decorated, and as each framework writes it."""
    assert cleaned_tests(answer, language) == answer
