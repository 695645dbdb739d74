"""What a choice is beside an earlier one."""

from msgspec.structs import replace

from hexai.domain.record import Choice, Chosen, Method

VOTE = Chosen(run_id="r", at=2.0, choice=Choice.TAKEN, method=Method.VOTE, indexes=(0,))


def test_a_vote_repeats_a_vote_and_not_what_an_editor_saw() -> None:
    """Only votes count where contenders of a run were left out."""
    earlier = replace(VOTE, at=1.0)
    assert VOTE.repeats(earlier)
    assert not VOTE.repeats(replace(earlier, method=Method.COMMAND))
    assert not VOTE.repeats(replace(earlier, indexes=(1,)))
    assert not VOTE.repeats(replace(earlier, settles_at=3.0))
    assert not VOTE.repeats(None)
