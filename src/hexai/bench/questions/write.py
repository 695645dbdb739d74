"""Questions written as a file that somebody can add checks to."""

import json
from collections.abc import Iterable

from hexai.errors import SetupError
from hexai.extras import install_command

FORMS = (".jsonl", ".yaml", ".yml")
"""What a file may be called."""


def write(questions: Iterable[tuple[str, str | None]], form: str) -> str:
    """Write questions with their system prompts, None for the usual one."""
    records = [
        {"question": text} if system is None else {"question": text, "system": system}
        for text, system in questions
    ]
    if form == ".jsonl":
        lines = (json.dumps(each, ensure_ascii=False) for each in records)
        return "".join(f"{line}\n" for line in lines)
    return _as_yaml(records)


def _as_yaml(records: list[dict[str, str]]) -> str:
    try:
        import yaml
    except ImportError:
        raise SetupError(f"to write YAML it takes {install_command('bench')}") from None

    class Dumper(yaml.SafeDumper):
        """Writes texts of several lines as they are."""

    def text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
        style = "|" if "\n" in value else None
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)

    Dumper.add_representer(str, text)
    whole: str = yaml.dump(
        records, Dumper=Dumper, allow_unicode=True, sort_keys=False, width=1 << 20
    )
    return whole
