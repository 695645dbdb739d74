"""`--tps-simulation`: shows a text at a speed, to learn what tokens per second mean.

The simulated provider says the prompt back; nobody else is asked and nothing is read
or kept, not even the configuration.
"""

from msgspec.structs import replace

from hexai.config.merge import Merged
from hexai.config.order import Snapshot
from hexai.config.schema import Cli, Settings
from hexai.domain.entry import Entry, RequestSpec, Surface
from hexai.domain.request import Request
from hexai.errors import UsageError
from hexai.prompts.cli import cli_messages
from hexai.service.log import NullLog
from hexai.service.question import Question
from hexai.surfaces.cli.ask import put
from hexai.surfaces.cli.command_line import AskOptions
from hexai.surfaces.cli.loaded_config import Session
from hexai.surfaces.cli.process import Process, folders_of
from hexai.surfaces.cli.prompt_input import from_line, read_piped
from hexai.surfaces.cli.views import Wanted
from hexai.text.number_ranges import Range, parse_range

_WANTED = Wanted(layout="plain", with_closing=False)


def simulate(process: Process, options: AskOptions, words: tuple[str, ...]) -> int:
    """Show the prompt, or some text, as a model of that speed would say it."""
    rate = read_rate(options.tps_simulation or "")
    prompt = from_line(words, read_piped(process))
    speed = f"rate={rate.low:f}-{rate.high:f}"
    model = f"lorem?tokens=200&{speed}" if prompt is None else f"echo?{speed}"
    question = Question(
        request=Request(
            surface=Surface.CLI,
            messages=cli_messages("", prompt.text if prompt else "lorem"),
        ),
        entries=(_entry(model),),
        fresh=True,
        send_anyway=True,
    )
    session = Session(
        process=process,
        options=replace(options, json=False, jsonl=False),
        folders=folders_of(process),
        snapshot=_nothing_configured(process),
        log=NullLog(),
    )
    return put(session, question, _WANTED).code


def read_rate(text: str) -> Range:
    """Read tokens per second: `12`, `8-16` or `4:9`."""
    try:
        return parse_range(text)
    except ValueError as error:
        what, _, value = str(error).partition(" value ")
        if what == "invalid":
            raise UsageError(f"invalid --tps-simulation value {value}") from None
        raise UsageError(f"--tps-simulation {error}") from None


def _entry(model: str) -> Entry:
    return Entry(
        surface=Surface.CLI,
        index=0,
        label="simulation",
        spec=RequestSpec(provider="simulated", model=model),
        timeout=float("inf"),
    )


def _nothing_configured(process: Process) -> Snapshot:
    return Snapshot(
        settings=Settings(cli=Cli(cache_ttl=0)),
        file=folders_of(process).config_file,
        has_file=False,
        merged=Merged(values={}, origins={}),
    )
