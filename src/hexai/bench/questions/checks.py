"""What is looked for in an answer, without a judge.

An answer is a stranger's text, so no look at it may take long: patterns are matched by
RE2, in linear time, and a schema may refer to nothing beyond itself.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import msgspec

from hexai.bench.questions.question import Check, CheckKind
from hexai.errors import SetupError
from hexai.extras import install_command

Runs = Callable[[str, str], Awaitable[bool]]
"""Says whether a command takes an answer for right."""
_MEMORY = 64 << 20
"""Bytes that a pattern may take, which bounds how large a repetition may be."""


async def passed(
    checks: Sequence[Check], answer: str | None, runs: Runs
) -> tuple[bool, ...]:
    """Say which checks an answer passes; without an answer, none."""
    if answer is None:
        return (False,) * len(checks)
    found = []
    for check in checks:
        if check.kind is CheckKind.RUNS:
            found.append(await runs(str(check.wanted), answer))
        else:
            found.append(_passes(check, answer))
    return tuple(found)


def _passes(check: Check, answer: str) -> bool:
    match check.kind, check.wanted:
        case CheckKind.CONTAINS, str(text):
            return text in answer
        case CheckKind.EQUALS, str(text):
            return answer.strip() == text.strip()
        case CheckKind.MATCHES, str(pattern):
            compiled = compile_pattern(pattern)
            return not isinstance(compiled, str) and bool(compiled.search(answer))
        case CheckKind.LINES_AT_MOST, int(most):
            return len(answer.strip().splitlines()) <= most
        case _:
            return _is_json(answer, check.wanted)


def _is_json(answer: str, schema: object) -> bool:
    try:
        value = msgspec.json.decode(answer)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return False
    if not isinstance(schema, Mapping):
        return True
    valid: bool = _validator(msgspec.json.encode(schema)).is_valid(value)
    return valid


@lru_cache(maxsize=256)
def compile_pattern(pattern: str) -> Any:
    """Compile a pattern; gives why it is none as a text."""
    try:
        import re2
    except ImportError:
        raise SetupError(
            f"to check by matches it takes {install_command('bench')}"
        ) from None
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MEMORY
    try:
        return re2.compile(pattern, options=options)
    except re2.error as error:
        reason = error.args[0] if error.args else b"it is no pattern"
        told = reason.decode("utf-8", "replace")
        return f"{told}; it has to be one of RE2, which has no look-around"


def check_schema(schema: Mapping[str, Any]) -> str:
    """Say what is wrong with a schema; empty if nothing is."""
    try:
        _validator(msgspec.json.encode(schema))
    except SetupError:
        raise
    except Exception as error:  # noqa: BLE001 - a library's own tree of errors
        return " ".join(str(error).split("\n")[0].split())
    return ""


@lru_cache(maxsize=256)
def _validator(schema: bytes) -> Any:
    try:
        import jsonschema_rs
    except ImportError:
        raise SetupError(
            f"to check by a schema it takes {install_command('bench')}"
        ) from None
    return jsonschema_rs.validator_for(
        msgspec.json.decode(schema),
        offline=True,
        pattern_options=jsonschema_rs.RegexOptions(),
    )
