"""Where a completion may start, and where Hexai itself answers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types
from msgspec.structs import replace

from hexai.config.schema import Chat, Completion, Settings, Triggers
from hexai.surfaces.lsp.completion.arrival import Arrival, Route, Trigger, TriggerKind
from hexai.surfaces.lsp.completion.gates import is_misplaced, is_prompt, may_start
from hexai.surfaces.lsp.editor.document import Document
from hexai.surfaces.lsp.protocol.convert import to_position
from hexai.text.lines import Lines, walk
from hexai.text.positions import Encoding, Position

INVOKED = TriggerKind.INVOKED
CHARACTER = TriggerKind.CHARACTER
INCOMPLETE = TriggerKind.INCOMPLETE
DEFAULTS = Settings()


def document(text: str, language: str = "python", name: str = "a") -> Document:
    """Make a document."""
    return Document(
        uri=f"file:///{name}",
        language=language,
        version=1,
        lines=Lines.of(text),
        changed_at=0,
    )


def arrival(
    text: str,
    kind: TriggerKind | None,
    character: str = "",
    route: Route = "list",
) -> Arrival:
    """Make a request at the `|` of a text."""
    before, _, after = text.partition("|")
    return Arrival(
        document=document(before + after),
        position=Lines.of(before).end,
        trigger=Trigger(kind, character),
        route=route,
        at=0.0,
    )


@pytest.mark.parametrize("character", DEFAULTS.triggers.trigger_characters)
def test_every_trigger_character_passes_both_gates(character: str) -> None:
    """`{` too, and a blank on an empty line."""
    assert may_start(arrival(f"{character}|", CHARACTER, character), DEFAULTS)


@pytest.mark.parametrize(
    ("text", "kind", "character", "expected"),
    [
        ("foo|", INVOKED, "", True),
        ("|", INVOKED, "", True),
        ("foo;|", CHARACTER, ";", False),
        ("foo|", CHARACTER, "", False),
        ("foo|", INCOMPLETE, "", True),
        ("|", INCOMPLETE, "", True),
        ("foo.|", None, "", True),
        ("foo|", None, "", True),
        ("foo;|", None, "", True),
        ("|", None, "", True),
    ],
)
def test_triggers(
    text: str, kind: TriggerKind | None, character: str, expected: bool
) -> None:
    """By hand, unsaid or again always; a character only if it is configured."""
    assert may_start(arrival(text, kind, character), DEFAULTS) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ab|", False),
        ("abc|", True),
        ("größe|", True),
        ("abc  |", True),
        ("a;b|", False),
    ],
)
def test_a_prefix_can_be_demanded_of_requests_by_hand(
    text: str, expected: bool
) -> None:
    """Letters of any script count, over blanks to the left."""
    completion = Completion(manual_invoke_min_prefix=3)
    settings = replace(
        DEFAULTS, completion=completion, triggers=Triggers(trigger_characters=(".",))
    )

    assert may_start(arrival(text, INVOKED), settings) is expected


def test_a_trigger_that_is_no_word_needs_one_before_it() -> None:
    """The character left of the cursor may be another than the trigger."""
    settings = replace(DEFAULTS, triggers=Triggers(trigger_characters=(".",)))

    assert may_start(arrival("a  |", CHARACTER, "."), settings)
    assert not may_start(arrival("  |", CHARACTER, "."), settings)


def test_an_inline_request_always_passes() -> None:
    """The editor decides when it shows ghost text, on empty lines as well."""
    assert may_start(arrival("|", None, route="inline"), DEFAULTS)


@pytest.mark.parametrize(
    ("text", "line", "expected"),
    [
        ("what is it?>", 0, True),
        ("why;>  ", 0, True),
        ("> what is it?>", 0, False),
        ("x >!do it>", 0, True),
        (">>!do it>", 0, True),
        (">>!", 0, True),
        ("x\n  >>!>", 0, True),
        (">!>", 0, True),
        ("/help>", 0, True),
        ("x = a > b", 0, False),
        ("x\nwhat?>", 0, False),
        ("Map<K, int?>", 0, False),
    ],
)
def test_lines_that_are_prompts(text: str, line: int, expected: bool) -> None:
    """Questions, tags, opened tags (on the next line too) and commands."""
    made = document(text)
    assert is_prompt(made, Position(line, 0), DEFAULTS) is expected


def test_code_that_looks_like_a_tag_is_code() -> None:
    """What parses is completed; the same in a comment is a prompt."""
    code = document("int f() { if (a>!b && c>d) return 1; }\n", "c")
    comment = document("// a>!b and c>\nint x;\n", "c")

    assert not is_prompt(code, Position(0, 20), DEFAULTS)
    assert is_prompt(comment, Position(0, 5), DEFAULTS)


def test_a_language_that_is_not_told_is_that_of_the_name() -> None:
    """Some editors tell none, or call everything plain text."""
    for told in ("", "plaintext"):
        tag = document("$x = foo() ?>\n", told, "a.php")
        condition = document("if (a>!b && c>d)\n  f();\n", told, "a.c")

        assert not is_prompt(tag, Position(0, 5), DEFAULTS)
        assert not is_prompt(condition, Position(0, 5), DEFAULTS)


def test_what_is_a_prompt_is_configured() -> None:
    """By language, and off altogether."""
    question = document("<?php what ?>", "php")
    off = replace(DEFAULTS, chat=Chat(chat_suffix=""))
    start = Position(0, 0)

    assert not is_prompt(question, start, DEFAULTS)
    assert not is_prompt(document("what?>"), start, off)


def _sent_by_jupyterlab(left: str, text: str) -> types.Position:
    """Give the cursor behind `left` as JupyterLab sends it.

    `_composeRequest` in packages/completer/src/handler.ts counts code points; `fetch`
    in jupyterlab-lsp's completion/provider.ts takes them for UTF-16 units.
    """
    units = text.encode("utf-16-le")[: 2 * len(left)]
    line = units.count("\n".encode("utf-16-le"))
    start = 0
    for each in text.split("\n")[:line]:
        start += len((each + "\n").encode("utf-16-le")) // 2
    return types.Position(line=line, character=len(left) - start)


@given(
    left=st.text("a \u00e9\u6f22\U0001f600\n"), right=st.text("a \u6f22\U0001f600\n")
)
def test_where_jupyterlab_asks_elsewhere_it_is_known(left: str, right: str) -> None:
    """From an emoji on nothing is asked; before it, what is asked about is meant."""
    sent = _sent_by_jupyterlab(left, left + right)
    asked = document(left + right)
    read = to_position(asked.lines, sent, Encoding.UTF16)

    if not is_misplaced(asked, read):
        assert "\U0001f600" not in left
        assert read == walk(Position(0, 0), left)
    elif not right.startswith("\U0001f600"):
        assert "\U0001f600" in left
