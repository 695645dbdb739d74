"""Repositories made commit by commit, as a person's would be; git is not started."""

from collections.abc import Mapping
from pathlib import Path

import pygit2
from pygit2.enums import FileMode

START = 1_700_000_000
"""When the first commit is made."""
HOUR = 3600


class MadeRepository:
    """A repository, and a folder of files beside it unless it is bare."""

    def __init__(self, folder: Path, *, bare: bool = False) -> None:
        """Make one without a commit."""
        self.folder = folder
        self.bare = bare
        self.repository = pygit2.init_repository(str(folder), bare=bare)
        self._index = pygit2.Index()
        self._at = START
        self.ids: list[str] = []

    @property
    def git(self) -> Path:
        """The repository's own folder."""
        return self.folder if self.bare else self.folder / ".git"

    @property
    def now(self) -> int:
        """An hour after the last commit."""
        return self._at

    def commit(
        self,
        files: Mapping[str, str | bytes | None],
        *,
        message: str = "change something",
        author: str = "Ada",
        parents: list[str] | None = None,
        at: int | None = None,
    ) -> str:
        """Commit files as they are given, None to remove one, an hour after another."""
        for path, content in files.items():
            self._put(path, content)
        at = self._at if at is None else at
        person = pygit2.Signature(author, f"{author.lower()}@example.org", at, 0)
        id_ = str(
            self.repository.create_commit(
                "HEAD" if parents is None else None,
                person,
                person,
                message,
                self._index.write_tree(self.repository),
                parents if parents is not None else self.ids[-1:],
            )
        )
        if parents is not None:
            self.repository.references["HEAD"].resolve().set_target(id_)
        self._at = max(self._at, at) + HOUR
        self.ids.append(id_)
        return id_

    def link(self, path: str, target: str, mode: FileMode = FileMode.LINK) -> None:
        """Have a link, or what else a mode makes of it, in the next commit."""
        blob = self.repository.create_blob(target.encode())
        self._index.add(pygit2.IndexEntry(path, blob, mode))

    def submodule(self, path: str, id_: str) -> None:
        """Have a submodule in the next commit."""
        self._index.add(pygit2.IndexEntry(path, pygit2.Oid(hex=id_), FileMode.COMMIT))

    def _put(self, path: str, content: str | bytes | None) -> None:
        file = self.folder / path
        if content is None:
            self._index.remove(path)
            file.unlink(missing_ok=True)
            return
        data = content.encode() if isinstance(content, str) else content
        blob = self.repository.create_blob(data)
        self._index.add(pygit2.IndexEntry(path, blob, FileMode.BLOB))
        if not self.bare:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
