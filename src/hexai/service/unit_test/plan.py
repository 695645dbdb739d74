"""Everything about unit tests that is settled before a model is asked."""

import re
from pathlib import Path
from posixpath import relpath

from msgspec import Struct

from hexai.prompts.cursor import Cursor
from hexai.service.actions.fitting import Unfit
from hexai.service.unit_test.file import (
    Place,
    find_place,
    javascript_framework,
    python_module,
)
from hexai.service.unit_test.imports import Needs, go_paths
from hexai.service.unit_test.subject import FunctionUnderTest, candidates, find_subject

_PACKAGE = re.compile(r"^package (\w+)", re.MULTILINE)


class Plan(Struct, frozen=True, kw_only=True):
    """What is tested, and where its tests go."""

    subject: FunctionUnderTest
    place: Place | None
    """None: into the source itself."""
    needs: Needs
    module: str = ""
    """What the model is told that the function comes from."""
    framework: str = ""


def plan_tests(cursor: Cursor, source: Path, folder: Path) -> Plan | Unfit:
    """Find function, test file and imports; looks at files, so it is for a thread."""
    subject = find_subject(cursor)
    if subject is None:
        return Unfit("there is no function at the cursor")
    if subject.family == "rust":
        return Plan(subject=subject, place=None, needs=Needs(family="rust"))
    paths = candidates(source, cursor.identifier, folder)
    place = find_place(paths, folder)
    if isinstance(place, Unfit):
        return place
    text = "\n".join(cursor.document.between(0, len(cursor.document)))
    if subject.family == "go":
        return _go(subject, place, text, source)
    if subject.family == "python":
        return _python(subject, place, source)
    framework = javascript_framework(source, folder)
    return _javascript(subject, place, text, source, framework)


def _go(subject: FunctionUnderTest, place: Place, text: str, source: Path) -> Plan:
    found = _PACKAGE.search(text)
    package = found[1] if found is not None else source.parent.name
    needs = Needs(family="go", package=package, known=tuple(go_paths(text)))
    return Plan(subject=subject, place=place, needs=needs, module=package)


def _python(subject: FunctionUnderTest, place: Place, source: Path) -> Plan:
    module = python_module(source)
    needs = Needs(
        family="python",
        imports=(f"from {module} import {subject.imported}",),
        imported=subject.imported,
    )
    return Plan(
        subject=subject, place=place, needs=needs, module=module, framework="pytest"
    )


def _javascript(
    subject: FunctionUnderTest, place: Place, text: str, source: Path, framework: str
) -> Plan | Unfit:
    name = subject.imported
    module = relpath(source, place.path.parent)
    module = module if module.startswith(".") else f"./{module}"
    if framework != "node:test" and source.suffix not in (".mjs", ".cjs", ".mts"):
        module = module.removesuffix(source.suffix)
    form = _export_form(text, name)
    if not form:
        return Unfit(f"{name} is not exported, so that no test could import it")
    needs = Needs(
        family="javascript",
        imports=(*_framework_imports(framework, form), form.format(name, module)),
        imported=name,
    )
    return Plan(
        subject=subject, place=place, needs=needs, module=module, framework=framework
    )


def _export_form(text: str, name: str) -> str:
    """Give how a name is imported, by how its file exports it; empty: not at all."""
    word = rf"\b{re.escape(name)}(?![\w$])"
    kinds = r"(?:async )?(?:abstract )?(?:function\*?|class|const|let|var)"
    if re.search(rf"^export default (?:{kinds} )?{word}", text, re.MULTILINE):
        return "import {} from '{}';"
    listed = rf"^export \{{[^}}]*{word}[^}}]*\}}"
    if re.search(rf"^export {kinds} {word}|{listed}", text, re.MULTILINE):
        return "import {{ {} }} from '{}';"
    if re.search(rf"^module\.exports = {word}", text, re.MULTILINE):
        return "const {} = require('{}');"
    by_key = rf"\bexports\.{word}|^module\.exports = \{{[^}}]*{word}"
    if re.search(by_key, text, re.MULTILINE):
        return "const {{ {} }} = require('{}');"
    return ""


def _framework_imports(framework: str, form: str) -> tuple[str, ...]:
    """Import what the framework does not give by itself."""
    required = "require" in form
    if framework == "vitest":
        return ("import { describe, expect, it, vi } from 'vitest';",)
    if framework != "node:test":
        return ()
    if required:
        return (
            "const { describe, it } = require('node:test');",
            "const assert = require('node:assert/strict');",
        )
    return (
        "import { describe, it } from 'node:test';",
        "import assert from 'node:assert/strict';",
    )
