"""Control tokens that come as text: where one stands, the answer has ended.

Models end, fill and part texts with tokens that nobody should see. A server that does
not know them, or is given a raw prompt, sends them on as text, and then what the model
goes on to say: another file, another turn. So an answer is cut at the first of them.

But a text may be about them. A token stays that the question or the document holds, one
that stands in quotes on both sides, and one that its row says is half of something else
(`</s>` ends struck-out text in HTML). What only opens a text or a turn is taken out at
the very start of an answer, where some templates leave it.
"""

import re
from collections.abc import Iterable
from io import StringIO
from itertools import chain, zip_longest

from msgspec import Struct

from hexai.domain.provider import Call
from hexai.providers.formats.marks import Said, Tags


class Family(Struct, frozen=True, kw_only=True):
    """The tokens of models that share a vocabulary."""

    models: str
    """A regular expression for the model's name, without vendor, lower-cased."""
    ends: tuple[str, ...]
    """What ends an answer; the likeliest first, as they are sent as stop words."""
    opens: tuple[str, ...] = ()
    """What may be left at the start of an answer and is taken out there."""
    seen: str


FAMILIES = (
    Family(
        models=r"starcoder|refact|granite.*code|mellum",
        ends=(
            *("<|endoftext|>", "<file_sep>", "<fim_pad>", "<fim_middle>"),
            *("<fim_prefix>", "<fim_suffix>", "<|end_of_text|>"),
        ),
        opens=("<fim_middle>",),
        # What parts StarCoder's files is `<filename>`, which people write as well.
        seen="StarCoder2's special_tokens_map.json, as tuned; 2026-11,"
        " https://huggingface.co/ai-team-20/starcoder2-15b-1/commit/"
        "de353b692f8b1e45a75c3e97fb735df11f9dd1b6; Granite Code's gaps, stop words in"
        " Ollama's library: https://ollama.com/jmorgan/granite-code:latest/blobs/"
        "9893bb2c2917; Refact and Mellum by convention",
    ),
    Family(
        models=r"santacoder",
        ends=(
            *("<|endoftext|>", "<fim-middle>", "<fim-pad>", "<fim-prefix>"),
            "<fim-suffix>",
        ),
        opens=("<fim-middle>",),
        seen="added_tokens.json of a tuned SantaCoder; 2026-11, https://huggingface.co/"
        "muhtasham/santacoder-finetuned-the-stack-assembly/commit/"
        "87eab44a139fb31aef36e808cd94c7a32d49dbf4",
    ),
    Family(
        models=r"codellama",
        ends=("<EOT>", "</s>", "[INST]", "[/INST]", "<SUF>", "<MID>"),
        # Its `<PRE>` is an element of HTML.
        seen="gaps: meta-llama/codellama at 1af62e1, 2026-11, https://github.com/"
        "meta-llama/codellama/blob/main/llama/tokenizer.py; turns: llama/generation.py"
        " there",
    ),
    Family(
        models=r"deepseek",
        ends=(
            *("<｜end▁of▁sentence｜>", "<｜fim▁hole｜>", "<｜fim▁begin｜>"),
            *("<｜fim▁end｜>", "<｜User｜>", "<｜Assistant｜>", "<|EOT|>"),
        ),
        opens=("<｜begin▁of▁sentence｜>", "<｜Assistant｜>"),
        seen="DeepSeek-Coder-V2, as sglang 0.5.23 has its gaps, 2026-11,"
        " https://github.com/sgl-project/sglang/blob/main/python/sglang/srt/parser/code_completion_parser.py",
    ),
    Family(
        models=r"codestral|mistral|ministral|devstral|magistral|mixtral",
        ends=("</s>", "[SUFFIX]", "[PREFIX]", "[MIDDLE]", "[INST]", "[/INST]"),
        seen="mistral-common 1.13.1, SpecialTokens, 2026-11,"
        " https://github.com/mistralai/mistral-common",
    ),
    Family(
        models=r"llama|nemotron",
        ends=(
            *("<|eot_id|>", "<|end_of_text|>", "<|eom_id|>", "<|start_header_id|>"),
            *("<|eot|>", "<|eom|>", "<|header_start|>"),
        ),
        opens=("<|begin_of_text|>",),
        seen="Llama 3, 2026-08, https://github.com/ollama/ollama/blob/main/template/"
        "llama3-instruct.gotmpl; Llama 4 at 70f7766, 2026-11, https://github.com/"
        "meta-llama/llama-models/blob/main/models/llama4/tokenizer.py",
    ),
    Family(
        models=r"gemma",
        ends=(
            *("<|file_separator|>", "<end_of_turn>", "<start_of_turn>", "<eos>"),
            *("<|fim_middle|>", "<|fim_prefix|>", "<|fim_suffix|>"),
        ),
        opens=("<bos>", "<start_of_turn>model\n"),
        seen="turns of Gemma 3, 2026-08, https://github.com/ollama/ollama/blob/main/"
        "template/gemma-instruct.gotmpl; gaps of CodeGemma, 2026-11,"
        " https://ai.google.dev/gemma/docs/codegemma/prompt-structure",
    ),
    Family(
        models=r"gemma-?4",
        ends=("<turn|>", "<|turn>"),
        opens=("<|turn>model\n",),
        seen="Gemma 4, 2026-08,"
        " https://github.com/ollama/ollama/blob/main/model/renderers/gemma4.go",
    ),
    Family(
        models=r"phi|glm|zephyr|gpt-oss",
        ends=(
            *("<|end|>", "<|user|>", "<|return|>", "<|call|>", "<|channel|>"),
            *("<|message|>", "<|start|>", "<|system|>", "<|observation|>"),
            "<|assistant|>",
        ),
        opens=("<|assistant|>",),
        seen="openai-harmony 0.0.8, and Phi-3 in Ollama's template, 2026-11,"
        " https://github.com/openai/harmony",
    ),
    Family(
        models=r"command|aya|c4ai",
        ends=(
            *("<|END_OF_TURN_TOKEN|>", "<|END_RESPONSE|>"),
            *("<|START_OF_TURN_TOKEN|>", "<|USER_TOKEN|>", "<|CHATBOT_TOKEN|>"),
            "<|END_TEXT|>",
        ),
        opens=("<|START_RESPONSE|>", "<|START_TEXT|>"),
        seen="Command A and 4, 2026-08,"
        " https://github.com/ollama/ollama/blob/main/model/renderers/cohere.go",
    ),
    Family(
        models=r"seed",
        ends=(
            *("<seed:eos>", "<seed:bos>", "<[end▁of▁sentence]>", "<[fim-suffix]>"),
            *("<[fim-prefix]>", "<[fim-middle]>"),
        ),
        seen="Seed-OSS, 2026-11, https://github.com/ggml-org/llama.cpp/blob/master/"
        "models/templates/ByteDance-Seed-OSS.jinja; gaps of Seed-Coder, 2025-12,"
        " https://github.com/ggml-org/llama.cpp/issues/17900",
    ),
    Family(
        models=r"exaone|solar",
        ends=("[|endofturn|]", "[|user|]", "[|assistant|]"),
        seen="EXAONE 3.5, 2026-11,"
        " https://github.com/ggml-org/llama.cpp/blob/master/src/llama-chat.cpp",
    ),
    Family(
        models=r"minimax",
        ends=("[e~[", "]~b]"),
        seen="MiniMax-M2, 2026-11, https://github.com/ggml-org/llama.cpp/blob/master/"
        "models/templates/unsloth-MiniMax-M2.jinja",
    ),
    Family(
        models=r"apriel",
        ends=("[END FINAL RESPONSE]", "<|end|>"),
        seen="Apriel 1.5, 2026-11, https://github.com/ggml-org/llama.cpp/blob/master/"
        "models/templates/unsloth-Apriel-1.5.jinja",
    ),
    Family(
        models=r"sky-t1|openthinker",
        ends=("<|end_of_solution|>",),
        seen="Sky-T1's own system prompt, at 11784ed, 2026-11, https://github.com/"
        "NovaSky-AI/SkyThought/blob/main/skythought/tools/util/model_utils.py;"
        " OpenThinker, 2025-03, https://github.com/Jeffser/Alpaca/issues/604",
    ),
    Family(
        models=r"qwen|qwq|coder|starcoder|stable-code|granite|phi|gpt|yi|internlm|smol",
        ends=(
            *("<|endoftext|>", "<|fim_pad|>", "<|file_sep|>", "<|im_end|>"),
            *("<|repo_name|>", "<|fim_middle|>", "<|fim_prefix|>", "<|fim_suffix|>"),
            "<|endofprompt|>",
        ),
        opens=("<|im_start|>assistant\n", "<|im_start|>", "<|fim_middle|>"),
        seen="Qwen2.5-Coder, as sglang 0.5.23 has its gaps, 2026-11,"
        " https://github.com/sgl-project/sglang/blob/main/python/sglang/srt/parser/code_completion_parser.py",
    ),
)

UNKNOWN = (
    *("<|endoftext|>", "<|file_sep|>", "<|fim_middle|>", "<EOT>"),
    *("<file_sep>", "<|im_end|>", "<｜end▁of▁sentence｜>"),
)
"""What models of no known family are asked to stop at."""

HALVES = {"</s>": "<s>", "<eos>": "<bos>"}
"""Tokens that are no end where another text stands before them in the answer."""

MOST = 8
"""Stop words of ours that are sent where the server has no limit: each is looked for
at every token."""

_ENDS = Tags(token for family in FAMILIES for token in family.ends)
_OPENS = tuple(
    sorted({t for family in FAMILIES for t in family.opens}, key=len, reverse=True)
)
_QUOTES = "\"'`"
_LONGEST_OPENING = 4
"""Tokens that are taken out at the start of an answer, at most."""


def stops(call: Call, *, most: int | None = None) -> list[str]:
    """Give the stop words of a call with a raw prompt: its own, then control tokens.

    Those that the document holds are left out. `most` is the server's limit. A name
    that speaks of several families gets the likeliest of each first.
    """
    name = call.model.rpartition("/")[2].lower()
    named = [family for family in FAMILIES if re.search(family.models, name)]
    by_rank = chain.from_iterable(zip_longest(*(family.ends for family in named)))
    tokens = dict.fromkeys(token for token in by_rank if token) or UNKNOWN
    held = held_by(call, infilled=True)
    ours = [token for token in tokens if not any(token in text for text in held)]
    own = list(call.stop)
    words = own + [token for token in ours if token not in own][:MOST]
    return words[:most]


def held_by(call: Call, *, infilled: bool) -> tuple[str, ...]:
    """Give the texts of a call that people wrote: what they hold is no control token.

    A whole prompt of the user's template holds them by its nature.
    """
    infill = call.infill if infilled else None
    if infill is None:
        return tuple(message.content for message in call.messages)
    own = () if infill.whole_prompt else (infill.prompt,)
    return (infill.prefix, infill.suffix, *own)


class Cutter:
    """Ends one answer's text at the first control token."""

    def __init__(self, held: Iterable[str] = ()) -> None:
        """Let tokens stay that these texts hold."""
        self._asked = held
        self._held = ""
        self._said = Said(HALVES.values())
        self._dropped = StringIO()
        self._openings = _LONGEST_OPENING
        self._is_closed = False
        self.is_cut = False
        """Whether the answer has ended; what follows is dropped."""

    def begin_again(self) -> str:
        """Forget the text so far: it was no answer. Gives what of it was not given."""
        kept = self._dropped.getvalue() + self._held
        self._held, self._dropped = "", StringIO()
        self._said = Said(HALVES.values())
        self._openings, self.is_cut = _LONGEST_OPENING, False
        return kept

    def feed(self, text: str) -> str:
        """Take the next piece; what could be half a token is held back."""
        if self.is_cut:
            self._dropped.write(text)
            return ""
        if not (self._held or self._openings) and not _ENDS.begin_in(text):
            self._said.write(text)
            return text
        self._held += text
        return self._run()

    def close(self) -> str:
        """Give what is still held back."""
        self._is_closed = True
        return "" if self.is_cut else self._run()

    def _run(self) -> str:
        if self._openings and self._waits_at_start():
            return ""
        seen = 0
        while (found := _ENDS.find(self._held, seen)) is not None:
            start, end = found.span()
            after = self._held[end : end + 1]
            self._said.write(self._held[seen:start])
            is_quoted = self._said.last != "" and self._said.last in _QUOTES
            if is_quoted and not after and not self._is_closed:
                return self._give(start, start)
            if self._ends(found[0], after, is_quoted=is_quoted):
                text = self._give(start, start)
                self._dropped.write(self._held)
                self.is_cut, self._held = True, ""
                return text
            self._said.write(found[0])
            seen = end
        kept = 0 if self._is_closed else _ENDS.unfinished(self._held, seen)
        return self._give(len(self._held) - kept, seen)

    def _give(self, length: int, seen: int) -> str:
        """Give so much of what is held, of which some is noted as said already."""
        text, self._held = self._held[:length], self._held[length:]
        self._said.write(text[seen:])
        return text

    def _waits_at_start(self) -> bool:
        """Take openings out of the start; say whether another may be on its way."""
        while self._openings:
            begun = self._held.lstrip()
            opening = next((t for t in _OPENS if begun.startswith(t)), None)
            if opening is None or self._is_about(opening):
                break
            longer = any(t != opening and t.startswith(begun) for t in _OPENS)
            if longer and not self._is_closed:
                return True
            self._held = begun[len(opening) :]
            self._openings -= 1
        begun = self._held.lstrip()
        may_open = any(t.startswith(begun) for t in _OPENS)
        if may_open and len(self._held) <= 64 and not self._is_closed:
            return begun != "" or not self._held
        self._openings = 0
        return False

    def _ends(self, token: str, after: str, *, is_quoted: bool) -> bool:
        if is_quoted and self._said.last == after:
            return False
        half = HALVES.get(token)
        if half is not None and self._said.count(half):
            return False
        return not self._is_about(token)

    def _is_about(self, token: str) -> bool:
        return any(token.strip() in text for text in self._asked)
