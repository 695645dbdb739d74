"""Offers for tests: texts that contenders gave for a place in a document."""

from hexai.domain.outcome import Outcome, Status, Timings
from hexai.domain.provider import Usage
from hexai.surfaces.lsp.documents import Document
from hexai.surfaces.lsp.offers.offer import Credit, Offer, Suggestion
from hexai.text.lines import Lines


def credit(
    label: str, *, local: bool | None = True, cost_usd: float | None = 0, index: int = 0
) -> Credit:
    """Give the credit of a contender that answered in 0.41 s."""
    outcome = Outcome(
        index=index,
        label=label,
        status=Status.ANSWERED,
        provider="prov",
        model=f"{label}-model",
        usage=Usage(input=312, output=48, source="reported"),
        timings=Timings(ttft=0.21, generating=0.2, total=0.41),
        local=local,
    )
    return Credit(label=label, outcome=outcome, cost_usd=cost_usd)


def suggestion(text: str, *labels: str) -> Suggestion:
    """Give a text with those who gave it."""
    return Suggestion(text=text, credits=tuple(map(credit, labels or ("qwen",))))


def document(text: str, *, language: str = "python") -> Document:
    """Give a document with a text."""
    return Document(
        uri="file:///x.py",
        language=language,
        version=1,
        lines=Lines.of(text),
        changed_at=0.0,
    )


def offer(
    place: str, *texts: str | Suggestion, blind: bool = False, run_id: str = "run"
) -> Offer:
    """Offer texts where the `|` is; where there are two, the first is the anchor."""
    before, _, rest = place.partition("|")
    typed, bar, after = rest.partition("|")
    typed, after = (typed, after) if bar else ("", rest)
    return Offer(
        run_id=run_id,
        document=document(before + typed + after),
        anchor=Lines.of(before).end,
        position=Lines.of(before + typed).end,
        suggestions=tuple(
            suggestion(each) if isinstance(each, str) else each for each in texts
        ),
        blind=blind,
    )
