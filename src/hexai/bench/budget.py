"""What a bench may spend: reserved before each attempt, and never more than that; pure.

What an attempt may cost is known beforehand, what it did cost only from the upstream.
So the most that it may is taken out of the purse before it is made, and what was not
needed is put back. What is not known for sure counts as the most.
"""

from decimal import Decimal
from typing import Self


class Purse:
    """The money of one run, in USD."""

    def __init__(self, limit: Decimal | None, spent: Decimal = Decimal(0)) -> None:
        """Have `limit`, None for as much as it takes, of which some is `spent`."""
        self.limit = limit
        self.spent = spent
        self.reserved = Decimal(0)
        self.is_known = True
        """What was spent is all; else something was, of whose price nobody knows."""

    @property
    def left(self) -> Decimal | None:
        """What may still be reserved; None: anything."""
        if self.limit is None:
            return None
        return self.limit - self.spent - self.reserved

    def holds(self, most: Decimal) -> bool:
        """Tell whether so much may still be reserved; nothing always may."""
        return not most or self.left is None or most <= self.left

    def reserve(self, most: Decimal) -> bool:
        """Take out what an attempt may cost; says whether there was as much."""
        if not self.holds(most):
            return False
        self.reserved += most
        return True

    def settle(self, reserved: Decimal, spent: Decimal) -> None:
        """Put back what was reserved, and take what was spent."""
        self.reserved -= reserved
        self.spent += spent


class Tab:
    """What one cell takes out of a purse. Use it as a context.

    An attempt at each of its requests is reserved at once, or none: half a cell costs
    something, and says nothing.
    """

    def __init__(
        self, purse: Purse, most: Decimal | None, *, requests: int = 1
    ) -> None:
        """Each attempt may cost `most`; None: nobody knows."""
        self._purse = purse
        self._most = most
        self._held = Decimal(0)
        """For the attempts at the request that is under way."""
        self._ahead = requests * (most or Decimal(0))
        """For those that are to come."""
        self.spent = Decimal(0)
        """What its attempts came to so far, or may have."""
        self.is_refused = False
        """An attempt was not made, for the purse does not hold what it may cost."""
        if not purse.reserve(self._ahead):
            self._ahead, self.is_refused = Decimal(0), True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._purse.settle(self._ahead, Decimal(0))
        self._ahead = Decimal(0)

    def begin_attempt(self) -> bool:
        """Reserve for one more attempt; says whether it may be made."""
        if self._most is None:
            self.is_refused = self._purse.limit is not None
        elif not self.is_refused:
            self.is_refused = not self._take(self._most)
        return not self.is_refused

    def _take(self, most: Decimal) -> bool:
        """Take it from what was reserved at once, or out of the purse for a retry."""
        if self._ahead and not self._held:
            self._ahead -= most
        elif not self._purse.reserve(most):
            return False
        self._held += most
        return True

    def close(self, cost: Decimal | None, *, sure: bool) -> None:
        """Pay what it came to; where that is not `sure`, the most of one attempt.

        An attempt before the last one failed without a token, which nobody bills.
        """
        if self._most is None and cost is None and not sure:
            self._purse.is_known = False
        spent = cost or Decimal(0)
        if self._held and not sure:
            spent = max(self._most or Decimal(0), spent)
        self.spent += spent
        self._purse.settle(self._held, spent)
        self._held = Decimal(0)
