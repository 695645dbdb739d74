"""The tree as a whole: sizes, empty packages, and what no file may name."""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "hexai"
MODULES = sorted(SOURCE.rglob("*.py"))
SYNONYMS = {
    "competitor": "contender",
    "participant": "contender",
    "completion_engine": "engine",
    "leaderboards": "leaderboard",
    "utils": "a noun for what it holds",
    "helpers": "a noun for what it holds",
    "manager": "a noun for what it does",
}


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True
    )
    return [ROOT / name for name in listed.stdout.decode().split("\0") if name]


def _functions(module: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.mark.parametrize("module", MODULES, ids=_name)
def test_modules_stay_readable(module: Path) -> None:
    """No module is over 400 lines, and no function over 50."""
    too_long = [
        function.name
        for function in _functions(module)
        if (function.end_lineno or 0) - function.lineno >= 50
    ]

    assert len(module.read_text().splitlines()) <= 400
    assert too_long == []


@pytest.mark.parametrize("module", MODULES, ids=_name)
def test_whether_a_path_is_there_is_asked_without_raising(module: Path) -> None:
    """By `os.path`, or of what `os.scandir` gives; see decision 106."""
    text = module.read_text()
    raising = re.findall(r"\.(?:exists|is_dir|is_file|is_symlink|resolve)\(\)", text)

    assert "scandir" in text or raising == []


def test_packages_hold_nothing_in_their_init() -> None:
    """A name is imported from where it is defined."""
    filled = [_name(m) for m in MODULES if m.name == "__init__.py" and m.read_text()]

    assert filled == []


def test_modules_use_the_words_of_the_glossary() -> None:
    """No module, class or function is named by a synonym of one of our words."""
    wrong = [
        f"{_name(module)}: {name}; say {SYNONYMS[synonym]}"
        for module in MODULES
        for name in _defined_names(module)
        for synonym in SYNONYMS
        if synonym in name.lower()
    ]

    assert wrong == []


def _defined_names(module: Path) -> Iterator[str]:
    yield module.stem
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name


def test_the_code_map_names_every_package() -> None:
    """ARCHITECTURE.md has a line for each package of the source."""
    page = (ROOT / "ARCHITECTURE.md").read_text()
    packages = [p.parent.relative_to(SOURCE) for p in SOURCE.rglob("__init__.py")]

    assert [str(p) for p in packages if f"`{p}/`" not in page and str(p) != "."] == []


KEYS = {
    "config.toml.example",
    "ledger.store_text",
    "prompts.provider_native.completion",
}
"""What reads as a module of ours and is a file or a key of the configuration."""


def test_comments_name_modules_that_are_there() -> None:
    """What stands in backticks and reads as a module or a file of ours is one."""
    files = [f"/{_name(module)}" for module in MODULES]
    packages = {p.parent.name for p in SOURCE.glob("*/__init__.py")}
    gone = []
    for module in MODULES:
        for name in re.findall(r"`([a-z_]+[\w./]*\w)`", module.read_text()):
            if name.endswith(".py"):
                is_there = any(file.endswith(f"/{name}") for file in files)
            elif "." in name and name.partition(".")[0] in packages:
                is_there = name in KEYS or _is_ours(name)
            else:
                continue
            gone += [] if is_there else [f"{_name(module)}: {name}"]

    assert gone == []


def _is_ours(name: str) -> bool:
    """Tell whether a dotted name leads to a module, or to a name that it has."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        place = SOURCE.joinpath(*parts[:length])
        if place.with_suffix(".py").is_file():
            text = place.with_suffix(".py").read_text()
            return all(re.search(rf"\b{part}\b", text) for part in parts[length:])
    return SOURCE.joinpath(*parts).is_dir()


def test_the_wheel_holds_nothing_for_scripts_alone() -> None:
    """What `scripts/` imports of ours is reached from the console scripts too."""
    scripts = [path for path in _tracked() if path.parent.name in ("scripts", "pages")]
    used = {name for path in scripts if path.suffix == ".py" for name in _named(path)}
    modules = {_dotted(module): module for module in MODULES}
    reached: set[str] = set()
    found = {"hexai.main"}
    while found:
        reached |= found
        found = {n for each in found for n in _named(modules[each]) if n in modules}
        found -= reached

    assert (used & modules.keys()) - reached == set()


def _dotted(module: Path) -> str:
    return ".".join(module.relative_to(SOURCE.parent).with_suffix("").parts)


def _named(module: Path) -> Iterator[str]:
    """Give what a module imports, and what it names to be imported later."""
    for node in ast.walk(ast.parse(module.read_text())):
        match node:
            case ast.Import(names=names):
                yield from (each.name for each in names)
            case ast.ImportFrom(module=str(name), names=names):
                yield name
                yield from (f"{name}.{each.name}" for each in names)
            case ast.Constant(value=str(text)):
                yield text.partition(":")[0]
            case _:
                pass


EXIT_CODES = {"hexai.surfaces.cli.process", "hexai.surfaces.tmux.ending"}
"""Where numbers stand together, whoever uses them, beside the schema's defaults."""


def test_a_limit_stands_where_it_is_kept() -> None:
    """A number that no module uses but one other stands in that module."""
    texts = {_dotted(module): module.read_text() for module in MODULES}
    away = []
    for module, text in texts.items():
        if module in EXIT_CODES or module.startswith("hexai.config.schema"):
            continue
        for name in _numbers(ast.parse(text)):
            word = re.compile(rf"\b{name}\b")
            if len(word.findall(text)) == 1:
                others = (t for t in texts.values() if f"{module} import" in t)
                users = sum(word.search(told) is not None for told in others)
                away += [f"{module}: {name}"] if users < 2 else []

    assert away == []


def _numbers(tree: ast.Module) -> Iterator[str]:
    """Give the names of a module's public constants that are numbers: `1 << 20`."""
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name[0] != "_":
                if re.fullmatch(r"[-\d._e *+/<()]+", ast.unparse(value)):
                    yield name
            case _:
                pass


NOT_FOR_A_QUESTION = {
    "_ssl",
    "httpx2",
    "pydantic",
    "markdown_it",
    "pygments",
    "rich",
    "prompt_toolkit",
    "textual",
    "pygls",
    "tomlkit",
    "wcwidth",
    "xllamacpp",
    "genai_prices",
    "hexai.config.json_schema",
    "hexai.config.shown",
    "hexai.config.reload",
    "hexai.config.narrowing.editor_settings",
    "hexai.providers.key_command",
    "hexai.providers.formats.error_mapping",
    "hexai.providers.formats.error_table",
    "hexai.providers.formats.statuses",
    "hexai.service.external_editor",
    "hexai.surfaces.cli.json_records",
    "hexai.surfaces.cli.live.painter",
    "hexai.text.cells",
    "hexai.providers.llamacpp.provider",
    "hexai.providers.formats.openai",
    "hexai.domain.bench",
    "hexai.domain.figures",
    "hexai.ledger.figures",
    "hexai.service.recorded_runs",
    "hexai.service.setup.built_in_model",
    "hexai.surfaces.cli.again",
    "hexai.surfaces.cli.config",
    "hexai.surfaces.cli.stats",
    "hexai.surfaces.cli.vote",
    "hexai.surfaces.cli.models",
}


def test_a_question_loads_only_what_it_needs() -> None:
    """Wide tables, other providers and what writes pages are not loaded for it."""
    loaded = _loaded_by("-m", "simulated:echo", "--fresh", "hi")

    assert "hexai.engine.race" in loaded
    assert loaded & NOT_FOR_A_QUESTION == set()


NOT_FOR_A_BEGINNING = {
    "h11",
    "_ssl",
    "pygls.lsp.server",
    "rich",
    "sqlite3",
    "textual",
    "tomlkit",
    "tree_sitter",
    "xllamacpp",
    "hexai.engine.race",
    "hexai.providers.registry",
    "hexai.service.services",
    "hexai.surfaces.cli.ask",
    "hexai.surfaces.lsp.completion.completer",
}


def test_an_editor_server_begins_with_little() -> None:
    """What answers requests is loaded only after the reply to `initialize`."""
    calls = _call("initialize", capabilities={}), _call("shutdown"), _call("exit")
    loaded = _loaded_by("lsp", stdin=b"".join(calls))

    assert "hexai.surfaces.lsp.session" in loaded
    assert loaded & NOT_FOR_A_BEGINNING == set()


def _call(method: str, **params: object) -> bytes:
    id_ = {} if method == "exit" else {"id": method}
    message = {"jsonrpc": "2.0", "method": method, "params": params or None, **id_}
    body = json.dumps(message).encode()
    return b"Content-Length: %d\r\n\r\n" % len(body) + body


def test_a_question_is_on_its_way_before_the_ledger_is_loaded() -> None:
    """All that asking takes is there without the database."""
    modules = "sys, hexai.surfaces.cli.ask, hexai.service.recorder"
    ran = subprocess.run(
        [sys.executable, "-c", f"import {modules}; print(*sys.modules)"],
        check=True,
        capture_output=True,
        text=True,
    )
    loaded = set(ran.stdout.split())

    assert loaded & {"sqlite3", "hexai.ledger.access", "hexai.ledger.store"} == set()


def test_the_version_loads_nothing() -> None:
    """`--version` is answered before anything is imported."""
    ours = {name for name in _loaded_by("--version") if name.startswith("hexai")}

    assert ours == {"hexai", "hexai.main", "hexai.version"}


def _loaded_by(*arguments: str, stdin: bytes = b"") -> set[str]:
    start = "from hexai.main import main; main()"
    ran = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", start, *arguments],
        check=True,
        capture_output=True,
        input=stdin,
    )
    lines = ran.stderr.decode().splitlines()
    told = [line for line in lines if line.startswith("import time:")]
    return {line.rpartition("|")[2].strip() for line in told}


def test_no_file_names_a_machine_or_a_registry() -> None:
    """The tree holds no registry's host and no path of somebody's machine."""
    forbidden = re.compile(
        r"pypi\.org|pythonhosted|registry\.npmjs|deb\.debian|/root/|/work/(main|shared)"
    )
    found = []
    for path in _tracked():
        if path == Path(__file__) or not path.is_file():
            continue
        text = path.read_bytes().decode("utf-8", "replace")
        found += [f"{_name(path)}: {hit.group()}" for hit in forbidden.finditer(text)]

    assert found == []


def test_the_changelog_is_headed_by_the_version() -> None:
    """The newest heading of the changelog is this version or what comes next."""
    from hexai.version import __version__

    headings = re.findall(
        r"^## \[?([^\]\s]+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE
    )

    assert headings[0] in ("Unreleased", __version__)
