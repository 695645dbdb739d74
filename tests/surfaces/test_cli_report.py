"""`hexai report`: one private file, whose figures are those of other commands."""

import json
import os
import re
import stat
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from shutil import copy2
from typing import Any

import pytest

from benchmarks.year import fill
from hexai.domain.entry import Surface
from hexai.domain.messages import Message, Role
from hexai.domain.record import Background, Fact, Method, Shown
from hexai.ledger.access import Ledger
from hexai.report.write import LARGEST
from tests.support.command_line import Result, run_cli
from tests.support.records import BEGAN_AT, chosen, contender_record, run_id, run_record

MARKER = "CANARY-of-a-text"
HOSTILE = "</script></title><img src=x onerror=alert(1)>\u202e\x1b[31m'\"{{7*7}}"


def ledger_file() -> Path:
    """Give the ledger of this test's user."""
    return Path(os.environ["XDG_STATE_HOME"]) / "hexai/ledger.db"  # noqa: TID251


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Simulate a year of use, once."""
    path = tmp_path_factory.mktemp("year") / "hexai/ledger.db"
    fill(path, "year")
    return path


@pytest.fixture
def used(year: Path) -> None:
    """Let this test's user have had that year."""
    ledger_file().parent.mkdir(parents=True, mode=0o700)
    copy2(year, ledger_file())


def record(*facts: Fact) -> None:
    """Write facts into the ledger."""
    fill(ledger_file(), "empty")
    ledger = Ledger(ledger_file(), patience=1.0)
    ledger.take(*facts)
    ledger.close()


def report(folder: Path, *options: str) -> str:
    """Make a page and read it."""
    made = run_cli("report", "-o", "page.html", *options, folder=folder)
    assert (made.code, made.err) == (0, "")
    assert made.out == f"{folder / 'page.html'}\n"
    return (folder / "page.html").read_text()


class Page(HTMLParser):
    """Reads the figures of a page: by view, then by the first cell of a row."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.figures: dict[tuple[str, str], dict[str, dict[str, float]]] = {}
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self._view: dict[str, dict[str, float]] = {}
        self._row: dict[str, float] = {}
        self._in_head = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what there is, and the figures among it."""
        told = dict(attrs)
        self.tags.add(tag)
        self.attributes |= told.keys()
        if tag == "div" and "data-surface" in told:
            where = (told["data-surface"] or "", told["data-language"] or "")
            self._view = self.figures.setdefault(where, {})
        self._in_head = tag == "th" and told.get("scope") == "row"
        if tag == "data":
            key = told["data-figure"] or ""
            self._row[key] = float(told["value"] or "nan")
            if "data-high" in told:
                high = float(told["data-high"] or "nan")
                self._row[key.replace(".low", ".high")] = high

    def handle_data(self, data: str) -> None:
        """Begin the row that a cell heads."""
        if self._in_head:
            self._row = self._view.setdefault(data, {})
            self._in_head = False


def flat(record_: dict[str, Any]) -> dict[str, float]:
    """Name the numbers of an object of JSON as the page does."""
    found: dict[str, float] = {}
    for key, value in record_.items():
        if isinstance(value, dict):
            inner = {k: v for k, v in value.items() if k in ("value", "low", "high")}
            found |= {f"{key}.{name}": v for name, v in inner.items() if v is not None}
        elif isinstance(value, int | float) and not isinstance(value, bool):
            found[key] = value
    return found


def of_a_board(record_: dict[str, Any]) -> dict[str, float]:
    """Do so with a model of a leaderboard, which counts choices and no lists."""
    return {f"board.{key}": value for key, value in flat(record_).items()}


def printed(*words: str) -> Any:
    """Read what a command prints as JSON."""
    return json.loads(run_cli(*words, "--json").out)


@pytest.mark.usefixtures("used")
@pytest.mark.parametrize(
    "filters", [(), ("--language", "go"), ("--since", "2026-07-01")]
)
def test_every_figure_is_that_of_stats_and_leaderboard(
    tmp_path: Path, filters: tuple[str, ...]
) -> None:
    """Whatever both tell, the page tells with the same number."""
    page = Page(report(tmp_path, *filters))
    compared = 0
    models = [
        (each["surface"], each["name"], flat(each))
        for each in printed("stats", *filters)["models"]
    ] + [
        (board["surface"], each["name"], of_a_board(each))
        for board in printed("leaderboard", *filters)["surfaces"]
        for group in board["groups"]
        for each in group["models"]
    ]
    for surface, name, figures in models:
        told = page.figures[surface, ""][name]
        for key in figures.keys() & told.keys():
            assert told[key] == pytest.approx(figures[key], abs=1e-6), (name, key)
            compared += 1

    assert compared > 30 * len({name for _, name, _ in models})


@pytest.mark.usefixtures("used")
def test_a_language_is_as_a_filter_would_have_it(tmp_path: Path) -> None:
    """Its figures were computed for it alone, and not summed up."""
    page = Page(report(tmp_path))
    for board in printed("leaderboard", "--language", "rust")["surfaces"]:
        for each in board["groups"][0]["models"]:
            told = page.figures[board["surface"], "rust"][each["name"]]
            assert told["board.strength"] == pytest.approx(each["strength"])
    for each in printed("stats", "--language", "rust")["models"]:
        told = page.figures[each["surface"], "rust"][each["name"]]
        assert told["total_p90_ms"] == each["total_p90_ms"]
        assert told["kept_10min.low"] == pytest.approx(
            each["kept_10min"]["low"], abs=1e-6
        )


@pytest.mark.usefixtures("used")
def test_the_file_is_private_and_small(tmp_path: Path) -> None:
    """Nobody else can read it, and a year of use does not make it large."""
    report(tmp_path, "--texts")
    found = (tmp_path / "page.html").stat()

    assert stat.S_IMODE(found.st_mode) == 0o600
    assert found.st_size < LARGEST
    assert [*tmp_path.glob("*page*")] == [tmp_path / "page.html"]


def test_with_nothing_recorded_it_says_what_to_do(tmp_path: Path) -> None:
    """A page of nothing is a page."""
    page = report(tmp_path)

    assert "Nothing is recorded yet." in page
    assert "There is no bench yet." in page


def marked(**facts: Any) -> list[Fact]:
    """Record a choice that holds a marker wherever a user's text may be."""
    file = f"/home/{MARKER}/my models/small.gguf"
    contenders = [
        contender_record(0, text=f"{MARKER} answer"),
        contender_record(1, error=f"{MARKER} error", model=file, returned_model=file),
    ]
    run = run_record(
        1,
        *contenders,
        background=Background(
            project=f"/home/{MARKER}", language="go", document=MARKER, place=MARKER
        ),
        messages=(Message(Role.USER, f"{MARKER} question"),),
        **facts,
    )
    return [run]


def test_without_texts_there_are_none(tmp_path: Path) -> None:
    """No question, answer, error, folder or file is in it, filtered or not."""
    record(*marked(), chosen(1, 0))

    assert MARKER not in report(tmp_path)
    assert MARKER not in report(tmp_path, "--project", f"/home/{MARKER}")
    assert "of project 1" in report(tmp_path, "--project", f"/home/{MARKER}")
    assert f"{MARKER} answer" in report(tmp_path, "--texts")
    assert f"{MARKER} question" in report(tmp_path, "--texts")


def test_texts_are_of_the_models_that_were_chosen(tmp_path: Path) -> None:
    """Who narrows a page before it is sent narrows its texts too."""
    record(*marked(), chosen(1, 0))

    assert MARKER in report(tmp_path, "--texts", "--model", "LABEL1")
    assert MARKER not in report(tmp_path, "--texts", "--model", "nobody")


def test_whose_names_are_hidden_is_not_found_by_them(tmp_path: Path) -> None:
    """Else a filter would tell who is who in a blind run."""
    record(*marked(blind=True))

    assert MARKER not in report(tmp_path, "--texts", "--model", "label1")


def test_a_blind_run_stays_blind(tmp_path: Path) -> None:
    """Letters stand for names until somebody has chosen."""
    record(*marked(blind=True))
    undecided = report(tmp_path, "--texts")
    record(chosen(1, 0))
    decided = report(tmp_path, "--texts")

    heads = [re.findall(r"<h4>([^<]*)", page) for page in (undecided, decided)]
    assert heads == [["A", "B"], ["label0 ", "label1"]]
    assert "provider=" not in undecided


def test_hostile_texts_are_texts(tmp_path: Path) -> None:
    """Names, labels, languages and answers add no element and no attribute."""

    def page_of(words: str) -> Page:
        contenders = [
            contender_record(
                index,
                label=words,
                model=f"{words}{index}",
                returned_model=words,
                text=words,
                upstream=words,
            )
            for index in range(2)
        ]
        for number in range(1, 50):
            run = run_record(
                number,
                *contenders,
                surface=Surface.COMPLETION,
                background=Background(language=words, project=words),
                messages=(Message(Role.USER, words),),
                seed=1,
            )
            record(
                run,
                Shown(
                    run_id=run_id(number), at=BEGAN_AT, items=((0,), (1,)), whole=True
                ),
                chosen(number, number % 2, method=Method.COMMAND),
            )
        text = report(tmp_path, "--texts")
        assert "\u202e" not in text
        assert "\x1b" not in text
        return Page(text)

    plain = page_of("harmless")
    hostile = page_of(HOSTILE)

    assert hostile.tags <= plain.tags
    assert hostile.attributes <= plain.attributes


def test_no_request_is_allowed(tmp_path: Path) -> None:
    """The page itself forbids whatever is not in it."""
    page = report(tmp_path)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)

    assert policy
    assert policy[1].startswith("default-src 'none'; ")
    assert "unsafe" not in policy[1]
    assert not re.search(r'(?:src|href)="(?!#)', page)


def without(package: str, *arguments: str) -> Result:
    """Run it where a package is not installed."""
    code = (
        f"import sys; sys.modules[{package!r}] = None; "
        "from hexai.main import main; sys.exit(main())"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        check=False,
        capture_output=True,
        text=True,
    )
    return Result(code=ran.returncode, out=ran.stdout, err=ran.stderr)


@pytest.mark.parametrize("package", ["jinja2", "vl_convert"])
def test_without_the_extra_one_line_says_how_to_get_it(package: str) -> None:
    """It names the command, and writes nothing."""
    ran = without(package, "report")

    assert (ran.code, ran.out) == (2, "")
    assert "-m pip install 'hexai[report]'" in ran.err
    assert len(ran.err.splitlines()) == 1


def test_it_opens_in_the_browser(tmp_path: Path) -> None:
    """The program that BROWSER names gets its address, and no path is printed."""
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" >{tmp_path}/opened\n')
    browser.chmod(0o755)
    environ = {**os.environ, "BROWSER": str(browser)}  # noqa: TID251 - the edge
    ran = run_cli("report", "--open", environ=environ, folder=tmp_path)

    assert (ran.code, ran.out, ran.err) == (0, "", "")
    opened = (tmp_path / "opened").read_text()
    assert opened == f"{(tmp_path / 'hexai-report.html').as_uri()}\n"


def test_a_browser_that_fails_leaves_the_path(tmp_path: Path) -> None:
    """What cannot be opened can be opened by hand."""
    environ = {**os.environ, "BROWSER": "/bin/false"}  # noqa: TID251 - the edge
    ran = run_cli("report", "--open", environ=environ, folder=tmp_path)

    assert ran.code == 0
    assert ran.out == f"{tmp_path / 'hexai-report.html'}\n"
    assert "could not open the page" in ran.err


@pytest.mark.parametrize("name", ["-", "", "folder", "pipe"])
def test_nothing_but_a_file_is_replaced(tmp_path: Path, name: str) -> None:
    """A folder or a device stays what it is, and nothing goes to standard output."""
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    ran = run_cli("report", "-o", name, folder=tmp_path)

    assert (ran.code, ran.out) == (2, "")
    assert {each.name for each in tmp_path.iterdir()} - {"xdg"} == {"folder", "pipe"}
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)


def test_where_the_folder_is_gone_a_name_means_no_place() -> None:
    """It is not taken for one below the root."""
    ran = run_cli("report", "-o", "page.html")

    assert (ran.code, ran.out) == (2, "")
    assert "the working directory is gone; name an absolute path" in ran.err


def test_a_link_is_replaced_and_what_it_names_stays(tmp_path: Path) -> None:
    """Whoever has put it there cannot have another file overwritten."""
    (tmp_path / "precious").write_text("as it was")
    (tmp_path / "page.html").symlink_to("precious")
    report(tmp_path)

    assert not (tmp_path / "page.html").is_symlink()
    assert (tmp_path / "precious").read_text() == "as it was"


@pytest.mark.parametrize("name", ["not/there.html", "x" * 300])
def test_a_file_that_cannot_be_written_is_named(tmp_path: Path, name: str) -> None:
    """The reason stands beside it."""
    ran = run_cli("report", "-o", name, folder=tmp_path)

    assert ran.code != 0
    assert "cannot write" in ran.err


@pytest.mark.usefixtures("used")
@pytest.mark.parametrize("command", ["stats", "leaderboard"])
@pytest.mark.parametrize(("suffix", "begins"), [("svg", b"<svg"), ("png", b"\x89PNG")])
def test_the_charts_come_as_a_picture_too(
    tmp_path: Path, command: str, suffix: str, begins: bytes
) -> None:
    """By the suffix of the file, which nobody else can read."""
    file = tmp_path / f"picture.{suffix}"
    ran = run_cli(command, "--plot", str(file), folder=tmp_path)

    assert (ran.code, ran.out, ran.err) == (0, f"{file}\n", "")
    assert file.read_bytes().startswith(begins)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_nothing_to_draw_is_no_picture(tmp_path: Path) -> None:
    """It is said, and no file is written, as a script finds by the exit code."""
    ran = run_cli("leaderboard", "--plot", "none.svg", folder=tmp_path)

    assert ran.code == 1
    assert ran.err == "hexai: there is nothing to draw yet; none.svg is not written\n"
    assert not (tmp_path / "none.svg").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--plot", "picture.gif"), "that ends in .svg or .png"),
        (("--plot", "p.svg", "--by", "model"), "--by entry alone"),
    ],
)
def test_what_cannot_be_drawn_is_refused(words: tuple[str, ...], told: str) -> None:
    """Before anything is read."""
    ran = run_cli("leaderboard", *words)

    assert ran.code == 2
    assert told in ran.err
