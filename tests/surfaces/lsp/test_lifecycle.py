"""The beginning and the end of a connection."""

import asyncio

from hexai.version import __version__
from tests.support.lsp_client import serving


def test_the_server_introduces_itself() -> None:
    """It names itself, and says what it can do before it is asked for more."""

    async def scenario() -> None:
        async with serving() as (client, _):
            result = await client.initialize("helix")
            await client.leave()

        assert result["serverInfo"] == {"name": "hexai", "version": __version__}
        assert result["capabilities"]["textDocumentSync"] == {
            "openClose": True,
            "change": 2,
        }
        assert "resolveProvider" not in result["capabilities"]["completionProvider"]

    asyncio.run(scenario())
