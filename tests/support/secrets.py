"""One made-up secret of every kind that the guard knows.

They are put together at run time from parts, so that no scanner that reads this
repository takes them for real ones.
"""

import random
import string

HEX = string.digits + "abcdef"
LOWER = string.digits + string.ascii_lowercase
ALNUM = string.digits + string.ascii_letters
BASE64 = ALNUM + "+/"
URL_SAFE = ALNUM + "_-"
BASE32 = string.ascii_uppercase + "234567"
UPPER = string.digits + string.ascii_uppercase


def sample(rule: str) -> str:
    """Give a text in which the rule of this name finds a secret; always the same."""
    return _put_together(rule, SHAPES[rule])


def samples() -> dict[str, str]:
    """Give a text for each rule."""
    return {rule: sample(rule) for rule in SHAPES}


Part = str | tuple[str, int]
"""Literal text, or so many characters of an alphabet."""


def _put_together(seed: str, parts: tuple[Part, ...]) -> str:
    chance = random.Random(seed)
    return "".join(
        part if isinstance(part, str) else _fill(chance, *part) for part in parts
    )


def _fill(chance: random.Random, alphabet: str, length: int) -> str:
    """Draw without long runs or words, and with a letter and a digit where it can."""
    drawn = [chance.choice(alphabet) for _ in range(length)]
    if length > 7:
        drawn[3] = next((c for c in alphabet if c.isdigit()), drawn[3])
        drawn[6] = next((c for c in alphabet if c.isalpha()), drawn[6])
    return "".join(drawn)


def _uuid() -> tuple[Part, ...]:
    return ((HEX, 8), "-", (HEX, 4), "-4", (HEX, 3), "-a", (HEX, 3), "-", (HEX, 12))


def _block(kind: str) -> tuple[Part, ...]:
    line: tuple[Part, ...] = ((BASE64, 64), "\n")
    dashes = "-----"
    begin, end = f"{dashes}BEGIN {kind}{dashes}\n", f"{dashes}END {kind}{dashes}\n"
    return (begin, *line * 5, end)


_MIXED = "q8Zr5Tn2Lw7X"

SHAPES: dict[str, tuple[Part, ...]] = {
    "anthropic-key": ("sk-", "ant-api03-", (URL_SAFE, 93), "AA"),
    "openrouter-key": ("sk-", "or-v1-", (HEX, 64)),
    "openai-key": ("sk-", "proj-", (URL_SAFE, 120)),
    "huggingface-token": ("hf", "_", (ALNUM, 34)),
    "groq-key": ("gsk", "_", (ALNUM, 52)),
    "xai-key": ("xai", "-", (ALNUM, 80)),
    "replicate-token": ("r8", "_", (ALNUM, 37)),
    "perplexity-key": ("pplx", "-", (ALNUM, 48)),
    "nvidia-key": ("nvapi", "-", (URL_SAFE, 64)),
    "cerebras-key": ("csk", "-", (LOWER, 48)),
    "tavily-key": ("tvly", "-dev-", (ALNUM, 32)),
    "langsmith-key": ("lsv2", "_pt_", (HEX, 32), "_", (HEX, 10)),
    "aws-access-key": ("AK", "IA", (BASE32, 16)),
    "aws-secret-key": ("aws_secret_", "access_key = ", (BASE64, 40)),
    "google-api-key": ("AI", "za", (URL_SAFE, 35)),
    "google-oauth-token": ("ya", "29.", (URL_SAFE, 120)),
    "azure-storage-key": ("Account", "Key=", (BASE64, 86), "=="),
    "azure-sas": ("https://x.example/?sv=2024&", "sig=", (BASE64, 43), "%3D"),
    "azure-client-secret": ((ALNUM, 3), "8Q", "~", (ALNUM, 34)),
    "digitalocean-token": ("dop", "_v1_", (HEX, 64)),
    "alibaba-access-key": ("LT", "AI", (ALNUM, 20)),
    "cloudflare-origin-key": ("v1.0", "-", (HEX, 24), "-", (HEX, 146)),
    "heroku-key": ("HRKU", "-AA", (URL_SAFE, 58)),
    "fly-token": ("fm2", "_", (BASE64, 120)),
    "netlify-token": ("nfp", "_", (ALNUM, 40)),
    "supabase-key": ("sbp", "_", (HEX, 40)),
    "planetscale-token": ("pscale", "_tkn_", (URL_SAFE, 43)),
    "databricks-token": ("da", "pi", (HEX, 32)),
    "vault-token": ("hv", "s.", (ALNUM, 24)),
    "terraform-token": ((ALNUM, 14), ".atlas", "v1.", (URL_SAFE, 67)),
    "pulumi-token": ("pu", "l-", (HEX, 40)),
    "doppler-token": ("dp.", "pt.", (ALNUM, 43)),
    "tailscale-key": ("ts", "key-auth-", (ALNUM, 17), "-", (ALNUM, 30)),
    "1password-token": ("ops", "_eyJ", (BASE64, 400)),
    "github-token": ("gh", "p_", (ALNUM, 36)),
    "github-fine-grained-token": ("github", "_pat_", (ALNUM, 22), "_", (ALNUM, 59)),
    "gitlab-token": ("gl", "pat-", (URL_SAFE, 20)),
    "bitbucket-token": ("AT", "BB", (ALNUM, 32)),
    "atlassian-token": ("ATA", "TT3x", (URL_SAFE, 180)),
    "npm-token": ("np", "m_", (ALNUM, 36)),
    "pypi-token": ("py", "pi-AgE", (URL_SAFE, 150)),
    "rubygems-key": ("ruby", "gems_", (HEX, 48)),
    "crates-token": ("ci", "o", (ALNUM, 32)),
    "nuget-key": ("oy", "2", (LOWER, 43)),
    "docker-token": ("dckr", "_pat_", (URL_SAFE, 27)),
    "circleci-token": ("CCI", "PAT_", (ALNUM, 22), "_", (HEX, 40)),
    "buildkite-token": ("bk", "ua_", (HEX, 40)),
    "sonar-token": ("sq", "p_", (HEX, 40)),
    "jfrog-key": ("AK", "Cp", (ALNUM, 69)),
    "postman-key": ("PM", "AK-", (HEX, 24), "-", (HEX, 34)),
    "slack-token": ("xo", "xb-", (string.digits, 12), "-", (ALNUM, 24)),
    "slack-webhook": ("https://hooks.slack", ".com/services/", (ALNUM, 44)),
    "discord-token": ("M", "TE4", (ALNUM, 22), ".", (URL_SAFE, 6), ".", (ALNUM, 38)),
    "discord-webhook": (
        "https://discord.com/api/",
        "webhooks/",
        (string.digits, 18),
        "/",
        (URL_SAFE, 68),
    ),
    "telegram-token": ("5839204716", ":A", "A", (URL_SAFE, 33)),
    "stripe-key": ("sk", "_live_", (ALNUM, 24)),
    "square-token": ("sq0", "csp-", (URL_SAFE, 43)),
    "shopify-token": ("shp", "at_", (HEX, 32)),
    "plaid-token": ("access", "-sandbox-", *_uuid()),
    "razorpay-key": ("rzp", "_live_", (ALNUM, 14)),
    "facebook-token": ("EA", "AB", (ALNUM, 150)),
    "sendgrid-key": ("S", "G.", (URL_SAFE, 22), ".", (URL_SAFE, 43)),
    "mailgun-key": ("ke", "y-", (HEX, 32)),
    "mailchimp-key": ((HEX, 32), "-u", "s14"),
    "brevo-key": ("xkey", "sib-", (HEX, 64), "-", (ALNUM, 16)),
    "resend-key": ("r", "e_", (ALNUM, 8), "_", (ALNUM, 24)),
    "twilio-key": ("S", "K", (HEX, 32)),
    "airtable-token": ("pa", "t", (ALNUM, 14), ".", (HEX, 64)),
    "notion-token": ("nt", "n_", (ALNUM, 46)),
    "linear-key": ("lin", "_api_", (ALNUM, 40)),
    "figma-token": ("fig", "d_", (URL_SAFE, 43)),
    "hubspot-token": ("pa", "t-na1-", *_uuid()),
    "contentful-token": ("CFP", "AT-", (URL_SAFE, 43)),
    "dropbox-token": ("s", "l.u.", (URL_SAFE, 140)),
    "grafana-token": ("gl", "sa_", (ALNUM, 32), "_", (HEX, 8)),
    "sentry-token": ("snt", "ryu_", (HEX, 64)),
    "newrelic-key": ("NR", "AK-", (UPPER, 27)),
    "dynatrace-token": ("dt0", "c01.", (UPPER, 24), ".", (UPPER, 64)),
    "private-key": _block("RSA PRIVATE " + "KEY"),
    "putty-key": ("Private-", "Lines: 2\n", (BASE64, 64), "\n", (BASE64, 40), "\n"),
    "json-web-key": ('{"kty": "EC", "', 'd": "', (URL_SAFE, 43), '"}'),
    "age-key": ("AGE-SECRET-", "KEY-1", (UPPER, 58)),
    "extended-private-key": ("xp", "rv", (ALNUM, 107)),
    "json-web-token": (
        "ey",
        "J",
        (ALNUM, 33),
        ".ey",
        "J",
        (ALNUM, 80),
        ".",
        (ALNUM, 43),
    ),
    "authorization-header": ("Authorization: ", "Bearer ", (ALNUM, 40)),
    "key-header": ("-H 'X-Api-", "Key: ", (ALNUM, 32), "'"),
    "url-password": ("postgres://app:", _MIXED, "@db.internal:5432/app"),
    "connection-password": ("Server=db;User Id=app;", "Password=", _MIXED, ";"),
    "netrc-password": ("machine git.internal\n  login me\n  ", "password ", _MIXED),
    "login-option": ("curl -u ", "me:", _MIXED, " https://git.internal/"),
    "quoted-assignment": ("pass", 'word = "', _MIXED, '"'),
    "environment-assignment": ("export DB_PASS", "WORD=", _MIXED),
    "line-assignment": ("db:\n  pass", "word: ", _MIXED + "9d"),
    "xml-value": ("<pass", "word>", _MIXED, "</password>"),
}
