"""The gates of a completion that need no waiting: what is no place to complete at.

They look at a line or two around the cursor. Those that a race already under way has
passed are not asked again: joining it costs nothing.
"""

import re
from collections.abc import Collection

from hexai.config.schema import Chat, Inline, Settings
from hexai.surfaces.lsp.arrival import Arrival, TriggerKind
from hexai.text.lines import Lines
from hexai.text.positions import Position


def is_word(text: str) -> bool:
    """Tell whether a text is of letters, digits and underscores only."""
    return all(character.isalnum() or character == "_" for character in text)


def is_prompt(lines: Lines, position: Position, settings: Settings) -> bool:
    """Tell whether the cursor's line is one that Hexai itself answers.

    The opening of a whole-line tag counts on the next line too: one types it above.
    """
    line = lines.line(position.line)
    if _has_tag(line, settings.inline) or _ends_with_chat(line, settings.chat):
        return True
    here_or_below = (line, lines.line(position.line + 1))
    return any(_is_bare_tag(each, settings.inline) for each in here_or_below)


def may_start(arrival: Arrival, settings: Settings) -> bool:
    """Tell whether a request may start a race: by its trigger, and what is typed."""
    kind = arrival.trigger.kind
    if arrival.route == "inline" or kind is TriggerKind.INCOMPLETE:
        return True
    line = arrival.document.lines.line(arrival.position.line)
    left = line[: arrival.position.character]
    triggers = settings.triggers.trigger_characters
    if kind is not TriggerKind.INVOKED:
        character = arrival.trigger.character if kind else left[-1:]
        if character not in triggers:
            return False
    least = 1
    if kind is TriggerKind.INVOKED:
        least = settings.completion.manual_invoke_min_prefix
    return has_prefix(left, triggers, least)


def has_prefix(left: str, triggers: Collection[str], least: int) -> bool:
    """Tell whether enough stands left of the cursor: a trigger, or a word."""
    if left[-1:] in triggers:
        return True
    word = left.rstrip(" \t")
    return is_word(word[len(word) - least :]) if len(word) >= least else False


def _has_tag(line: str, inline: Inline) -> bool:
    """Tell whether a line holds an inline tag with a prompt in it."""
    opening, close = re.escape(inline.inline_open), re.escape(inline.inline_close)
    return re.search(rf"{opening}(?!\s)(?!{close}).*?(?<!\s){close}", line) is not None


def _is_bare_tag(line: str, inline: Inline) -> bool:
    """Tell whether a line is an opened whole-line tag that says nothing yet."""
    opening, close = inline.inline_open, inline.inline_close
    whole = opening[:1] + opening
    return line.strip() in (whole, whole + close, opening + close)


def _ends_with_chat(line: str, chat: Chat) -> bool:
    if not chat.chat_suffix:
        return False
    trimmed = line.rstrip()
    endings = tuple(prefix + chat.chat_suffix for prefix in chat.chat_prefixes)
    return not trimmed.startswith(">") and trimmed.endswith(endings)
