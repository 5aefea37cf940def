"""Names of keys, held against what Textual's own parser makes of a terminal's bytes."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import events
from textual._xterm_parser import XTermParser
from textual.keys import Keys

from annotator.keymap.commands import COMMANDS
from annotator.keymap.keys import NAMED, SAME_AS, display, display_all, is_key, key_name, nearest, split
from annotator.keymap.load import load, names

LEGACY = {
    "up": "\x1b[A", "down": "\x1b[B", "right": "\x1b[C", "left": "\x1b[D", "home": "\x1b[H", "end": "\x1b[F", "pageup": "\x1b[5~",
    "pagedown": "\x1b[6~", "insert": "\x1b[2~", "delete": "\x1b[3~", "enter": "\r", "escape": "\x1b", "tab": "\t", "space": " ",
    "backspace": "\x7f", "shift+tab": "\x1b[Z", "shift+left": "\x1b[1;2D", "shift+right": "\x1b[1;2C", "shift+up": "\x1b[1;2A",
    "shift+down": "\x1b[1;2B", "f1": "\x1bOP", "f2": "\x1bOQ",
    "f3": "\x1bOR", "f4": "\x1bOS", "f5": "\x1b[15~", "f6": "\x1b[17~", "f7": "\x1b[18~", "f8": "\x1b[19~", "f9": "\x1b[20~",
    "f10": "\x1b[21~", "f11": "\x1b[23~", "f12": "\x1b[24~", "ctrl+left": "\x1b[1;5D", "ctrl+right": "\x1b[1;5C",
}  # fmt: skip
"""What xterm sends."""


def legacy(key: str) -> str:
    """The bytes of a key on a terminal without the Kitty protocol."""
    modifiers, base = split(key)
    if modifiers == ["ctrl"] and len(base) == 1:
        return chr(ord(base.upper()) & 0x1F)
    return LEGACY.get(key, key)


def kitty(key: str) -> str:
    """The bytes of a character key under the Kitty protocol with the flags that Textual asks for (every key an escape, with its text)."""
    modifiers, base = split(key)
    code = 1 + sum({"shift": 1, "alt": 2, "ctrl": 4}[name] for name in modifiers)
    char = " " if base == "space" else base
    return f"\x1b[{ord(char)};{code}u" if modifiers else f"\x1b[{ord(char.lower())};{2 if char.isupper() else 1};{ord(char)}u"


def parsed(sequence: str) -> list[str]:
    parser = XTermParser()
    tokens = [*parser.feed(sequence), *parser.feed("")]
    return [key_name(token.key, token.character) for token in tokens if isinstance(token, events.Key)]


BOUND = sorted({key for keymap in [load(name, None) for name in names(None)] for command in COMMANDS for key in keymap.keys(command.id)})


@pytest.mark.parametrize("key", BOUND)
def test_every_bound_key_arrives_from_a_plain_terminal(key: str) -> None:
    assert parsed(legacy(key)) == [key]


@pytest.mark.parametrize("key", [key for key in BOUND if len(split(key)[1]) == 1 or key == "space"])
def test_every_bound_character_arrives_under_the_kitty_protocol(key: str) -> None:
    assert parsed(kitty(key)) == [key]


@pytest.mark.parametrize("key", NAMED)
def test_named_keys_are_textuals(key: str) -> None:
    assert key in {each.value for each in Keys}
    assert parsed(LEGACY[key]) == [key]


@pytest.mark.parametrize("char", [chr(code) for code in range(0x21, 0x7F)] + ["é", "ß", "Ж", "日"])
def test_printable_characters_are_their_own_names(char: str) -> None:
    assert parsed(char) == [char]
    assert is_key(char)
    assert display(char) == char


@pytest.mark.parametrize(
    ("sequence", "key"),
    [
        ("\x1b[105;5u", "tab"),
        ("\x1b[109;5u", "enter"),
        ("\x1b[104;5u", "backspace"),
        ("\x1b[91;5u", "escape"),
        ("\x00", "ctrl+space"),
        ("\x1b[32;5u", "ctrl+space"),
        ("\x1d", "ctrl+]"),
        ("\x1b[49;3u", "alt+1"),
        ("\x1ba", "alt+a"),
        ("\x1bA", "alt+A"),
        ("\x1b[97;66u", "A"),
        ("\x1b[32;2;32u", "space"),
        ("\x1b[127;2u", "backspace"),
        ("\x1b[27;2u", "escape"),
        ("\x1b[13;2u", "shift+enter"),
        ("\x1b[1;8D", "ctrl+alt+shift+left"),
        ("\x1b[57400u", "1"),
        ("\x1b[57400;129;49u", "1"),
        ("\x1b[57413;129;43u", "+"),
        ("\x1b[57413u", "+"),
        ("\x1b[57412u", "-"),
        ("\x1b[57411u", "*"),
        ("\x1b[57410u", "/"),
        ("\x1b[57409u", "."),
        ("\x1b[57414u", "enter"),
        ("\x1bOq", "1"),
        ("\x1bOk", "+"),
        ("\x1bOM", "enter"),
        ("\x1b[113;9u", "super+q"),
    ],
)
def test_names_are_the_same_on_every_terminal(sequence: str, key: str) -> None:
    assert parsed(sequence) == [key]
    assert is_key(key) == (not key.startswith("super"))


@pytest.mark.parametrize(
    ("textual_key", "character", "key"),
    [
        ("alt+question_mark", "?", "alt+?"), ("alt+plus", "+", "alt++"), ("alt+space", " ", "alt+space"), ("alt+shift+a", "A", "alt+A"),
        ("alt+section_sign", "§", "alt+§"), ("alt+1", "1", "alt+1"), ("ctrl+shift+a", None, "ctrl+shift+a"),
        ("left_square_bracket", "[", "["),
        ("question_mark", None, "?"), ("alt+enter", "\r", "alt+enter"), ("caps_lock", None, "caps_lock"), ("", None, ""),
        ("+", "+", "+"),
    ],
)  # fmt: skip
def test_names_of_what_the_driver_reports(textual_key: str, character: str | None, key: str) -> None:
    assert key_name(textual_key, character) == key


@pytest.mark.parametrize("digit", "1234567890")
def test_escape_and_a_digit_in_one_read_are_no_digit(digit: str) -> None:
    """Textual 8.2 makes of them what a Mac's Option key types: never a label's key."""
    (key,) = parsed("\x1b" + digit)
    assert key not in "0123456789"
    assert len(key) == 1


NO_KEYS = (
    *SAME_AS, "", " ", "ctrl+", "+q", "++", "hyper+q", "ctrl+Q", "shift+a", "shift+ctrl+left", "Enter", "esc", "f13", "question_mark",
    "ctrl+shift+a", "shift+space", "a b", "\t", "\x1b", "ctrl+ctrl+a", "\u200b",
)  # fmt: skip


@pytest.mark.parametrize("key", NO_KEYS)
def test_what_is_no_key(key: str) -> None:
    assert not is_key(key)


@pytest.mark.parametrize("key", ["+", "ctrl++", "alt+a", "alt+A", "ctrl+1", "f12", "shift+f12", "ctrl+alt+shift+left", "alt+enter"])
def test_what_is_a_key(key: str) -> None:
    assert is_key(key)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Ctrl+Q", "ctrl+q"), ("ctrl-q", "ctrl+q"), ("control+q", "ctrl+q"), ("esc", "escape"), ("Return", "enter"), ("Enter", "enter"),
        ("page_up", "pageup"), ("PgDn", "pagedown"), ("pgup", "pageup"), ("question_mark", "?"), ("slash", "/"), ("shift+a", "A"),
        ("shift+ctrl+left", "ctrl+shift+left"), ("shift-tab", "shift+tab"), ("entr", "enter"), ("ctrl+i", "tab"), (" ", "space"),
        ("shift+space", "space"), ("option+x", "alt+x"), ("ctrl+@", "ctrl+space"), ("F1", "f1"), ("hyper+q", None), ("nonsense", None),
        ("", None),
    ],
)  # fmt: skip
def test_what_was_meant(written: str, meant: str | None) -> None:
    assert nearest(written) == meant


def test_short_forms() -> None:
    keys = "left enter pageup ctrl+q space shift+left shift+tab escape alt+1 ctrl+shift+up f1 + n N"
    assert " ".join(map(display, keys.split())) == "← Enter PgUp Ctrl+Q Space ⇧← ⇧Tab Esc Alt+1 Ctrl+⇧↑ F1 + n N"
    assert display_all(("0", "1", "2")) == ("0", "1", "2")
    assert display_all((*"0123456789", ".")) == ("0-9", ".")


@pytest.mark.parametrize("key", BOUND)
def test_short_forms_are_narrow(key: str) -> None:
    assert len(display(key)) <= 7
    assert all(unicodedata.east_asian_width(char) in {"Na", "N", "A"} and not unicodedata.combining(char) for char in display(key))


@given(st.text(max_size=20), st.none() | st.characters())
def test_whatever_is_reported_has_a_name_that_can_be_shown(textual_key: str, character: str | None) -> None:
    key = key_name(textual_key, character)
    assert display(key).isprintable()
    assert key_name(key, None) == key or not is_key(key)
    assert nearest(textual_key) is None or is_key(str(nearest(textual_key)))


def test_strange_keys_are_shown() -> None:
    assert [display(key) for key in ("super+q", "caps_lock", "\x02", "", "ctrl+shift+a")] == [
        "Super+q",
        "Caps_lock",
        "\\x02",
        "",
        "Ctrl+⇧A",
    ]
