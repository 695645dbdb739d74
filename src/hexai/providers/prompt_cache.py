"""Prompts that an upstream is paid to keep: when it is worth it, and what it brought.

Anthropic keeps the beginning of a prompt only where a request marks it. Writing it
costs a quarter more than reading it plainly, and each later reading a tenth, for five
minutes. So a beginning is marked once it has been sent twice within that time: whoever
moves about in a file pays nothing. What came of it is counted, and where twenty marked
requests have cost more than they saved, nothing is marked any more.

Only digests of what was sent are remembered, for as long as the process lives.
"""

import re
from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from hashlib import blake2b

from msgspec import Struct
from msgspec.structs import replace

from hexai.domain.messages import Message
from hexai.domain.provider import Call, Chunk, Finished, ReportedUsage
from hexai.text.tokens import estimate_tokens

KEPT_FOR = 300.0
"""Seconds that Anthropic keeps a beginning after its last use."""
_SENT_BEFORE = 2
"""Times that it must have been sent within that time before it is marked."""
_SAVES, _COSTS = 0.9, 0.25
"""What reading a kept token saves, and writing one costs, of its price."""
_JUDGED_BY = 20
"""Marked requests that the balance is made of."""
_REMEMBERED = 32
"""Beginnings of one model that are remembered."""


class Least(Struct, frozen=True, kw_only=True):
    """The tokens that a beginning must have for a model to be kept at all."""

    models: str
    """A regular expression for the start of a name."""
    tokens: int
    seen: str


_ISSUE = "https://github.com/anthropics/anthropic-sdk-python/issues/1194"
_LITELLM = "https://docs.litellm.ai/docs/completion/prompt_caching"
_OTHERWISE = 4096
"""For models that no row knows: the most that any wants."""

LEAST = (
    Least(
        models=r"claude-(haiku|opus)-4-5|claude-opus-4-[67]",
        tokens=4096,
        seen=f"vendor's page as quoted 2026-03 in {_ISSUE}; Opus 4.7: {_LITELLM}",
    ),
    Least(
        models=r"claude-sonnet-4-6",
        tokens=2048,
        seen=f"its page says 1024, 2048 is what was found, 2026-03: {_ISSUE}",
    ),
    Least(
        models=r"claude-opus-5",
        tokens=512,
        seen=f"documentation of a client, 2026-10: {_LITELLM}",
    ),
    Least(
        models=r"claude-(sonnet-5|opus-4-8|sonnet-4-5|opus-4-1)",
        tokens=1024,
        seen=f"{_ISSUE}, 2026-03; Sonnet 5, Opus 4.8: {_LITELLM}, 2026-10",
    ),
    Least(
        models=r"claude-(sonnet|opus)-4(-\d{8}|-0)?$|claude-3-[57]-sonnet|claude-3-opus",
        tokens=1024,
        seen=f"vendor's page as quoted 2026-03 in {_ISSUE}",
    ),
    Least(
        models=r"claude-3(-5)?-haiku",
        tokens=2048,
        seen=f"vendor's page as quoted 2026-03 in {_ISSUE}",
    ),
)


def least_kept(model: str) -> int:
    """Say how many tokens a beginning must have for a model."""
    for row in LEAST:
        if re.match(row.models, model):
            return row.tokens
    return _OTHERWISE


def standing_part(call: Call) -> tuple[Message, ...]:
    """Give the beginning of a call that is likely to be sent again; none: empty."""
    messages: list[Message] = []
    for message in call.messages:
        if message.standing:
            begun = message.content[: message.standing]
            return (*messages, replace(message, content=begun, standing=0))
        messages.append(message)
    return ()


def digest(messages: tuple[Message, ...], length: int | None = None) -> str:
    """Name a beginning, or the first characters of it."""
    text = "\0".join(f"{each.role}\0{each.content}" for each in messages)[:length]
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


class _Model:
    """What is known of one model at one upstream."""

    def __init__(self) -> None:
        self.sent: dict[str, list[float]] = {}
        """When beginnings were sent, the latest last."""
        self.brought: deque[float] = deque(maxlen=_JUDGED_BY)
        """What marked requests saved, less what they cost, in tokens."""
        self.is_off = False

    def send(self, name: str, now: float) -> bool:
        """Note that a beginning is sent, and say whether it is worth a mark."""
        times = [at for at in self.sent.pop(name, []) if now - at <= KEPT_FOR]
        self.sent[name] = [*times[-_SENT_BEFORE:], now]
        for oldest in [*self.sent][:-_REMEMBERED]:
            del self.sent[oldest]
        return len(times) >= _SENT_BEFORE and not self.is_off

    def earn(self, usage: ReportedUsage) -> bool:
        """Count what a marked request brought, and say whether to stop now."""
        saved = _SAVES * (usage.cached or 0) - _COSTS * (usage.written or 0)
        self.brought.append(saved)
        if self.is_off or len(self.brought) < _JUDGED_BY or sum(self.brought) >= 0:
            return False
        self.is_off = True
        return True


class KeptPrompts:
    """Decides, by upstream and model, what is marked, for all clients of a process."""

    def __init__(self, on_note: Callable[[str], None] = lambda _note: None) -> None:
        """Call `on_note` with what the user should know."""
        self._on_note = on_note
        self._models: dict[tuple[str, str], _Model] = {}

    def marked(self, where: str, call: Call, now: float) -> Call:
        """Note that a call is sent; have its beginning marked if that is worth it."""
        standing = standing_part(call)
        if call.options.prompt_cache is False or not standing:
            return call
        tokens = sum(estimate_tokens(each.content) for each in standing)
        if tokens < least_kept(call.model):
            return call
        known = self._models.setdefault((where, call.model), _Model())
        return replace(call, keeps=known.send(digest(standing), now))

    async def learning(
        self, where: str, call: Call, chunks: AsyncGenerator[Chunk, None]
    ) -> AsyncGenerator[Chunk, None]:
        """Pass the chunks of a marked call's answer on, and learn from the last."""
        async with aclosing(chunks):
            async for chunk in chunks:
                if isinstance(chunk, Finished):
                    self.learn(where, call, chunk.usage)
                yield chunk

    def learn(self, where: str, call: Call, usage: ReportedUsage) -> None:
        """Count what a call brought, if it was marked."""
        if not call.keeps or (usage.cached is None and usage.written is None):
            return
        if self._models[where, call.model].earn(usage):
            self._on_note(
                f"{call.model}: having prompts kept has cost more than it saved over "
                f"{_JUDGED_BY} requests, so it is not asked for any more; "
                "prompt_cache = false in the entry does so from the start"
            )
