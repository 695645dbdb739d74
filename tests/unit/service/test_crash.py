"""A report of a bug names places and types, and none of the words."""

from pathlib import Path

from hexai.service.crash import describe, details, keep_details


def raised(secret: str) -> Exception:
    """Raise two bugs, one after the other, with a text in their words and locals."""

    def inner(text: str) -> None:
        raise KeyError(text)

    try:
        try:
            inner(secret)
        except KeyError:
            raise ValueError(secret) from None
    except ValueError as bug:
        return bug
    raise AssertionError


def test_a_bug_is_named_by_type_and_place() -> None:
    """In a group, by its first."""
    bug = raised("MARK")
    assert describe(bug).startswith("ValueError at service/test_crash.py:")
    assert describe(ExceptionGroup("MARK", [bug])) == describe(bug)
    assert describe(OSError("MARK")) == "OSError"


def test_details_hold_the_whole_chain_without_words() -> None:
    """Causes and members of groups are there, values are not."""
    report = details(ExceptionGroup("MARK", [raised("MARK")]), "1.2.3")
    assert report.startswith("hexai 1.2.3\nbuiltins.ExceptionGroup\n")
    assert "builtins.ValueError" in report
    assert "builtins.KeyError" in report
    assert "in inner" in report
    assert "MARK" not in report


def test_where_details_cannot_be_written_that_is_said(tmp_path: Path) -> None:
    """A file in the folder's place is no second bug."""
    blocked = tmp_path / "state"
    blocked.write_text("", "utf-8")
    said = keep_details(raised("MARK"), blocked)
    assert said.startswith(f"details could not be written to {blocked}/crash.txt: ")
