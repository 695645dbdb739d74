"""An open document, as a value."""

from msgspec import Struct

from hexai.text.lines import Lines


class Document(Struct, frozen=True, kw_only=True):
    """An open document at one version; the next version is another value."""

    uri: str
    language: str
    """The editor's name of its language."""
    version: int | None
    lines: Lines
    changed_at: float
    """When it was opened or last changed, by the loop's clock."""

    @property
    def name(self) -> str:
        """The last part of its URI; its ending may tell what language it is in."""
        return self.uri.rpartition("/")[2]
