"""Builders for what is recorded: runs, their contenders, choices."""

from decimal import Decimal
from typing import Any

from hexai.domain.entry import Surface
from hexai.domain.messages import Message, Role
from hexai.domain.outcome import Status, Timings
from hexai.domain.provider import FinishReason, Usage
from hexai.domain.record import Choice, Chosen, ContenderRecord, Method, RunRecord

BEGAN_AT = 1_800_000_000.0
"""When the first recorded run began, by the wall clock."""


def run_id(number: int) -> str:
    """Give the global id of a recorded run; later runs have higher ones."""
    return f"{number:08x}{'0' * 24}"


def contender_record(index: int = 0, **facts: Any) -> ContenderRecord:
    """Record a contender that answered, unless `facts` say otherwise."""
    fields: dict[str, Any] = {
        "index": index,
        "label": f"label{index}",
        "provider": "ollama",
        "model": f"model{index}",
        "upstream": "http://127.0.0.1:11434",
        "returned_model": f"model{index}-0711",
        "local": True,
        "status": Status.ANSWERED,
        "finish": FinishReason.STOP,
        "timings": Timings(queued=0.01, ttft=0.4, generating=1.6, total=2.0),
        "usage": Usage(input=300, output=160, source="reported"),
        "cost_usd": Decimal("0.000123456"),
        "text": f"answer {index}",
        **facts,
    }
    return ContenderRecord(**fields)


def run_record(
    number: int = 1, *contenders: ContenderRecord, **facts: Any
) -> RunRecord:
    """Record a run of two contenders that answered, unless told otherwise.

    Runs are a minute apart.
    """
    given = contenders or (contender_record(0), contender_record(1))
    fields: dict[str, Any] = {
        "run_id": run_id(number),
        "surface": Surface.CLI,
        "started_at": BEGAN_AT + 60 * number,
        "order": tuple(each.index for each in given),
        "contenders": given,
        "messages": (
            Message(Role.SYSTEM, "be short"),
            Message(Role.USER, f"question {number}"),
        ),
        **facts,
    }
    return RunRecord(**fields)


def chosen(number: int = 1, *indexes: int, **facts: Any) -> Chosen:
    """Choose: a vote for the given contenders, unless told otherwise."""
    fields: dict[str, Any] = {
        "run_id": run_id(number),
        "at": BEGAN_AT + 60 * number + 10,
        "choice": Choice.TAKEN,
        "method": Method.VOTE,
        "indexes": indexes,
        **facts,
    }
    return Chosen(**fields)
