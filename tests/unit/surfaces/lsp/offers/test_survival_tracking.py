"""How many texts that were taken are followed, and what becomes of the others."""

import asyncio

from hexai.domain.record import SAMPLED_AFTER, Choice, Fact, Method, Survived
from hexai.ledger.survival import Done
from hexai.surfaces.lsp.offers.survival_tracking import FOLLOWED, TakenTexts
from hexai.text.lines import Lines, Position
from tests.support.clock import run_virtually

TEXT = "ret"
MORE = 50


def test_a_keystroke_costs_no_more_after_hours() -> None:
    """The newest texts are followed; of older ones it is recorded that nobody knows."""
    facts: list[Fact] = []

    async def main() -> None:
        texts = TakenTexts(facts.append, choose=lambda *_: None, now=lambda: 0.0)
        done = Done(
            choice=Choice.TAKEN,
            method=Method.INFERRED,
            by=(0,),
            text=TEXT,
            start=Position(0, 0),
        )
        for number in range(FOLLOWED + MORE):
            texts.follow("untitled:a", f"run {number}", done, Lines.of(TEXT))
        texts.follow("untitled:b", "other", done, Lines.of(TEXT))
        given_up = [fact for fact in facts if isinstance(fact, Survived)]

        assert {fact.run_id for fact in given_up} == {f"run {n}" for n in range(MORE)}
        assert [fact.after for fact in given_up[:4]] == list(SAMPLED_AFTER)
        assert {fact.share for fact in given_up} == {None}
        texts.closed("untitled:a")
        texts.closed("untitled:b")
        await asyncio.sleep(2 * SAMPLED_AFTER[-1])

    run_virtually(main())
    assert len(facts) == (FOLLOWED + MORE + 1) * len(SAMPLED_AFTER)
