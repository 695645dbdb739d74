"""What models are asked at a cursor: the text that belongs there.

Chat models are not made for this. Told to answer with only what is new, they drop the
beginning of a word, or write the rest of the file. Asked to copy the last line before
the cursor and to go on to the first line after it, they do what they are good at, and
the lines that overlap say where the answer belongs; `text.cleaning` cuts them off.

Templates of the user's own may be those of the Go tool, which show single lines and
take the text around the cursor as a further message. They still do, unless they name
that text themselves.
"""

from collections.abc import Mapping

from msgspec.structs import replace

from hexai.config.schema import Completion, Settings
from hexai.config.schema_prompts import ProviderNativePrompts
from hexai.config.schema_types import given
from hexai.domain.entry import Surface
from hexai.domain.messages import Infill, Message, Role
from hexai.domain.request import Request
from hexai.prompts.anchors import begin_of_near, end_of_near, most_line_tokens
from hexai.prompts.code.cursor import Cursor
from hexai.prompts.excerpt import Excerpt, begins_function, cut
from hexai.prompts.templates import Template, built_in, find, head, names, render
from hexai.text.cleaning import is_closed_in
from hexai.text.tokens import estimate_tokens, most_tokens

_AROUND = frozenset({"after", "before", "context", "near", "tail"})
"""Names of the text around the cursor."""
_LASTING = frozenset({"apart", "far", "file", "function", "language"})
"""Names of what hardly changes while somebody types."""
_SHORTEST_STOP = 8
"""Letters and digits of a line that will hardly be part of an answer."""


def completion_request(cursor: Cursor, settings: Settings) -> Request:
    """Ask for the text that belongs at a cursor."""
    syntax = cursor.read()
    start = cursor.span.start
    whole = begins_function(syntax, cursor.document, start)
    excerpt = cut(cursor.document, cursor.span, settings.general, whole=whole)
    values = _values(cursor, excerpt)
    functions = syntax.functions_at(start)
    if functions:
        values["function"] = functions[0].header
    kind = "params" if syntax.in_parameters(start) else "general"
    system, user = _asked_by(settings, kind, values)
    return Request(
        surface=Surface.COMPLETION,
        messages=_messages(settings, system, user, values, excerpt.tail),
        stop=_stop(excerpt),
        room=room(excerpt.before, excerpt.after, settings.completion),
        infill=gap(
            settings.prompts.provider_native,
            excerpt,
            path=cursor.path,
            language=cursor.language.id,
        ),
    )


def inline_request(cursor: Cursor, instruction: str, settings: Settings) -> Request:
    """Ask for what an inline tag asks for; the cursor's span is what it replaces."""
    excerpt = cut(cursor.document, cursor.span, settings.general)
    values = _values(cursor, excerpt)
    values["instruction"] = instruction
    own = find(settings.prompts, "completion", "user_general").own
    user = "user_general" if own else "user_inline"
    return Request(
        surface=Surface.COMPLETION,
        messages=_messages(settings, "system_inline", user, values),
    )


def _asked_by(
    settings: Settings, kind: str, values: Mapping[str, str]
) -> tuple[str, str]:
    """Name the prompts that ask about a kind of place.

    Where what changes least comes first, the instructions are the same everywhere, for
    nothing behind them would stand otherwise. A text that is near as a whole leaves
    nothing to put first. The user's own prompts stay as they are.
    """
    system, user = f"system_{kind}", f"user_{kind}"
    if settings.completion.prompt_order == "document" or not values["apart"]:
        return system, user
    own = find(settings.prompts, "completion", system).own
    if find(settings.prompts, "completion", user).own:
        return system, user
    return system if own else "system_general", f"{user}_standing"


def _messages(
    settings: Settings, system: str, user: str, values: dict[str, str], tail: int = 0
) -> tuple[Message, ...]:
    prompts = settings.prompts
    asked = find(prompts, "completion", user)
    messages = [
        Message(Role.SYSTEM, render(find(prompts, "completion", system).text, values)),
        Message(
            Role.USER,
            render(asked.text, values),
            standing=_standing(asked.text, values, tail),
        ),
    ]
    if _lacks_context(asked, settings) and values["context"].strip():
        around = find(prompts, "completion", "additional_context")
        messages.append(Message(Role.USER, render(around.text, values)))
    return tuple(messages)


def _standing(template: str, values: dict[str, str], tail: int) -> int:
    """Say how much of a message stands still: up to the tail of the text before.

    Nothing does where the cursor's neighbourhood is told before that.
    """
    begun = head(template, "apart")
    if begun is not None and not names(begun) - _LASTING:
        return len(render(begun, values)) + len(values["apart"])
    begun = head(template, "before")
    if not tail or begun is None or names(begun) - _LASTING:
        return 0
    return len(render(begun, values)) + tail


def _lacks_context(asked: Template, settings: Settings) -> bool:
    minimal = settings.general.context_mode == "minimal"
    return asked.own and not minimal and not names(asked.text) & _AROUND


def _apart(excerpt: Excerpt) -> str:
    """Write what of a file is not next to the cursor; empty where all of it is."""
    above = excerpt.before[: excerpt.tail]
    parts = {"apart_below": excerpt.far, "apart_above": above}
    return "".join(
        "\n" + render(built_in(f"completion.{name}"), {"text": text}) + "\n"
        for name, text in parts.items()
        if text.strip()
    )


def _values(cursor: Cursor, excerpt: Excerpt) -> dict[str, str]:
    document, line = cursor.document, cursor.span.start.line
    return {
        "above": document.line(line - 1),
        "after": excerpt.after,
        "apart": _apart(excerpt),
        "before": excerpt.before,
        "below": document.line(line + 1),
        "char": str(cursor.span.start.character),
        "context": excerpt.before + excerpt.after,
        "current": document.line(line),
        "far": excerpt.far,
        "file": cursor.path or "(no name)",
        "first": excerpt.first or "(nothing: the file ends there)",
        "function": "(none)",
        "instruction": "",
        "language": cursor.language.name,
        "near": excerpt.near,
        "last": excerpt.last or "(nothing: the file begins there)",
        "tail": excerpt.before[excerpt.tail :],
    }


def _stop(excerpt: Excerpt) -> tuple[str, ...]:
    """Say where an answer has gone too far: at the first line after the cursor.

    Only if that line is on its own, and too special to be part of the answer.
    """
    line = excerpt.first
    letters = sum(map(str.isalnum, line))
    if excerpt.right.strip() or letters < _SHORTEST_STOP:
        return ()
    if line in excerpt.before or excerpt.after.count(line) > 1:
        return ()
    return ("\n" + line,)


# They know how their models want to be asked, so the text goes as it is. A template of
# the user's own (`prompts.provider_native.completion`) stands before that: it makes the
# text before the gap, or with `{{after}}` the whole prompt, for servers that serve a
# model for gaps without knowing it.
#
# Models read what is before the gap, then what is after it, so with each key the text
# after it is read anew: it is short, and what is behind that goes nowhere. Given apart,
# as text of the same file, it made suggestions half as good (decision 43). What is
# further above is given apart where an endpoint takes that. llama.cpp's `/infill` keeps
# three quarters of a batch before a gap and a quarter after it, without a word about
# the rest, so no more than that is next to the gap, and with what is apart all fits
# into the context. How large a batch is it tells nobody, so it is the default unless
# the user says otherwise.

_BATCH = 2048
"""Tokens of a batch of llama.cpp, by default."""
_BEFORE = 1400 / 2048
"""The share of a batch that is next to the gap, at most, and that the text after it
has; the server's own are three quarters and one."""
_AFTER = 450 / 2048
_LEAST = 0.7
"""The share of either that is used in any case."""


def gap(
    prompts: ProviderNativePrompts,
    excerpt: Excerpt,
    *,
    path: str = "",
    language: str = "",
) -> Infill:
    """Describe a gap; raises `ConfigError` for a template with an unknown name."""
    before, after = excerpt.before, excerpt.near
    sides = Infill(prefix=before, suffix=after)
    plain = replace(within_batch(sides, _BATCH), path=path, language=language)
    template = given(prompts.completion, "")
    if not template.strip():
        return plain
    values = {"before": before, "after": after, "path": path, "language": language}
    return replace(
        plain,
        prompt=render(template, values),
        whole_prompt="after" in names(template),
    )


def within_batch(gap: Infill, batch: int) -> Infill:
    """Leave no more next to a gap than a llama.cpp keeps that reads so much at once."""
    before, after = batch * _BEFORE, batch * _AFTER
    standing = begin_of_near(
        gap.prefix, least=before * _LEAST, most=before, cost=most_line_tokens
    )
    end = end_of_near(
        gap.suffix, least=after * _LEAST, most=after, cost=most_line_tokens
    )
    return replace(gap, standing=standing, suffix=gap.suffix[:end])


def fitted_gap(gap: Infill, room: int, answer: int, batch: int | None = None) -> Infill:
    """Leave out what llama.cpp would: it keeps room for a batch and two answers.

    What is apart from the gap goes first, from its beginning. It is told as whole
    lines, and never cut by the server.
    """
    left = max(0, room - (batch or _BATCH) - answer)
    above = gap.prefix[: gap.standing]
    cost = most_line_tokens
    start = begin_of_near(above, least=left * 0.8, most=left, cost=cost)
    if most_tokens(above[start:]) > left:
        start = gap.standing
    return replace(gap, skipped=start)


# A model that does not stop holds the only slot of a small server with thousands of
# tokens that nobody will see (`general.max_tokens` is 4,000), and a cloud bills them.

_LINE = 96
"""Tokens of the end of a line, with room for a line that is repeated before it."""
_BLOCK = 256
"""Tokens of a block: some 25 lines; lists show less, and few take more."""


def room(before: str, after: str, completion: Completion) -> int | None:
    """Give the tokens that an answer may have; None: as many as are configured.

    Chat models repeat the line that the cursor is in, so that is added.
    """
    chosen = given(completion.max_tokens, None)
    if chosen is not None:
        return chosen or None
    usual = _LINE if is_closed_in(after) else _BLOCK
    return usual + estimate_tokens(before.rpartition("\n")[2])
