"""The markers of chat and inline tags, as they are configured for a language."""

from hexai.config.schema import Settings
from hexai.prompts.code.languages import language_of
from hexai.text.triggers import Markers


def markers_for(settings: Settings, identifier: str, path: str = "") -> Markers:
    """Give the markers for documents of a language, by the editor's name for it."""
    off = settings.chat.triggers_off
    language = language_of(identifier, path).id
    return Markers(
        chat_suffix=settings.chat.chat_suffix,
        chat_prefixes=settings.chat.chat_prefixes,
        inline_open=settings.inline.inline_open,
        inline_close=settings.inline.inline_close,
        off=(*off.get(identifier, ()), *off.get(language, ())),
    )
