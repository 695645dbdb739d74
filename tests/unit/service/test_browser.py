"""Which program opens a page, and with which words."""

from pathlib import Path

import pytest

from hexai.service.browser import browser_command, open_page


def program(folder: Path, name: str, script: str = "exit 0") -> str:
    """Put a program into a folder; gives its path."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


def test_the_users_word_goes_before_the_systems(tmp_path: Path) -> None:
    """The first that is there of BROWSER, then xdg-open, then open."""
    where = {"PATH": str(tmp_path)}

    assert browser_command(where) is None
    last = program(tmp_path, "open")
    assert browser_command(where) == (last,)
    other = program(tmp_path, "xdg-open")
    assert browser_command(where) == (other,)
    own = program(tmp_path, "firefox")
    wished = {**where, "BROWSER": "not-there:firefox --new-tab:open"}
    assert browser_command(wished) == (own, "--new-tab")


@pytest.mark.parametrize("wish", ["", ":", "'", "not there", "./here"])
def test_what_names_no_program_is_passed_over(tmp_path: Path, wish: str) -> None:
    """Nor is a program of the working directory ever one."""
    program(tmp_path, "here")
    known = program(tmp_path, "open")

    assert browser_command({"PATH": str(tmp_path), "BROWSER": wish}) == (known,)


@pytest.mark.parametrize("words", [(), ("--new", "%s"), ("--url=%s",)])
def test_it_gets_the_address_of_the_page(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    """In place of `%s`, or at the end."""
    told = tmp_path / "told"
    browser = program(
        tmp_path, "browser", f'for last; do :; done; echo "$last" >{told}'
    )
    page = tmp_path / "a page.html"

    assert open_page((browser, *words), page, {"PATH": "/usr/bin:/bin"})
    assert told.read_text().strip().endswith(page.as_uri())
    assert "%s" not in told.read_text()


def test_a_program_that_fails_is_noticed(tmp_path: Path) -> None:
    """So is one that is gone by now."""
    failing = program(tmp_path, "browser", "exit 3")

    assert not open_page((failing,), tmp_path / "page.html", {})
    assert not open_page((str(tmp_path / "gone"),), tmp_path / "page.html", {})
