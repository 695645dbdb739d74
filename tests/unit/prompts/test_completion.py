"""What models are asked at a cursor."""

import pytest
from msgspec.structs import replace

from hexai.config.schema import ContextMode, General, Settings
from hexai.config.tables.prompts import (
    CompletionPrompts,
    Prompts,
    ProviderNativePrompts,
)
from hexai.domain.entry import Surface
from hexai.domain.messages import Role
from hexai.prompts.catalogue import built_in
from hexai.prompts.completion import completion_request, inline_request
from hexai.prompts.cursor import Cursor
from hexai.text.positions import Span
from tests.support.marked import unmark, unmark_span

GO = (
    "package m\n\nfunc Greet(name string) string {\n\tfmt.Pri|\n"
    "\treturn strings.ToUpper(name)\n}\n"
)


def _cursor(marked: str, *, identifier: str = "go", path: str = "pkg/m.go") -> Cursor:
    document, at = unmark(marked)
    return Cursor(
        document=document, span=Span(at, at), path=path, identifier=identifier
    )


def _with(prompts: CompletionPrompts, mode: ContextMode = "always-full") -> Settings:
    general = General(context_mode=mode)
    return Settings(prompts=Prompts(completion=prompts), general=general)


def test_a_chat_model_is_told_where_to_begin_and_where_to_stop() -> None:
    """With the last line before the cursor, and at the first one after it."""
    request = completion_request(_cursor(GO), Settings())

    system, user = request.messages
    assert request.surface is Surface.COMPLETION
    assert (system.role, user.role) == (Role.SYSTEM, Role.USER)
    assert "func Greet(name string) string\n" in user.content
    assert "<before>\npackage m\n\nfunc Greet" in user.content
    assert "go on from its end:\n\tfmt.Pri\n" in user.content
    assert user.content.endswith("\n\treturn strings.ToUpper(name)")


def test_an_endpoint_for_gaps_gets_the_text_as_it_is() -> None:
    """Both sides join up to the document."""
    cursor = _cursor(GO)

    infill = completion_request(cursor, Settings()).infill

    assert infill is not None
    assert infill.prefix + infill.suffix == cursor.document.text
    assert infill.prefix.endswith("\tfmt.Pri")
    assert (infill.path, infill.language) == ("pkg/m.go", "go")


def test_a_template_for_gaps_is_filled_in() -> None:
    """The user's own, by the Go tool's names."""
    native = ProviderNativePrompts(completion="// {{path}}\n{{before}}")
    settings = Settings(prompts=Prompts(provider_native=native))

    infill = completion_request(_cursor("a|b"), settings).infill

    assert infill is not None
    assert infill.prompt == "// pkg/m.go\na"


@pytest.mark.parametrize(
    ("code", "stop"),
    [
        ("x = |\nreturn compute(x)\n", ("\nreturn compute(x)",)),
        ("x = |\n\n\n    return compute(x)\n", ("\n    return compute(x)",)),
        ("x = |)\nreturn compute(x)\n", ()),
        ("x = |\n}\n", ()),
        ("return compute(x)\nx = |\nreturn compute(x)\n", ()),
        ("x = |\nreturn compute(x)\nreturn compute(x)\n", ()),
        ("x = |", ()),
    ],
)
def test_a_line_that_cannot_be_part_of_the_answer_stops_it(
    code: str, stop: tuple[str, ...]
) -> None:
    """One that is long enough, occurs once, and has the cursor's line to itself."""
    assert completion_request(_cursor(code), Settings()).stop == stop


def test_in_a_parameter_list_parameters_are_asked_for() -> None:
    """By prompts of their own."""
    request = completion_request(_cursor("def f(a, |):", identifier="py"), Settings())

    assert request.messages[0].content == built_in("completion.system_params")
    assert "The definition so far: def f(a,\n" in request.messages[1].content


def test_templates_of_the_go_tool_get_what_it_gave_them() -> None:
    """Single lines, and the text around the cursor as a message of its own."""
    mine = CompletionPrompts(
        system_general="terse",
        user_general="{{file}}|{{function}}|{{above}}|{{current}}|{{below}}|{{char}}",
        additional_context="Context:\n{{context}}",
    )
    cursor = _cursor(GO)

    system, user, context = completion_request(cursor, _with(mine)).messages

    assert system.content == "terse"
    assert user.content == (
        "pkg/m.go|func Greet(name string) string|func Greet(name string) string {|"
        "\tfmt.Pri|\treturn strings.ToUpper(name)|8"
    )
    assert context.content == f"Context:\n{cursor.document.text}"


@pytest.mark.parametrize(
    ("user", "mode"), [("{{before}}", "always-full"), ("{{current}}", "minimal")]
)
def test_the_context_is_not_sent_twice_nor_where_it_is_off(
    user: str, mode: ContextMode
) -> None:
    """A template that has it, and the mode `minimal`, get no further message."""
    settings = _with(CompletionPrompts(user_general=user), mode)

    assert len(completion_request(_cursor(GO), settings).messages) == 2


def test_what_the_code_holds_is_not_filled_in() -> None:
    """A document about templates arrives as it is."""
    request = completion_request(_cursor("{{file}} {{nobody}}|"), Settings())

    assert "{{file}} {{nobody}}" in request.messages[1].content


def test_an_empty_document_can_be_asked_about() -> None:
    """What is missing is said."""
    cursor = _cursor("|", identifier="", path="")

    user = completion_request(cursor, Settings()).messages[1].content

    assert "File: (no name)\nLanguage: plain text\n" in user
    assert user.endswith("(nothing: the file ends there)")


def test_an_inline_prompt_asks_for_what_takes_its_place() -> None:
    """The instruction apart, and the tag not in the text; no gap can be instructed."""
    document, span = unmark_span("one\nx = «>!a list>» + 1\n")
    cursor = Cursor(document=document, span=span, identifier="python")

    request = inline_request(cursor, "a list", Settings())

    system, user = request.messages
    assert system.content == built_in("completion.system_inline")
    assert "<before>\none\nx = \n</before>\n<after>\n + 1\n" in user.content
    assert user.content.endswith("\na list")
    assert ">!" not in user.content
    assert request.infill is None
    assert request.surface is Surface.COMPLETION


def test_an_inline_prompt_keeps_to_the_users_template() -> None:
    """As in the Go tool, where it is that of completion."""
    document, span = unmark_span("x = «>!a list>»")
    cursor = Cursor(document=document, span=span, identifier="python")
    mine = CompletionPrompts(
        system_inline="raw", user_general="{{instruction}}: {{current}}"
    )

    messages = inline_request(cursor, "a list", _with(mine)).messages

    assert [each.content for each in messages[:2]] == [
        "raw",
        "a list: x = >!a list>",
    ]


def test_a_glance_asks_without_a_grammar() -> None:
    """The function is found by its line."""
    cursor = replace(_cursor(GO), is_glance=True)

    user = completion_request(cursor, Settings()).messages[1].content

    assert "Enclosing function: func Greet(name string) string\n" in user
