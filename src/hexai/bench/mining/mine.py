"""Tasks from the history of a repository: holes in code that somebody wrote lately.

The seed puts the commits into an order, and they are looked at in it until there are as
many tasks as are wanted of each language and kind; so the same seed and HEAD give the
same tasks, and most commits are never looked at. If that does not give enough, whatever
there is counts, then more tasks of the same commits, and then older commits: two tasks
of one commit say less than two of two.

Nothing is written to the repository, and nothing of it is run (`repository.py`).
"""

import hashlib
import posixpath
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from hexai.bench.mining import dice
from hexai.bench.mining.candidates import Candidates
from hexai.bench.mining.examine import Examined, Examiner
from hexai.bench.mining.fewer import Limits, held_back, no_language
from hexai.bench.mining.history import History, Known
from hexai.bench.mining.holes import Hole
from hexai.bench.mining.keeping import Refusals, versions
from hexai.bench.mining.quotas import MOST_OF_ONE, Quotas
from hexai.bench.mining.repository import NoHistory, Repository
from hexai.bench.mining.told import Cut, cut
from hexai.bench.mining.trees import Trees
from hexai.domain.bench import Kind, Task
from hexai.errors import UsageError

_SURVEYED = 150
"""Commits that say in which languages is written."""
_PATIENCE = 200
"""Commits that are looked at, at least, before whatever there is counts."""
_WIDELY = 3
"""Commits for each task that are looked at before one gives more than a task."""


class Wanted(Struct, frozen=True, kw_only=True):
    """Which tasks are wanted."""

    tasks: int
    since: int
    """Seconds since 1970; older commits are taken where the later ones are too few."""
    languages: frozenset[str] = frozenset()
    """As editors name them; none: all."""
    kinds: frozenset[Kind] = frozenset(Kind)
    seed: str = ""
    below: str = ""
    """A folder or file, from the repository's folder on; empty: all of it."""


class Mined(Struct, frozen=True, kw_only=True):
    """What was found, and what it was found in."""

    tasks: tuple[Task, ...]
    """Commits in random order; the tasks of one follow each other."""
    folder: str
    """The folder of the repository's files; empty for a bare one."""
    head: str
    since: int
    """As far back as it was looked, in seconds since 1970."""
    widened: bool
    """Further back than was wanted, since there were too few."""
    commits: int
    """Commits that the tasks are from; so `authors`, `files` and `oldest`."""
    authors: int
    files: int
    oldest: int | None
    """When the oldest was committed; None: there are no tasks."""
    told: int
    """Tasks below which the same commit alone gave a name of the truth; where it could
    not be taken out, the task is marked."""
    left_out: dict[str, int]
    """What was met and is no task, for people: what, and how often."""
    held_back: str
    """Why there are fewer than were wanted; empty if there are not."""
    notes: tuple[str, ...]
    """What else people should know, a line each."""


def mine(path: Path, wanted: Wanted, *, refusals: Refusals, now: int) -> Mined:
    """Find tasks in the repository of a folder.

    Raises `NoHistory` if there is none that can be read, `UsageError` for languages
    that nothing is written in, and `SetupError` without pygit2.
    """
    repository = Repository(path)
    return _Mine(repository, wanted, refusals, now).dig()


class _Found(Struct, frozen=True, kw_only=True):
    task: Task
    path: bytes
    rows: range
    author: str
    was_told: bool


class _Mine:
    """One search."""

    def __init__(
        self, repository: Repository, wanted: Wanted, refusals: Refusals, now: int
    ) -> None:
        self._repository = repository
        self._wanted = wanted
        self._trees = Trees(repository)
        self._history = History(repository)
        self._now = now
        self._first = wanted.since
        self._since = self._first
        self._refusals = refusals
        self._left_out: Counter[str] = Counter()
        self._seen: set[str] = set()
        self._found: dict[str, list[_Found]] = {}
        self._of_file: Counter[bytes] = Counter()
        self._banned: set[bytes] = set()
        self._clean: set[bytes] = set()
        self._examiner = Examiner(
            repository,
            self._trees,
            self._history,
            refusals,
            wanted.languages,
            wanted.below,
        )
        self._quotas = Quotas(0, (), {})
        self._most = 1
        """Tasks that a commit may give, for now."""

    def dig(self) -> Mined:
        """Look at commits until there are enough, and once more at what was found."""
        self._check_place()
        commits = self._offered()
        while True:
            for commit in commits:
                self._look_at(commit)
                if self._quotas.full:
                    break
            if not self._ban_files():
                return self._result()

    def _check_place(self) -> None:
        """Refuse what no commit could give a task for; names what there is."""
        wanted = self._wanted
        if wanted.below and not self._examiner.tracks_any:
            raise NoHistory(
                f"{wanted.below}: no file of it is tracked at HEAD of "
                f"{self._repository.folder}"
            )
        if wanted.languages:
            known = self._examiner.languages()
            if strange := sorted(wanted.languages.difference(known)):
                raise UsageError(no_language(strange, known))

    def _offered(self) -> Iterator[Known]:
        """Give commits in random order, recent ones first, and most several times."""
        known: set[str] = set()
        while True:
            recent = [c for c in self._history.since(self._since) if c.id not in known]
            known.update(commit.id for commit in recent)
            order = self._in_order(recent)
            if order or self._history.is_read:
                yield from self._again_and_again(order)
            if self._history.is_read:
                return
            self._since = min(self._since, self._now - 1)
            self._since -= self._now - self._since

    def _again_and_again(self, order: Sequence[Known]) -> Iterator[Known]:
        """Ask for what is wanted most first, of many commits, and then for less."""
        wanted = self._wanted
        if not self._quotas.is_loose:
            languages = self._examiner.survey(order[:_SURVEYED])
            self._quotas = Quotas(wanted.tasks, wanted.kinds, languages)
            yield from order[: max(_PATIENCE, wanted.tasks)]
        self._quotas.is_loose = True
        if self._most == 1:
            yield from order[: max(_PATIENCE, _WIDELY * wanted.tasks)]
        for most in range(max(2, self._most), MOST_OF_ONE + 1):
            self._most = most
            yield from order

    def _in_order(self, commits: Sequence[Known]) -> list[Known]:
        chosen = []
        for commit in commits:
            if commit.reason:
                self._left_out[commit.reason] += 1
            else:
                chosen.append(commit)
        return dice.shuffled(chosen, lambda commit: commit.id, self._wanted.seed)

    def _look_at(self, commit: Known) -> None:
        room = self._most - len(self._found.get(commit.id, ()))
        if room <= 0:
            return
        counts = self._left_out if commit.id not in self._seen else Counter[str]()
        self._seen.add(commit.id)
        examined = [
            each
            for each in self._examiner.examine(commit, counts)
            if each.path not in self._banned
        ]
        examined = dice.shuffled(
            examined, lambda each: each.name, self._wanted.seed, commit.id
        )
        for _ in range(room):
            found = self._most_wanted(commit, examined, counts)
            if found is None:
                return
            self._found.setdefault(commit.id, []).append(found)
            self._of_file[found.path] += 1
            task = found.task
            self._quotas.count(task.language, task.kind, test=task.test)

    def _most_wanted(
        self, commit: Known, examined: Sequence[Examined], counts: Counter[str]
    ) -> _Found | None:
        urgent = sorted(
            (
                (-urgency, n, kind)
                for n, each in enumerate(examined)
                for kind in each.kinds
                if self._of_file[each.path] < MOST_OF_ONE
                and (urgency := self._urgency(each, kind)) > 0
            ),
        )
        for _, n, kind in urgent:
            found = self._first_cut(commit, examined[n], kind, counts)
            if found is not None:
                return found
        return None

    def _urgency(self, each: Examined, kind: Kind) -> float:
        return self._quotas.urgency(each.language.id, kind, test=each.test)

    def _first_cut(
        self, commit: Known, each: Examined, kind: Kind, counts: Counter[str]
    ) -> _Found | None:
        taken = [f.rows for f in self._found.get(commit.id, ()) if f.path == each.path]
        found = self._examiner.candidates(each, self._wanted.seed, counts)
        holes = [hole for hole in found.holes if hole.kind is kind]
        holes = dice.shuffled(
            holes, lambda h: f"{h.start} {h.end}", commit.id, each.name
        )
        for hole in holes:
            if any(_overlap(hole.rows, rows) for rows in taken):
                continue
            done = self._cut(found, hole, each, counts)
            if done is not None:
                task = _task(commit, each, hole, done)
                return _Found(
                    task=task,
                    path=each.path,
                    rows=hole.rows,
                    author=commit.author,
                    was_told=done.was_told,
                )
        return None

    def _cut(
        self, found: Candidates, hole: Hole, each: Examined, counts: Counter[str]
    ) -> Cut | None:
        done = cut(found.document, hole, each.written, found.errors)
        if done is None or done.is_header:
            counts["headers whose body stays below"] += 1
            return None
        if self._examiner.holds_secret(each):
            counts["files that hold a secret"] += 1
            return None
        return done

    def _ban_files(self) -> bool:
        """Drop files that held a secret since; tells whether there were any."""
        paths = {found.path for all_ in self._found.values() for found in all_}
        roots = (commit.tree for commit in self._history.since(self._since))
        held = versions(self._trees, roots, sorted(paths - self._clean))
        banned = {
            path for path, ids in held.items() if not self._examiner.are_clean(ids)
        }
        self._banned |= banned
        self._clean |= paths - banned
        self._left_out["files that held a secret later"] += len(banned)
        for commit, found in self._found.items():
            for each in found:
                if each.path in banned:
                    task = each.task
                    self._quotas.count(task.language, task.kind, test=task.test, by=-1)
            self._found[commit] = [f for f in found if f.path not in banned]
        return bool(banned)

    def _result(self) -> Mined:
        seed = self._wanted.seed
        order = sorted(self._found, key=lambda id_: (dice.number(seed, id_), id_))
        found = [each for id_ in order for each in self._found[id_]]
        tasks = tuple(each.task for each in found)
        times = [task.committed_at for task in tasks]
        return Mined(
            tasks=tasks,
            folder=self._repository.folder,
            head=self._repository.head,
            since=self._since,
            widened=self._since < self._first,
            commits=len({task.commit for task in tasks}),
            authors=len({each.author for each in found}),
            files=len({task.path for task in tasks}),
            oldest=min(times, default=None),
            told=sum(each.was_told for each in found),
            left_out={reason: n for reason, n in sorted(self._left_out.items()) if n},
            held_back=self._held_back(len(tasks)),
            notes=tuple(self._notes()),
        )

    def _held_back(self, tasks: int) -> str:
        if tasks >= self._wanted.tasks:
            return ""
        commits = sum(len(each) >= MOST_OF_ONE for each in self._found.values())
        files = sum(times >= MOST_OF_ONE for times in self._of_file.values())
        limits = Limits(
            commits=commits,
            files=files,
            tests=self._quotas.has_its_tests,
            kinds=self._wanted.kinds,
            languages=self._wanted.languages,
        )
        return held_back(tasks, self._wanted.tasks, limits)

    def _notes(self) -> Iterator[str]:
        if self._repository.shallow:
            yield "this is a shallow clone: code from before it was cloned is left out"
        if self._examiner.absent or self._history.absent:
            yield "some objects are not here, as in a partial clone, and are left out"
        if not self._repository.folder:
            yield "this is a bare repository: only its own ignore files are asked"


def _overlap(one: range, other: range) -> bool:
    return one.start < other.stop and other.start < one.stop


def _task(commit: Known, each: Examined, hole: Hole, done: Cut) -> Task:
    parts = (commit.id, each.name, hole.kind, done.before, done.truth, done.after)
    told = hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass"))
    return Task(
        id=told.hexdigest()[:16],
        kind=hole.kind,
        language=each.language.id,
        path=posixpath.normpath(each.name),
        commit=commit.id,
        committed_at=commit.at,
        before=done.before,
        after=done.after,
        truth=done.truth,
        told_below=done.told,
        test=each.test,
    )
