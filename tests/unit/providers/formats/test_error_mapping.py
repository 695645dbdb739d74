"""From what upstreams say to our own errors."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexai.config.schema_providers import ProviderType
from hexai.errors import (
    Authentication,
    BadAnswer,
    BadRequest,
    BrokenStream,
    ContentFilter,
    ContextTooLong,
    OutOfCredit,
    Overloaded,
    Permission,
    ProviderError,
    RateLimited,
    StillLoading,
    UnknownModel,
)
from hexai.providers.formats.error_bodies import read_body, read_error
from hexai.providers.formats.error_mapping import HAPPENED, explain
from tests.support.calls import settings


def openai(
    message: str, type_: str | None = None, code: str | int | None = None
) -> object:
    """Give an error in the most common shape."""
    return {"error": {"message": message, "type": type_, "param": None, "code": code}}


def anthropic(type_: str, message: str = "…") -> object:
    """Give an error as Anthropic shapes it."""
    return {"type": "error", "error": {"type": type_, "message": message}}


CASES: list[tuple[int, object, type[ProviderError]]] = [
    (
        401,
        openai("Incorrect", "invalid_request_error", "invalid_api_key"),
        Authentication,
    ),
    (401, openai("Invalid API Key", "authentication_error", 401), Authentication),
    (401, anthropic("authentication_error"), Authentication),
    (401, {"error": "unauthorized"}, Authentication),
    (400, [{"error": {"code": 400, "status": "INVALID_ARGUMENT"}}], BadRequest),
    (402, openai("Insufficient credits", code=402), OutOfCredit),
    (402, anthropic("billing_error"), OutOfCredit),
    (
        400,
        anthropic("invalid_request_error", "Your credit balance is too low"),
        OutOfCredit,
    ),
    (429, openai("quota", "insufficient_quota", "insufficient_quota"), OutOfCredit),
    (403, anthropic("permission_error"), Permission),
    (
        403,
        openai("Country", "request_forbidden", "unsupported_country_region_territory"),
        Permission,
    ),
    (
        403,
        openai("requires moderation and your input was flagged", code=403),
        ContentFilter,
    ),
    (
        404,
        openai(
            "The model `x` does not exist", "invalid_request_error", "model_not_found"
        ),
        UnknownModel,
    ),
    (404, anthropic("not_found_error", "model: claude-9"), UnknownModel),
    (404, {"error": "model 'x' not found"}, UnknownModel),
    (404, {"error": 'model "x" not found, try pulling it first'}, UnknownModel),
    (400, openai("x/y is not a valid model ID", code=400), UnknownModel),
    (404, "404 page not found", UnknownModel),
    (
        400,
        openai("…", "invalid_request_error", "context_length_exceeded"),
        ContextTooLong,
    ),
    (400, openai("This model's maximum context length is 8192 tokens"), ContextTooLong),
    (400, openai("…", "exceed_context_size_error", 400), ContextTooLong),
    (
        400,
        anthropic("invalid_request_error", "prompt is too long: 9 tokens > 8"),
        ContextTooLong,
    ),
    (413, anthropic("request_too_large"), ContextTooLong),
    (413, "<html>413</html>", ContextTooLong),
    (400, openai("…", None, "content_filter"), ContentFilter),
    (429, openai("slow down", "requests", "rate_limit_exceeded"), RateLimited),
    (429, anthropic("rate_limit_error"), RateLimited),
    (
        429,
        openai("No deployments available", "all_deployments_in_cooldown", "429"),
        Overloaded,
    ),
    (429, "", RateLimited),
    (500, openai("The model is repeating the same chunk = ab."), BrokenStream),
    (529, anthropic("overloaded_error"), Overloaded),
    (500, openai("boom", "server_error"), Overloaded),
    (500, {"error": "model requires more system memory (9 GiB)"}, BadRequest),
    (503, openai("Loading model", "unavailable_error", 503), StillLoading),
    (502, "<html>Bad Gateway</html>", Overloaded),
    (408, "", Overloaded),
    (
        400,
        openai("Unsupported value", "invalid_request_error", "unsupported_value"),
        BadRequest,
    ),
    (
        422,
        {"message": {"detail": [{"loc": ["body", "x"], "msg": "Extra inputs"}]}},
        BadRequest,
    ),
    (409, "", Overloaded),
    (425, "", Overloaded),
    (405, "", BadRequest),
    (501, "", BadRequest),
    (505, "", BadRequest),
    (204, "", BadAnswer),
]


@pytest.mark.parametrize(("status", "said", "kind"), CASES)
def test_each_refusal_has_its_kind(
    status: int, said: object, kind: type[ProviderError]
) -> None:
    """The whole tree, over every vendor's shapes."""
    body = said if isinstance(said, str) else json.dumps(said)

    error = explain(read_body(status, body.encode()), "m", settings())

    assert type(error) is kind
    assert error.http_status == status


@pytest.mark.parametrize(
    ("said", "kind", "status"),
    [
        ({"code": 502, "message": "Provider disconnected"}, Overloaded, 502),
        ({"code": 429, "message": "slow down"}, RateLimited, 429),
        ({"type": "overloaded_error", "message": "Overloaded"}, Overloaded, None),
        ({"type": "rate_limit_error", "message": "…"}, RateLimited, None),
        ({"type": "invalid_request_error", "message": "…"}, BadRequest, None),
        ({"type": "not_found_error", "message": "…"}, UnknownModel, None),
        ("the prompt exceeds the context length", ContextTooLong, None),
        ("model runner has unexpectedly stopped", Overloaded, None),
        ({}, Overloaded, None),
        ([], Overloaded, None),
        (17, Overloaded, None),
    ],
)
def test_errors_inside_a_stream_have_their_kind(
    said: object, kind: type[ProviderError], status: int | None
) -> None:
    """There is no status but what the error itself names."""
    error = explain(read_error(said), "m", settings())

    assert (type(error), error.http_status) == (kind, status)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b'{"error": {"message": "no  \\n good"}}', "no good"),
        (b'{"error": "plain"}', "plain"),
        (b'{"message": "top"}', "top"),
        (b'{"detail": "Not Found"}', "Not Found"),
        (b'{"detail": [{"loc": ["body", 0, "x"], "msg": "bad"}]}', "bad: body.0.x"),
        (
            b'{"error": {"message": "Failed", "metadata":'  # noqa: ISC004 - one body
            b' {"provider_name": "Acme", "raw": "too hot"}}}',
            "Failed Acme: too hot",
        ),
        (b'[{"error": {"message": "in a list"}}]', "in a list"),
        (b"upstream connect error", "upstream connect error"),
        (b"<!DOCTYPE html><title>502</title>", ""),
        (b"", ""),
        (b"null", ""),
        (b'{"error": {"message": 5, "code": []}}', ""),
        (b"[" * 60_000, "[" * 60_000),
        (b'{"error": {"message": "' + b"a" * 60_000 + b'"}}', "a" * 60_000),
    ],
)
def test_the_upstreams_own_words_are_found(body: bytes, message: str) -> None:
    """Wherever a vendor puts them, and never a page of HTML."""
    assert read_body(400, body).message == message


@given(st.integers(100, 999), st.binary(max_size=200))
def test_no_body_is_a_crash(status: int, body: bytes) -> None:
    """Whatever comes, an error comes of it."""
    assert str(explain(read_body(status, body), "m", settings()))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["error", "message", "detail", "code", "type", "metadata"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_no_json_is_a_crash(value: object) -> None:
    """Any shape is survived, with any types in the known fields."""
    body = json.dumps(value).encode()

    assert str(explain(read_body(400, body), "m", settings()))


def test_advice_names_the_model() -> None:
    """Ollama's says how to get it; a mere 404 may be a wrong base_url."""
    unknown = b'{"error": "model \'qwen3\' not found"}'

    def advice(body: bytes, type_: ProviderType) -> str:
        return explain(read_body(404, body), "qwen3", settings(type_)).what_to_do

    assert advice(unknown, "ollama") == "get it with: ollama pull qwen3"
    assert advice(unknown, "openai") == "check the model's name (qwen3)"
    nobody = explain(read_body(404, unknown), "", settings("openai"))
    assert nobody.what_to_do == "check the model's name"
    assert advice(b"", "ollama") == "check the model's name (qwen3) and base_url"


def test_a_rest_is_no_rate_limit() -> None:
    """LiteLLM's 429 after a failure of its upstream says where to look for that one."""
    body = json.dumps(openai("Try again", "all_deployments_in_cooldown", "429"))

    error = explain(read_body(429, body.encode()), "m", settings())

    assert "its log" in error.what_to_do


def test_an_answer_that_litellm_ends_is_no_outage() -> None:
    """Its 500 says what to set, and nobody is asked again for the same."""
    said = "litellm.InternalServerError: The model is repeating the same chunk = ====."
    body = json.dumps(openai(said, "internal_server_error", "500"))

    error = explain(read_body(500, body.encode()), "m", settings())

    assert isinstance(error, BrokenStream)
    assert "REPEATED_STREAMING_CHUNK_LIMIT" in error.what_to_do


def test_every_kind_has_its_words() -> None:
    """Whatever the tables name can be said."""
    assert {kind for _, _, kind in CASES} == set(HAPPENED)


def quota(message: str, code: str = "insufficient_quota") -> object:
    """Give what is refused with 429 and OpenAI's type for a quota that is used up."""
    return {"error": {"message": message, "type": "insufficient_quota", "code": code}}


USED_UP = "You exceeded your current quota, please check your plan and billing details."
DASHSCOPE = "For details, see: https://help.aliyun.com/zh/model-studio/error-code"


@pytest.mark.parametrize(
    ("status", "said", "kind"),
    [
        (429, quota(USED_UP), OutOfCredit),
        (429, quota("…", "credit_balance_exhausted"), OutOfCredit),
        (429, {"error": {"code": "project_spend_limit_exceeded"}}, OutOfCredit),
        (429, quota(f"{USED_UP} {DASHSCOPE}#token-limit"), RateLimited),
        (429, quota(USED_UP, "Throttling.AllocationQuota"), RateLimited),
        (400, quota(f"{USED_UP} {DASHSCOPE}#token-limit"), OutOfCredit),
        (
            400,
            openai("<400> InternalError.Algo.DataInspectionFailed: Input text data"),
            ContentFilter,
        ),
        (
            404,
            anthropic("not_found_error", "model:claude-3-opus-20240229"),
            UnknownModel,
        ),
        (404, anthropic("not_found_error", "model: claude-3-5-sonnet "), UnknownModel),
        (
            400,
            {"error": "Cannot truncate prompt with n_keep (15028) >= n_ctx (7424)"},
            ContextTooLong,
        ),
    ],
)
def test_what_users_quote_of_vendors_has_its_kind(
    status: int, said: object, kind: type[ProviderError]
) -> None:
    """DashScope says that a minute's quota is used up as OpenAI does of money."""
    body = json.dumps(said).encode()

    assert type(explain(read_body(status, body), "m", settings())) is kind


@pytest.mark.parametrize(
    ("said", "held"),
    [
        ("initial prompt (n_keep: 13055>= n_ctx: 4096). Try to load", 4096),
        ("Cannot truncate prompt with n_keep (15028) >= n_ctx (7424)", 7424),
        ("the model is loaded with context length of only 32768 tokens", 32768),
    ],
)
def test_lm_studio_says_how_much_it_holds_in_its_sentence(said: str, held: int) -> None:
    """In three ways, by its releases; the prompt is then cut to that."""
    error = explain(
        read_body(400, json.dumps({"error": said}).encode()), "m", settings()
    )

    assert isinstance(error, ContextTooLong)
    assert error.held == held
