"""Items say the same to every editor, each in the way that it shows right."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types as lsp
from msgspec.structs import replace

from hexai.surfaces.lsp.clients import DEFAULT, FRESH, HELIX, KAKOUNE, NEOVIM, Client
from hexai.surfaces.lsp.offers.items import ItemMaker, inline_completions
from hexai.surfaces.lsp.offers.offer import Offer, Suggestion
from hexai.text.cells import width
from hexai.text.lines import Encoding, Lines, Position, Replacement, Span, to_character
from tests.support.corpus import Definition, definitions
from tests.support.offers import credit, document, offer, suggestion
from tests.support.snippets import expand

PLAIN = DEFAULT


def items(
    given_offer: Offer, client: Client = PLAIN, encoding: Encoding = Encoding.UTF32
) -> list[lsp.CompletionItem]:
    """Make the items of an offer for an editor."""
    maker = ItemMaker(client=client, encoding=encoding, command="hexai.taken")
    return list(maker.completion(given_offer, 7).items)


def documented(item: lsp.CompletionItem) -> str:
    """Give an item's documentation."""
    assert isinstance(item.documentation, lsp.MarkupContent)
    return item.documentation.value


def edited(lines: Lines, edit: lsp.TextEdit, encoding: Encoding) -> str:
    """Give a text after an edit, made as an editor makes it."""

    def found(place: lsp.Position) -> Position:
        line = lines.line(place.line)
        return Position(place.line, to_character(line, place.character, encoding))

    span = Span(found(edit.range.start), found(edit.range.end))
    return lines.change([Replacement(span=span, text=edit.new_text)]).after.text


def test_an_item_begins_at_the_word_and_goes_on_as_typed() -> None:
    """Label, filter and edit hold the word left of the cursor."""
    (item,) = items(offer("\tfmt.|Pri|\n", "Println()\nreturn"))
    assert item.label == "qwen  Println()"
    assert item.filter_text == "Println()"
    assert isinstance(item.text_edit, lsp.TextEdit)
    assert item.text_edit.new_text == "Println()\nreturn"
    assert item.text_edit.range.start == lsp.Position(0, 5)
    assert item.text_edit.range.end == lsp.Position(0, 8)


def test_a_filter_holds_the_word_even_where_the_code_goes_on_below() -> None:
    """A text that begins with a line break is shown by its first line of code."""
    (item,) = items(offer("def f():|\n", "\n\n    return 1"))
    assert item.label == "qwen  return 1"
    assert item.filter_text == "return 1"
    (item,) = items(offer("else|\n", "\n    return 1"))
    assert item.filter_text == "elsereturn 1"
    assert item.label == "qwen  return 1"


@pytest.mark.parametrize("client", [PLAIN, HELIX, NEOVIM])
def test_what_stands_in_the_way_goes(client: Client) -> None:
    """A bracket right of the cursor that the text brings along is in the range."""
    (item,) = items(offer("def f(|):\n", "a):\n    pass\ndef g("), client)
    assert isinstance(item.text_edit, lsp.TextEdit)
    assert item.text_edit.range.end.character == 6
    (item,) = items(offer("def f(|)\n", "a):\n    pass"), client)
    assert isinstance(item.text_edit, lsp.TextEdit)
    assert item.text_edit.range.end.character == 7


def test_labels_are_short_and_never_empty() -> None:
    """A label has 40 columns at most, whatever is in it."""
    wide = suggestion("漢字" * 40, "a very long label of a model indeed")
    control = suggestion("\x1b]0;x\x07\u202ey", "\x9b31m\nq")
    for each in items(offer("|", wide, control)):
        assert 0 < width(each.label) <= 40
        assert each.label.isprintable()
    assert all(each.label.strip() for each in items(offer("x = |", "1"), NEOVIM))


def test_order_is_that_of_the_offer() -> None:
    """`sortText` keeps the order of the entries."""
    shown = items(offer("|", *map(str, range(12))))
    assert sorted(shown, key=lambda item: item.sort_text or "") == shown


def test_all_that_gave_a_text_are_named() -> None:
    """An item of several names them all, with their figures."""
    (item,) = items(offer("|", suggestion("x", "qwen", "gpt")))
    assert item.label == "qwen+1  x"
    first, second = documented(item).split("\n")
    assert first == (
        "qwen: provider=prov model=qwen-model ttft=0.21s time=0.41s"
        " in=312 out=48 tok/s=235 cost=$0"
    )
    assert second.startswith("gpt: ")


def test_unknown_prices_are_marked() -> None:
    """A price that nobody knows is a question mark, never 0."""
    by = (credit("a", cost_usd=None), credit("b", cost_usd=0.00041))
    (item,) = items(offer("|", Suggestion(text="x", credits=by)))
    first, second = documented(item).split("\n")
    assert first.endswith("cost=?")
    assert second.endswith("cost=$0.00041")


def test_rows_are_all_of_a_kind_that_is_read_as_text() -> None:
    """Helix writes the kind behind each row, where "event" would say nothing."""
    cloud = Suggestion(text="y", credits=(credit("gpt", local=False),))
    kinds = {each.kind for each in items(offer("|", "x", cloud), HELIX)}
    assert kinds == {lsp.CompletionItemKind.Text}


@pytest.mark.parametrize("client", [PLAIN, HELIX, NEOVIM, KAKOUNE])
def test_insert_text_stands_beside_the_edit(client: Client) -> None:
    """Editors that do not look at the edit get the same, and not the label."""
    (item,) = items(offer("x = fo|\n", "o(\n    $1}\\)"), client)
    assert isinstance(item.text_edit, lsp.TextEdit)
    assert item.insert_text == item.text_edit.new_text


def test_insert_text_is_a_snippet_where_it_is_read_as_one() -> None:
    """It expands `insertText` whatever the format says, and ignores the edit."""
    (item,) = items(offer("|", "f'${a}' + '\\n'"), FRESH)
    assert item.insert_text == "f'\\${a\\}' + '\\\\n'$0"
    assert item.insert_text_format is lsp.InsertTextFormat.PlainText


def test_rows_are_filtered_by_what_the_editor_takes_for_the_word() -> None:
    """For fresh that is letters of ASCII only, and others are no part of it."""
    (item,) = items(offer("x = na\u00efv|\n", "e + f"), FRESH)
    assert item.filter_text == "ve + f"
    assert item.insert_text == "ve + f$0"


def test_kakoune_filters_by_what_goes_in() -> None:
    """kakoune-lsp expands all else as a snippet, with every line indented twice."""
    (item,) = items(offer("    fo|\n", "o(\n        1,\n    )"), KAKOUNE)
    assert item.filter_text == item.insert_text == "foo(\n        1,\n    )"
    assert item.insert_text_format is lsp.InsertTextFormat.PlainText


def test_a_snippet_ends_with_a_place_for_the_cursor() -> None:
    """mini.completion puts a body without one in as it is, escapes and all."""
    (item,) = items(offer("|", "{a}"), NEOVIM)
    assert item.insert_text == "{a\\}$0"


def test_what_is_shown_is_as_deep_as_its_first_line() -> None:
    """Later lines are not further right than the cursor's, which has no indentation."""
    text = "return [\n            1,\n        ]\n    x\ny"
    (item,) = items(offer("class A:\n    def f(self):\n        |\n", text), HELIX)
    assert item.detail == "return [\n    1,\n]\nx\ny"
    assert isinstance(item.text_edit, lsp.TextEdit)
    assert item.text_edit.new_text == text


def test_a_label_that_is_code_leaves_room_for_the_name_behind_it() -> None:
    """A row of prose would fill the screen, and hide labels and figures."""
    (item,) = items(offer("|", "word " * 40), NEOVIM)
    assert item.label == ("word " * 40)[:40]


def test_a_blind_list_names_nobody() -> None:
    """Letters, code, and nothing by which two items differ but these."""
    cloud = Suggestion(text="y", credits=(credit("gpt", local=False),))
    for client in (PLAIN, HELIX, NEOVIM):
        shown = items(offer("|", "x", cloud, blind=True), client)
        written = repr(shown)
        assert not any(name in written for name in ("qwen", "gpt", "prov", "0.41"))
        assert len({each.kind for each in shown}) == 1
        place = "detail" if client is NEOVIM else "label"
        assert [getattr(each, place)[0] for each in shown] == ["A", "B"]


def test_helix_shows_code_that_holds_a_fence_in_a_longer_one() -> None:
    """`detail` is a code block there, so such code goes into the documentation."""
    code = "a\n```\n![x](http://h/i.png)\n````"
    (item,) = items(offer("|", code), HELIX)
    assert item.detail is None
    assert f"`````\n{code}\n`````" in documented(item)
    (item,) = items(offer("|", "a\nb"), HELIX)
    assert item.detail == "a\nb"
    assert documented(item).startswith("```\nqwen: ")


def test_neovim_gets_snippets_and_labels_that_are_code() -> None:
    """Single lines too; the label and the entry stand apart, the code is beside."""
    text = "${CLIPBOARD}$0 \\ }\n    x"
    (item,) = items(offer("    fo|\n", text), NEOVIM)
    assert item.insert_text_format == lsp.InsertTextFormat.Snippet
    assert item.label == "fo${CLIPBOARD}$0 \\ }"
    assert item.detail == "qwen"
    assert documented(item).endswith("fo${CLIPBOARD}$0 \\ }\nx")
    assert isinstance(item.text_edit, lsp.TextEdit)
    assert expand(item.text_edit.new_text) == "fo${CLIPBOARD}$0 \\ }\nx"


def test_the_command_names_what_was_taken() -> None:
    """Run, offer and suggestion are the arguments of the accept command."""
    command = items(offer("|", "a", "b"))[1].command
    assert command is not None
    assert (command.command, command.arguments) == ("hexai.taken", ["run", 7, 1])


def test_an_empty_list_is_complete_unless_told_otherwise() -> None:
    """Empty and incomplete goes out only where the client takes it right."""
    maker = ItemMaker(client=PLAIN, encoding=Encoding.UTF8, command="c")
    for suggestions, forced, wanted in [((), False, False), ((), True, True)]:
        given_offer = replace(offer("|", *suggestions), incomplete=True, forced=forced)
        made = maker.completion(given_offer, 1)
        assert made.is_incomplete is wanted
    made = maker.completion(replace(offer("|", "x"), incomplete=True), 1)
    assert made.is_incomplete


def test_documents_keep_their_line_breaks() -> None:
    r"""Where lines end with `\r\n`, those of a plain item do too."""
    (item,) = items(offer("a\r\nb|\r\nc\r\n", "x\ny"))
    assert isinstance(item.text_edit, lsp.TextEdit)
    assert item.text_edit.new_text == "bx\r\ny"


TEXT = st.text(st.sampled_from("aé漢😀_ ()\t\n\"'$}\\`\u2028\x0b\x85"), max_size=12)


@given(TEXT, TEXT, TEXT, TEXT, st.sampled_from(Encoding), st.booleans())
def test_every_edit_gives_prefix_answer_suffix(
    before: str, typed: str, rest: str, after: str, encoding: Encoding, crlf: bool
) -> None:
    """In all encodings, applied as the client would; nothing is lost or doubled."""
    if crlf:
        before, after = before.replace("\n", "\r\n"), after.replace("\n", "\r\n")
        typed = typed.replace("\n", "")
    given_offer = offer(f"{before}|{typed}|{after}", typed + rest)
    (item,) = items(given_offer, PLAIN, encoding)
    edit: Any = item.text_edit
    assert edit.range.start.line == edit.range.end.line == given_offer.position.line
    got = edited(given_offer.lines, edit, encoding).replace("\r\n", "\n")
    whole = (before + typed + rest).replace("\r\n", "\n")
    assert got.startswith(whole)
    left = after.replace("\r\n", "\n")
    assert left.endswith(got[len(whole) :])
    dropped = left[: len(left) - len(got) + len(whole)]
    assert not dropped.strip(")]}\"'`;, ")


@given(st.sampled_from(definitions()), st.data(), st.sampled_from(Encoding))
def test_edits_of_real_code_give_the_file(
    found: Definition, data: st.DataObject, encoding: Encoding
) -> None:
    """The middle of a file, offered where it belongs, gives the file again."""
    start = data.draw(st.integers(found.start, found.end))
    cursor = data.draw(st.integers(start, min(found.end, start + 20)))
    end = data.draw(st.integers(cursor, min(found.end, cursor + 200)))
    text, middle = found.text, found.text[start:end]
    place = (text[:start], text[start:cursor], text[end:])
    lines = Lines.of("".join(place))
    given_offer = replace(
        offer("|", middle),
        document=document("".join(place), language=found.language),
        anchor=Lines.of(place[0]).end,
        position=Lines.of(place[0] + place[1]).end,
    )
    (item,) = items(given_offer, PLAIN, encoding)
    edit: Any = item.text_edit
    assert edited(lines, edit, encoding) == text
    maker = ItemMaker(client=PLAIN, encoding=encoding, command="c")
    (inline,) = inline_completions(given_offer, 1, maker).items
    assert inline.range is not None
    assert isinstance(inline.insert_text, str)
    edit = lsp.TextEdit(inline.range, inline.insert_text)
    assert edited(lines, edit, encoding) == text
