"""Unit tests from the editor's command to the file that they are in."""

import asyncio
from pathlib import Path

import pytest

from tests.support.action_desk import Desk, configure, play
from tests.support.answers import openai_answer
from tests.support.patience import PATIENCE
from tests.support.upstream import Upstream

GO = """\
package calc

import "errors"

func Add(a, b int) (int, error) {
\treturn a + b, errors.New("x")
}
"""
GO_TEST = """\
```go
package calc

import (
\t"testing"
)

func TestAdd(t *testing.T) {
\tif !errors.Is(nil, nil) {
\t\tt.Fatal()
\t}
}
```"""
TITLE = "implement unit test"


async def until(condition: object, at: Desk) -> None:
    """Wait until a callable gives something true."""
    assert callable(condition)
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await at.client.ask_for_nothing(at.uri, 0)


def test_a_new_file_is_made_and_shown(tmp_path: Path) -> None:
    """Package and imports are ours, whatever the model wrote."""
    with Upstream(openai_answer(GO_TEST)) as upstream:
        configure(upstream)

        async def scene(at: Desk) -> None:
            where = at.text.index("return")
            await at.choose(TITLE, where, where)
            await until(lambda: at.shown, at)

        play(scene, GO, tmp_path, name="calc.go", language="go")
    made = tmp_path / "calc_test.go"
    assert made.read_text() == (
        'package calc\n\nimport (\n\t"errors"\n\t"testing"\n)\n\n'
        "func TestAdd(t *testing.T) {\n\tif !errors.Is(nil, nil) {\n\t\tt.Fatal()\n"
        "\t}\n}\n"
    )


def test_a_link_that_leads_outside_is_left_alone(tmp_path: Path) -> None:
    """The user is told, and the model is not even asked."""
    folder, outside = tmp_path / "w", tmp_path / "outside.go"
    folder.mkdir()
    outside.write_text("package secret\n")
    (folder / "calc_test.go").symlink_to(outside)
    with Upstream(openai_answer(GO_TEST)) as upstream:
        configure(upstream)

        async def scene(at: Desk) -> None:
            where = at.text.index("return")
            await at.choose(TITLE, where, where)
            assert "leads out of the workspace folder" in await at.told()

        play(scene, GO, folder, name="calc.go", language="go")
        assert upstream.requests == []
    assert outside.read_text() == "package secret\n"


@pytest.mark.parametrize("swap", ["outside", "dangling", "folder"])
def test_what_appears_while_the_model_works_is_left_alone(
    swap: str, tmp_path: Path
) -> None:
    """The file is looked at again right before it is written."""
    folder, outside = tmp_path / "w", tmp_path / "outside.go"
    folder.mkdir()
    outside.write_text("package secret\n")
    test = folder / "calc_test.go"
    with Upstream(openai_answer(GO_TEST, delay=0.5)) as upstream:
        configure(upstream)

        async def scene(at: Desk) -> None:
            where = at.text.index("return")
            await at.choose(TITLE, where, where)
            await upstream.until(lambda: bool(upstream.requests))
            if swap == "folder":
                test.mkdir()
            else:
                test.symlink_to(outside if swap == "outside" else tmp_path / "none.go")
            assert "nothing was changed" in await at.told()

        play(scene, GO, folder, name="calc.go", language="go")
    assert outside.read_text() == "package secret\n"
    assert not (tmp_path / "none.go").exists()


def test_an_open_test_file_is_edited_where_it_is(tmp_path: Path) -> None:
    """Its imports are completed, a taken name gets a number, and the rest stays."""
    test = tmp_path / "test_calc.py"
    before = "import os\n\n\ndef test_add() -> None:\n    assert os\n"
    test.write_text(before)
    answer = (
        "import pytest\nfrom calc import add\n\n"
        "def test_add():\n    with pytest.raises(TypeError):\n        add()\n"
    )
    with Upstream(openai_answer(answer)) as upstream:
        configure(upstream)

        async def scene(at: Desk) -> None:
            at.client.open(test.as_uri(), before, "python")
            await at.choose(TITLE, 20, 20)
            text = at.client.texts[test.as_uri()]
            await until(lambda: text.text != before, at)
            assert text.text == (
                "import os\nimport pytest\nfrom calc import add\n\n\n"
                "def test_add() -> None:\n    assert os\n\n\n"
                "def test_add_2():\n    with pytest.raises(TypeError):\n        add()\n"
            )

        play(scene, "def add(a, b):\n    return a + b\n", tmp_path)
    assert test.read_text() == before


def test_a_closed_test_file_is_opened_first(tmp_path: Path) -> None:
    """So the change can be seen and taken back."""
    test = tmp_path / "test_calc.py"
    before = "from calc import add\n"
    test.write_text(before)
    with Upstream(
        openai_answer("def test_add():\n    assert add(1, 1) == 2")
    ) as upstream:
        configure(upstream)

        async def scene(at: Desk) -> None:
            at.on_show = lambda uri: at.client.open(uri, test.read_text(), "python")
            await at.choose(TITLE, 20, 20)
            await until(lambda: test.as_uri() in at.client.texts, at)
            text = at.client.texts[test.as_uri()]
            await until(lambda: text.text != before, at)
            assert text.text == (
                f"{before}\n\ndef test_add():\n    assert add(1, 1) == 2\n"
            )

        play(scene, "def add(a, b):\n    return a + b\n", tmp_path)


def test_tests_in_rust_go_into_the_source(tmp_path: Path) -> None:
    """A module is made at first, and the next tests go into it."""
    source = "fn add(a: i32) -> i32 {\n    a\n}\n"
    answer = "#[test]\nfn adds() {\n    assert_eq!(add(1), 1);\n}"
    once = (
        f"{source}\n#[cfg(test)]\nmod tests {{\n    use super::*;\n\n"
        "    #[test]\n    fn adds() {\n        assert_eq!(add(1), 1);\n    }\n}\n"
    )
    twice = (
        once.removesuffix("}\n") + "\n    #[test]\n    fn adds_2() {\n"
        "        assert_eq!(add(1), 1);\n    }\n}\n"
    )
    with Upstream(openai_answer(answer)) as upstream:
        configure(upstream)

        async def scene(at: Desk) -> None:
            await at.choose(TITLE, 5, 5)
            await at.becomes(once)
            await at.choose(TITLE, 5, 5)
            await at.becomes(twice)

        play(scene, source, tmp_path, name="lib.rs", language="rust")


def test_a_function_that_is_not_exported_cannot_be_tested(tmp_path: Path) -> None:
    """No test could import it, and the user is told so before a model is asked."""
    with Upstream() as upstream:
        configure(upstream)

        async def scene(at: Desk) -> None:
            await at.choose(TITLE, 12, 12)
            assert "add is not exported" in await at.told()

        source = "function add(a, b) {\n  return a + b;\n}\n"
        play(scene, source, tmp_path, name="calc.js", language="javascript")
        assert upstream.requests == []


def test_typescript_gets_its_imports(tmp_path: Path) -> None:
    """The framework is that of package.json, and the path is relative to the tests."""
    (tmp_path / "package.json").write_text('{"devDependencies": {"vitest": "1"}}')
    (tmp_path / "__tests__").mkdir()
    answer = (
        "import { add } from './wrong';\n\n"
        "describe('add', () => {\n  it('adds', () => {\n    expect(add(1)).toBe(1);\n"
        "  });\n});"
    )
    with Upstream(openai_answer(answer)) as upstream:
        configure(upstream)

        async def scene(at: Desk) -> None:
            await at.choose(TITLE, 12, 12)
            await until(lambda: at.shown, at)

        source = "export function add(a: number) {\n  return a;\n}\n"
        play(scene, source, tmp_path, name="calc.ts", language="typescript")
    made = tmp_path / "__tests__" / "calc.test.ts"
    assert made.read_text() == (
        "import { describe, expect, it, vi } from 'vitest';\n"
        "import { add } from '../calc';\n\n"
        "describe('add', () => {\n  it('adds', () => {\n    expect(add(1)).toBe(1);\n"
        "  });\n});\n"
    )


def test_prose_instead_of_a_test_changes_nothing(tmp_path: Path) -> None:
    """No file is made of it."""
    with Upstream(openai_answer("One should test this function.")) as upstream:
        configure(upstream)

        async def scene(at: Desk) -> None:
            await at.choose(TITLE, 20, 20)
            assert "holds no test" in await at.told()

        play(scene, "def add(a, b):\n    return a + b\n", tmp_path)
    assert [each.name for each in tmp_path.glob("*.py")] == ["calc.py"]
