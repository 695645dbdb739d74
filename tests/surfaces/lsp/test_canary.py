"""An upstream that repeats the key: the document shows it, and no file keeps it."""

import asyncio
import os
from pathlib import Path

import pytest

from hexai.service.log import FileLog
from tests.support.faults import FORMATS, Format, answer
from tests.support.replies import json_answer
from tests.support.upstream import Upstream
from tests.surfaces.lsp.test_prompts import (
    config_file,
    entry,
    sent,
    type_in,
    until_text,
    writing,
)

KEY = "canary-4f1e9c7a2b"


@pytest.mark.parametrize("form", FORMATS)
def test_a_repeated_key_is_in_the_document_alone(
    form: Format, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cut in two between deltas, with everything stored and logged that can be."""
    monkeypatch.setenv("HEXAI_HOME_API_KEY", KEY)
    log = FileLog(tmp_path / "log", texts=True, now=lambda: 0.0)
    with Upstream(answer(form, "it is ", KEY[:9], KEY[9:])) as upstream:
        upstream.on("/api/show", json_answer({}))
        config_file().write_text(
            '[ledger]\nstore_text = "all"\n'
            f'[providers.home]\ntype = "{form}"\nmodel = "m"\nlocal = true\n'
            f'base_url = "{upstream.url}"\n' + entry("chat", "home")
        )

        async def scenario() -> str:
            async with writing("\n", log) as client:
                type_in(client, "what is it?>")
                await until_text(client, f"what is it?\n\n> it is {KEY}\n")
                told = [*sent(client, "window/logMessage")]
                return str(told + sent(client, "window/showMessage"))

        assert KEY not in asyncio.run(scenario())
    log.close()

    home = Path(os.environ["HOME"]).parent  # noqa: TID251 - the edge
    files = [each for each in tmp_path.rglob("*") if each.is_file()]
    assert any(each.is_relative_to(home) for each in files)
    assert [each.name for each in files if KEY.encode() in each.read_bytes()] == []
