#!/usr/bin/env bash
# Guess: the figures in `usage` of Anthropic's answer go into the price calculation under
#   the same names.
# Seen: Anthropic's `input_tokens` leaves out what was read from or written to the cache,
#   genai-prices' `input_tokens` has it in. Handed over as they are, figures with much in
#   the cache raise a ValueError, and those with little give too low a price in silence.
# Version: genai-prices 0.2.3.
# Concerns: whoever prices Anthropic's answers, or those of servers that copy its format.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check genai-prices==0.2.3
env/bin/python - <<'PYTHON'
from genai_prices import Usage, calc_price


def price(fresh, cached, *, joined):
    usage = Usage(
        input_tokens=fresh + cached if joined else fresh,
        cache_read_tokens=cached,
        output_tokens=0,
    )
    found = calc_price(usage, model_ref="claude-sonnet-4-5", provider_id="anthropic")
    return found.total_price


right = price(1000, 900, joined=True)
wrong = price(1000, 900, joined=False)
print(f"1000 fresh and 900 cached tokens: ${right}, as Anthropic tells them ${wrong}")
assert wrong < right / 2
try:
    price(100, 900, joined=False)
except ValueError as error:
    print("100 fresh and 900 cached tokens, as told:", error)
else:
    raise SystemExit("more cached than input tokens were accepted")
PYTHON
