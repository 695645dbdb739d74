"""From entries to contenders."""

from hexai.domain.contender import Contender, Target
from hexai.domain.entry import Entry, RequestSpec, Surface
from hexai.engine.plan import plan
from tests.support.races import target
from tests.support.scripted import Scripted, says

CLIENT = Scripted(says("hi"))


def _entry(index: int, label: str, fallback: RequestSpec | None = None) -> Entry:
    return Entry(
        surface=Surface.CLI,
        index=index,
        label=label,
        spec=RequestSpec(provider="p", model=f"model-{label}"),
        fallback=fallback,
        timeout=20.0 + index,
    )


def _lookup(entry: Entry, spec: RequestSpec) -> Target:
    return target(CLIENT, spec.model)


def test_each_entry_becomes_a_contender_in_entry_order() -> None:
    """A contender's index is its place in the race, whatever the entry's was."""
    spare = RequestSpec(provider="q", model="spare")

    planned = plan([_entry(4, "home", spare), _entry(2, "away")], _lookup)

    assert planned == (
        Contender(
            index=0,
            label="home",
            target=target(CLIENT, "model-home"),
            fallback=target(CLIENT, "spare"),
            timeout=24.0,
        ),
        Contender(
            index=1, label="away", target=target(CLIENT, "model-away"), timeout=22.0
        ),
    )
