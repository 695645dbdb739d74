"""What people are told of an answer whose upstream read only a part of the prompt."""

from hexai.domain.outcome import Outcome


def cut_words(outcome: Outcome) -> str:
    """Say how much was read, and what to do; for an outcome whose prompt was cut."""
    assert outcome.is_cut
    assert outcome.given is not None
    assert outcome.usage is not None, "what it counted is how it shows"
    if outcome.usage.input > outcome.given.tokens:
        read = f"only {outcome.usage.input} tokens"
    else:
        read = f"{outcome.usage.input} of about {outcome.given.tokens} tokens"
    return (
        f"its server read {read} and cut the rest of the prompt; give the model more "
        "context there"
    )
