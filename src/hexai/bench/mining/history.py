"""The commits of a repository, the latest first, and which of them wrote code."""

import heapq
import re
from collections.abc import Iterator

from msgspec import Struct

from hexai.bench.mining.repository import Repository
from hexai.bench.mining.trees import COMMIT, Commit, parse_commit

_BOT = re.compile(r"\[bot\]|\bbot@|dependabot|renovate", re.IGNORECASE)
_REVERT = re.compile(r"revert\b", re.IGNORECASE)


class Known(Struct, frozen=True, kw_only=True):
    """A commit of the history."""

    id: str
    tree: str
    parents: tuple[str, ...]
    author: str
    at: int
    reason: str
    """Why none of its code is asked for; empty: it may be."""


class History:
    """What leads to HEAD."""

    def __init__(self, repository: Repository) -> None:
        """Read nothing but the latest commit."""
        self._repository = repository
        self._commits: list[Known] = []
        self._walk = self._latest_first()
        self._next = next(self._walk, None)
        self.absent = 0
        """Commits that are not there, as in a partial clone."""

    def since(self, at: int) -> list[Known]:
        """Give all commits that are not older, the latest first."""
        while self._next is not None and self._next.at >= at:
            self._commits.append(self._next)
            self._next = next(self._walk, None)
        return self._commits

    @property
    def is_read(self) -> bool:
        """Tell whether there are no older commits than those given."""
        return self._next is None

    def tree_of(self, id_: str) -> str | None:
        """Give the folder of all files of a commit; None if it is absent."""
        commit = self._read(id_)
        return None if commit is None else commit.tree

    def _read(self, id_: str) -> Commit | None:
        return parse_commit(self._repository.read(id_, COMMIT) or b"")

    def _latest_first(self) -> Iterator[Known]:
        seen = {self._repository.head}
        waiting: list[tuple[int, str, Commit]] = []
        for id_ in seen:
            self._add(waiting, id_)
        while waiting:
            _, id_, commit = heapq.heappop(waiting)
            shallow = id_ in self._repository.shallow
            yield _known(id_, commit, is_shallow=shallow)
            for parent in commit.parents if not shallow else ():
                if parent not in seen:
                    seen.add(parent)
                    self._add(waiting, parent)

    def _add(self, waiting: list[tuple[int, str, Commit]], id_: str) -> None:
        commit = self._read(id_)
        if commit is None:
            self.absent += 1
        else:
            heapq.heappush(waiting, (-commit.at, id_, commit))


def _known(id_: str, commit: Commit, *, is_shallow: bool) -> Known:
    return Known(
        id=id_,
        tree=commit.tree,
        parents=commit.parents,
        author=commit.author,
        at=commit.at,
        reason=_reason(commit, is_shallow=is_shallow),
    )


def _reason(commit: Commit, *, is_shallow: bool) -> str:
    if is_shallow:
        return "commits at the boundary of a shallow clone"
    if len(commit.parents) > 1:
        return "merges"
    if _BOT.search(commit.author):
        return "commits of bots"
    return "reverts" if _REVERT.match(commit.subject) else ""
