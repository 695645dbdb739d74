"""What was done with a list, told by what became of its document."""

import pytest

from hexai.domain.record import Choice, Method
from hexai.ledger.accept import ListItem, SuggestionList, Watch
from hexai.text.lines import Lines, Position, Replacement, Span, TextChange, compare

BEFORE = "def f(a):\n    ret\n\nother\n"
AT = Position(1, 7)
LONG = "urn compute(a)\n    # done"
SHORT = "urn 0"


def listed(
    text: str = BEFORE, at: float = 0.0, position: Position = AT
) -> SuggestionList:
    """Make a list of two suggestions, the second given by two contenders."""
    lines = Lines.of(text)
    given = Lines.of(BEFORE).slice(Span(AT, Position(1, 7)))
    assert given == ""
    typed = lines.slice(Span(AT, position))
    return SuggestionList(
        lines=lines,
        position=position,
        at=at,
        items=tuple(
            ListItem(by=by, text=whole[len(typed) :], after=_with(whole))
            for by, whole in (((0,), LONG), ((1, 2), SHORT))
            if whole.startswith(typed)
        ),
    )


def _with(text: str, base: str = BEFORE) -> Lines:
    return Lines.of(base).change([Replacement(span=Span(AT, AT), text=text)]).after


class Scene:
    """A document and a watch over the list that was shown in it."""

    def __init__(self, *, commands: bool = False, parts: bool = False) -> None:
        self.watch = Watch(listed(), commands=commands, parts=parts)
        self.lines = Lines.of(BEFORE)

    def becomes(self, text: str, at: float, *, browsed: bool = False) -> TextChange:
        """Let the document become another in one change."""
        change = compare(self.lines, Lines.of(text))
        self.lines = change.after
        self.watch.follow(change, at, browsed=browsed)
        return change

    def types(self, text: str, at: float, every: float = 0.1) -> float:
        """Type behind the cursor, a character after the other."""
        typed = self.lines.slice(Span(AT, Position(1, 400)))
        for character in text:
            typed += character
            self.becomes(_with(typed).text, at)
            at += every
        return at

    @property
    def done(self) -> tuple[Choice, Method, tuple[int, ...]] | None:
        """Say what was done."""
        done = self.watch.done
        return None if done is None else (done.choice, done.method, done.by)

    @property
    def text(self) -> str:
        """Give what is in the document by it."""
        return self.watch.done.text if self.watch.done else ""


TAKEN = (Choice.TAKEN, Method.INFERRED, (0,))
NONE = (Choice.NONE, Method.INFERRED, ())


def test_one_change_that_makes_the_offered_text_is_taking() -> None:
    """Whatever single edits it was made of."""
    scene = Scene()
    scene.becomes(_with(LONG).text, 1.0)

    assert scene.done == TAKEN
    assert scene.text == LONG
    assert scene.watch.seen == ((0,), (1, 2))


def test_what_was_typed_before_is_undone_by_the_editor() -> None:
    """Taking counts after typing along too, as the text is the same then."""
    scene = Scene()
    at = scene.types("ur", 0.6)
    scene.becomes(_with(LONG).text, at)

    assert scene.done == TAKEN


def test_typing_the_last_characters_is_not_taking() -> None:
    """Two characters at once may be typed; more than that nobody types at once."""
    scene = Scene()
    at = scene.types("urn", 0.6)
    scene.becomes(_with(SHORT).text, at)
    scene.watch.look(at + 10.0)

    assert scene.done == (Choice.TYPED, Method.TYPED, (1, 2))


def test_where_commands_run_the_command_decides() -> None:
    """A change that looks like taking waits two seconds for it."""
    scene = Scene(commands=True)
    scene.becomes(_with(SHORT).text, 1.0)
    assert scene.done is None
    scene.watch.command(scene.watch.listed.items[0], AT)

    assert scene.done == (Choice.TAKEN, Method.COMMAND, (0,))


def test_where_no_command_comes_the_text_decides() -> None:
    """Some editors that run commands do not run all of them."""
    scene = Scene(commands=True)
    scene.becomes(_with(LONG).text, 1.0)
    scene.watch.look(3.0)

    assert scene.done == TAKEN


@pytest.mark.parametrize("after", [BEFORE, _with("xyz").text])
def test_a_row_that_is_browsed_is_not_taken(after: str) -> None:
    """However long it stood in the text; its end, or what is typed instead, says so."""
    scene = Scene(commands=True)
    scene.becomes(_with(SHORT).text, 1.0, browsed=True)
    scene.watch.look(1.0 + 5.0)
    scene.watch.edited_again(compare(scene.lines, Lines.of(after)), 7.0)
    assert scene.done is None
    scene.becomes(after, 7.0)
    scene.watch.leave(8.0)
    assert scene.done == NONE


def test_a_row_that_stays_in_the_text_is_taken() -> None:
    """Who leaves it there and goes on wants it, without a command too."""
    scene = Scene(commands=True)
    scene.becomes(_with(LONG).text, 1.0, browsed=True)
    scene.becomes(_with(LONG).text + "more\n", 4.0)
    scene.watch.look(4.0 + 30.0)
    assert scene.done == TAKEN


def test_what_an_editor_re_indents_is_no_contradiction_before_its_command() -> None:
    """Its own insertion is not what was offered, and the command comes after it."""
    scene = Scene(commands=True)
    scene.becomes(_with(LONG.replace("    #", "        #")).text, 1.0)
    assert scene.done is None
    scene.watch.command(scene.watch.listed.items[0], AT)

    assert scene.done == (Choice.TAKEN, Method.COMMAND, (0,))


def test_a_word_taken_inline_is_a_part() -> None:
    """Only where the editor can take parts."""
    scene = Scene(parts=True)
    scene.becomes(_with("urn compute").text, 1.0)
    assert scene.done == (Choice.PARTLY, Method.INFERRED, (0,))
    assert scene.text == "urn compute"


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("urn co", (Choice.TYPED, Method.TYPED, (0,))),
        ("urn 0", (Choice.TYPED, Method.TYPED, (1, 2))),
        ("urn ", (Choice.TYPED, Method.TYPED, (0, 1, 2))),
        ("urn", None),
    ],
)
def test_typing_along_stands_after_ten_seconds(typed: str, expected: object) -> None:
    """Four characters and a third of a first line, of all who say so far the same."""
    scene = Scene()
    at = scene.types(typed, 0.6)
    scene.watch.look(at + 9.5)
    assert scene.done is None
    scene.watch.look(at + 10.0)

    assert scene.done == expected


def test_typing_along_stands_when_something_else_is_edited() -> None:
    """The cursor has left the line then."""
    scene = Scene()
    at = scene.types("urn compute", 0.6)
    scene.becomes(scene.lines.text + "more\n", at)

    assert scene.done == (Choice.TYPED, Method.TYPED, (0,))
    assert scene.text == "urn compute"


def test_typing_along_that_is_deleted_again_is_none() -> None:
    """It was still there neither after ten seconds nor at another edit."""
    scene = Scene()
    at = scene.types("urn compute", 0.6)
    scene.becomes(BEFORE, at)
    scene.watch.look(at + 29.0)

    assert scene.done == NONE


def test_what_contradicts_is_none() -> None:
    """As soon as something else is typed."""
    scene = Scene()
    scene.types("x", 0.6)

    assert scene.done == NONE
    assert scene.watch.seen


def test_old_and_left_lists_are_none() -> None:
    """After half a minute, or when the place is left."""
    old, left = Scene(), Scene()
    old.watch.look(29.9)
    early = old.done
    old.watch.look(30.0)
    left.watch.leave(1.0)

    assert (early, old.done, left.done) == (None, NONE, NONE)
    assert old.watch.seen
    assert left.watch.seen


def test_a_list_that_was_gone_before_half_a_second_was_not_shown() -> None:
    """It is no trial: nobody can have read it."""
    scene = Scene()
    scene.types("x", 0.4)

    assert scene.done == NONE
    assert scene.watch.seen == ()


def test_a_newer_list_of_the_run_goes_on() -> None:
    """What was typed between them counts, and the newest order is what was seen."""
    scene = Scene()
    at = scene.types("urn", 0.6)
    assert scene.watch.relist(listed(scene.lines.text, at, Position(1, 10)))
    scene.types(" comp", at)
    scene.watch.look(at + 30)

    assert scene.done == (Choice.TYPED, Method.TYPED, (0,))
    assert scene.text == "urn comp"


def test_a_list_elsewhere_is_not_the_same_place() -> None:
    """Then the old one is left."""
    scene = Scene()
    other = listed("x" + BEFORE, 1.0)

    assert not scene.watch.relist(other)
