#!/usr/bin/env bash
# Guess: asked without a provider, genai-prices knows models of vendors by their names; a
#   model of Ollama, `name:size`, is none of them and raises a LookupError.
# Seen: `llama3.2:1b` does raise, but `deepseek-r1:7b` is DeepSeek's own `deepseek-reasoner`
#   at its price, `gpt-oss-20b` is OpenAI's, and `mistral-nemo` Mistral's: what runs on the
#   user's machine costs money in the sum. Two sizes of one model, one price.
# Version: genai-prices 0.2.3.
# Concerns: whoever sums up the costs of local and other models by their names alone.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check genai-prices==0.2.3
env/bin/python - <<'PYTHON'
from genai_prices import Usage, calc_price

FOUND = {
    "llama3.2:1b": None,
    "qwen2.5-coder:7b": None,
    "gemma3:4b": None,
    "deepseek-r1:7b": ("deepseek", "deepseek-reasoner"),
    "deepseek-r1:1.5b": ("deepseek", "deepseek-reasoner"),
    "gpt-oss-20b": ("openai", "gpt-oss-20b"),
    "mistral-nemo": ("mistral", "mistral-nemo"),
}


def look(name):
    usage = Usage(input_tokens=1_000_000, output_tokens=0)
    try:
        return calc_price(usage, model_ref=name)
    except LookupError:
        return None


for name, expected in FOUND.items():
    price = look(name)
    found = price and (price.provider.id, price.model.id)
    told = f"${price.total_price}, as {'/'.join(found)}" if price else "unknown"
    print(f"a million tokens of {name}: {told}")
    assert found == expected
    assert price is None or price.total_price > 0
PYTHON
