"""The documentation's examples for jq, on what Hexai really prints."""

import re
import subprocess
from collections.abc import Iterator

import jq
import pytest

from tests.support.command_line import run_cli, simulated
from tests.test_docs import PAGES


def _jq_programs() -> list[tuple[str, str]]:
    """Give what pages show of jq: its options, and its program."""
    text = "".join(page.read_text() for page in PAGES)
    found = re.findall(r"\| jq (?:(-\w+) )?'(.+?)'$", text, re.MULTILINE)
    assert len(found) == len(re.findall(r"\bjq +[-'\".]", text)) >= 4
    return found


def _asked_for_jq(program: str) -> Iterator[str]:
    """Give what an example hands to jq: of a fresh answer, and of a kept one."""
    form = "--jsonl" if ".event" in program else "--json"
    simulated("echo", "echo?seed=2")
    for fresh in (["--fresh"], []):
        yield run_cli(form, *fresh, "two plus two").out


@pytest.mark.parametrize("program", [program for _, program in _jq_programs()])
def test_examples_for_jq_run(program: str) -> None:
    """With the newest jq, and each gives something."""
    for printed in _asked_for_jq(program):
        given = jq.compile(program).input_text(printed).all()
        assert given
        assert None not in given


@pytest.mark.debian
@pytest.mark.parametrize(("options", "program"), _jq_programs())
def test_examples_for_jq_run_in_a_shell(options: str, program: str) -> None:
    """With jq 1.6 too, in which `label` is a word."""
    command = ["jq", *([options] if options else []), program]
    for printed in _asked_for_jq(program):
        shown = subprocess.run(
            command, input=printed, capture_output=True, check=True, text=True
        )
        assert shown.stderr == ""
        assert shown.stdout.strip() not in ("", "null")
