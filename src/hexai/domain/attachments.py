"""What goes along with the words of a question: texts and images with their names."""

from msgspec import Struct

from hexai.domain.messages import Image


class Attachment(Struct, frozen=True, kw_only=True):
    """One text or image, whole."""

    name: str
    """What people and models are told that it is called; one line."""
    uri: str
    """Its absolute path, or its address: what ignore rules and guard know it by."""
    text: str = ""
    """What is in it; of an image, what can be read in its bytes, which is not sent."""
    image: Image | None = None
