"""The page of `hexai report` in Debian's Chromium."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from benchmarks.year import fill
from hexai.config.folders import find_folders
from hexai.domain.entry import Surface
from hexai.domain.messages import Message, Role
from hexai.domain.record import Background, Fact, Method, Shown
from hexai.ledger.access import Ledger
from tests.support.benches import record_bench
from tests.support.command_line import run_cli
from tests.support.records import BEGAN_AT, chosen, contender_record, run_id, run_record

pytestmark = [pytest.mark.debian, pytest.mark.e2e]

CHROMIUM = "/usr/bin/chromium"
_ARGUMENTS = ("--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND")
"""Chromium asks for its own services by and by, and no test may leave this machine.
What a page asks for is watched before names are looked up."""
HOSTILE = "</script><img src=//x.example onerror=alert(1)>'+alert(2)+'\u202e{{signal}}"


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Make a page of a year, with texts, and one of nothing."""
    made = {}
    for kind in ("year", "empty"):
        folder = tmp_path_factory.mktemp(kind)
        fill(folder / "state/hexai/ledger.db", kind)
        if kind == "year":
            bench(folder, ("one", "other"), "tonight")
        ran = run_cli("report", "--texts", folder=folder, environ=home(folder))
        assert ran.code == 0
        made[kind] = folder / "hexai-report.html"
    return made


def bench(folder: Path, labels: tuple[str, str], words: str) -> None:
    """Let somebody who lives in a folder have run a bench."""
    folders = find_folders(home(folder), folder)
    record_bench(folders, labels, name=words, words=words)


def home(folder: Path) -> dict[str, str]:
    """Let somebody live in a folder."""
    return {
        **os.environ,  # noqa: TID251 - the edge
        "HOME": str(folder),
        "XDG_STATE_HOME": str(folder / "state"),
    }


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start Debian's Chromium."""
    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=CHROMIUM, args=[*_ARGUMENTS])
        yield started
        started.close()


class Watched:
    """A page, and all that it asked for, said and asked of its user."""

    def __init__(self, context: BrowserContext, path: Path) -> None:
        self.requests: list[str] = []
        self.said: list[str] = []
        self.page = context.new_page()
        self.page.on("request", lambda each: self.requests.append(each.url))
        self.page.on("console", lambda each: self.said.append(each.text))
        self.page.on("pageerror", lambda each: self.said.append(str(each)))
        self.page.on("dialog", self._dismiss)
        self.page.goto(path.as_uri())

    def _dismiss(self, dialog: Any) -> None:
        self.said.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def is_quiet(self, path: Path) -> bool:
        """Tell whether nothing was asked for but the page, and nothing said."""
        return (self.requests, self.said) == ([path.as_uri()], [])


Open = Callable[..., Watched]


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Open]:
    """Open pages, each watched."""
    contexts: list[BrowserContext] = []

    def opened(path: Path, **options: Any) -> Watched:
        contexts.append(browser.new_context(**options))
        return Watched(contexts[-1], path)

    yield opened
    for context in contexts:
        context.close()


@pytest.mark.parametrize("kind", ["year", "empty"])
def test_it_asks_nobody_and_complains_of_nothing(
    pages: dict[str, Path], open_page: Open, kind: str
) -> None:
    """No request leaves the page, and the console stays empty."""
    watched = open_page(pages[kind])
    watched.page.wait_for_load_state("networkidle")

    assert watched.is_quiet(pages[kind])
    assert watched.page.locator("h2").count() >= 6


def visible_views(page: Page, section: str) -> list[str]:
    """Give the headings of the views that are in sight."""
    return page.locator(f"#{section} .view:visible h3").all_inner_texts()


def test_filters_switch_between_views(pages: dict[str, Path], open_page: Open) -> None:
    """Each section shows the figures of the surface and language that was chosen."""
    watched = open_page(pages["year"])
    page = watched.page

    assert visible_views(page, "speed") == ["completion", "cli"]
    page.select_option("#surface", "completion")
    assert visible_views(page, "speed") == ["completion"]
    page.select_option("#language", "rust")
    for section in ("answer", "speed", "became", "money"):
        assert visible_views(page, section) == ["completion, rust"]
    page.select_option("#surface", "cli")
    assert visible_views(page, "answer") == []
    assert page.locator("#answer .none").is_visible()
    assert page.locator("#told").inner_text() == "Shown: cli, rust"
    assert watched.is_quiet(pages["year"])


def test_tasks_are_chosen_by_kind(pages: dict[str, Path], open_page: Open) -> None:
    """Of the tasks that differ most only those of the kind stay in sight."""
    page = open_page(pages["year"]).page
    form = page.locator("#bench .narrow")
    tasks = page.locator("#tasks .beside:visible")

    assert tasks.count() == 2
    form.locator(".kind").select_option("body")
    assert [" · body · " in each for each in tasks.all_inner_texts()] == [True]
    form.locator(".kind").select_option("")
    assert tasks.count() == 2


def test_two_answers_are_compared_word_by_word(
    pages: dict[str, Path], open_page: Open
) -> None:
    """What only one of them has is marked, and the texts stay what they are."""
    watched = open_page(pages["year"])
    run = watched.page.locator("#runs details").first
    run.locator("summary").click()
    before = run.locator(".sides pre").all_inner_texts()
    run.locator(".one").select_option("0")
    marked = run.locator("del").all_inner_texts(), run.locator("ins").all_inner_texts()
    after = run.locator(".sides pre").all_inner_texts()
    run.locator(".one").select_option("")

    assert all(marked)
    assert after == before
    assert run.locator("del, ins").count() == 0


def test_the_keyboard_reaches_everything(
    pages: dict[str, Path], open_page: Open
) -> None:
    """Tab comes to every link, filter, table and text that is in sight."""
    page = open_page(pages["year"]).page
    wanted = page.locator(
        "a, select:visible, summary:visible, .scroll:visible, pre:visible"
    ).count()
    reached = set()
    for _ in range(wanted + 2):
        page.keyboard.press("Tab")
        reached.add(
            page.evaluate(
                "[...document.querySelectorAll('*')].indexOf(document.activeElement)"
            )
        )
    page.locator("#language").focus()
    page.keyboard.press("g")
    page.keyboard.press("Enter")

    assert len(reached) >= wanted
    assert visible_views(page, "answer")[0] == "completion, go"


@pytest.mark.parametrize("kind", ["year", "empty"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(
    pages: dict[str, Path], browser: Browser, kind: str, scheme: Any
) -> None:
    """No barrier that axe-core knows, in either colours, and contrast enough."""
    context = browser.new_context(color_scheme=scheme, bypass_csp=True)
    page = context.new_page()
    page.goto(pages[kind].as_uri())
    found = Axe().run(page).response["violations"]
    context.close()

    assert [
        (each["id"], each["impact"], each["nodes"][0]["html"]) for each in found
    ] == []


@pytest.mark.parametrize("width", [400, 2000])
def test_it_fits_the_screen(
    pages: dict[str, Path], open_page: Open, width: int
) -> None:
    """Nothing but a table's own frame is wider than the window."""
    page = open_page(pages["year"], viewport={"width": width, "height": 900}).page

    assert page.evaluate("document.documentElement.scrollWidth") <= width


def hostile(folder: Path) -> Path:
    """Make a page of a ledger whose every text is hostile."""
    facts: list[Fact] = []
    contenders = [
        contender_record(
            index,
            label=f"{HOSTILE}{index}",
            model=HOSTILE,
            upstream=HOSTILE,
            returned_model=HOSTILE,
            text=HOSTILE,
        )
        for index in range(2)
    ]
    for number in range(1, 60):
        facts += [
            run_record(
                number,
                *contenders,
                surface=Surface.COMPLETION,
                background=Background(
                    language=HOSTILE if number > 1 else "", project=HOSTILE
                ),
                messages=(Message(Role.USER, HOSTILE),),
                seed=1,
            ),
            Shown(run_id=run_id(number), at=BEGAN_AT, items=((0,), (1,)), whole=True),
            chosen(number, number % 2, method=Method.COMMAND),
        ]
    fill(folder / "state/hexai/ledger.db", "empty")
    ledger = Ledger(folder / "state/hexai/ledger.db", patience=1.0)
    ledger.take(*facts)
    ledger.close()
    bench(folder, (f"{HOSTILE}0", f"{HOSTILE}1"), HOSTILE)
    run_cli("report", "--texts", folder=folder, environ=home(folder))
    return folder / "hexai-report.html"


def test_hostile_texts_do_nothing(tmp_path: Path, open_page: Open) -> None:
    """They are shown as they are: no script runs, no request leaves."""
    path = hostile(tmp_path)
    watched = open_page(path)
    page = watched.page
    page.select_option("#language", index=1)
    for section in ("runs", "tasks"):
        page.locator(f"#{section} summary").first.click()
    page.locator("#runs .one").first.select_option("0")
    page.wait_for_load_state("networkidle")

    assert watched.is_quiet(path)
    assert page.locator("img").count() == 0
    assert (
        "<img src=//x.example"
        in page.locator("#answer table:visible").first.inner_text()
    )
    assert "<img" in "".join(page.locator("#answer svg text").all_text_contents())
    assert "\u202e" not in page.content()
