"""The reference page of the guard."""

from pathlib import Path

from hexai.service.guard.rules import guard_rules
from scripts.pages.guard import page

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "guard.md"


def test_the_page_is_current() -> None:
    """docs/reference/guard.md is what the rules give now."""
    assert PAGE.read_text() == page(guard_rules()), "run scripts/generate"


def test_every_rule_has_a_row() -> None:
    """No rule is missing, and no pattern breaks its row apart."""
    rows = [line for line in page(guard_rules()).splitlines() if line.startswith("| ")]
    names = [row.split(" | ")[0].removeprefix("| ") for row in rows]

    assert {rule.name for rule in guard_rules().tokens} <= set(names)
    assert len(rows) == len(guard_rules().tokens) + len(guard_rules().names) + 4
    assert all(row.replace("\\|", "").count("|") in (3, 6) for row in rows), (
        "an unescaped bar"
    )
