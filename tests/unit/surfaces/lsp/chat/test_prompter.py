"""Only what is typed asks; each prompt once, and its answer lands where it stands."""

import pytest
from msgspec.structs import replace

from hexai.config.schema import Chat, Settings
from hexai.domain.provider import Finished, TakenBack, TextDelta
from hexai.errors import BadRequest
from hexai.text.lines import Position, Span
from tests.support.scripted import Script, Scripted, says
from tests.support.sheet import URI, Sheet, on_sheet

HOSTILE = """\
what is this?>
<?xml version="1.0"?>
<?php echo 1; ?>
Dictionary<K, int?> x;
if (a>!b && c>d) {}
/reload>
/help?>
>!make it async>
>>!make it async>
// >!again>
> what?>
;?>
"""


def test_a_typed_question_is_answered_below_it() -> None:
    """One request, one edit; every line is quoted, and the suffix goes."""

    async def scene(sheet: Sheet) -> None:
        await sheet.type("what is this?>")
        await sheet.pause()
        assert sheet.text == "# Notes\nwhat is this?\n\n> a test\n>\n> of chat\n\nend\n"

    model = Scripted(says("a test\n\n", "of chat"))
    on_sheet(scene, "# Notes\n|\nend\n", model)

    assert len(model.streams) == 1


def test_undoing_an_answer_asks_nothing() -> None:
    """One undo removes it; what brings the question back in one go is no typing."""

    async def scene(sheet: Sheet) -> None:
        sheet.type_at_once("what?>")
        asked = sheet.text
        await sheet.pause()
        assert len(sheet.applied) == 1
        sheet.become(asked)  # undo
        sheet.become("\n")  # undo
        sheet.become(asked)  # redo
        await sheet.pause()
        assert sheet.text == asked

    on_sheet(scene, "|\n", model := Scripted(says("this")))

    assert len(model.streams) == 1


@pytest.mark.parametrize("language", ["markdown", "python", "csharp", "plaintext"])
def test_text_that_is_not_typed_asks_nothing(language: str) -> None:
    """Neither what is opened or reloaded, nor what is pasted in several lines."""

    async def scene(sheet: Sheet) -> None:
        await sheet.pause()
        sheet.become("other\n")
        sheet.become(HOSTILE)
        sheet.replace(Span(Position(0, 0), Position(0, 0)), HOSTILE)
        await sheet.type("x")
        sheet.documents.close(URI)
        sheet.documents.open(URI, language, 1, HOSTILE)
        await sheet.pause()
        assert sheet.text == HOSTILE
        assert sheet.told == []

    on_sheet(scene, HOSTILE + "|", model := Scripted(says("no")), language=language)

    assert model.streams == []


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("xml", '<?xml version="1.0"?>'),
        ("php", "<?php echo 1; ?>"),
        ("html", "<p><?= 1 ?>"),
        ("csharp", "Dictionary<K, int?> x;"),
        ("csharp", "Dictionary<K, int?>"),
        ("c", "if (a>!b && c>d) {}"),
        ("markdown", "> what is this?>"),
        ("markdown", "?>"),
        ("markdown", "/unknown>"),
        ("haskell", "data a :>"),
    ],
)
def test_code_that_is_typed_asks_nothing(language: str, line: str) -> None:
    """Markers that are part of a language, or of no prompt, stay what they are."""

    async def scene(sheet: Sheet) -> None:
        await sheet.type(line)
        await sheet.pause()
        assert sheet.text == f"{line}\n"

    on_sheet(scene, "|\n", model := Scripted(says("no")), language=language)

    assert model.streams == []


def test_a_question_and_its_line_break_in_one_change() -> None:
    """Editors collect what is typed: the break and an indentation may come along."""

    async def scene(sheet: Sheet) -> None:
        sheet.type_at_once("what?>\n    ")
        await sheet.pause()
        assert sheet.text == "what?\n\n> this\n    \n"

    on_sheet(scene, "|\n", Scripted(says("this")))


def test_typing_on_for_a_minute() -> None:
    """Below a pending question: one request, one insertion, at the right place."""

    async def scene(sheet: Sheet) -> None:
        await sheet.type("what?>\n")
        for _ in range(60):
            await sheet.type("on and on?\n", pause=0.1)
        await sheet.pause(40)
        assert sheet.text == "what?\n\n> this\n\n" + "on and on?\n" * 60 + "\n"
        assert len(sheet.applied) == 1

    words = [(15.0, TextDelta(text)) for text in ("t", "h", "i", "s")]
    model = Scripted([(0.0, "connected"), *words, (0.0, Finished())])
    on_sheet(scene, "|\n", model)

    assert len(model.streams) == 1


def test_an_answer_follows_its_question() -> None:
    """Lines above come and go, and the question itself is moved."""

    async def scene(sheet: Sheet) -> None:
        await sheet.type("what?>")
        sheet.replace(Span(Position(0, 0), Position(1, 0)), "one\ntwo\nthree\n")
        await sheet.pause(1)
        sheet.become("one\n    what?>\ntwo\nthree\nlast\n")
        await sheet.pause(10)
        assert sheet.text == "one\n    what?\n\n> this\n\ntwo\nthree\nlast\n"

    on_sheet(scene, "first\n|\nlast\n", Scripted(says("this", after=5)))


def test_the_same_question_elsewhere_gets_nothing() -> None:
    """A question that was removed is not taken for one that stood there before."""

    async def scene(sheet: Sheet) -> None:
        await sheet.type("what?>")
        sheet.become("what?>\n\n")
        await sheet.pause(10)
        assert sheet.text == "what?>\n\n"
        assert sheet.running.works == ()

    on_sheet(scene, "what?>\n|\n", model := Scripted(says("this", after=5)))

    assert [stream.closed_at is not None for stream in model.streams] == [True]


def test_an_edit_that_is_refused_is_made_again() -> None:
    """The editor says yes and does nothing: the text shows it."""

    async def scene(sheet: Sheet) -> None:
        sheet.refusals = 2
        sheet.type_at_once("what?>\n")
        await sheet.pause(10)
        assert sheet.text == "what?\n\n> this\n  \n"

    on_sheet(scene, "|\n", model := Scripted(says("this")))

    assert len(model.streams) == 1


def test_asking_again_takes_typing_again() -> None:
    """After an undo, one typed character asks once more."""

    async def scene(sheet: Sheet) -> None:
        await sheet.type("what?>")
        await sheet.pause()
        sheet.become("what?\n")
        sheet.cursor = Position(0, 5)
        await sheet.type(">")
        await sheet.pause()
        assert sheet.text == "what?\n\n> this\n"

    on_sheet(scene, "|\n", model := Scripted(says("this")))

    assert len(model.streams) == 2


def test_two_questions_at_once() -> None:
    """Each gets its own answer, whichever comes first."""

    async def scene(sheet: Sheet) -> None:
        await sheet.type("first?>\n")
        await sheet.type("second?>")
        await sheet.pause(10)
        assert sheet.text == "first?\n\n> slow\n\nsecond?\n\n> quick\n"

    on_sheet(scene, "|\n", Scripted(says("slow", after=5), says("quick")))


def test_earlier_pairs_go_along() -> None:
    """At most three, the oldest first, without their marks of quotation."""

    async def scene(sheet: Sheet) -> None:
        await sheet.type("five?>")
        await sheet.pause()
        [history] = sheet.asker.histories
        assert [each.question for each in history.exchanges] == [
            "two?",
            "three?",
            "four?",
        ]
        assert history.exchanges[0].answer == "II\n\nB"

    pairs = "one?\n\n> I\n\ntwo?\n\n> II\n>\n> B\n\nthree?\n> III\n\nfour?\n\n> IV\n\n"
    on_sheet(scene, f"{pairs}|", Scripted(says("V")))


def test_paragraphs_are_inserted_as_they_come() -> None:
    """Each by an edit of its own; what is typed between does not disturb.

    The first answer of a model comes whole: it may be one that thinks aloud.
    """

    async def scene(sheet: Sheet) -> None:
        await sheet.type("who?>\n")
        await sheet.pause(1.5)
        assert sheet.text == "who?>\n\n"
        await sheet.pause(5)
        first = "who?\n\n> one\n>\n> two\n> more\n>\n> three\n\n"
        assert sheet.text == first
        assert len(sheet.applied) == 1
        await sheet.type("what?>\n")
        await sheet.pause(1.5)
        before = first.removesuffix("\n")
        assert sheet.text == before + "what?\n\n> one\n\n"
        await sheet.type("typed")
        await sheet.pause(5)
        asked = "what?\n\n> one\n>\n> two\n> more\n>\n> three\ntyped\n"
        assert sheet.text == before + asked
        assert len(sheet.applied) == 4

    settings = replace(Settings(), chat=Chat(stream=True))
    script: Script = [
        (0.0, "connected"),
        (1.0, TextDelta("one\n\n")),
        (1.0, TextDelta("two\nmore\n")),
        (1.0, TextDelta("\nthree")),
        (1.0, Finished()),
    ]
    on_sheet(scene, "|\n", Scripted(script), settings=settings)


@pytest.mark.parametrize("below", ["\nend\n", "\n\nend\n", ""])
def test_thoughts_that_nothing_follows_leave_the_question_as_it_was(below: str) -> None:
    """Its suffix is there again, and no line is left over."""

    async def scene(sheet: Sheet) -> None:
        await sheet.type("who?>")
        await sheet.pause()
        await sheet.type("\nwhat?>")
        before = sheet.text
        await sheet.pause(1.5)
        assert "what?\n\n> I wonder" in sheet.text
        await sheet.pause(5)
        assert sheet.text == before

    settings = replace(Settings(), chat=Chat(stream=True))
    thinks_aloud: Script = [
        (1.0, TextDelta("I wonder\n\n")),
        (1.0, TakenBack()),
        (1.0, BadRequest("no")),
    ]
    model = Scripted(says("Me"), thinks_aloud)
    on_sheet(scene, f"|{below}", model, settings=settings)


def test_a_blank_answer_changes_nothing_and_says_so() -> None:
    """The question stays as it is."""

    async def scene(sheet: Sheet) -> None:
        await sheet.type("what?>")
        await sheet.pause()
        assert sheet.text == "what?>\n"
        assert "ended without a word" in sheet.told[0]

    on_sheet(scene, "|\n", Scripted(says(" \n ")))


def test_closing_the_document_ends_the_request() -> None:
    """Nothing is inserted or told, and the stream is closed."""

    async def scene(sheet: Sheet) -> None:
        await sheet.type("what?>")
        await sheet.pause()
        sheet.documents.close(URI)
        await sheet.pause(0.1)
        assert sheet.running.works == ()
        assert sheet.told == []
        assert sheet.progress.lines == ["began chat", "ended chat"]

    on_sheet(scene, "|\n", model := Scripted(says("this", after=50)))

    assert [stream.closed_at is not None for stream in model.streams] == [True]


def test_cancel_is_typed() -> None:
    """The command stops what runs; its line goes, and the question stays."""

    async def scene(sheet: Sheet) -> None:
        await sheet.type("what?>\n")
        await sheet.type("/cancel>")
        await sheet.pause()
        assert sheet.text == "what?>\n"
        assert sheet.told == ["Hexai: stopped 1 running"]
        assert sheet.running.works == ()

    on_sheet(scene, "|\n", Scripted(says("this", after=50)))


def test_a_tag_in_prose_is_replaced() -> None:
    """The tag alone; what is typed behind it meanwhile stays."""

    async def scene(sheet: Sheet) -> None:
        await sheet.type(">!three colours>")
        await sheet.type(" and more")
        await sheet.pause(10)
        assert sheet.text == "I like red, green, blue and more.\n>!other>\n"

    model = Scripted(says("red, green, blue", after=5))
    on_sheet(scene, "I like |.\n>!other>\n", model)

    assert len(model.streams) == 1


def test_a_refusal_replaces_no_tag() -> None:
    """The tag stays, and its user is told."""

    async def scene(sheet: Sheet) -> None:
        await sheet.type(">!three colours>")
        await sheet.pause(10)
        assert sheet.text == "I like >!three colours>.\n"
        assert "refused; nothing was changed" in sheet.told[0]

    model = Scripted(says("I'm sorry, but I can't assist with that.", after=5))
    on_sheet(scene, "I like |.\n", model)


def test_an_apology_replaces_a_tag() -> None:
    """Who asks for one gets it."""

    async def scene(sheet: Sheet) -> None:
        await sheet.type(">!an apology>")
        await sheet.pause(10)
        assert sheet.text == "I'm sorry, but I can't come on Monday.\n"

    on_sheet(scene, "|\n", Scripted(says("I'm sorry, but I can't come on Monday.")))


def test_a_tag_in_a_comment_replaces_its_line() -> None:
    """The whole line goes but its indentation, which the answer gets."""

    async def scene(sheet: Sheet) -> None:
        await sheet.type(">>!return the sum>")
        await sheet.pause()
        assert sheet.text == "def f(a, b):\n    c = a + b\n    return c\n"

    answer = "```python\nc = a + b\nreturn c\n```"
    on_sheet(
        scene,
        "def f(a, b):\n    # |\n",
        Scripted(says(answer)),
        language="python",
    )


def test_commands_reply() -> None:
    """One line as a message, several in the place of the command."""

    async def scene(sheet: Sheet) -> None:
        await sheet.type("/disable>")
        await sheet.pause()
        assert sheet.text == "a\nb\n"
        assert not sheet.switch.is_enabled
        assert sheet.told == [
            "Hexai: Auto-completions disabled. Use /enable> to restore."
        ]
        sheet.cursor = Position(1, 1)
        await sheet.type("\n/help>")
        await sheet.pause()
        lines = sheet.text.split("\n")
        assert lines[:2] == ["a", "b"]
        assert all(line.startswith(">") for line in lines[2:-1])
        assert any("/reload>" in line for line in lines)

    on_sheet(scene, "a\n|\nb\n")


@pytest.mark.parametrize("answer", [">!again>", "so why?>", "/help>", "> why?>"])
def test_what_is_in_an_answer_asks_nothing(answer: str) -> None:
    """Neither as it comes, nor by undo and redo."""

    async def scene(sheet: Sheet) -> None:
        await sheet.type(">!what now>")
        asked = sheet.text
        await sheet.pause()
        answered = sheet.text
        assert answered == f"{answer}\n"
        sheet.become(asked)
        sheet.become(answered)
        sheet.become(asked)
        await sheet.pause()
        assert sheet.text == asked

    on_sheet(scene, "|\n", model := Scripted(says(answer, after=1)))

    assert len(model.streams) == 1


def test_a_longer_question_takes_the_place_of_a_shorter_one() -> None:
    """Who types on behind the marker, and ends the line as a question, asks that."""

    async def scene(sheet: Sheet) -> None:
        await sheet.type("what?> or why?>")
        await sheet.pause(5)
        assert sheet.text == "what?> or why?\n\n> since\n"
        assert sheet.asker.asked == ["what?", "what?> or why?"]

    model = Scripted(says("late", after=3), says("since", after=1))
    on_sheet(scene, "|\n", model)


def test_a_paragraph_without_a_place_ends_the_answer() -> None:
    """Undoing what has been inserted of an answer stops the model."""

    async def scene(sheet: Sheet) -> None:
        await sheet.type("who?>\n")
        await sheet.pause()
        await sheet.type("what?>")
        asked = sheet.text
        await sheet.pause(1.5)
        assert sheet.text != asked
        sheet.become(asked)
        await sheet.pause(5)
        assert sheet.text == asked
        assert sheet.running.works == ()

    script: Script = [
        (0.0, "connected"),
        (1.0, TextDelta("one\n\n")),
        (1.0, TextDelta("two\n\n")),
        (1.0, "hang"),
    ]
    settings = replace(Settings(), chat=Chat(stream=True))
    model = Scripted(says("known"), script)
    on_sheet(scene, "|\n", model, settings=settings)

    assert [stream.closed_at is not None for stream in model.streams] == [True] * 2
