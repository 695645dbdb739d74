"""What the user did with suggestions, on its way to the ledger."""

from collections.abc import Callable

from hexai.domain.choice import Choice, Chosen, Method
from hexai.domain.record import Fact
from hexai.surfaces.lsp.offer import Credit


class LedgerChoices:
    """Records what the editor says was taken."""

    def __init__(
        self, record: Callable[[Fact], None], *, now: Callable[[], float]
    ) -> None:
        """`now` is the wall clock."""
        self._record = record
        self._now = now

    def taken(self, run_id: str, by: tuple[Credit, ...], *, characters: int) -> None:
        """Take note that a suggestion was taken, as the editor's command says."""
        self._record(
            Chosen(
                run_id=run_id,
                at=self._now(),
                choice=Choice.TAKEN,
                method=Method.COMMAND,
                indexes=tuple(credit.outcome.index for credit in by),
                characters=characters,
            )
        )
