"""Which models answer questions, told by their names: servers list others too.

Whose name says nothing is taken for one that does.
"""

import re

_OTHERS = re.compile(
    r"embed|minilm|rerank|whisper|parakeet|speech|transcri|moderation|guardian"
    r"|stable-?diffusion|dall-?e|diffuser"
    r"|(?<![a-z])(?:bge|gte|e5|tts|stt|asr|sdxl|sd3|flux|image|kokoro|piper|orpheus"
    r"|guard|shieldgemma|clip|siglip|sora)(?![a-z])",
    re.IGNORECASE,
)
"""What models are called for embeddings, speech, images, ranking and moderation."""


def can_answer(model: str) -> bool:
    """Tell whether a model of this name is likely to answer a question."""
    return _OTHERS.search(model) is None
