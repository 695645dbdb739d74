"""How models mark their reasoning in the text of an answer, and whose templates do it.

Reading them is up to `thinking`; a new model is a row here.
"""

from msgspec import Struct


class Block(Struct, frozen=True, kw_only=True):
    """How models mark their reasoning in the text of an answer."""

    opens: str
    closes: str
    then: str = ""
    """What opens the answer behind the block, where anything does."""
    models: str = ""
    """A regular expression: only for models so called; empty: for all."""
    seen: str


BLOCKS = (
    Block(
        opens="<think>",
        closes="</think>",
        seen="DeepSeek-R1, QwQ, Qwen3, GLM-4.5, MiniMax-M2; 2025-11,"
        " https://docs.vllm.ai/en/v0.11.2/features/reasoning_outputs/",
    ),
    Block(
        opens="<thinking>",
        closes="</thinking>",
        seen="Amazon Nova; 2025-06,"
        " https://docs.aws.amazon.com/nova/latest/userguide/prompting-tools-troubleshooting.html",
    ),
    Block(
        opens="<thought>",
        closes="</thought>",
        seen="Gemini's compatible endpoint with include_thoughts, EXAONE Deep; 2025-06,"
        " https://ai.google.dev/gemini-api/docs/openai",
    ),
    Block(
        opens="<seed:think>",
        closes="</seed:think>",
        seen="Seed-OSS; 2025-08,"
        " https://huggingface.co/ByteDance-Seed/Seed-OSS-36B-Instruct",
    ),
    Block(
        opens="[THINK]",
        closes="[/THINK]",
        seen="Magistral 1.2; 2025-09,"
        " https://huggingface.co/mistralai/Magistral-Small-2509",
    ),
    Block(
        opens="<|START_THINKING|>",
        closes="<|END_THINKING|>",
        then="<|START_RESPONSE|>",
        seen="Command A Reasoning; 2025-08,"
        " https://huggingface.co/CohereLabs/command-a-reasoning-08-2025",
    ),
    Block(
        opens="◁think▷",
        closes="◁/think▷",
        seen="Kimi-VL-Thinking; 2025-04,"
        " https://huggingface.co/moonshotai/Kimi-VL-A3B-Thinking",
    ),
    Block(
        opens="<|begin_of_thought|>",
        closes="<|end_of_thought|>",
        then="<|begin_of_solution|>",
        seen="Sky-T1, OpenThinker; 2025-01,"
        " https://huggingface.co/open-thoughts/OpenThinker-7B",
    ),
    Block(
        opens="Here is my thought process:",
        closes="Here is my response:",
        models="granite",
        seen="Granite 3.2; 2025-02,"
        " https://docs.vllm.ai/en/v0.8.3/features/reasoning_outputs.html",
    ),
    Block(
        opens="Here's my thought process:",
        closes="Here's my response:",
        models="granite",
        seen="as the row above; 2026, https://docs.nvidia.com/dynamo/dev/user-guides/reasoning.md",
    ),
    Block(
        opens="Here are my reasoning steps:",
        closes="[BEGIN FINAL RESPONSE]",
        models="apriel",
        seen="Apriel 1.5; 2025-09,"
        " https://huggingface.co/ServiceNow-AI/Apriel-1.5-15b-Thinker",
    ),
    Block(
        opens="analysis",
        closes="assistantfinal",
        models="gpt-oss",
        seen="gpt-oss where the server drops special tokens; 2025-08,"
        " https://github.com/vllm-project/vllm/issues/22403",
    ),
)
"""Those that come as text. The channels of gpt-oss are read by `thinking`."""


class OpenedByTemplate(Struct, frozen=True, kw_only=True):
    """Models whose chat template writes the opening tag: only the closing one comes."""

    models: str
    """A regular expression for the start of the name, without vendor, lower-cased."""
    closes: str = "</think>"
    seen: str


OPENED_BY_TEMPLATE = (
    OpenedByTemplate(
        models=r"deepseek-r1",
        seen="template since 2025-02; https://github.com/ggml-org/llama.cpp/issues/11861",
    ),
    OpenedByTemplate(
        models=r"qwq",
        seen="template since 2025-03; https://github.com/ggml-org/llama.cpp/issues/11861",
    ),
    OpenedByTemplate(
        models=r"qwen3-.*thinking",
        seen="2507 and Next; 2025-07,"
        " https://huggingface.co/Qwen/Qwen3-30B-A3B-Thinking-2507",
    ),
    OpenedByTemplate(
        models=r"minimax-m2",
        seen="2025-10, https://huggingface.co/MiniMaxAI/MiniMax-M2",
    ),
    OpenedByTemplate(
        models=r"olmo-?3.*think",
        seen="2025-11, https://huggingface.co/allenai/Olmo-3-7B-Think",
    ),
    OpenedByTemplate(
        models=r"ernie-4\.5.*thinking",
        seen="2025-09, https://huggingface.co/baidu/ERNIE-4.5-21B-A3B-Thinking",
    ),
    OpenedByTemplate(
        models=r"exaone-deep",
        closes="</thought>",
        seen="2025-03, https://huggingface.co/LGAI-EXAONE/EXAONE-Deep-7.8B",
    ),
    OpenedByTemplate(
        models=r"apriel.*thinker",
        closes="[BEGIN FINAL RESPONSE]",
        seen="2025-09, https://huggingface.co/ServiceNow-AI/Apriel-1.5-15b-Thinker",
    ),
)
