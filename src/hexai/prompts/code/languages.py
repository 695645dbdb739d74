"""The languages of documents: how they are called, commented and parsed.

Editors name a language by an identifier, and not all by the same one; if they do not,
the file's name tells. Thirteen languages have a grammar. The others are known by their
comments alone, so that an instruction can be found, and are read by `heuristics.py`.
"""

import re
from typing import Literal

from msgspec import Struct

BY_NAME = {
    ".bash_profile": "shellscript",
    ".bashrc": "shellscript",
    ".profile": "shellscript",
    ".vimrc": "vim",
    ".zshrc": "shellscript",
    "cmakelists.txt": "cmake",
    "commit_editmsg": "git-commit",
    "containerfile": "dockerfile",
    "dockerfile": "dockerfile",
    "gemfile": "ruby",
    "gnumakefile": "makefile",
    "jenkinsfile": "groovy",
    "makefile": "makefile",
    "merge_msg": "git-commit",
    "rakefile": "ruby",
}
_ENDINGS = {
    "ada": "adb ads",
    "asciidoc": "adoc asciidoc",
    "c": "c h",
    "clojure": "clj cljc cljs edn",
    "cmake": "cmake",
    "coffeescript": "coffee",
    "cpp": "c++ cc cpp cxx h++ hh hpp hxx ipp",
    "csharp": "cs csx",
    "css": "css",
    "dart": "dart",
    "dockerfile": "dockerfile",
    "elixir": "ex exs",
    "elm": "elm",
    "erlang": "erl hrl",
    "fish": "fish",
    "fsharp": "fs fsi fsx",
    "gdscript": "gd",
    "glsl": "comp frag geom glsl vert",
    "go": "go",
    "groovy": "gradle groovy",
    "haskell": "hs lhs",
    "html": "htm html",
    "ini": "cfg ini",
    "java": "java",
    "javascript": "cjs js mjs",
    "javascriptreact": "jsx",
    "json": "json",
    "jsonc": "json5 jsonc",
    "julia": "jl",
    "kotlin": "kt kts",
    "latex": "cls latex sty tex",
    "lisp": "el lisp lsp",
    "lua": "lua",
    "makefile": "mak mk",
    "markdown": "markdown md",
    "nim": "nim nims",
    "nix": "nix",
    "objective-c": "m mm",
    "ocaml": "ml mli",
    "org": "org",
    "perl": "pl pm",
    "php": "php phtml",
    "plaintext": "text txt",
    "powershell": "ps1 psd1 psm1",
    "proto": "proto",
    "python": "py pyi pyw",
    "r": "r",
    "restructuredtext": "rst",
    "ruby": "gemspec rake rb",
    "rust": "rs",
    "scala": "sbt sc scala",
    "scheme": "rkt scm ss",
    "scss": "less sass scss",
    "shellscript": "bash bats ksh sh zsh",
    "sql": "sql",
    "svelte": "svelte",
    "swift": "swift",
    "terraform": "hcl tf tfvars",
    "toml": "toml",
    "typescript": "cts mts ts",
    "typescriptreact": "tsx",
    "vhdl": "vhd vhdl",
    "vim": "vim",
    "vue": "vue",
    "xml": "plist svg xml xsd xsl xslt",
    "yaml": "yaml yml",
    "zig": "zig",
}
BY_ENDING = {
    ending: language
    for language, endings in _ENDINGS.items()
    for ending in endings.split()
}


def language_named(path: str) -> str:
    """Give the identifier of a file's language; empty if its name tells none."""
    name = path.rpartition("/")[2].lower()
    _, dot, ending = name.rpartition(".")
    return BY_NAME.get(name) or (BY_ENDING.get(ending, "") if dot else "")


Kind = Literal["code", "text"]


class Grammar(Struct, frozen=True, kw_only=True):
    """Where a tree-sitter grammar is found, and how definitions begin."""

    module: str
    function: str = "language"
    """The function of the module that gives it."""


class Language(Struct, frozen=True, kw_only=True):
    """A language, as far as prompts depend on it."""

    id: str
    """The identifier of the protocol; empty if nobody said."""
    name: str
    """What people and models call it; empty if nobody said."""
    kind: Kind = "code"
    """`text`: everything in it is prose, so there is nothing to parse."""
    grammar: Grammar | None = None
    line_comments: tuple[str, ...] = ()
    """What opens a comment that ends with its line."""
    block_comments: tuple[tuple[str, str], ...] = ()
    """What opens and closes a comment."""
    indented: bool = False
    """Blocks are told by indentation."""


_C_BLOCK = (("/*", "*/"),)
_ANGLES = (("<!--", "-->"),)


def _c_like(
    id_: str, name: str, module: str = "", function: str = "language"
) -> Language:
    grammar = Grammar(module=module, function=function) if module else None
    return Language(
        id=id_,
        name=name,
        grammar=grammar,
        line_comments=("//",),
        block_comments=_C_BLOCK,
    )


def _hash(id_: str, name: str, module: str = "", *, indented: bool = False) -> Language:
    grammar = Grammar(module=module) if module else None
    return Language(
        id=id_, name=name, grammar=grammar, line_comments=("#",), indented=indented
    )


def _other(
    id_: str,
    name: str,
    line: str = "",
    block: tuple[tuple[str, str], ...] = (),
    kind: Kind = "code",
) -> Language:
    lines = (line,) if line else ()
    return Language(
        id=id_, name=name, kind=kind, line_comments=lines, block_comments=block
    )


_TYPESCRIPT = "tree_sitter_typescript"
LANGUAGES = (
    _hash("python", "Python", "tree_sitter_python", indented=True),
    _c_like("go", "Go", "tree_sitter_go"),
    _c_like("rust", "Rust", "tree_sitter_rust"),
    _c_like("javascript", "JavaScript", "tree_sitter_javascript"),
    _c_like("javascriptreact", "JavaScript (JSX)", "tree_sitter_javascript"),
    _c_like("typescript", "TypeScript", _TYPESCRIPT, "language_typescript"),
    _c_like("typescriptreact", "TypeScript (TSX)", _TYPESCRIPT, "language_tsx"),
    _c_like("java", "Java", "tree_sitter_java"),
    _c_like("c", "C", "tree_sitter_c"),
    _c_like("cpp", "C++", "tree_sitter_cpp"),
    _c_like("csharp", "C#", "tree_sitter_c_sharp"),
    Language(
        id="ruby",
        name="Ruby",
        grammar=Grammar(module="tree_sitter_ruby"),
        line_comments=("#",),
        block_comments=(("=begin", "=end"),),
    ),
    Language(
        id="php",
        name="PHP",
        grammar=Grammar(module="tree_sitter_php", function="language_php"),
        line_comments=("//", "#"),
        block_comments=_C_BLOCK,
    ),
    _hash("shellscript", "shell script", "tree_sitter_bash"),
    Language(
        id="lua",
        name="Lua",
        grammar=Grammar(module="tree_sitter_lua"),
        line_comments=("--",),
        block_comments=(("--[[", "]]"),),
    ),
    _c_like("dart", "Dart"),
    _c_like("fsharp", "F#"),
    _c_like("glsl", "GLSL"),
    _c_like("groovy", "Groovy"),
    _c_like("jsonc", "JSON with comments"),
    _c_like("kotlin", "Kotlin"),
    _c_like("objective-c", "Objective-C"),
    _c_like("proto", "Protocol Buffers"),
    _c_like("scala", "Scala"),
    _c_like("scss", "SCSS"),
    _c_like("swift", "Swift"),
    _c_like("zig", "Zig"),
    _hash("cmake", "CMake"),
    _hash("coffeescript", "CoffeeScript", indented=True),
    _hash("dockerfile", "Dockerfile"),
    _hash("elixir", "Elixir"),
    _hash("fish", "fish"),
    _hash("gdscript", "GDScript", indented=True),
    _hash("julia", "Julia"),
    _hash("makefile", "Makefile"),
    _hash("nim", "Nim", indented=True),
    _hash("nix", "Nix"),
    _hash("perl", "Perl"),
    _hash("powershell", "PowerShell"),
    _hash("r", "R"),
    _hash("terraform", "Terraform"),
    _hash("toml", "TOML"),
    _hash("yaml", "YAML", indented=True),
    _other("ada", "Ada", "--"),
    _other("clojure", "Clojure", ";"),
    _other("css", "CSS", block=_C_BLOCK),
    _other("elm", "Elm", "--", (("{-", "-}"),)),
    _other("erlang", "Erlang", "%"),
    _other("haskell", "Haskell", "--", (("{-", "-}"),)),
    _other("html", "HTML", block=_ANGLES),
    _other("ini", "INI", ";"),
    _other("json", "JSON"),
    _other("lisp", "Lisp", ";"),
    _other("ocaml", "OCaml", block=(("(*", "*)"),)),
    _other("scheme", "Scheme", ";"),
    _other("sql", "SQL", "--", _C_BLOCK),
    _other("svelte", "Svelte", block=_ANGLES),
    _other("vhdl", "VHDL", "--"),
    _other("vim", "Vim script", '"'),
    _other("vue", "Vue", block=_ANGLES),
    _other("xml", "XML", block=_ANGLES),
    _other("asciidoc", "AsciiDoc", "//", kind="text"),
    _other("git-commit", "commit message", "#", kind="text"),
    _other("latex", "LaTeX", "%", kind="text"),
    _other("markdown", "Markdown", block=_ANGLES, kind="text"),
    _other("org", "Org", kind="text"),
    _other("plaintext", "plain text", kind="text"),
    _other("restructuredtext", "reStructuredText", kind="text"),
)
_BY_ID = {language.id: language for language in LANGUAGES}
_ALIASES = {
    "": "plaintext",
    "bash": "shellscript",
    "c#": "csharp",
    "c++": "cpp",
    "c-sharp": "csharp",
    "common-lisp": "lisp",
    "cs": "csharp",
    "dosini": "ini",
    "ecma": "javascript",
    "elisp": "lisp",
    "emacs-lisp": "lisp",
    "gitcommit": "git-commit",
    "golang": "go",
    "hcl": "terraform",
    "js": "javascript",
    "json5": "jsonc",
    "jsx": "javascriptreact",
    "ksh": "shellscript",
    "less": "scss",
    "lhaskell": "haskell",
    "make": "makefile",
    "md": "markdown",
    "objc": "objective-c",
    "objcpp": "objective-c",
    "objective-cpp": "objective-c",
    "plaintex": "latex",
    "proto3": "proto",
    "protobuf": "proto",
    "ps1": "powershell",
    "py": "python",
    "racket": "scheme",
    "rb": "ruby",
    "rs": "rust",
    "rst": "restructuredtext",
    "sass": "scss",
    "sh": "shellscript",
    "shell": "shellscript",
    "tex": "latex",
    "text": "plaintext",
    "tfvars": "terraform",
    "ts": "typescript",
    "tsx": "typescriptreact",
    "txt": "plaintext",
    "zsh": "shellscript",
}


def language_of(identifier: str, path: str = "") -> Language:
    """Find a language by the editor's identifier for it, or else by a file's name.

    One that nobody knows comes back by its own name, as code without comments.
    """
    key = identifier.strip().lower()
    if key and key not in {"plaintext", "text"}:
        known = _BY_ID.get(_ALIASES.get(key, key))
        return known or Language(id=key, name=identifier.strip())
    return _BY_ID[language_named(path) or "plaintext"]


_STARS = re.compile(r"^[ \t]*\*+[ \t]?")


def is_block(comment: str, language: Language) -> bool:
    """Tell whether a comment has an end of its own, and so is not ended by its line."""
    return any(comment.startswith(opening) for opening, _ in language.block_comments)


def comment_text(comment: str, language: Language) -> str:
    """Give what a comment says: without markers, stars and blanks around."""
    for opening, closing in language.block_comments:
        if comment.startswith(opening):
            inner = comment.removeprefix(opening).removesuffix(closing)
            lines = [_STARS.sub("", line).rstrip() for line in inner.split("\n")]
            return "\n".join(lines).strip("*! \t\n")
    opening = next(filter(comment.startswith, language.line_comments), "")
    rest = comment.removeprefix(opening).lstrip(opening[-1:])
    return rest.removeprefix("!" if opening == "//" else "").strip()
