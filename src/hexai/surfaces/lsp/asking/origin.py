"""Where a question comes from: its document, the file that it is, and its project."""

import os
from hashlib import sha256
from pathlib import Path

from msgspec import Struct

from hexai.domain.record import Background
from hexai.prompts.cursor import Cursor
from hexai.service.guard.guard import GuardedText
from hexai.service.projects import project_of
from hexai.surfaces.lsp.editor.document import Document
from hexai.surfaces.lsp.editor.uris import to_path
from hexai.text.positions import Position, Span


class Origin(Struct, frozen=True, kw_only=True):
    """A document, and what it is part of."""

    document: Document
    path: Path | None
    """Its file; None where it is none."""
    project: str
    """The folder of its project; empty if it has none."""

    @classmethod
    def of(cls, document: Document) -> "Origin":
        """Find out what a document is part of."""
        path = to_path(document.uri)
        project = project_of(str(path.parent)) if path else ""
        return cls(document=document, path=path, project=project)

    @property
    def name(self) -> str:
        """What models are told that it is called; names no folder of the user's."""
        if self.path is None:
            return ""
        name = os.path.relpath(self.path, self.project or self.path.parent)
        return name.encode(errors="replace").decode()

    def cursor(self, span: Span) -> Cursor:
        """Give a part of it as prompts are composed of it."""
        return Cursor(
            document=self.document.lines,
            span=span,
            path=self.name,
            identifier=self.document.language,
        )

    def guarded(self, first: int, last: int) -> GuardedText:
        """Say that a request holds lines of it; `last` is the one after them."""
        return GuardedText(
            uri=self.document.uri, lines=self.document.lines, first=first, last=last
        )

    def background(self, at: Position | None = None) -> Background:
        """Say where a question comes from, without saying what it is about.

        `at` is its place, for questions that several servers may put at once.
        """
        uri, version = self.document.uri, self.document.version
        place = "" if at is None else f"{uri}\0{version}\0{at.line}:{at.character}"
        return Background(
            project=self.project,
            language=self.document.language,
            document=_hash(uri),
            place=place and _hash(place),
        )


def _hash(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
