"""Where a completion may start, and where Hexai itself answers."""

import asyncio
from collections.abc import Callable
from math import inf

import pytest
from msgspec.structs import replace

from hexai.config.schema import Chat, Completion, Settings, Triggers
from hexai.engine.settle import Policy
from hexai.surfaces.lsp.clients import Client
from hexai.surfaces.lsp.completion.editor_request import (
    Arrival,
    Route,
    Trigger,
    TriggerKind,
    Waiter,
    is_prompt,
    may_start,
    nothing,
    patience,
)
from hexai.surfaces.lsp.documents import Document
from hexai.text.lines import Lines, Position
from tests.support.clock import run_virtually

INVOKED = TriggerKind.INVOKED
CHARACTER = TriggerKind.CHARACTER
INCOMPLETE = TriggerKind.INCOMPLETE
DEFAULTS = Settings()


def document(text: str, language: str = "python", name: str = "a") -> Document:
    """Make a document."""
    return Document(
        uri=f"file:///{name}",
        language=language,
        version=1,
        lines=Lines.of(text),
        changed_at=0,
    )


def arrival(
    text: str,
    kind: TriggerKind | None,
    character: str = "",
    route: Route = "list",
) -> Arrival:
    """Make a request at the `|` of a text below another line."""
    before, _, after = f"import os\n{text}".partition("|")
    return Arrival(
        document=document(before + after),
        position=Lines.of(before).end,
        trigger=Trigger(kind, character),
        route=route,
        at=0.0,
    )


@pytest.mark.parametrize("text", ["", "\n\n", "  \n\t"])
def test_nobody_is_asked_about_a_blank_document(text: str) -> None:
    """Not even by hand: there is nothing to go on with."""
    blank = replace(arrival("|", INVOKED), document=document(text))

    assert not may_start(blank, DEFAULTS)


@pytest.mark.parametrize("character", DEFAULTS.triggers.trigger_characters)
def test_every_trigger_character_passes_both_gates(character: str) -> None:
    """`{` too, and a blank on an empty line."""
    assert may_start(arrival(f"{character}|", CHARACTER, character), DEFAULTS)


@pytest.mark.parametrize(
    ("text", "kind", "character", "expected"),
    [
        ("foo|", INVOKED, "", True),
        ("|", INVOKED, "", True),
        ("foo;|", CHARACTER, ";", False),
        ("foo|", CHARACTER, "", False),
        ("foo|", INCOMPLETE, "", True),
        ("|", INCOMPLETE, "", True),
        ("foo.|", None, "", True),
        ("foo|", None, "", True),
        ("foo;|", None, "", True),
        ("|", None, "", True),
    ],
)
def test_triggers(
    text: str, kind: TriggerKind | None, character: str, expected: bool
) -> None:
    """By hand, unsaid or again always; a character only if it is configured."""
    assert may_start(arrival(text, kind, character), DEFAULTS) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ab|", False),
        ("abc|", True),
        ("größe|", True),
        ("abc  |", True),
        ("a;b|", False),
    ],
)
def test_a_prefix_can_be_demanded_of_requests_by_hand(
    text: str, expected: bool
) -> None:
    """Letters of any script count, over blanks to the left."""
    completion = Completion(manual_invoke_min_prefix=3)
    settings = replace(
        DEFAULTS, completion=completion, triggers=Triggers(trigger_characters=(".",))
    )

    assert may_start(arrival(text, INVOKED), settings) is expected


def test_a_trigger_that_is_no_word_needs_one_before_it() -> None:
    """The character left of the cursor may be another than the trigger."""
    settings = replace(DEFAULTS, triggers=Triggers(trigger_characters=(".",)))

    assert may_start(arrival("a  |", CHARACTER, "."), settings)
    assert not may_start(arrival("  |", CHARACTER, "."), settings)


def test_an_inline_request_always_passes() -> None:
    """The editor decides when it shows ghost text, on empty lines as well."""
    assert may_start(arrival("|", None, route="inline"), DEFAULTS)


@pytest.mark.parametrize(
    ("text", "line", "expected"),
    [
        ("what is it?>", 0, True),
        ("why;>  ", 0, True),
        ("> what is it?>", 0, False),
        ("x >!do it>", 0, True),
        (">>!do it>", 0, True),
        (">>!", 0, True),
        ("x\n  >>!>", 0, True),
        (">!>", 0, True),
        ("/help>", 0, True),
        ("x = a > b", 0, False),
        ("x\nwhat?>", 0, False),
        ("Map<K, int?>", 0, False),
    ],
)
def test_lines_that_are_prompts(text: str, line: int, expected: bool) -> None:
    """Questions, tags, opened tags (on the next line too) and commands."""
    made = document(text)
    assert is_prompt(made, Position(line, 0), DEFAULTS) is expected


def test_code_that_looks_like_a_tag_is_code() -> None:
    """What parses is completed; the same in a comment is a prompt."""
    code = document("int f() { if (a>!b && c>d) return 1; }\n", "c")
    comment = document("// a>!b and c>\nint x;\n", "c")

    assert not is_prompt(code, Position(0, 20), DEFAULTS)
    assert is_prompt(comment, Position(0, 5), DEFAULTS)


def test_a_language_that_is_not_told_is_that_of_the_name() -> None:
    """Some editors tell none, or call everything plain text."""
    for told in ("", "plaintext"):
        tag = document("$x = foo() ?>\n", told, "a.php")
        condition = document("if (a>!b && c>d)\n  f();\n", told, "a.c")

        assert not is_prompt(tag, Position(0, 5), DEFAULTS)
        assert not is_prompt(condition, Position(0, 5), DEFAULTS)


def test_what_is_a_prompt_is_configured() -> None:
    """By language, and off altogether."""
    question = document("<?php what ?>", "php")
    off = replace(DEFAULTS, chat=Chat(chat_suffix=""))
    start = Position(0, 0)

    assert not is_prompt(question, start, DEFAULTS)
    assert not is_prompt(document("what?>"), start, off)


PLAIN = Client(name="plain")
NEOVIM = Client(name="neovim", automatic_deadline=0.3)


def arrival_waiter(
    kind: TriggerKind | None = INVOKED, route: Route = "list", at: float = 0.0
) -> Arrival:
    """Make a request."""
    document = Document(
        uri="u", language="", version=1, lines=Lines.of("a"), changed_at=0.0
    )
    return Arrival(
        document=document,
        position=Position(0, 1),
        trigger=Trigger(kind),
        route=route,
        at=at,
    )


def test_inline_completion_by_hand_waits_in_full() -> None:
    """The editor never asks again there, so nobody is left out for being second."""
    by_hand = patience(Completion(), PLAIN, arrival_waiter(route="inline"))
    assert by_hand == Policy(gather=inf, deadline=4.0)
    by_itself = patience(
        Completion(), PLAIN, arrival_waiter(TriggerKind.CHARACTER, route="inline")
    )
    assert by_itself == Policy(gather=0.2, deadline=4.0)


@pytest.mark.parametrize(
    ("completion", "expected"),
    [
        (Completion(), Policy(gather=0.2, deadline=1.5)),
        (Completion(wait="first"), Policy(gather=0.0, deadline=1.5)),
        (Completion(wait="all"), Policy(gather=inf, deadline=4.0)),
        (Completion(blind=True), Policy(gather=inf, deadline=1.5)),
        (Completion(wait="first", blind=True), Policy(gather=inf, deadline=1.5)),
        (Completion(wait="all", blind=True), Policy(gather=inf, deadline=4.0)),
    ],
)
def test_three_ways_of_waiting(completion: Completion, expected: Policy) -> None:
    """Blind, the first answer never makes the others late."""
    assert patience(completion, PLAIN, arrival_waiter()) == expected


@pytest.mark.parametrize(
    ("kind", "deadline"),
    [
        (INVOKED, 1.5),
        (None, 1.5),
        (TriggerKind.CHARACTER, 0.3),
        (TriggerKind.INCOMPLETE, 0.3),
    ],
)
def test_an_automatic_request_may_have_less_time(
    kind: TriggerKind | None, deadline: float
) -> None:
    """Where the editor holds back other servers' lists for ours."""
    assert patience(Completion(), NEOVIM, arrival_waiter(kind)).deadline == deadline


def test_inline_completion_holds_nobody_back() -> None:
    """It has the time of those who wait for all, and still gathers."""
    automatic = arrival_waiter(TriggerKind.CHARACTER, route="inline")
    policy = patience(Completion(), NEOVIM, automatic)

    assert policy == Policy(gather=0.2, deadline=4.0)


def waited(
    happens: Callable[[Waiter], None], *, policy: Policy, arrived: float = 0.0
) -> float | None:
    """Give when a waiter's list goes out; None if it does not within a minute."""
    due: list[float] = []

    async def scene() -> None:
        loop = asyncio.get_running_loop()
        waiter = Waiter(
            arrival_waiter(at=arrived), policy, due=lambda _: due.append(loop.time())
        )
        happens(waiter)
        await asyncio.sleep(60)
        waiter.leave()

    run_virtually(scene())
    return due[0] if due else None


def test_gathering_counts_from_the_first_answer() -> None:
    """Also from one that came before the request did."""

    def answered(waiter: Waiter) -> None:
        waiter.consider(first_answer_at=1.0, has_ended=False)

    policy = Policy(gather=0.5, deadline=9.0)
    assert waited(answered, policy=policy) == pytest.approx(1.5)
    assert waited(answered, policy=policy, arrived=1.25) == pytest.approx(1.5)


def test_the_deadline_counts_from_the_arrival() -> None:
    """Not from that of the request that began the race."""

    def nothing_happens(waiter: Waiter) -> None:
        waiter.consider(first_answer_at=None, has_ended=False)

    policy = Policy(deadline=2.0)
    assert waited(nothing_happens, policy=policy, arrived=5.0) == pytest.approx(7.0)
    assert waited(nothing_happens, policy=Policy()) is None


def test_the_last_word_sets_the_clock() -> None:
    """An answer that was contradicted does not count any more."""

    def contradicted(waiter: Waiter) -> None:
        waiter.consider(first_answer_at=0.0, has_ended=False)
        waiter.consider(first_answer_at=None, has_ended=False)

    policy = Policy(gather=0.5, deadline=2.0)
    assert waited(contradicted, policy=policy) == pytest.approx(2.0)


def test_when_all_have_ended_nobody_waits() -> None:
    """The list goes out in the same moment."""

    def ended(waiter: Waiter) -> None:
        waiter.consider(first_answer_at=None, has_ended=True)

    assert waited(ended, policy=Policy(deadline=2.0)) == 0.0


def test_a_request_is_answered_once() -> None:
    """Whoever comes second changes nothing."""

    async def scene() -> bool:
        request = arrival_waiter()
        waiter = Waiter(request, Policy(), due=lambda _: None)
        first, second = nothing(request), nothing(request)
        waiter.answer(first)
        waiter.answer(second)
        waiter.consider(first_answer_at=None, has_ended=True)
        return await waiter.wait() is first

    assert run_virtually(scene())
