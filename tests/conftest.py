"""What every test can rely on: a clean environment, and a home of its own."""

import os
import signal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# The same examples in every run, and no limit of time for one: a suite tells what a
# change has done, and not how busy a machine is. `--hypothesis-profile=exploring` and
# `scripts/fuzz` look for what nobody has seen yet.
_UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("steady", _UNHURRIED, derandomize=True, database=None)
settings.register_profile("exploring", _UNHURRIED)
settings.load_profile("steady")

_KEPT = {"PATH", "LANG", "LC_ALL", "TERM", "TMPDIR", "USER", "LOGNAME", "VIRTUAL_ENV"}
_FOLDERS = {
    "HOME": "home",
    "XDG_CONFIG_HOME": "config",
    "XDG_STATE_HOME": "state",
    "XDG_CACHE_HOME": "cache",
    "XDG_DATA_HOME": "data",
}
_KEPT_PREFIXES = ("PIP_", "UV_", "PYTEST_", "COVERAGE_", "HEXAI_TEST_")


@pytest.fixture(autouse=True)
def _clean_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave no key, proxy or setting of the developer's within a test's reach."""
    for name in list(os.environ):  # noqa: TID251 - this is the edge of every test
        if name not in _KEPT and not name.startswith(_KEPT_PREFIXES):
            monkeypatch.delenv(name)
    for name, folder in _FOLDERS.items():
        place = tmp_path / "xdg" / folder
        place.mkdir(parents=True, exist_ok=True)
        monkeypatch.setenv(name, str(place))


def pytest_configure() -> None:
    """Let signals reach the programs under test, whoever started the tests.

    A shell starts what runs in the background with Ctrl-C ignored, `nohup` with a
    hang-up ignored, and that is inherited.
    """
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run what starts real processes last, so that simple faults show first."""
    items.sort(key=lambda item: item.get_closest_marker("e2e") is not None)
