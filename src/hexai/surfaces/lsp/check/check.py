"""`hexai lsp --check`: from its word to what is printed."""

import asyncio

from hexai.service.loop import Loop
from hexai.surfaces.lsp.check.look import look
from hexai.surfaces.lsp.check.report import report
from hexai.surfaces.lsp.check.target import find_target
from hexai.surfaces.lsp.start import Start


def run(start: Start, word: str, folder: str) -> tuple[int, str]:
    """Look once; gives the exit code and the text.

    Raises `UsageError` if the file that the word names cannot be read.
    """
    target = find_target(word, folder)
    with asyncio.Runner(loop_factory=Loop) as runner:
        found = runner.run(look(start, target))
    return report(found, target)
