"""Code actions from the editor's request to the edit, over pipes and HTTP."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.action_desk import Desk, configure, play, titles
from tests.support.answers import openai_answer
from tests.support.lsp_client import LspError
from tests.support.replies import status
from tests.support.timing import kept_within
from tests.support.upstream import Upstream

ADD = "def add(a, b):\n    return a+b\n"


def test_what_is_offered_for_a_selection(tmp_path: Path) -> None:
    """The instruction of a comment is in a title, and nobody is asked for the list."""
    with Upstream() as upstream:
        configure(upstream)

        async def scene(at: Desk) -> None:
            listed = await at.actions(0, len(at.text))
            assert titles(listed) == [
                "rewrite: make it async",
                "document code",
                "simplify and improve",
                "fix typos",
                "implement unit test",
            ]
            assert all(each["command"] and "edit" not in each for each in listed)
            only = await at.actions(0, len(at.text), only=["refactor.rewrite"])
            assert titles(only) == [
                "rewrite: make it async",
                "document code",
                "simplify and improve",
                "fix typos",
            ]

        play(scene, "# make it async\n" + ADD, tmp_path)
        assert upstream.requests == []


def test_an_action_changes_the_selection_alone(tmp_path: Path) -> None:
    """Talk and fences are left out; breaks, indentation and end are the document's."""
    text = "class C:\r\n    def add(self):\r\n        return 1\r\n\r\nx = 1\r\n"
    answer = "Sure, here it is:\n```python\ndef add(self):\n    return 2\n```\nBye!"
    with Upstream(openai_answer(answer)) as upstream:
        configure(upstream)

        async def scene(at: Desk) -> None:
            first = at.text.index("    def")
            await at.choose("simplify and improve", first, at.text.index("\r\nx"))
            await at.becomes(text.replace("return 1", "return 2"))

        play(scene, text, tmp_path)
        [request] = upstream.requests
        assert "x = 1" not in request.json["messages"][-1]["content"]


def test_the_instruction_goes_with_what_it_asked(tmp_path: Path) -> None:
    """The comment is in the prompt, and not in the result."""
    with Upstream(openai_answer("async def add(a, b):\n    return a+b")) as upstream:
        configure(upstream)

        async def scene(at: Desk) -> None:
            await at.choose("rewrite: make it async", 0, len(at.text))
            await at.becomes("async " + ADD)

        play(scene, "# make it async\n" + ADD, tmp_path)
        [request] = upstream.requests
        assert "make it async" in request.json["messages"][-1]["content"]


def test_a_single_character_is_no_selection(tmp_path: Path) -> None:
    """The function around the cursor is meant, where there is one."""
    with Upstream(openai_answer("def add(a, b):\n    return sum((a, b))")) as upstream:
        configure(upstream)

        async def scene(at: Desk) -> None:
            at_x = at.text.index("x = ")
            assert titles(await at.actions(at_x, at_x + 1)) == []
            listed = await at.actions(20, 21)
            assert titles(listed) == [
                "document code",
                "simplify and improve",
                "implement unit test",
            ]
            await at.run(listed[1])
            await at.becomes("x = 1\n\n\ndef add(a, b):\n    return sum((a, b))\n")

        play(scene, "x = 1\n\n\n" + ADD, tmp_path)


def test_a_result_lands_where_the_text_has_moved_to(tmp_path: Path) -> None:
    """Lines above and below are edited while the model works, and all else answers."""
    with Upstream(openai_answer("y = 2", delay=1.0)) as upstream:
        configure(upstream)

        async def scene(at: Desk) -> None:
            start = at.text.index("y = 1")
            await at.choose("fix typos", start, start + 5)
            await upstream.until(lambda: bool(upstream.requests))
            at.client.edit(at.uri, (0, 0, "# above\n"))
            at.client.edit(at.uri, (len(at.text), len(at.text), "# below\n"))
            for attempt in kept_within(0.5):
                with attempt:
                    await at.actions(0, 3)
            await at.becomes("# above\nx = 1\ny = 2\nz = 1\n# below\n")

        play(scene, "x = 1\ny = 1\nz = 1\n", tmp_path)


def test_a_result_lands_where_the_document_was_saved(tmp_path: Path) -> None:
    """Under another name, while the model works."""
    with Upstream(openai_answer("y = 2", delay=0.4)) as upstream:
        configure(upstream)

        async def scene(at: Desk) -> None:
            start = at.text.index("y = 1")
            await at.choose("fix typos", start, start + 5)
            await upstream.until(lambda: bool(upstream.requests))
            text = at.text
            at.client.close(at.uri)
            at.uri = (tmp_path / "saved.py").as_uri()
            at.client.open(at.uri, text, "python")
            at.client.edit(at.uri, (0, 0, "# above\n"))
            await at.becomes("# above\nx = 1\ny = 2\n")

        play(scene, "x = 1\ny = 1\n", tmp_path)


def test_a_changed_selection_stays_as_it_is(tmp_path: Path) -> None:
    """What was typed in it counts, and the user is told."""
    with Upstream(openai_answer("y = 2", delay=0.3)) as upstream:
        configure(upstream)

        async def scene(at: Desk) -> None:
            await at.choose("fix typos", 6, 11)
            await upstream.until(lambda: bool(upstream.requests))
            at.client.edit(at.uri, (10, 11, "7"))
            assert "nothing was changed" in await at.told()
            assert at.text == "x = 1\ny = 7\nz = 1\n"

        play(scene, "x = 1\ny = 1\nz = 1\n", tmp_path)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (openai_answer(""), ""),
        (openai_answer("I'm sorry, but I can't help with that."), "refused"),
        (openai_answer("y =", finish="length"), "cut off"),
        (openai_answer("x = 1"), "nothing to change"),
        (status(401, "no"), ""),
    ],
)
def test_what_is_no_answer_changes_nothing(
    answer: Any, why: str, tmp_path: Path
) -> None:
    """The user is told why."""
    with Upstream(answer) as upstream:
        configure(upstream)

        async def scene(at: Desk) -> None:
            await at.choose("fix typos", 0, 5)
            told = await at.told()
            assert told.startswith("Hexai: fix typos: ")
            assert why in told
            assert told.endswith("nothing was changed")
            assert at.text == "x = 1\n"

        play(scene, "x = 1\n", tmp_path)


def test_what_runs_is_stopped_by_an_action(tmp_path: Path) -> None:
    """It is offered only while something runs."""
    with Upstream() as upstream:
        configure(upstream)

        async def scene(at: Desk) -> None:
            await at.choose("fix typos", 0, 5)
            await upstream.until(lambda: bool(upstream.requests))
            listed = await at.actions(0, 5)
            assert titles(listed)[-1] == "stop (1 running)"
            await at.run(listed[-1])
            assert await at.told() == "Hexai: stopped 1"
            await upstream.until(upstream.all_closed)
            assert "stop (1 running)" not in titles(await at.actions(0, 5))

        play(scene, "x = 1\n", tmp_path)


def test_diagnostics_are_resolved(tmp_path: Path) -> None:
    """Only those that touch the range are told to the model, with who says so."""
    with Upstream(openai_answer("x = 2")) as upstream:
        configure(upstream)

        def report(line: int, message: str) -> Any:
            end = {"line": line, "character": 5}
            start = {"line": line, "character": 0}
            return {
                "range": {"start": start, "end": end},
                "message": message,
                "source": "lint",
            }

        reports = [report(0, "x is wrong"), report(2, "far away")]

        async def scene(at: Desk) -> None:
            await at.choose("resolve diagnostics", 2, 2, diagnostics=reports)
            await at.becomes("x = 2\n\ny = 1\n")

        play(scene, "x = 1\n\ny = 1\n", tmp_path)
        prompt = upstream.requests[0].json["messages"][-1]["content"]
        assert "1. [lint] x is wrong" in prompt
        assert "far away" not in prompt


def test_custom_actions_are_offered_by_scope(tmp_path: Path) -> None:
    """Their instruction reaches the model, and kind and title are the user's."""
    custom = (
        '[[prompts.code_action.custom]]\nid = "loud"\ntitle = "shout"\n'
        'kind = "refactor.inline"\ninstruction = "write {{language}} in capitals"\n'
        '[[prompts.code_action.custom]]\nid = "d"\ntitle = "mend"\n'
        'scope = "diagnostics"\nuser = "mend {{diagnostics}}"\n'
    )
    with Upstream(openai_answer("X = 1")) as upstream:
        configure(upstream, more=custom)

        async def scene(at: Desk) -> None:
            listed = await at.actions(0, 5, only=["refactor.inline"])
            assert titles(listed) == ["shout"]
            assert "mend" not in titles(await at.actions(0, 5))
            await at.run(listed[0])
            await at.becomes("X = 1\n")

        play(scene, "x = 1\n", tmp_path)
        prompt = upstream.requests[0].json["messages"][-1]["content"]
        assert "write Python in capitals" in prompt


def test_only_the_first_entry_is_asked_and_the_others_are_a_warning(
    tmp_path: Path,
) -> None:
    """The editor's log says how many were left out."""
    with Upstream(openai_answer("x = 2")) as first, Upstream() as second:
        configure(first, second)

        async def scene(at: Desk) -> None:
            await at.choose("fix typos", 0, 5)
            await at.becomes("x = 2\n")
            logged = [
                each["params"]["message"]
                for each in at.client.messages
                if each.get("method") == "window/logMessage"
            ]
            assert any("ignoring 1 extra" in line for line in logged)

        play(scene, "x = 1\n", tmp_path)
        assert second.requests == []


def test_a_list_of_a_long_file_comes_with_a_dead_upstream(tmp_path: Path) -> None:
    """All of 50,000 lines are selected, and nobody is asked."""
    text = "".join(f"def f{n}(x):\n    return x\n" for n in range(25_000))
    with Upstream() as upstream:
        configure(upstream)

        async def scene(at: Desk) -> None:
            assert "fix typos" in titles(await at.actions(0, len(text)))

        play(scene, text, tmp_path)
        assert upstream.connections == []


def test_an_old_action_says_so(tmp_path: Path) -> None:
    """Numbers that nobody knows any more change nothing."""
    with Upstream() as upstream:
        configure(upstream)

        async def scene(at: Desk) -> None:
            [first, *_] = await at.actions(0, 5)
            first["command"]["arguments"] = [999, 0]
            await at.run(first)
            assert "too old" in await at.told()
            first["command"]["command"] = "rm"
            with pytest.raises(LspError):
                await at.run(first)

        play(scene, "x = 1\n", tmp_path)


def test_a_secret_does_not_leave_and_the_user_is_told(tmp_path: Path) -> None:
    """A cloud entry is not sent a selection near one; nothing is changed."""
    key = "AKIA" + "QYLPMN5HHHFPZAM2"
    text = f"x = 1\naws_key = '{key}'\n"
    with Upstream(openai_answer("x = 2")) as upstream:
        configure(upstream, local=False)

        async def scene(at: Desk) -> None:
            await at.choose("fix typos", 0, 5)
            told = await at.told()
            assert "not sent" in told
            assert key not in told
            assert at.text == text

        play(scene, text, tmp_path)
        assert upstream.requests == []


def test_the_fallback_of_the_entry_answers(tmp_path: Path) -> None:
    """When the first model cannot."""
    with Upstream(status(503, "no")) as bad, Upstream(openai_answer("x = 2")) as good:
        configure(bad, good, fallback=True)

        async def scene(at: Desk) -> None:
            await at.choose("fix typos", 0, 5)
            await at.becomes("x = 2\n")

        play(scene, "x = 1\n", tmp_path)
        assert len(good.requests) == 1


def test_an_editor_that_knows_no_literals_is_served(tmp_path: Path) -> None:
    """It is given bare commands."""
    with Upstream() as upstream:
        configure(upstream)

        async def scene(at: Desk) -> None:
            listed = await at.actions(0, 5)
            assert all(isinstance(each["command"], str) for each in listed)

        play(scene, "x = 1\n", tmp_path, capabilities={})
