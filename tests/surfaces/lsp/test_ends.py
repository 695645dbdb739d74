"""Broken ends, thoughts and control tokens: none of them gets into a document."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.action_desk import Desk, play
from tests.support.answers import anthropic_answer, ollama_answer, openai_answer
from tests.support.replies import status
from tests.support.upstream import Reply, Upstream

CODE = "def area(w, h):\n    \n    return r\n"
CURSOR = len("def area(w, h):\n    ")
QUESTION = "why?"

THOUGHTS = ("The user asks for", " the area.\n\nSo it is", ".\n</th", "ink>\n\n")
PLAIN_THOUGHTS = ("Area is a product.\n\nSo it is", " w * h.\n</th", "ink>\n\n")

Answer = Callable[..., Reply]
FORMATS: dict[str, tuple[Answer, str]] = {
    "openai": (openai_answer, "finish"),
    "anthropic": (anthropic_answer, "stop_reason"),
    "ollama": (ollama_answer, "done_reason"),
}
every_format = pytest.mark.parametrize("type_", FORMATS)


def said(type_: str, text: object, word: str = "stop", **more: float) -> Reply:
    """Answer in a format, with its word for the end."""
    answer, name = FORMATS[type_]
    return answer(text, **{name: word}, **more)


def in_turn(*replies: Reply) -> Upstream:
    """Make an upstream that answers so, and cannot tell about its models."""
    return Upstream(*replies).on("/api/show", status(404))


def configure(type_: str, upstream: Upstream, *more: str) -> None:
    """Write a configuration that asks an upstream for everything."""
    config = Path(os.environ["XDG_CONFIG_HOME"]) / "hexai" / "config.toml"  # noqa: TID251
    config.parent.mkdir(parents=True, exist_ok=True)
    entries = "".join(
        f'[[models.{surface}]]\nprovider = "p"\n'
        for surface in ("completion", "code_action", "chat")
    )
    config.write_text(
        "".join(line + "\n" for line in more)
        + entries
        + f'[providers.p]\ntype = "{type_}"\nmodel = "m"\nlocal = true\n'
        f'base_url = "{upstream.url}"\n'
    )


async def completions(at: Desk) -> list[str]:
    """Ask for completions until the list is complete, and give their texts."""
    result = await at.client.complete(at.uri, CURSOR)
    while result["isIncomplete"]:
        result = await at.client.complete(at.uri, CURSOR, kind=3)
    return [item["textEdit"]["newText"] for item in result["items"]]


async def inline_completions(at: Desk) -> list[str]:
    """Ask for inline completions, and give their texts."""
    result = await at.client.request(
        "textDocument/inlineCompletion",
        {
            "textDocument": {"uri": at.uri},
            "position": at.client.texts[at.uri].position(CURSOR),
            "context": {"triggerKind": 2},
        },
    )
    return [item["insertText"] for item in result["items"]]


async def type_at_end(at: Desk, text: str) -> None:
    """Type a text, one key after the other."""
    for character in text:
        end = len(at.text)
        at.client.edit(at.uri, (end, end, character))


OFFERED: dict[str, tuple[Any, str, list[str]]] = {
    "abort": ("return w * h", "abort", []),
    "network_error": ("return w * h", "network_error", []),
    "reasoning only": ("<think>hm</think>", "stop", []),
    "thoughts": ((*THOUGHTS, "return w * h"), "stop", ["return w * h"]),
    "thoughts cut off": (THOUGHTS[:2], "length", []),
    "tokens": ("return w * h<|fim_middle|>x", "stop", ["return w * h"]),
    "whole": ("return w * h", "stop", ["return w * h"]),
}


@every_format
@pytest.mark.parametrize("case", OFFERED)
@pytest.mark.parametrize("ask", [completions, inline_completions])
def test_only_answers_are_offered(
    tmp_path: Path, type_: str, case: str, ask: Callable[[Desk], Any]
) -> None:
    """By either request for completions."""
    text, word, offered = OFFERED[case]
    with Upstream(said(type_, text, word)) as upstream:
        configure(type_, upstream)

        async def scene(at: Desk) -> None:
            assert await ask(at) == offered

        play(scene, CODE, tmp_path)
        assert upstream.requests


@every_format
def test_a_model_is_held_once_it_has_thought_aloud(tmp_path: Path, type_: str) -> None:
    """Its next thoughts are none, though their end is missing and they read plainly."""
    first = said(type_, (*PLAIN_THOUGHTS, "return w * h"))
    then = said(type_, PLAIN_THOUGHTS[:1], "length")
    with in_turn(first, then) as upstream:
        configure(type_, upstream)

        async def scene(at: Desk) -> None:
            assert await completions(at) == ["return w * h"]
            at.client.edit(at.uri, (0, 0, "# a\n"))
            result = await at.client.complete(at.uri, CURSOR + 4)
            assert result["items"] == []

        play(scene, CODE, tmp_path)
        asked = [each for each in upstream.requests if not each.path.endswith("/show")]
        assert len(asked) == 2


@every_format
@pytest.mark.parametrize("thoughts", [THOUGHTS, PLAIN_THOUGHTS])
def test_thoughts_leave_a_chat_again(
    tmp_path: Path, type_: str, thoughts: tuple[str, ...]
) -> None:
    """A model known to mark its reasoning streams, and then thinks aloud."""
    plain = said(type_, "Since.")
    aloud = said(type_, (*thoughts, "Because."), gap=0.1)
    with in_turn(plain, aloud) as upstream:
        configure(type_, upstream, "[chat]", "stream = true")

        async def scene(at: Desk) -> None:
            await type_at_end(at, "why?>")
            await at.becomes("a\n\nwhy?\n\n> Since.\n")
            await type_at_end(at, "\nhow?>")
            await at.becomes("a\n\nwhy?\n\n> Since.\n\nhow?\n\n> Because.\n")

        play(scene, "a\n\n", tmp_path, name="notes.md", language="markdown")


@every_format
def test_thoughts_that_somebody_has_changed_stay(tmp_path: Path, type_: str) -> None:
    """What was typed among them is nobody's to remove; the answer follows it."""
    plain = said(type_, "Since.")
    aloud = said(
        type_, ("Thus far.\n\nSo it", " is.\n</th", "ink>\n\nBecause."), gap=1.0
    )
    with in_turn(plain, aloud) as upstream:
        configure(type_, upstream, "[chat]", "stream = true")

        async def scene(at: Desk) -> None:
            await type_at_end(at, "why?>")
            await at.becomes("a\n\nwhy?\n\n> Since.\n")
            await type_at_end(at, "\nhow?>")
            await at.becomes("a\n\nwhy?\n\n> Since.\n\nhow?\n\n> Thus far.\n")
            place = at.text.index("Thus") + len("Thus")
            at.client.edit(at.uri, (place, place, ", I say,"))
            await at.becomes(
                "a\n\nwhy?\n\n> Since.\n\nhow?\n\n> Thus, I say, far.\n>\n> Because.\n"
            )

        play(scene, "a\n\n", tmp_path, name="notes.md", language="markdown")


@every_format
@pytest.mark.parametrize("word", ["abort", "tool_calls", "length"])
def test_what_is_no_answer_does_not_get_into_a_chat(
    tmp_path: Path, type_: str, word: str
) -> None:
    """The question stays as it was typed, and its user is told."""
    text = THOUGHTS[:2] if word == "length" else "half of"
    with Upstream(said(type_, text, word)) as upstream:
        configure(type_, upstream)

        async def scene(at: Desk) -> None:
            await type_at_end(at, "why?>")
            assert "Hexai: chat" in await at.told()
            assert at.text == "a\n\nwhy?>"

        play(scene, "a\n\n", tmp_path, name="notes.md", language="markdown")


@every_format
@pytest.mark.parametrize("word", ["abort", "tool_calls", "length"])
def test_what_is_no_answer_does_not_replace_an_inline_prompt(
    tmp_path: Path, type_: str, word: str
) -> None:
    """The tag stays, and its user is told."""
    text = THOUGHTS[:2] if word == "length" else "half of"
    with Upstream(said(type_, text, word)) as upstream:
        configure(type_, upstream)

        async def scene(at: Desk) -> None:
            await type_at_end(at, ">!double it>")
            assert "Hexai" in await at.told()
            assert at.text == "a = 1\n>!double it>"

        play(scene, "a = 1\n", tmp_path)


@every_format
@pytest.mark.parametrize("case", OFFERED)
def test_only_answers_replace_a_selection(
    tmp_path: Path, type_: str, case: str
) -> None:
    """By a code action."""
    text, word, offered = OFFERED[case]
    with Upstream(said(type_, text, word)) as upstream:
        configure(type_, upstream)

        async def scene(at: Desk) -> None:
            await at.choose("simplify and improve", 0, len(at.text))
            if offered:
                await at.becomes("return w * h\n")
            else:
                assert await at.told()
                assert at.text == CODE

        play(scene, CODE, tmp_path)
