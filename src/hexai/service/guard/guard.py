"""What must stay on this machine: texts that hold a secret, files that are ignored.

The guard looks once at a request, in one place for all surfaces: at its messages, and
at the documents that they were made of, since a window or a cursor may cut a secret in
two so that neither half looks like one. Its rules are data (`rules.json`, shown
in docs/reference/guard.md): patterns for tokens that are known by their own form, for
values that are known by the name before them, and names of files. Which files git
ignores is asked of `service.ignore`.

It is a net, not a proof.
"""

import asyncio
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from hexai.config.folders import Folders
from hexai.config.schema import Ignore
from hexai.domain.entry import Surface
from hexai.domain.messages import Message, Role
from hexai.domain.request import Clearance, Request
from hexai.service.guard.findings import (
    Finding,
    LineMemory,
    find_secrets,
    findings,
    look,
)
from hexai.text.lines import Lines

if TYPE_CHECKING:  # what only documents need is loaded with the first of them
    from hexai.service.ignore.ignore import Ignored, IgnoreRules

_NAMED = 3  # secrets that are named; more would only make it long
_AROUND = 200
"""Lines on both sides of a window that are looked at with it; no secret is longer."""
_LARGE = 128 << 10
"""Characters; to look at more would hold up the event loop."""

_LINES = 10_000
"""Lines that are looked at in one go; the rest of a long text waits its turn."""

_PLACES = {
    Role.SYSTEM: "the system prompt",
    Role.USER: "the prompt",
    Role.ASSISTANT: "an earlier answer",
}

Place = Callable[[Finding], str]
"""Says where a finding is, as it stands in a sentence."""


class Source(Struct, frozen=True, kw_only=True):
    """A text that went into the messages, so that a finding can say where it is."""

    name: str
    """As it stands in a sentence: `standard input`."""
    text: str


class GuardedText(Struct, frozen=True, kw_only=True):
    """A document of which something goes into the messages."""

    uri: str
    """Its URI or absolute path."""
    lines: Lines
    """All of it."""
    title: str = ""
    """What people call it; empty: by the last part of its path."""
    first: int = 0
    """The first line of the window that goes into the messages."""
    last: int | None = None
    """The line after the last one of the window; None: to the end."""

    @property
    def around(self) -> range:
        """The lines in which a secret may lie that the window shows a part of."""
        last = len(self.lines) if self.last is None else self.last
        return range(len(self.lines))[max(0, self.first - _AROUND) : last + _AROUND]

    @property
    def name(self) -> str:
        """What people call it."""
        if self.title:
            return self.title
        from hexai.service.ignore.ignore import name_of

        return name_of(self.uri)


class Guard:
    """Looks at what is to be asked; remembers lines, so that an edit costs little."""

    def __init__(self, folders: Folders, environ: Mapping[str, str]) -> None:
        """Read nothing and know no line yet."""
        self._folders = folders
        self._environ = environ
        self._memory = LineMemory()
        self._ignore_rules: IgnoreRules | None = None

    async def find_ignored(
        self, documents: Sequence[GuardedText], settings: Ignore
    ) -> "Ignored | None":
        """Say why one of the documents may not leave this machine, if so."""
        for document in documents:
            ignored = await self._ignored(document.uri, settings)
            if ignored is not None:
                return ignored
        return None

    async def _ignored(self, uri: str, settings: Ignore) -> "Ignored | None":
        from hexai.service.ignore.git import TakesLong
        from hexai.service.ignore.ignore import IgnoreRules

        if self._ignore_rules is None:
            self._ignore_rules = IgnoreRules(self._folders, self._environ)
        find = partial(self._ignore_rules.find, uri, settings)
        try:
            return find(patient=False)
        except TakesLong:
            return await asyncio.to_thread(find)

    async def inspect(
        self,
        request: Request,
        *,
        documents: Sequence[GuardedText] = (),
        sources: Sequence[Source] = (),
        allow_secrets: Collection[str] = (),
    ) -> Clearance:
        """Say whether a request may leave this machine, and if not, why.

        `documents` and `sources` are what the request was composed of, `allow_secrets`
        the fingerprints that the user declared harmless. A caller for whom the user
        overrides the guard does not ask it.
        """
        self._memory.begin()
        found: dict[str, str] = {}
        for lines, place in _texts(request, documents, sources):
            for finding in await self._find(lines):
                _note(found, finding, place, allow_secrets)
        is_line = request.surface is Surface.CLI
        return clearance_of(found, for_one_call=is_line or not documents)

    async def _find(self, lines: Sequence[str]) -> list[Finding]:
        found: list[Finding] = []
        for first in range(0, len(lines), _LINES):
            if first:
                await asyncio.sleep(0)  # others have their turn between two parts
            some = lines[first : first + _LINES + _AROUND]
            found += [
                replace(finding, line=first + finding.line)
                for finding in await self._find_in_some(some)
            ]
        return found

    async def _find_in_some(self, lines: Sequence[str]) -> list[Finding]:
        survey = self._memory.survey(lines)
        if survey.size <= _LARGE:
            found = look(survey)
        else:
            stopped: list[bool] = []
            try:
                found = await asyncio.to_thread(look, survey, lambda: bool(stopped))
            finally:
                stopped.append(True)
        self._memory.learn(survey, found)
        return list(findings(survey, found))


def inspect(
    messages: Sequence[Message], *, allow_secrets: Collection[str] = ()
) -> Clearance:
    """Look at messages where no request is made, and at once."""
    found: dict[str, str] = {}
    for lines, place in _message_texts(messages, ()):
        for finding in find_secrets(lines):
            _note(found, finding, place, allow_secrets)
    return clearance_of(found, for_one_call=True)


def _texts(
    request: Request, documents: Sequence[GuardedText], sources: Sequence[Source]
) -> Iterator[tuple[Sequence[str], Place]]:
    # Documents first: the line of a file says more than that of a prompt made of it.
    for document in documents:
        around = document.around
        yield document.lines.raw[around.start : around.stop], _in_document(document)
    yield from _message_texts(request.messages, sources)
    for text in request.infill.texts if request.infill else ():
        whole_lines = f"\n{text}\n"
        if not any(whole_lines in message.content for message in request.messages):
            yield text.splitlines(keepends=True), lambda _: "the text beside the gap"


def _message_texts(
    messages: Sequence[Message], sources: Sequence[Source]
) -> Iterator[tuple[Sequence[str], Place]]:
    for message in messages:
        lines = message.content.splitlines(keepends=True)
        yield lines, _in_message(message, lines, sources)


def _in_document(document: GuardedText) -> Place:
    return lambda found: (
        f"line {document.around.start + found.line + 1} of {document.name}"
    )


def _in_message(
    message: Message, lines: Sequence[str], sources: Sequence[Source]
) -> Place:
    def place(found: Finding) -> str:
        offset = sum(map(len, lines[: found.line])) + found.column
        start, name = 0, _PLACES[message.role]
        for source in sources:
            begins = message.content.find(source.text)
            if 0 <= begins <= offset < begins + len(source.text):
                start, name = begins, source.name
                break
        line = message.content.count("\n", start, offset) + 1
        return f"line {line} of {name}"

    return place


def _note(
    found: dict[str, str], finding: Finding, place: Place, allowed: Collection[str]
) -> None:
    """Take a finding down, unless the user allows it or it is known already."""
    mark = finding.fingerprint
    if mark not in allowed and mark not in found and len(found) <= _NAMED:
        found[mark] = f"rule {finding.rule} found a secret on {place(finding)}"


def clearance_of(found: Mapping[str, str], *, for_one_call: bool) -> Clearance:
    """Say why something must stay here: what was found, by fingerprint."""
    if not found:
        return Clearance()
    reasons = [f"{what} (fingerprint {mark})" for mark, what in found.items()]
    more = " and more" if len(found) > _NAMED else ""
    which = "these are" if len(found) > 1 else "it is"
    once = "use --send-anyway or " if for_one_call else ""
    return Clearance(
        "; ".join(reasons[:_NAMED])
        + more
        + f"; if {which} harmless, {once}put the fingerprint into ignore.allow_secrets"
    )
