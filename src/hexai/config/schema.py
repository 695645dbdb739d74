"""The configuration as frozen types: one Struct for each TOML table.

This is the only home of defaults, names, units and ranges. Decoding, the variables,
the change list, the JSON Schema, the example file and the reference page are all
derived from it, so that a new key is spelled in one place. A field whose default
depends on others is `UNSET`; `provider_defaults.py` and `entries.py` resolve it.
"""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType, field

from hexai.config.schema_entries import Models, Use
from hexai.config.schema_prompts import Prompts
from hexai.config.schema_providers import (
    Anthropic,
    Local,
    Ollama,
    OpenAI,
    OpenRouter,
    Profile,
    Simulated,
)
from hexai.config.schema_team import Team
from hexai.config.schema_types import (
    Character,
    Count,
    MaybeCount,
    MaybeFlag,
    MaybeSeconds,
    Milliseconds,
    Seconds,
    Share,
    Table,
    Temperature,
)

MenuKind = Literal[
    "rewrite",
    "simplify",
    "document",
    "gotest",
    "fix_typos",
    "custom_prompt",
    "skip",
    "custom",
]
MENU_HOTKEYS = {
    "rewrite": "r",
    "simplify": "i",
    "document": "c",
    "gotest": "t",
    "fix_typos": "f",
    "custom_prompt": "p",
    "skip": "s",
}
"""What each kind of the menu is chosen by, if nothing else is said."""
DIAGNOSTICS_HOTKEY = "d"
"""What resolving is chosen by, where diagnostics stand above the selection."""
Cells = Annotated[int, Meta(ge=0, le=200)]
ThemeName = Literal[
    "",
    "white-on-purple",
    "purple",
    "magenta",
    "white-on-magenta",
    "black-on-yellow",
    "yellow",
    "black-on-gold",
    "white-on-blue",
    "blue",
    "white-on-navy",
]
TmuxColour = Annotated[
    str,
    Meta(
        pattern=(
            r"^(|[a-z]+|colou?r([0-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5])"
            r"|#[0-9A-Fa-f]{6})$"
        ),
        description="a colour of tmux: a name, colour0 to colour255, or #rrggbb",
    ),
]


class MenuItem(Table, frozen=True, kw_only=True):
    """One line of the menu of `hexai action`."""

    kind: MenuKind | UnsetType = UNSET
    """What it does. Required."""
    custom_id: str = ""
    """The id of the custom action, where kind is `custom`."""
    title: str = ""
    """Blank: the title of its kind."""
    hotkey: str = ""
    """One character; blank: the hotkey of its kind."""


class TmuxAction(Table, frozen=True, kw_only=True):
    """The menu of `hexai action`."""

    menu: tuple[MenuItem, ...] = ()
    """Instead of the built-in menu."""


class Tmux(Table, frozen=True, kw_only=True):
    """What Hexai shows in tmux."""

    custom_menu_hotkey: Character = "a"
    """Opens the actions of your own."""
    status: bool = True
    """Keep the tmux option `@hexai_status` current, wherever Hexai runs in tmux."""
    status_theme: ThemeName = ""
    """The colours of that option; blank: those of the status line."""
    status_fg: TmuxColour = ""
    """The foreground, a tmux colour, instead of the theme's."""
    status_bg: TmuxColour = ""
    """The background, a tmux colour, instead of the theme's."""
    status_narrow: bool = False
    """Leave out the model that answered last."""
    status_maxlen: Cells = 0
    """Cells at most; 0 for 200."""


ContextMode = Literal["minimal", "window", "file-on-new-func", "always-full"]
PromptOrder = Literal["document", "standing"]
Wait = Literal["deadline", "first", "all"]
PaceKind = Literal["own", "fixed"]
Layout = Literal["auto", "columns", "stacked", "plain"]
StoreText = Literal["all", "cli", "none"]
Prefix = Annotated[int, Meta(ge=0, le=100)]
Marker = Annotated[str, Meta(min_length=1, max_length=8)]
Suffix = Annotated[str, Meta(max_length=8)]
Contenders = Annotated[int, Meta(ge=0, le=1000)]
Days = Annotated[int, Meta(ge=0, le=36_500)]
Shuffle = bool | Share
"""All or none, or a share of them."""
WindowMinutes = Annotated[int, Meta(ge=1, le=1440)]


class General(Table, frozen=True, kw_only=True):
    """What all surfaces share."""

    max_tokens: Count = 4000
    """The length of an answer in tokens; 0: the upstream decides."""
    context_mode: ContextMode = "always-full"
    """How much of the document goes along with a request."""
    context_window_lines: Count = 120
    """Lines around the cursor in the context mode `window`."""
    max_context_tokens: Count = 4000
    """Text of the document in a request, in tokens at most."""
    coding_temperature: Temperature = 0.2
    """The temperature where neither entry nor provider sets one."""
    request_timeout: Seconds = 600.0
    """Seconds for a contender in all; 0 for no limit."""
    reload_on_change: bool = True
    """The editor server takes a changed file over by itself."""


class Logging(Table, frozen=True, kw_only=True):
    """What is logged."""

    log_preview_limit: Count = 100
    """Bytes of a text in the log, 0 for all of it. Acts only with --log-texts."""


class Completion(Table, frozen=True, kw_only=True):
    """Completion in the editor."""

    completion_debounce_ms: Milliseconds = 150
    """Milliseconds without an edit before a request goes out."""
    pace: PaceKind = "own"
    """`own`: where an entry is in a cloud, wait for two of your own gaps between keys,
    up to a second, if that is longer. `fixed`: never longer than
    completion_debounce_ms."""
    completion_throttle_ms: Milliseconds = 0
    """Milliseconds between two requests."""
    accept_pause: Seconds = 0.5
    """Seconds after you took a suggestion before models are asked what comes behind it,
    where the editor asks that by itself. Who types on sooner asks nobody; 0: asked like
    anywhere else."""
    manual_invoke_min_prefix: Prefix = 0
    """Letters that must stand before the cursor when you ask by hand."""
    wait: Wait = "deadline"
    """`deadline`: answer when all are done, or `gather` after the first answer, at the
    latest at `deadline`. `first`: with the first answer, same latest. `all`: when all
    are done, at the latest at `hard_deadline`."""
    completion_wait_all: MaybeFlag = UNSET
    """The older name of `wait`: true means `all`, false means `first`."""
    gather: Seconds = 0.2
    """Seconds for the others after the first answer."""
    deadline: Seconds = 1.5
    """Seconds from the editor's request to the list. One that would be empty has the
    whole lines that models have written by then, and ends these."""
    hard_deadline: Seconds = 4.0
    """The same for `all`; it holds back the popups of other servers."""
    max_tokens: MaybeCount = UNSET
    """Tokens of a suggestion, unless an entry says otherwise; 0: general.max_tokens.
    Not set: 96 where only the end of a line is missing, 256 elsewhere. Models that
    think before they answer have general.max_tokens."""
    swap_models: bool = False
    """Ask models with every completion that an Ollama cannot hold at once. Each then
    has the other one unloaded; not set, only the one that is loaded is asked."""
    prompt_order: PromptOrder = "standing"
    """What a chat model reads first: `document`: the text before the cursor, then the
    text after it; `standing`: what changes least while you type, so that servers that
    keep what they have read of a prompt read less of it anew with each key."""
    blind: bool = False
    """Call suggestions A, B, C until one is taken."""
    shuffle: Shuffle = False
    """Draw the order of suggestions anew for each list, or for a share of the lists;
    their names stay. Only drawn orders can tell a model from its place."""


class Triggers(Table, frozen=True, kw_only=True):
    """What starts a completion."""

    trigger_characters: tuple[Character, ...] = tuple(".:/_)({,= ")
    """Characters after which a completion starts."""


class Inline(Table, frozen=True, kw_only=True):
    """Inline prompts: `>!text>` is replaced by what the text asks for."""

    inline_open: Marker = ">!"
    inline_close: Marker = ">"


class Chat(Table, frozen=True, kw_only=True):
    """Chat in the editor: a line that ends with `?>` is a question."""

    chat_suffix: Suffix = ">"
    """Ends a question; blank: no chat."""
    chat_prefixes: tuple[Marker, ...] = ("?", "!", ":", ";")
    """One of them stands before the suffix."""
    triggers_off: dict[str, tuple[str, ...]] = field(
        default_factory=lambda: {
            "php": ("?>",),
            "xml": ("?>",),
            "html": ("?>",),
            "haskell": (":>",),
            "scala": (":>",),
            "fsharp": (":>",),
            "ocaml": (":>",),
        }
    )
    """By language: endings that are part of it, and no question there."""
    stream: bool = False
    """Insert an answer by paragraphs, each its own undo step."""


class ProviderName(Table, frozen=True, kw_only=True):
    """The provider of entries that name none."""

    name: str = "ollama"
    """A provider or profile; without any configuration file it is `local`."""


class Fanout(Table, frozen=True, kw_only=True):
    """Limits of a race; providers and entries may set their own."""

    max_concurrency: Contenders = 8
    """Contenders at work at once; 1: one after the other; 0 for no limit."""
    connect_timeout: Seconds = 5.0
    """Seconds until connected; 0 for no limit."""
    first_token_timeout: MaybeSeconds = UNSET
    """Seconds from there to the first token; 0 for no limit.
    Not set: 20, but 60 for `local` and an Ollama on this machine."""
    idle_timeout: Seconds = 20.0
    """Seconds between two tokens; 0 for no limit."""
    timeout: MaybeSeconds = UNSET
    """Seconds for a contender in all. Not set: general.request_timeout."""


class Cli(Table, frozen=True, kw_only=True):
    """Asking in the terminal."""

    layout: Layout = "auto"
    """How several answers share the terminal."""
    cache_ttl: Seconds = 86_400.0
    """Seconds that an answer is kept and served again; 0 keeps none."""
    blind: bool = False
    """Call contenders A, B, C until the choice."""
    shuffle: Shuffle = False
    """Draw the order of answers on a terminal for each question, or for a share of
    them; their names stay. Pipes and --json keep the order of the entries."""
    vote: bool = False
    """Ask for a vote at the end."""
    quiet: bool = False
    """Say nothing on standard error, as with --quiet; the exit code tells."""
    render: bool = True
    """Render Markdown on a terminal; false shows answers as they were written."""


class Ledger(Table, frozen=True, kw_only=True):
    """What is recorded of runs."""

    store_text: StoreText = "cli"
    """Whose texts are kept; `none` turns the cache of answers off too."""
    retention_days: Days = 0
    """Forget older runs; 0 keeps all."""


class Stats(Table, frozen=True, kw_only=True):
    """Statistics."""

    window_minutes: WindowMinutes = 60
    """How far the tmux status looks back."""


class Ignore(Table, frozen=True, kw_only=True):
    """Files that never go to a cloud."""

    gitignore: bool = True
    """What git ignores stays on this machine."""
    extra_patterns: tuple[str, ...] = ()
    """Further patterns, written as in .gitignore."""
    lsp_notify_ignored: bool = True
    """Say once in the editor that a file is ignored."""
    allow_secrets: tuple[str, ...] = ()
    """Fingerprints of secret alarms that were false. Only in your own file."""


class Settings(Table, frozen=True, kw_only=True):
    """The whole configuration, complete: what is nowhere set has its default."""

    local_only: bool = False
    """Nothing goes to a cloud, whatever an entry says."""
    general: General = General()
    logging: Logging = Logging()
    completion: Completion = Completion()
    triggers: Triggers = Triggers()
    inline: Inline = Inline()
    chat: Chat = Chat()
    provider: ProviderName = ProviderName()
    openai: OpenAI = OpenAI()
    openrouter: OpenRouter = OpenRouter()
    ollama: Ollama = Ollama()
    anthropic: Anthropic = Anthropic()
    local: Local = Local()
    simulated: Simulated = Simulated()
    providers: dict[str, Profile] = field(default_factory=dict)
    """Providers of your own, by name."""
    models: Models = Models()
    use: Use = Use()
    fanout: Fanout = Fanout()
    prompts: Prompts = Prompts()
    cli: Cli = Cli()
    ledger: Ledger = Ledger()
    team: Team = Team()
    stats: Stats = Stats()
    ignore: Ignore = Ignore()
    tmux: Tmux = Tmux()
    tmux_action: TmuxAction = TmuxAction()
