"""Which task is wanted most."""

from hexai.bench.mining.quotas import Quotas
from hexai.domain.bench import Kind

PYTHON = {"python": (10, True)}


def taken(quotas: Quotas, languages: list[str]) -> dict[tuple[str, Kind], int]:
    """Take what is wanted most until nothing is."""
    have: dict[tuple[str, Kind], int] = {}
    while True:
        urgent = [
            (quotas.urgency(language, kind, test=False), language, kind)
            for language in languages
            for kind in Kind
        ]
        urgency, language, kind = max(urgent)
        if not urgency:
            return have
        quotas.count(language, kind, test=False)
        have[language, kind] = have.get((language, kind), 0) + 1


def test_kinds_have_their_shares() -> None:
    """Of a hundred tasks so many are of each kind."""
    have = taken(Quotas(100, Kind, PYTHON), ["python"])

    assert {kind.value: n for (_, kind), n in have.items()} == {
        "tail": 30,
        "line": 25,
        "body": 20,
        "block": 15,
        "params": 10,
    }


def test_languages_share_by_how_often_they_were_written_in() -> None:
    """Three quarters and a quarter."""
    languages = {"python": (30, True), "go": (10, True)}

    have = taken(Quotas(80, Kind, languages), ["python", "go"])

    assert sum(n for (language, _), n in have.items() if language == "go") in range(
        19, 23
    )


def test_without_a_grammar_there_are_lines_alone() -> None:
    """And at most a quarter, if there are other languages."""
    languages = {"python": (10, True), "yaml": (90, False)}

    have = taken(Quotas(100, Kind, languages), ["python", "yaml"])

    yaml = {kind: n for (language, kind), n in have.items() if language == "yaml"}
    assert set(yaml) == {Kind.TAIL, Kind.LINE}
    assert sum(yaml.values()) in range(24, 28)


def test_a_repository_without_a_grammar_has_tasks_too() -> None:
    """Then there are no others."""
    have = taken(Quotas(20, Kind, {"yaml": (5, False)}), ["yaml"])

    assert sum(have.values()) == 20


def test_tests_are_wanted_up_to_a_quarter() -> None:
    """The rest waits for code."""
    quotas = Quotas(8, Kind, PYTHON)
    for _ in range(2):
        assert quotas.urgency("python", Kind.TAIL, test=True)
        quotas.count("python", Kind.TAIL, test=True)

    assert not quotas.urgency("python", Kind.LINE, test=True)
    assert quotas.urgency("python", Kind.LINE, test=False)


def test_whatever_there_is_counts_in_the_end() -> None:
    """What has its share already is wanted less than what has not."""
    quotas = Quotas(10, Kind, PYTHON)
    for _ in range(3):
        quotas.count("python", Kind.TAIL, test=False)
    assert not quotas.urgency("python", Kind.TAIL, test=False)

    quotas.is_loose = True

    more = quotas.urgency("python", Kind.TAIL, test=False)
    assert 0 < more < quotas.urgency("python", Kind.LINE, test=False)


def test_a_task_that_fell_out_is_wanted_again() -> None:
    """As if it had never been found."""
    quotas = Quotas(1, Kind, PYTHON)
    quotas.count("python", Kind.TAIL, test=False)
    assert quotas.full

    quotas.count("python", Kind.TAIL, test=False, by=-1)

    assert not quotas.full
