"""Asking: from the words of a command line to the exit code."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager

from hexai.domain.entry import Entry, Surface
from hexai.domain.outcome import Outcome
from hexai.domain.request import Request
from hexai.errors import (
    ConfigError,
    ConnectionFailed,
    NotSent,
    SetupError,
    TLSFailed,
    UsageError,
)
from hexai.prompts.catalogue import cli_system
from hexai.prompts.compose import cli_messages, wants_explanation
from hexai.service.ask import Question, ask
from hexai.service.kept import KeptPrompts
from hexai.service.loop import Loop
from hexai.service.services import Services
from hexai.surfaces.cli.first_run import check_first_run
from hexai.surfaces.cli.options import AskOptions
from hexai.surfaces.cli.process import Process
from hexai.surfaces.cli.prompt_input import Prompt, from_editor, from_line, read_piped
from hexai.surfaces.cli.screen import open_screen
from hexai.surfaces.cli.session import Session, folders_of, open_session
from hexai.surfaces.cli.show import Shown, show
from hexai.surfaces.cli.speak import complain, tell
from hexai.surfaces.cli.views import Wanted


def ask_words(process: Process, options: AskOptions, words: tuple[str, ...]) -> int:
    """Ask the words, what is piped in, or what the user writes in the editor."""
    prompt = from_line(words, read_piped(process))
    with _kept_on_failure(process, prompt):
        session = open_session(process, options)
        entries = session.entries(Surface.CLI)
    prompt = prompt or from_editor(process, session.folders.state)
    with _kept_on_failure(process, prompt):
        ...
