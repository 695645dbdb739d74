"""Which models answer, by their names."""

import pytest

from hexai.service.setup.answering_models import can_answer


@pytest.mark.parametrize(
    "model",
    [
        *("text-embedding-nomic-embed-text-v1.5", "bge-m3:latest", "BAAI/bge-large"),
        *("all-minilm", "intfloat/multilingual-e5-large", "gte-qwen2", "jina-reranker"),
        *("whisper-1", "Systran/faster-whisper-small", "tts-1-hd", "kokoro-82m"),
        *("gpt-4o-transcribe", "dall-e-3", "gpt-image-1", "Qwen-Image", "flux.1-dev"),
        *("stable-diffusion-xl", "sdxl-turbo", "omni-moderation-latest"),
        *("llama-guard3:8b", "granite3-guardian", "shieldgemma", "Embed.gguf"),
    ],
)
def test_models_for_other_things_answer_no_question(model: str) -> None:
    """Embeddings, ranking, speech, images, moderation."""
    assert not can_answer(model)


@pytest.mark.parametrize(
    "model",
    [
        *("qwen3-4b", "gemma-3", "gpt-4.1", "llama3.1:8b", "smollm2", "mistral-nemo"),
        *(
            "deepseek-r1",
            "phi4",
            "starcoder2:3b",
            "codestral",
            "command-r",
            "safeguards",
        ),
        *("fluxion", "eclipse-7b", "imagenet-chat"),
    ],
)
def test_all_others_may(model: str) -> None:
    """A short part counts only as a word of its own."""
    assert can_answer(model)
