"""A page stays within its size, and says what it leaves out."""

from collections import Counter

import pytest
from markupsafe import Markup

from hexai.domain.figures import Figures, Filter, Subject, Times
from hexai.domain.figures_by_week import Part
from hexai.report.page import Given, Page, make_page
from hexai.report.views import Known, known
from hexai.report.write import to_fitting_html
from hexai.surfaces.cli.report import words

FIRST_WEEK = 2900
GIVEN = Given(version="1", made="today")


def used(models: int, languages: int, weeks: int) -> Known:
    """Make up who was used in which languages, each in each of some weeks."""
    figures = Figures(runs=3, answered=3, total=Times(seen=Counter({1000: 3})))
    subjects = [Subject("completion", "p", f"model-{n}", "u") for n in range(models)]
    parts = [
        (Part(subject=each, language=f"language-{n}", week=FIRST_WEEK + week), figures)
        for each in subjects
        for n in range(languages)
        for week in range(weeks)
    ]
    return known(parts, {}, {})


@pytest.fixture(scope="module")
def page() -> Page:
    """Make a page of thirty models in forty languages."""
    return make_page(used(30, 40, 3), None, GIVEN, words(Filter()))


@pytest.mark.parametrize("most", [400_000, 200_000, 60_000])
def test_a_page_is_cut_to_its_size(page: Page, most: int) -> None:
    """Languages go before lines, and the lines of all languages come last."""
    fitting, written = to_fitting_html(page, lambda _: Markup(""), most=most)
    [first, *_] = fitting.sections

    assert len(written) <= most
    assert first.shown[0].language == ""
    views = len(first.shown) + len(fitting.missing) + fitting.unlisted
    assert views == 1 + 40, "none is forgotten"


def test_what_is_left_out_is_counted(page: Page) -> None:
    """Each has its command, and a table says how many of its rows are missing."""
    fitting, written = to_fitting_html(page, lambda _: Markup(""), most=60_000)
    told = written.decode()

    assert "hexai report --surface completion --language language-7" in told
    assert "more rows are not on this page" in told
    assert len(fitting.sections[0].shown) == 1


def test_a_page_with_room_is_whole(page: Page) -> None:
    """Nothing is left out for its own sake."""
    fitting, _ = to_fitting_html(page, lambda _: Markup(""), most=3_000_000)

    assert fitting == page
