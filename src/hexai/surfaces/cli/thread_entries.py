"""Who goes on with a thread: its contenders, as they are configured by now.

A thread goes on with those who were asked. An entry that is still there is asked as it
is configured now; one that was renamed by its new name; and a model that no entry names
any more, or never did (`-m`), by itself. What has changed meanwhile is said.
"""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from hexai.config.entries import EntryOptions, make_labels, name_of
from hexai.config.order import Snapshot
from hexai.domain.entry import Entry, Surface
from hexai.domain.fingerprint import UNKNOWN
from hexai.domain.record import ContenderRecord, RunRecord
from hexai.errors import UsageError
from hexai.service.fingerprints import fingerprint_of


class Asked(Struct, frozen=True, kw_only=True):
    """Who is asked in a thread."""

    entry: Entry
    follows: int | None
    """Its index in the run that is gone on with; None: it was not asked there."""


class ThreadEntries:
    """Finds the contenders of a run among what is configured."""

    def __init__(
        self, snapshot: Snapshot, configured: Sequence[Entry], options: EntryOptions
    ) -> None:
        """Look among the entries that are `configured` for the command line.

        `options` are those of it that hold for every entry.
        """
        self._snapshot = snapshot
        self._configured = configured
        self._options = options
        self.notes: list[str] = []
        """What is not as it was."""

    def of(
        self, run: RunRecord, indices: Sequence[int] = (), only: Sequence[str] = ()
    ) -> tuple[Asked, ...]:
        """Give the contenders of a run, or those that `-0` and `--only` name.

        Raises `UsageError` where one of them cannot be asked, or none is named so.
        Entries are numbered anew, and no two have one label.
        """
        kept = _narrowed(run.contenders, indices, only, self._configured)
        found = [self._find(each) for each in kept]
        labels = make_labels([e.label for e in found], [e.spec for e in found])
        return tuple(
            Asked(entry=replace(entry, index=place, label=label), follows=each.index)
            for place, (entry, each, label) in enumerate(
                zip(found, kept, labels, strict=True)
            )
        )

    def _find(self, asked: ContenderRecord) -> Entry:
        labelled = [e for e in self._configured if e.label == asked.label]
        same = [e for e in self._configured if _is_model(e, asked)]
        exact = [e for e in same if self._print(e) == asked.fingerprint]
        if labelled and (labelled[0] in same or asked.fell_back):
            return self._noted(asked, labelled[0])
        if exact or len(same) == 1:
            return self._noted(asked, (exact or same)[0])
        made = replace(self._made(asked), label=asked.label)
        if labelled:
            self.notes.append(
                f"{asked.label} is {name_of(labelled[0].spec)} by now; "
                f"{name_of(made.spec)} goes on, as it began"
            )
            return made
        return self._noted(asked, made)

    def _made(self, asked: ContenderRecord) -> Entry:
        """Make an entry of a model that none names, as `-m` does."""
        word = f"{asked.provider}:{asked.model}"
        options = replace(self._options, models=(word,))
        try:
            return self._snapshot.entries(Surface.CLI, options).entries[0]
        except UsageError:
            raise UsageError(
                f"{asked.label} ({word}) cannot go on: {asked.provider} is no provider "
                "any more; leave it out by --only, or name others with -m"
            ) from None

    def _noted(self, asked: ContenderRecord, entry: Entry) -> Entry:
        """Note what is another about an entry."""
        if entry.label != asked.label:
            self.notes.append(f"{asked.label} is called {entry.label} by now")
        known = asked.fingerprint not in (UNKNOWN, "") and not asked.fell_back
        if known and self._print(entry) != asked.fingerprint:
            self.notes.append(
                f"{entry.label} is asked with other options than before, "
                "so it is another contender"
            )
        return entry

    def _print(self, entry: Entry) -> str:
        return fingerprint_of(self._snapshot.settings, Surface.CLI, entry.spec)


def match(entries: Sequence[Entry], run: RunRecord) -> tuple[Asked, ...]:
    """Say of entries that the command line names which of them a run has asked."""
    free = [*run.contenders]
    found = []
    for place, entry in enumerate(entries):
        known = next((each for each in free if _is_model(entry, each)), None)
        if known is not None:
            free.remove(known)
        follows = None if known is None else known.index
        found.append(Asked(entry=replace(entry, index=place), follows=follows))
    return tuple(found)


def _is_model(entry: Entry, asked: ContenderRecord) -> bool:
    return (entry.spec.provider, entry.spec.model) == (asked.provider, asked.model)


def _narrowed(
    asked: Sequence[ContenderRecord],
    indices: Sequence[int],
    only: Sequence[str],
    configured: Sequence[Entry],
) -> list[ContenderRecord]:
    if not indices and not only:
        return [*asked]
    there = ", ".join(f"-{each.index} ({each.label})" for each in asked)
    kept: list[ContenderRecord] = []
    for index in indices:
        named = [each for each in asked if each.index == index]
        if not named:
            raise UsageError(f"-{index}: there is no such contender; there are {there}")
        kept += named
    for name in only:
        called = [e for e in configured if e.label == name]
        by_label = [each for each in asked if each.label == name]
        named = by_label or [
            each
            for each in asked
            if f"{each.provider}:{each.model}" == name
            or any(_is_model(entry, each) for entry in called)
        ]
        if not named:
            raise UsageError(
                f"nobody in that run is called {name!r}; there are {there}"
            )
        kept += named
    return [each for each in asked if each in kept]
