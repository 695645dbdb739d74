"""How an extra is added to what runs."""

import sys

import pytest

from hexai.extras import install_command


def test_the_environment_that_runs_gets_it() -> None:
    """Not the one whose `pip` a shell finds first."""
    assert install_command("local") == f"{sys.executable} -m pip install 'hexai[local]'"


def test_where_there_is_no_pip_uv_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in what `uv tool install` has made; a path may hold blanks."""
    monkeypatch.setitem(sys.modules, "pip", None)
    monkeypatch.setattr(sys, "executable", "/my tools/bin/python")

    assert install_command("team") == (
        "uv pip install --python '/my tools/bin/python' 'hexai[team]'"
    )
