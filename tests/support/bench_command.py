"""`hexai bench` on a made repository, with upstreams that answer by what they read."""

import json
import os
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from hexai.config.folders import find_folders
from hexai.domain.bench import Ending
from hexai.service.bench_records import open_benches
from tests.support.command_line import Result, run_cli, write_config
from tests.support.mining import function
from tests.support.replies import sse
from tests.support.repositories import MadeRepository
from tests.support.upstream import Exchange, Reply, Upstream

_WORDS = ("measure", "width_of", "return", "first", "second", "0)", "7,", "= x")


def history(folder: Path, commits: int = 12) -> MadeRepository:
    """Make a repository whose commits each add functions to a file."""
    made = MadeRepository(folder)
    text = "import math\n"
    made.commit({f"m{n}.py": text for n in range(4)})
    names = [f"{a}{b}" for a in ("alpha", "beta", "gamma") for b in "abcdefghij"]
    written = dict.fromkeys(range(4), text)
    for n in range(commits):
        name = names[n % len(names)] + str(n)
        written[n % 4] += "\n\n" + function(name)
        made.commit({f"m{n % 4}.py": written[n % 4]}, message=f"add {name}")
    return made


def by_prompt(*, delay: float = 0.0) -> Reply:
    """Answer what follows from the prompt alone, with usage and a price that do so."""

    async def reply(exchange: Exchange) -> None:
        body = exchange.request.json
        told = json.dumps(body["messages"])
        drawn = sha256((told + str(body.get("temperature"))).encode()).digest()
        text = " ".join(_WORDS[byte % len(_WORDS)] for byte in drawn[:4])
        usage = {
            "prompt_tokens": len(told) // 4,
            "completion_tokens": len(text) // 4,
            "cost": len(told) / 1e6,
        }
        said = {"index": 0, "delta": {"content": text}, "finish_reason": None}
        over = {"index": 0, "delta": {}, "finish_reason": "stop"}
        chunks: list[dict[str, Any]] = [
            {"id": "1", "object": "chat.completion.chunk", "choices": [choice]}
            for choice in (said, over)
        ]
        chunks.append({**chunks[0], "choices": [], "usage": usage})
        await sse(*chunks, "[DONE]", delay=delay)(exchange)

    return reply


def entries(
    *upstreams: Upstream,
    local: bool = True,
    more: str = "",
    surface: str = "completion",
) -> Path:
    """Configure one entry for each upstream, labelled by letters."""
    parts = []
    for label, upstream in zip("abcdefgh", upstreams, strict=False):
        parts.append(
            f"""
            [providers.p{label}]
            type = "openai"
            base_url = "{upstream.url}/v1"
            local = {str(local).lower()}
            [[models.{surface}]]
            provider = "p{label}"
            model = "gpt-4.1-nano"
            label = "{label}"
            """
        )
    return write_config("".join([*parts, more]))


def bench(made: MadeRepository, *arguments: str, **more: Any) -> Result:
    """Run `hexai bench run` there, on all of its history."""
    return run_cli(
        "bench", "run", "--since", "2020-01-01", *arguments, folder=made.folder, **more
    )


def cells(word: str = "1") -> list[dict[str, Any]]:
    """Give the cells of a bench, as they are exported, without times."""
    result = run_cli("bench", "export", word)
    assert result.code == 0, result.err
    found: Sequence[dict[str, Any]] = json.loads(result.out)["cells"]
    timed = {"first_token", "total", "cold_first_token", "cold_total", "overlapped"}
    return [{k: v for k, v in cell.items() if k not in timed} for cell in found]


def text_files() -> list[Path]:
    """Give the files that hold the texts of benches."""
    state = Path(os.environ["XDG_STATE_HOME"]) / "hexai"  # noqa: TID251 - the edge
    return sorted((state / "bench").glob("*"))


def begin_again(number: int, *, contenders: int) -> None:
    """Begin the same bench, of which only the first contenders have answered."""
    environ = dict(os.environ)  # noqa: TID251 - the edge of a test
    folders = find_folders(environ, Path(environ["HOME"]))
    with open_benches(folders) as records:
        whole = records.find(str(number))
        begun = records.begin(whole.plan, key="5" * 32, name="", now=1.0)
        for cell in whole.cells:
            if cell.contender < contenders:
                records.put(begun.number, cell)


def leave_unfinished(number: int) -> None:
    """Let a bench be one that was stopped."""
    environ = dict(os.environ)  # noqa: TID251 - the edge of a test
    folders = find_folders(environ, Path(environ["HOME"]))
    with open_benches(folders) as records:
        records.end(number, Ending.UNFINISHED, {})
