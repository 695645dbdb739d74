"""A chat with a llama.cpp, which notices at once when its client goes."""

from collections.abc import Mapping

from hexai.domain.provider import Call
from hexai.providers.formats.openai import OpenAIFormat


class WatchedChat(OpenAIFormat):
    """OpenAI's chat, with what a llama.cpp writes of its progress."""

    def body(self, call: Call) -> Mapping[str, object]:
        """Write the request; what is written of progress finds the closed stream."""
        return {**super().body(call), "return_progress": True}
