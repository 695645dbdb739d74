"""Words that tell a slip in a command from a question; see `slips.py`."""

_HEX_DIGITS = frozenset("0123456789abcdef")
"""What the name of a run is made of."""
ELSEWHERE = frozenset(
    {
        *("add", "clean", "clear", "create", "default", "delete", "disable", "enable"),
        *("get", "info", "install", "join", "leave", "list", "ls", "new", "open"),
        *("print", "remove", "reset", "rm", "run", "search", "select", "set", "start"),
        *("status", "stop", "uninstall", "unset", "update", "use", "validate"),
    }
)
"""Commands that other programs have in such groups."""

PLAIN = frozenset(
    {
        *("auction", "beach", "beam", "benign", "branch", "breach", "bunch"),
        *("caption", "cat", "char", "chart", "cheat", "coat", "confide", "confine"),
        *("confirm", "connect", "convict", "dote", "effort", "export", "faction"),
        *("flat", "fraction", "hat", "how", "import", "lip", "lisp", "ls", "modal"),
        *("mode", "modern", "modest", "motels", "motion", "nation", "note", "notion"),
        *("option", "quote", "ration", "repeat", "repent", "repo", "resort"),
        *("revert", "rote", "seam", "section", "shop", "shot", "slats", "slow"),
        *("snow", "stars", "start", "state", "stays", "steam", "tea", "tear", "term"),
        *("that", "tote", "vole", "what"),
    }
)
"""Words of English that are a slip or two from a command: instructions, mostly."""


INSTRUCTIONS = frozenset({"action"})
"""Commands with whose name an instruction for piped text begins: `action items`."""

LONE = frozenset({"forget", "init", "pull", "push"})
"""Names behind a group that are no instruction when they stand alone."""
OF_FILES = frozenset({"export", "import"})
"""Names behind a group that are an instruction alone, and no question of files."""
OF_LABELS = frozenset({"compare", "test"})
"""Names behind a group that are an instruction alone, and no question of labels."""

_ENDS = ".,;:!?"
"""What may stand behind a word of a question."""
_OF_PATHS = frozenset("./\\:_~@=")
"""What the words of a question do not hold: paths, models, addresses, keys do."""


def is_quoted(word: str) -> bool:
    """Tell more than one word, which only quotes make an argument of."""
    return any(map(str.isspace, word))


def is_unasked(word: str) -> bool:
    """Tell a run, or who wins a vote, from a word of a question."""
    if word in ("tie", "bad") or (len(word) == 1 and word.isupper()):
        return True
    if set(word.lower()) - _HEX_DIGITS:
        return False
    from hexai.surfaces.cli.arguments import is_run  # most questions end before

    return is_run(word)


def is_argument(word: str) -> bool:
    """Tell a path, a model and the like from a word of a question."""
    bare = word.rstrip(_ENDS) or word
    has_digit, has_letter = any(map(str.isdigit, bare)), any(map(str.isalpha, bare))
    return (has_digit and has_letter) or not _OF_PATHS.isdisjoint(bare)


def could_be_argument(word: str) -> bool:
    """Tell what is an argument among others: numbers and lone letters too."""
    return is_argument(word) or len(word) == 1 or word.isdigit()
