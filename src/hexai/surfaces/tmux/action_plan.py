"""What is asked about a selection, and what its answers come to.

An editor's pipe gives a selection and not the file that it is from, unless `--file`
says so. The language is then guessed, no path is known to any rule of ignoring, and
unit tests have no file to go to: they come out below the selection, which stays.
"""

import os
import re
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from hexai.config.schema import Settings
from hexai.domain.outcome import Outcome
from hexai.domain.record import Background
from hexai.domain.request import Request
from hexai.prompts.actions import can_test
from hexai.prompts.code.cursor import Cursor
from hexai.prompts.instruction import Instruction, find_instruction, markers_for
from hexai.service.actions.action import (
    Action,
    Report,
    built_in,
    compose,
    custom_action,
    frame_of,
    objection_to,
    rewriting,
)
from hexai.service.actions.fitting import Frame, Unfit, fit
from hexai.service.actions.offered import guess_language
from hexai.service.actions.unit_test_edits import cleaned_tests, gap_of
from hexai.service.actions.unit_test_file import python_module
from hexai.service.actions.unit_test_plan import compose_test, find_subject
from hexai.service.guard.guard import GuardedText
from hexai.service.projects import project_of
from hexai.surfaces.tmux.menu import MenuAction
from hexai.surfaces.tmux.selection import Selection
from hexai.text.lines import Lines, Position, Span

_TESTED = "Go, Python, JavaScript, TypeScript or Rust"
_BREAK = re.compile(r"\r\n?|\n")


class Subject(Struct, frozen=True, kw_only=True):
    """A selection with what is known about it."""

    selection: Selection
    cursor: Cursor
    is_known: bool
    """Its language was said, or found out."""
    is_said: bool = False
    """It was said, be it by the name of its file."""
    path: str = ""
    """Its file, absolute; empty: not known."""
    project: str = ""

    @property
    def span(self) -> Span:
        """All of it."""
        return self.cursor.span

    @property
    def documents(self) -> tuple[GuardedText, ...]:
        """What the guard looks at beside the messages."""
        if not self.path:
            return ()
        return (GuardedText(uri=self.path, lines=self.cursor.document),)

    @property
    def background(self) -> Background:
        """Where it comes from, for the ledger."""
        document = sha256(os.fsencode(self.path)).hexdigest()[:16] if self.path else ""
        return Background(
            project=self.project,
            language=self.cursor.language.id if self.is_known else "",
            document=document,
        )

    def instruction(self, settings: Settings) -> Instruction | None:
        """Give what the selection itself asks for."""
        cursor = self.cursor
        markers = markers_for(settings, cursor.identifier, cursor.path)
        found = find_instruction(cursor, markers)
        return found if found is not None and found.text.strip() else None


class Plan(Struct, frozen=True, kw_only=True):
    """One action made ready to be asked."""

    title: str
    request: Request
    frame: Frame | None
    """Where the answer goes; None: below the selection."""
    finish: Callable[[Outcome], str | Unfit]
    """Gives what takes the selection's place."""


def make_subject(
    selection: Selection, *, folder: str, file: str = "", language: str = ""
) -> Subject:
    """Find out what there is to know; `file` is relative to the absolute `folder`."""
    document = Lines.of(selection.text)
    path = os.path.normpath(Path(folder) / file) if file else ""
    project = project_of(str(Path(path).parent) if path else folder)
    name = os.path.relpath(path, project or Path(path).parent) if path else ""
    is_said = bool(name or language)
    if not is_said:
        language = guess_language(selection.text)
    cursor = Cursor(
        document=document,
        span=Span(Position(0, 0), document.end),
        path=name.encode(errors="replace").decode(),
        identifier=language,
    )
    return Subject(
        selection=selection,
        cursor=cursor,
        is_known=bool(name or language),
        is_said=is_said,
        path=path,
        project=project,
    )


def make_plan(
    choice: MenuAction, prompt: str, subject: Subject, settings: Settings
) -> Plan | Unfit:
    """Make an action ready, or say why it cannot be done here."""
    if choice.kind == "gotest":
        return _plan_tests(choice, subject, settings)
    action = _action(choice, prompt, subject, settings)
    if isinstance(action, Unfit):
        return action
    frame = frame_of(action, subject.cursor, subject.span)
    if not subject.is_known:
        # Most of what is piped is code, and keeping its indentation harms no prose.
        frame = replace(frame, code=True)

    def finish(outcome: Outcome) -> str | Unfit:
        return objection_to(outcome) or fit(outcome.text, frame)

    return Plan(
        title=action.title,
        request=compose(action, subject.cursor, subject.span, settings.prompts),
        frame=frame,
        finish=finish,
    )


def _action(
    choice: MenuAction, prompt: str, subject: Subject, settings: Settings
) -> Action | Unfit:
    span = subject.span
    said = subject.selection.diagnostics
    reports = tuple(Report(message=each, span=span) for each in said)
    custom = choice.custom
    on_reports = choice.kind == "diagnostics"
    takes_reports = on_reports or (custom and custom.scope == "diagnostics")
    if takes_reports and not reports:
        return Unfit("no diagnostics stand above the selection")
    if custom is not None:
        return custom_action(custom, span, reports)
    match choice.kind:
        case "diagnostics" | "simplify" | "document" | "fix_typos":
            return built_in(choice.kind, span, reports=reports if on_reports else ())
        case _:
            return _rewriting(choice, prompt, subject, settings)


def _rewriting(
    choice: MenuAction, prompt: str, subject: Subject, settings: Settings
) -> Action | Unfit:
    if prompt.strip():
        return rewriting(prompt, subject.span)
    found = subject.instruction(settings) if choice.kind == "rewrite" else None
    if found is None:
        return Unfit("nothing says what it is to become; say so with --prompt")
    return rewriting(found.text, subject.span, found)


def _plan_tests(
    choice: MenuAction, subject: Subject, settings: Settings
) -> Plan | Unfit:
    cursor, path = subject.cursor, subject.path
    testable = can_test(cursor.identifier, cursor.path)
    found = find_subject(cursor) if testable else None
    if found is None:
        return _untestable(subject, testable=testable)
    language = found.language
    in_python = language == "python"
    request = compose_test(
        found,
        cursor,
        module=python_module(Path(path)) if in_python and path else "",
        framework="pytest" if in_python else "",
        prompts=settings.prompts,
    )

    def finish(outcome: Outcome) -> str | Unfit:
        if (objection := objection_to(outcome)) is not None:
            return objection
        tests = cleaned_tests(outcome.text, language)
        if isinstance(tests, Unfit):
            return tests
        return _below(subject.selection.text, tests, gap_of(language))

    return Plan(title=choice.item.title, request=request, frame=None, finish=finish)


def _untestable(subject: Subject, *, testable: bool) -> Unfit:
    if not subject.is_said:
        return Unfit(
            f"no function of {_TESTED} is seen in it; --file or --language may say "
            "what it is"
        )
    name = subject.cursor.language.name
    if testable:
        return Unfit(f"no function of {name} is in it, and tests are written for one")
    return Unfit(f"tests are written for {_TESTED}, and not for {name}")


def _below(selection: str, tests: str, gap: int) -> str:
    """Put tests below a selection, which ends as it ended."""
    head = selection.rstrip()
    tail = selection[len(head) :]
    found = _BREAK.search(selection)
    end = found[0] if found is not None else "\n"
    added = "\n" * (gap + 1) + tests.strip("\n")
    return head + _BREAK.sub(lambda _: end, added) + tail
