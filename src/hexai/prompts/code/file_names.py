"""Which language a file is in, by its name: for editors that do not tell."""

_BY_NAME = {
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
_BY_ENDING = {
    ending: language
    for language, endings in _ENDINGS.items()
    for ending in endings.split()
}


def language_named(path: str) -> str:
    """Give the identifier of a file's language; empty if its name tells none."""
    name = path.rpartition("/")[2].lower()
    _, dot, ending = name.rpartition(".")
    return _BY_NAME.get(name) or (_BY_ENDING.get(ending, "") if dot else "")


def known_names() -> tuple[str, ...]:
    """List a file name for each name and ending that tells a language."""
    return (*_BY_NAME, *(f"x.{ending}" for ending in _BY_ENDING))
