"""The line for tmux: the Go tool's format, and names that may hold anything."""

import re
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexai.config.schema import ThemeName, Tmux
from hexai.domain.figures import Traffic, TrafficWindow
from hexai.service.tmux_line import MOST_CELLS, THEMES, span, waiting_line, window_line
from hexai.text.cells import width

PLAIN = Tmux()
OWN_CODE = re.compile(r"#\[(?:default|(?:[fb]g=[a-z0-9#]+,?)+)\]")


def traffic(**facts: object) -> Traffic:
    """Describe the requests to one model."""
    fields: dict[str, object] = {
        "provider": "ollama",
        "model": "qwen",
        "requests": 80,
        "sent": 12_345,
        "received": 678,
        "newest_at": 2.0,
        **facts,
    }
    return Traffic(**fields)  # type: ignore[arg-type]


def window(*parts: Traffic, minutes: int = 60) -> TrafficWindow:
    """Make a window of two models, or of those given."""
    given = parts or (
        traffic(),
        traffic(model="old", requests=172, sent=1000, newest_at=1.0),
    )
    return TrafficWindow(minutes=minutes, traffic=given)


def shown(line: str) -> str:
    """Give what tmux draws: our codes act, and `##` is one `#`."""
    return OWN_CODE.sub("", line).replace("##", "#")


def test_who_is_asked_is_named() -> None:
    """The first contender, and how many are asked beside it."""
    names = ["ollama:qwen", "openai:gpt"]

    assert waiting_line(names[:1], PLAIN) == "LLM:ollama:qwen ⏳"
    assert waiting_line(names, PLAIN) == "LLM:ollama:qwen +1 ⏳"


def test_a_long_name_is_cut_before_the_glass() -> None:
    """Whatever is cut, somebody is waiting."""
    line = waiting_line(["ollama:qwen"], Tmux(status_maxlen=12))

    assert line == "LLM:olla… ⏳"
    assert width(line) == 12


def test_a_window_is_summed_up() -> None:
    """All requests first, then the model that answered last."""
    assert window_line(window(), PLAIN) == (
        "Σ@1h ↑13.3k ↓1.4k 4.2rpm | ollama:qwen 1.3rpm 80r"
    )


def test_an_empty_window_names_nobody() -> None:
    """Nothing was asked in all that time."""
    empty = TrafficWindow(minutes=90)

    assert window_line(empty, PLAIN) == "Σ@90m ↑0B ↓0B 0.0rpm"


@pytest.mark.parametrize(
    ("minutes", "text"),
    [(1, "1m"), (60, "1h"), (90, "90m"), (120, "2h"), (1440, "24h")],
)
def test_a_window_is_named_in_whole_hours_or_minutes(minutes: int, text: str) -> None:
    """As the Go tool does."""
    assert span(minutes) == text


@pytest.mark.parametrize(
    "look",
    [Tmux(status_narrow=True), Tmux(status_maxlen=48)],
    ids=["narrow", "no room"],
)
def test_the_newest_model_is_left_out(look: Tmux) -> None:
    """Where the user wants it narrow, or where it would not fit."""
    assert window_line(window(), look) == "Σ@1h ↑13.3k ↓1.4k 4.2rpm"
    assert len(window_line(window(), Tmux(status_maxlen=49))) == 49


def test_a_blank_model_is_not_named() -> None:
    """There is nothing to name."""
    assert "|" not in window_line(window(traffic(model=" ")), PLAIN)


def test_a_head_without_room_is_cut() -> None:
    """What was cut ends in an ellipsis."""
    assert window_line(window(), Tmux(status_maxlen=10)) == "Σ@1h ↑13.…"


def test_every_theme_of_the_schema_has_its_colours() -> None:
    """And the line goes back to the default at its end."""
    assert {*THEMES, ""} == set(get_args(ThemeName))
    for name in THEMES:
        line = window_line(window(), Tmux(status_theme=name))
        assert line.startswith("#[fg=")
        assert line.endswith("#[default]")
        assert shown(line) == window_line(window(), PLAIN)


def test_own_colours_win_over_the_themes() -> None:
    """The arrows keep the theme's, unless the background they were made for is gone."""
    theme = THEMES["purple"]
    blue = window_line(window(), Tmux(status_theme="purple", status_fg="#0000ff"))
    on_red = window_line(window(), Tmux(status_theme="purple", status_bg="red"))

    assert blue.startswith(f"#[fg=#0000ff,bg={theme.bg}]")
    assert f"#[fg={theme.sent}]↑#[fg=#0000ff]" in blue
    assert on_red.startswith("#[fg=white,bg=red]")
    assert "]↑" not in on_red.removeprefix("#[fg=white,bg=red]")


def test_a_colour_is_written_in_small_letters() -> None:
    """Tmux expands `#F` and `#D` where the option is drawn with `#{E:…}`."""
    look = Tmux(status_fg="#D70000", status_bg="#FF0000")

    assert window_line(window(), look).startswith("#[fg=#d70000,bg=#ff0000]")


NAMES = st.text(min_size=1) | st.text("#([{}])%é漢\x1b\n", min_size=1, max_size=400)


@given(
    provider=NAMES,
    model=NAMES,
    cells=st.integers(0, MOST_CELLS),
    theme=st.sampled_from(["", "purple", "blue"]),
)
def test_no_name_acts_on_tmux(
    provider: str, model: str, cells: int, theme: ThemeName
) -> None:
    """Every `#` that is not ours is doubled, whole, and within the cells."""
    look = Tmux(status_theme=theme, status_maxlen=cells)
    lines = [
        waiting_line([f"{provider}:{model}"], look),
        window_line(window(traffic(provider=provider, model=model)), look),
    ]
    for line in lines:
        theirs = OWN_CODE.sub("", line) if theme else line
        assert "#" not in theirs.replace("##", "")
        assert not re.search(r"[\x00-\x1f\x7f-\x9f]", line)
        assert width(theirs.replace("##", "#")) <= (cells or MOST_CELLS)
