"""What contenders are called: by their labels, and by what tells them apart."""

import time

from msgspec.structs import replace

from hexai.domain.figures import Subject, Title
from hexai.domain.fingerprint import PLAIN
from hexai.surfaces.contender_names import contender_names, options_of

HERE = "http://localhost:11434"
DAY = 86_400.0
NOON = time.mktime((2026, 11, 3, 12, 0, 0, 0, 0, -1))
"""Of 3 November 2026, where the tests run: days are told as people count them."""
COLD = Subject("cli", "ollama", "qwen", HERE, "temperature=0")
WARM = replace(COLD, fingerprint="temperature=0.7")


def named(*known: tuple[Subject, Title]) -> list[str]:
    """Name some of one surface."""
    subjects = {subject: subject for subject, _ in known}
    return [*contender_names(subjects, dict(known)).values()]


def test_a_label_is_the_name() -> None:
    """Where it is that of one contender; a model has none, and a fallback neither."""
    assert named((COLD, Title(label="cold")), (WARM, Title(label="warm"))) == [
        "cold",
        "warm",
    ]
    assert named((COLD, Title())) == ["ollama:qwen"]


def test_a_changed_option_is_told_by_its_day() -> None:
    """By the year too where there are several; the older keeps its name."""
    before = Title(label="home", since=NOON - 20 * DAY)
    after = Title(label="home", since=NOON)

    assert named((COLD, before), (WARM, after)) == ["home", "home since 3 Nov"]
    older = replace(before, since=NOON - 365 * DAY)
    assert named((COLD, older), (WARM, after)) == ["home", "home since 3 Nov 2026"]


def test_two_changes_of_a_day_are_told_by_what_differs() -> None:
    """And by nothing that is the same for both."""
    title = Title(label="home", since=NOON)

    assert named((COLD, title), (WARM, title)) == [
        "home (temperature=0)",
        "home (temperature=0.7)",
    ]
    unknown = replace(COLD, fingerprint="")
    assert named((COLD, title), (unknown, title))[1] == "home (options not recorded)"


def test_who_was_asked_with_an_option_more_is_told_by_that() -> None:
    """Who is asked as ever keeps the short name, whichever was there first."""
    title = Title(label="home", since=NOON)
    older = replace(title, since=NOON - 20 * DAY)
    top = replace(COLD, fingerprint="temperature=0 top_p=0.9")
    both = replace(COLD, fingerprint="seed=7 temperature=0 top_p=0.9")

    assert named((COLD, title), (top, older), (both, title)) == [
        "home",
        "home (top_p=0.9)",
        "home (seed=7, top_p=0.9)",
    ]
    plain = replace(COLD, fingerprint=PLAIN)
    assert named((plain, title), (COLD, title)) == ["home", "home (temperature=0)"]


def test_another_model_under_a_label_is_told_by_its_name() -> None:
    """That says more than since when it is there; of one model the day is said too."""
    other = replace(COLD, model="llama")
    title = Title(label="home", since=NOON)
    before = Title(label="home", since=NOON - 20 * DAY)

    assert named((COLD, title), (other, title), (WARM, before)) == [
        "home (qwen) since 3 Nov",
        "home (llama)",
        "home (qwen)",
    ]
    top = replace(COLD, fingerprint="temperature=0 top_p=0.9")
    assert named((COLD, title), (other, title), (top, title)) == [
        "home (qwen)",
        "home (llama)",
        "home (qwen, top_p=0.9)",
    ]
    moved = replace(COLD, provider="lmstudio")
    assert named((COLD, title), (moved, title)) == [
        "home (ollama:qwen)",
        "home (lmstudio:qwen)",
    ]


def test_models_of_one_name_are_told_apart_by_their_upstream() -> None:
    """Only those: the others are read faster without."""
    here = Subject("cli", "vllm", "qwen", "http://localhost:8000")
    there = Subject("cli", "vllm", "qwen", "http://gpu:8000")
    other = Subject("cli", "ollama", "qwen", HERE)

    assert named((here, Title()), (there, Title()), (other, Title())) == [
        "vllm:qwen (http://localhost:8000)",
        "vllm:qwen (http://gpu:8000)",
        "ollama:qwen",
    ]


def test_options_are_said_as_they_are_known() -> None:
    """None is something else than not recorded."""
    assert options_of(COLD) == "temperature=0"
    assert options_of(replace(COLD, fingerprint=PLAIN)) == "no options"
    assert options_of(replace(COLD, fingerprint="")) == "options not recorded"
