"""How long an upstream asks to wait."""

import time
from collections.abc import Iterator

import pytest

from hexai.providers.http.refusal import retry_after


@pytest.fixture
def _in_tokyo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Be where the time is not that of Greenwich."""
    with monkeypatch.context() as there:
        there.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("_in_tokyo")
@pytest.mark.parametrize("zone", ["GMT", "+0000", "-0000", "Z"])
def test_a_date_is_of_greenwich_however_it_says_so(zone: str) -> None:
    """Wherever this machine is."""
    headers = {
        "retry-after": f"Wed, 21 Oct 2026 07:28:30 {zone}",
        "date": "Wed, 21 Oct 2026 07:28:00 GMT",
    }

    assert retry_after(lambda name: headers.get(name, "")) == 30.0
