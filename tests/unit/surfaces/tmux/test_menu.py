"""The menu: the Go tool's, the user's own, and its hotkeys."""

from hexai.config.schema import MenuItem, Settings, TmuxAction
from hexai.config.schema_prompts import CodeActionPrompts, CustomAction, Prompts
from hexai.surfaces.tmux.menu import choice_named, make_menu

SHOUT = CustomAction(id="shout", title="Shout", hotkey="X", instruction="louder")
LINT = CustomAction(id="lint", title="Lint", scope="diagnostics", instruction="mend")


def settings(*menu: MenuItem) -> Settings:
    """Make settings with two actions of the user's."""
    own = CodeActionPrompts(custom=(SHOUT, LINT))
    return Settings(prompts=Prompts(code_action=own), tmux_action=TmuxAction(menu=menu))


def test_the_built_in_menu_has_the_known_hotkeys() -> None:
    """Users of the Go tool find everything where it was."""
    menu = make_menu(Settings(), diagnosed=False)

    assert [choice.item.hotkey for choice in menu.main] == list("rictfps")
    assert menu.sub == ()


def test_own_actions_have_a_submenu() -> None:
    """It is opened by a line of the menu, and holds what works on a selection."""
    menu = make_menu(settings(), diagnosed=False)

    assert [c.item.hotkey for c in menu.main if c.item.opens] == ["a"]
    assert [choice.item.title for choice in menu.sub] == ["Shout"]


def test_diagnostics_bring_what_works_on_them() -> None:
    """Both the built-in action and those of the user."""
    menu = make_menu(settings(), diagnosed=True)

    assert "diagnostics" in [choice.kind for choice in menu.main]
    assert [choice.item.title for choice in menu.sub] == ["Shout", "Lint"]


def test_a_configured_menu_takes_the_place_of_the_built_in_one() -> None:
    """In its order, with its titles and hotkeys, ids in either case."""
    menu = make_menu(
        settings(
            MenuItem(kind="custom", custom_id="SHOUT", title="Louder"),
            MenuItem(kind="simplify", hotkey="1"),
            MenuItem(kind="skip"),
        ),
        diagnosed=False,
    )

    told = [(choice.item.title, choice.item.hotkey) for choice in menu.main]
    assert told == [("Louder", "X"), ("Simplify and improve", "1"), ("Skip", "s")]
    assert menu.sub == ()


def test_a_hotkey_belongs_to_the_first_that_has_it() -> None:
    """The second is chosen by moving to it."""
    menu = make_menu(
        settings(
            MenuItem(kind="simplify", hotkey="x"), MenuItem(kind="skip", hotkey="x")
        ),
        diagnosed=False,
    )

    assert [choice.item.hotkey for choice in menu.main] == ["x", ""]


def test_actions_are_named_by_kind_or_id() -> None:
    """What is neither is no action."""
    names = ("gotest", "shout", "skip", "nonsense")
    found = [choice_named(settings(), name) for name in names]

    assert [each and each.kind for each in found] == ["gotest", "custom", "skip", None]
