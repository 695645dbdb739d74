"""Who goes on with a thread: its contenders, as they were asked.

A contender is a model with its options, whether an entry, `-m` or `-o` said them; so
the ledger keeps them, and a thread goes on with them, whatever has become of an entry
since. From one that is still there, by its label or renamed, come its new label, time
limits and fallback. What has changed meanwhile, and what cannot be restored, is said.
"""

from collections.abc import Callable, Iterator, Sequence

from msgspec import UNSET, Struct
from msgspec.structs import replace

from hexai.config.entries import EntryOptions, make_labels, name_of
from hexai.config.model_options import option_that_says
from hexai.config.order import Snapshot
from hexai.config.provider_defaults import find_name
from hexai.config.schema_entries import EntryTable
from hexai.domain.entry import Entry, RequestSpec, Surface
from hexai.domain.fingerprint import UNKNOWN, changes, read_options
from hexai.domain.record import MASK, ContenderRecord, RunRecord
from hexai.errors import UsageError
from hexai.service.asked_with import AskedWith, read
from hexai.service.fingerprints import fingerprint_of


class Asked(Struct, frozen=True, kw_only=True):
    """Who is asked in a thread."""

    entry: Entry
    follows: int | None
    """Its index in the run that is gone on with; None: it was not asked there."""


class ThreadEntries:
    """Finds the contenders of a run among what is configured."""

    def __init__(
        self,
        snapshot: Snapshot,
        configured: Sequence[Entry],
        options: EntryOptions,
        earlier: Sequence[RunRecord] = (),
    ) -> None:
        """Look among the entries that are `configured` for the command line.

        `options` are those of it that hold for every entry; `earlier` are the runs of
        the thread before the one that is gone on with, the oldest first.
        """
        self._earlier = earlier
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
        labelled = next((e for e in self._configured if e.label == asked.label), None)
        if asked.fell_back and labelled:
            return labelled  # it is not recorded how it was asked itself
        found = self._still_there(asked, labelled)
        known = read(asked.asked_with)
        if found and known is None:
            return self._noted(asked, found)
        entry = self._made(asked, known)
        if found:
            self._note_changed(asked, found, entry)
            spec = replace(
                found.spec,
                temperature=entry.spec.temperature,
                max_tokens=entry.spec.max_tokens,
                limit_stands=entry.spec.limit_stands,
                options=entry.spec.options,
            )
            entry = replace(found, spec=spec)
        elif labelled:
            self.notes.append(
                f"{asked.label} is {name_of(labelled.spec)} by now; "
                f"{name_of(entry.spec)} goes on, as it began"
            )
        if known and known.lost:
            self.notes.append(
                f"{asked.label} was asked with a secret, which is not kept; it goes on "
                f"without {', '.join(known.lost)}"
            )
        return self._noted(asked, entry)

    def _still_there(
        self, asked: ContenderRecord, labelled: Entry | None
    ) -> Entry | None:
        """Find the entry that asked, by its label, or under the one that it has now."""
        same = [e for e in self._configured if _is_model(e, asked)]
        if labelled in same:
            return labelled
        if asked.fingerprint == UNKNOWN:
            return same[0] if len(same) == 1 else None
        return next((e for e in same if self._print(e) == asked.fingerprint), None)

    def _made(self, asked: ContenderRecord, known: AskedWith | None) -> Entry:
        """Make an entry of what was asked, with what the command line says now."""
        lack = ""
        if find_name(self._snapshot.settings, asked.provider) is None:
            lack = f"{asked.provider} is no provider any more"
        elif asked.model == MASK:
            lack = "there was a secret in its name, which is not kept"
        if lack:
            raise UsageError(
                f"{asked.label} ({asked.provider}:{asked.model}) cannot go on: {lack}; "
                "leave it out by --only, or name others with -m"
            )
        table = replace(
            EntryTable() if known is None else known.table,
            provider=asked.provider,
            model=asked.model or UNSET,
        )
        options = replace(self._options, tables=(table,))
        entry = self._snapshot.entries(Surface.CLI, options).entries[0]
        return replace(entry, label=asked.label)

    def _note_changed(self, asked: ContenderRecord, found: Entry, entry: Entry) -> None:
        """Note what an entry is asked with that it does not say, or says otherwise.

        What a follow-up has changed is noted with the one after it, and then not again.
        """
        own, now = self._print(found), self._print(entry)
        if not (told := changes(own, now)):
            return
        before = [*self._before(asked)]
        if any(each != asked.fingerprint for each in before):
            if before[0] != asked.fingerprint:
                self.notes.append(f"{found.label} {_as_last_asked(own, now)}")
            return
        self.notes.append(
            f"{found.label} goes on as it began, not as it is configured ({told})"
        )

    def _before(self, asked: ContenderRecord) -> Iterator[str]:
        """Give how a contender was asked earlier in the thread, the latest first."""
        follows = asked.follows
        for run in reversed(self._earlier):
            each = next((c for c in run.contenders if c.index == follows), None)
            if each is None or not _is_model_of(each, asked):
                return
            if each.fingerprint != UNKNOWN:
                yield each.fingerprint
            follows = each.follows

    def _noted(self, asked: ContenderRecord, entry: Entry) -> Entry:
        """Note what is another about an entry."""
        if entry.label != asked.label:
            self.notes.append(f"{asked.label} is called {entry.label} by now")
        known = asked.fingerprint != UNKNOWN and not asked.fell_back
        if known and (told := changes(asked.fingerprint, self._print(entry))):
            self.notes.append(
                f"{entry.label} is asked with other options than before ({told}), "
                "so it is another contender"
            )
        return entry

    def _print(self, entry: Entry) -> str:
        return fingerprint_of(self._snapshot.settings, Surface.CLI, entry.spec)


def match(
    entries: Sequence[Entry], run: RunRecord, print_of: Callable[[RequestSpec], str]
) -> tuple[Asked, ...]:
    """Say of entries that the command line names which of them a run has asked.

    Those with the same options go first: `print_of` gives the fingerprint of a spec.
    """
    free = [*run.contenders]
    follows: dict[int, int] = {}
    for exact in (True, False):
        for place, entry in enumerate(entries):
            if place in follows:
                continue
            own = print_of(entry.spec)
            for each in free:
                if _is_model(entry, each) and (own == each.fingerprint or not exact):
                    follows[place] = each.index
                    free.remove(each)
                    break
    return tuple(
        Asked(entry=replace(entry, index=place), follows=follows.get(place))
        for place, entry in enumerate(entries)
    )


def _as_last_asked(configured: str, now: str) -> str:
    """Word what goes on with it, and how it is taken back where options can say so."""
    old, new = read_options(configured), read_options(now)
    changed = [n for n in sorted(old | new) if old.get(n) != new.get(n)]
    with_what = ", ".join(
        f"{name} {new[name]}" if name in new else f"no {name}" for name in changed
    )
    said = f"goes on with {with_what}, as last asked"
    back = [option_that_says(name, old.get(name)) for name in changed]
    if None in back:
        return said
    takes = "takes it back" if len(back) == 1 else "take it back"
    return f"{said}; {' '.join(f'-o {each}' for each in back)} {takes}"


def _is_model_of(one: ContenderRecord, other: ContenderRecord) -> bool:
    return (one.provider, one.model) == (other.provider, other.model)


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
