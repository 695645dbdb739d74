"""What of a round counts as seen when something of it is taken, or nothing."""

from hexai.domain.entry import Surface
from hexai.domain.record import Shown
from hexai.domain.request import Request
from hexai.service.actions.fitting import Unfit
from hexai.service.question import Question
from hexai.surfaces.tmux.action_plan import Plan
from hexai.surfaces.tmux.rounds import Candidate, Round


class Clock:
    """A clock that a test sets."""

    now = 100.0

    def __call__(self) -> float:
        """Tell the time."""
        return self.now


def _round(clock: Clock) -> Round:
    request = Request(surface=Surface.CODE_ACTION, messages=())
    plan = Plan(
        title="simplify", request=request, frame=None, finish=lambda each: each.text
    )
    asked = Round(plan, Question(request=request, entries=()), clock=clock)
    asked.candidates += [
        Candidate(index=place, name=name, label=name, text=f"{name} = 1\n", since=100.0)
        for place, name in enumerate(("one", "two"))
    ]
    return asked


def _seen(asked: Round, place: int | None = None) -> list[tuple[int, ...]]:
    facts = asked.choice(place, at=0.0)
    return [item for each in facts if isinstance(each, Shown) for item in each.items]


def test_what_the_view_never_showed_was_not_seen() -> None:
    """Nobody refused it."""
    clock = Clock()
    asked = _round(clock)
    asked.note_view((0,))
    clock.now += 10

    assert _seen(asked) == [(0,)]


def test_a_candidate_that_was_stepped_over_was_not_seen() -> None:
    """It has to be there for half a second at a time."""
    clock = Clock()
    asked = _round(clock)
    for places, seconds in (((0,), 3.0), ((1,), 0.2), ((0,), 3.0)):
        asked.note_view(places)
        clock.now += seconds

    assert _seen(asked) == [(0,)]


def test_a_candidate_out_of_sight_was_seen_before() -> None:
    """It still lost to the one that was taken."""
    clock = Clock()
    asked = _round(clock)
    asked.note_view((0,))
    clock.now += 1
    asked.note_view((1,))

    assert _seen(asked, 1) == [(0,), (1,)]


def test_where_there_was_no_text_nothing_can_be_edited() -> None:
    """Nobody has said it, so nobody would be credited with it."""
    clock = Clock()
    asked = _round(clock)
    asked.candidates[1].text = Unfit("the model refused")
    asked.note_view((0, 1))
    clock.now += 1

    assert asked.edit(1, "mine\n") is None
    assert asked.text_at(1) == Unfit("the model refused")
    assert asked.choice(1, at=0.0) == (
        Shown(run_id="", at=0.0, items=((0,),), whole=True),
    )


def test_a_place_that_no_answer_has_is_none() -> None:
    """A view says what it likes."""
    asked = _round(Clock())

    assert asked.choice(7, at=0.0) == ()
    assert [line.split()[0] for line in asked.closing_lines(7)] == []
