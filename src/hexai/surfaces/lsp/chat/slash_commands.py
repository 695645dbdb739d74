"""Slash commands: lines such as `/reload>`, which the server carries out itself."""

from collections.abc import Callable
from functools import partial
from typing import Protocol

from hexai.config.schema import Settings
from hexai.config.shown import summarise
from hexai.domain.entry import Surface
from hexai.errors import ConfigError
from hexai.surfaces.lsp.chat.answering import in_place_of_line
from hexai.surfaces.lsp.chat.pending import PendingPrompt
from hexai.surfaces.lsp.configuration import Configuration
from hexai.surfaces.lsp.editor import Editor, Severity
from hexai.surfaces.lsp.progress import Running

EDIT_LABEL = "Hexai: carry out a command"
KNOWN = {
    "reload": "load the configuration again, and show what has changed",
    "disable": "switch completion off for now",
    "enable": "switch completion on again",
    "models": "list who answers on which surface",
    "cancel": "stop what models are at work on",
    "help": "show this",
}
_SHOWN = 5


class Switch(Protocol):
    """What `/disable>` and `/enable>` switch: completion, which chat does not know."""

    is_enabled: bool


class Commands:
    """Carries out slash commands."""

    def __init__(
        self,
        editor: Editor,
        configuration: Configuration,
        running: Running,
        switch: Switch,
    ) -> None:
        self._editor = editor
        self._configuration = configuration
        self._running = running
        self._switch = switch

    async def run(self, name: str, pending: PendingPrompt, settings: Settings) -> None:
        """Carry out a command; its line goes, and the reply is shown.

        A reply of several lines takes the place of the line.
        """
        if name == "reload":
            self._reload(pending.uri)
            reply = ""
        else:
            replies: dict[str, Callable[[], str]] = {
                "disable": partial(self._disable, settings),
                "enable": self._enable,
                "models": partial(self._models, pending.uri),
                "cancel": self._cancel,
                "help": partial(_help, settings),
            }
            reply = replies[name]()
        if "\n" not in reply and reply:
            self._editor.tell(Severity.INFO, f"Hexai: {reply}")
            reply = ""
        change = partial(in_place_of_line, reply=reply)
        await pending.edit(change, EDIT_LABEL)

    def _reload(self, uri: str) -> None:
        try:
            changes = self._configuration.reload(uri)
        except ConfigError as error:
            shown = "".join(f"\n- {problem}" for problem in error.problems[:_SHOWN])
            more = len(error.problems) - _SHOWN
            rest = f"\n- and {more} more, see `hexai config check`" if more > 0 else ""
            self._editor.tell(
                Severity.ERROR,
                "Reload failed, the configuration before it stays in use:"
                f"{shown}{rest}",
            )
        else:
            self._editor.tell(Severity.INFO, summarise(changes))

    def _disable(self, settings: Settings) -> str:
        if not self._switch.is_enabled:
            return "Auto-completions were already disabled."
        self._switch.is_enabled = False
        back = f"/enable{settings.chat.chat_suffix}"
        return f"Auto-completions disabled. Use {back} to restore."

    def _enable(self) -> str:
        if self._switch.is_enabled:
            return "Auto-completions are already enabled."
        self._switch.is_enabled = True
        return "Auto-completions enabled."

    def _cancel(self) -> str:
        count = self._running.cancel()
        return f"stopped {count} running" if count else "nothing was running"

    def _models(self, uri: str) -> str:
        snapshot = self._configuration.snapshot(uri)
        if snapshot is None:
            return "everything is off until the configuration is mended"
        lines = ["Who answers:"]
        for surface in (Surface.COMPLETION, Surface.CHAT, Surface.CODE_ACTION):
            entries = self._configuration.entries(snapshot, surface).entries
            names = [
                f"{each.label} ({each.spec.provider}:{each.spec.model})"
                for each in entries
            ]
            lines.append(f"- {surface}: {', '.join(names) or 'nobody'}")
        return "\n".join(lines)


def _help(settings: Settings) -> str:
    chat, inline = settings.chat, settings.inline
    suffix, opened, closed = chat.chat_suffix, inline.inline_open, inline.inline_close
    endings = " ".join(f"{prefix}{suffix}" for prefix in chat.chat_prefixes)
    return "\n".join(
        (
            f"A line that ends with one of {endings} is a question.",
            f"{opened}text{closed} is replaced by what the text asks for.",
            f"{opened[:1]}{opened}text{closed} is so with its whole line.",
            "Commands:",
            *(f"- /{name}{suffix} {what}" for name, what in KNOWN.items()),
        )
    )
