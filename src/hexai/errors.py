"""Every error that Hexai raises on purpose, and what it asks of the user.

HexaiError
├── UsageError                the command line was wrong (exit 2)
├── NoInput                   there is nothing to ask (exit 2)
├── ConfigError               the configuration has problems (exit 1)
├── SetupError                something to be installed or fetched is missing (exit 1)
├── LedgerError               the ledger cannot be read or written (exit 1)
│   ├── LedgerBusy            another program holds its lock
│   ├── LedgerTooNew          a newer Hexai has changed its schema
│   └── BadFact               what was to be recorded contradicts itself
├── TeamError                 the team's server cannot be used (exit 1)
│   └── TeamUnreachable       nobody answers there, or the connection was lost
└── ProviderError             one attempt of one contender failed
    ├── Authentication        the key is missing, malformed or refused
    ├── Permission            the key is good, but not for this
    ├── UnknownModel          the upstream has no such model
    ├── RateLimited           too many requests
    │   └── OutOfCredit       the account has no credit left; waiting will not help
    ├── Overloaded            the upstream failed or asked for time (408, 409, 425, 5xx)
    │   └── StillLoading      it is loading the model
    ├── BadRequest            the upstream refused the request as malformed
    ├── ContentFilter         the upstream refused to answer this
    ├── ContextTooLong        the prompt does not fit the model
    ├── ConnectionFailed      lookup, refused, reset, closed before the first token
    │   └── UpstreamResting   the breaker of this upstream is open
    ├── TLSFailed             no trusted connection could be made
    ├── TimedOut              a budget ran out: connect, load, first token, idle, total
    ├── BrokenStream          the answer was cut before its end
    ├── NoAnswer              nothing was said: only reasoning, or a call of a tool
    ├── BadAnswer             the upstream sent what its protocol does not allow
    ├── TooLarge              a limit of size was reached
    ├── NotSent               the text must stay local, or nobody could take it
    └── Internal              a bug of ours; raised again after the race

A `ProviderError` is an expected failure: the engine turns it into an outcome at the
contender's boundary, and only `Internal` is raised again once the others are done.
"""

from typing import ClassVar, Literal, Self

Phase = Literal["connect", "load", "first token", "idle", "total"]


class HexaiError(Exception):
    """The root; its text is one line that says what happened and what to do."""


class UsageError(HexaiError):
    """The command line cannot be carried out as written."""


class NoInput(HexaiError):
    """Neither arguments nor standard input nor the editor gave a prompt."""


class ConfigError(HexaiError):
    """The configuration cannot be used; holds every problem found, one line each."""

    def __init__(
        self, problems: tuple[str, ...], *, warnings: tuple[str, ...] = ()
    ) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems
        self.warnings = warnings
        """What else should be known of it, so that all is told at once."""


class SetupError(HexaiError):
    """Something that a command needs is not installed or cannot be fetched."""


class LedgerError(HexaiError):
    """The ledger cannot be read or written: damaged, full disk, no permission."""


class LedgerBusy(LedgerError):
    """Another program holds the ledger's lock, and goes on holding it."""


class LedgerTooNew(LedgerError):
    """A newer Hexai has changed the ledger's schema; this one only reads it."""


class BadFact(LedgerError):
    """What was to be recorded contradicts itself; no ledger would take it."""


class TeamError(HexaiError):
    """The team's server refuses, is not set up, or is not named."""


class TeamUnreachable(TeamError):
    """Nobody answers there, or the connection was lost; later it may work."""


class ProviderError(HexaiError):
    """One attempt of one contender failed; `str()` is the reason shown to people."""

    kind: ClassVar[str]
    """The name of this error in JSON, the ledger and messages."""

    advice: ClassVar[str] = ""
    """What the user can do when the raiser knows nothing better."""

    def __init__(  # noqa: PLR0913 - one keyword for each fact an error carries
        self,
        message: str,
        *,
        provider: str = "",
        model: str = "",
        http_status: int | None = None,
        upstream_message: str = "",
        advice: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        """Keep the facts apart, so that views can choose what to show.

        `message` says what happened; `upstream_message` is the upstream's own text,
        not ours, and must pass `text.sanitise.visible` before it reaches a terminal;
        `retry_after` is in seconds.
        """
        super().__init__(message)
        self.message = message
        self.provider = provider
        self.model = model
        self.http_status = http_status
        self.upstream_message = upstream_message
        self.what_to_do = type(self).advice if advice is None else advice
        self.retry_after = retry_after

    def __str__(self) -> str:
        """Give message, the upstream's own words and the advice on one line."""
        said = " ".join(self.upstream_message.split())
        parts = [f"{self.message}: {said}" if said else self.message, self.what_to_do]
        return "; ".join(part for part in parts if part)

    def without_trace(self) -> Self:
        """Forget where it was raised, as it becomes a value.

        Frames hold all that was read, and often the error itself: none of it would go
        before the collector comes round.
        """
        self.__context__ = self.__cause__ = None
        return self.with_traceback(None)


class Authentication(ProviderError):
    """The key is missing, malformed, or refused by the upstream (401)."""

    kind = "authentication"
    advice = "check the key"


class Permission(ProviderError):
    """The key is good, but not for this model or endpoint (403)."""

    kind = "permission"
    advice = "check what this key may use"


class UnknownModel(ProviderError):
    """The upstream does not have the model (404, or its own code)."""

    kind = "unknown model"
    advice = "check the model's name"


class RateLimited(ProviderError):
    """Too many requests (429)."""

    kind = "rate limit"
    advice = "wait, or use another model"


class OutOfCredit(RateLimited):
    """The account has no credit left (402, or 429 with its own code).

    Like any rate limit it is the provider's outage, but trying again cannot help.
    """

    advice = "check the account's plan and billing, or use another model"


class Overloaded(ProviderError):
    """The upstream failed or asked for time (408, 409, 425, 5xx but 501 and 505)."""

    kind = "overloaded"
    advice = "try again later"


class StillLoading(Overloaded):
    """The upstream is loading the model, and will answer once that is done (503)."""


class BadRequest(ProviderError):
    """The upstream refused the request as malformed (400 and other 4xx)."""

    kind = "bad request"


class ContentFilter(ProviderError):
    """The upstream refused to answer this prompt."""

    kind = "content filter"
    advice = "rephrase, or use another model"


class ContextTooLong(ProviderError):
    """The prompt does not fit the model's context."""

    kind = "context too long"
    advice = "shorten the input, or use a model with a larger context"

    held: int | None = None
    """Tokens that the upstream holds of this model, as far as it told."""
    counted: int | None = None
    """Tokens that it counted the prompt as."""


class ConnectionFailed(ProviderError):
    """Name lookup, refused, reset, or closed before the answer began."""

    kind = "connection"
    advice = "check that the server runs and that base_url is right"


class UpstreamResting(ConnectionFailed):
    """The breaker of this upstream is open; nothing was sent."""

    advice = "wait, or use another model"


class TLSFailed(ProviderError):
    """No trusted connection could be made."""

    kind = "tls"
    advice = "check the host name; for a private authority set ca_file"


class TimedOut(ProviderError):
    """One of the contender's budgets ran out."""

    kind = "timeout"

    def __init__(
        self,
        phase: Phase,
        seconds: float,
        *,
        where: str = "",
        provider: str = "",
        model: str = "",
        advice: str | None = None,
    ) -> None:
        """Say of which phase; `where` names whom no connection came to."""
        missed, usual_advice = _MISSED[phase]
        missed = missed.format(to=f" to {where}" if where else "")
        super().__init__(
            f"timeout: {missed} {seconds:g} s",
            provider=provider,
            model=model,
            advice=usual_advice if advice is None else advice,
        )
        self.phase: Phase = phase
        self.seconds = seconds


_MISSED: dict[Phase, tuple[str, str]] = {
    "connect": (
        "no connection{to} within",
        "check that the server runs and can be reached, or raise connect_timeout",
    ),
    "load": (
        "the model was not loaded within",
        "raise load_timeout; a load goes on in an editor, but ends with a command",
    ),
    "first token": (
        "no first token within",
        "raise first_token_timeout, or use a faster model",
    ),
    "idle": ("the answer paused for", "raise idle_timeout, or use a faster model"),
    "total": ("no complete answer within", "raise timeout, or ask for less"),
}
"""What did not come in time, and what to do about it."""


class BrokenStream(ProviderError):
    """The answer was cut before its end."""

    kind = "broken stream"
    advice = "try again"


class NoAnswer(ProviderError):
    """The model ended without a word of an answer, or in the middle to call a tool."""

    kind = "no answer"
    advice = "ask again, or use another model"


class BadAnswer(ProviderError):
    """The upstream sent what its protocol does not allow."""

    kind = "bad answer"
    advice = "check base_url and the provider's type"


class TooLarge(ProviderError):
    """A limit of size was reached: line, event, headers, error body or answer."""

    kind = "too large"
    advice = "ask for less, or check what base_url names"


class NotSent(ProviderError):
    """Nothing was sent: the text must stay on this machine, or nobody could take it."""

    kind = "not sent"


class Internal(ProviderError):
    """A bug of ours ended this contender; the cause is raised after the race."""

    kind = "internal"
    advice = "this is a bug in Hexai, please report it"
