"""What models are asked at a cursor."""

import pytest
from msgspec.structs import replace

from hexai.config.schema import Completion, ContextMode, General, Settings
from hexai.config.schema_prompts import (
    CompletionPrompts,
    Prompts,
    ProviderNativePrompts,
)
from hexai.domain.entry import RequestSpec, Surface
from hexai.domain.messages import Infill, Role
from hexai.domain.request import Request
from hexai.errors import ConfigError
from hexai.prompts.code.cursor import Cursor
from hexai.prompts.completion import (
    completion_request,
    fitted_gap,
    gap,
    inline_request,
    room,
    within_batch,
)
from hexai.prompts.excerpt import Excerpt
from hexai.prompts.templates import built_in
from hexai.text.lines import Span
from hexai.text.tokens import estimate_tokens, most_tokens
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


def made(template: str | None) -> Infill:
    """Describe a gap with a template, or without any."""
    prompts = ProviderNativePrompts()
    if template is not None:
        prompts = ProviderNativePrompts(completion=template)
    return gap(
        prompts,
        Excerpt(before="a{{after}}", after="z"),
        path="x.py",
        language="python",
    )


@pytest.mark.parametrize("template", [None, "", "  \n"])
def test_without_a_template_both_sides_go_as_they_are(template: str | None) -> None:
    """A blank one is none."""
    plain = made(template)

    assert (plain.before, plain.after) == ("a{{after}}", "z")
    assert plain.texts == ("a{{after}}", "z")
    assert (plain.path, plain.language) == ("x.py", "python")


def test_a_template_makes_the_text_before_the_gap() -> None:
    """As the Go tool has it; what follows the gap is sent apart."""
    own = made("# {{path}}\n{{before}}")

    assert (own.before, own.after) == ("# x.py\na{{after}}", "z")
    assert own.texts == ("# x.py\na{{after}}", "z")


def test_a_template_with_both_sides_is_the_whole_prompt() -> None:
    """So that tokens of a model can be written where its server knows none."""
    own = made("<P>{{before}}<S>{{after}}<M>")

    assert (own.before, own.after) == ("<P>a{{after}}<S>z<M>", None)
    assert own.texts == ("<P>a{{after}}<S>z<M>",)


def test_an_unknown_name_is_said() -> None:
    """It would stay in the prompt."""
    with pytest.raises(ConfigError, match="cursor"):
        made("{{cursor}}")


ABOVE = "".join(f"above = {number}\n" for number in range(100))
LONG = Excerpt(
    before="".join(f"above = {number}\n" for number in range(1_000)),
    after="".join(f"below = {number}\n" for number in range(300)),
)


def test_what_is_next_to_a_gap_is_no_more_than_a_server_keeps() -> None:
    """Three quarters of a batch before it and a quarter after it."""
    long = gap(ProviderNativePrompts(), LONG)

    assert 0.7 * 1_400 <= most_tokens(long.near) <= 1_400
    assert most_tokens(long.suffix) <= 450
    assert long.apart + long.near == LONG.before
    assert LONG.after.startswith(long.suffix)


@pytest.mark.parametrize("lines", [700, 1_000, 5_000])
def test_what_is_behind_a_gap_is_little_of_a_long_prompt(lines: int) -> None:
    """A twentieth at most, since it is read anew with each key."""
    long = gap(ProviderNativePrompts(), replace(LONG, before=ABOVE * (lines // 100)))

    assert 0 < len(long.suffix) <= len(long.prefix + long.suffix) / 20


@pytest.mark.parametrize("lines", [0, 100, 400])
def test_where_little_stands_before_a_gap_enough_is_behind_it(lines: int) -> None:
    """At the top of a file a model has nothing else to go by."""
    short = gap(ProviderNativePrompts(), replace(LONG, before=ABOVE * (lines // 100)))

    assert 60 <= estimate_tokens(short.suffix) <= 100


def test_a_template_gets_the_text_around_the_gap_and_nothing_goes_apart() -> None:
    """How it goes along is for the user to say."""
    prompts = ProviderNativePrompts(completion="<P>{{before}}<S>{{after}}<M>")

    own = gap(prompts, LONG)

    assert not own.apart
    assert own.near == own.before


@pytest.mark.parametrize("room", [3_000, 4_000, 6_000, 20_000])
def test_what_is_apart_leaves_room_for_a_batch_and_an_answer(room: int) -> None:
    """A server would leave out more than that without a word."""
    fitted = fitted_gap(gap(ProviderNativePrompts(), LONG), room, 256)

    assert estimate_tokens(fitted.apart) <= room - 2_048 - 256
    assert LONG.before.endswith(fitted.apart + fitted.near)


def test_what_there_is_room_for_stays() -> None:
    """All of it."""
    long = gap(ProviderNativePrompts(), LONG)

    assert fitted_gap(long, 20_000, 256) == long


def test_a_smaller_batch_keeps_less_next_to_the_gap() -> None:
    """Of what stands before it the rest goes apart; what is behind it goes nowhere."""
    long = gap(ProviderNativePrompts(), LONG)

    small = within_batch(long, 256)

    assert most_tokens(small.near) <= 192
    assert most_tokens(small.suffix) <= 64
    assert small.prefix == LONG.before
    assert LONG.after.startswith(small.suffix)
    assert small.apart + small.near == LONG.before


def test_estimates_hold_what_goes_apart_where_it_goes() -> None:
    """With it all of the text counts, and each part once."""
    long = gap(ProviderNativePrompts(), LONG)

    assert long.texts == (LONG.before, long.suffix)
    assert sum(map(len, long.texts_with_apart)) == len(LONG.before + long.suffix)


def test_the_end_of_a_line_is_shorter_than_a_block() -> None:
    """What stands right of the cursor tells them apart."""
    completion = Completion()

    assert room("x = ", " + 1\n", completion) == 97
    assert room("x = ", "\n", completion) == 257


def test_a_line_that_may_be_repeated_is_added() -> None:
    """Chat models are asked to repeat it."""
    assert room("a" * 400, "\n", Completion()) == 356


def test_the_user_says_otherwise() -> None:
    """For all suggestions; 0 is as long as answers are elsewhere."""
    assert room("x", "\n", Completion(max_tokens=50)) == 50
    assert room("x", "\n", Completion(max_tokens=0)) is None


@pytest.mark.parametrize(
    ("asked_for", "configured", "stands", "sent"),
    [
        (256, 4000, False, 256),
        (256, 100, False, 100),
        (256, None, False, 256),
        (256, 4000, True, 4000),
        (None, 4000, False, 4000),
        (None, None, False, None),
    ],
)
def test_a_call_asks_for_what_there_is_room_for(
    asked_for: int | None, configured: int | None, stands: bool, sent: int | None
) -> None:
    """Unless the limit of the entry stands."""
    request = Request(surface=Surface.COMPLETION, messages=(), room=asked_for)
    spec = RequestSpec(
        provider="p", model="m", max_tokens=configured, limit_stands=stands
    )

    assert request.call(spec).max_tokens == sent


def test_the_default_is_not_set() -> None:
    """So that it can depend on what is completed."""
    assert not isinstance(Settings().completion.max_tokens, int)
