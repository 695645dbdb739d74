"""What is tested, where its tests go, and what they import."""

from pathlib import Path, PurePosixPath

import pytest

from hexai.prompts.code.cursor import Cursor
from hexai.service.actions.fitting import Unfit
from hexai.service.actions.unit_test_file import (
    Place,
    check,
    create,
    find_place,
    javascript_framework,
    python_module,
)
from hexai.service.actions.unit_test_plan import (
    Plan,
    candidates,
    find_subject,
    may_test,
    plan_tests,
)
from hexai.text.lines import Lines, Span

ROOT = PurePosixPath("/w")


def cursor(text: str, language: str = "python") -> Cursor:
    """Point at the bar in a text."""
    before, _, after = text.partition("|")
    at = Lines.of(before).end
    document = Lines.of(before + after)
    return Cursor(document=document, span=Span(at, at), identifier=language)


@pytest.mark.parametrize(
    ("language", "path", "expected"),
    [
        ("go", "calc.go", True),
        ("go", "calc_test.go", False),
        ("python", "calc.py", True),
        ("python", "test_calc.py", False),
        ("python", "conftest.py", False),
        ("typescript", "calc.ts", True),
        ("typescriptreact", "calc.test.tsx", False),
        ("javascript", "calc.spec.mjs", False),
        ("rust", "lib.rs", True),
        ("java", "Calc.java", False),
        ("python", "", False),
    ],
)
def test_where_tests_are_offered(language: str, path: str, *, expected: bool) -> None:
    """For sources of the languages that we know, and not for tests themselves."""
    assert may_test(language, path) is expected


def test_the_outermost_function_is_tested() -> None:
    """A nested one cannot be called from a test; a method comes with its class."""
    nested = find_subject(cursor("def outer():\n    def inner():\n        retu|rn 1\n"))
    assert nested is not None
    assert (nested.name, nested.imported) == ("outer", "outer")
    method = find_subject(cursor("class C:\n    def f(self):\n        retu|rn 1\n"))
    assert method is not None
    assert (method.name, method.imported) == ("f", "C")
    assert method.text == "    def f(self):\n        return 1"
    assert find_subject(cursor("x = |1\n")) is None


@pytest.mark.parametrize(
    ("language", "source", "expected"),
    [
        ("go", "/w/a/calc.go", ["/w/a/calc_test.go"]),
        ("rust", "/w/src/lib.rs", []),
        (
            "typescript",
            "/w/a/calc.ts",
            [
                "/w/a/__tests__/calc.test.ts",
                "/w/a/__tests__/calc.spec.ts",
                "/w/a/__tests__/calc.ts",
                "/w/a/calc.test.ts",
                "/w/a/calc.spec.ts",
            ],
        ),
    ],
)
def test_candidates_follow_from_the_path(
    language: str, source: str, expected: list[str]
) -> None:
    """And from nothing else."""
    found = candidates(PurePosixPath(source), language, ROOT)
    assert [str(each) for each in found] == expected


def test_python_tests_may_mirror_the_source() -> None:
    """With or without the package, in several folders, never above the workspace."""
    source = PurePosixPath("/w/src/pkg/sub/calc.py")
    found = [str(each) for each in candidates(source, "python", ROOT)]
    for wanted in (
        "/w/tests/pkg/sub/test_calc.py",
        "/w/tests/sub/test_calc.py",
        "/w/tests/test_calc.py",
        "/w/tests/unit/sub/test_calc.py",
        "/w/src/pkg/sub/tests/test_calc.py",
        "/w/src/pkg/sub/test_calc.py",
        "/w/src/pkg/sub/calc_test.py",
    ):
        assert wanted in found
    assert all(each.startswith("/w/") for each in found)


def test_a_file_that_exists_comes_before_a_new_one(tmp_path: Path) -> None:
    """Else the first whose folder exists is made; no folder is."""
    first, second = tmp_path / "none" / "a.py", tmp_path / "b.py"
    third = tmp_path / "c.py"
    assert find_place([first, second, third], tmp_path) == Place(
        path=second, exists=False
    )
    third.touch()
    assert find_place([first, second, third], tmp_path) == Place(
        path=third, exists=True
    )
    assert isinstance(find_place([first], tmp_path), Unfit)


def test_nothing_outside_and_nothing_irregular_is_touched(tmp_path: Path) -> None:
    """Links out of the folder, links to nowhere, folders and pipes are refused."""
    folder, outside = tmp_path / "w", tmp_path / "out.py"
    (folder / "sub").mkdir(parents=True)
    outside.write_text("x")
    link, dangling = folder / "link.py", folder / "dangling.py"
    circle = folder / "circle.py"
    circle.symlink_to(circle)
    link.symlink_to(outside)
    dangling.symlink_to(folder / "nothing.py")
    (folder / "away").symlink_to(tmp_path)
    for path in (link, dangling, circle, folder / "sub", folder / "away" / "out.py"):
        assert isinstance(find_place([path], folder), Unfit), path
        assert check(path, folder) is not None
    for path in (link, dangling, circle, folder / "sub", folder / "away" / "new.py"):
        assert create(path, "text", folder) is not None, path
    assert outside.read_text() == "x"
    assert not (tmp_path / "new.py").exists()
    assert not (folder / "nothing.py").exists()
    inner = folder / "inner.py"
    inner.symlink_to(folder / "real.py")
    (folder / "real.py").touch()
    assert check(inner, folder) is None


def test_a_file_is_never_overwritten(tmp_path: Path) -> None:
    """One that is there by now stays as it is."""
    path = tmp_path / "a.py"
    assert create(path, "one", tmp_path) is None
    refused = create(path, "two", tmp_path)
    assert refused is not None
    assert "a.py could not be made" in refused.reason
    assert path.read_text() == "one"


def test_the_module_is_named_from_its_topmost_package(tmp_path: Path) -> None:
    """A file in no package is a module by itself."""
    package = tmp_path / "src" / "pkg" / "sub"
    package.mkdir(parents=True)
    assert python_module(package / "calc.py") == "calc"
    (package / "__init__.py").touch()
    (package.parent / "__init__.py").touch()
    assert python_module(package / "calc.py") == "pkg.sub.calc"
    assert python_module(package / "__init__.py") == "pkg.sub"


@pytest.mark.parametrize(
    ("package", "framework"),
    [
        ('{"devDependencies": {"vitest": "^1"}}', "vitest"),
        ('{"devDependencies": {"jest": "^29", "ts-jest": "1"}}', "jest"),
        ('{"scripts": {"test": "mocha"}}', "mocha"),
        ('{"scripts": {"test": "node --test"}}', "node:test"),
        ("not json", "node:test"),
        ("[" * 100_000, "node:test"),
        (None, "node:test"),
    ],
)
def test_the_framework_is_that_of_the_package(
    package: str | None, framework: str, tmp_path: Path
) -> None:
    """Up to the workspace folder; node's own where nothing is said."""
    (tmp_path / "src").mkdir()
    if package is not None:
        (tmp_path / "package.json").write_text(package)
    assert javascript_framework(tmp_path / "src" / "calc.js", tmp_path) == framework


@pytest.mark.parametrize(
    ("source", "statement"),
    [
        ("export function f() {|}", "import { f } from './calc.js';"),
        ("export const f = () => {|};", "import { f } from './calc.js';"),
        ("export default function f() {|}", "import f from './calc.js';"),
        ("function f() {|}\nexport { f };", "import { f } from './calc.js';"),
        ("function f() {|}\nmodule.exports = f;", "const f = require('./calc.js');"),
        (
            "function f() {|}\nmodule.exports = { g, f };",
            "const { f } = require('./calc.js');",
        ),
        ("exports.f = function f() {|}", "const { f } = require('./calc.js');"),
        ("function f() {|}\nexport { f as g };", "import { g as f } from './calc.js';"),
        ("function f() {|}\nexport { f as default };", "import f from './calc.js';"),
        ("function f() {|}\nexport default f;", "import f from './calc.js';"),
        ("export async function* f() {|}", "import { f } from './calc.js';"),
        ("module.exports = function f() {|};", "const f = require('./calc.js');"),
        (
            "function f() {|}\nexports = module.exports = { g: 1, f: f };",
            "const { f } = require('./calc.js');",
        ),
        (
            "function f() {|}\n/*\nexport default f\n*/\nexport { f };",
            "import { f } from './calc.js';",
        ),
        (
            "export class C {\n  f() {\n    retur|n 1;\n  }\n}",
            "import { C } from './calc.js';",
        ),
    ],
)
def test_a_function_is_imported_as_it_is_exported(
    source: str, statement: str, tmp_path: Path
) -> None:
    """By name, as the default, or required."""
    plan = plan_tests(cursor(source, "javascript"), tmp_path / "calc.js", tmp_path)
    assert isinstance(plan, Plan)
    assert plan.needs.imports[-1] == statement


@pytest.mark.parametrize(
    "source",
    [
        "function f() {|}\n// export { f };",
        "function f() {|}\nconst s = `\nexport { f };\n`;",
        "function f() {|}\nexport { f } from './other';",
        "function f() {|}\nexport { g as f };",
        "function f() {|}\nmodule.exports = { g };",
    ],
)
def test_what_is_not_exported_is_not_imported(source: str, tmp_path: Path) -> None:
    """Neither by a comment or a text, nor because another thing is called so."""
    plan = plan_tests(cursor(source, "javascript"), tmp_path / "calc.js", tmp_path)
    assert plan == Unfit("f is not exported, so that no test could import it")


def test_a_go_package_is_that_of_the_source(tmp_path: Path) -> None:
    """Whatever its folder is called."""
    text = "/*\npackage other\n*/\npackage calc\n\nfunc Add() int {\n\tretur|n 1\n}\n"
    plan = plan_tests(cursor(text, "go"), tmp_path / "add.go", tmp_path)
    assert isinstance(plan, Plan)
    assert plan.needs.package == "calc"
    assert plan.place == Place(path=tmp_path / "add_test.go", exists=False)


def test_a_long_function_is_given_whole() -> None:
    """The model sees its end, however far that is."""
    body = "".join(f"    x{n} = {n}\n" for n in range(900))
    subject = find_subject(cursor(f"|def long():\n{body}    return 'end'\n"))
    assert subject is not None
    assert subject.text.endswith("return 'end'")
