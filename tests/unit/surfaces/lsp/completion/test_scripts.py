"""Random scripts of typing and asking: what holds whatever happens, in any order."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Literal

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct

from hexai.domain.outcome import Status
from hexai.domain.provider import Finished, TextDelta
from hexai.errors import Overloaded
from hexai.surfaces.lsp.clients import Client
from hexai.surfaces.lsp.completion.editor_request import Route, Trigger
from hexai.surfaces.lsp.offers.offer import Offer
from hexai.text.lines import Position, Span, with_newlines
from tests.support.editing import (
    AGAIN,
    INVOKED,
    Answered,
    Desk,
    RaceRun,
    after_character,
    at_desk,
)
from tests.support.scripted import Act, Scripted

CLIENTS = (
    Client(name="plain"),
    Client(name="neovim", automatic_deadline=0.3, empty_incomplete="automatic"),
    Client(name="vscode", completion_from_memory=True),
)
ANSWERS = ("abc", "ab", "a(b)\n  c", "(a)", "b\n", "a\u2028é", "()", "abcab")
TYPED = ("a", "b", "ab", "(", "()", ")", "\n  ", "\r\n", "c", "é", "\u2028", " ")
TEXTS = ("|", "x = |\n", "x|\ny\n", "f|)\r\nb\r\n", "\n\n|a\n")


class Step(Struct, frozen=True):
    """One thing that happens at the editor."""

    act: Literal["type", "delete", "elsewhere", "move", "ask", "cancel", "pause"]
    text: str = ""
    trigger: Trigger = INVOKED
    route: Route = "list"
    seconds: float = 0.0


STEPS = st.one_of(
    st.builds(Step, st.just("type"), text=st.sampled_from(TYPED)),
    st.builds(Step, st.sampled_from(["delete", "elsewhere", "move", "cancel"])),
    st.builds(
        Step,
        st.just("ask"),
        trigger=st.sampled_from([INVOKED, AGAIN, after_character("_")]),
        route=st.sampled_from(["list", "inline"]),
    ),
    st.builds(
        Step,
        st.just("pause"),
        seconds=st.sampled_from([0.0, 0.05, 0.15, 0.3, 1.0, 3.0]),
    ),
)


@st.composite
def models(draw: st.DrawFn) -> Scripted:
    """Draw a model that answers in pieces, fails, or never ends."""
    text = draw(st.sampled_from(ANSWERS))
    cut = draw(st.integers(0, len(text)))
    delays = st.sampled_from([0.0, 0.1, 0.25, 1.0, 3.0])
    steps: list[tuple[float, Act]] = [(0.0, "connected")]
    pieces = [piece for piece in (text[:cut], text[cut:]) if piece]
    steps += [(draw(delays), TextDelta(piece)) for piece in pieces]
    end: Act = draw(st.sampled_from([Finished(), Finished(), Overloaded("no"), "hang"]))
    return Scripted([*steps, (draw(delays), end)])


class Watch:
    """Plays a script and keeps an eye on everything."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.requests: list[asyncio.Task[Answered]] = []
        self.checks: list[Callable[[], None]] = []

    async def play(self, script: list[Step]) -> None:
        """Play a script to its end, and let all that was asked for end too."""
        for step in script:
            await self._do(step)
            await self._rest()
            self._check_streams()
        self.desk.completer.shutdown()
        await self._rest()
        for check in self.checks:
            check()
        assert all(request.done() for request in self.requests)
        assert not self.desk.open_streams

    async def _rest(self) -> None:
        """Let everything happen that needs no time."""
        for _ in range(40):
            await self.desk.pause()

    async def _do(self, step: Step) -> None:
        desk = self.desk
        match step.act:
            case "type":
                desk.type(step.text)
            case "delete":
                desk.delete(min(1, desk.cursor.character))
            case "elsewhere":
                end = desk.document.lines.end
                desk.replace(Span(end, end), "!")
            case "move":
                last = len(desk.document.lines) - 1
                desk.cursor = Position(last, 0)
            case "ask":
                self._ask(step)
            case "cancel" if self.requests:
                self.requests[-1].cancel()
            case "pause":
                await desk.pause(step.seconds)
            case _:
                pass

    def _ask(self, step: Step) -> None:
        request = self.desk.ask(step.trigger, step.route)
        asked_at = self.desk.now
        self.requests.append(request)

        def answered(task: asyncio.Task[Answered]) -> None:
            """Remember what the text was as the list went out."""
            if not task.cancelled():
                text = self.desk.document.lines.text
                waited = self.desk.now - asked_at
                offer = task.result().offer
                check = partial(self._check, offer, step, waited=waited, text=text)
                self.checks.append(check)

        request.add_done_callback(answered)

    def _check(self, offer: Offer, step: Step, *, waited: float, text: str) -> None:
        client = self.desk.editor.client
        automatic = step.route == "list" and step.trigger.is_automatic
        longest = 4.0 if step.route == "inline" else 1.5
        if automatic:
            longest = min(longest, client.automatic_deadline)
        assert waited <= longest + 1e-3
        assert bool(offer.suggestions) or not offer.incomplete or offer.forced
        assert not offer.forced or (
            client.empty_incomplete == "automatic" and automatic
        )
        before = offer.lines.slice(Span(Position(0, 0), offer.anchor))
        after = offer.lines.slice(Span(offer.position, offer.lines.end))
        typed = _inserted(text, before, after)
        for suggestion in offer.suggestions:
            assert suggestion.text.startswith(with_newlines(offer.typed))
            if typed is not None and not _has_pair(typed):
                assert suggestion.text.startswith(typed)
                assert len(suggestion.text) > len(typed)

    def _check_streams(self) -> None:
        """Only the newest race of the document has open streams."""
        newest = self.desk.asker.runs[-1:]
        for run in self.desk.asker.runs:
            if run not in newest:
                assert len(run.race.outcomes) == len(run.contenders)

    def check_calls(self) -> None:
        """Nobody was asked for what an earlier answer could tell."""
        runs = self.desk.asker.runs
        for number, run in enumerate(runs):
            for earlier in runs[:number]:
                assert not any(_tells(text, earlier, run) for text in _said(earlier))


def _inserted(text: str, before: str, after: str) -> str | None:
    """Give what stands between two texts; None if they are not there."""
    if len(text) < len(before) + len(after):
        return None
    if not text.startswith(before) or not text.endswith(after):
        return None
    return with_newlines(text[len(before) : len(text) - len(after)])


def _said(run: RaceRun) -> list[str]:
    return [
        outcome.text
        for outcome in run.race.outcomes
        if outcome.status is Status.ANSWERED and outcome.text.strip()
    ]


def _tells(text: str, earlier: RaceRun, run: RaceRun) -> bool:
    """Tell whether an answer, had it come in time, goes on where `run` was asked."""
    if run.suffix != earlier.suffix or not run.prompt.startswith(earlier.prompt):
        return False
    assert earlier.left_at is not None
    assert run.began_at is not None
    typed = with_newlines(run.prompt[len(earlier.prompt) :])
    return (
        earlier.left_at < run.began_at
        and text.startswith(typed)
        and len(text) > len(typed)
    )


def _has_pair(text: str) -> bool:
    """Tell whether an editor could have added the end of a text."""
    return any(pair in text for pair in ("()", "(", ")"))


@settings(max_examples=300)
@given(
    script=st.lists(STEPS, max_size=25),
    racers=st.lists(models(), min_size=1, max_size=3),
    text=st.sampled_from(TEXTS),
    client=st.sampled_from(CLIENTS),
)
def test_whatever_happens(
    script: list[Step], racers: list[Scripted], text: str, client: Client
) -> None:
    """Every request is answered in time with what goes on as typed; nothing leaks."""

    async def scene(desk: Desk) -> None:
        watch = Watch(desk)
        await watch.play(script)
        watch.check_calls()

    at_desk(scene, text, *racers, client=client)
