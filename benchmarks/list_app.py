"""Bare Textual with one list: what `benchmarks/action.py` compares the menu with."""

from textual.app import App, ComposeResult
from textual.widgets import OptionList


class ListApp(App[None]):
    """A list, and a key to leave."""

    BINDINGS = [("q", "quit", "leave")]  # noqa: RUF012 - as Textual has it

    def compose(self) -> ComposeResult:
        """Show a list."""
        yield OptionList("Rewrite selection", "Simplify and improve", "Skip")


if __name__ == "__main__":
    ListApp().run(mouse=False)
