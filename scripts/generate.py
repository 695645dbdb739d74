"""Make the pages that follow from the source: the example file and the reference.

To add one, add a line to `pages` and a module to `scripts/pages/`. `scripts/generate`
makes the environment and runs this; with --check it says which pages are not current,
and fails if any is not.
"""

import json
import sys
from pathlib import Path

from hexai.config.json_schema import json_schema
from hexai.service.guard.rules import guard_rules
from scripts.pages.cli import page as cli_page
from scripts.pages.config import example
from scripts.pages.config import page as config_page
from scripts.pages.guard import page as guard_page
from scripts.pages.man import pages as man_pages

ROOT = Path(__file__).parent.parent


def pages() -> dict[Path, str]:
    """Give what each generated file has to hold."""
    schema = json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"
    return {
        ROOT / "config.toml.example": example(),
        ROOT / "docs/reference/cli.md": cli_page(),
        ROOT / "docs/reference/config.md": config_page(),
        ROOT / "docs/reference/config.schema.json": schema,
        ROOT / "docs/reference/guard.md": guard_page(guard_rules()),
        **{ROOT / "docs/man" / name: text for name, text in man_pages().items()},
    }


def main() -> None:
    """Write all pages, or compare them with what is there."""
    stale = {
        path: text
        for path, text in pages().items()
        if not path.is_file() or path.read_text() != text
    }
    if "--check" not in sys.argv:
        for path, text in stale.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return
    for path in stale:
        print(f"not current: {path.relative_to(ROOT)}; run scripts/generate")
    sys.exit(bool(stale))


if __name__ == "__main__":
    main()
