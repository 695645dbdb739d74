"""Breakers: an upstream that keeps failing is left alone for a while.

Five attempts in a row that could not be served open the breaker of their upstream: for
30 s nothing is sent there. Then one attempt, the probe, is let through; it closes the
breaker, or opens it for another 30 s. An attempt that was cancelled or never sent tells
nothing about the upstream and hands its permit back; if it was the probe, the next
attempt becomes the probe.

A contender that is turned away fails with the last real failure, since that is what a
user can mend. Only if its race began after the breaker opened is it said as well that
it was not asked: in an earlier race another contender has just met the same outage.
"""

from hexai.domain.request import Target
from hexai.errors import ProviderError, UpstreamResting

FAILURES = 5
"""Failures in a row that open a breaker."""
REST = 30.0
"""Seconds for which it stays open."""


class Permit:
    """Permission to make one attempt; only the first report on it counts."""

    def __init__(self, breaker: "Breaker") -> None:
        self._breaker: Breaker | None = breaker

    def succeeded(self) -> None:
        """Report that the upstream works: it answered, or refused with good reason."""
        if breaker := self._use_up():
            breaker.close()

    def failed(self, now: float, error: ProviderError) -> None:
        """Report that the upstream could not serve the attempt."""
        if breaker := self._use_up():
            breaker.count(self, now, error)

    def hand_back(self) -> None:
        """Report that the attempt tells nothing about the upstream."""
        if breaker := self._use_up():
            breaker.drop(self)

    def _use_up(self) -> "Breaker | None":
        breaker, self._breaker = self._breaker, None
        return breaker


class Breaker:
    """The breaker of one upstream. `now` is always the loop's time."""

    def __init__(self) -> None:
        self._failures = 0
        self._open_until = 0.0
        self._probe: Permit | None = None
        self._opened_at = 0.0
        self._cause: ProviderError | None = None

    def admit(self, now: float, target: Target, *, began_at: float) -> Permit:
        """Let an attempt through, or raise `UpstreamResting`.

        `began_at` is when the race of the attempt began.
        """
        permit = Permit(self)
        if self._failures < FAILURES:
            return permit
        if now < self._open_until or self._probe is not None:
            raise self._resting(now, target, began_at)
        self._probe = permit
        return permit

    def close(self) -> None:
        """Forget the failures: the upstream works."""
        self._failures = 0
        self._probe = None

    def count(self, permit: Permit, now: float, error: ProviderError) -> None:
        """Count a failure; the fifth in a row and a failed probe open the breaker."""
        was_probe = permit is self._probe
        self.drop(permit)
        self._failures += 1
        self._cause = error
        if self._failures == FAILURES:
            self._opened_at = now
        if was_probe or self._failures == FAILURES:
            self._open_until = now + REST

    def drop(self, permit: Permit) -> None:
        """Make the next attempt the probe, if `permit` was it."""
        if permit is self._probe:
            self._probe = None

    def _resting(self, now: float, target: Target, began_at: float) -> UpstreamResting:
        cause = self._cause
        assert cause is not None
        left = max(0.0, self._open_until - now)
        until = f"for another {left:.0f} s" if left else "until a first attempt is back"
        said = cause.message
        if began_at > self._opened_at:
            said += f"; not asked {until}, after {FAILURES} failures in a row"
        return UpstreamResting(
            said,
            provider=target.spec.provider,
            model=target.spec.model,
            http_status=cause.http_status,
            advice=cause.what_to_do,
        )


class Breakers:
    """The breakers of every upstream of this process."""

    def __init__(self) -> None:
        self._by_origin: dict[str, Breaker] = {}

    def of(self, origin: str) -> Breaker:
        """Give the breaker of an upstream, closed if it is a new one."""
        return self._by_origin.setdefault(origin, Breaker())

    def reset(self) -> None:
        """Forget everything, attempts under way included: the machine has slept."""
        self._by_origin.clear()
