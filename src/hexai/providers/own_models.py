"""What a client can do beside answering if the models that it asks are run by us."""

from typing import Protocol, runtime_checkable

from hexai.domain.provider import Call


@runtime_checkable
class RunsModels(Protocol):
    """Who has the files of its models, and processes that run them."""

    async def holds(self, model: str) -> int:
        """Say how many tokens a model holds; raises `ProviderError`."""

    async def fills_gaps(self, model: str) -> bool:
        """Tell whether a model has tokens for gaps; raises `ProviderError`."""

    async def warm(self, call: Call) -> None:
        """Have a prompt read, if nobody else asks the model; raises nothing expected.

        Cancelling it ends the reading.
        """
