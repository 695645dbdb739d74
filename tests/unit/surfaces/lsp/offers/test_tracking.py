"""What is recorded of suggestions, under a virtual clock."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from hexai.domain.outcome import Outcome, Status
from hexai.domain.record import Choice, Chosen, Fact, Method, Shown, Survived
from hexai.surfaces.lsp.clients import Client
from hexai.surfaces.lsp.documents import Document
from hexai.surfaces.lsp.offers.offer import Credit, Offer, Suggestion
from hexai.surfaces.lsp.offers.tracking import Watching
from hexai.text.lines import Lines, Position, Replacement, Span, compare, walk
from tests.support.clock import run_virtually

TEXT = "def f(a):\n    ret\nother\n"
AT = Position(1, 7)


class Desk:
    """A document, an editor that changes it, and what is recorded."""

    def __init__(self, uri: str, *, runs_commands: bool) -> None:
        self.uri = uri
        self.lines = Lines.of(TEXT)
        self.facts: list[Fact] = []
        self.ahead = 0.0
        self._loop = asyncio.get_running_loop()
        client = Client(name="desk", runs_commands=runs_commands)
        self.watching = Watching(client, self.facts.append, now=self._now)

    def _now(self) -> float:
        return 1_000_000.0 + self._loop.time() + self.ahead

    def offer(
        self,
        *texts: str,
        run: str = "run",
        typed: str = "",
        inline: bool = False,
        anchor: Position = AT,
    ) -> Offer:
        """Let a list go out at the cursor, with those that go on as was typed."""
        offer = Offer(
            run_id=run,
            document=self._document(),
            anchor=anchor,
            position=walk(anchor, typed),
            suggestions=tuple(
                Suggestion(text=text, credits=(_credit(index),))
                for index, text in enumerate(texts)
                if text.startswith(typed)
            ),
        )
        self.watching.offered(offer, inline=inline)
        return offer

    async def type(self, text: str, *texts: str, every: float = 0.2) -> None:
        """Type, and let the editor ask again at each key."""
        for size in range(1, len(text) + 1):
            self.put(text[size - 1], walk(AT, text[: size - 1]))
            self.offer(*texts, typed=text[:size])
            await asyncio.sleep(every)

    def shown(self) -> list[tuple[tuple[int, ...], ...]]:
        """Give what was recorded as shown, of which the last says most."""
        return [each.items for each in self.facts if isinstance(each, Shown)]

    def put(self, text: str, start: Position = AT, end: Position | None = None) -> None:
        """Replace a range in one change."""
        span = Span(start, end or start)
        after = self.lines.change([Replacement(span=span, text=text)]).after
        change = compare(self.lines, after)
        self.lines = after
        self.watching.changed(self._document(), change)

    def _document(self) -> Document:
        return Document(
            uri=self.uri,
            language="python",
            version=1,
            lines=self.lines,
            changed_at=0.0,
        )

    def chosen(self) -> list[tuple[Choice, Method, tuple[int, ...], int]]:
        """Give the choices that are settled."""
        return [
            (each.choice, each.method, each.indexes, each.characters)
            for each in self.choices()
            if each.settles_at is None
        ]

    def choices(self, run: str = "run") -> list[Chosen]:
        """Give all choices recorded of a run, of which the last counts."""
        found = (each for each in self.facts if isinstance(each, Chosen))
        return [each for each in found if each.run_id == run]

    def survived(self) -> list[tuple[int, float | None]]:
        """Give the samples recorded."""
        found = [each for each in self.facts if isinstance(each, Survived)]
        return [(each.after, each.share) for each in found]


def _credit(index: int) -> Credit:
    outcome = Outcome(
        index=index, label="m", status=Status.ANSWERED, provider="p", model="m"
    )
    return Credit(label="m", outcome=outcome)


Play = Callable[[Desk], Awaitable[None]]


def desk(play: Play, *, uri: str = "untitled:a", runs_commands: bool = False) -> Desk:
    """Play a scene at a desk."""

    async def main() -> Desk:
        made = Desk(uri, runs_commands=runs_commands)
        await play(made)
        return made

    return run_virtually(main())


def test_what_is_taken_is_recorded_with_what_was_shown_and_what_is_left() -> None:
    """At 30 s, 2, 5 and 10 minutes, whatever else is edited."""

    async def play(at: Desk) -> None:
        at.offer("urn first(a)", "urn 0")
        await asyncio.sleep(1)
        at.put("urn first(a)")
        await asyncio.sleep(60)
        at.put("# above\n", Position(0, 0))
        at.put("", Position(2, 7), Position(2, 13))
        await asyncio.sleep(600)

    made = desk(play)

    assert [each.items for each in made.facts if isinstance(each, Shown)] == [
        ((0,), (1,))
    ]
    assert made.chosen() == [(Choice.TAKEN, Method.INFERRED, (0,), 12)]
    assert made.survived() == [(30, 1.0), (120, 0.5), (300, 0.5), (600, 0.5)]


def test_the_command_is_believed() -> None:
    """Also where the editor has put in something else, until it was mended."""

    async def play(at: Desk) -> None:
        offer = at.offer("urn first(a)")
        await asyncio.sleep(1)
        at.put("urn  first(a)")
        at.watching.taken(offer, 0)
        at.put("", Position(1, 11), Position(1, 12))
        await asyncio.sleep(40)

    made = desk(play, runs_commands=True)

    assert made.chosen()[-1:] == [(Choice.TAKEN, Method.COMMAND, (0,), 12)]
    assert made.survived() == [(30, 1.0)]


def test_a_cut_tail_makes_it_a_part() -> None:
    """If it is the next edit, within half a minute."""

    async def play(at: Desk) -> None:
        at.offer("urn first(a)\n    rest")
        await asyncio.sleep(1)
        at.put("urn first(a)\n    rest")
        await asyncio.sleep(5)
        at.put("", Position(1, 19), Position(2, 8))
        await asyncio.sleep(30)

    made = desk(play)

    assert made.chosen() == [
        (Choice.TAKEN, Method.INFERRED, (0,), 21),
        (Choice.PARTLY, Method.INFERRED, (0,), 12),
    ]


def test_a_tail_that_is_cut_at_once_makes_it_a_part() -> None:
    """Within the same moment, and before the command of what was taken comes."""

    async def play(at: Desk) -> None:
        offer = at.offer("urn first(a)\n    rest")
        await asyncio.sleep(1)
        at.put("urn first(a)\n    rest")
        at.put("", Position(1, 19), Position(2, 8))
        at.watching.taken(offer, 0)

    made = desk(play, runs_commands=True)

    assert made.chosen() == [
        (Choice.TAKEN, Method.INFERRED, (0,), 21),
        (Choice.PARTLY, Method.INFERRED, (0,), 12),
    ]
    *_, first, second = [each.at for each in made.facts if isinstance(each, Chosen)]
    assert second - first >= 0.001


def test_looked_at_and_left_is_none_and_unseen_is_nothing() -> None:
    """Another list, a closed document, half a minute; but not what was never seen."""

    async def play(at: Desk) -> None:
        at.offer("urn 1", run="a")
        await asyncio.sleep(1)
        at.offer("urn 2", run="b")
        await asyncio.sleep(0.2)
        at.offer("urn 3", run="c")
        await asyncio.sleep(31)
        at.offer("urn 4", run="d")
        await asyncio.sleep(1)
        at.watching.closed(at.uri)

    made = desk(play)

    assert [
        (each.run_id, each.choice)
        for each in made.facts
        if isinstance(each, Chosen) and each.settles_at is None
    ] == [
        ("a", Choice.NONE),
        ("c", Choice.NONE),
        ("d", Choice.NONE),
    ]


@pytest.mark.parametrize("how", ["close", "sleep", "branch", "shutdown"])
def test_what_nobody_can_know_is_censored(how: str, tmp_path: Path) -> None:
    """A closed file, a machine that slept, another branch, and the server's end."""
    (tmp_path / ".git").mkdir()
    head = tmp_path / ".git" / "HEAD"
    head.write_text("ref: refs/heads/main\n")

    async def play(at: Desk) -> None:
        at.offer("urn first(a)")
        await asyncio.sleep(1)
        at.put("urn first(a)")
        await asyncio.sleep(60)
        match how:
            case "close":
                at.watching.closed(at.uri)
            case "sleep":
                at.ahead = 6.0
            case "branch":
                head.write_text("ref: refs/heads/other\n")
            case _:
                at.watching.shutdown()
        await asyncio.sleep(600)

    made = desk(play, uri=(tmp_path / "a.py").as_uri())

    assert made.survived() == [(30, 1.0), (120, None), (300, None), (600, None)]


def test_a_choice_is_not_undone_by_what_is_left_of_the_offer() -> None:
    """The rest of a suggestion is offered again, and the user leaves it."""

    async def play(at: Desk) -> None:
        at.offer("urn first(a)", "urn")
        await asyncio.sleep(1)
        at.put("urn")
        await asyncio.sleep(1)
        at.offer("urn first(a)")
        await asyncio.sleep(31)

    made = desk(play)

    assert made.chosen() == [(Choice.TAKEN, Method.INFERRED, (1,), 3)]


def test_who_types_on_before_the_command_has_taken_it_all_the_same() -> None:
    """Some editors that run commands leave some out, or run them late."""

    async def play(at: Desk) -> None:
        offer = at.offer("urn first(a)")
        await asyncio.sleep(1)
        at.put("urn first(a)")
        await asyncio.sleep(1)
        at.put("", Position(1, 16), Position(1, 19))
        await asyncio.sleep(40)
        at.watching.taken(offer, 0)

    made = desk(play, runs_commands=True)

    assert made.chosen()[:2] == [
        (Choice.TAKEN, Method.INFERRED, (0,), 12),
        (Choice.PARTLY, Method.INFERRED, (0,), 9),
    ]
    assert made.survived()[0] == (30, 0.75)


def test_a_command_after_the_fact_changes_how_it_is_known_and_nothing_else() -> None:
    """What is left of the text is still followed."""

    async def play(at: Desk) -> None:
        offer = at.offer("urn first(a)")
        await asyncio.sleep(1)
        at.put("urn first(a)")
        at.watching.taken(offer, 0)
        await asyncio.sleep(601)

    made = desk(play)

    assert made.chosen() == [
        (Choice.TAKEN, Method.INFERRED, (0,), 12),
        (Choice.TAKEN, Method.COMMAND, (0,), 12),
    ]
    assert made.survived() == [(30, 1.0), (120, 1.0), (300, 1.0), (600, 1.0)]


def test_a_list_was_shown_when_it_went_out() -> None:
    """Not when it was decided, as lists of several servers are joined by that."""

    async def play(at: Desk) -> None:
        at.offer("urn 1")
        await asyncio.sleep(40)

    made = desk(play)

    [shown] = [each for each in made.facts if isinstance(each, Shown)]
    [so_far, chosen] = made.choices()
    assert so_far.at - shown.at == pytest.approx(0.5)
    assert chosen.at - shown.at == pytest.approx(30)


ROWS = "alpha beta gamma", "other beta gamma"


@pytest.mark.parametrize("every", [0.1, 0.7])
@pytest.mark.parametrize("command", [True, False])
def test_who_was_seen_before_letters_were_typed_was_shown(
    command: bool, every: float
) -> None:
    """Row 1 loses no loser, whoever asks again at each key, and however it is taken."""

    async def play(at: Desk) -> None:
        at.offer(*ROWS)
        await asyncio.sleep(0.7)
        await at.type("alpha ", *ROWS, every=every)
        narrowed = at.offer(*ROWS, typed="alpha ")
        at.put("beta gamma", walk(AT, "alpha "))
        if command:
            at.watching.taken(narrowed, 0)
        at.watching.shutdown()

    made = desk(play, runs_commands=command)

    method = Method.COMMAND if command else Method.INFERRED
    assert made.shown() == [((0,), (1,))]
    assert made.chosen()[-1] == (Choice.TAKEN, method, (0,), 10)
    assert next(each.at for each in made.facts if isinstance(each, Shown)) == (
        pytest.approx(1_000_000.0)
    )


def test_typing_along_loses_no_loser_either() -> None:
    """What was typed counts from the first list on, and is told as it stands."""

    async def play(at: Desk) -> None:
        at.offer(*ROWS)
        await asyncio.sleep(0.7)
        await at.type("alpha beta", *ROWS)
        at.put("# above\n", Position(0, 0))

    made = desk(play)

    assert made.shown() == [((0,), (1,))]
    assert made.chosen()[-1] == (Choice.TYPED, Method.TYPED, (0,), 10)


def test_what_two_rows_share_says_nothing_between_them() -> None:
    """Until what is typed tells them apart."""
    rows = "alpha beta", "alpha gamma", "other"

    async def shared(at: Desk) -> None:
        at.offer(*rows)
        await asyncio.sleep(0.7)
        await at.type("alpha", *rows)
        await asyncio.sleep(11)

    async def apart(at: Desk) -> None:
        at.offer(*rows)
        await asyncio.sleep(0.7)
        await at.type("alpha g", *rows)
        await asyncio.sleep(11)

    assert desk(shared).chosen()[-1] == (Choice.TYPED, Method.TYPED, (0, 1), 5)
    assert desk(apart).chosen()[-1] == (Choice.TYPED, Method.TYPED, (1,), 7)


def test_nobody_types_along_what_was_never_seen() -> None:
    """A row that joins with the last key is no choice, and no loss to the others."""

    async def play(at: Desk) -> None:
        at.offer("other")
        await asyncio.sleep(0.7)
        await at.type("alpha", "other")
        at.offer("other", "alpha", typed="alph")
        at.put("a", walk(AT, "alph"))
        at.put("# above\n", Position(0, 0))

    assert desk(play).chosen() == [(Choice.NONE, Method.INFERRED, (), 0)]


def test_rows_that_join_later_join_those_that_were_shown() -> None:
    """Where they stood, and as soon as their list was before the user's eyes."""

    async def play(at: Desk) -> None:
        at.offer("one")
        await asyncio.sleep(0.7)
        at.offer("one", "two")
        await asyncio.sleep(0.3)
        at.offer("one", "two", "three")
        await asyncio.sleep(0.7)

    assert desk(play).shown() == [((0,),), ((0,), (1,), (2,))]


def test_it_is_recorded_when_it_becomes_true() -> None:
    """So that an editor that kills its server loses no more nones than takings."""

    async def play(at: Desk) -> None:
        at.offer("urn 0", "urn 1")
        await asyncio.sleep(0.6)

    made = desk(play)

    assert made.shown() == [((0,), (1,))]
    [so_far] = made.choices()
    assert so_far.choice is Choice.NONE
    assert so_far.settles_at == pytest.approx(so_far.at + 60)


def test_what_may_still_change_settles_no_sooner() -> None:
    """Somebody who asks again and again has not left the list yet."""

    async def play(at: Desk) -> None:
        for _ in range(6):
            at.offer("urn 0", "urn 1")
            await asyncio.sleep(25)
            told = [each.settles_at for each in at.choices()]
            assert told[-1] is not None
            assert told[-1] >= at.watching._now() + 5

    made = desk(play)

    assert len(made.choices()) <= 4


def test_what_was_taken_is_not_taken_back_while_its_rest_is_typed() -> None:
    """Until the rest is typed for good, what was taken from the run stands."""

    async def play(at: Desk) -> None:
        at.offer("urn first(a)", "urn")
        await asyncio.sleep(1)
        at.put("urn")
        await asyncio.sleep(1)
        at.offer("urn first(a)")
        await asyncio.sleep(1)
        at.put(" first", walk(AT, "urn"))
        await asyncio.sleep(1)
        at.put("", walk(AT, "urn"), walk(AT, "urn first"))
        await asyncio.sleep(40)

    assert desk(play).choices()[-1].indexes == (1,)


@pytest.mark.parametrize("command", [True, False])
def test_a_list_that_nobody_asked_for_is_no_none(command: bool) -> None:
    """Editors ask again by themselves behind what was taken."""

    async def play(at: Desk) -> None:
        offer = at.offer("urn first(a)")
        await asyncio.sleep(0.7)
        at.put("urn first(a)")
        if command:
            at.watching.taken(offer, 0)
        at.offer("\nmore", "\nother", run="next", anchor=walk(AT, "urn first(a)"))
        await asyncio.sleep(40)

    made = desk(play, runs_commands=command)

    runs = {each.run_id for each in made.facts if isinstance(each, Chosen)}
    assert runs == {"run"}


def test_what_goes_in_by_halves_before_its_command_is_taken() -> None:
    """As coc.nvim does where its ghost text and its popup stand at one place."""
    text = "urn f()\n    done\n    more"

    async def play(at: Desk) -> None:
        at.offer(text, inline=True)
        offer = at.offer(text)
        await asyncio.sleep(0.7)
        at.put("urn f()")
        at.put("\n    done\n    more", walk(AT, "urn f()"))
        at.watching.taken(offer, 0)

    made = desk(play, runs_commands=True)

    assert made.chosen()[-1] == (Choice.TAKEN, Method.COMMAND, (0,), len(text))


def test_lines_that_an_editor_indents_its_own_way_are_taken() -> None:
    """It is the suggestion all the same; but only where the rest is as offered."""
    text = "urn f(\n    1,\n)"

    async def play(at: Desk) -> None:
        at.offer(text)
        await asyncio.sleep(0.7)
        at.put("urn f(\n            1,\n        )")

    assert desk(play).chosen()[-1] == (Choice.TAKEN, Method.INFERRED, (0,), len(text))


@pytest.mark.parametrize("command", [True, False])
def test_it_is_known_how_long_ago_was_taken_what_stands_before_the_cursor(
    command: bool,
) -> None:
    """Before the command comes as well; and not once something else was typed."""
    end = walk(AT, "urn first(a)")

    async def play(at: Desk) -> None:
        def before(position: Position) -> float | None:
            return at.watching.taken_before(at._document(), position)

        offer = at.offer("urn first(a)")
        await asyncio.sleep(1)
        assert before(AT) is None
        at.put("urn first(a)")
        assert before(end) == 0.0
        if command:
            at.watching.taken(offer, 0)
        await asyncio.sleep(0.4)
        assert before(end) == pytest.approx(0.4)
        assert before(AT) is None
        at.put(" ", end)
        assert before(end) is None or before(walk(end, " ")) is None

    desk(play, runs_commands=command)
