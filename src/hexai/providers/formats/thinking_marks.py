"""How models mark their reasoning in the text of an answer, and whose templates do it.

Reading them is up to `thinking.py`; a new model is a row here.
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
        seen="DeepSeek-R1, Qwen3, GLM-4.5 and more, in sglang 0.5.23, 2026-11,"
        " https://github.com/sgl-project/sglang/blob/main/python/sglang/srt/parser/reasoning_parser.py",
    ),
    Block(
        opens="<thinking>",
        closes="</thinking>",
        seen="Amazon Nova; 2025-03, https://github.com/BerriAI/litellm/issues/9063",
    ),
    Block(
        opens="<thought>",
        closes="</thought>",
        seen="EXAONE Deep; 2025-03, https://github.com/LG-AI-EXAONE/EXAONE-Deep; of"
        " Gemini behind Vertex by convention, whose users name the tag; 2025-05,"
        " https://github.com/GoogleCloudPlatform/generative-ai/pull/2090",
    ),
    Block(
        opens="<seed:think>",
        closes="</seed:think>",
        seen="Seed-OSS; 2026-11, https://github.com/ggml-org/llama.cpp/blob/master/"
        "models/templates/ByteDance-Seed-OSS.jinja",
    ),
    Block(
        opens="[THINK]",
        closes="[/THINK]",
        seen="Magistral and Mistral Small 4, in sglang 0.5.23, 2026-11,"
        " https://github.com/sgl-project/sglang/blob/main/python/sglang/srt/parser/reasoning_parser.py",
    ),
    Block(
        opens="<|START_THINKING|>",
        closes="<|END_THINKING|>",
        then="<|START_RESPONSE|>",
        seen="Command R7B; 2026-11, https://github.com/ggml-org/llama.cpp/blob/master/"
        "models/templates/CohereForAI-c4ai-command-r7b-12-2024-tool_use.jinja",
    ),
    Block(
        opens="◁think▷",
        closes="◁/think▷",
        seen="Kimi-VL-Thinking and Kimi-Dev, in sglang 0.5.23, 2026-11,"
        " https://github.com/sgl-project/sglang/blob/main/python/sglang/srt/parser/reasoning_parser.py",
    ),
    Block(
        opens="<|channel>thought\n",
        closes="<channel|>",
        seen="Gemma 4; 2026-08,"
        " https://github.com/ollama/ollama/blob/main/model/renderers/gemma4.go",
    ),
    Block(
        opens="<mm:think>",
        closes="</mm:think>",
        seen="MiniMax-M3, in sglang 0.5.23, 2026-11,"
        " https://github.com/sgl-project/sglang/blob/main/python/sglang/srt/parser/reasoning_parser.py",
    ),
    Block(
        opens="<|inner_prefix|>",
        closes="<|inner_suffix|>",
        seen="Apertus, in sglang 0.5.23, 2026-11,"
        " https://github.com/sgl-project/sglang/blob/main/python/sglang/srt/parser/reasoning_parser.py",
    ),
    Block(
        opens="<|begin_of_thought|>",
        closes="<|end_of_thought|>",
        then="<|begin_of_solution|>",
        seen="Sky-T1, as a tuned one describes its answers; 2025-01,"
        " https://huggingface.co/shakedzy/Sky-T1-32B-Steps; OpenThinker, 2025-03,"
        " https://github.com/Jeffser/Alpaca/issues/604",
    ),
    Block(
        opens="<|reasoning_thinking_start|>",
        closes="<|reasoning_thinking_end|>",
        seen="Llama 4's tokens at 70f7766, 2026-11, https://github.com/meta-llama/"
        "llama-models/blob/main/models/llama4/tokenizer.py",
    ),
    Block(
        opens="Here is my thought process:",
        closes="Here is my response:",
        models="granite",
        seen="Granite 3.2; 2025-10, https://github.com/vllm-project/vllm/blob/main/"
        "vllm/reasoning/granite_reasoning_parser.py",
    ),
    Block(
        opens="Here's my thought process:",
        closes="Here's my response:",
        models="granite",
        seen="quantized Granite 3.2; 2025-10, https://github.com/vllm-project/vllm/blob/"
        "main/vllm/reasoning/granite_reasoning_parser.py",
    ),
    Block(
        opens="Here are my reasoning steps:",
        closes="[BEGIN FINAL RESPONSE]",
        models="apriel",
        seen="Apriel 1.5 and 1.6; 2026-11, https://github.com/ggml-org/llama.cpp/blob/"
        "master/models/templates/Apriel-1.6-15b-Thinker-fixed.jinja",
    ),
    Block(
        opens="analysis",
        closes="assistantfinal",
        models="gpt-oss",
        seen="gpt-oss where the server drops special tokens; 2026-01,"
        " https://github.com/oobabooga/textgen/issues/7374",
    ),
)
"""Those that come as text. The channels of gpt-oss are read by `thinking.py`."""


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
        seen="2025-03, https://github.com/ggml-org/llama.cpp/issues/11325",
    ),
    OpenedByTemplate(
        models=r"qwen3-.*thinking",
        seen="2507, Next and VL; 2026-08,"
        " https://github.com/ollama/ollama/blob/main/model/renderers/qwen3vl.go",
    ),
    OpenedByTemplate(
        models=r"minimax-m2",
        seen="2026-11, https://github.com/ggml-org/llama.cpp/blob/master/"
        "models/templates/unsloth-MiniMax-M2.jinja",
    ),
    OpenedByTemplate(
        models=r"olmo-?3.*think",
        seen="2026-08,"
        " https://github.com/ollama/ollama/blob/main/model/renderers/olmo3_think.go",
    ),
    OpenedByTemplate(
        models=r"ernie-4\.5.*thinking",
        seen="thoughts without an opening tag; 2025-09,"
        " https://github.com/lmstudio-ai/lmstudio-bug-tracker/issues/993; the closing"
        " one by convention",
    ),
    OpenedByTemplate(
        models=r"exaone-deep",
        closes="</thought>",
        seen="its template's `<thought>` at the end; 2025-03,"
        " https://github.com/LG-AI-EXAONE/EXAONE-Deep",
    ),
    OpenedByTemplate(
        models=r"(nvidia-)?nemotron-nano",
        seen="v2, unless `/no_think` is asked; 2026-11, https://github.com/ggml-org/"
        "llama.cpp/blob/master/models/templates/NVIDIA-Nemotron-Nano-v2.jinja",
    ),
    OpenedByTemplate(
        models=r"step-?(fun)?-?3\.7",
        seen="2026-11, https://github.com/ggml-org/llama.cpp/blob/master/"
        "models/templates/StepFun3.7-Flash.jinja",
    ),
    OpenedByTemplate(
        models=r"apriel.*thinker",
        closes="[BEGIN FINAL RESPONSE]",
        seen="Apriel 1.6; 2026-11, https://github.com/ggml-org/llama.cpp/blob/master/"
        "models/templates/Apriel-1.6-15b-Thinker-fixed.jinja",
    ),
)
