"""What of a repository stays on this machine, by the rules of now and of then."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache

from msgspec import Struct

from hexai.bench.mining.attributes import Rule, is_marked, parse_attributes
from hexai.bench.mining.trees import BLOB, Entry, Objects, Trees, file_of, folder_of
from hexai.config.folders import Folders
from hexai.config.schema import Ignore
from hexai.service.guard.findings import LineMemory, findings, look
from hexai.service.ignore.git import LIMIT
from hexai.service.ignore.ignore import IgnoreRules, Patterns, is_ignored
from hexai.service.ignore.patterns import parse_patterns


class Refusals(Struct, frozen=True, kw_only=True):
    """How the guard and today's ignore rules are asked."""

    ignores: Callable[[str], bool]
    """Tells whether a file of today, given by its whole path, is ignored."""
    holds_secret: Callable[[Sequence[str]], bool]
    """Tells whether lines, with their breaks, hold what looks like a secret."""


def refusals(
    folders: Folders, environ: Mapping[str, str], settings: Ignore
) -> Refusals:
    """Ask as every request is asked, with the user's patterns and false alarms."""
    rules = IgnoreRules(folders, environ)
    memory = LineMemory()  # versions of a file differ in a few lines

    def holds_secret(lines: Sequence[str]) -> bool:
        memory.begin()
        survey = memory.survey(lines)
        found = look(survey)
        memory.learn(survey, found)
        secrets = findings(survey, found)
        return any(each.fingerprint not in settings.allow_secrets for each in secrets)

    return Refusals(
        ignores=lambda path: rules.find(path, settings) is not None,
        holds_secret=holds_secret,
    )


class FolderRules:
    """What a commit's own files say of others, in each of its folders."""

    def __init__(self, objects: Objects, trees: Trees) -> None:
        """Read nothing yet."""
        self._objects = objects
        self._trees = trees
        self._ignored = lru_cache(maxsize=512)(self._parse_ignored)
        self._attributes = lru_cache(maxsize=512)(self._parse_attributes)

    def ignores(self, tree: str, path: bytes) -> bool:
        """Tell whether a file was ignored, tracked or not.

        `tree` is the folder of all files of then.
        """

        def patterns_of(folder: bytes) -> Patterns:
            id_ = self._find(tree, folder, b".gitignore")
            return self._ignored(id_) if id_ else ()

        return is_ignored(path, patterns_of)

    def is_marked(self, tree: str, path: bytes) -> bool:
        """Tell whether a file is said to be generated or from elsewhere."""

        def rules_of(folder: bytes) -> tuple[Rule, ...]:
            id_ = self._find(tree, folder, b".gitattributes")
            return self._attributes(id_) if id_ else ()

        return is_marked(path, rules_of)

    def _find(self, tree: str, folder: bytes, name: bytes) -> str:
        return self._trees.find(tree, folder + b"/" + name if folder else name)

    def _parse_attributes(self, id_: str) -> tuple[Rule, ...]:
        size = self._objects.size(id_)
        is_small = size is not None and size <= LIMIT
        return parse_attributes(
            self._objects.read(id_, BLOB) or b"" if is_small else b""
        )

    def _parse_ignored(self, id_: str) -> Patterns:
        size = self._objects.size(id_)
        if size is None or size > LIMIT:  # nobody knows what it ignores
            return parse_patterns(b"*")
        return parse_patterns(self._objects.read(id_, BLOB) or b"*")


def versions(
    trees: Trees, roots: Iterable[str], paths: Iterable[bytes]
) -> dict[bytes, set[str]]:
    """Find all that some files ever held in some commits, given by their trees."""
    found: dict[bytes, set[str]] = {path: set() for path in paths}
    below = _by_folder(found)
    known: set[tuple[bytes, Entry]] = set()
    for root in dict.fromkeys(roots):
        waiting = [(b"", root)]
        while waiting:
            folder, id_ = waiting.pop()
            entries = trees.folder(id_) or {}
            for name, path in below[folder]:
                entry = entries.get(name)
                if entry is None or (path, entry) in known:
                    continue
                known.add((path, entry))
                if path in found and (file := file_of(entry)):
                    found[path].add(file)
                if path + b"/" in below and (inner := folder_of(entry)):
                    waiting.append((path + b"/", inner))
    return found


def _by_folder(paths: Iterable[bytes]) -> dict[bytes, set[tuple[bytes, bytes]]]:
    """Give the names, and their paths, that matter in each folder that has some."""
    below: dict[bytes, set[tuple[bytes, bytes]]] = {b"": set()}
    for path in paths:
        *folders, name = path.split(b"/")
        above = b""
        for each in folders:
            below.setdefault(above, set()).add((each, above + each))
            above += each + b"/"
        below.setdefault(above, set()).add((name, path))
    return below
