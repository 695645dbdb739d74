"""What a commit did to files that tasks may be of, read from the objects."""

import os
import posixpath
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from hexai.bench.mining import dice
from hexai.bench.mining.candidates import Candidates, candidates
from hexai.bench.mining.changes import Written, bare, is_moved, written
from hexai.bench.mining.files import (
    LARGEST,
    first_test_row,
    is_test,
    language_at,
    reason_of_path,
    reason_of_size,
    reason_of_text,
    text_of,
)
from hexai.bench.mining.history import History, Known
from hexai.bench.mining.holes import Document
from hexai.bench.mining.keeping import FolderRules, Refusals
from hexai.bench.mining.quotas import kinds_of
from hexai.bench.mining.repository import NoHistory, Repository, compare
from hexai.bench.mining.trees import BLOB, Absent, Changed, Trees
from hexai.bench.mining.worth import is_import
from hexai.config.files import Unreadable, read_bytes
from hexai.domain.bench import Kind
from hexai.prompts.code.grammars import parse
from hexai.prompts.code.languages import Language

if TYPE_CHECKING:
    from tree_sitter import Tree

_MOST_FILES = 300
"""Files of a commit that are read as they were before."""
_DRAWN = 24
"""Files of a commit that are looked at; it gives three tasks, however large it is."""
_BESIDE = 6
"""Files beside a new one that it may be a copy of."""
_PATIENCE = 0.02
_PATIENCE_PER_CHARACTER = 2e-6
"""Seconds; grammars need an eighth of it."""


class Examined(Struct, frozen=True, kw_only=True):
    """A file as of a commit that wrote in it."""

    path: bytes
    name: str
    """The path as text."""
    language: Language
    document: Document
    written: Written
    test: bool
    id: str
    """The object's."""

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds of holes that it may have."""
        return tuple(sorted(kinds_of(has_grammar=self.language.grammar is not None)))


class _Doc(Struct, frozen=True, kw_only=True):
    """Both sides of a change that may be of interest."""

    changed: Changed
    name: str
    language: Language


class Examiner:
    """Reads commits."""

    def __init__(
        self,
        repository: Repository,
        trees: Trees,
        history: History,
        refusals: Refusals,
        languages: frozenset[str],
        below: str = "",
    ) -> None:
        """Read what is tracked at HEAD; files that are not `below` count for nobody."""
        self._repository = repository
        self._trees = trees
        self._history = history
        self._refusals = refusals
        self._languages = languages
        self._below = os.fsencode(below)
        self._rules = FolderRules(repository, trees)
        self._head_tree = history.tree_of(repository.head) or ""
        self._head = self._tracked()
        self._ignored: dict[bytes, bool] = {}
        self._clean: dict[str, bool] = {}
        self._candidates: dict[tuple[bytes, str], Candidates] = {}
        self.absent = 0
        """Objects that were not there."""

    def _tracked(self) -> Mapping[bytes, str]:
        try:
            return dict(self._trees.files(self._head_tree))
        except Absent:
            raise NoHistory("the files of HEAD are not there, or without end") from None

    @property
    def tracks_any(self) -> bool:
        """Tell whether a file is tracked at HEAD that counts."""
        return any(map(self._counts, self._head))

    def languages(self) -> tuple[str, ...]:
        """Name the languages that are written in at HEAD, the commonest first."""
        times: Counter[str] = Counter()
        for path in filter(self._counts, self._head):
            name = path.decode(errors="replace")
            language = None if reason_of_path(name) else language_at(name)
            if language is not None:
                times[language.id] += 1
        return tuple(name for name, _ in times.most_common())

    def _counts(self, path: bytes) -> bool:
        below = self._below
        return not below or path == below or path.startswith(below + b"/")

    def survey(self, commits: Iterable[Known]) -> dict[str, tuple[int, bool]]:
        """Count how often each language was written in, and say if it has a grammar."""
        times: Counter[str] = Counter()
        grammars: dict[str, bool] = {}
        for commit in commits:
            for doc in self._docs(
                _not_renamed(self._changes(commit))[:_DRAWN], Counter()
            ):
                times[doc.language.id] += 1
                grammars[doc.language.id] = doc.language.grammar is not None
        return {name: (n, grammars[name]) for name, n in times.items()}

    def examine(self, commit: Known, left_out: Counter[str]) -> list[Examined]:
        """Give the files that a commit wrote in; counts what is left out."""
        changes = self._changes(commit)
        new = _not_renamed(changes)
        if changes and not new:
            left_out["commits that move, rename or format"] += 1
        docs = list(self._docs(new, left_out))
        docs = dice.shuffled(docs, lambda doc: doc.name, commit.id)[:_DRAWN]
        docs = [doc for doc in docs if not self._is_ignored(doc, commit, left_out)]
        if not docs:
            return []
        before = self._stood_before(changes) | self._stands_beside(docs, commit)
        examined = list(self._examined(docs, before, left_out))
        added = sum(len(each.written.added) for each in examined)
        own = sum(len(each.written.own) for each in examined)
        if is_moved(added, own):
            left_out["commits that move, rename or format"] += 1
            return []
        self._candidates.clear()
        return [_without_inner_tests(each) for each in examined if each.written.own]

    def candidates(
        self, each: Examined, seed: str, left_out: Counter[str]
    ) -> Candidates:
        """Give the holes of a file, found once."""
        key = each.path, each.id
        if key not in self._candidates:

            def parsed(text: str) -> "Tree | None":
                patience = _PATIENCE + _PATIENCE_PER_CHARACTER * len(text)
                return parse(each.language, text.encode(), patience=patience)

            found = candidates(
                each.document, each.language, each.written, parsed, f"{seed} {each.id}"
            )
            left_out.update(found.left_out)
            self._candidates[key] = found
        return self._candidates[key]

    def _changes(self, commit: Known) -> list[Changed]:
        old = ""
        if commit.parents:
            found = self._history.tree_of(commit.parents[0])
            if found is None:
                self.absent += 1
                return []
            old = found
        try:
            return list(self._trees.changes(old, commit.tree))
        except Absent:
            self.absent += 1
            return []

    def _docs(
        self, changes: Iterable[Changed], left_out: Counter[str]
    ) -> Iterator[_Doc]:
        for changed in changes:
            reason, doc = self._doc(changed)
            if doc is not None:
                yield doc
            elif reason:
                left_out[reason] += 1

    def _doc(self, changed: Changed) -> tuple[str, _Doc | None]:
        if not self._counts(changed.path):
            return "", None
        try:
            name = changed.path.decode()
        except UnicodeDecodeError:
            return "files whose names are no UTF-8", None
        language = language_at(name)
        if language is None or (self._languages and language.id not in self._languages):
            return "", None
        if not name.isprintable():
            return "files whose names are odd", None
        if changed.path not in self._head:
            return "files that are no longer tracked", None
        reason = reason_of_path(name)
        return reason, None if reason else _Doc(
            changed=changed, name=name, language=language
        )

    def _is_ignored(self, doc: _Doc, commit: Known, left_out: Counter[str]) -> bool:
        path = doc.changed.path
        if path not in self._ignored:
            self._ignored[path] = self._is_ignored_now(path, doc.name)
        if self._ignored[path] or self._rules.ignores(commit.tree, path):
            left_out["files that are ignored"] += 1
            return True
        marked = self._rules.is_marked(self._head_tree, path)
        left_out["files that .gitattributes says were not written here"] += marked
        return marked

    def _is_ignored_now(self, path: bytes, name: str) -> bool:
        whole = posixpath.join(self._repository.folder or "/", name)
        return self._refusals.ignores(whole) or self._rules.ignores(
            self._head_tree, path
        )

    def _stood_before(self, changes: Iterable[Changed]) -> frozenset[str]:
        """Give the bare lines of all files that a commit touched, as they were."""
        lines: set[str] = set()
        removed_first = sorted(changes, key=lambda changed: changed.new != "")
        for changed in removed_first[:_MOST_FILES]:
            if changed.old and language_at(changed.path.decode(errors="replace")):
                text = self._text(changed.path.decode(errors="replace"), changed.old)
                lines.update(map(bare, (text or "").split("\n")))
        return frozenset(lines)

    def _stands_beside(self, docs: Iterable[_Doc], commit: Known) -> frozenset[str]:
        """Give the bare lines of files of the same kind beside where a new one came.

        Who adds another of a kind begins with a copy.
        """
        lines: set[str] = set()
        tree = self._history.tree_of(commit.parents[0]) if commit.parents else None
        for doc in docs:
            if doc.changed.old or not tree:
                continue
            for name, id_ in self._trees.beside(tree, doc.changed.path, _BESIDE):
                text = self._text(os.fsdecode(name), id_)
                lines.update(map(bare, (text or "").split("\n")))
        return frozenset(lines)

    def _examined(
        self, docs: Iterable[_Doc], before: frozenset[str], left_out: Counter[str]
    ) -> Iterator[Examined]:
        for doc in docs:
            size = self._repository.size(doc.changed.new)
            if size is None:
                self.absent += 1
                continue
            if too_large := reason_of_size(size):
                left_out[too_large] += 1
                continue
            text = self._text(doc.name, doc.changed.new)
            reason = reason_of_text(text)
            if reason or text is None:
                left_out[reason] += 1
                continue
            old = self._text(doc.name, doc.changed.old) if doc.changed.old else ""
            yield self._compared(doc, old or "", text, before)

    def _compared(
        self, doc: _Doc, old: str, text: str, before: frozenset[str]
    ) -> Examined:
        document = Document.of(text)
        old_lines = Document.of(old).lines
        hunks = compare(old.encode(), text.encode())
        return Examined(
            path=doc.changed.path,
            name=doc.name,
            language=doc.language,
            document=document,
            written=written(hunks, old_lines, document.lines, before),
            test=is_test(doc.name),
            id=doc.changed.new,
        )

    def _text(self, name: str, id_: str) -> str | None:
        data = self._data(id_)
        return None if data is None else text_of(name, data)

    def _data(self, id_: str) -> bytes | None:
        size = self._repository.size(id_)
        if size is None or size > LARGEST:
            return None
        return self._repository.read(id_, BLOB)

    def holds_secret(self, each: Examined) -> bool:
        """Tell whether a file holds a secret: as of then, at HEAD, or as it is now."""
        today = self._head.get(each.path, "")
        if not self.are_clean((today, each.id)):
            return True
        return not self._is_clean_on_disk(each.name)

    def are_clean(self, ids: Iterable[str]) -> bool:
        """Tell whether none of some versions of a file holds a secret."""
        return all(map(self._is_clean, sorted(ids)))

    def _is_clean(self, id_: str) -> bool:
        if id_ not in self._clean:
            size = self._repository.size(id_)
            data = self._data(id_) or b""
            is_known = size is None or size <= LARGEST
            clean = is_known and not self._refusals.holds_secret(_guarded(data))
            self._clean[id_] = clean
        return self._clean[id_]

    def _is_clean_on_disk(self, name: str) -> bool:
        if not self._repository.folder:
            return True
        key = f"now {name}"
        if key not in self._clean:
            path = Path(self._repository.folder, name)
            try:
                read = read_bytes(path, limit=LARGEST)
            except Unreadable:
                read = None
            lines = _guarded(read[0]) if read is not None else []
            self._clean[key] = not self._refusals.holds_secret(lines)
        return self._clean[key]


def _not_renamed(changes: Sequence[Changed]) -> list[Changed]:
    """Give the files that a commit wrote: not removed, nor only named anew."""
    removed = {changed.old for changed in changes if not changed.new}
    return [each for each in changes if each.new and each.new not in removed]


def _without_inner_tests(each: Examined) -> Examined:
    """Leave out the tests in a file of code, or call the file one of tests."""
    tests = first_test_row(each.language.id, each.document.lines)
    own = frozenset(row for row in each.written.own if row < tests)
    lines = (each.document.lines[row] for row in own)
    if not any(line.strip() and not is_import(line) for line in lines):
        return replace(each, test=True)
    return replace(each, written=replace(each.written, own=own))


def _guarded(data: bytes) -> Sequence[str]:
    return data.decode("utf-8", "replace").splitlines(keepends=True)
