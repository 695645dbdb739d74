"""One person's leaderboards in the names of the team, to be laid beside its own."""

from collections.abc import Sequence

from hexai.domain.figures import By
from hexai.domain.ranking import Leaderboard, Model
from hexai.team.cells import Asked, cell_of
from hexai.team.differ import Difference, differences
from hexai.team.rating import identity
from hexai.team.server import Setting


def compare(
    mine: Sequence[Leaderboard],
    theirs: Sequence[Leaderboard],
    setting: Setting,
    by: By,
) -> tuple[Difference, ...]:
    """Say where a person's leaderboards differ from those that were published."""
    names: dict[tuple[str, Model], Model] = {}
    for board in mine:
        for model, rated in board.models.items():
            asked = Asked(
                board.surface,
                "",
                rated.provider,
                rated.model,
                rated.fingerprint,
                "",
                rated.upstream,
            )
            names[board.surface, model] = identity(cell_of(setting, asked), by)
    return tuple(differences(mine, theirs, names))
