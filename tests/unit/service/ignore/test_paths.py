"""What documents are called, by URI or path."""

import pytest

from hexai.service.guard.rules import rules
from hexai.service.ignore.paths import ignored_name, name_of, paths_of


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("/a/b.py", "/a/b.py"),
        ("/a/b#c?d%20.py", "/a/b#c?d%20.py"),
        ("file:///a/b%20c.py", "/a/b c.py"),
        ("file://host/a/b.py", "/a/b.py"),
        ("FILE:///a/gr%C3%BC%C3%9Fe", "/a/grüße"),
        ("file:///a/%FF", "/a/\udcff"),
        ("untitled:Untitled-1", "Untitled-1"),
        ("vscode-notebook-cell:/a/b.ipynb#W0", "/a/b.ipynb"),
        ("git:/a/b.py?ref", "/a/b.py"),
        ("C:\\a\\b.py", "C:\\a\\b.py"),
        ("relative.py", "relative.py"),
        ("", ""),
    ],
)
def test_a_path_is_taken_out_of_a_uri(uri: str, path: str) -> None:
    """The likeliest reading comes first; a plain path is itself and nothing else."""
    assert paths_of(uri)[0] == path


def test_where_it_is_not_clear_both_readings_count() -> None:
    """Some clients do not encode what they have to."""
    assert paths_of("file:///a/b#c.py") == ("/a/b", "/a/b#c.py")
    assert paths_of("file:///a%2eb") == ("/a.b", "/a%2eb")


def test_people_are_told_the_last_part() -> None:
    """Without scheme, folders or encoding."""
    assert name_of("file:///a/b%20c.py") == "b c.py"
    assert name_of("untitled:Untitled-1") == "Untitled-1"
    assert name_of("/a/b/") == "b"
    assert name_of("") == ""


NAMED = {
    ".env": ".env*",
    "/home/me/project/.ENV.Production": ".env*",
    "config/prod.env": "*.env",
    "file:///srv/app/.env.local": ".env*",
    "untitled:.env": ".env*",
    "C:\\Users\\me\\.aws\\credentials": ".aws/credentials",
    "~/.ssh/config": ".ssh/*",
    "deploy/server.PEM": "*.pem",
    "id_ed25519": "id_ed25519*",
    "/home/me/.kube/config": ".kube/config",
    "/home/me/.netrc": ".netrc",
    "client_secret_1234.apps.json": "client_secret*.json",
    "infra/terraform.tfstate": "*.tfstate",
}


@pytest.mark.parametrize(("path", "pattern"), NAMED.items())
def test_files_stay_here_for_their_name(path: str, pattern: str) -> None:
    """Case, folders, separators and URI schemes do not matter."""
    rule = ignored_name(path)

    assert rule is not None
    assert rule.pattern == pattern


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "main.py",
        "environment.py",
        "env",
        "src/keyboard.go",
        "kube/config",
        "config",
        ".aws",
        "docs/pem.md",
        "client_secret.py",
        "a.env/readme.md",
    ],
)
def test_other_files_may_go(path: str) -> None:
    """A name that is only similar to a rule is no reason."""
    assert ignored_name(path) is None


def test_every_name_rule_matches_what_it_says() -> None:
    """Each pattern matches a path made from it, in any case and any folder."""
    for rule in rules().names:
        path = "/srv/" + rule.pattern.replace("*", "x")
        assert ignored_name(path) is not None
        assert ignored_name(path.upper()) is not None
        assert rule.pattern == rule.pattern.casefold()
        assert rule.pattern.rpartition("/")[2].count("*") <= 1
