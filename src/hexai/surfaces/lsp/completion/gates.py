"""The gates of a completion that need no waiting: what is no place to complete at.

They look at a line or two around the cursor. Those that a race already under way has
passed are not asked again: joining it costs nothing.
"""

from collections.abc import Collection

from hexai.config.schema import Settings
from hexai.prompts.code.languages import language_of
from hexai.prompts.instruction import is_tag
from hexai.prompts.markers import markers_for
from hexai.surfaces.lsp.completion.arrival import Arrival, TriggerKind
from hexai.surfaces.lsp.editor.document import Document
from hexai.text.positions import Position, Span
from hexai.text.triggers import find_command, find_question, find_tags, is_opened
from hexai.text.words import is_word


def is_prompt(document: Document, position: Position, settings: Settings) -> bool:
    """Tell whether the cursor's line is one that Hexai itself answers.

    The opening of a whole-line tag counts on the next line too: one types it above.
    """
    markers = markers_for(settings, document.language, document.name)
    line = document.lines.line(position.line)
    below = document.lines.line(position.line + 1)
    if is_opened(line, markers) or is_opened(below, markers):
        return True
    if find_question(line, markers) is not None:
        return True
    if find_command(line, markers) is not None:
        return True
    language = language_of(document.language, document.name)
    return any(
        is_tag(document.lines, position.line, tag, language)
        for tag in find_tags(line, markers)
    )


def is_misplaced(document: Document, position: Position) -> bool:
    """Tell whether an editor that drifts would put a text elsewhere.

    So it is from the first character beyond U+FFFF on; a cursor within one, as such an
    editor has it, was read as one before it.
    """
    lines = document.lines
    end = Position(position.line, position.character + 1)
    return max(lines.slice(Span(Position(0, 0), end)), default="") > "\uffff"


def may_start(arrival: Arrival, settings: Settings) -> bool:
    """Tell whether a request may start a race: by its trigger, and what is typed."""
    kind = arrival.trigger.kind
    if arrival.route == "inline" or kind is TriggerKind.INCOMPLETE:
        return True
    line = arrival.document.lines.line(arrival.position.line)
    left = line[: arrival.position.character]
    triggers = settings.triggers.trigger_characters
    by_hand = arrival.trigger.by_hand
    if not by_hand and arrival.trigger.character not in triggers:
        return False
    least = settings.completion.manual_invoke_min_prefix if by_hand else 1
    return has_prefix(left, triggers, least)


def has_prefix(left: str, triggers: Collection[str], least: int) -> bool:
    """Tell whether enough stands left of the cursor: a trigger, or a word."""
    if left[-1:] in triggers:
        return True
    word = left.rstrip(" \t")
    return is_word(word[len(word) - least :]) if len(word) >= least else False
