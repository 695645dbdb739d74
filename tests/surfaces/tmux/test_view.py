"""The view within the test's process, driven by Textual's Pilot."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from textual import events
from textual.pilot import Pilot

from hexai.surfaces.tmux.view_app import ActionApp
from hexai.surfaces.tmux.view_messages import (
    Again,
    Asked,
    Begun,
    Done,
    Dropped,
    FromParent,
    FromView,
    Grew,
    Left,
    MenuLine,
    Opened,
    Picked,
    Shows,
    Target,
    Took,
    encode,
    from_view,
)
from tests.support.patience import PATIENCE

ITEMS = (
    MenuLine(title="Simplify", hotkey="i"),
    MenuLine(title="Prompt [/] [@click=app.quit]x", hotkey="p", asks=True),
    MenuLine(title="Own…", hotkey="a", opens=True),
    MenuLine(title="Skip", hotkey="s", skips=True),
    MenuLine(title="Louder", hotkey="L"),
    MenuLine(title="Quieter", hotkey="q"),
)
MENU = Opened(items=ITEMS, main=4, labels=("one", "two"), selection="old = 0\n")
TARGET = Target()


class Parent:
    """The other end of the view's socket."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        pilot: Pilot[None],
    ) -> None:
        self._reader, self._writer = reader, writer
        self.pilot = pilot

    def say(self, *messages: FromParent) -> None:
        """Tell the view something."""
        for message in messages:
            self._writer.write(encode(message))

    def type(self, *keys: str) -> None:
        """Press keys at once, whatever the ones before have come to."""
        for key in keys:
            self.pilot.app.post_message(events.Key(key, key))

    async def hear(self, *, shows: bool = False) -> FromView:
        """Wait for what the view says its user wants, or for what it `shows`."""
        async with asyncio.timeout(PATIENCE):
            while True:
                said = from_view(await self._reader.readuntil(b"\n"))
                if isinstance(said, Shows) == shows:
                    return said

    def screen(self) -> str:
        """Read what is on the screen."""
        strips = self.pilot.app.screen._compositor.render_strips()
        return "\n".join(
            "".join(part.text for part in strip if not part.control) for strip in strips
        )

    async def wait_for(self, text: str) -> None:
        """Wait until a text is on the screen."""
        async with asyncio.timeout(PATIENCE):
            while text not in self.screen():
                await self.pilot.pause()


@asynccontextmanager
async def showing(
    *messages: FromParent, size: tuple[int, int] = (100, 20)
) -> AsyncIterator[Parent]:
    """Show what a parent says first."""
    ours, theirs = socket.socketpair()
    app = ActionApp(theirs)
    reader, writer = await asyncio.open_unix_connection(sock=ours)
    try:
        async with app.run_test(size=size) as pilot:
            parent = Parent(reader, writer, pilot)
            parent.say(*messages)
            yield parent
    finally:
        writer.close()
        await writer.wait_closed()


def run(body: Callable[[], Awaitable[None]]) -> None:
    """Run a test's body in a loop of its own."""

    async def main() -> None:
        await body()

    asyncio.run(main())


def test_hotkeys_choose() -> None:
    """A line's letter chooses it, in either case."""

    async def body() -> None:
        async with showing(MENU) as parent:
            await parent.wait_for("Simplify")
            await parent.pilot.press("I")
            assert await parent.hear() == Picked(item=0)

    run(body)


def test_keys_move_and_enter_chooses() -> None:
    """`j`, `k`, `G` and the arrows move as they do in pagers."""

    async def body() -> None:
        async with showing(MENU) as parent:
            await parent.wait_for("Simplify")
            await parent.pilot.press("G", "k", "k", "k", "enter")
            assert await parent.hear() == Picked(item=0)

    run(body)


def test_escape_leaves_the_submenu_and_runs_nothing() -> None:
    """There it goes back; in the menu it leaves."""

    async def body() -> None:
        async with showing(MENU) as parent:
            await parent.wait_for("Own")
            await parent.pilot.press("a")
            await parent.wait_for("Louder")
            await parent.pilot.press("escape")
            await parent.wait_for("Simplify")
            await parent.pilot.press("escape")
            assert await parent.hear() == Left()

    run(body)


def test_a_hotkey_wins_over_a_key_of_the_menu() -> None:
    """`q` leaves, unless the user has given it to an action."""

    async def body() -> None:
        async with showing(MENU) as parent:
            await parent.wait_for("Own")
            await parent.pilot.press("a")
            await parent.wait_for("Quieter")
            await parent.pilot.press("q")
            assert await parent.hear() == Picked(item=5)

    run(body)


def test_own_words_go_with_the_item() -> None:
    """They are written in the menu, and Tab before them means to compare."""

    async def body() -> None:
        async with showing(MENU) as parent:
            await parent.wait_for("Prompt")
            await parent.pilot.press("tab", "p")
            await parent.wait_for("Enter ask")
            await parent.pilot.press(*"go")
            await parent.wait_for("\ngo ")
            await parent.pilot.press("enter")
            assert await parent.hear() == Picked(item=1, prompt="go", compare=True)

    run(body)


def test_titles_are_no_markup() -> None:
    """Brackets are shown as they are."""

    async def body() -> None:
        async with showing(MENU) as parent:
            await parent.wait_for("Prompt [/] [@click=app.quit]x")

    run(body)


def test_a_growing_answer_is_a_diff() -> None:
    """What has come so far is compared; what it has not come to is not gone."""

    async def body() -> None:
        opened = Opened(selection="a = 1\nb = 2\nc = 3\n")
        begun = Begun(title="simplify", names=("one",), target=Target())
        grew = Grew(place=0, text="```\na = 1\nb = 9\n")
        async with showing(opened, begun, grew) as parent:
            await parent.wait_for("+ b = 9")
            assert "- c" not in parent.screen()
            assert "  c = 3" in parent.screen()

    run(body)


def test_thoughts_that_were_taken_back_leave_the_diff() -> None:
    """Only what came after them is compared."""

    async def body() -> None:
        begun = Begun(title="simplify", names=("one",), target=TARGET)
        thought = Grew(place=0, text="The user wants\n")
        answer = Grew(place=0, text="new = 1\n")
        async with showing(MENU, begun, thought) as parent:
            await parent.wait_for("+ The user wants")
            parent.say(Dropped(place=0), answer)
            await parent.wait_for("+ new = 1")
            assert "The user" not in parent.screen()

    run(body)


def test_the_end_of_a_growing_answer_is_in_sight() -> None:
    """From its first piece on."""

    async def body() -> None:
        begun = Begun(title="simplify", names=("one",), target=TARGET)
        piece = "\n".join(f"new = {number}" for number in range(100))
        async with showing(MENU, begun, size=(60, 12)) as parent:
            await parent.wait_for("waiting")
            parent.say(Grew(place=0, text=piece))
            await parent.wait_for("+ new = 99")

    run(body)


def test_candidates_are_chosen_by_number_and_tab() -> None:
    """Enter takes the one that is marked."""

    async def body() -> None:
        begun = Begun(title="simplify", names=("one", "two"), target=TARGET)
        done = [Done(place=n, text=f"new = {n}\n", words="1.0 s") for n in (0, 1)]
        async with showing(MENU, begun, *done) as parent:
            await parent.wait_for("+ new = 1")
            await parent.pilot.press("2", "tab", "tab", "enter")
            assert await parent.hear() == Took(place=1)

    run(body)


def test_narrow_screens_show_one_candidate() -> None:
    """Tab shows the next."""

    async def body() -> None:
        begun = Begun(title="simplify", names=("one", "two"), target=TARGET)
        done = [Done(place=n, text=f"new = {n}\n", words="1.0 s") for n in (0, 1)]
        async with showing(MENU, begun, *done, size=(40, 10)) as parent:
            await parent.wait_for("+ new = 0")
            assert "new = 1" not in parent.screen()
            await parent.pilot.press("tab")
            await parent.wait_for("+ new = 1")

    run(body)


def test_keys_typed_ahead_of_a_diff_move_in_it() -> None:
    """Whoever chooses an answer and scrolls in it need not wait until it is drawn."""

    async def body() -> None:
        begun = Begun(title="simplify", names=("one", "two"), target=TARGET)
        text = "".join(f"line = {number}\n" for number in range(99))
        done = [Done(place=n, text=text, words="1.0 s") for n in (1, 0)]
        async with showing(MENU, begun, *done, size=(40, 10)) as parent:
            await parent.wait_for("▶ 1/2 one  1.0 s")
            parent.type("2", "G", "k", "k")
            await parent.wait_for("▶ 2/2 two")
            await parent.wait_for("+ line = 96")
            assert "line = 97" not in parent.screen()

    run(body)


def test_split_and_unified_take_turns() -> None:
    """`d` puts old and new beside each other, and back."""

    async def body() -> None:
        begun = Begun(title="simplify", names=("one",), target=TARGET)
        done = Done(place=0, text="new = 1\n", words="1.0 s")
        async with showing(MENU, begun, done) as parent:
            await parent.wait_for("+ new = 1")
            await parent.pilot.press("d")
            await parent.wait_for("│+ new = 1")
            await parent.pilot.press("d")
            await parent.wait_for("d split")

    run(body)


def test_nothing_is_taken_that_is_not_there() -> None:
    """Enter says so while a model writes, and leaves once all have failed."""

    async def body() -> None:
        begun = Begun(title="simplify", names=("one",), target=TARGET)
        async with showing(MENU, begun) as parent:
            await parent.wait_for("one")
            await parent.pilot.press("enter")
            await parent.wait_for("not done yet")
            await parent.pilot.press("r")
            assert await parent.hear() == Again()
            parent.say(begun, Done(place=0, text=None, words="no key"))
            await parent.wait_for("no key")
            await parent.pilot.press("enter")
            assert await parent.hear() == Left()

    run(body)


def test_ctrl_c_interrupts() -> None:
    """It is told apart from leaving."""

    async def body() -> None:
        async with showing(MENU) as parent:
            await parent.wait_for("Simplify")
            await parent.pilot.press("ctrl+c")
            assert await parent.hear() == Left(interrupted=True)

    run(body)


def test_the_view_goes_with_its_parent() -> None:
    """When the socket closes nothing stays on the screen."""

    async def body() -> None:
        async with showing(MENU) as parent:
            await parent.wait_for("Simplify")
            parent._writer.close()
            async with asyncio.timeout(PATIENCE):
                while parent.pilot.app.is_running:  # noqa: ASYNC110
                    await asyncio.sleep(0.02)

    run(body)


def test_keys_before_the_words_are_asked_for_are_words() -> None:
    """No letter of what is typed ahead is a hotkey, and there is one field."""

    async def body() -> None:
        async with showing(MENU) as parent:
            await parent.wait_for("Simplify")
            await parent.pilot.press("i")
            assert await parent.hear() == Picked(item=0)
            await parent.pilot.press("p", "s", "q", "enter")
            parent.say(Asked(item=0))
            await parent.wait_for("Ctrl-O")
            await parent.pilot.press("!", "enter")
            assert await parent.hear() == Picked(item=0, prompt="psq!")

    run(body)


@pytest.mark.parametrize(
    ("pasted", "words"),
    [
        ("use a loop", "use a loop"),
        ("use a loop\n  and no list\n", "use a loop and no list "),
        ("\nuse a loop\r\n\r\nand no list", " use a loop and no list"),
    ],
    ids=["one line", "two", "an empty one first"],
)
def test_all_pasted_lines_become_words(pasted: str, words: str) -> None:
    """A field of one line takes an instruction of several."""

    async def body() -> None:
        async with showing(MENU) as parent:
            await parent.wait_for("Simplify")
            await parent.pilot.press("p")
            await parent.wait_for("Ctrl-O")
            await parent.pilot.press("a", "z", "left")
            parent.pilot.app.post_message(events.Paste(pasted))
            await parent.pilot.press("enter")
            assert await parent.hear() == Picked(item=1, prompt=f"a{words}z")

    run(body)


def test_what_is_pasted_before_the_words_are_asked_for_is_words() -> None:
    """It comes between what is typed before and after it."""

    async def body() -> None:
        async with showing(MENU) as parent:
            await parent.wait_for("Simplify")
            await parent.pilot.press("i")
            assert await parent.hear() == Picked(item=0)
            await parent.pilot.press("a")
            parent.pilot.app.post_message(events.Paste("b\nc"))
            await parent.pilot.press("d")
            parent.say(Asked(item=0))
            await parent.wait_for("Ctrl-O")
            await parent.pilot.press("enter")
            assert await parent.hear() == Picked(item=0, prompt="ab cd")

    run(body)


def test_a_menu_that_waits_for_its_parent_can_be_left() -> None:
    """Esc needs no answer."""

    async def body() -> None:
        async with showing(MENU) as parent:
            await parent.wait_for("Simplify")
            await parent.pilot.press("i", "escape")
            assert await parent.hear() == Picked(item=0)
            assert await parent.hear() == Left()

    run(body)


def test_answers_are_asked_again_once_and_no_unseen_one_is_taken() -> None:
    """Until other answers begin, keys do nothing but leave."""

    async def body() -> None:
        async with showing(MENU, Begun(title="simplify", names=("one",))) as parent:
            await parent.wait_for("waiting")
            parent.say(Done(place=0, text="new = 1\n", words="1 s"))
            await parent.wait_for("1 s")
            await parent.pilot.press("r", "r", "enter", "r", "escape")
            assert await parent.hear() == Again()
            assert await parent.hear() == Left()

    run(body)


def test_the_parent_hears_which_candidates_can_be_seen() -> None:
    """On a narrow screen it is one at a time."""

    async def body() -> None:
        begun = Begun(title="simplify", names=("one", "two"))
        async with showing(MENU, begun, size=(60, 20)) as parent:
            assert await parent.hear(shows=True) == Shows(places=(0,))
            await parent.pilot.press("tab")
            assert await parent.hear(shows=True) == Shows(places=(1,))

    run(body)
