"""The guard and documents, from the question of a surface to what a cloud sees."""

from pathlib import Path

import pytest

from hexai.domain.messages import Infill
from tests.support.guarded import Answer, Asked, GuardedWorld, document
from tests.support.secrets import SHAPES, sample

SECRET = sample("github-token")
CODE = ["value = compute(first, second)  # as before"] * 250


def _shown(answers: list[Answer]) -> bool:
    """Tell whether all were kept here and answered here."""
    return all(answer.local_answered and answer.cloud for answer in answers)


@pytest.mark.parametrize("rule", SHAPES)
def test_a_token_cut_by_cursor_or_window_stays_here(rule: str, tmp_path: Path) -> None:
    """Wherever a token is cut, in between or at an edge, no half of it leaves."""
    token = sample(rule)
    lines = [*CODE[:3], *token.splitlines(), *CODE[:3]]
    opened = document("file:///nowhere/main.py", "\n".join(lines), 3, 4)
    step = max(1, len(token) // 250)  # a block of keys has thousands
    with GuardedWorld(tmp_path) as world:
        answers = world.ask(
            *(
                Asked(texts=(token[:cut], token[cut:]), documents=(opened,))
                for cut in range(1, len(token), step)
                if token[cut:].strip()  # an echo of blanks would be no answer
            )
        )
        assert world.upstream.requests == []
    assert _shown(answers)
    assert all(f"rule {rule} " in answer.cloud for answer in answers)
    assert all("of main.py" in answer.cloud for answer in answers)
    assert token[: len(token) // 2] not in world.stored()


def test_without_its_document_a_cut_token_would_leave(tmp_path: Path) -> None:
    """What the test above relies on: the halves alone are no secret."""
    with GuardedWorld(tmp_path) as world:
        (answer,) = world.ask(Asked(texts=(SECRET[:20], SECRET[20:])))
        assert len(world.upstream.requests) == 1
    assert answer.cloud == ""


@pytest.mark.parametrize("rule", SHAPES)
def test_a_token_in_history_or_diagnostics_stays_here(
    rule: str, tmp_path: Path
) -> None:
    """Every message is looked at, whatever document the request is about."""
    token = sample(rule)
    opened = document("file:///nowhere/main.py", "x = 1\n")
    history = (f"What is this?\n{token}\n", "and now?")
    diagnostics = ("fix it", f"line 1: undefined name:\n{token}\n")
    with GuardedWorld(tmp_path) as world:
        answers = world.ask(
            Asked(texts=history, documents=(opened,)),
            Asked(texts=diagnostics, documents=(opened,)),
            Asked(infill=Infill(prefix=f"a\n{token}\nb", suffix=""), texts=("x",)),
            Asked(infill=Infill(prefix="a", suffix=f"b\n{token}\nc"), texts=("x",)),
        )
        assert world.upstream.requests == []
    assert _shown(answers)
    assert all(f"rule {rule} " in answer.cloud for answer in answers)
    assert all(answer.is_refused for answer in answers)
    assert token[: len(token) // 2] not in world.stored()


@pytest.mark.parametrize("distance", [0, 1, 199])
def test_a_token_near_the_window_counts(distance: int, tmp_path: Path) -> None:
    """Two hundred lines on both sides are looked at, and the line is told."""
    lines = [*CODE, SECRET, *CODE]
    text = "\n".join(lines)
    below = document("untitled:a", text, 251 + distance, 252 + distance)
    above = document("untitled:a", text, 100, 250 - distance)
    with GuardedWorld(tmp_path) as world:
        answers = world.ask(Asked(documents=(below,)), Asked(documents=(above,)))
        assert world.upstream.requests == []
    assert all("on line 251 of a " in answer.cloud for answer in answers)


def test_a_token_far_from_the_window_does_not_count(tmp_path: Path) -> None:
    """A long file with a key at its end is not lost for clouds."""
    text = "\n".join([*CODE, SECRET])
    with GuardedWorld(tmp_path) as world:
        answers = world.ask(Asked(documents=(document("untitled:a", text, 0, 50),)))
    assert [answer.cloud for answer in answers] == [""]


def test_a_key_block_is_found_by_its_beginning(tmp_path: Path) -> None:
    """A window within the lines of a key is known by the header far above it."""
    body = [sample("private-key").splitlines()[1]] * 100
    block = [
        "-----BEGIN PRIVATE " + "KEY-----",
        *body,
        "-----END PRIVATE " + "KEY-----",
    ]
    opened = document("untitled:a", "\n".join([*CODE, *block]), 330, 340)
    with GuardedWorld(tmp_path) as world:
        answers = world.ask(Asked(texts=(body[0],), documents=(opened,)))
        assert world.upstream.requests == []
    assert "rule private-key found a secret on line 251 of a" in answers[0].cloud


@pytest.mark.parametrize(
    "uri",
    [
        "untitled:.env",
        "untitled:/somewhere/.ENV.local",
        "file:///nowhere/%2Eenv",
        "vscode-remote://ssh-remote%2Bhost/home/me/.env",
        "vscode-notebook-cell:/nowhere/secrets.yaml#W0sZmlsZQ%3D%3D",
        "git:/nowhere/id_rsa?%7B%22ref%22%3A%22HEAD%22%7D",
        "zipfile:///nowhere/a.zip::.ssh/config",
        "/nowhere/server.pem",
    ],
)
def test_a_file_stays_here_for_its_name(uri: str, tmp_path: Path) -> None:
    """In any case, in any scheme, encoded or not."""
    with GuardedWorld(tmp_path) as world:
        answers = world.ask(
            Asked(texts=("HARMLESS MARK",), documents=(document(uri, "x=1\n"),)),
            # What looks like a secret may be overruled; a file is not.
            Asked(documents=(document(uri, "x=1\n"),), send_anyway=True),
        )
        assert world.upstream.requests == []
    assert _shown(answers)
    assert all(answer.is_refused and answer.ignored for answer in answers)
    assert "stays here for its name (rule " in answers[0].cloud
    assert "HARMLESS MARK" not in world.stored()


def test_a_link_hides_no_name(tmp_path: Path) -> None:
    """`notes.txt` is what it leads to; through a folder as well."""
    (tmp_path / ".env").write_text("x=1\n")
    (tmp_path / "notes.txt").symlink_to(".env")
    (tmp_path / ".ssh").mkdir()
    (tmp_path / "folder").symlink_to(".ssh")
    with GuardedWorld(tmp_path) as world:
        answers = world.ask(
            *(
                Asked(documents=(document((tmp_path / name).as_uri(), "x=1\n"),))
                for name in ("notes.txt", "folder/known")
            )
        )
        assert world.upstream.requests == []
    assert _shown(answers)
    assert ".env stays here for its name (rule .env*" in answers[0].cloud


def test_what_git_ignores_stays_here(tmp_path: Path) -> None:
    """The reason names the file and the line; what is not ignored may go."""
    (tmp_path / "project" / ".git").mkdir(parents=True)
    (tmp_path / "project" / ".gitignore").write_text("# a comment\n*.private\n")
    ignored = document((tmp_path / "project/a.private").as_uri(), "x=1\n")
    other = document((tmp_path / "project/a.py").as_uri(), "x=1\n")
    with GuardedWorld(tmp_path) as world:
        first, second, both = world.ask(
            Asked(documents=(ignored,)),
            Asked(documents=(other,)),
            Asked(documents=(other, ignored)),
        )
        assert len(world.upstream.requests) == 1
    where = tmp_path / "project" / ".gitignore"
    assert f"a.private is ignored by line 2 of {where}" in first.cloud
    assert first.ignored is not None
    assert first.ignored.uri == ignored.uri
    assert first.ignored.reason in first.cloud
    assert (second.cloud, second.ignored, second.is_refused) == ("", None, False)
    assert _shown([first, both])


def test_what_the_settings_name_stays_here(tmp_path: Path) -> None:
    """Patterns of the settings hold without a repository and for unsaved text."""
    more = '[ignore]\nextra_patterns = ["*.draft", "/home/me/clients/"]\n'
    with GuardedWorld(tmp_path, more=more) as world:
        answers = world.ask(
            *(
                Asked(documents=(document(uri, "x=1\n"),))
                for uri in (
                    "file:///nowhere/a.draft",
                    "untitled:a.draft",
                    "file:///home/me/clients/one/a.py",
                )
            )
        )
        assert world.upstream.requests == []
    assert _shown(answers)
    assert 'the pattern "*.draft" of ignore.extra_patterns' in answers[0].cloud


def test_a_declared_secret_may_leave_with_its_document(tmp_path: Path) -> None:
    """The reason gives the fingerprint to declare, and no option of another surface."""
    opened = document("untitled:a", SECRET)
    with GuardedWorld(tmp_path) as world:
        (refused,) = world.ask(Asked(documents=(opened,)))
    mark = refused.cloud.partition("(fingerprint ")[2][:12]
    with GuardedWorld(
        tmp_path, more=f'[ignore]\nallow_secrets = ["{mark}"]\n'
    ) as world:
        answers = world.ask(Asked(texts=(SECRET,), documents=(opened,)))
        assert len(world.upstream.requests) == 1
    assert answers[0].cloud == ""
    assert "--send-anyway" not in refused.cloud


def test_a_huge_document_is_looked_at_in_a_thread(tmp_path: Path) -> None:
    """A secret at the end of a megabyte on one line keeps it here."""
    opened = document("untitled:a", "x = compute(1); " * (1 << 16) + f"k='{SECRET}'")
    with GuardedWorld(tmp_path) as world:
        answers = world.ask(Asked(documents=(opened,)))
        assert world.upstream.requests == []
    assert "rule github-token found a secret on line 1 of a " in answers[0].cloud


def test_a_document_of_many_lines_is_looked_at_in_parts(tmp_path: Path) -> None:
    """No secret falls between two of them, and lines are counted through."""
    with GuardedWorld(tmp_path) as world:
        for line in (9_998, 10_001, 10_199, 10_201, 29_999):
            lines = ["x"] * 30_000
            lines[line - 1 : line + 1] = ["password =", "  'q8Zr5Tn2Lw7X'"]
            opened = document("untitled:a", "\n".join(lines))
            (answer,) = world.ask(Asked(documents=(opened,)))
            assert f"found a secret on line {line + 1} of a " in answer.cloud
        assert world.upstream.requests == []


def test_a_huge_ignore_file_is_read_in_a_thread(tmp_path: Path) -> None:
    """Its patterns count as any others do."""
    (tmp_path / ".git").mkdir()
    (tmp_path / ".gitignore").write_text("*.no\n" * 30_000 + "*.private\n")
    opened = document((tmp_path / "a.private").as_uri(), "x=1\n")
    with GuardedWorld(tmp_path) as world:
        answers = world.ask(Asked(documents=(opened,)), Asked(documents=(opened,)))
        assert world.upstream.requests == []
    assert all("ignored by line 30001 of" in answer.cloud for answer in answers)
