"""What matters of a language for cleaning an answer, by the editors' names for it."""


def _named(names: str) -> frozenset[str]:
    return frozenset(names.split())


_HASH = _named(
    "python ruby shellscript sh bash zsh fish yaml toml perl r elixir makefile make "
    "dockerfile julia cmake nim graphql nix tcl"
)
_DASH = _named("lua sql haskell elm ada vhdl")

RAW_BACKTICKS = _named("go")
"""A string in backticks takes a backslash as it is."""

TEMPLATES = _named(
    "javascript javascriptreact typescript typescriptreact jsx tsx vue svelte"
)
"""Strings stand in backticks, too."""

CHARACTERS = _named("rust c cpp csharp java kotlin scala swift zig")
"""Single quotes hold one character, and one alone is no quote."""

PREPROCESSED = _named("c cpp objective-c objective-cpp csharp glsl hlsl")
"""A line with `#` stands at the margin wherever it belongs."""

PROSE = _named("markdown mdx quarto rmd asciidoc rst restructuredtext")
"""Fences are part of what is written."""

_BACKTICKS = _named(
    "php shellscript sh bash zsh fish ruby perl sql haskell scala kotlin swift r lisp "
    "clojure scheme racket elisp emacs-lisp common-lisp julia html nix d ocaml"
)


def line_comment(language: str) -> str:
    """Give what begins a comment that ends with its line."""
    if language in _HASH:
        return "#"
    return "--" if language in _DASH else "//"


def has_block_comments(language: str) -> bool:
    """Tell whether `/*` begins a comment."""
    return language not in _HASH | _DASH


def writes_backticks(language: str) -> bool:
    """Tell whether a text in backticks may be code."""
    return language in _BACKTICKS | RAW_BACKTICKS | TEMPLATES | PROSE
