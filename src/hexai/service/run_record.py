"""What is recorded and logged of a run: outcomes, and texts where they may be."""

from collections.abc import Callable, Collection, Iterable, Sequence
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from hexai.config.schema import Settings
from hexai.domain.entry import RequestSpec, Surface
from hexai.domain.outcome import Outcome
from hexai.domain.record import ContenderRecord, RunRecord
from hexai.domain.request import Contender, Request
from hexai.service.asked_with import write
from hexai.service.guard.options import masked
from hexai.service.log import Log


class Terms(Struct, frozen=True, kw_only=True):
    """What only the run itself can tell of an outcome."""

    cost_usd: Callable[[Outcome], Decimal | None]
    is_local: Callable[[Outcome], bool | None]
    fingerprint: Callable[[RequestSpec], str]
    """Says with which options a spec is asked."""
    prompts: str = ""
    """The revision of the built-in prompts."""
    allow_secrets: Collection[str] = ()
    """What looks like a secret in a name, by fingerprint, and is none."""

    def asked_with(self, spec: RequestSpec, surface: Surface) -> str:
        """Write what a follow-up asks with; others are never gone on with."""
        return write(spec, self.allow_secrets) if surface is Surface.CLI else ""

    def name(self, text: str) -> str:
        """Give a name as it may be kept."""
        return masked(text, self.allow_secrets)


def may_store_text(settings: Settings, surface: Surface) -> bool:
    """Tell whether texts of a surface are kept, as the user wants it."""
    policy = settings.ledger.store_text
    return policy == "all" or (policy == "cli" and surface is Surface.CLI)


def contender_record(
    contender: Contender,
    outcome: Outcome,
    request: Request,
    terms: Terms,
    *,
    cache_key: str,
    refused: str | None = None,
) -> ContenderRecord:
    """Make the record of one contender, with its texts."""
    fallback = contender.fallback or contender.target
    target = fallback if outcome.fell_back else contender.target
    error = outcome.error
    cached = outcome.cached_age is not None
    return ContenderRecord(
        index=outcome.index,
        label=terms.name(outcome.label),
        provider=outcome.provider,
        model=terms.name(outcome.model),
        upstream=target.upstream.origin,
        fingerprint=terms.fingerprint(target.spec),
        prompts=terms.prompts,
        returned_model=outcome.returned_model and terms.name(outcome.returned_model),
        local=terms.is_local(outcome),
        status=outcome.status,
        finish=outcome.finish,
        late=outcome.late,
        cached=cached,
        fell_back=outcome.fell_back,
        attempts=outcome.attempts,
        timings=outcome.timings,
        usage=outcome.usage and replace(outcome.usage, cost_usd=None),
        given=outcome.given,
        sent=_size(_sent(request, outcome)) if outcome.attempts else 0,
        received=0 if cached else _size((outcome.text,)),
        cost_usd=None if cached else terms.cost_usd(outcome),
        refused=refused,
        error_kind=error.kind if error else None,
        http_status=error.http_status if error else None,
        text=outcome.text,
        error=str(error) if error else "",
        asked_with=terms.asked_with(target.spec, request.surface),
        cache_key=cache_key,
    )


def _sent(request: Request, outcome: Outcome) -> Iterable[str]:
    return request.texts(infilled=outcome.infilled, apart=outcome.apart)


def _size(texts: Iterable[str]) -> int:
    return sum(len(text.encode("utf-8", "surrogatepass")) for text in texts)


def without_keys(
    record: RunRecord, mask: Callable[[str], tuple[str, int]]
) -> RunRecord:
    """Mask the keys in everything that was said; where, the record tells.

    Of images it keeps what they are, and not what they show.
    """
    contenders = []
    for each in record.contenders:
        text, masked = mask(each.text)
        error, _ = mask(each.error)
        asked, _ = mask(each.asked_with)
        contenders.append(
            replace(each, text=text, error=error, masked=masked, asked_with=asked)
        )
    messages = (
        replace(
            message,
            content=mask(message.content)[0],
            images=tuple(replace(image, data=b"") for image in message.images),
        )
        for message in record.messages
    )
    return replace(record, contenders=tuple(contenders), messages=tuple(messages))


def without_texts(record: RunRecord) -> RunRecord:
    """Leave out everything that was said."""
    silent = (
        replace(each, text="", error="", masked=0, asked_with="")
        for each in record.contenders
    )
    return replace(record, messages=(), contenders=tuple(silent))


class Logbook(Struct, frozen=True, kw_only=True):
    """Writes one run into a log: facts, and texts only if it was opened for them.

    Of a failure the kind stands there and not the reason, in which an upstream may
    quote the prompt. Texts that the guard refuses are written nowhere.
    """

    log: Log
    mask: Callable[[str], tuple[str, int]]
    """Takes keys out of a text."""
    run_id: str
    preview: int
    """How many characters of a text are written, 0 for all."""

    def begin(self, request: Request, contenders: int, *, with_texts: bool) -> None:
        """Write that a question is put."""
        surface = request.surface.value
        self.log.write("run", run=self.run_id, surface=surface, contenders=contenders)
        if not with_texts:
            return
        for message in request.messages:
            self._text("message", message.content, role=message.role.value)

    def end(self, outcomes: Sequence[Outcome], *, with_texts: bool) -> None:
        """Write what became of the contenders."""
        for outcome in outcomes:
            self.log.write(
                "ended",
                run=self.run_id,
                index=outcome.index,
                provider=outcome.provider,
                model=masked(outcome.model, ()),
                status=outcome.status.value,
                late=outcome.late,
                error=outcome.error.kind if outcome.error else None,
                http_status=outcome.error.http_status if outcome.error else None,
                attempts=outcome.attempts,
                queued=outcome.timings.queued,
                ttft=outcome.timings.ttft,
                total=outcome.timings.total,
            )
            if with_texts and outcome.text:
                self._text("answer", outcome.text, index=outcome.index)

    def _text(self, event: str, text: str, **facts: str | int) -> None:
        masked, _ = self.mask(text)
        self.log.text(event, masked, limit=self.preview, run=self.run_id, **facts)
